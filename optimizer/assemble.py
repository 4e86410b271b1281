"""From decisions to a plan: the tables and KPIs that menus, coverage and a delivery lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.catalog import Array, Codes
from models.offers import Offers
from models.plan import PLAN_TABLES, Decisions, Plan

from .kpis import kpis
from .program.delivery import Delivery
from .program.setting import Setting
from .program.totals import TotalsIndex, locked_rows, menu_totals, product_revenue_change, standing_totals

LEAST_FLOW = 1e-12
"""Cases a year under which a flow is rounding."""
OK = 1e-6
"""Tolerance of the rules, relative to max(1, limit)."""


@dataclass(frozen=True)
class Choice:
    """Menus and coverage: option positions and covered products of each price book with units."""

    menus: Mapping[int, tuple[int, ...]]
    covered: Mapping[int, frozenset[int]]


def choice_totals(offers: Offers, index: TotalsIndex, choice: Choice) -> Array:
    """Demand totals of menus and coverage."""
    change = product_revenue_change(offers)
    totals = standing_totals(offers, index)
    for book, menu in choice.menus.items():
        covered = covered_flags(offers, choice.covered[book])
        totals = totals + menu_totals(offers, index, book, list(menu), covered, change)
    return totals


def covered_flags(offers: Offers, products: frozenset[int]) -> NDArray[np.bool_]:
    """Flag of each product of the case."""
    flags = np.zeros(len(offers.catalog.products), dtype=bool)
    flags[list(products)] = True
    return flags


def assemble(setting: Setting, offers: Offers, choice: Choice, delivery: Delivery) -> Plan:
    """The plan that menus, coverage and a delivery make."""
    allocation = _allocation(setting, delivery)
    uptake = _uptake(offers, choice)
    totals = choice_totals(offers, setting.index, choice)
    used = [option for menu in choice.menus.values() for option in menu]
    catalog, options = setting.catalog, offers.options
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
        uptake=uptake,
        allocation=allocation,
        fulfilment=_fulfilment(setting, delivery),
        experience=_experience(setting, delivery),
        kpis=kpis(setting, offers, totals, delivery, decisions),
    )


def _names(names: tuple[str, ...], chosen: Codes) -> tuple[str, ...]:
    return tuple(sorted({names[code] for code in chosen}))


def _table(name: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(PLAN_TABLES[name]))


def _menus(offers: Offers, choice: Choice) -> pd.DataFrame:
    catalog, options = offers.catalog, offers.options
    rows: list[tuple[object, ...]] = [
        (
            catalog.books[book],
            catalog.tiers[options.tier[option]],
            catalog.models[options.model[option]],
            float(options.price[option]),
        )
        for book in sorted(choice.menus)
        for option in sorted(choice.menus[book])
    ]
    return _table("menus", rows)


def _coverage(offers: Offers, choice: Choice) -> pd.DataFrame:
    catalog, product = offers.catalog, offers.demand.cohorts.product
    spans = {book: offers.cohorts_of(book) for book in offers.books_with_units}
    rows: list[tuple[object, ...]] = [
        (catalog.books[book], catalog.products[code], int(code) in choice.covered[book])
        for book, span in spans.items()
        for code in np.unique(product[span.start : span.stop])
    ]
    return _table("coverage", rows)


def _uptake(offers: Offers, choice: Choice) -> pd.DataFrame:
    free = [_book_uptake(offers, book, choice) for book in offers.books_with_units]
    parts = [part for part in (*free, _locked_uptake(offers)) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else _table("uptake", [])


def _book_uptake(offers: Offers, book: int, choice: Choice) -> pd.DataFrame:
    """Rows of a book's cohorts: its menu's options by rank where anyone takes them, then `none`."""
    catalog, cohorts, options = offers.catalog, offers.demand.cohorts, offers.options
    span, menu = offers.cohorts_of(book), sorted(choice.menus.get(book, ()))
    place = np.arange(span.start, span.stop)
    covered = covered_flags(offers, choice.covered[book])[cohorts.product[place]]
    share = offers.shares(book, menu) * covered[:, None]
    local = [option - int(options.start[book]) for option in menu]
    yearly = offers.block(offers.terms.yearly, book)[:, local]
    kept = catalog.loyalty[cohorts.segment[place]][:, options.tier[menu]]
    kept = kept * (1 - catalog.displaced_share[options.model[menu]])
    columns = [
        _uptake_rows(
            offers,
            place,
            share[:, j],
            (catalog.tiers[options.tier[o]], catalog.models[options.model[o]], float(options.price[o])),
            yearly[:, j],
            kept[:, j],
        )
        for j, o in enumerate(menu)
    ]
    nothing = np.maximum(0.0, 1.0 - share.sum(axis=1))
    columns.append(
        _uptake_rows(
            offers,
            place,
            nothing,
            ("none", "", np.nan),
            np.zeros(len(place)),
            catalog.loyalty[cohorts.segment[place], -1],
        )
    )
    rows = pd.concat(columns, keys=range(len(columns)), names=["option", "cohort"])
    rows = rows.sort_index(level=["cohort", "option"]).reset_index(drop=True)
    return rows[(rows["share"] > 0) | (rows["tier"] == "none")]


def _uptake_rows(
    offers: Offers, place: Codes, share: Array, option: tuple[str, str, float], yearly: Array, kept: Array
) -> pd.DataFrame:
    catalog, cohorts = offers.catalog, offers.demand.cohorts
    tier, model, price = option
    units = cohorts.units[place] * share
    return pd.DataFrame(
        {
            "segment": [catalog.segments[code] for code in cohorts.segment[place]],
            "customer_class": [cohorts.customer_class[i] for i in place],
            "product": [catalog.products[code] for code in cohorts.product[place]],
            "tier": tier,
            "model": model,
            "price": price,
            "share": share,
            "units": units,
            "service_revenue": units * np.where(share > 0, yearly, 0.0),
            "product_revenue": cohorts.revenue[place] * share * kept,
        }
    )


def _locked_uptake(offers: Offers) -> pd.DataFrame:
    catalog, locked = offers.catalog, offers.demand.locked
    rows = locked_rows(catalog, locked)
    table = pd.DataFrame(
        {
            "segment": [catalog.segments[code] for code in locked.segment],
            "customer_class": "contract",
            "product": [catalog.products[code] for code in locked.product],
            "tier": [catalog.tiers[code] for code in locked.tier],
            "model": [catalog.models[code] for code in locked.model],
            "price": locked.price,
            "share": 1.0,
            "units": locked.units,
            "service_revenue": locked.units * rows.terms.yearly,
            "product_revenue": rows.product_revenue,
        }
    )
    keys = list(PLAN_TABLES["uptake"][:7])
    return table.groupby(keys, as_index=False, sort=True)[list(PLAN_TABLES["uptake"][7:])].sum()


def _allocation(setting: Setting, delivery: Delivery) -> pd.DataFrame:
    catalog, classes, routes = setting.catalog, setting.classes, setting.routes
    rows: list[tuple[object, ...]] = []
    for i in np.flatnonzero(delivery.flows > LEAST_FLOW):
        w, cases = routes.work_class[i], float(delivery.flows[i])
        group = int(classes.group[w])
        rows.append(
            (
                catalog.regions[classes.region[w]],
                catalog.families[classes.family[w]],
                catalog.services[classes.service[w]],
                catalog.tiers[classes.tier[w]],
                catalog.models[catalog.settling_models[group - 1]] if group else "",
                catalog.providers[routes.provider[i]],
                cases,
                cases * float(routes.hours[i]),
                cases * float(routes.cost[i]),
            )
        )
    return _table("allocation", rows)


def _fulfilment(setting: Setting, delivery: Delivery) -> pd.DataFrame:
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


def _experience(setting: Setting, delivery: Delivery) -> pd.DataFrame:
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


def _turnaround(setting: Setting, delivery: Delivery, tier: int) -> list[tuple[object, ...]]:
    promise = float(setting.catalog.tier_table["turnaround_hours"].iloc[tier])
    hours = setting.policies["turnaround_hours"].to_numpy(dtype=float)
    met = [(cases, float(hours[row])) for _, t, row, cases in delivery.policies if t == tier]
    if np.isnan(promise) or not met:
        return []
    mean = sum(cases * time for cases, time in met) / sum(cases for cases, _ in met)
    return [(setting.catalog.tiers[tier], "", "turnaround_hours", mean, promise, _at_most(mean, promise))]


def _at_least(value: float, limit: float) -> bool:
    return bool(np.isnan(limit) or value >= limit - OK * max(1.0, abs(limit)))


def _at_most(value: float, limit: float) -> bool:
    return bool(np.isnan(limit) or value <= limit + OK * max(1.0, abs(limit)))
