"""The benchmark's records as a Markdown page."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from optimizer import __version__

from .generator import Size
from .one_book import Menus
from .records import COUNTS, OURS, PHASES, Record, Records
from .rows import GROWTH, ROWS, Row, Task

PACKAGES = ("highspy", "pulp", "linopy", "numba", "numpy", "pandas", "pyarrow")

INTRODUCTION = """\
Each program is a process of its own, started from the command line. *Solve part* is the seconds of the solve alone
(building the model, search, proof, tables), *process* the whole process: start of Python, reading, checking, cohorts,
solve, audit, saving. Gap is (bound - objective) / max(1, |objective|); a gap of 0 may be rounding's.
"""
ON_PEERS = """\
*Behind* is how far the peer's objective lies below ours, as a share of ours; *ratio* is its solve part by ours (`>`: it
had proved nothing when its time ran out). A peer gets the gap of its row and the seconds in the column *limit*.

- `pulp`, `linopy`: the same compact program, with one binary per price book and option and the logit shares linearized
  by McCormick's inequalities, stated in either library and solved by HiGHS. Its objective is its own claim.
- `choice-learn`: its latent-class pricing optimizer (OR-Tools, CBC), where there is one price book and nothing else to
  decide. Version 1.3.3 never offers the last item, takes `exp(utility)` for utility, fails without an assortment size,
  takes no limit or gap and does not tell a limit from an optimum; the benchmark works around each
  (`tests/benchmarks/peers/with_choice_learn.py`) and values the menu itself.
- `greedy`: menus book by book, the best option first, at standard costs and for several weights on margin; the best
  delivery of each by `optimizer.evaluate`. It proves nothing.
- `exchange`: one menu improved by adding, dropping and swapping tiers, from 200 random starts. It proves nothing; the
  best value known of a row is the best that any program found.
"""
FIGURES = ("row", "case", "books", "cohorts", "options", "accounts", "status", "objective", "bound", "gap",
           "solve part, s", "process, s", "peak, MiB", "to reach", "measured", "reached", "seed", "date")  # fmt: skip
PEERS = ("row", "peer", "status", "objective", "behind", "bound", "gap", "solve part, s", "ratio", "process, s",
         "peak, MiB", "limit, s", "note")  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """Size of a case: price books, cohorts, options a price book, accounts."""

    books: int
    cohorts: int
    options: int
    accounts: int

    @classmethod
    def of(cls, shape: Size | Menus) -> Counts:
        """The counts of a generated case."""
        if isinstance(shape, Menus):
            return cls(1, shape.segments * shape.classes, shape.tiers * shape.prices, shape.segments)
        cohorts = shape.books * shape.classes * shape.products
        return cls(shape.books, cohorts, shape.tiers * shape.models * shape.prices, shape.account_count)


def page(records: Records, title: str) -> str:
    """The whole page, rows in the order of `ROWS`."""
    listed = sorted(records.values(), key=lambda record: (_place(record.row), record.seed))
    ours = [record for record in listed if record.program == OURS]
    peers = [record for record in listed if record.program != OURS]
    figures = [_figures(record) for record in ours] + list(_growth(records))
    parts = [f"# {title}", surroundings(), INTRODUCTION, table(FIGURES, figures)]
    parts += ["## Where the time goes, in seconds", table(("row", *PHASES, "other", *COUNTS), map(_phases, ours))]
    parts += ["## Other programs", ON_PEERS, table(PEERS, (_peer(record, records) for record in peers))]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def surroundings() -> str:
    """Versions and machine of this run."""
    versions = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    ours = f"Tierwise {__version__}, Python {platform.python_version()}"
    return f"{ours}, {versions}. {os.cpu_count()} cores, {_processor()}."


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _processor() -> str:
    """The processor's name where the system tells it."""
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text(encoding="utf-8").splitlines() if listing.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{named[0] if named else platform.processor() or platform.machine()}, {platform.system()}"


def table(names: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    rows = [names, ["---"] * len(names), *lines]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)


def _place(row: str) -> int:
    return list(ROWS).index(row) if row in ROWS else len(ROWS)


def _figures(record: Record) -> list[str]:
    row = ROWS.get(record.row)
    shape = row.shape if row else None
    counts = [f"{count:,}" for count in vars(Counts.of(shape)).values()] if shape else [""] * 4
    wanted = _wanted(row) if row else ""
    return [record.row, row.what if row else "", *counts, record.status, money(record.objective), money(record.bound),
            share(record.gap), seconds(record.solve_part), seconds(record.process), seconds(record.peak_mib, 0), wanted,
            seconds(record.measured), _yes(record.reached), str(record.seed), record.date]  # fmt: skip


def _wanted(row: Row) -> str:
    most = f"{row.target:.3g}" if row.target < 1e3 else f"{row.target:,.0f}"
    gap = f", gap {row.gap:g}" if row.task is Task.SOLVE and row.shape is not None else ""
    near = f" or within {row.near:.1%} of the best known" if row.near else ""
    memory = f", {row.most_mib:,.0f} MiB" if row.most_mib else ""
    return f"{row.measure} <= {most}{gap}{near}{memory}"


def _growth(records: Records) -> Iterator[list[str]]:
    """The exponents of growth from s100 to s1000, for each seed that has both."""
    for (row, program, seed), large in records.items():
        small = records.get(("s100", OURS, seed))
        if (row, program) != ("s1000", OURS) or small is None:
            continue
        proved = small.status == large.status == "optimal"
        blank = [""] * (FIGURES.index("to reach") - 2)
        for part, growth in GROWTH.items():
            after, before = getattr(large, part), getattr(small, part)
            if after and before:
                exponent = math.log10(after / before)
                yield [growth.name, growth.what, *blank, _wanted(growth), f"{exponent:.2f}",
                       _yes(proved and exponent <= growth.target), str(seed), large.date]  # fmt: skip


def _phases(record: Record) -> list[str]:
    known = [getattr(record, name) for name in PHASES]
    told = [value for value in known if value is not None]
    other = record.process - sum(told) if told and record.process is not None else None
    counts = [seconds(getattr(record, name), 0) for name in COUNTS]
    return [record.row, *map(seconds, known), seconds(other), *counts]


def _peer(record: Record, records: Records) -> list[str]:
    ours = records.get((record.row, OURS, record.seed))
    return [record.row, record.program, record.status, money(record.objective), _behind(record, ours),
            money(record.bound), share(record.gap), seconds(record.solve_part), _ratio(record, ours),
            seconds(record.process), seconds(record.peak_mib, 0), seconds(record.limit, 0), record.note]  # fmt: skip


def _behind(record: Record, ours: Record | None) -> str:
    if ours is None or ours.objective is None or record.objective is None:
        return ""
    return share((ours.objective - record.objective) / max(1.0, abs(ours.objective)))


def _ratio(record: Record, ours: Record | None) -> str:
    if ours is None or not ours.solve_part or not record.solve_part:
        return ""
    unproved = record.status != "optimal" and record.program not in ("greedy", "exchange")
    return f"{'> ' if unproved else ''}{record.solve_part / ours.solve_part:.3g}"


def money(value: float | None) -> str:
    """Money a year."""
    return "" if value is None else f"{value:,.0f}"


def share(value: float | None) -> str:
    """A share, to three digits."""
    return "" if value is None else f"{value:.3g}"


def seconds(value: float | None, digits: int = 2) -> str:
    """Seconds, or anything counted."""
    return "" if value is None else f"{value:,.{digits}f}"


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
