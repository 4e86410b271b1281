"""From decisions to a plan: the tables and KPIs that menus, coverage and a delivery lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.catalog import Array, Catalog, Codes, named
from models.economics.offers import Offers
from models.economics.uptake import Uptake, uptake
from models.plan import PLAN_TABLES, Decisions, Plan

from ..auditing import audit
from ..program.delivery import Delivery
from ..program.instance import Instance
from ..program.totals import TotalsIndex
from ..program.totals_bounds import optional_products
from ..program.totals_map import offers_map, standing_totals
from ..results.audit_rules import TOLERANCE
from .kpis import kpis
from .uptake_table import uptake_table

LEAST_FLOW = 1e-12
"""Cases a year under which a flow is rounding."""


@dataclass(frozen=True)
class Choice:
    """Menus and coverage: option positions and covered products of each price book with units."""

    menus: Mapping[int, tuple[int, ...]]
    covered: Mapping[int, frozenset[int]]

    @property
    def options(self) -> Codes:
        """Positions of every option on a menu, in the order of the price books."""
        return np.sort(np.array([option for menu in self.menus.values() for option in menu], dtype=np.int64))

    def covers(self, catalog: Catalog) -> NDArray[np.bool_]:
        """Whether each price book covers each product, shape (books, products)."""
        flags = np.zeros((len(catalog.books), len(catalog.products)), dtype=bool)
        pairs = [(book, product) for book, products in self.covered.items() for product in products]
        flags[tuple(np.array(pairs, dtype=np.int64).reshape(-1, 2).T)] = True
        return flags

    def uptake(self, offers: Offers) -> Uptake:
        """What every cohort takes of the menus."""
        cohorts = offers.demand.cohorts
        return uptake(offers, self.options, self.covers(offers.catalog)[cohorts.book, cohorts.product])


def choice_totals(offers: Offers, index: TotalsIndex, choice: Choice) -> Array:
    """Demand totals of menus and coverage."""
    return _totals_of_uptake(offers, index, choice, choice.uptake(offers))


def _totals_of_uptake(offers: Offers, index: TotalsIndex, choice: Choice, taken: Uptake) -> Array:
    sold = taken.share > 0
    _, product, covered = _coverage_of(offers, choice)
    uses = np.bincount(choice.options, minlength=len(offers.options))
    covering = np.bincount(product[covered], minlength=len(offers.catalog.products)) * optional_products(offers)
    demand_map = offers_map(offers, index, taken.cell[sold])
    return standing_totals(offers, index) + demand_map.totals(np.concatenate([taken.share[sold], uses, covering]))


def _coverage_of(offers: Offers, choice: Choice) -> tuple[Codes, Codes, NDArray[np.bool_]]:
    """(price book, product, covered) of the products that each price book holds."""
    catalog, cohorts = offers.catalog, offers.demand.cohorts
    held = np.zeros((len(catalog.books), len(catalog.products)), dtype=bool)
    held[cohorts.book, cohorts.product] = True
    book, product = np.nonzero(held)
    return book, product, choice.covers(catalog)[book, product]


def assemble(setting: Instance, offers: Offers, choice: Choice, delivery: Delivery) -> Plan:
    """The plan that menus, coverage and a delivery make.

    What customers take is worked out once: uptake.csv shows it, and the amounts come from the demand totals it adds to.
    """
    taken = choice.uptake(offers)
    totals = _totals_of_uptake(offers, setting.index, choice, taken)
    catalog, options, used = setting.catalog, offers.options, choice.options
    decisions = Decisions(
        tiers=_names(catalog.tiers, options.tier[used]),
        models=_names(catalog.models, options.model[used]),
        products=_names(catalog.products, np.array(delivery.supported, dtype=np.int64)),
        providers=_names(catalog.providers, np.array(delivery.engaged, dtype=np.int64)),
    )
    return Plan(
        decisions=decisions,
        menus=_menus(offers, choice),
        coverage=_coverage(offers, choice),
        uptake=uptake_table(offers, taken),
        allocation=_allocation(setting, delivery),
        fulfilment=_fulfilment(setting, delivery),
        experience=_experience(setting, delivery),
        kpis=kpis(setting, offers, totals, delivery, decisions),
    )


def agrees_with_audit(
    setting: Instance, offers: Offers, choice: Choice, delivery: Delivery, *, menus_given: bool = False
) -> bool:
    """Whether a delivery that was kept in a file obeys every rule and earns what it says, as the audit sees it."""
    plan = assemble(setting, offers, choice, delivery)
    earned = plan.kpis[setting.scenario.objective]
    same = earned is not None and abs(earned - delivery.objective) <= TOLERANCE * max(1.0, abs(delivery.objective))
    return same and audit(setting.case, setting.scenario, plan, menus_given=menus_given).ok


def _names(names: tuple[str, ...], chosen: Codes) -> tuple[str, ...]:
    return tuple(sorted({names[code] for code in chosen}))


def _table(name: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(PLAN_TABLES[name]))


def _menus(offers: Offers, choice: Choice) -> pd.DataFrame:
    catalog, options, shown = offers.catalog, offers.options, choice.options
    columns = {
        "price_book": named(catalog.books, options.book[shown]),
        "tier": named(catalog.tiers, options.tier[shown]),
        "model": named(catalog.models, options.model[shown]),
        "price": options.price[shown],
    }
    return pd.DataFrame(columns)


def _coverage(offers: Offers, choice: Choice) -> pd.DataFrame:
    catalog = offers.catalog
    book, product, covered = _coverage_of(offers, choice)
    columns = {"price_book": named(catalog.books, book), "product": named(catalog.products, product)}
    return pd.DataFrame({**columns, "covered": covered})


def _allocation(setting: Instance, delivery: Delivery) -> pd.DataFrame:
    catalog, classes, routes = setting.catalog, setting.classes, setting.routes
    used = np.flatnonzero(delivery.flows > LEAST_FLOW)
    work, cases = routes.work_class[used], delivery.flows[used]
    settling = ("", *(catalog.models[code] for code in catalog.settling_models))
    columns = {
        "region": named(catalog.regions, classes.region[work]),
        "family": named(catalog.families, classes.family[work]),
        "service": named(catalog.services, classes.service[work]),
        "tier": named(catalog.tiers, classes.tier[work]),
        "model": named(settling, classes.group[work]),
        "provider": named(catalog.providers, routes.provider[used]),
        "cases": cases,
        "hours": cases * routes.hours[used],
        "cost": cases * routes.cost[used],
    }
    return pd.DataFrame(columns)


def _fulfilment(setting: Instance, delivery: Delivery) -> pd.DataFrame:
    policies = setting.policies
    rows: list[tuple[object, ...]] = [
        (
            setting.catalog.products[product],
            setting.catalog.tiers[tier],
            policies["policy"].iloc[row],
            cases,
            cases * float(policies["parts_cost"].iloc[row]),
        )
        for product, tier, row, cases in delivery.policies
    ]
    return _table("fulfilment", rows)


def _experience(setting: Instance, delivery: Delivery) -> pd.DataFrame:
    catalog, classes, routes = setting.catalog, setting.classes, setting.routes
    flows = np.where(delivery.flows > LEAST_FLOW, delivery.flows, 0.0)
    tier, region = classes.tier[routes.work_class], classes.region[routes.work_class]
    clock = catalog.on_response_clock[classes.service[routes.work_class]]
    tiers, over = catalog.tier_table, setting.scenario.max_csat_over_target
    rows: list[tuple[object, ...]] = []
    for t, name in enumerate(catalog.tiers):
        floor, target, promised = (float(tiers[c].iloc[t]) for c in ("csat_floor", "csat_target", "min_attainment"))
        for r, place in enumerate(catalog.regions):
            here = flows * ((tier == t) & (region == r))
            if here.sum() > 0:
                csat = float(here @ routes.csat / here.sum())
                cap = np.nan if over is None else over
                rows.append((name, place, "csat", csat, floor, _at_least(csat, floor)))
                rows.append((name, place, "csat_over_target", csat - target, cap, _at_most(csat - target, cap)))
            timed = here * clock
            if timed.sum() > 0:
                met = float(timed @ routes.attainment / timed.sum())
                rows.append((name, place, "attainment", met, promised, _at_least(met, promised)))
        rows += _turnaround(setting, delivery, t)
    return _table("experience", rows)


def _turnaround(setting: Instance, delivery: Delivery, tier: int) -> list[tuple[object, ...]]:
    promise = float(setting.catalog.tier_table["turnaround_hours"].iloc[tier])
    hours = setting.policies["turnaround_hours"].to_numpy(dtype=float)
    met = [(cases, float(hours[row])) for _, t, row, cases in delivery.policies if t == tier]
    if np.isnan(promise) or not met:
        return []
    mean = sum(cases * time for cases, time in met) / sum(cases for cases, _ in met)
    return [(setting.catalog.tiers[tier], "", "turnaround_hours", mean, promise, _at_most(mean, promise))]


def _at_least(value: float, limit: float) -> bool:
    return bool(np.isnan(limit) or value >= limit - TOLERANCE * max(1.0, abs(limit)))


def _at_most(value: float, limit: float) -> bool:
    return bool(np.isnan(limit) or value <= limit + TOLERANCE * max(1.0, abs(limit)))
