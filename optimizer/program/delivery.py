"""The best delivery of given menus: who works what, which parts policies, at what money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from models.catalog import Array

from ..lp.expressions import Binary, Row, combine, number
from ..lp.integer_programs import solve_fixed, solve_integer
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
    unserved: Array = field(default_factory=lambda: np.zeros(0))
    """Cases a year of each work class that nobody does, shape (classes,); empty where all work is done."""
    decisions: Mapping[str, int] = field(default_factory=dict, repr=False, compare=False)
    """Value of each binary of its program by name; empty of a delivery that was read from a file."""


@dataclass(frozen=True)
class DeliveryOutcome:
    """A delivery, or why there is none."""

    delivery: Delivery | None
    proved: bool
    """Whether it is proved best (or proved impossible)."""
    bound: float
    """Proved upper bound on the objective; -inf when proved impossible."""
    reached: float = -np.inf
    """What the delivery comes to of what was maximized."""


class DeliveryProgram:
    """The program of the best delivery of given menus: stated once, and solved for the objective or for the margin."""

    def __init__(
        self, instance: Instance, totals: Array, fixings: Fixings, constraints: Sequence[Constraint] = RULES
    ) -> None:
        self._formulation = Formulation(instance, Box.at(totals), fixings)
        self._objective = self._formulation.amounts[instance.scenario.objective]
        self._rows = list(labelled_rows(self._formulation, constraints))

    @cached_property
    def _arrays(self) -> FormulationArrays:
        return read_formulation(self._rows, combine([(self._objective, -1.0)]))

    def solve(self, limits: Limits | None = None) -> DeliveryOutcome:
        """Best delivery by the scenario's objective."""
        return _solve(self._formulation, self._arrays, limits or Limits())

    def with_decisions(self, decisions: Mapping[str, int]) -> Delivery | None:
        """Best delivery with every binary at its value by name, one linear program; None where that is infeasible.

        Binaries that the values do not name have nothing to decide here, or are left at 0.
        """
        return _with_decisions(self._formulation, self._arrays, decisions).delivery

    def second_stage(self, first: Delivery, limits: Limits | None = None) -> Delivery:
        """Second stage of a lexicographic optimization: the delivery of best margin among those about as good.

        The margin is that of the objective's scope. The scenario's objective stays within 1e-6 (relative) of that of
        the `first` stage, so that no cost is wasted where revenue alone was asked for. Where the limits come before
        the proof, the flows of best margin with the decisions of the first stage are tried too.
        """
        least = number(first.objective - SECOND_STAGE_SLACK * max(1.0, abs(first.objective)))
        rows = [*self._rows, ("objective", Row("", self._objective, ">=", least))]
        margin = self._formulation.amounts[MARGIN_OF[self._formulation.instance.scenario.objective]]
        arrays = read_formulation(rows, combine([(margin, -1.0)]))
        outcome = _solve(self._formulation, arrays, limits or Limits(gap=SECOND_STAGE_GAP))
        if not outcome.proved and first.decisions:
            decided = _with_decisions(self._formulation, arrays, first.decisions)
            outcome = max(outcome, decided, key=lambda one: one.reached)
        return outcome.delivery or first


def _solve(formulation: Formulation, arrays: FormulationArrays, limits: Limits) -> DeliveryOutcome:
    """The delivery of least cost of a program, if there is one."""
    if arrays.contradictions:
        return DeliveryOutcome(None, True, -np.inf)
    if not arrays.columns:
        return _delivered(formulation, arrays, np.zeros(0), -arrays.program.offset, proved=True)
    outcome = solve_integer(arrays.scaled, replace(limits, submodels=False))
    if outcome.values is None and outcome.infeasible:
        return DeliveryOutcome(None, True, -np.inf)
    bound = -outcome.bound / arrays.scaling.cost
    if outcome.values is None:
        return DeliveryOutcome(None, False, bound)
    return _delivered(formulation, arrays, outcome.values, bound, proved=outcome.solved)


def _with_decisions(
    formulation: Formulation, arrays: FormulationArrays, decisions: Mapping[str, int]
) -> DeliveryOutcome:
    """The delivery of least cost with every binary at its value by name; one linear program, which proves nothing."""
    if arrays.contradictions:
        return DeliveryOutcome(None, False, np.inf)
    names, values = arrays.names, np.zeros(len(arrays.program.cost))
    for column in np.flatnonzero(arrays.program.integer).tolist():
        values[column] = decisions.get(names[column], 0)
    solution = solve_fixed(arrays.scaled, values) if len(values) else values
    if solution is None:
        return DeliveryOutcome(None, False, np.inf)
    return _delivered(formulation, arrays, solution, np.inf, proved=False)


def _delivered(
    formulation: Formulation, arrays: FormulationArrays, values: Array, bound: float, *, proved: bool
) -> DeliveryOutcome:
    """The delivery of a solution in the solver's scale."""
    reached = -float(arrays.scaled.offset + arrays.scaled.cost @ values) / arrays.scaling.cost
    delivery = delivery_of(formulation, arrays, values * arrays.scaling.columns)
    return DeliveryOutcome(delivery, proved, bound, reached)


def delivery_of(formulation: Formulation, arrays: FormulationArrays, solution: Array) -> Delivery:
    """The delivery of a solution (natural units)."""
    flows, unserved = (
        np.array([max(0.0, arrays.value(cases, solution)) for cases in part])
        for part in (formulation.flows, formulation.unserved if formulation.may_leave_work else ())
    )
    policies = []
    for choice in formulation.policy_choices:
        met = [arrays.value(cases, solution) for cases in choice.cases]
        if met:
            place = int(np.argmax(met))
            policies.append((choice.product, choice.tier, choice.policies[place], choice.volume.constant))
    return Delivery(
        flows=flows,
        policies=tuple(policies),
        engaged=engaged_in(formulation, flows),
        supported=_chosen(formulation.products, arrays, solution),
        objective=arrays.value(formulation.amounts[formulation.instance.scenario.objective], solution),
        unserved=unserved,
        decisions=_decided(arrays, solution),
    )


def _decided(arrays: FormulationArrays, solution: Array) -> dict[str, int]:
    """Value of each binary by name."""
    names = arrays.names
    return {names[column]: round(solution[column]) for column in np.flatnonzero(arrays.program.integer).tolist()}


def engaged_in(formulation: Formulation, flows: Array) -> tuple[int, ...]:
    """Those held; else required providers and those with work: engaging one without work can only cost."""
    if formulation.fixings.providers is not None:
        return tuple(sorted(formulation.fixings.providers))
    working = np.unique(formulation.instance.routes.provider[flows > 0])
    return tuple(sorted({*working.tolist(), *np.flatnonzero(formulation.instance.must_engage).tolist()}))


def _chosen(decisions: Sequence[Binary], arrays: FormulationArrays, solution: Array) -> tuple[int, ...]:
    """Codes of the decisions that are 1."""
    values = (arrays.value(combine([(decision, 1.0)]), solution) for decision in decisions)
    return tuple(code for code, value in enumerate(values) if value > 0.5)
