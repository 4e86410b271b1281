"""Runs the benchmark: python -m tests.benchmarks [ROW...] [--full] [--seed N] [--no-peers | --peer-limit SECONDS].

`--list` names the rows. Without rows, those of the quick form, or with --full all. The table is written after each
program, so that a benchmark that is stopped keeps what it has; a row that is run again replaces its earlier record.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from .best_known import with_best_known
from .measuring import Bench
from .processes import ROOT
from .records import Record, read_records, write_records
from .rows import ROWS, Row
from .tables import page, seconds

RESULTS = Path(__file__).with_name("results")
HOME = ROOT / "runs" / "bench"


@dataclass(frozen=True)
class Book:
    """The table of one form of the benchmark on disk, as CSV and as Markdown."""

    form: str

    def add(self, record: Record) -> None:
        """Put a record in the place of the earlier one of its row, program and seed."""
        RESULTS.mkdir(exist_ok=True)
        file = RESULTS / f"{self.form}.csv"
        records = with_best_known({**read_records(file), record.key: record})
        write_records(records.values(), file)
        file.with_suffix(".md").write_text(page(records, f"Benchmark, {self.form} form"), encoding="utf-8")


def main() -> int:
    """Run the rows asked for."""
    arguments = _arguments()
    rows = _rows(arguments)
    if arguments.list:
        print("\n".join(f"{row.name:16} {row.what}" for row in rows))
        return 0
    bench, book = (
        Bench(HOME, quick=not arguments.full, seed=arguments.seed, peer_seconds=arguments.peer_limit),
        Book("full" if arguments.full else "quick"),
    )
    HOME.mkdir(parents=True, exist_ok=True)
    print(f"warm-up (compiles the search after an installation): {bench.warm_up():.1f} s", flush=True)
    for row in rows:
        for record in bench.run(replace(row, peers=()) if arguments.no_peers else row):
            book.add(record)
            print(_line(record), flush=True)
    print(f"Table: {RESULTS.relative_to(ROOT) / book.form}.md")
    return 0


def _line(record: Record) -> str:
    gap = "" if record.gap is None else f"gap {record.gap:.2g}"
    times = f"solve {seconds(record.solve_part):>9} process {seconds(record.process):>9}"
    named = f"{record.row:16} {record.program:13} {record.status:20} {gap:12}"
    return f"{named} {times} {seconds(record.peak_mib, 0):>7} MiB"


def _arguments() -> Namespace:
    parser = ArgumentParser("python -m tests.benchmarks", description="Measure Tierwise and its peers side by side.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="rows to run, such as s20 or 'assortment50-*'")
    parser.add_argument("--full", action="store_true", help="every row, with the limits of the full form")
    parser.add_argument("--seed", type=int, default=0, help="seed of the generated cases (default: 0)")
    parser.add_argument("--no-peers", action="store_true", help="leave the peers out")
    parser.add_argument("--peer-limit", type=float, metavar="SECONDS", help="give each peer so long")
    parser.add_argument("--list", action="store_true", help="name the rows and run none")
    return parser.parse_args()


def _rows(arguments: Namespace) -> Sequence[Row]:
    if arguments.rows:
        rows = [row for row in ROWS.values() if any(fnmatchcase(row.name, name) for name in arguments.rows)]
        return rows or sys.exit(f"No row has such a name: {' '.join(arguments.rows)}; --list names them.")
    return [row for row in ROWS.values() if arguments.full or arguments.list or row.quick]


if __name__ == "__main__":
    sys.exit(main())
