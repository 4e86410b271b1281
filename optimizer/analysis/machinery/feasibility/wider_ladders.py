"""Wider ladders: what prices at the end of their ladders would bring with one more step, solved again.

The point is added in the price books whose price is at that end, and every rule holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models import Scenario

from ....assurance.result import Result
from ....results.one_off import beside_gain, extra_once, yearly_gain
from ....results.record import Status
from ....results.summary import ladder_ends, money, price_in_words
from ..sessions.context import AnalysisContext
from ..sessions.solver_session import SolverSession
from .ladder_ends import TABLE, LadderEnd, ladder_ends_of

COLUMNS = {
    "tier": "tier of the ladder; blank for all ladders at once",
    "model": "pricing model of the ladder; blank for all ladders at once",
    "price": "price of the plan, at the end of its ladder, in the unit of the pricing model",
    "direction": "up where it is the highest of the ladder, down where it is the lowest",
    "price_books": "price books whose price it is",
    "next_price": "price one step beyond the end",
    "against": "rules on prices that forbid the next price while the rest of the menu stays",
    "gain": "objective gained with the next price allowed, solved again, {money}; blank where that was not solved",
    "gain_yearly": "the gain without what is paid once, {money}",
    "one_off_cost": "one-off cost of that plan less that of the plan, {once}",
    "gain_at_least": "least that it gains, proved, {money}",
    "gain_at_most": "most that it can gain, proved, {money}",
}
"""What the columns of the table mean."""
_NUMBERS = ("price", "next_price", "gain", "gain_yearly", "one_off_cost", "gain_at_least", "gain_at_most")
MOST_SENTENCES = 3
"""Ladders told of one by one; the table has them all."""


@dataclass(frozen=True)
class Gain:
    """What a wider ladder gains, money a year: as solved (NaN where it was not), and the ends proved."""

    found: float
    least: float
    most: float
    yearly: float = np.nan
    """What was found without what is paid once."""
    once: float = np.nan
    """One-off cost that it takes, money once."""


@dataclass(frozen=True)
class WiderLadders:
    """The ladders of which a plan uses an end, with what one more step of each brings, and of all at once."""

    ends: Sequence[LadderEnd]
    gains: Mapping[LadderEnd, Gain]
    together: Gain | None
    """None where that was not solved, or there is no ladder to widen."""
    results: Sequence[Result]

    def table(self) -> pd.DataFrame:
        """Columns as in `COLUMNS`: all at once first, where there are several, then the one with the most to gain."""
        rows = [_row(end, self.gains.get(end)) for end in self.ends]
        if self.together is not None and len(self.ends) > 1:
            rows.insert(0, _row(None, self.together))
        return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(_NUMBERS, float))


NO_LADDERS = WiderLadders((), {}, None, ())
"""Where nothing of ladders is asked."""


def _row(end: LadderEnd | None, gain: Gain | None) -> list[object]:
    told = gain or Gain(np.nan, np.nan, np.nan)
    gained = [told.found, told.yearly, told.once, told.least, told.most]
    if end is None:
        return ["", "", np.nan, "", "", np.nan, "", *gained]
    books = ", ".join(end.price_books)
    return [end.tier, end.model, end.price, end.direction, books, end.next_price, end.against, *gained]


@dataclass(frozen=True)
class LadderSolves:
    """The scenario with one more step at ends of ladders, all at once and then each, to be solved in any process."""

    scenario: Scenario
    """Without the changes of price points, which these have been through."""
    points: pd.DataFrame
    ends: tuple[LadderEnd, ...]
    name: str = "one more step of every ladder"

    @classmethod
    def of(cls, context: AnalysisContext) -> LadderSolves:
        """Those of the ladders of which the plan uses an end."""
        ends = tuple(ladder_ends_of(context.case, context.scenario, context.plan.menus))
        return cls(_with_prices_made(context.scenario), context.case.tables[TABLE], ends)

    def run(self, session: SolverSession) -> None:
        """All at once, then each by itself where that finds something."""
        whole, base = self.all_at_once(session), session.reference
        if len(self.ends) > 1 and base is not None and found_something(base.result, whole):
            for end in self.ends:
                self.with_one(session, end)

    def all_at_once(self, session: SolverSession) -> Result:
        """One more step at every end."""
        return self._solved(session, self.ends, self.ends[0].name if len(self.ends) == 1 else self.name)

    def with_one(self, session: SolverSession, end: LadderEnd) -> Result:
        """One more step at one end."""
        return self._solved(session, [end], end.name)

    def _solved(self, session: SolverSession, ends: Sequence[LadderEnd], label: str) -> Result:
        points = pd.concat([self.points, *(end.points() for end in ends)], ignore_index=True)
        return session.solve(self.scenario, label=label, price_points=points)


def wider_ladders(context: AnalysisContext, solves: LadderSolves) -> WiderLadders:
    """What one more step at each end brings: all at once, then each by itself where that finds something."""
    ends, session = solves.ends, context.session
    if not ends or session.leaves_out(solves.name):
        return WiderLadders(ends, {}, None, [])
    session.expect(1)
    whole = solves.all_at_once(session)
    together, results = _gain(context.result, whole, np.nan), [whole]
    if len(ends) == 1:
        return WiderLadders(ends, {ends[0]: together}, together, results)
    gains = {end: Gain(np.nan, 0.0, together.most) for end in ends}
    for end in session.each(ends if found_something(context.result, whole) else [], lambda end: solves.name):
        results.append(solves.with_one(session, end))
        gains[end] = _gain(context.result, results[-1], together.most)
    ranked = sorted(ends, key=lambda end: -np.nan_to_num(gains[end].found))
    return WiderLadders(ranked, gains, together, results)


def _with_prices_made(scenario: Scenario) -> Scenario:
    """The scenario without its changes of price points, which the points given have been through."""
    kept = tuple(change for change in scenario.change if change.table != TABLE)
    return scenario if len(kept) == len(scenario.change) else scenario.model_copy(update={"change": kept})


def _gain(base: Result, other: Result, most: float) -> Gain:
    """What one result gains over another with fewer price points: never less than nothing; `most` is known besides."""
    assert base.objective is not None  # there is a plan
    assert base.bound is not None
    proved = np.nan if other.bound is None else other.bound - base.objective
    if other.objective is None:
        return Gain(np.nan, 0.0, float(np.fmin(proved, most)))
    found, least = max(0.0, other.objective - base.objective), max(0.0, other.objective - base.bound)
    once = extra_once(other, base) if found > 0 else 0.0
    yearly = yearly_gain(found, once, base.objective_name)
    return Gain(found, least, float(np.fmax(found, np.fmin(proved, most))), yearly, once)


def least_told(base: Result) -> float:
    """Gain up to which none is told: what the plan's own proof leaves open, or rounding, money a year."""
    objective = base.objective or 0.0
    return max((base.bound or 0.0) - objective, 1e-6 * abs(objective))


def found_something(base: Result, whole: Result) -> bool:
    """Whether one of the ladders may bring more than the plan's own proof leaves open."""
    found = 0.0 if whole.objective is None or base.objective is None else whole.objective - base.objective
    return whole.status is not Status.OPTIMAL or found > least_told(base)


def ladder_sentences(context: AnalysisContext, wider: WiderLadders) -> list[str]:
    """Which prices stand at the end of their ladders, and what one more step would bring."""
    sentences, whole = ladder_ends(context.result), wider.together
    if whole is None or whole.most != whole.most:
        return sentences
    lead = _name(context, wider.ends[0]) if len(wider.ends) == 1 else "One more step on every one of these ladders"
    sentences.append(f"{lead} {_brings(context, whole)}, with all rules held.")
    if not whole.found > least_told(context.result):
        return sentences
    told = [end for end in wider.ends if wider.gains[end].found > least_told(context.result)]
    return sentences + [
        f"{_name(context, end)} alone {_brings(context, wider.gains[end])}."
        for end in told[:MOST_SENTENCES]
        if len(wider.ends) > 1
    ]


def _name(context: AnalysisContext, end: LadderEnd) -> str:
    kind = context.result.model_kinds.get(end.model)
    at = price_in_words(kind, end.next_price, context.result.currency)
    return f"One more step {end.direction} for {end.tier} {end.model}, to {at},"


def _brings(context: AnalysisContext, gain: Gain) -> str:
    """What a wider ladder brings, with its proved ends."""
    goal, currency = context.result.objective_name.replace("_", " "), context.result.currency
    least, most = money(gain.least, currency), money(gain.most, currency)
    if gain.found > least_told(context.result):
        once = beside_gain(gain.once, context.result.objective_name, currency)
        proved = f"proved{', both together' if once else ''}: from {least} to {most}"
        return f"would bring {money(gain.yearly, currency)} of {goal} a year{once} ({proved})"
    known = (
        "" if np.isnan(gain.found) else "was found to bring nothing beyond what the plan's own proof leaves open, and "
    )
    return f"{known}can bring at most {most} of {goal} a year"
