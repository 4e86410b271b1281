"""The commands of `tierwise` and their arguments, in the groups that `tierwise --help` shows."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .analysis_commands import ANALYSES, AnalysisCommand
from .arguments import OUT_FLAGS, add_case, add_limits, add_run, add_scenario, add_search, workbook
from .completion import SHELLS


@dataclass(frozen=True)
class Command:
    """One command; what it does is `optimizer.commands.COMMANDS[name]`."""

    name: str
    summary: str
    """What it does, in a few words."""
    detail: str
    """A sentence or two more."""
    add_arguments: Callable[[ArgumentParser], None]


def _add_validate(parser: ArgumentParser) -> None:
    add_case(parser)
    add_scenario(parser, "warn of what is likely wrong in this scenario only (default: in all)", default=None)


def _add_solve(parser: ArgumentParser) -> None:
    add_case(parser)
    add_search(parser)


def _add_evaluate(parser: ArgumentParser) -> None:
    add_case(parser)
    menus = "CSV file with the columns price_book, tier, model, price, as in a run folder"
    parser.add_argument("--menus", metavar="FILE", type=Path, required=True, help=menus)
    add_search(parser)


def _add_audit(parser: ArgumentParser) -> None:
    add_case(parser)
    add_run(parser)


def _add_template(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE.xlsx", type=workbook, help="file to write; it must not exist yet")


def _add_completion(parser: ArgumentParser) -> None:
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=f"one of {', '.join(SHELLS)}")


def _add_analysis(analysis: AnalysisCommand, parser: ArgumentParser) -> None:
    parser.set_defaults(ask=analysis.ask)
    add_case(parser)
    analysis.add_arguments(parser)
    if analysis.many_scenarios:
        parser.set_defaults(scenario=None)
    else:
        add_scenario(parser, "scenario to ask about (default: base)")
    folder = "CASE-COMMAND" if analysis.many_scenarios else "CASE-SCENARIO-COMMAND"
    parser.add_argument(*OUT_FLAGS, metavar="FOLDER", type=Path, help=f"folder to write (default: runs/{folder})")
    add_limits(parser, "stop each solve then with the best plan so far (default: none)")


_YOUR_DATA = (
    Command(
        "template",
        "write an empty workbook to fill in",
        "One sheet per table, with units and allowed values as notes and one example row.",
        _add_template,
    ),
    Command(
        "validate",
        "check a case",
        "Lists every fault with its table, line and column, and what is expected.",
        _add_validate,
    ),
)
_A_PLAN = (
    Command(
        "solve",
        "find the best plan for a scenario",
        "Ctrl-C ends the search with the best plan so far; pressed again, at once and without one.",
        _add_solve,
    ),
    Command(
        "evaluate",
        "find what given menus would earn",
        "Coverage, delivery and fulfilment are decided; prices need not be on the price points. Rules on menus, "
        "tiers, models and prices are dropped, and the summary says which of them the menus break.",
        _add_evaluate,
    ),
    Command(
        "audit",
        "recompute a saved plan",
        "Recomputes every amount and checks every rule, without the solver.",
        _add_audit,
    ),
)
_QUESTIONS = tuple(
    Command(analysis.name, analysis.summary, analysis.detail, partial(_add_analysis, analysis)) for analysis in ANALYSES
)
_THE_SHELL = (
    Command(
        "completion",
        "print the script that completes commands in your shell",
        'For bash and zsh: eval "$(tierwise completion bash)", in the file that your shell starts with. '
        "For fish: tierwise completion fish | source.",
        _add_completion,
    ),
)

GROUPS: Mapping[str, tuple[Command, ...]] = {
    "your data": _YOUR_DATA,
    "a plan": _A_PLAN,
    "questions about a plan": _QUESTIONS,
    "the shell": _THE_SHELL,
}
"""Every command, by what it is about, in the order of `tierwise --help`."""
