"""Rules of the compact program on what is offered: menus, tiers, pricing models, products covered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from .market import Market
from .program import Array, Columns, Program, Whole, sums, switches, total


def states(words: Iterable[str]) -> tuple[Array, Array]:
    """Least and most of switches that are required, optional or excluded."""
    named = np.array(list(words), dtype=object)
    return (named == "required").astype(float), (named != "excluded").astype(float)


def held(m: Market) -> tuple[Whole, Whole, Whole]:
    """Price book and product of each pair that has cohorts, and the pair of each cohort."""
    cohorts = m.offers.demand.cohorts
    pairs, pair = np.unique(np.stack([cohorts.book, cohorts.product]), axis=1, return_inverse=True)
    return pairs[0], pairs[1], np.asarray(pair).ravel()


def offer_columns(m: Market) -> Iterator[Columns]:
    """Switches of options, tiers, models and products, and of products that price books cover."""
    catalog, options = m.instance.catalog, m.offers.options
    sold = np.isin(options.book, m.offers.books_with_units).astype(float)
    yield switches("offered", len(options), high=sold)
    for name, table in (("tier", "tiers"), ("model", "models"), ("product", "products")):
        words = [catalog.offer[table][each] for each in getattr(catalog, table)]
        yield switches(name, len(words), *states(words))
    low, high = states(catalog.offer["products"][name] for name in catalog.products)
    _, product, _ = held(m)
    yield switches("covered", len(product), low[product], high[product])


def require_offer(program: Program, m: Market) -> None:
    """Menus, tiers and models used, products covered."""
    scenario, options = m.scenario, m.offers.options
    offered, tier, model = program.of("offered"), program.of("tier"), program.of("model")
    of_tier, group = _groups(options.book, options.tier)
    program.require("one option a tier", sums(group, len(of_tier)) @ offered - tier[of_tier[:, 1]], high=0)
    of_model, group = _groups(options.book, options.tier, options.model)
    program.require("model used", sums(group, len(of_model)) @ offered - model[of_model[:, 2]], high=0)
    program.require("tier in a menu", tier - sums(options.tier, tier.shape[0]) @ offered, high=0)
    program.require("model in a menu", model - sums(options.model, model.shape[0]) @ offered, high=0)
    menu = sums(options.book, len(m.instance.catalog.books))[m.offers.books_with_units] @ offered
    program.require("size of a menu", menu, low=scenario.min_menu or 0, high=_most(scenario.max_menu))
    program.require("number of tiers", total(tier), low=scenario.min_tiers or 0, high=_most(scenario.max_tiers))
    program.require("number of models", total(model), high=_most(scenario.max_models))
    _, product, _ = held(m)
    program.require("covered if supported", program.of("covered") - program.of("product")[product], high=0)


def _most(count: int | None) -> float:
    return np.inf if count is None else float(count)


def _groups(*keys: Whole) -> tuple[Whole, Whole]:
    """Distinct combinations of the keys, and the one of each entry."""
    found, group = np.unique(np.stack(keys, axis=1), axis=0, return_inverse=True)
    return found, np.asarray(group).ravel()
