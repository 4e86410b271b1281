"""Levers: the rules and targets of a scenario, each with its limit, its unit and the way to loosen or drop it.

A lever is pulled by a scenario with another rule or one more change, so that whatever is loosened is solved
again and audited like any other scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models import Case, CaseError, Change, Problem, Scenario
from models.decisions import DECISION_KINDS
from models.plan import Plan
from models.problems import listed, suggestion
from models.rules import SCENARIO_RULES, TABLE_RULES, Measure, RuleSpec

Achieved = Callable[[Plan], float | None]
"""What a plan reaches, in the limit's unit."""


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
    return (*_of_decisions(case), *_of_providers(case), *_of_tiers(case), *_of_criteria(case), *_of_scenario(scenario))


def named(on: Sequence[Lever], rules: Sequence[str]) -> tuple[Lever, ...]:
    """The levers of these rules, all of a name or one as answers call it; `CaseError` for what no rule is called."""
    working = [lever for lever in on if not lever.idle]
    known, whole = sorted({lever.rule for lever in working}), {lever.name for lever in working}
    problems = [
        Problem("rules", f"no rule of that name is on{suggestion(rule, known)}", found=rule, expected=listed(known, 40))
        for rule in rules
        if rule not in known and rule not in whole
    ]
    if problems:
        raise CaseError(problems)
    return tuple(lever for lever in working if {lever.rule, lever.name} & set(rules))


# -- rules of the scenario -------------------------------------------------------------------------


def _of_scenario(scenario: Scenario) -> Iterator[Lever]:
    for key, spec in SCENARIO_RULES.items():
        limit = getattr(scenario, key)
        if limit is not None:
            achieved = _achieved(spec, "")
            yield Lever(key, "", spec.unit, float(limit), spec.step, spec.least, spec.ends, None, None, achieved,
                        spec.whole)  # fmt: skip


# -- rules of the tables ---------------------------------------------------------------------------


def _of_decisions(case: Case) -> Iterator[Lever]:
    """What the case requires or excludes."""
    for kind in DECISION_KINDS.values():
        rows = case.tables[kind.table].sort_values(kind.name)
        for name, state in zip(rows[kind.name], rows[kind.switch], strict=True):
            spec = TABLE_RULES.get(f"{state}_{kind.listed}")
            if spec is not None:
                yield _lever(spec, str(name), None, spec.ends)


def _of_providers(case: Case) -> Iterator[Lever]:
    shares = case.tables["rates"].groupby("provider")["max_share"].min()
    for row in case.tables["providers"].sort_values("provider").to_dict("records"):
        least_share = shares.get(row["provider"], 1.0)
        found = (*_of_row("rates", {**row, "max_share": least_share}), *_of_row("providers", row))
        yield from (replace(lever, idle=row["engage"] == "excluded") for lever in found)


def _of_tiers(case: Case) -> Iterator[Lever]:
    contracted = set(case.tables["contracts"]["tier"])
    for row in case.tables["tiers"].sort_values("rank").to_dict("records"):
        idle = row["offer"] == "excluded" and row["tier"] not in contracted
        yield from (replace(lever, idle=idle) for lever in _of_row("tiers", row))


def _of_criteria(case: Case) -> Iterator[Lever]:
    for row in case.tables["criteria"].sort_values("criterion").to_dict("records"):
        yield from _of_row("criteria", row)


def _of_row(table: str, row: Mapping[Any, Any]) -> Iterator[Lever]:
    """Limits in a row of a table, where they ask for something."""
    for spec in TABLE_RULES.values():
        cell = spec.cell
        if cell is None or cell.table != table or spec.structural or (cell.kinds and row["kind"] not in cell.kinds):
            continue
        limit, off = float(row[cell.column]), float(cell.off)
        if limit > off if spec.least else limit < off:
            ends = (spec.ends[0], float(row[cell.up_to]) if cell.up_to else spec.ends[1])
            yield _lever(spec, str(row[cell.key]), None if spec.step is None else limit, ends)


def _lever(spec: RuleSpec, scope: str, limit: float | None, ends: tuple[float, float]) -> Lever:
    assert spec.cell is not None
    at, step = (spec.cell.table, spec.cell.key, scope, spec.cell.column), spec.step
    if spec.relative and step is not None and limit is not None:
        step = max(1.0, round(step * limit))
    achieved = _achieved(spec, scope)
    return Lever(spec.key, scope, spec.unit, limit, step, spec.least, ends, at, spec.cell.off, achieved)


# -- what a plan makes of a rule -------------------------------------------------------------------


def _achieved(spec: RuleSpec, scope: str) -> Achieved:
    """What a plan makes of a rule, in its unit; None where no table of a plan shows it."""

    def achieved(plan: Plan) -> float | None:
        match spec.measure:
            case Measure("kpis", name):
                return plan.kpis[name]
            case Measure("decisions", name):
                return float(len(getattr(plan.decisions, name)))
            case Measure("experience", name):
                return _worst(plan, name, scope, least=spec.least)
            case Measure("allocation", name):
                return float(plan.allocation.loc[plan.allocation["provider"] == scope, name].sum())
        return None

    return achieved


def _worst(plan: Plan, metric: str, tier: str, *, least: bool) -> float | None:
    """Worst value of a metric, of one tier if it is named; None where it has no row."""
    table = plan.experience
    values = table.loc[(table["metric"] == metric) & ((table["tier"] == tier) | (tier == "")), "value"]
    return float(values.min() if least else values.max()) if len(values) else None


def all_dropped(scenario: Scenario, chosen: Iterable[Lever]) -> Scenario:
    """The scenario without any of these rules."""
    for lever in chosen:
        scenario = lever.dropped(scenario)
    return scenario
