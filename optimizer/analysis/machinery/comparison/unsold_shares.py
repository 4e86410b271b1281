"""How much of a plan's gain over today rests on a tier or pricing model that is not sold today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import nan

import pandas as pd

from models import Scenario
from models.conditions import Decision
from models.decisions import DECISION_KINDS
from models.plan import ONE_OFF_COST

from ....assurance.result import Result
from ....results.new_offers import NewOffer, new_offers
from ....results.one_off import beside_gain, yearly_gain
from ....results.record import Status
from ....results.summary import money, percent
from ..sessions.solver_session import SolverSession

MOST_ASKED = 3
"""Tiers and models of one plan that are done without, those that bill most: each takes a solve."""
UNSOLD_COLUMNS = {
    "plan": "plan",
    "kind": "tier or pricing model",
    "name": "its name; no menu of current_menus has it",
    "service_revenue": "what new contracts on it bill, before settlement, currency a year",
    "status": "how the search for the best plan without it ended",
    "gain": "objective of the plan over that of today (the baseline), currency a year",
    "gain_yearly": "the gain without what is paid once, currency a year",
    "one_off_cost": "one-off cost of the plan less that of today, currency once",
    "gain_without": "the same of the best plan found without it, currency a year; blank where there is none",
    "gain_without_yearly": "the same without what is paid once, currency a year",
    "one_off_cost_without": "one-off cost of that plan less that of today, currency once",
    "share": "share of the gain that rests on it: 1 - gain_without / gain",
    "share_least": "least that this share can be, proved: no plan without it gains more",
    "share_most": "most that it can be, by the plan that was found; blank where there is none",
}
"""Meaning and unit of each column."""


@dataclass(frozen=True)
class UnsoldShare:
    """A plan's gain, and that of the best plan without one tier or model that is not sold today."""

    plan: str
    currency: str
    offer: NewOffer
    gain: float
    """Objective over that of today."""
    today: float
    without: Result
    """The best plan without it."""
    once: float = 0.0
    """One-off cost of the plan less that of today."""
    today_once: float = 0.0
    """One-off cost of today."""

    @property
    def once_without(self) -> float:
        """One-off cost of the plan found without it less that of today; NaN where there is none."""
        plan = self.without.plan
        return nan if plan is None else (plan.kpis[ONE_OFF_COST] or 0.0) - self.today_once

    @property
    def gain_without(self) -> float | None:
        """Gain of the plan found without it; None where there is none."""
        return None if self.without.objective is None else self.without.objective - self.today

    @property
    def share(self) -> float | None:
        """Share of the gain that rests on it, as found, which is also the most that it can be."""
        return None if self.gain_without is None else 1 - self.gain_without / self.gain

    @property
    def least(self) -> float | None:
        """Least share, by the bound on every plan without it; None where nothing is proved."""
        return None if self.without.bound is None else 1 - (self.without.bound - self.today) / self.gain

    def row(self) -> tuple[object, ...]:
        """The cells of `UNSOLD_COLUMNS`."""
        status, offer = str(self.without.status), self.offer
        kpi, shares = self.without.objective_name, (self.share, self.least, self.share)
        with_it = (self.gain, yearly_gain(self.gain, self.once, kpi), self.once)
        found = (self.gain_without, yearly_gain(self.gain_without, self.once_without, kpi), self.once_without)
        named = (self.plan, DECISION_KINDS[offer.kind].word, offer.name, offer.service_revenue, status)
        return (*named, *with_it, *found, *shares)

    def sentence(self) -> str:
        """What the share is, and how sure that is."""
        what = f"{DECISION_KINDS[self.offer.kind].word} {self.offer.name}, which is not sold today"
        if self.without.status is Status.INFEASIBLE:
            return f"{self.plan}: the whole gain over today rests on {what}: no plan does without it, proved."
        if self.share is None:
            return f"{self.plan}: what part of the gain rests on {what}, was not found in the time allowed."
        over, gained = self._in_words(self.gain, self.once), self._in_words(self.gain_without, self.once_without)
        if self.share <= 0:
            return f"{self.plan}: none of its gain of {over} over today rests on {what}: without it {gained} are found."
        proved = "" if self.least is None else f" (proved: {percent(self.least)} to {percent(self.share)})"
        rests = f"{percent(self.share)}{proved} of its gain of {over} over today rests on {what}"
        return f"{self.plan}: {rests}: the best plan without it gains {gained}."

    def _in_words(self, gain: float | None, once: float) -> str:
        """A gain, what is paid once told apart."""
        kpi = self.without.objective_name
        beside = beside_gain(once, kpi, self.currency)
        return f"{money(yearly_gain(gain, once, kpi), self.currency)}{' a year' if beside else ''}{beside}"


def unsold_shares(
    session: SolverSession, results: Mapping[str, Result], scenarios: Mapping[str, Scenario]
) -> list[UnsoldShare]:
    """Of each plan whose scenario is known and that gains over today, each tier and model that is not sold today."""
    asked = [(name, offer) for name in results if name in scenarios for offer in _asked(results[name])]
    return [
        _without(session, name, results[name], scenarios[name], offer)
        for name, offer in session.each(asked, named=_named)
    ]


def _named(asked: tuple[str, NewOffer]) -> str:
    plan, offer = asked
    return f"{plan} without {DECISION_KINDS[offer.kind].word} {offer.name}"


def _asked(result: Result) -> Iterator[NewOffer]:
    if _gain(result) is not None:
        yield from new_offers(result)[:MOST_ASKED]


def _gain(result: Result) -> tuple[float, float] | None:
    """Gain of a plan over today and the objective of today; None where it gains nothing, or today is not known."""
    if result.plan is None or result.objective is None or result.baseline is None:
        return None
    today = result.baseline[result.objective_name]
    return None if today is None or result.objective <= today else (result.objective - today, today)


def _without(session: SolverSession, name: str, result: Result, scenario: Scenario, offer: NewOffer) -> UnsoldShare:
    gain = _gain(result)
    assert gain is not None  # or it is not asked
    condition = Decision(offer.kind, offer.name, wanted=False)
    other = session.solve(scenario, conditions=[condition], label=str(condition))
    plan, today = result.decided.kpis, result.baseline or {}
    today_once = today.get(ONE_OFF_COST) or 0.0
    return UnsoldShare(name, result.currency, offer, *gain, other, (plan[ONE_OFF_COST] or 0.0) - today_once, today_once)


def unsold_table(shares: list[UnsoldShare]) -> pd.DataFrame:
    """One row for each, in the order given."""
    table = pd.DataFrame([one.row() for one in shares], columns=list(UNSOLD_COLUMNS))
    return table.astype(dict.fromkeys(list(UNSOLD_COLUMNS)[5:], float) | {"service_revenue": float})
