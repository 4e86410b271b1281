"""The best delivery of given menus: who works what, which parts policies, at what money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.catalog import Array

from ..lp.expressions import Binary, Expression, Row, combine, number
from ..lp.integer_programs import solve_integer
from ..lp.pulp_reader import FormulationArrays, read_formulation
from ..lp.solver import Limits
from .constraints import RULES, Constraint, labelled_rows
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
    """Flows, shape (routes,), in cases a year; parts policies; providers engaged and products supported."""

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


def deliver(
    instance: Instance,
    totals: Array,
    fixings: Fixings,
    constraints: Sequence[Constraint] = RULES,
    limits: Limits | None = None,
) -> DeliveryOutcome:
    """Best delivery for demand totals by the scenario's objective."""
    formulation = Formulation(instance, Box.at(totals), fixings)
    objective = formulation.amounts[instance.scenario.objective]
    return _maximize(formulation, list(labelled_rows(formulation, constraints)), objective, limits or Limits())


def deliver_second_stage(
    instance: Instance,
    totals: Array,
    fixings: Fixings,
    objective: float,
    constraints: Sequence[Constraint] = RULES,
    limits: Limits | None = None,
) -> DeliveryOutcome:
    """Second stage of a lexicographic optimization: the delivery of best margin among those about as good.

    The margin is that of the objective's scope. The scenario's objective stays within 1e-6 (relative) of `objective`,
    so that no cost is wasted where revenue alone was asked for.
    """
    formulation = Formulation(instance, Box.at(totals), fixings)
    least = number(objective - SECOND_STAGE_SLACK * max(1.0, abs(objective)))
    kept = Row("", formulation.amounts[instance.scenario.objective], ">=", least)
    rows = [*labelled_rows(formulation, constraints), ("objective", kept)]
    margin = formulation.amounts[MARGIN_OF[instance.scenario.objective]]
    return _maximize(formulation, rows, margin, limits or Limits(gap=SECOND_STAGE_GAP))


def _maximize(
    formulation: Formulation, rows: Sequence[tuple[str, Row]], amount: Expression, limits: Limits
) -> DeliveryOutcome:
    """The delivery of the highest amount under the rows."""
    arrays = read_formulation(rows, combine([(amount, -1.0)]))
    if arrays.contradictions:
        return DeliveryOutcome(None, True, -np.inf)
    if not arrays.columns:
        return DeliveryOutcome(_delivery(formulation, arrays, np.zeros(0)), True, float(amount.constant))
    outcome = solve_integer(arrays.scaled, replace(limits, submodels=False))
    if outcome.values is None and outcome.infeasible:
        return DeliveryOutcome(None, True, -np.inf)
    bound = -outcome.bound / arrays.scaling.cost
    if outcome.values is None:
        return DeliveryOutcome(None, False, bound)
    delivery = _delivery(formulation, arrays, outcome.values * arrays.scaling.columns)
    return DeliveryOutcome(delivery, outcome.solved, bound)


def _delivery(formulation: Formulation, arrays: FormulationArrays, solution: Array) -> Delivery:
    """The delivery of a solution (natural units)."""
    flows = np.array([max(0.0, arrays.value(flow, solution)) for flow in formulation.flows])
    policies = []
    for choice in formulation.policy_choices:
        met = [arrays.value(cases, solution) for cases in choice.cases]
        if met:
            place = int(np.argmax(met))
            policies.append((choice.product, choice.tier, choice.policies[place], choice.volume.constant))
    return Delivery(
        flows=flows,
        policies=tuple(policies),
        engaged=_engaged(formulation, flows),
        supported=_chosen(formulation.products, arrays, solution),
        objective=arrays.value(formulation.amounts[formulation.instance.scenario.objective], solution),
    )


def _engaged(formulation: Formulation, flows: Array) -> tuple[int, ...]:
    """Required providers and those with work: engaging one without work can only cost."""
    working = np.unique(formulation.instance.routes.provider[flows > 0])
    return tuple(sorted({*working.tolist(), *np.flatnonzero(formulation.instance.must_engage).tolist()}))


def _chosen(decisions: Sequence[Binary], arrays: FormulationArrays, solution: Array) -> tuple[int, ...]:
    """Codes of the decisions that are 1."""
    values = (arrays.value(combine([(decision, 1.0)]), solution) for decision in decisions)
    return tuple(code for code, value in enumerate(values) if value > 0.5)
