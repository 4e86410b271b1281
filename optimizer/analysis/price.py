"""How one option of a menu responds to its price: who takes it, and what its price book earns, all else as planned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from models import Case, CaseError, Problem, Scenario
from models.economics.pricing_kinds import KINDS
from models.problems import listed, suggestion
from models.schema.fields import LARGEST_TOTAL

from ..accounting.demand import Demand, chosen
from ..accounting.work import cases_by_service
from ..assurance.result import Result
from ..results.summary import money, price_in_words
from .machinery.answers.answer import Answer
from .machinery.service.delivered import delivered_flows
from .machinery.sessions.context import AnalysisContext, pose
from .machinery.sessions.solver_session import AskedOf, SolveOptions, question

STEPS = 41
"""Prices tried, evenly spread, besides the price points and the plan's own price."""
MARGIN_AROUND = 0.25
"""The range reaches this share of the plan's price beyond the lowest and highest price point."""
_COLUMNS = {
    "response": {
        "price": "price of the option, in the unit of its pricing model",
        "in_plan": "whether it is the plan's price",
        "price_point": "whether it is an allowed price",
        "units": "units that take the option a year",
        "book_units": "units of the price book that take any option a year",
        "service_revenue": "billed to the price book before settlement, {money}",
        "service_margin": "service revenue less work at the plan's cost per case net of settlements, parts at the "
        "plan's cost per case, admin and capital cost, before every fixed cost, {money}",
    }
}


@question
def price(
    case: AskedOf,
    scenario: str | Scenario | None = None,
    price_book: str = "",
    tier: str = "",
    *,
    result: Result | None = None,
    prices: Sequence[float] | None = None,
    **options: Unpack[SolveOptions],
) -> Answer:
    """Demand, revenue and margin of a price book against the price of its option at `tier`, as a table `response`.

    Only that price moves: the rest of the menu, coverage and the plan's mean cost per case stay, so that nothing is
    solved again but the plan itself (`result` saves even that), and no rule is looked at. Contracts in force are left
    out. `prices` are in the unit of the pricing model. Raises `CaseError` where the plan's menu has no such option
    or a price is not allowed for its kind.
    """
    posed = pose(case, scenario, **options)
    _check_names(posed.case, price_book, tier, [*map(float, prices or ())])
    context = posed.context(result, any_menus=True)
    if context.result.plan is None:
        return context.nothing("price")
    option = _option(context, price_book, tier)
    points = _price_points(context.case, option)
    tried = _prices_to_try(option, points) if prices is None else sorted({*map(float, prices), float(option["price"])})
    _check(option, tried, context)
    table = _response(context, option, tried)
    table.insert(1, "in_plan", np.isclose(table["price"], option["price"], rtol=1e-12, atol=0))
    table.insert(2, "price_point", [bool(np.isclose(points, price, rtol=1e-12).any()) for price in table["price"]])
    facts = {key: option[key] for key in ("price_book", "tier", "model", "price")} | {"kind": _kind(context, option)}
    return context.answer("price", {"response": table}, _COLUMNS, _sentences(context, option, table), facts)


def _check_names(case: Case, price_book: str, tier: str, prices: Sequence[float]) -> None:
    """Raise `CaseError` for names that the case does not have and prices that no pricing model of it may have."""
    tables = case.tables
    known = {"price book": (price_book, tables["segments"]["price_book"]), "tier": (tier, tables["tiers"]["tier"])}
    problems = []
    for kind, (name, column) in known.items():
        names = list(dict.fromkeys(map(str, column)))
        if name not in names:
            message = f"{price_book!r} has no such tier: the case has no such {kind}{suggestion(name, names)}"
            problems.append(Problem("menus", message, found=name, expected=f"one of {listed(names, 20)}"))
    models = tables["pricing_models"]
    lowest = min(_lowest(str(kind)) for kind in models["kind"])
    problems += _faults_of_prices(prices, listed(list(models["model"])), lowest)
    if problems:
        raise CaseError(problems)


def _lowest(kind: str) -> float:
    """What prices of a kind of pricing model are above."""
    return -1.0 if KINDS[kind].on_cost else 0.0


def _faults_of_prices(prices: Sequence[float], of: str, lowest: float) -> list[Problem]:
    """A problem for each price that is not above the lowest, or too large for the arithmetic."""
    expected = f"above {lowest:g}, at most {LARGEST_TOTAL:g}"
    wrong = (price for price in prices if not lowest < price <= LARGEST_TOTAL)
    return [Problem("prices", f"not a price of {of}", found=repr(price), expected=expected) for price in wrong]


def _option(context: AnalysisContext, price_book: str, tier: str) -> pd.Series:
    """The row of the plan's menus."""
    menus = context.plan.menus
    rows = menus[(menus["price_book"] == price_book) & (menus["tier"] == tier)]
    if rows.empty:
        offered = menus.loc[menus["price_book"] == price_book, "tier"]
        expected = f"one of {', '.join(offered)}" if len(offered) else "a price book that the plan offers something"
        raise CaseError([Problem("menus", f"{price_book!r} has no such tier", found=tier, expected=expected)])
    return rows.iloc[0]


def _kind(context: AnalysisContext, option: pd.Series) -> str:
    models = context.case.tables["pricing_models"].set_index("model")["kind"]
    return str(models[option["model"]])


def _price_points(case: Case, option: pd.Series) -> np.ndarray:
    """Allowed prices of the option's tier and model in its price book."""
    table = case.tables["price_points"]
    book = table["price_book"].isin(["", option["price_book"]])
    rows = table[book & (table["tier"] == option["tier"]) & (table["model"] == option["model"])]
    return np.unique(rows["price"].to_numpy(dtype=float))


def _prices_to_try(option: pd.Series, points: np.ndarray) -> list[float]:
    """An even spread from below the lowest price point to above the highest, the points and the price itself."""
    known = [*points, float(option["price"])]
    beyond = MARGIN_AROUND * abs(float(option["price"]))
    low, high = min(known) - beyond, max(known) + beyond
    least = min(known) if low <= 0 else low
    return [float(price) for price in np.unique([*np.linspace(least, high, STEPS).round(12), *known])]


def _check(option: pd.Series, prices: Sequence[float], context: AnalysisContext) -> None:
    wrong = _faults_of_prices(prices, str(option["model"]), _lowest(_kind(context, option)))
    if wrong:
        raise CaseError(wrong)


def _response(context: AnalysisContext, option: pd.Series, prices: Sequence[float]) -> pd.DataFrame:
    """Sums of the price book at each price."""
    plan, demand = context.plan, Demand(context.case)
    menu = plan.menus[plan.menus["price_book"] == option["price_book"]]
    covered = plan.coverage[plan.coverage["covered"]]
    moved = menu["tier"] == option["tier"]
    taken = [
        chosen(demand, menu.assign(price=menu["price"].mask(moved, price)), covered).frame.assign(price_tried=price)
        for price in prices
    ]
    rows = pd.concat(taken, ignore_index=True)
    rows["cost"] = rows["units"] * (rows["admin_cost"] + rows["capital"] + _work_cost(context, rows))
    rows["own"] = rows["units"].where(rows["tier"] == option["tier"], 0.0)
    sums = rows.groupby("price_tried")[["own", "units", "service_revenue", "cost"]].sum()
    sums = sums.reindex(list(prices), fill_value=0.0).rename(columns={"units": "book_units", "own": "units"})
    sums["service_margin"] = sums["service_revenue"] - sums["cost"]
    columns = ["units", "book_units", "service_revenue", "service_margin"]
    return sums[columns].rename_axis("price").reset_index()


def _work_cost(context: AnalysisContext, rows: pd.DataFrame) -> pd.Series:
    """Work and parts of a unit's year at the plan's cost per case, money; a case the plan does not have costs 0."""
    flow, fulfilment = delivered_flows(context.case, context.plan), context.plan.fulfilment
    flow = flow.assign(net=flow["true_cost"] - flow["cases"] * flow["settlement"])
    work = _mean(flow, ["family", "service", "tier"], "net", "work")
    parts = _mean(fulfilment, ["product", "tier"], "cost", "parts")
    kinds = rows[["product", "family", "tier", "model", "incidents"]].drop_duplicates()
    served = cases_by_service(context.case, kinds.assign(units=1.0)).frame
    served = served.merge(work, on=["family", "service", "tier"], how="left")
    served = served.merge(parts, on=["product", "tier"], how="left").fillna({"work": 0.0, "parts": 0.0})
    served["cost"] = served["cases"] * (served["work"] + served["parts"] * served["needs_parts"])
    unit = served.groupby(["product", "tier", "model"], as_index=False)["cost"].sum()
    return rows[["product", "tier", "model"]].merge(unit, how="left")["cost"].fillna(0.0)


def _mean(rows: pd.DataFrame, keys: list[str], amount: str, name: str) -> pd.DataFrame:
    """`amount` per case by `keys`."""
    sums = rows.groupby(keys, as_index=False)[["cases", amount]].sum()
    return sums.assign(**{name: sums[amount] / sums["cases"].where(sums["cases"] > 0)})[[*keys, name]]


def _sentences(context: AnalysisContext, option: pd.Series, table: pd.DataFrame) -> list[str]:
    kind, currency = _kind(context, option), context.result.currency
    now = table[table["in_plan"]].iloc[0]
    best = table.iloc[int(table["service_margin"].to_numpy().argmax())]
    name = f"{option['price_book']}, {option['tier']}, {option['model']}"
    at = price_in_words(kind, float(best["price"]), currency)
    return [
        f"{name} at {price_in_words(kind, float(option['price']), currency)}: {now['units']:,.1f} units; the price "
        f"book bills {money(now['service_revenue'], currency)} a year for {now['book_units']:,.1f} units.",
        f"Of the prices tried, {at} gives the price book's service the most margin before fixed costs: "
        f"{money(best['service_margin'], currency)} a year, against {money(now['service_margin'], currency)} at the "
        "plan's price. The rest of the menu and the cost per case are held, and no rule is looked at.",
    ]
