"""The commands of `tierwise` that answer a question beyond one plan: what each takes, and what it asks.

A command is one entry of `ANALYSES`. What it asks is imported when it runs, so that `tierwise --help` need not wait.
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .analysis.answer import Answer
    from .analysis.workbench import Workbench


@dataclass(frozen=True)
class AnalysisCommand:
    """One command: `--scenario`, `--gap`, `--time-limit` and `--out` are there for all of them."""

    name: str
    """Also the name of its answer."""
    summary: str
    """What it does, in a few words."""
    detail: str
    """A sentence or two more."""
    ask: Callable[[Workbench, Namespace], Answer]
    """Imports and calls the analysis with the parsed arguments."""
    add_arguments: Callable[[ArgumentParser], None] = lambda parser: None
    """Adds arguments of its own."""
    many_scenarios: bool = False
    """Whether it is about other things than one scenario, so that there is no `--scenario`."""


def _compare(bench: Workbench, arguments: Namespace) -> Answer:
    from .analysis.compare import compare

    return compare(bench, arguments.plans, arguments.scenario)


def _add_plans(parser: ArgumentParser) -> None:
    plans = "a run folder, a scenario, which is solved, or `today`; the first is what the others are compared with"
    parser.add_argument("plans", metavar="PLAN", nargs="*", help=f"{plans} (default: today and --scenario)")


def _sweep(bench: Workbench, arguments: Namespace) -> Answer:
    from .analysis.sweep import sweep

    grid = dict(arguments.vary) if arguments.vary else arguments.scenarios
    return sweep(bench, grid, arguments.scenario, workers=arguments.workers, store=arguments.store)


def _add_scenarios(parser: ArgumentParser) -> None:
    given = parser.add_mutually_exclusive_group()
    table = "a .csv table with a scenario in each row, or a .toml grid (default: every scenario of the case)"
    given.add_argument("scenarios", metavar="FILE", type=Path, nargs="?", help=table)
    grid = "vary a rule or a number of --scenario, such as max_tiers=2,3,off; given again, every combination is solved"
    given.add_argument("--vary", metavar="KEY=VALUES", action="append", type=_varied, help=grid)
    parser.add_argument("--workers", metavar="N", type=_count, help="solves at a time (default: one per processor)")
    store = "folder that keeps each result, so that it is not solved again (default: runs/store)"
    parser.add_argument("--store", metavar="FOLDER", type=Path, default=Path("runs", "store"), help=store)


def _varied(text: str) -> tuple[str, list[str]]:
    """The key and its values: the key of a change has `=` in it too."""
    key, _, values = text.rpartition("=")
    found = [value.strip() for value in values.split(",")]
    if not key.strip() or not all(found):
        raise ArgumentTypeError(f"found {text!r}, expected a key and its values, such as max_tiers=2,3,off")
    return key.strip(), found


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"found {text!r}, expected a whole number of at least 1")
    return int(text)


def _levels(bench: Workbench, arguments: Namespace) -> Answer:
    from .analysis.service_levels import service_levels

    return service_levels(bench, arguments.scenario)


def _partners(bench: Workbench, arguments: Namespace) -> Answer:
    from .analysis.partners import partners

    return partners(bench, arguments.scenario)


def _portfolio(bench: Workbench, arguments: Namespace) -> Answer:
    from .analysis.portfolio import portfolio

    return portfolio(bench, arguments.scenario)


ANALYSES: tuple[AnalysisCommand, ...] = (
    AnalysisCommand(
        "compare",
        "compare plans and today's price book",
        "Says what changed, and bridges the change: uptake, mix of tiers, pricing models, prices, loyalty, costs.",
        _compare,
        _add_plans,
    ),
    AnalysisCommand(
        "sweep",
        "solve many scenarios side by side",
        "Solves a grid or a table of scenarios. What was solved before is taken from the store.",
        _sweep,
        _add_scenarios,
    ),
    AnalysisCommand(
        "levels",
        "find who is under-served and who gets more than pays",
        "Judges what each segment gets in each tier and region against floor, target and promise, and says which "
        "way to move and what that gains.",
        _levels,
    ),
    AnalysisCommand(
        "partners",
        "score providers, value them, and see them fail",
        "A scorecard and the value of each provider, make or buy, and what each partner's failure costs and who "
        "takes its work.",
        _partners,
    ),
    AnalysisCommand(
        "portfolio",
        "value products, tiers and pricing models",
        "The worth of each, and of the 1st, 2nd, 3rd, ... tier and pricing model: how many are too few and too many.",
        _portfolio,
    ),
)
"""Every analysis, in the order of `tierwise --help`."""
