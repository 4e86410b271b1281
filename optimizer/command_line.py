"""The command `tierwise`: its arguments, its exit codes, and how it says what went wrong."""

from __future__ import annotations

import os
import sys
import traceback
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from . import __version__
from .analysis_commands import ANALYSES, AnalysisCommand
from .exit_codes import BAD_INPUT, DONE, FAULT, INTERRUPTED

if TYPE_CHECKING:
    from argparse import _SubParsersAction

_DESCRIPTION = """\
Decides how a product company sells and delivers support: which service tiers, pricing
models and prices each group of customers is shown, who delivers the work, and how parts
are supplied. Says how far from the best a plan can be, and recomputes it without the solver.
"""

_EPILOG = """\
a case is a folder of CSV or Parquet tables with a case.toml, or one .xlsx workbook.

examples:
  tierwise template my_case.xlsx                     start a case of your own
  tierwise validate my_case.xlsx                     find every fault in it
  tierwise solve data/imaging                        solve its scenario "base"
  tierwise solve data/imaging --scenario NAME --time-limit 60 --out runs/trial
  tierwise evaluate data/imaging --menus menus.csv   what would these menus earn?
  tierwise audit data/imaging runs/imaging-base      recompute a saved plan
  tierwise compare data/imaging                      the best plan against today
  tierwise sweep data/imaging --vary max_tiers=2,3   many scenarios side by side

exit codes:
  0  done
  1  infeasible (no plan obeys every rule), or the audit found a fault
  2  the input or the command is wrong; standard error says where
  3  a limit came before any plan was found
 70  a fault of Tierwise itself
130  stopped at once by Ctrl-C
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, `sys.argv` by default, and return its exit code. Wrong usage raises SystemExit(2)."""
    given = sys.argv[1:] if argv is None else list(argv)
    arguments = _parser().parse_args(given)
    arguments.command_line = ["tierwise", *given]
    try:
        from .commands import COMMANDS  # loads the tables and the solver, which --help need not wait for

        return COMMANDS[arguments.command](arguments)
    except KeyboardInterrupt:
        print("Stopped; nothing was written.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  (whoever read the output has gone)
        return DONE
    except Exception as error:
        return _explain(error)


def _explain(error: Exception) -> int:
    """Say on standard error what went wrong, without a traceback; return the exit code."""
    from models import CaseError
    from models.plan_tables import RunError

    if isinstance(error, CaseError | RunError):
        print(error, file=sys.stderr)
        return BAD_INPUT
    if isinstance(error, OSError) and error.filename is not None:
        print(f"{error.filename}: {error.strerror or error}.", file=sys.stderr)
        return BAD_INPUT
    if os.environ.get("TIERWISE_DEBUG"):
        traceback.print_exc()
    print(
        f"This is a fault of Tierwise, not of your input: {type(error).__name__}: {error}\n"
        "Set TIERWISE_DEBUG=1 to see where it happened, and report it with the case if you can.",
        file=sys.stderr,
    )
    return FAULT


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        "tierwise", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"tierwise {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_validate(commands)
    _add_solve(commands)
    _add_evaluate(commands)
    _add_audit(commands)
    _add_template(commands)
    for analysis in ANALYSES:
        _add_analysis(commands, analysis)
    return parser


def _add_command(commands: _SubParsersAction[ArgumentParser], name: str, summary: str, detail: str) -> ArgumentParser:
    parser = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}. {detail}")
    parser.set_defaults(command=name)
    return parser


def _add_validate(commands: _SubParsersAction[ArgumentParser]) -> None:
    detail = "Lists every fault with its table, line and column, and what is expected."
    parser = _add_command(commands, "validate", "check a case", detail)
    _add_case(parser)
    parser.add_argument(
        "--scenario", metavar="NAME", help="warn of what is likely wrong in this scenario only (default: in all)"
    )


def _add_solve(commands: _SubParsersAction[ArgumentParser]) -> None:
    detail = "Ctrl-C ends the search with the best plan so far; pressed again, at once and without one."
    parser = _add_command(commands, "solve", "find the best plan for a scenario", detail)
    _add_case(parser)
    _add_search(parser)


def _add_evaluate(commands: _SubParsersAction[ArgumentParser]) -> None:
    detail = (
        "Coverage, delivery and fulfilment are decided; prices need not be on the price points. Rules on menus, "
        "tiers, models and prices are dropped, and the summary says which of them the menus break."
    )
    parser = _add_command(commands, "evaluate", "find what given menus would earn", detail)
    _add_case(parser)
    menus = "CSV file with the columns price_book, tier, model, price, as in a run folder"
    parser.add_argument("--menus", metavar="FILE", type=Path, required=True, help=menus)
    _add_search(parser)


def _add_audit(commands: _SubParsersAction[ArgumentParser]) -> None:
    detail = "Recomputes every amount and checks every rule, without the solver."
    parser = _add_command(commands, "audit", "recompute a saved plan", detail)
    _add_case(parser)
    parser.add_argument("run_folder", metavar="RUN", type=Path, help="folder written by solve or evaluate")


def _add_template(commands: _SubParsersAction[ArgumentParser]) -> None:
    detail = "One sheet per table, with units and allowed values as notes and one example row."
    parser = _add_command(commands, "template", "write an empty workbook to fill in", detail)
    parser.add_argument("file", metavar="FILE.xlsx", type=_workbook, help="file to write; it must not exist yet")


def _add_analysis(commands: _SubParsersAction[ArgumentParser], analysis: AnalysisCommand) -> None:
    parser = _add_command(commands, analysis.name, analysis.summary, analysis.detail)
    parser.set_defaults(ask=analysis.ask)
    _add_case(parser)
    analysis.add_arguments(parser)
    if analysis.many_scenarios:
        parser.set_defaults(scenario=None)
    else:
        parser.add_argument("--scenario", metavar="NAME", default="base", help="scenario to ask about (default: base)")
    folder = "CASE-COMMAND" if analysis.many_scenarios else "CASE-SCENARIO-COMMAND"
    parser.add_argument("--out", metavar="FOLDER", type=Path, help=f"folder to write (default: runs/{folder})")
    _add_limits(parser, "stop each solve then with the best plan so far (default: none)")


def _add_case(parser: ArgumentParser) -> None:
    parser.add_argument("case", metavar="CASE", type=Path, help="case folder or .xlsx workbook")


def _add_search(parser: ArgumentParser) -> None:
    parser.add_argument("--scenario", metavar="NAME", default="base", help="scenario to solve (default: base)")
    parser.add_argument("--out", metavar="RUN", type=Path, help="run folder to write (default: runs/CASE-SCENARIO)")
    _add_limits(parser, "stop then with the best plan so far (default: none)")


def _add_limits(parser: ArgumentParser, at_the_limit: str) -> None:
    parser.add_argument(
        "--gap",
        metavar="SHARE",
        type=_not_negative,
        default=1e-4,
        help="stop when proved this close to the best (default: 1e-4, that is 0.01 %%)",
    )
    parser.add_argument("--time-limit", metavar="SECONDS", type=_positive, help=at_the_limit)


def _not_negative(text: str) -> float:
    return _number(text, lambda value: value >= 0, "a number of at least 0, such as 0.001")


def _positive(text: str) -> float:
    return _number(text, lambda value: value > 0, "a number above 0, such as 60")


def _number(text: str, allowed: Callable[[float], bool], expected: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not (isfinite(value) and allowed(value)):
        raise ArgumentTypeError(f"found {text!r}, expected {expected}")
    return value


def _workbook(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() != ".xlsx":
        raise ArgumentTypeError(f"found {text!r}, expected a file name that ends in .xlsx")
    return path
