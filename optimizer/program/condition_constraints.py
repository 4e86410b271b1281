"""Constraints that the conditions of one question impose, stated like the rules of the scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from models.conditions import (
    LEAST_HOURS,
    Amount,
    Condition,
    CountLimit,
    CsatOverFloor,
    NoTokenPartners,
    Unlike,
    WorkShare,
)

from ..lp.expressions import Binary, Expression, Row, combine, number
from .experience_constraints import means
from .formulation import Formulation
from .routes import is_partner, most_utilization, one_off_cost, shares_hours

Rows = Iterator[Row]

_RATIOS = {
    "service_margin_share": (("service_margin",), "service_revenue"),
    "account_margin_share": (("account_margin",), "account_revenue"),
    "cost_to_serve": (("delivery_cost", "fulfilment_cost", "admin_cost"), "service_revenue"),
    "contract_coverage": (("units",), "all units"),
    "contract_value_coverage": (("unit value",), "all unit value"),
    "downtime_per_incident": (("downtime_hours",), "contract_incidents"),
}
"""Amounts whose sum is a ratio of another."""


def _one_off_cost(program: Formulation) -> Expression:
    costs = one_off_cost(program.instance.catalog).tolist()
    return combine(zip(program.engaged, costs, strict=True))


def _partner_payments(program: Formulation) -> Expression:
    partner = is_partner(program.instance.catalog)
    return combine((spending.payment, 1.0) for j, spending in program.spending.items() if partner[j])


def _incidents(program: Formulation) -> Expression:
    return combine((program.totals[int(at)], 1.0) for at in program.instance.index.incidents.ravel())


def _units(program: Formulation) -> Expression:
    return combine((program.totals[int(at)], 1.0) for at in program.instance.index.units.ravel())


_AMOUNTS: Mapping[str, Callable[[Formulation], Expression]] = {
    "one_off_cost": _one_off_cost,
    "partner_payments": _partner_payments,
    "contract_incidents": _incidents,
    "downtime_hours": lambda program: program.delivered(program.instance.routes.response_hours),
    "units": _units,
    "all units": lambda program: number(program.instance.demand.total_units),
    "unit value": lambda program: program.totals[program.instance.index.unit_value],
    "all unit value": lambda program: number(program.instance.demand.total_value),
}
"""Amounts that only conditions speak of, so that a formulation does not state them; in the units of the KPIs."""


def _amount(program: Formulation, name: str) -> Expression:
    return _AMOUNTS[name](program) if name in _AMOUNTS else program.amounts[name]


@dataclass(frozen=True)
class ConditionConstraint:
    """A condition as a constraint of the formulation, like the rules of the scenario."""

    condition: Condition

    @property
    def name(self) -> str:
        """The condition in words."""
        return str(self.condition)

    def rows(self, program: Formulation) -> Rows:
        """Rows of the condition; none where menus or changes of the case see to it."""
        return _rows(self.condition, program)


@singledispatch
def _rows(condition: Condition, program: Formulation) -> Rows:
    """Nothing: decisions are changes of the case, and conditions on one menu restrict the search."""
    yield from ()


def _between(scope: str, left: Expression, whole: Expression, least: float | None, most: float | None) -> Rows:
    """least * whole <= left <= most * whole."""
    if least is not None:
        yield Row(scope, left, ">=", combine([(whole, least)]))
    if most is not None:
        yield Row(scope, left, "<=", combine([(whole, most)]))


@_rows.register
def _(condition: CountLimit, program: Formulation) -> Rows:
    """Number of what is there between least and most; tiers and most models and providers are rules of the scenario."""
    decisions: list[Binary] = {"model": program.models, "product": program.products, "provider": program.engaged}.get(
        condition.kind, []
    )
    most = condition.most if condition.kind == "product" else None
    least = None if condition.kind == "tier" else condition.least
    yield from _between("", combine((decision, 1.0) for decision in decisions), number(1), least, most)
    if least is not None and condition.kind == "provider":
        yield from _no_idle(program, range(len(decisions)))
    if least is not None and condition.kind == "product":
        yield from _covered_somewhere(program)


def _no_idle(program: Formulation, providers: Iterator[int] | range) -> Rows:
    """Hours >= min(LEAST_HOURS, capacity that it may work) for each provider engaged by choice."""
    capacity = program.instance.catalog.provider_table["capacity_hours"].to_numpy(dtype=float)
    capacity = capacity * most_utilization(program.instance.catalog, program.instance.scenario)
    for j in providers:
        if not isinstance(program.engaged[j], int):
            least = combine([(program.engaged[j], min(LEAST_HOURS, float(capacity[j])))])
            yield Row(program.instance.catalog.providers[j], program.hours_of(j), ">=", least)


def _covered_somewhere(program: Formulation) -> Rows:
    """An optional product that is supported is covered by some price book."""
    catalog, index = program.instance.catalog, program.instance.index
    if program.fixings.supported is None:
        for code, name in enumerate(catalog.products):
            if catalog.offer["products"][name] == "optional":
                supported = combine([(program.products[code], 1.0)])
                yield Row(name, program.totals[index.coverages[code]], ">=", supported)


@_rows.register
def _(condition: Amount, program: Formulation) -> Rows:
    """The amount between least and most, or its parts between that often what it is a ratio of."""
    if condition.kpi in _RATIOS:
        parts, of = _RATIOS[condition.kpi]
        left, whole = combine((_amount(program, name), 1.0) for name in parts), _amount(program, of)
    else:
        left, whole = _amount(program, condition.kpi), number(1)
    yield from _between("", left, whole, condition.least, condition.most)


@_rows.register
def _(condition: CsatOverFloor, program: Formulation) -> Rows:
    """sum_wj csat_wj * x_wj >= (csat_floor_t + points) * sum_wj x_wj, for each tier and region with work."""
    floors = program.instance.catalog.tier_table["csat_floor"].to_numpy(dtype=float) + condition.points
    csat = program.instance.routes.csat
    for work in means(program, lambda _: True):
        left = program.delivered(csat[work.at], work.at)
        yield Row(work.scope, left, ">=", work.share_of_all(float(floors[work.tier])))


@_rows.register
def _(condition: WorkShare, program: Formulation) -> Rows:
    """Hours of the providers between least and most * hours of teams and partners, on the work meant."""
    catalog, routes = program.instance.catalog, program.instance.routes
    meant = _meant(condition, program)
    own = np.isin(routes.provider, [catalog.providers.index(name) for name in condition.providers])
    hours = program.delivered(routes.hours * (own & meant))
    whole = program.delivered(routes.hours * (shares_hours(catalog)[routes.provider] & meant))
    yield from _between("", hours, whole, condition.least, condition.most)


def _meant(condition: WorkShare, program: Formulation) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Routes whose work the condition speaks of."""
    catalog, classes, routes = program.instance.catalog, program.instance.classes, program.instance.routes
    names = {"region": catalog.regions, "family": catalog.families, "service": catalog.services, "tier": catalog.tiers}
    meant = np.ones(len(routes), dtype=bool)
    for kind, name in condition.where:
        meant &= getattr(classes, kind)[routes.work_class] == names[kind].index(name)
    return meant


@_rows.register
def _(condition: NoTokenPartners, program: Formulation) -> Rows:
    """hours_j >= share * sum_k hours_k - most * (1 - engaged_j), for each partner that may be left out."""
    catalog, shared = program.instance.catalog, program.shared_hours
    capacity = catalog.provider_table["capacity_hours"].to_numpy(dtype=float)
    within = float(capacity[program.instance.may_engage & shares_hours(catalog)].sum())
    most = condition.share * within
    for j in _partners_by_choice(program):
        right = combine([(shared, condition.share), (most, -1.0), (program.engaged[j], most)])
        yield Row(catalog.providers[j], program.hours_of(j), ">=", right)
    yield from _no_idle(program, _partners_by_choice(program))


def _partners_by_choice(program: Formulation) -> Iterator[int]:
    partner = is_partner(program.instance.catalog)
    return (j for j, engaged in enumerate(program.engaged) if partner[j] and not isinstance(engaged, int))


@_rows.register
def _(condition: Unlike, program: Formulation) -> Rows:
    """Number of tiers, models and partners that are otherwise >= 1; a partner more is one with work."""
    catalog = program.instance.catalog
    partners = np.flatnonzero(is_partner(catalog)).tolist()
    decided = [
        *((name in condition.tiers, tier) for name, tier in zip(catalog.tiers, program.tiers, strict=True)),
        *((name in condition.models, model) for name, model in zip(catalog.models, program.models, strict=True)),
        *((catalog.providers[j] in condition.partners, program.engaged[j]) for j in partners),
    ]
    # 1 - decision for what is chosen, the decision itself for what is not.
    otherwise = combine((decision, -1.0 if chosen else 1.0) for chosen, decision in decided)
    yield Row("", otherwise, ">=", number(1 - sum(chosen for chosen, _ in decided)))
    yield from _no_idle(program, _partners_by_choice(program))
