"""Rules on menus, prices, coverage and what is decided."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.plan import Decisions, Plan
from models.scenario import Scenario

from .demand import Demand
from .ledger import Ledger, scopes


def check_menus(ledger: Ledger, demand: Demand, scenario: Scenario, menus: pd.DataFrame) -> None:
    """One option per tier, size of each menu, prices on price points."""
    twice = menus[menus.duplicated(["price_book", "tier"])]
    ledger.none("one_option_per_tier", "every menu", scopes(twice, "price_book", "tier"))
    held = pd.Index(demand.holdings["price_book"].unique(), name="price_book")
    sizes = menus.groupby("price_book")["tier"].nunique()
    shown = sizes.reindex(held.union(sizes.index), fill_value=0).rename_axis("price_book").reset_index()
    if scenario.max_menu is not None:
        ledger.at_most("max_menu", scopes(shown, "price_book"), shown["tier"], scenario.max_menu)
    if scenario.min_menu is not None:
        shown = shown[shown["price_book"].isin(held)]
        ledger.at_least("min_menu", scopes(shown, "price_book"), shown["tier"], scenario.min_menu)
    _check_price_points(ledger, demand, menus)


def _check_price_points(ledger: Ledger, demand: Demand, menus: pd.DataFrame) -> None:
    """Each price against the nearest price point open to the price book; NaN where there is none."""
    points = demand.case.tables["price_points"].rename(columns={"price": "point", "price_book": "only_book"})
    rows = menus.reset_index(names="row").merge(points, on=["tier", "model"], how="left")
    rows = rows[(rows["only_book"] == "") | (rows["only_book"] == rows["price_book"])]
    rows = rows.assign(distance=(rows["price"] - rows["point"]).abs()).sort_values(["row", "distance"])
    nearest = rows.drop_duplicates("row").set_index("row")["point"].reindex(range(len(menus)))
    same = np.isclose(menus["price"], nearest, rtol=1e-9, atol=0.0)
    odd = menus[~same]
    ledger.none("price_points", "every menu", scopes(odd, "price_book", "tier", "model", "price"))


def mean_payments(demand: Demand, options: pd.DataFrame) -> pd.Series:
    """Tbar of each option (price_book, tier, model, price): mean T, for a lease T - A, over the units of
    the cohorts that can buy it, covered or not; NaN where none can."""
    rows = demand.buyable(options.reset_index(drop=True).reset_index(names="option"))
    weighted = (rows["units"] * (rows["yearly"] - rows["capital"])).groupby(rows["option"]).sum()
    units = rows.groupby("option")["units"].sum()
    return (weighted / units).reindex(range(len(options)))


def check_prices(ledger: Ledger, demand: Demand, scenario: Scenario, menus: pd.DataFrame) -> None:
    """Price ladder inside a menu, and price change against current_menus."""
    options = menus.drop_duplicates(["price_book", "tier"])[["price_book", "tier", "model", "price"]]
    options = options.assign(payment=mean_payments(demand, options).to_numpy())
    if scenario.min_tier_gap is not None:
        _check_ladder(ledger, demand, scenario.min_tier_gap, options)
    if scenario.max_price_change is not None:
        _check_change(ledger, demand, scenario.max_price_change, options)


def _check_ladder(ledger: Ledger, demand: Demand, gap: float, options: pd.DataFrame) -> None:
    ranked = options.merge(demand.case.tables["tiers"][["tier", "rank"]], on="tier").dropna(subset=["payment"])
    pairs = ranked.merge(ranked, on="price_book", suffixes=("", "_below"))
    pairs = pairs[pairs["rank"] > pairs["rank_below"]].rename(columns={"tier_below": "over"})
    limit = (1 + gap) * pairs["payment_below"]
    ledger.at_least("min_tier_gap", scopes(pairs, "price_book", "tier", "over"), pairs["payment"], limit)


def _check_change(ledger: Ledger, demand: Demand, change: float, options: pd.DataFrame) -> None:
    current = demand.case.tables["current_menus"]
    current = current.assign(today=mean_payments(demand, current).to_numpy())[["price_book", "tier", "today"]]
    rows = options.merge(current, on=["price_book", "tier"]).dropna(subset=["payment", "today"])
    room = change * rows["today"].abs()
    scope = scopes(rows, "price_book", "tier")
    ledger.at_least("max_price_change", scope, rows["payment"], rows["today"] - room)
    ledger.at_most("max_price_change", scope, rows["payment"], rows["today"] + room)


def check_offer(ledger: Ledger, demand: Demand, scenario: Scenario, menus: pd.DataFrame, decided: Decisions) -> None:
    """Decided tiers and models are those in menus; required, excluded and counts."""
    shown = menus[menus["price_book"].isin(demand.holdings["price_book"])]
    for part, column, table in (("tiers", "tier", "tiers"), ("models", "model", "pricing_models")):
        used, listed = set(shown[column]), set(getattr(decided, part))
        odd = sorted(used ^ listed)
        ledger.none(f"decided_{part}", "decisions", (f"{column}={name}" for name in odd))
        rows = demand.case.tables[table]
        missing = sorted(set(rows.loc[rows["offer"] == "required", column]) - (used & listed))
        ledger.none(f"required_{part}", table, (f"{column}={name}" for name in missing))
        barred = sorted(set(rows.loc[rows["offer"] == "excluded", column]) & (set(menus[column]) | listed))
        ledger.none(f"excluded_{part}", table, (f"{column}={name}" for name in barred))
    tiers, models = len(set(decided.tiers)), len(set(decided.models))
    if scenario.min_tiers is not None:
        ledger.at_least("min_tiers", ["decisions"], tiers, scenario.min_tiers)
    if scenario.max_tiers is not None:
        ledger.at_most("max_tiers", ["decisions"], tiers, scenario.max_tiers)
    if scenario.max_models is not None:
        ledger.at_most("max_models", ["decisions"], models, scenario.max_models)


def check_coverage(ledger: Ledger, demand: Demand, plan: Plan) -> None:
    """Covered products are supported; required ones covered wherever held; excluded ones nowhere."""
    products = demand.case.tables["products"]
    supported = set(plan.decisions.products)
    covered = plan.coverage[plan.coverage["covered"].astype(bool)]
    bare = covered[~covered["product"].isin(supported)]
    ledger.none("supported", "coverage", scopes(bare, "price_book", "product"))
    required = set(products.loc[products["support"] == "required", "product"])
    excluded = set(products.loc[products["support"] == "excluded", "product"])
    held = demand.holdings[demand.holdings["product"].isin(required)]
    held = held.merge(covered[["price_book", "product"]], how="left", indicator="side")
    gaps = [f"product={name}" for name in sorted(required - supported)]
    gaps += scopes(held[held["side"] == "left_only"], "price_book", "product")
    ledger.none("required_products", "products", gaps)
    barred = [f"product={name}" for name in sorted(excluded & supported)]
    barred += scopes(covered[covered["product"].isin(excluded)], "price_book", "product")
    ledger.none("excluded_products", "products", barred)
