"""The commands of `tierwise` and their arguments, in the groups that `tierwise --help` shows."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..results.default_gap import DEFAULT_GAP
from .analysis_commands import ANALYSES, AnalysisCommand
from .arguments import (
    CASE,
    OUT_FLAGS,
    STORE,
    add_case,
    add_force,
    add_limits,
    add_run,
    add_scenario,
    add_search,
    add_subject,
    add_unchecked,
    not_negative,
    number_list,
    page,
    port,
    whole,
    workbook,
)
from .shell_completion import SHELLS


@dataclass(frozen=True)
class Command:
    """One command; what it does is `optimizer.cli.commands.COMMANDS[name]`."""

    name: str
    summary: str
    """What it does, in a few words."""
    detail: str
    """A sentence or two more."""
    add_arguments: Callable[[ArgumentParser], None]
    mixed: bool = False
    """Whether options may stand between its arguments, of which not all are needed."""


def _add_validate(parser: ArgumentParser) -> None:
    add_case(parser)
    add_scenario(parser, "warn of what is likely wrong in this scenario only (default: in all)", default=None)
    marks = "where there are faults, write the case as this workbook, each faulty cell marked and commented"
    parser.add_argument("--mark", metavar="FILE.xlsx", type=workbook, help=marks)
    add_force(parser, "replace the file that --mark names if it exists")


def _add_solve(parser: ArgumentParser) -> None:
    add_case(parser)
    add_search(parser)
    resume = (
        "go on with the search of this run, which a limit, Ctrl-C or a kill cut short; with its scenario, and written "
        "to it, if no other is named"
    )
    parser.add_argument("--resume", metavar="RUN", type=Path, help=resume)
    near = (
        "among plans about as good as the best, take the one that changes least: against this run, of which menus and "
        "coverage alone are read, or against today's menus (today)"
    )
    parser.add_argument("--near", metavar="RUN|today", help=near)
    give = "share of the best objective that may be given up for fewer changes (default: 1e-4); with --near only"
    parser.add_argument("--give", metavar="SHARE", type=not_negative, help=give)
    parser.set_defaults(scenario=None)  # which tells a scenario that was named from one that was not


def _add_evaluate(parser: ArgumentParser) -> None:
    add_case(parser)
    menus = "CSV file with the columns price_book, tier, model, price, as in a run folder"
    parser.add_argument("--menus", metavar="FILE", type=Path, required=True, help=menus)
    add_search(parser)


def _add_audit(parser: ArgumentParser) -> None:
    found = f"{CASE} (default: the inputs that the run keeps, or where its command found its case)"
    parser.add_argument("case", metavar="CASE", nargs="?", type=Path, help=found)
    add_run(parser)


def _add_template(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE.xlsx", type=workbook, help="file to write; it must not exist yet")


def _add_init(parser: ArgumentParser) -> None:
    parser.add_argument("target", metavar="CASE", type=Path, help="folder or .xlsx workbook to write; must not exist")
    parser.add_argument("-y", "--yes", action="store_true", help="ask nothing, take every default")


def _add_diff(parser: ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("other", metavar="OTHER", type=Path, help="the later version: case folder or .xlsx workbook")
    parser.add_argument(*OUT_FLAGS, metavar="FILE.csv", type=Path, help="also write every difference to this file")
    add_force(parser, "replace the file if it exists")


def _add_staffing(parser: ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("--provider", metavar="NAME", required=True, help="whose people these are")
    parser.add_argument("--people", metavar="N", type=whole, required=True, help="how many of them share its cases")
    handling = "hours that a case takes (default: the mean hours_per_case of its services on the response clock)"
    parser.add_argument("--handling", metavar="HOURS", type=float, help=handling)
    levels = "loads, as shares of capacity_hours, with commas between them (default: 0.6,0.7,0.8,0.9)"
    parser.add_argument("--levels", metavar="SHARES", type=number_list, help=levels)
    reference = "load at which the response times of the case hold (default: 0.7)"
    parser.add_argument("--reference-load", metavar="SHARE", type=float, help=reference)
    parser.add_argument(*OUT_FLAGS, metavar="FILE.csv", type=Path, help="also write the rows to this file")
    add_force(parser, "replace the file if it exists")


def _add_run_and_case(parser: ArgumentParser) -> None:
    add_run(parser)
    found = "its case: folder or .xlsx workbook (default: the inputs that it keeps, or where its command found it)"
    parser.add_argument("--case", metavar="CASE", type=Path, help=found)


def _add_document(parser: ArgumentParser) -> None:
    """A run to be shown, with the answers about it."""
    add_subject(parser)
    add_scenario(parser, "scenario of CASE to show (default: base); RUN has its own", default=None)
    add_unchecked(parser)
    answers = "folder of an answer about this very run, besides those that lie beside it; may be given again"
    parser.add_argument(
        "--with", metavar="FOLDER", dest="answers", action="append", type=Path, default=[], help=answers
    )


def _add_workbook(parser: ArgumentParser) -> None:
    _add_document(parser)
    parser.add_argument(*OUT_FLAGS, metavar="FILE.xlsx", type=workbook, help="file to write (default: RUN.xlsx)")
    add_force(parser, "replace the file if it exists")


def _add_report(parser: ArgumentParser) -> None:
    _add_document(parser)
    parser.add_argument(*OUT_FLAGS, metavar="FILE.html", type=page, help="file to write (default: RUN.html)")
    parser.add_argument("--one-page", action="store_true", help="what is read in a minute: one printed page, no charts")
    parser.add_argument("--title", metavar="TEXT", help="title (default: what the case is called)")
    parser.add_argument("--author", metavar="NAME", help="who presents it (default: nobody is named)")
    add_force(parser, "replace the file if it exists")


def _add_app(parser: ArgumentParser) -> None:
    add_subject(parser, "made for the page alone")
    add_scenario(parser, "scenario of CASE to show (default: base); RUN has its own", default=None)
    parser.add_argument("--port", metavar="PORT", type=port, help="port to serve it on (default: a free one)")
    parser.add_argument("--no-browser", dest="browser", action="store_false", help="print the address, open nothing")
    gap = "where a run is solved: stop when proved this close to the best (default: 1e-4)"
    add_limits(parser, "where a run is solved: stop then with the best plan so far (default: none)", gap, DEFAULT_GAP)


def _add_reconcile(parser: ArgumentParser) -> None:
    _add_tolerance(parser)
    add_unchecked(parser)


def _add_tolerance(parser: ArgumentParser) -> None:
    _add_run_and_case(parser)
    share = "most difference, as a share of the amount booked (default: 0.02, that is 2 %%)"
    parser.add_argument("--tolerance", metavar="SHARE", type=not_negative, help=share)


def _add_sign_off(parser: ArgumentParser) -> None:
    _add_tolerance(parser)
    parser.add_argument("--by", metavar="NAME", help="who signs off; without it the sign-off there is checked")
    parser.add_argument("--note", metavar="TEXT", default="", help="what to remember of it")


def _add_store(parser: ArgumentParser) -> None:
    folder = "folder of a store (default: runs/store, where sweep keeps its results)"
    parser.add_argument("folder", metavar="FOLDER", nargs="?", type=Path, default=STORE, help=folder)
    names = "in which * stands for anything"
    parser.add_argument("--case", metavar="NAME", dest="of_case", help=f"only results of cases of this name, {names}")
    parser.add_argument("-s", "--scenario", metavar="NAME", help=f"only those of scenarios of this name, {names}")
    parser.add_argument("--older-than", metavar="DAYS", type=not_negative, help="only those solved longer ago")
    stale = "only those that are never taken again: of another version of Tierwise, or damaged"
    parser.add_argument("--stale", action="store_true", help=stale)
    parser.add_argument("--clear", action="store_true", help="remove them; everything else in the folder stays")


def _add_runs(parser: ArgumentParser) -> None:
    folder = "folder that runs lie in (default: runs, where solve writes them)"
    parser.add_argument("folder", metavar="FOLDER", nargs="?", type=Path, default=Path("runs"), help=folder)


def _add_cache(parser: ArgumentParser) -> None:
    parser.add_argument("--clear", action="store_true", help="remove them; the next solve compiles them anew")


def _add_completion(parser: ArgumentParser) -> None:
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=f"one of {', '.join(SHELLS)}")


def _add_analysis(analysis: AnalysisCommand, parser: ArgumentParser) -> None:
    parser.set_defaults(analysis=analysis)
    add_subject(parser)
    analysis.add_arguments(parser)
    add_scenario(parser, "scenario of CASE to ask about (default: base); RUN has its own", default=None)
    folder = "folder to write (default: RUN-COMMAND beside the run, and more of the name for other arguments)"
    parser.add_argument(*OUT_FLAGS, metavar="FOLDER", type=Path, help=folder)
    add_force(parser, "replace an answer to another question, or about another run")
    gap = "prove each solve this closely (default: sign and two digits of each difference, within a limit on nodes)"
    add_limits(parser, "end the whole answer then, with what is known and how well (default: none)", gap, None)


_YOUR_DATA = (
    Command(
        "init",
        "answer a few questions and get a case that solves",
        "Asks for products, segments, regions and tiers, and fills everything else with round placeholders.",
        _add_init,
    ),
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
    Command(
        "diff",
        "show what changed between two versions of a case",
        "Settings, scenarios, and every row and cell, matched by key.",
        _add_diff,
    ),
    Command(
        "staffing",
        "work out how a provider answers at several levels of load",
        "Prints rows of the table engagements, one a level, for people who share one queue (M/M/c, Erlang C). The "
        "case stays as it is.",
        _add_staffing,
    ),
)
_A_PLAN = (
    Command(
        "solve",
        "find the best plan for a scenario",
        "Ctrl-C ends the search with the best plan so far; pressed again, at once and without one. What was cut short "
        "goes on with --resume.",
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
        "Recomputes every amount and checks every rule, without the solver: against the case named, or else the inputs "
        "that the run keeps.",
        _add_audit,
        mixed=True,
    ),
)
_FINANCE = (
    Command(
        "report",
        "write a plan as a recommendation to defend",
        "One HTML file that works offline and prints well: what to offer, to whom, at what price, by whom, what it "
        "earns and costs and how sure that is, with charts, and the file that each number comes from.",
        _add_report,
    ),
    Command(
        "workbook",
        "write a plan as an Excel workbook for finance",
        "Price list, profit and loss by tier, pricing model, segment and region, bridge, accounts, providers, rules "
        "and audit; totals are live formulas that agree with the plan.",
        _add_workbook,
    ),
    Command(
        "app",
        "show a plan as a page in a browser, with sliders",
        "Serves the plan, the live what-if and the frontier on this machine alone, to whoever has the address it "
        "prints. Nothing is written into the case or its runs: without a run of CASE, one is solved and kept for the "
        "page alone. Ctrl-C ends it. Needs the extra app.",
        _add_app,
    ),
    Command(
        "reconcile",
        "hold today's price book against the books",
        "Compares the baseline of a run with the case's table actuals, line by line.",
        _add_reconcile,
    ),
    Command(
        "sign-off",
        "record who stands for a run, or check that it still holds",
        "Runs the audit and the reconciliation first, and keeps the inputs in the run. It ends with any change to the "
        "run or to these; that the case has changed since is told beside it.",
        _add_sign_off,
    ),
)
_QUESTIONS = tuple(
    Command(analysis.name, analysis.summary, analysis.detail, partial(_add_analysis, analysis)) for analysis in ANALYSES
)
_WHAT_IS_KEPT = (
    Command(
        "runs",
        "list the runs in a folder",
        "Case, scenario, status and objective of each, who signed it off, whether its case has changed since, and "
        "which answers lie beside it. Nothing is solved.",
        _add_runs,
    ),
    Command(
        "store",
        "list the results that sweeps keep, or clear them",
        "A result in the store is not solved again. Options say which are meant; without them it is every one.",
        _add_store,
    ),
    Command(
        "cache",
        "list the files of the compiled search, or clear them",
        "The first solve after an installation compiles the search, and says where it keeps it: beside the program, "
        "for all users, or in a folder of yours.",
        _add_cache,
    ),
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
    "a plan before others": _FINANCE,
    "questions about a plan": _QUESTIONS,
    "what is kept": _WHAT_IS_KEPT,
    "the shell": _THE_SHELL,
}
"""Every command, by what it is about, in the order of `tierwise --help`."""
