"""What more of one thing costs of another, in money, from the answers about a run: frontier, and costs of rules."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import pandas as pd

from ..analysis.machinery.answers.answer import Answer
from ..analysis.machinery.trade_offs.goals import Goal
from .readable import rule_title, sentence_of
from .rounded import about

MOST = 4
"""Sentences of one answer."""
NEAR = 0.02
"""The gain of a share that most ask for: 2 points."""
CLOSE = 0.1
"""Share of an amount up to which what the proof leaves open is not told."""
_SHARES = {"service_margin": "service_margin_share", "account_margin": "account_margin_share"}
"""The share of revenue that a margin is told as beside its money."""


def trade_offs(answers: Sequence[Answer], most: int = MOST) -> list[str]:
    """A sentence for each trade-off that the answers found, `most` of each; names are as their readers know them."""
    asked = {answer.name: answer for answer in answers if answer.tables}
    return [line for name, told in _TOLD.items() if name in asked for line in islice(told(asked[name]), most)]


def _frontier(answer: Answer) -> Iterator[str]:
    """What the second goal costs of the first: nearest to two points more of a share, and at the knee."""
    points, goals = answer.tables["points"], [str(name) for name in _goals(answer)]
    if len(points) < 2 or len(goals) != 2 or not all(Goal(name).more for name in goals):
        return
    for at in sorted({_near(answer, goals[1]), *points.index[points["knee"].astype(bool)]}):
        before = float(points[goals[0]].iloc[0])
        lost, proved = before - float(points.loc[at, goals[0]]), before - float(points.loc[at, "at_most"])
        won = float(points.loc[at, goals[1]] - points[goals[1]].iloc[0])
        if at != points.index[0] and lost > 0:
            gained = _gained(answer, int(points.loc[at, "point"]), goals[1], won)
            yield f"{gained} {_at_most(proved, lost)}{_amount(goals[0], lost, answer)} of {rule_title(goals[0])}."


def _at_most(least: float, most: float) -> str:
    """What stands before the cost found where a lower one is not ruled out."""
    return "" if _is_known(least, most) else "at most "


def _is_known(least: float, most: float) -> bool:
    """Whether an amount is proved as closely as it is told."""
    return most - max(least, 0.0) <= CLOSE * most


def _near(answer: Answer, goal: str) -> int:
    """Place of the point that has nearest to two points more of the goal's share; the second where it has none."""
    gained = _share_gained(answer, goal)
    points = list(answer.tables["points"]["point"])
    return min(range(1, len(points)), key=lambda at: (abs(gained.get(points[at], 0.0) - NEAR), at))


def _share_gained(answer: Answer, goal: str) -> dict[int, float]:
    """How much more of the goal's share of revenue each point has than the first."""
    kpis = answer.tables["kpis"]
    values = kpis[kpis["kpi"] == _SHARES.get(goal)].set_index("point")["value"]
    return {int(str(point)): float(value - values.iloc[0]) for point, value in values.items()}


def _goals(answer: Answer) -> list[object]:
    goals = answer.facts.get("goals")
    return goals if isinstance(goals, list) else []


def _gained(answer: Answer, point: int, goal: str, won: float) -> str:
    """What a point has more of the second goal than the plan, and that it costs something."""
    by = _share_gained(answer, goal).get(point)
    if by is None:
        return f"{_amount(goal, won, answer)} more of {rule_title(goal)} cost"
    return f"{by * 100:.1f} points more of {rule_title(goal)} ({_amount(goal, won, answer)} a year) cost"


def _amount(goal: str, amount: float, answer: Answer) -> str:
    unit = Goal(goal).unit(answer.currency)
    if unit == "share":
        return f"{amount * 100:.1f} points"
    return f"{amount:.3g} {unit}" if "point" in unit else about(amount, answer.currency)


def _rules(answer: Answer) -> Iterator[str]:
    """The rules that cost more than the plan's own proof leaves open, the dearest first."""
    objective, bound = (answer.facts.get(name) for name in ("objective", "bound"))
    open_yet = bound - objective if isinstance(bound, float) and isinstance(objective, float) else 0.0
    costs = answer.tables["costs"]
    costs = costs[costs["gain_dropped"] > max(open_yet, 0.0)]
    for row in costs.to_dict("records"):
        least, most = float(row["gain_dropped"]) - max(open_yet, 0.0), float(row["gain_dropped_at_most"])
        told = about(float(row["gain_dropped"]), answer.currency)
        if not _is_known(least, most):
            told = f"between {about(least, answer.currency)} and {about(most, answer.currency)}"
        yield f"{_rule(row)} costs {told} a year."


def _rule(row: Mapping[Hashable, Any]) -> str:
    """A rule with where it holds and at which limit: `Least service margin at 33 %`."""
    title, scope = str(row["rule"]), str(row["scope"]) if isinstance(row["scope"], str) else ""
    for state, verb in (("excluded ", "Leaving out"), ("required ", "Insisting on")):
        if title.startswith(state) and scope:
            return f"{verb} {scope}"
    where = f" of {scope}" if scope else ""
    return f"{sentence_of(title)}{where}{_limit(row)}"


def _limit(row: Mapping[Hashable, Any]) -> str:
    limit, unit = row.get("limit"), str(row.get("unit"))
    if not isinstance(limit, float) or pd.isna(limit):
        return ""
    return f" at {limit * 100:.4g} %" if unit.startswith("share") else f" at {limit:,.4g}"


_TOLD = {"frontier": _frontier, "explain": _rules}
