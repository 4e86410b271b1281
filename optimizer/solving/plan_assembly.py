"""From decisions to a plan: the tables and KPIs that menus, coverage and a delivery lead to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.book_menu import BookMenu, coverage_of, options_of
from models.catalog import Array, Codes, named
from models.economics.offers import Offers
from models.economics.uptake import Uptake, uptake
from models.plan import PLAN_TABLES, Decisions, Plan

from ..auditing import audit
from ..program.delivery import Delivery
from ..program.instance import Instance
from ..program.totals import TotalsIndex
from ..program.totals_bounds import optional_products
from ..program.totals_map import offers_map, standing_totals
from ..program.unserved_work import hours_per_case
from ..results.audit_rules import TOLERANCE
from .kpis import kpis
from .uptake_table import uptake_table

LEAST_FLOW = 1e-12
"""Cases a year under which a flow is rounding."""


def uptake_of(offers: Offers, menus: Sequence[BookMenu]) -> Uptake:
    """What every cohort takes of the menus of all price books."""
    cohorts = offers.demand.cohorts
    return uptake(offers, options_of(menus), coverage_of(offers.catalog, menus)[cohorts.book, cohorts.product])


def plan_totals(offers: Offers, index: TotalsIndex, menus: Sequence[BookMenu]) -> Array:
    """Demand totals of a menu of every price book with units, shape (totals,)."""
    return _totals_of_uptake(offers, index, menus, uptake_of(offers, menus))


def _totals_of_uptake(offers: Offers, index: TotalsIndex, menus: Sequence[BookMenu], taken: Uptake) -> Array:
    sold = taken.share > 0
    _, product, covered = _coverage_of(offers, menus)
    uses = np.bincount(options_of(menus), minlength=len(offers.options))
    covering = np.bincount(product[covered], minlength=len(offers.catalog.products)) * optional_products(offers)
    demand_map = offers_map(offers, index, taken.cell[sold])
    return standing_totals(offers, index) + demand_map.totals(np.concatenate([taken.share[sold], uses, covering]))


def _coverage_of(offers: Offers, menus: Sequence[BookMenu]) -> tuple[Codes, Codes, NDArray[np.bool_]]:
    """(price book, product, covered) of the products that each price book holds."""
    catalog, cohorts = offers.catalog, offers.demand.cohorts
    held = np.zeros((len(catalog.books), len(catalog.products)), dtype=bool)
    held[cohorts.book, cohorts.product] = True
    book, product = np.nonzero(held)
    return book, product, coverage_of(catalog, menus)[book, product]


def assemble(instance: Instance, offers: Offers, menus: Sequence[BookMenu], delivery: Delivery) -> Plan:
    """The plan that menus, coverage and a delivery make.

    What customers take is worked out once: uptake.csv shows it, and the amounts come from the demand totals it adds to.
    """
    taken = uptake_of(offers, menus)
    totals = _totals_of_uptake(offers, instance.index, menus, taken)
    catalog, options, used = instance.catalog, offers.options, options_of(menus)
    decisions = Decisions(
        tiers=_names(catalog.tiers, options.tier[used]),
        models=_names(catalog.models, options.model[used]),
        products=_names(catalog.products, np.array(delivery.supported, dtype=np.int64)),
        providers=_names(catalog.providers, np.array(delivery.engaged, dtype=np.int64)),
    )
    return Plan(
        decisions=decisions,
        menus=_menus(offers, menus),
        coverage=_coverage(offers, menus),
        uptake=uptake_table(offers, taken),
        allocation=_allocation(instance, delivery),
        fulfilment=_fulfilment(instance, delivery),
        experience=_experience(instance, delivery),
        kpis=kpis(instance, offers, totals, delivery, decisions),
    )


def agrees_with_audit(
    instance: Instance, offers: Offers, menus: Sequence[BookMenu], delivery: Delivery, *, menus_given: bool = False
) -> bool:
    """Whether a delivery that was kept in a file obeys every rule and earns what it says, as the audit sees it."""
    plan = assemble(instance, offers, menus, delivery)
    earned = plan.kpis[instance.scenario.objective]
    same = earned is not None and abs(earned - delivery.objective) <= TOLERANCE * max(1.0, abs(delivery.objective))
    return same and audit(instance.case, instance.scenario, plan, menus_given=menus_given).ok


def _names(names: tuple[str, ...], chosen: Codes) -> tuple[str, ...]:
    return tuple(sorted({names[code] for code in chosen}))


def _table(name: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(PLAN_TABLES[name]))


def _menus(offers: Offers, menus: Sequence[BookMenu]) -> pd.DataFrame:
    catalog, options, shown = offers.catalog, offers.options, options_of(menus)
    columns = {
        "price_book": named(catalog.books, options.book[shown]),
        "tier": named(catalog.tiers, options.tier[shown]),
        "model": named(catalog.models, options.model[shown]),
        "price": options.price[shown],
    }
    return pd.DataFrame(columns)


def _coverage(offers: Offers, menus: Sequence[BookMenu]) -> pd.DataFrame:
    catalog = offers.catalog
    book, product, covered = _coverage_of(offers, menus)
    columns = {"price_book": named(catalog.books, book), "product": named(catalog.products, product)}
    return pd.DataFrame({**columns, "covered": covered})


def _work_class_columns(instance: Instance, work: Codes) -> dict[str, NDArray[np.object_]]:
    """What work classes are called: region, family, service, tier and, where they settle, pricing model."""
    catalog, classes = instance.catalog, instance.classes
    settling = ("", *(catalog.models[code] for code in catalog.settling_models))
    return {
        "region": named(catalog.regions, classes.region[work]),
        "family": named(catalog.families, classes.family[work]),
        "service": named(catalog.services, classes.service[work]),
        "tier": named(catalog.tiers, classes.tier[work]),
        "model": named(settling, classes.group[work]),
    }


def _allocation(instance: Instance, delivery: Delivery) -> pd.DataFrame:
    catalog, routes = instance.catalog, instance.routes
    used = np.flatnonzero(delivery.flows > LEAST_FLOW)
    work, cases = routes.work_class[used], delivery.flows[used]
    columns = {
        **_work_class_columns(instance, work),
        "provider": named(catalog.providers, routes.provider[used]),
        "cases": cases,
        "hours": cases * routes.hours[used],
        "cost": cases * routes.cost[used],
    }
    return pd.DataFrame(columns)


def _fulfilment(instance: Instance, delivery: Delivery) -> pd.DataFrame:
    policies = instance.policies
    rows: list[tuple[object, ...]] = [
        (
            instance.catalog.products[product],
            instance.catalog.tiers[tier],
            policies["policy"].iloc[row],
            cases,
            cases * float(policies["parts_cost"].iloc[row]),
        )
        for product, tier, row, cases in delivery.policies
    ]
    return _table("fulfilment", rows)


def unserved_table(instance: Instance, delivery: Delivery) -> pd.DataFrame:
    """Unserved cases and hours of each work class that has some."""
    work = np.flatnonzero(delivery.unserved)
    cases = delivery.unserved[work]
    columns = {**_work_class_columns(instance, work), "cases": cases, "hours": cases * hours_per_case(instance)[work]}
    return pd.DataFrame(columns)


def _experience(instance: Instance, delivery: Delivery) -> pd.DataFrame:
    catalog, classes, routes = instance.catalog, instance.classes, instance.routes
    flows = np.where(delivery.flows > LEAST_FLOW, delivery.flows, 0.0)
    tier, region = classes.tier[routes.work_class], classes.region[routes.work_class]
    clock = catalog.on_response_clock[classes.service[routes.work_class]]
    undone = delivery.unserved if len(delivery.unserved) else np.zeros(len(classes))
    tiers, over = catalog.tier_table, instance.scenario.max_csat_over_target
    rows: list[tuple[object, ...]] = []
    for t, name in enumerate(catalog.tiers):
        floor, target, promised = (float(tiers[c].iloc[t]) for c in ("csat_floor", "csat_target", "min_attainment"))
        for r, place in enumerate(catalog.regions):
            here = flows * ((tier == t) & (region == r))
            left = undone * ((classes.tier == t) & (classes.region == r))
            cases = here.sum() + left.sum()
            if cases > 0:
                csat = float(here @ routes.csat / cases)
                rows.append((name, place, "csat", csat, floor, _at_least(csat, floor)))
            if here.sum() > 0:
                beyond, cap = float(here @ routes.csat / here.sum()) - target, np.nan if over is None else over
                rows.append((name, place, "csat_over_target", beyond, cap, _at_most(beyond, cap)))
            timed = here * clock
            cases = timed.sum() + (left * catalog.on_response_clock[classes.service]).sum()
            if cases > 0:
                met = float(timed @ routes.attainment / cases)
                rows.append((name, place, "attainment", met, promised, _at_least(met, promised)))
        rows += _turnaround(instance, delivery, t)
    return _table("experience", rows)


def _turnaround(instance: Instance, delivery: Delivery, tier: int) -> list[tuple[object, ...]]:
    promise = float(instance.catalog.tier_table["turnaround_hours"].iloc[tier])
    hours = instance.policies["turnaround_hours"].to_numpy(dtype=float)
    met = [(cases, float(hours[row])) for _, t, row, cases in delivery.policies if t == tier]
    if np.isnan(promise) or not met:
        return []
    mean = sum(cases * time for cases, time in met) / sum(cases for cases, _ in met)
    return [(instance.catalog.tiers[tier], "", "turnaround_hours", mean, promise, _at_most(mean, promise))]


def _at_least(value: float, limit: float) -> bool:
    return bool(np.isnan(limit) or value >= limit - TOLERANCE * max(1.0, abs(limit)))


def _at_most(value: float, limit: float) -> bool:
    return bool(np.isnan(limit) or value <= limit + TOLERANCE * max(1.0, abs(limit)))
