"""The best delivery of given menus: who works what, which parts policies, at what money."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np

from models.catalog import Array

from ..lp.expressions import Expression, Row, Switch, combine
from ..lp.integer_programs import solve_integer
from ..lp.pulp_reader import FormulationArrays, read_formulation
from ..lp.solver import Limits
from .constraints import RULES
from .formulation import Fixings, Formulation
from .instance import Instance
from .totals import Box

MARGIN_OF = {
    "account_revenue": "account_margin",
    "account_margin": "account_margin",
    "service_revenue": "service_margin",
    "service_margin": "service_margin",
}
"""The margin of the same scope as each objective."""
SECOND_STAGE_SLACK = 1e-6
"""How far (relative) the second stage may fall short of the objective found."""
SECOND_STAGE_GAP = 1e-6
"""Relative gap of the second stage, where nothing coarser is asked."""


@dataclass(frozen=True)
class Delivery:
    """Flows by route (cases a year), parts policies, and what is engaged and supported."""

    flows: Array
    policies: tuple[tuple[int, int, int, float], ...]
    """(product, tier, row of the fulfilment table sorted by product and policy, parts cases)."""
    engaged: tuple[int, ...]
    supported: tuple[int, ...]
    objective: float


@dataclass(frozen=True)
class DeliveryOutcome:
    """A delivery, or why there is none."""

    delivery: Delivery | None
    proved: bool
    """Whether it is proved best (or proved impossible)."""
    bound: float
    """Proved upper bound on the objective; -inf when proved impossible."""
    contradictions: tuple[tuple[str, str], ...] = ()


def labelled_rows(statement: Formulation, dropped: Collection[str] = ()) -> Iterator[tuple[str, Row]]:
    """Every row of every rule and condition that is not dropped, with its rule's name."""
    for rule in (*RULES, *statement.given.conditions):
        if rule.name not in dropped:
            for row in rule.rows(statement):
                yield rule.name, row


def deliver(
    setting: Instance,
    totals: Array,
    given: Fixings,
    dropped: Collection[str] = (),
    limits: Limits | None = None,
) -> DeliveryOutcome:
    """Best delivery for demand totals by the scenario's objective."""
    statement = Formulation(setting, Box.at(totals), given)
    objective = statement.amounts[setting.scenario.objective]
    return _outcome(statement, _maximize(list(labelled_rows(statement, dropped)), objective, limits or Limits()))


def trim(
    setting: Instance,
    totals: Array,
    given: Fixings,
    found: float,
    dropped: Collection[str] = (),
    limits: Limits | None = None,
) -> DeliveryOutcome:
    """Second stage: the delivery of best margin (of the objective's scope) among those about as good.

    Holds the objective within 1e-6 (relative) of `found`, so that no cost is wasted where revenue alone
    was asked for.
    """
    statement = Formulation(setting, Box.at(totals), given)
    objective = statement.amounts[setting.scenario.objective]
    floor = combine([(found - SECOND_STAGE_SLACK * max(1.0, abs(found)), 1.0)])
    rows = [*labelled_rows(statement, dropped), ("objective", Row("", objective, ">=", floor))]
    margin = statement.amounts[MARGIN_OF[setting.scenario.objective]]
    return _outcome(statement, _maximize(rows, margin, limits or Limits(gap=SECOND_STAGE_GAP)))


def _outcome(statement: Formulation, found: _Found) -> DeliveryOutcome:
    contradictions = found.stated.contradictions
    if found.solution is None:
        return DeliveryOutcome(None, found.proved, -np.inf if found.proved else found.bound, contradictions)
    objective = statement.amounts[statement.setting.scenario.objective]
    delivery = _read(statement, found.stated, found.solution, objective)
    return DeliveryOutcome(delivery, found.proved, found.bound, contradictions)


@dataclass(frozen=True)
class _Found:
    stated: FormulationArrays
    solution: Array | None
    proved: bool
    bound: float


def _maximize(rows: list[tuple[str, Row]], amount: Expression, limits: Limits) -> _Found:
    stated = read_formulation(rows, combine([(amount, -1.0)]))
    if stated.contradictions:
        return _Found(stated, None, True, -np.inf)
    if not stated.columns:
        return _Found(stated, np.zeros(0), True, float(amount.constant))
    outcome = solve_integer(stated.scaled, replace(limits, submodels=False))
    bound = -outcome.bound / stated.scaling.cost
    if outcome.values is None:
        return _Found(stated, None, outcome.infeasible, bound)
    return _Found(stated, outcome.values * stated.scaling.columns, outcome.solved, bound)


def _read(statement: Formulation, stated: FormulationArrays, solution: Array, objective: Expression) -> Delivery:
    flows = np.array([max(0.0, stated.value(flow, solution)) for flow in statement.flows])
    policies = []
    for choice in statement.policy_choices:
        met = [stated.value(cases, solution) for cases in choice.cases]
        if met:
            place = int(np.argmax(met))
            policies.append((choice.product, choice.tier, choice.policies[place], choice.volume.constant))
    return Delivery(
        flows=flows,
        policies=tuple(policies),
        engaged=_engaged(statement, flows),
        supported=_on(statement.products, stated, solution),
        objective=stated.value(objective, solution),
    )


def _engaged(statement: Formulation, flows: Array) -> tuple[int, ...]:
    """Required providers and those with work: engaging one without work can only cost."""
    working = np.unique(statement.setting.routes.provider[flows > 0])
    return tuple(sorted({*working.tolist(), *np.flatnonzero(statement.setting.must_engage).tolist()}))


def _on(switches: list[Switch], stated: FormulationArrays, solution: Array) -> tuple[int, ...]:
    values = (stated.value(combine([(switch, 1.0)]), solution) for switch in switches)
    return tuple(code for code, value in enumerate(values) if value > 0.5)
