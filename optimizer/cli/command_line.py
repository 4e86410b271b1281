"""The command `tierwise`: its arguments, its exit codes, and how it says what went wrong."""

from __future__ import annotations

import os
import sys
import traceback
from argparse import Action, ArgumentError, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict
from typing import Any, NoReturn

from ..interrupts import deferring_interrupts
from ..version import __version__
from . import streams
from .arguments import add_output_options
from .command_output import CommandOutput
from .command_table import GROUPS, Command
from .exit_codes import BAD_INPUT, BROKEN_PIPE, FAILED, FAULT, INTERRUPTED
from .shell_completion import answer_shell

_DESCRIPTION = """\
Decides how a product company sells and delivers support: which service tiers, pricing
models and prices each group of customers is shown, who delivers the work, and how parts
are supplied. Says how far from the best a plan can be, and recomputes it without the solver.
"""

_EPILOG = """\
a case is a folder of CSV or Parquet tables with a case.toml, or one .xlsx workbook; a run is what solve writes.
questions take a run, or a case: then its run in runs/CASE-SCENARIO, which is made if there is none that fits.
tierwise COMMAND --help tells more of a command; each has --json for programs, and --quiet.

examples:
  tierwise template my_case.xlsx                     start a case of your own
  tierwise validate my_case.xlsx                     find every fault in it
  tierwise solve data/imaging                        solve its scenario "base"
  tierwise solve data/imaging --scenario NAME --time-limit 60 --out runs/trial
  tierwise evaluate data/imaging --menus menus.csv   what would these menus earn?
  tierwise audit data/imaging runs/imaging-base      recompute a saved plan
  tierwise compare runs/imaging-base                 that plan against today
  tierwise sweep data/imaging --vary max_tiers=2,3   many scenarios side by side
  tierwise app data/imaging                          the plan as a page in a browser

exit codes:
  0  done
  1  infeasible (no plan obeys every rule), or a run is not what it says: a digest or the audit found a fault
  2  the input or the command is wrong; standard error says where
  3  a limit came before any plan was found
 70  a fault of Tierwise itself
130  stopped at once by Ctrl-C
141  whoever read the output left before its end, as with | head; files are whole
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Without `argv` this process is the command that `sys.argv` holds, and its streams are taken over
    (`optimizer.cli.streams`). With it nothing of the process is changed, and wrong usage raises SystemExit(2).
    """
    parser = command_parser()
    answer_shell(parser)
    if argv is None:
        return streams.as_program(lambda: _run(parser, sys.argv[1:]))
    return _run(parser, list(argv))


def _run(parser: ArgumentParser, given: list[str]) -> int:
    arguments = _read(parser, given)
    output = CommandOutput(arguments.command, as_json=arguments.json, quiet=arguments.quiet)
    outcome = None
    try:
        with deferring_interrupts():
            from .commands import COMMANDS  # loads the tables and the charts, which --help need not wait for

        outcome = COMMANDS[arguments.command](arguments, output)
        code = output.present(outcome)
        if outcome.then is not None:
            streams.out().flush()
            outcome.then()
        return code
    except KeyboardInterrupt:
        kept = None if outcome is None else outcome.files
        return output.fail(
            INTERRUPTED, f"Stopped; {'nothing was written' if kept is None else f'{kept} is whole'}.", []
        )
    except BrokenPipeError as error:
        return _explain(error, output) if streams.are_ours() else BROKEN_PIPE
    except Exception as error:
        return _explain(error, output)


def _read(parser: ArgumentParser, given: list[str]) -> Namespace:
    """The arguments; what is wrong with them is also said as JSON where that is asked for."""
    try:
        with redirect_stdout(streams.out()), redirect_stderr(streams.err()):
            arguments = parser.parse_args(given)
    except _UsageError as error:
        error.parser.print_usage(streams.err())
        output = CommandOutput(error.parser.get_default("command"), as_json="--json" in given)
        told = "\n".join(f"{error.parser.prog}: error: {fault}" for fault in error.faults)
        sys.exit(output.fail(BAD_INPUT, told, [{"text": fault} for fault in error.faults]))
    arguments.command_line = ["tierwise", *given]
    return arguments


class _UsageError(Exception):
    """Arguments that a parser, that of a command or that of all, does not take; each fault is a sentence."""

    def __init__(self, parser: ArgumentParser, faults: list[str]) -> None:
        super().__init__(*faults)
        self.parser, self.faults = parser, faults


class _Parser(ArgumentParser):
    """Raises what is wrong with the arguments, where its parent ends the process."""

    mixed = False
    """Whether options may stand between arguments of which the first can be left out."""
    _faults: tuple[str, ...] = ()
    """Values met so far that their arguments do not take, so that all of them are told at once."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """What is called for the arguments of a command."""
        if self.mixed:
            self.mixed = False  # it comes back here, once without the arguments and once with them
            try:
                parsed = self.parse_known_intermixed_args(args, namespace)
            finally:
                self.mixed = True
        else:
            parsed = super().parse_known_args(args, namespace)
        if self._faults:
            self.error("")
        return parsed

    def _get_value(self, action: Action, arg_string: str) -> Any:
        """The value of an argument; one that is none is noted, and those after it are looked at all the same."""
        try:
            return super()._get_value(action, arg_string)
        except ArgumentError as fault:
            self._faults = tuple(dict.fromkeys([*self._faults, str(fault)]))
            return None

    def error(self, message: str) -> NoReturn:
        """Called for a fault of usage: raises it with the values met before that are none."""
        faults, self._faults = [*self._faults, *([message] if message else [])], ()
        raise _UsageError(self, faults)


def _explain(error: Exception, output: CommandOutput) -> int:
    """Say what went wrong, without a traceback; return the exit code."""
    from models import CaseError
    from models.plan_tables import FaultyRunError, RunError

    if isinstance(error, CaseError):
        problems = [{**asdict(problem), "text": str(problem)} for problem in error.problems]
        return output.fail(BAD_INPUT, str(error), problems)
    if isinstance(error, RunError):
        code = FAILED if isinstance(error, FaultyRunError) else BAD_INPUT
        return output.fail(code, str(error), [{"text": text} for text in error.problems])
    if isinstance(error, OSError) and error.filename is not None:
        text = f"{error.filename}: {error.strerror or error}."
        return output.fail(BAD_INPUT, text, [{"text": text}])
    if os.environ.get("TIERWISE_DEBUG"):
        traceback.print_exc(file=streams.err())
    text = f"This is a fault of Tierwise, not of your input: {type(error).__name__}: {error}"
    hint = "Set TIERWISE_DEBUG=1 to see where it happened, and report it with the case if you can."
    return output.fail(FAULT, f"{text}\n{hint}", [{"text": text}])


def command_parser() -> ArgumentParser:
    """Reads every command of `tierwise`, and explains each with `--help`."""
    parser = _Parser(
        "tierwise",
        description=_DESCRIPTION,
        epilog=f"{_listing()}\n{_EPILOG}",
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"tierwise {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, help="one of those below")
    for group in GROUPS.values():
        for command in group:
            _add(commands.add_parser, command)
    return parser


def _add(add_parser: Callable[..., ArgumentParser], command: Command) -> None:
    summary = f"{command.summary[0].upper()}{command.summary[1:]}."
    parser = add_parser(command.name, description=f"{summary} {command.detail}", allow_abbrev=False)
    parser.set_defaults(command=command.name)
    command.add_arguments(parser)
    add_output_options(parser)
    if isinstance(parser, _Parser):
        parser.mixed = command.mixed


def _listing() -> str:
    """The commands in their groups."""
    lines = []
    for title, group in GROUPS.items():
        lines += [f"{title}:", *(f"  {command.name:<14}{command.summary}" for command in group), ""]
    return "\n".join(lines)
