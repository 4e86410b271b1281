"""Compares two checkouts: python -m tests.benchmarks.checkouts BEFORE AFTER [--plans] [--speed] [--only NAME...].

Plans: of every scenario of the shipped cases, the quick rows of the benchmark and the generated cases, status, menus
and coverage are equal, objectives within 1e-9, bounds valid and within the gap. Speed: medians of runs that take turns;
rows over 5 s may be 5 % slower, shorter ones 15 %. Exit code 1 where anything differs.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.processes import Ran
from tests.folders import ROOT

from .checkout import Checkout, CheckoutError, checkout
from .comparison import Speed, differences
from .pages import PlanRow, SpeedRow, page
from .questions import CASES, Question, is_asked, questions

HOME = ROOT / "runs" / "checkouts"
COMMANDS = {
    "rows/start-help": ("-m", "optimizer", "--help"),
    "rows/start-import": ("-c", "import optimizer"),
}
"""Quick rows of the benchmark that solve nothing: arguments of Python."""
Pair = tuple[Checkout, Checkout]
Timed = Callable[[Checkout], Ran]


@dataclass(frozen=True)
class Timing:
    """How rows are timed."""

    runs: int
    processor: bool
    """Whether time on a processor is meant, not that on the clock."""

    def of(self, timed: Timed, pair: Pair) -> Speed:
        """Seconds of runs in turns, each checkout first in every other turn."""
        seconds: dict[Checkout, list[float]] = {which: [] for which in pair}
        for turn in range(self.runs):
            for which in pair if turn % 2 == 0 else reversed(pair):
                ran = timed(which)
                seconds[which].append(ran.processor_seconds if self.processor else ran.seconds)
        return Speed(*seconds.values())


def main() -> int:
    """Run what is asked for; 1 where anything differs, 2 where a checkout cannot be run."""
    arguments = _arguments()
    try:
        pair = checkout(arguments.before, HOME / "before"), checkout(arguments.after, HOME / "after")
        asked = questions(HOME / "cases", arguments.cases, arguments.only)
        both = arguments.plans == arguments.speed
        plans = _plans(asked, pair) if both or arguments.plans else []
        timing = Timing(arguments.runs, arguments.processor)
        speeds = list(_speeds(asked, arguments.only, pair, timing)) if both or arguments.speed else []
    except CheckoutError as error:
        print(error, file=sys.stderr)
        return 2
    arguments.out.write_text(page(plans, speeds), encoding="utf-8")
    print(page(plans, speeds), f"\nWritten to {arguments.out}", sep="")
    return 1 if not plans + speeds or any(row.differences for row in [*plans, *speeds]) else 0


def _plans(asked: Sequence[Question], pair: Pair) -> list[PlanRow]:
    before, after = (which.answers(asked) for which in pair)
    compared = zip(asked, before, after, strict=True)
    return [PlanRow(question.name, old, new, differences(old, new, question.gap)) for question, old, new in compared]


def _speeds(asked: Sequence[Question], only: Sequence[str], pair: Pair, timing: Timing) -> Iterator[SpeedRow]:
    for which in pair:
        which.time_command("-c", "import optimizer; optimizer.solve(optimizer.load_case('data/tiny'))")  # compiles
    for name, timed in _timed(asked, only):
        row = SpeedRow(name, timing.of(timed, pair))
        print(row.line, flush=True)
        yield row


def _timed(asked: Sequence[Question], only: Sequence[str]) -> Iterator[tuple[str, Timed]]:
    """Rows to time, by name; the generated cases, of which each takes less than the start, are one row."""
    for name, command in COMMANDS.items():
        if is_asked(name, only):
            yield name, lambda which, command=command: which.time_command(*command)  # type: ignore[misc]
    generated = [question for question in asked if question.name.startswith("cases/")]
    for question in asked:
        if question not in generated:
            yield question.name, lambda which, question=question: which.time_solve(question)  # type: ignore[misc]
    if generated:
        yield "cases", lambda which: which.time_answers(generated)


def _arguments() -> Namespace:
    parser = ArgumentParser("python -m tests.benchmarks.checkouts", description="Compare two checkouts.")
    parser.add_argument("before", type=Path, metavar="BEFORE", help="folder of a checkout")
    parser.add_argument("after", type=Path, metavar="AFTER", help="folder of another one")
    parser.add_argument("--plans", action="store_true", help="compare plans (without --speed: only plans)")
    parser.add_argument("--speed", action="store_true", help="compare times (without --plans: only times)")
    parser.add_argument("--cases", type=int, default=CASES, metavar="N", help=f"generated cases (default: {CASES})")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="such as imaging, rows/s20, 'cases/net*'")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="runs of each for the median (default: 5)")
    parser.add_argument("--processor", action="store_true", help="judge time on a processor, not on the clock")
    parser.add_argument("--out", type=Path, default=HOME / "comparison.md", metavar="FILE", help="page to write")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
