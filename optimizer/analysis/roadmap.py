"""A roadmap: from today's state to the plan in waves, each of them possible, with what it costs and gains."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Unpack

import pandas as pd

from models.scenario import Scenario

from ..assurance.result import Result
from ..results.one_off import extra_once, yearly_gain
from ..results.summary import money
from .machinery.answers.answer import Answer
from .machinery.comparison.value_added import amount_of, margin_of
from .machinery.comparison.waves import Roadmap, Wave
from .machinery.sessions.context import AnalysisContext, pose
from .machinery.sessions.solver_session import AskedOf, SolveOptions, question
from .machinery.sourcing.scorecard import Scorecard

PACE = 3.0
"""Months between waves that only the number of price books a wave keeps apart."""
_COLUMNS = {
    "waves": {
        "wave": "number of the wave; 0 is today's price book with its best delivery by any provider",
        "month": "months from today",
        "price_books": "price books that take the plan's menu",
        "providers": "providers engaged for the first time in a wave",
        "objective": "objective of the state reached, {money}",
        "gain": "objective gained over the state before, {money}",
        "gain_yearly": "the gain without what is paid once, {money}",
        "one_off_cost": "cost of closing the readiness gaps of those providers, money, once",
        "margin": "margin of the objective's scope without one-off costs, {money}",
        "margin_gain": "margin gained over the state before, {money}",
        "payback_months": "months until the margin gained has paid the one-off cost; blank where it never does",
    },
    "providers": {
        "provider": "provider of the plan",
        "months": "months it takes to make it ready",
        "one_off_cost": "cost of closing its readiness gaps, money, once",
        "wave": "wave in which it is first engaged",
        "month": "months from today until then",
        "latest_start": "months from today when making it ready must begin at the latest",
    },
    "price_books": {
        "price_book": "price book",
        "wave": "wave in which it takes the plan's menu; 0 where today's menu is the plan's; blank where none does",
        "month": "months from today until then",
    },
}


@question
def roadmap(
    case: AskedOf,
    scenario: str | Scenario | None = None,
    *,
    result: Result | None = None,
    most_books: int | None = None,
    pace: float = PACE,
    catch_up: bool = False,
    **options: Unpack[SolveOptions],
) -> Answer:
    """From today's price book to the plan in waves: which providers to make ready when, which price books move first.

    All readiness gaps begin to be closed today; a wave is tried whenever a provider becomes ready. `most_books` limits
    the price books of a wave; what is left moves in further waves, `pace` months apart. Each wave obeys the rules of
    the scenario - of those on menus and prices it may break only what today's price book breaks - and loses nothing of
    the objective, but for the last, which is the plan. With `catch_up` a wave may miss a rule on margins or cost to
    serve that the state before it misses, by no more than that. `result` saves solving the scenario again. Raises
    ValueError for limits that make no sense.
    """
    if (most_books is not None and most_books < 1) or not pace > 0:
        raise ValueError(f"most_books is {most_books!r} and pace {pace!r}; expected at least 1, and months above 0")
    context = pose(case, scenario, **options).context(result, any_menus=True)
    if context.result.plan is None:
        return context.nothing("roadmap")
    road = Roadmap(context, most_books, pace, catch_up)
    waves = list(road.waves())
    tables = {
        "waves": _wave_table(context, road, waves),
        "providers": _provider_table(context, road, waves),
        "price_books": _book_table(road, waves),
    }
    facts = {
        "months": waves[-1].month if waves else 0.0,
        "one_off_cost": float(tables["waves"]["one_off_cost"].sum()),
        **{name: float(tables["waves"][name].sum()) for name in ("gain", "gain_yearly")},
    }
    others = [road.today, *(wave.result for wave in waves)]
    return context.answer("roadmap", tables, _COLUMNS, _sentences(context, tables, catch_up), facts, others, ["waves"])


def _costs(context: AnalysisContext) -> pd.Series:
    """One-off cost of making each provider ready; 0 where it is spread over the contract."""
    gaps = Scorecard(context.case, context.scenario, context.plan).readiness
    return gaps.groupby("provider")["once"].sum()


def _engaged(result: Result) -> tuple[str, ...]:
    return () if result.plan is None else result.plan.decisions.providers


def _wave_table(context: AnalysisContext, road: Roadmap, waves: Sequence[Wave]) -> pd.DataFrame:
    """A row for today and one for each wave."""
    costs, goal, known = _costs(context), context.scenario.objective, set[str]()
    rows: list[dict[str, object]] = []
    before = objective = margin = nan
    previous: Result | None = None
    for number, wave in enumerate([Wave(0.0, (), road.today), *waves]):
        engaged = _engaged(wave.result)
        new = sorted(set(engaged) - known) if number else []
        known |= set(new)
        last = objective, margin
        before, objective = objective, amount_of(wave.result, goal)
        margin = margin_of_running(wave.result, costs)
        gain, more = objective - before, extra_once(wave.result, previous)
        once, gained = float(costs.reindex(new).sum()), margin - last[1]
        rows.append(
            {
                "wave": number,
                "month": wave.month,
                "price_books": ", ".join(wave.moved),
                "providers": ", ".join(new),
                "objective": objective,
                "gain": gain,
                "gain_yearly": yearly_gain(gain, more, goal),
                "one_off_cost": once,
                "margin": margin,
                "margin_gain": gained,
                "payback_months": 12 * once / gained if gained > 0 else nan,
            }
        )
        previous = wave.result
    return pd.DataFrame(rows, columns=list(_COLUMNS["waves"]))


def margin_of_running(result: Result, costs: pd.Series) -> float:
    """Margin of the objective's scope, without the one-off cost of readiness that the plan counts each year."""
    return margin_of(result) + float(costs.reindex(list(_engaged(result))).sum())


def _first_engaged(waves: Sequence[Wave]) -> dict[str, int]:
    """Number of the wave in which each provider is first engaged."""
    first: dict[str, int] = {}
    for number, wave in enumerate(waves, start=1):
        for name in _engaged(wave.result):
            first.setdefault(name, number)
    return first


def _provider_table(context: AnalysisContext, road: Roadmap, waves: Sequence[Wave]) -> pd.DataFrame:
    costs, first = _costs(context), _first_engaged(waves)
    rows = []
    for name in sorted(road.ready):
        number = first.get(name)
        month = nan if number is None else waves[number - 1].month
        rows.append(
            {
                "provider": name,
                "months": road.ready[name],
                "one_off_cost": float(costs.get(name, 0.0)),
                "wave": pd.NA if number is None else number,
                "month": month,
                "latest_start": month - road.ready[name],
            }
        )
    return pd.DataFrame(rows, columns=list(_COLUMNS["providers"])).astype({"wave": "Int64"})


def _book_table(road: Roadmap, waves: Sequence[Wave]) -> pd.DataFrame:
    moved = {book: (number, wave.month) for number, wave in enumerate(waves, start=1) for book in wave.moved}
    rows = []
    for book in sorted(set(road.plan.coverage["price_book"])):
        number, month = moved.get(book, (pd.NA if book in road.books else 0, nan if book in road.books else 0.0))
        rows.append({"price_book": book, "wave": number, "month": month})
    return pd.DataFrame(rows, columns=list(_COLUMNS["price_books"])).astype({"wave": "Int64"})


def _sentences(context: AnalysisContext, tables: dict[str, pd.DataFrame], catch_up: bool) -> list[str]:
    currency, goal = context.result.currency, context.result.objective_name.replace("_", " ")
    waves = tables["waves"].iloc[1:]
    if waves.empty and context.session.stopped:
        return []
    if waves.empty:
        return ["Nothing has to move: today's price book and providers are the plan's."]
    once = money(float(waves["one_off_cost"].sum()), currency)
    gained = float(waves["gain_yearly"].sum())
    total = f", for {money(gained, currency)} of {goal} more a year than today" if gained == gained else ""
    said = [f"{len(waves)} wave{'s' if len(waves) > 1 else ''} in {waves['month'].max():g} months: {once} once{total}."]
    for row in waves.to_dict("records"):
        moves = f"the plan's menus for {row['price_books']}" if row["price_books"] else "no new menus"
        starts = f"; first work for {row['providers']}" if row["providers"] else ""
        gain = "" if row["gain"] != row["gain"] else f"; {money(row['gain_yearly'], currency)} a year gained"
        said.append(f"Wave {row['wave']}, month {row['month']:g}: {moves}{starts}{gain}.")
    if len(waves) == 1 and waves["month"].item() > 0 and not catch_up:
        said.append(
            "No earlier wave obeys every rule without loss; to catch up with margin rules by and by may allow one."
        )
    return said
