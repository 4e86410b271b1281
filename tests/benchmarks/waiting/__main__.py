"""Measures where people wait: python -m tests.benchmarks.waiting [ROW...] [--before FOLDER] [--runs N] [--copy N].

Each row is a question with figures to reach, asked of this checkout and, with --before, of another one in turns, in
processes of their own. It prints each figure and keeps them in runs/waiting/waiting.md, or with --record in
tests/benchmarks/results; a row that is run again takes the place of its earlier figures.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from tests.benchmarks.checkouts.checkout import CheckoutError, checkout
from tests.folders import ROOT

from .figures import AFTER, BEFORE, Measured, Pair, measured, read, replaced, write
from .measures import Ground
from .waits import WAITS, Wait

HOME = ROOT / "runs" / "waiting"
RESULTS = Path(__file__).parents[1] / "results"
WARM_UP = "import optimizer; optimizer.solve(optimizer.load_case('data/tiny'))"
"""Compiles the search after an installation."""


def main() -> int:
    """Measure the rows asked for; 2 where a checkout cannot be run."""
    arguments = _arguments()
    waits = _waits(arguments)
    if arguments.list:
        print("\n".join(f"{wait.name:24} {wait.what}" for wait in waits))
        return 0
    try:
        _measure(waits, arguments)
    except CheckoutError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _measure(waits: Sequence[Wait], arguments: Namespace) -> None:
    pair: Pair = {
        which: checkout(root, HOME / which)
        for which, root in ((BEFORE, arguments.before), (AFTER, arguments.after))
        if root is not None
    }
    for which in pair.values():
        which.time_command("-c", WARM_UP)
    file = (RESULTS if arguments.record else HOME) / "waiting.csv"
    ground = Ground(HOME / "cases", arguments.copy)
    for wait in waits:
        here = ground if wait.of_imaging else replace(ground, copy=None)
        found = list(measured(wait, pair, here, arguments.runs))
        print("\n".join(map(_line, found)), flush=True)
        write(replaced(read(file), found, list(WAITS)), file)
    print(f"Table: {file.with_suffix('.md')}")


def _line(one: Measured) -> str:
    row, copy, figure, most, before, after, reached, *_ = one.cells
    asked, limit = f"{row} ({copy})" if copy else row, most and f"<= {most}"
    return f"{asked:28} {figure:20} {limit:10} {before:>18} {after:>18} {reached}"


def _arguments() -> Namespace:
    parser = ArgumentParser("python -m tests.benchmarks.waiting", description="Measure where people wait.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="rows to run, such as first-plan or 'warm-*'")
    parser.add_argument("--before", type=Path, metavar="FOLDER", help="checkout to measure beside")
    parser.add_argument("--after", type=Path, default=ROOT, metavar="FOLDER", help="checkout meant (default: this one)")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="runs of each for the median (default: 5)")
    parser.add_argument("--copy", type=int, metavar="SEED", help="ask a perturbed copy of data/imaging instead")
    parser.add_argument("--record", action="store_true", help="keep the figures in tests/benchmarks/results")
    parser.add_argument("--list", action="store_true", help="name the rows and run none")
    return parser.parse_args()


def _waits(arguments: Namespace) -> Sequence[Wait]:
    """The rows asked for; with --copy and no names, those that a copy can be asked."""
    names = arguments.rows or ["*"]
    found = [wait for wait in WAITS.values() if any(fnmatchcase(wait.name, name) for name in names)]
    if arguments.copy is not None:
        found = [wait for wait in found if wait.of_imaging]
    return found or sys.exit(f"No row has such a name: {' '.join(names)}; --list names them.")


if __name__ == "__main__":
    sys.exit(main())
