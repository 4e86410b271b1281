"""Recourse: the delivery of given demand totals that may leave work undone, by three goals one after the other.

1. the least hours of unserved work;
2. the least shortfall: the sum over tiers and regions of what min_attainment (cases) and csat_floor (points x cases /
   100) fall short by, unserved work counted as late and with CSAT 0;
3. the most margin of the objective's scope, payments exact and unserved work free.

Each is held within `HELD_WITHIN` x max(1, its value) for the next. Flow balance, capacities, shares and what is engaged
are hard; the other rules on experience, parts and money are only measured. Decisions may be held (`Fixings`), or are
free within `engage`, scores and the number of providers; with `Routes.max_share` held to planned shares, flows are too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from models.catalog import Array
from models.rules import MEASURED_RULES, RULE_SPECS

from ..lp.expressions import Expression, Row, combine, continuous, highest, number
from ..lp.integer_programs import solve_integer
from ..lp.pulp_reader import FormulationArrays, read_formulation
from ..lp.solver import Limits
from ..lp.tolerances import INTEGRALITY, ROUNDING
from .constraints import labelled_rows, rules_without
from .delivery import MARGIN_OF, Delivery, delivery_of, engaged_in
from .delivery_constraints import Capacity, PartsPolicies, Payment, Turnaround, VolumeDiscounts
from .experience_constraints import Attainment, CsatFloor
from .formulation import Fixings, Formulation
from .instance import Instance
from .totals import Box
from .unserved_work import hours_per_case
from .variables import VariableKey

HELD_WITHIN = 1e-7
"""By how much, relative and at least to 1, a goal may give way to the goals after it."""
SHORTFALL_WEIGHTS = ((Attainment(), 1.0), (CsatFloor(), 0.01))
"""The rules that the second goal is about, and what a unit of each one's shortfall weighs."""
_PAYING = (Payment(), VolumeDiscounts(), PartsPolicies())
"""Rules that decide money alone, without which the first two goals are the same."""

LimitsOfStep = Callable[[float], Limits]
"""Limits of a step that is to be solved to a relative gap."""


@dataclass(frozen=True)
class RecourseOutcome:
    """A delivery with what the first two goals came to, or why there is none."""

    delivery: Delivery | None
    unserved_hours: float = 0.0
    shortfall: float = 0.0
    proved: bool = True
    """Whether it is proved best by every goal, or proved impossible; False where a limit came first."""


class RecourseProgram:
    """The program of one vector of demand totals: stated once, solved goal by goal."""

    def __init__(
        self, instance: Instance, totals: Array, fixings: Fixings, promises: frozenset[int] = frozenset()
    ) -> None:
        """`promises` are the tiers (codes) whose turnaround is held."""
        self.instance = instance
        self.formulation = Formulation(instance, Box.at(totals), fixings, may_leave_work=True)
        self._promises = {instance.catalog.tiers[tier] for tier in promises}
        floors = [(row, weight) for rule, weight in SHORTFALL_WEIGHTS for row in rule.rows(self.formulation)]
        self._floors = [(row, weight, _missing(at, row)) for at, (row, weight) in enumerate(floors)]

    @cached_property
    def unserved_hours(self) -> Expression:
        """The first goal: hours of unserved work."""
        return self.formulation.undone(hours_per_case(self.instance))

    @cached_property
    def shortfall(self) -> Expression:
        """The second goal, over variables for what each floor is missed by at least."""
        return combine((missing, weight) for _, weight, missing in self._floors)

    @property
    def margin(self) -> Expression:
        """The third goal."""
        return self.formulation.amounts[MARGIN_OF[self.instance.scenario.objective]]

    def work_rows(self) -> list[tuple[str, Row]]:
        """Rows on who does what work, which are hard."""
        skipped = {*MEASURED_RULES, *(rule.name for rule in _PAYING)}
        skipped |= {key for key, spec in RULE_SPECS.items() if spec.on_menus}
        return [*labelled_rows(self.formulation, rules_without(skipped)), *self._small_flows()]

    def _small_flows(self) -> Iterator[tuple[str, Row]]:
        """Rows that keep flows from providers that are not engaged, where tolerances of their capacity would let some
        pass."""
        program, routes = self.formulation, self.instance.routes
        for provider in program.spending:
            at = routes.by_provider.get(provider, [])
            least = INTEGRALITY * program.most_hours(at)
            for i in at:
                most = highest(program.flows[i])
                if 0 < most * float(routes.hours[i]) <= least:
                    right = combine([(program.engaged[provider], most)])
                    yield Capacity.name, Row(self.instance.catalog.providers[provider], program.flows[i], "<=", right)

    def floor_rows(self) -> list[tuple[str, Row]]:
        """Rows on attainment and CSAT, with what each is missed by."""
        rows = (replace(row, left=combine([(row.left, 1.0), (missing, 1.0)])) for row, _, missing in self._floors)
        return [("shortfall", row) for row in rows]

    def money_rows(self) -> list[tuple[str, Row]]:
        """Rows on payments and parts policies, and on the turnaround of the tiers whose promise is held."""
        promised = (row for row in Turnaround().rows(self.formulation) if row.scope in self._promises)
        return [*labelled_rows(self.formulation, _PAYING), *((Turnaround.name, row) for row in promised)]

    def solve(self, limits: LimitsOfStep) -> RecourseOutcome:
        """The best delivery by the goals in their order."""
        steps = (
            (self.work_rows(), self.unserved_hours),
            (self.floor_rows(), self.shortfall),
            (self.money_rows(), combine([(self.margin, -1.0)])),
        )
        rows: list[tuple[str, Row]] = []
        for more, goal in steps:
            rows += more
            arrays = read_formulation(rows, goal)
            solution, infeasible = _least(arrays, limits(ROUNDING))
            if solution is None:
                return RecourseOutcome(None, proved=infeasible)
            found = arrays, solution
            rows.append(("goal", _held(goal, arrays.value(goal, solution))))
        return self._outcome(*found)

    def _outcome(self, arrays: FormulationArrays, solution: Array) -> RecourseOutcome:
        delivery = _cleaned(self.formulation, delivery_of(self.formulation, arrays, solution))
        hours = float(hours_per_case(self.instance) @ delivery.unserved)
        return RecourseOutcome(
            delivery, hours, sum(weight * missed for weight, missed in self._missed(arrays, solution))
        )

    def _missed(self, arrays: FormulationArrays, solution: Array) -> Iterator[tuple[float, float]]:
        """Weight of each floor, and by how much it is missed; what is so little beside its limit is rounding."""
        for row, weight, _ in self._floors:
            value, limit = arrays.value(row.left, solution), arrays.value(row.right, solution)
            yield weight, limit - value if limit - value > ROUNDING * max(1.0, limit) else 0.0


def _missing(at: int, row: Row) -> Expression:
    """By how much a floor is missed."""
    return combine([(continuous(VariableKey("missing", (at,)).name, 0.0, highest(row.right)), 1.0)])


def _held(goal: Expression, value: float) -> Row:
    """A goal that was minimized held for the goals after it; one that is 0 stays 0."""
    room = HELD_WITHIN * max(1.0, abs(value)) if value > ROUNDING else 0.0
    return Row("", goal, "<=", number(max(0.0, value) + room))


def _least(arrays: FormulationArrays, limits: Limits) -> tuple[Array | None, bool]:
    """The solution (natural units) of least cost, proved; None, and whether it is impossible, where there is none."""
    if arrays.contradictions:
        return None, True
    if not arrays.columns:
        return np.zeros(0), False
    outcome = solve_integer(arrays.scaled, replace(limits, submodels=False))
    if outcome.values is None or not outcome.solved:
        return None, outcome.infeasible
    return outcome.values * arrays.scaling.columns, False


def _cleaned(formulation: Formulation, delivery: Delivery) -> Delivery:
    """A delivery without what is so little beside its work class that it is rounding."""
    instance = formulation.instance
    done = np.bincount(instance.routes.work_class, weights=delivery.flows, minlength=len(instance.classes))
    least = ROUNDING * (done + delivery.unserved)
    flows = np.where(delivery.flows > least[instance.routes.work_class], delivery.flows, 0.0)
    unserved = np.where(delivery.unserved > least, delivery.unserved, 0.0)
    return replace(delivery, flows=flows, unserved=unserved, engaged=engaged_in(formulation, flows))
