"""What a practitioner would do: menus book by book, best option first, at standard costs; then the best delivery.

Work and parts are priced at standard cost. The tiers and pricing models that earn most in unlimited menus are kept.
Because a margin floor binds the whole portfolio, menus are made for several weights on margin, and the best plan
that can be delivered within the rules is taken.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

import optimizer
from models import Case
from models.economics.offers import Offers
from optimizer.program.totals_map import product_revenue_change

from .market import Market, market
from .outcome import Outcome
from .program import Array, Whole

WEIGHTS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Weights on service margin above its floor, beside the objective."""
DELIVERY_GAP = 1e-4


@dataclass(frozen=True)
class Worth:
    """Money a year of each cell (cohort x option) if all of the cohort takes the option, at standard cost."""

    revenue: Array
    cost: Array
    change: Array
    """Change of product revenue."""

    def of(self, m: Market, weight: float) -> Array:
        """The objective, and `weight` times the service margin above its floor."""
        floor = m.scenario.min_service_margin or 0.0
        objective = m.scenario.objective
        own = self.revenue - (self.cost if objective.endswith("margin") else 0.0)
        kept = self.change if objective.startswith("account") else 0.0
        return own + kept + weight * ((1 - floor) * self.revenue - self.cost)


def solve_greedily(case: Case, scenario_name: str, gap: float, time_limit: float) -> Outcome:
    """The best of the greedy plans; there is no bound."""
    start = time.monotonic()
    m = market(case, scenario_name)
    worth = _worth(m)
    best: float | None = None
    chosen = 0.0
    for weight in WEIGHTS if _margin_binds(m) else WEIGHTS[:1]:
        left = time_limit - (time.monotonic() - start)
        if left <= 0:
            break
        menus = _menus(m, worth.of(m, weight))
        found = optimizer.evaluate(case, scenario_name, menus=menus, gap=DELIVERY_GAP, time_limit=left)
        if found.objective is not None and (best is None or found.objective > best):
            best, chosen = found.objective, weight
    status = "no plan" if best is None else "plan"
    return Outcome(status, best, None, None, time.monotonic() - start, f"weight {chosen:g} on margin")


def _margin_binds(m: Market) -> bool:
    rules = (m.scenario.min_service_margin, m.scenario.min_account_margin, m.scenario.max_cost_to_serve)
    return any(rule is not None for rule in rules)


def _worth(m: Market) -> Worth:
    offers, catalog = m.offers, m.instance.catalog
    cohorts, terms = offers.demand.cohorts, offers.terms
    tier, model = offers.options.tier[offers.option], offers.options.model[offers.option]
    units, product = cohorts.units[offers.cohort], cohorts.product[offers.cohort]
    work = terms.incidents * catalog.standard_cost_per_incident[tier] + catalog.standard_cost_per_unit[tier]
    part = m.instance.policies.groupby("product")["parts_cost"].mean().reindex(catalog.products).fillna(0).to_numpy()
    parts = (terms.incidents * catalog.parts_per_incident[tier] + catalog.parts_per_unit[tier]) * part[product]
    admin = catalog.model_table["admin_cost"].to_numpy(dtype=float)[model]
    cost = units * (work + parts + admin + terms.capital)
    return Worth(units * terms.yearly, cost, product_revenue_change(offers))


def _menus(m: Market, value: Array) -> pd.DataFrame:
    """A menu for each price book, with at most the scenario's counts of tiers and models."""
    scenario, options = m.scenario, m.offers.options
    first = list(_all_menus(m, value, np.ones(len(options), dtype=bool)))
    tiers = _best_earning(first, options.tier, scenario.max_tiers)
    models = _best_earning(first, options.model, scenario.max_models)
    kept = np.isin(options.tier, tiers) & np.isin(options.model, models)
    picked = [option for option, _ in _all_menus(m, value, kept)]
    catalog = m.instance.catalog
    return pd.DataFrame(
        {
            "price_book": np.array(catalog.books)[options.book[picked]],
            "tier": np.array(catalog.tiers)[options.tier[picked]],
            "model": np.array(catalog.models)[options.model[picked]],
            "price": options.price[picked],
        }
    )


def _best_earning(picked: Sequence[tuple[int, float]], key: Whole, most: int | None) -> Whole:
    """The tiers (or models) of the options picked that add most."""
    earned = np.zeros(int(key.max()) + 1)
    for option, gain in picked:
        earned[key[option]] += gain
    ranked = np.argsort(-earned, kind="stable")
    return ranked[:most] if most is not None else ranked


def _all_menus(m: Market, value: Array, kept: np.ndarray) -> Iterator[tuple[int, float]]:
    """Options of every book's greedy menu and what each added."""
    for book in m.offers.books_with_units:
        start = int(m.offers.options.start[book])
        mine = kept[list(m.offers.options.of(book))]
        for option, gain in _menu(m, book, m.offers.block(value, book), mine):
            yield start + option, gain


def _menu(m: Market, book: int, value: Array, free: np.ndarray) -> Iterator[tuple[int, float]]:
    """Add the option that adds most until none adds anything."""
    offers, free = m.offers, free.copy()
    tier = offers.options.tier[list(offers.options.of(book))]
    menu = _Logit(offers, book, value) if m.logit else _FirstChoice(offers, book, value)
    most = m.scenario.max_menu if m.scenario.max_menu is not None else len(m.instance.catalog.tiers)
    for _ in range(most):
        gains = np.where(free, menu.gains(), -np.inf)
        best = int(np.argmax(gains)) if len(gains) else 0
        if len(gains) == 0 or gains[best] <= 0:
            return
        yield best, float(gains[best])
        menu.add(best)
        free &= tier != tier[best]


class _Logit:
    """A menu whose customers choose by logit."""

    def __init__(self, offers: Offers, book: int, value: Array) -> None:
        self.attraction = np.exp(offers.block(offers.utility, book))
        self.value = np.where(self.attraction > 0, value, 0.0)
        self.sold = np.zeros(len(value))
        self.all = np.ones(len(value))

    def gains(self) -> Array:
        """What adding each option adds."""
        sold = self.sold[:, None] + self.attraction * self.value
        return np.asarray((sold / (self.all[:, None] + self.attraction)).sum(axis=0) - (self.sold / self.all).sum())

    def add(self, option: int) -> None:
        """Put an option on the menu."""
        self.sold = self.sold + self.attraction[:, option] * self.value[:, option]
        self.all = self.all + self.attraction[:, option]


class _FirstChoice:
    """A menu whose customers take the best option (ties are not looked at)."""

    def __init__(self, offers: Offers, book: int, value: Array) -> None:
        self.utility = offers.block(offers.utility, book)
        self.value = value
        self.best = np.zeros(len(value))
        self.earned = np.zeros(len(value))

    def gains(self) -> Array:
        """What adding each option adds."""
        earned = np.where(self.utility > self.best[:, None], self.value, self.earned[:, None])
        return np.asarray(earned.sum(axis=0) - self.earned.sum())

    def add(self, option: int) -> None:
        """Put an option on the menu."""
        moves = self.utility[:, option] > self.best
        self.earned = np.where(moves, self.value[:, option], self.earned)
        self.best = np.maximum(self.best, self.utility[:, option])
