"""Rows of the conditions of one question, stated like the rules of the scenario."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from models.conditions import LEAST_HOURS, Amount, Condition, Count, CsatOverFloor, NoTokenPartners, Unlike, WorkShare

from ..lp.expressions import Expression, Row, Switch, combine, number
from .experience_constraints import means
from .formulation import Formulation
from .routes import is_partner, shares_hours

Rows = Iterator[Row]

_SHARES = {
    "service_margin_share": (("service_margin",), "service_revenue"),
    "account_margin_share": (("account_margin",), "account_revenue"),
    "cost_to_serve": (("delivery_cost", "fulfilment_cost", "admin_cost"), "service_revenue"),
}
"""Amounts whose sum is a share of another."""


@dataclass(frozen=True)
class ImposedConditions:
    """A condition as a rule of the program."""

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
    """least x whole <= left <= most x whole."""
    if least is not None:
        yield Row(scope, left, ">=", combine([(whole, least)]))
    if most is not None:
        yield Row(scope, left, "<=", combine([(whole, most)]))


@_rows.register
def _(condition: Count, program: Formulation) -> Rows:
    """Sum of switches between least and most; tiers and most models and providers are rules of the scenario."""
    switches: list[Switch] = {"model": program.models, "product": program.products, "provider": program.engaged}.get(
        condition.kind, []
    )
    most = condition.most if condition.kind == "product" else None
    least = None if condition.kind == "tier" else condition.least
    yield from _between("", combine((switch, 1.0) for switch in switches), number(1), least, most)
    if least is not None and condition.kind == "provider":
        yield from _no_idle(program, range(len(switches)))
    if least is not None and condition.kind == "product":
        yield from _covered_somewhere(program)


def _no_idle(program: Formulation, providers: Iterator[int] | range) -> Rows:
    """Hours >= min(LEAST_HOURS, capacity) for each provider engaged by choice."""
    capacity = program.setting.catalog.provider_table["capacity_hours"].to_numpy(dtype=float)
    for j in providers:
        if not isinstance(program.engaged[j], int):
            least = combine([(program.engaged[j], min(LEAST_HOURS, float(capacity[j])))])
            yield Row(program.setting.catalog.providers[j], program.hours_of(j), ">=", least)


def _covered_somewhere(program: Formulation) -> Rows:
    """An optional product that is supported is covered by some price book."""
    catalog, index = program.setting.catalog, program.setting.index
    if program.given.supported is None:
        for code, name in enumerate(catalog.products):
            if catalog.offer["products"][name] == "optional":
                supported = combine([(program.products[code], 1.0)])
                yield Row(name, program.totals[index.coverages[code]], ">=", supported)


@_rows.register
def _(condition: Amount, program: Formulation) -> Rows:
    """The amount, or what it is a share of, between least and most."""
    if condition.is_money:
        left, whole = program.amounts[condition.kpi], number(1)
    elif condition.kpi == "attach_rate":
        at = program.setting.index.units.ravel()
        left = combine((program.totals[int(i)], 1.0) for i in at)
        whole = number(program.setting.demand.total_units)
    else:
        parts, revenue = _SHARES[condition.kpi]
        left, whole = combine((program.amounts[name], 1.0) for name in parts), program.amounts[revenue]
    yield from _between("", left, whole, condition.least, condition.most)


@_rows.register
def _(condition: CsatOverFloor, program: Formulation) -> Rows:
    """sum x csat >= (floor + points) x sum x, for each tier and region with work."""
    floors = program.setting.catalog.tier_table["csat_floor"].to_numpy(dtype=float) + condition.points
    csat = program.setting.routes.csat
    for tier, scope, at in means(program, lambda _: True):
        right = program.delivered([float(floors[tier])] * len(at), at)
        yield Row(scope, program.delivered(csat[at], at), ">=", right)


@_rows.register
def _(condition: WorkShare, program: Formulation) -> Rows:
    """Hours of the providers between least and most x hours of teams and partners, on the work meant."""
    catalog, routes = program.setting.catalog, program.setting.routes
    meant = _meant(condition, program)
    own = np.isin(routes.provider, [catalog.providers.index(name) for name in condition.providers])
    hours = program.delivered(routes.hours * (own & meant))
    whole = program.delivered(routes.hours * (shares_hours(catalog)[routes.provider] & meant))
    yield from _between("", hours, whole, condition.least, condition.most)


def _meant(condition: WorkShare, program: Formulation) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Routes whose work the condition speaks of."""
    catalog, classes, routes = program.setting.catalog, program.setting.classes, program.setting.routes
    names = {"region": catalog.regions, "family": catalog.families, "service": catalog.services, "tier": catalog.tiers}
    meant = np.ones(len(routes), dtype=bool)
    for kind, name in condition.where:
        meant &= getattr(classes, kind)[routes.work_class] == names[kind].index(name)
    return meant


@_rows.register
def _(condition: NoTokenPartners, program: Formulation) -> Rows:
    """Hours >= share x hours of teams and partners - most x (1 - engaged), for each partner that may be left out."""
    catalog, shared = program.setting.catalog, program.shared_hours()
    capacity = catalog.provider_table["capacity_hours"].to_numpy(dtype=float)
    within = float(capacity[program.setting.may_engage & shares_hours(catalog)].sum())
    most = condition.share * within
    for j in _partners_by_choice(program):
        right = combine([(shared, condition.share), (most, -1.0), (program.engaged[j], most)])
        yield Row(catalog.providers[j], program.hours_of(j), ">=", right)
    yield from _no_idle(program, _partners_by_choice(program))


def _partners_by_choice(program: Formulation) -> Iterator[int]:
    partner = is_partner(program.setting.catalog)
    return (j for j, switch in enumerate(program.engaged) if partner[j] and not isinstance(switch, int))


@_rows.register
def _(condition: Unlike, program: Formulation) -> Rows:
    """Number of tiers, models and partners that are otherwise >= 1; a partner more is one with work."""
    catalog = program.setting.catalog
    partners = np.flatnonzero(is_partner(catalog)).tolist()
    decided = [
        *((name in condition.tiers, switch) for name, switch in zip(catalog.tiers, program.tiers, strict=True)),
        *((name in condition.models, switch) for name, switch in zip(catalog.models, program.models, strict=True)),
        *((catalog.providers[j] in condition.partners, program.engaged[j]) for j in partners),
    ]
    # 1 - switch for what is chosen, the switch itself for what is not.
    otherwise = combine((switch, -1.0 if chosen else 1.0) for chosen, switch in decided)
    yield Row("", otherwise, ">=", number(1 - sum(chosen for chosen, _ in decided)))
    yield from _no_idle(program, _partners_by_choice(program))
