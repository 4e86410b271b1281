"""Levers: the rules and targets of a scenario, each with its limit, its unit and the way to loosen or drop it.

A lever is pulled by a scenario with another rule or one more change, so that whatever is loosened is solved
again and audited like any other scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Any

import pandas as pd

from models import Case, CaseError, Change, Problem, Scenario
from models.economics.delivery_formulas import HOUR_SHARING_KINDS
from models.plan import Plan
from models.problems import listed, suggestion

Achieved = Callable[[Plan], float | None]
"""What a plan reaches, in the limit's unit."""
NO_LIMIT = 1e9
"""Hours that no provider works and no part takes."""


@dataclass(frozen=True)
class Lever:
    """One rule with its limit. Loosening moves the limit by `step`, down for a least and up for a most."""

    rule: str
    """The rule's key, as in scenarios and audits."""
    scope: str
    """What it is about, in the case's names; blank for the whole plan."""
    unit: str
    limit: float | None
    """Limit in `unit`; None for a rule that is on or off."""
    step: float | None
    """Stated step of loosening; None for a rule that is on or off."""
    down: bool
    """Whether a lower limit is looser."""
    ends: tuple[float, float]
    """Least and most limit that makes sense."""
    column: tuple[str, str, str, str] | None
    """Table, key column, key and column of the cell that holds the limit; None for a rule of the scenario."""
    off: Any = None
    """Value of that cell, or of the rule, when it is dropped."""
    achieved: Achieved = lambda plan: None
    whole: bool = False
    """Whether limits are whole numbers."""
    idle: bool = False
    """Whether what it is about is excluded, so that it binds once that is set aside and not before."""

    @property
    def name(self) -> str:
        """The rule and what it is about."""
        return f"{self.rule} ({self.scope})" if self.scope else self.rule

    def at(self, scenario: Scenario, limit: float) -> Scenario:
        """The scenario with another limit."""
        return self._set(scenario, round(limit) if self.whole else float(limit))

    def dropped(self, scenario: Scenario) -> Scenario:
        """The scenario without the rule."""
        return self._set(scenario, self.off)

    def loosened(self, limit: float, steps: float = 1.0) -> float:
        """The limit so many steps looser (tighter if negative), kept within its ends."""
        assert self.step is not None
        moved = limit - steps * self.step if self.down else limit + steps * self.step
        return min(max(moved, self.ends[0]), self.ends[1])

    def looser(self, one: float, other: float) -> bool:
        """Whether one limit is looser than another."""
        return one < other if self.down else one > other

    def _set(self, scenario: Scenario, value: object) -> Scenario:
        if self.column is None:
            return scenario.model_copy(update={self.rule: value})
        table, key, name, column = self.column
        change = Change(table=table, where={key: name}, column=column, set=value)  # type: ignore[arg-type]  # as read
        return scenario.model_copy(update={"change": (*scenario.change, change)})


def levers(case: Case, scenario: Scenario) -> tuple[Lever, ...]:
    """Every rule that is on, those about what is excluded too; `case` is the case with the scenario's changes made.

    Rules of the scenario come last: what is tried first is dropped first where either of two rules could go.
    """
    return (*_states(case), *_of_providers(case), *_of_tiers(case), *_of_criteria(case), *_of_scenario(scenario))


def never_set_aside(scenario: Scenario, on: Sequence[Lever]) -> tuple[str, ...]:
    """Rules of the scenario that are on and that none of the levers is: whatever is dropped, they go on to bind."""
    about = {"name", "description", "objective", "change"}
    rules = [name for name in Scenario.model_fields if name not in about and getattr(scenario, name) is not None]
    return tuple(rule for rule in rules if rule not in {lever.rule for lever in on})


def named(on: Sequence[Lever], rules: Sequence[str]) -> tuple[Lever, ...]:
    """The levers of these rules; raises `CaseError` for a name that no rule of the scenario has."""
    known = sorted({lever.rule for lever in on if not lever.idle})
    problems = [
        Problem("rules", f"no rule of that name is on{suggestion(rule, known)}", found=rule, expected=listed(known, 40))
        for rule in rules
        if rule not in known
    ]
    if problems:
        raise CaseError(problems)
    return tuple(lever for lever in on if lever.rule in rules and not lever.idle)


# -- rules of the scenario -------------------------------------------------------------------------


def _kpi(name: str) -> Achieved:
    return lambda plan: plan.kpis[name]


def _count(part: str) -> Achieved:
    return lambda plan: float(len(getattr(plan.decisions, part)))


_RULES: Mapping[str, tuple[str, float, bool, tuple[float, float], Achieved]] = {
    "min_service_margin": ("share of service revenue", 0.01, True, (-10.0, 1.0), _kpi("service_margin_share")),
    "min_account_margin": ("share of account revenue", 0.01, True, (-10.0, 1.0), _kpi("account_margin_share")),
    "max_cost_to_serve": ("share of service revenue", 0.01, False, (0.0, 1.0), _kpi("cost_to_serve")),
    "min_tiers": ("tiers", 1, True, (0, 99), _count("tiers")),
    "max_tiers": ("tiers", 1, False, (0, 99), _count("tiers")),
    "max_models": ("pricing models", 1, False, (0, 99), _count("models")),
    "min_menu": ("tiers in a menu", 1, True, (0, 99), lambda plan: None),
    "max_menu": ("tiers in a menu", 1, False, (0, 99), lambda plan: None),
    "max_providers": ("providers", 1, False, (0, 999), _count("providers")),
    "max_provider_share": ("share of team and partner hours", 0.05, False, (0.0, 1.0), lambda plan: None),
    "min_provider_score": ("points of 0 to 10", 0.5, True, (0.0, 10.0), lambda plan: None),
    "min_tier_gap": ("share of the lower tier's mean payment", 0.02, True, (0.0, 10.0), lambda plan: None),
    "max_price_change": ("share of today's mean payment", 0.05, False, (0.0, 10.0), lambda plan: None),
    "max_csat_over_target": ("CSAT points", 1.0, False, (0.0, 100.0), lambda plan: _most_over_target(plan)),
}
"""Unit, step, whether lower is looser, ends, and what a plan reaches, of each rule of a scenario."""
_COUNTS = ("min_tiers", "max_tiers", "max_models", "min_menu", "max_menu", "max_providers")


def _most_over_target(plan: Plan) -> float | None:
    over = plan.experience.loc[plan.experience["metric"] == "csat_over_target", "value"]
    return float(over.max()) if len(over) else None


def _of_scenario(scenario: Scenario) -> Iterator[Lever]:
    for rule, (unit, step, down, ends, achieved) in _RULES.items():
        limit = getattr(scenario, rule)
        if limit is not None:
            whole = rule in _COUNTS
            yield Lever(rule, "", unit, float(limit), step, down, ends, None, None, achieved, whole)


# -- limits in the tables --------------------------------------------------------------------------


def _experience(metric: str, tier: str, worst: Callable[[pd.Series], float]) -> Achieved:
    def achieved(plan: Plan) -> float | None:
        rows = plan.experience[(plan.experience["metric"] == metric) & (plan.experience["tier"] == tier)]
        return float(worst(rows["value"])) if len(rows) else None

    return achieved


def _of_tiers(case: Case) -> Iterator[Lever]:
    contracted = set(case.tables["contracts"]["tier"])
    for row in case.tables["tiers"].sort_values("rank").to_dict("records"):
        idle = row["offer"] == "excluded" and row["tier"] not in contracted
        yield from (replace(lever, idle=idle) for lever in _of_tier(row))


def _of_tier(row: Mapping[Any, Any]) -> Iterator[Lever]:
    """Promises and thresholds of experience of a row of `tiers`."""
    tier, promise = str(row["tier"]), float(row["turnaround_hours"])
    if not isnan(promise):
        cell = ("tiers", "tier", tier, "turnaround_hours")
        reached = _experience("turnaround_hours", tier, pd.Series.max)
        yield Lever("turnaround", tier, "hours", promise, 4.0, False, (0.01, NO_LIMIT), cell, NO_LIMIT, reached)
    if row["csat_floor"] > 0:
        cell, ends = ("tiers", "tier", tier, "csat_floor"), (0.0, float(row["csat_target"]))
        reached = _experience("csat", tier, pd.Series.min)
        yield Lever("csat_floor", tier, "CSAT points", float(row["csat_floor"]), 1.0, True, ends, cell, 0.0, reached)
    if row["min_attainment"] > 0:
        cell = ("tiers", "tier", tier, "min_attainment")
        reached, limit = _experience("attainment", tier, pd.Series.min), float(row["min_attainment"])
        yield Lever("min_attainment", tier, "share of cases", limit, 0.01, True, (0.0, 1.0), cell, 0.0, reached)


def _of_providers(case: Case) -> Iterator[Lever]:
    shares = case.tables["rates"].groupby("provider")["max_share"].min()
    for row in case.tables["providers"].sort_values("provider").to_dict("records"):
        idle = row["engage"] == "excluded"
        yield from (replace(lever, idle=idle) for lever in _of_provider(row, shares.get(str(row["provider"]), 1.0)))


def _of_provider(row: Mapping[Any, Any], least_share: float) -> Iterator[Lever]:
    """Limits of a row of `providers`; `least_share` is the least `max_share` of its rates."""
    name = str(row["provider"])
    if least_share < 1:
        cell = ("rates", "provider", name, "max_share")
        yield Lever("rate_share", name, "on or off", None, None, False, (0.0, 1.0), cell, 1.0)
    hours, cell = float(row["capacity_hours"]), ("providers", "provider", name, "capacity_hours")
    step = max(1.0, round(0.05 * hours))
    yield Lever("capacity", name, "hours a year", hours, step, False, (0.0, NO_LIMIT), cell, NO_LIMIT, _hours(name))
    if row["max_share"] < 1 and row["kind"] in HOUR_SHARING_KINDS:
        cell, share = ("providers", "provider", name, "max_share"), float(row["max_share"])
        unit = "share of team and partner hours"
        yield Lever("provider_share", name, unit, share, 0.05, False, (0.0, 1.0), cell, 1.0)


def _hours(provider: str) -> Achieved:
    return lambda plan: float(plan.allocation.loc[plan.allocation["provider"] == provider, "hours"].sum())


def _of_criteria(case: Case) -> Iterator[Lever]:
    for row in case.tables["criteria"].sort_values("criterion").to_dict("records"):
        if row["minimum"] > 0:
            cell, least = ("criteria", "criterion", str(row["criterion"]), "minimum"), float(row["minimum"])
            unit = "points of 0 to 10"
            yield Lever("criteria_minimum", cell[2], unit, least, 0.5, True, (0.0, 10.0), cell, 0.0)


_STATES = (
    ("tiers", "tier", "offer", "tiers"),
    ("pricing_models", "model", "offer", "models"),
    ("products", "product", "support", "products"),
    ("providers", "provider", "engage", "providers"),
)


def _states(case: Case) -> Iterator[Lever]:
    """What the case requires or excludes."""
    for table, key, column, part in _STATES:
        rows = case.tables[table].sort_values(key)
        for name, state in zip(rows[key], rows[column], strict=True):
            if state != "optional":
                cell = (table, key, str(name), column)
                yield Lever(f"{state}_{part}", str(name), "on or off", None, None, False, (0.0, 1.0), cell, "optional")


def all_dropped(scenario: Scenario, chosen: Iterable[Lever]) -> Scenario:
    """The scenario without any of these rules."""
    for lever in chosen:
        scenario = lever.dropped(scenario)
    return scenario
