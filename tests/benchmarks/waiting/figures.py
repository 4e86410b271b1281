"""The figures of rows: medians of runs in turn, judged, and kept as CSV and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from math import inf, isfinite, isnan, nan
from pathlib import Path
from statistics import median

import pandas as pd

from tests.benchmarks.checkouts.checkout import Checkout
from tests.benchmarks.tables import surroundings, table

from .measures import Figure, Figures, Ground
from .waits import Wait

BEFORE, AFTER = "before", "after"
Pair = Mapping[str, Checkout]
"""The checkouts measured, by which they are."""
ROUNDING = 2e-6
"""What a gap may lie beyond the one asked for."""
EXPLANATION = """\
Medians of runs that took turns, in seconds on the clock and, in brackets, on processors; shares, gaps and counts as
they are. *inf*: never in the time given.
"""
HEAD = ("row", "copy", "figure", "at most", "before", "after", "reached", "runs", "date")


@dataclass(frozen=True)
class Measured:
    """One figure of one row; NaN where there is none."""

    row: str
    copy: str
    """Seed of the perturbed copy; blank for the shipped case."""
    figure: str
    most: float
    before: float
    before_processor: float
    after: float
    after_processor: float
    runs: int
    date: str

    @property
    def reached(self) -> str:
        """yes or no, where there is a figure to reach."""
        return "" if isnan(self.most) else "yes" if self.after <= self.most + ROUNDING else "no"

    @property
    def cells(self) -> Sequence[str]:
        """The line of the table, as `HEAD` has it."""
        most = "" if isnan(self.most) else f"{self.most:.3g}"
        before, after = shown(self.before, self.before_processor), shown(self.after, self.after_processor)
        return (self.row, self.copy, self.figure, most, before, after, self.reached, str(self.runs), self.date)


def shown(clock: float, processor: float) -> str:
    """A figure in the table."""
    if isnan(clock):
        return ""
    return _number(clock) if clock == processor else f"{_number(clock)} ({_number(processor)})"


def _number(value: float) -> str:
    return f"{value:.2f}" if isfinite(value) and abs(value) >= 0.1 else f"{value:.2g}"


def measured(wait: Wait, pair: Pair, ground: Ground, runs: int) -> Iterator[Measured]:
    """Each figure of a row as the median of runs, each checkout first in every other turn."""
    found: dict[str, list[Figures]] = {which: [] for which in pair}
    for turn in range(runs):
        for which in list(pair) if turn % 2 == 0 else list(reversed(pair)):
            found[which].append(wait.measure(pair[which], ground))
    copy, date = "" if ground.copy is None else str(ground.copy), datetime.now(UTC).isoformat(timespec="minutes")
    for name in found[AFTER][0]:
        before, after = (_median(found.get(which, []), name) for which in (BEFORE, AFTER))
        most = wait.most.get(name, nan)
        yield Measured(wait.name, copy, name, most, *before, *after, runs, date)


def _median(found: Sequence[Figures], name: str) -> Figure:
    values = [figures.get(name, Figure(inf, inf)) for figures in found]
    return Figure(*map(median, zip(*values, strict=True))) if values else Figure(nan, nan)


def page(figures: Iterable[Measured]) -> str:
    """The table, with versions and machine."""
    parts = ["# Where people wait", surroundings(), EXPLANATION.strip(), table(HEAD, (one.cells for one in figures))]
    return "\n\n".join(parts) + "\n"


def read(file: Path) -> list[Measured]:
    """The figures of a CSV file; none where there is no file."""
    if not file.exists():
        return []
    texts = {"row": str, "copy": str, "figure": str, "date": str}
    frame = pd.read_csv(file, dtype=texts, keep_default_na=False, na_values={one: [""] for one in _NUMBERS})
    return [Measured(**line) for line in frame.to_dict("records")]


def write(figures: Iterable[Measured], file: Path) -> None:
    """Replace a CSV file and the table beside it."""
    lines = list(figures)
    frame = pd.DataFrame([asdict(one) for one in lines], columns=[one.name for one in fields(Measured)])
    file.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(file, index=False, lineterminator="\n")
    file.with_suffix(".md").write_text(page(lines), encoding="utf-8")


_NUMBERS = ("most", "before", "before_processor", "after", "after_processor")


def replaced(known: Sequence[Measured], new: Sequence[Measured], order: Sequence[str]) -> list[Measured]:
    """The figures known with those of the rows measured now in their place, in the order of the rows."""
    rows = {(one.row, one.copy) for one in new}
    kept = [one for one in known if (one.row, one.copy) not in rows and one.row in order]
    return sorted([*kept, *new], key=lambda one: (order.index(one.row), one.copy))
