"""The comparison of two checkouts as a Markdown page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .comparison import Answer, Speed

AGREES = "agrees"


@dataclass(frozen=True)
class PlanRow:
    """One question, its two answers, and what differs."""

    name: str
    before: Answer
    after: Answer
    differences: Sequence[str]

    @property
    def line(self) -> str:
        """The row of the table."""
        numbers = (self.before.objective, self.after.objective, self.before.bound, self.after.bound)
        cells = (self.name, self.after.status, *map(_amount, numbers), "; ".join(self.differences) or AGREES)
        return _line(cells)


@dataclass(frozen=True)
class SpeedRow:
    """Times of one row."""

    name: str
    speed: Speed

    @property
    def differences(self) -> Sequence[str]:
        """That it became too slow."""
        return self.speed.differences

    @property
    def line(self) -> str:
        """The row of the table."""
        before, after = self.speed.medians
        change, allowed = f"{self.speed.slower:+.1%}", f"{self.speed.allowed:.0%}"
        return _line(
            (self.name, f"{before:.2f}", f"{after:.2f}", change, allowed, "; ".join(self.differences) or AGREES)
        )


PLANS = ("question", "status", "objective before", "after", "bound before", "after", "verdict")
SPEEDS = ("row", "before, s", "after, s", "slower", "may be", "verdict")


def page(plans: Sequence[PlanRow], speeds: Sequence[SpeedRow]) -> str:
    """The tables of what was compared, and how many rows differ."""
    rows = [*plans, *speeds]
    differing = sum(bool(row.differences) for row in rows)
    parts = [*_table("Plans", PLANS, plans), *_table("Speed, medians", SPEEDS, speeds)]
    return "\n".join([*parts, f"{len(rows) - differing} rows agree, {differing} differ.", ""])


def _table(title: str, head: Sequence[str], rows: Sequence[PlanRow] | Sequence[SpeedRow]) -> Iterator[str]:
    if rows:
        yield from (f"## {title}", "", _line(head), _line(["---"] * len(head)), *(row.line for row in rows), "")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _amount(value: float | None) -> str:
    return "" if value is None else f"{value:,.6f}"
