"""Rules on menus, prices, coverage and what is decided."""

from __future__ import annotations

from collections import Counter

import numpy as np

from models.decisions import DECISION_KINDS
from models.plan import Decisions
from models.scenario import Scenario

from ..accounting.demand import Demand, mean_payments
from ..accounting.offered import required_and_excluded
from ..accounting.rows import Rows, Table
from .ledger import Ledger, scopes

_OPTION = ("price_book", "tier", "model", "price")


def check_menus(ledger: Ledger, demand: Demand, scenario: Scenario, menus: Table) -> None:
    """One option per tier, size of each menu, prices on price points; a price book without units has no menu."""
    options = Rows.of(menus, *_OPTION)
    pair = ["price_book", "tier"]
    ledger.none("one_option_per_tier", "every menu", scopes(options.where(options.repeated(pair)), *pair))
    books = demand.holdings.sums(["price_book"])["price_book"]
    shown = Counter(options.distinct(pair)["price_book"].tolist())
    scope, sizes = [f"price_book={book}" for book in books], [shown[book] for book in books]
    if scenario.max_menu is not None:
        ledger.at_most("max_menu", scope, sizes, scenario.max_menu)
    if scenario.min_menu is not None:
        ledger.at_least("min_menu", scope, sizes, scenario.min_menu)
    _check_price_points(ledger, demand, options)


def _check_price_points(ledger: Ledger, demand: Demand, menus: Rows) -> None:
    """Each price against the nearest price point open to the price book; NaN where there is none."""
    points = Rows.of(demand.case.tables["price_points"]).renamed(price="point", price_book="only_book")
    rows = menus.assign(row=np.arange(len(menus))).joined(points, ["tier", "model"])
    rows = rows.where((rows["only_book"] == "") | (rows["only_book"] == rows["price_book"]))
    rows = rows.where(np.lexsort((np.abs(rows["price"] - rows["point"]), rows["row"]))).distinct(["row"])
    nearest = np.full(len(menus), np.nan)
    nearest[rows["row"]] = rows["point"]
    odd = menus.where(~np.isclose(menus["price"], nearest, rtol=1e-9, atol=0.0))
    ledger.none("price_points", "every menu", scopes(odd, *_OPTION))


def check_prices(ledger: Ledger, demand: Demand, scenario: Scenario, menus: Table) -> None:
    """Price ladder inside a menu, and price change against current_menus."""
    if scenario.min_tier_gap is None and scenario.max_price_change is None:
        return
    options = Rows.of(menus, *_OPTION).distinct(["price_book", "tier"])
    options = options.assign(payment=mean_payments(demand, options))
    if scenario.min_tier_gap is not None:
        _check_ladder(ledger, demand, scenario.min_tier_gap, options)
    if scenario.max_price_change is not None:
        _check_change(ledger, demand, scenario.max_price_change, options)


def _check_ladder(ledger: Ledger, demand: Demand, gap: float, options: Rows) -> None:
    ranked = options.looked_up(Rows.of(demand.case.tables["tiers"], "tier", "rank"), ["tier"])
    ranked = ranked.where(~np.isnan(ranked["payment"]))
    below = ranked.pick("price_book", "tier", "rank", "payment")
    below = below.renamed(tier="over", rank="rank_below", payment="payment_below")
    pairs = ranked.joined(below, ["price_book"])
    pairs = pairs.where(pairs["rank"] > pairs["rank_below"])
    limit = (1 + gap) * pairs["payment_below"]
    ledger.at_least("min_tier_gap", scopes(pairs, "price_book", "tier", "over"), pairs["payment"], limit)


def _check_change(ledger: Ledger, demand: Demand, change: float, options: Rows) -> None:
    current = Rows.of(demand.case.tables["current_menus"], *_OPTION)
    current = current.assign(today=mean_payments(demand, current)).pick("price_book", "tier", "today")
    rows = options.looked_up(current, ["price_book", "tier"])
    rows = rows.where(~np.isnan(rows["payment"]) & ~np.isnan(rows["today"]))
    room = change * np.abs(rows["today"])
    scope = scopes(rows, "price_book", "tier")
    ledger.at_least("max_price_change", scope, rows["payment"], rows["today"] - room)
    ledger.at_most("max_price_change", scope, rows["payment"], rows["today"] + room)


def check_offer(ledger: Ledger, demand: Demand, scenario: Scenario, menus: Table, decided: Decisions) -> None:
    """Decided tiers and models are those in menus; required, excluded and counts."""
    options = Rows.of(menus, *_OPTION)
    shown = options.where(options.named("price_book", demand.holdings["price_book"]))
    for kind in (DECISION_KINDS["tier"], DECISION_KINDS["model"]):
        part, column = kind.listed, kind.name
        used, listed = set(shown[column]), set(getattr(decided, part))
        odd = sorted(used ^ listed)
        ledger.none(f"decided_{part}", "decisions", (f"{column}={name}" for name in odd))
        required, excluded = required_and_excluded(demand.case, column)
        missing = sorted(required - (used & listed))
        ledger.none(f"required_{part}", kind.table, (f"{column}={name}" for name in missing))
        barred = sorted(excluded & (set(options[column]) | listed))
        ledger.none(f"excluded_{part}", kind.table, (f"{column}={name}" for name in barred))
    tiers, models = len(set(decided.tiers)), len(set(decided.models))
    if scenario.min_tiers is not None:
        ledger.at_least("min_tiers", ["decisions"], tiers, scenario.min_tiers)
    if scenario.max_tiers is not None:
        ledger.at_most("max_tiers", ["decisions"], tiers, scenario.max_tiers)
    if scenario.max_models is not None:
        ledger.at_most("max_models", ["decisions"], models, scenario.max_models)


def check_coverage(ledger: Ledger, demand: Demand, coverage: Rows, decided: Decisions) -> None:
    """Covered products are supported; required ones covered wherever held; excluded ones nowhere."""
    pair = ["price_book", "product"]
    required, excluded = required_and_excluded(demand.case, "product")
    supported, covered = set(decided.products), coverage.where(coverage["covered"])
    bare = covered.where(~covered.named("product", supported))
    ledger.none("supported", "coverage", scopes(bare, *pair))
    held = demand.holdings.where(demand.holdings.named("product", required))
    gaps = [f"product={name}" for name in sorted(required - supported)]
    gaps += scopes(held.where(~held.among(covered, pair)), *pair)
    ledger.none("required_products", "products", gaps)
    barred = [f"product={name}" for name in sorted(excluded & supported)]
    barred += scopes(covered.where(covered.named("product", excluded)), *pair)
    ledger.none("excluded_products", "products", barred)
