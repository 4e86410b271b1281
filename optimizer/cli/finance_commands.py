"""What `tierwise workbook`, `reconcile` and `sign-off` do: a plan before those who answer for the money."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from rich.console import Console

from models import Case
from models.plan_tables import RunError

from ..assurance.opening import OpenedRun, open_run
from ..assurance.reconcile import BOOKS_TOLERANCE, Reconciliation, reconcile
from ..assurance.result import Result
from ..assurance.sign_off import SignOff, check_sign_off, sign_off
from ..results.run_case import case_of_run
from ..results.summary import cells_in_words
from ..results.typed_command import Step, as_typed
from .asked_run import shown_run
from .command_output import CommandOutcome, CommandOutput
from .exit_codes import DONE, FAILED
from .terminal import print_line, show_table, show_verdict


def workbook(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    """Write the finance workbook of a run; one that does not pass its checks only with --unchecked, and it says so."""
    from ..analysis.machinery.answers.run_answers import answers_of, in_words
    from ..workbook.workbook_data import WorkbookData  # loads the solver, as the next loads the writer of workbooks
    from ..workbook.write import write_sheets

    asked = shown_run(arguments, output, ".xlsx")
    run, file, result = asked.folder, asked.file, asked.opened.result
    case = _case_of(asked.opened, arguments)
    if result.plan is None:
        raise RunError([f"{run} holds no plan (its status is {result.status}), so there is nothing to write of it."])
    answers = answers_of(result, run, asked.answers, unchecked=arguments.unchecked)
    output.warn(answers.left_out)
    data = WorkbookData(case, result, asked.opened.audit, answers)
    write_sheets(data, file)
    audit = data.audit

    def show(console: Console) -> None:
        if result.unchecked is not None:
            print_line(console, result.unchecked, style="bold red")
        show_verdict(console, audit)
        print_line(console, f"Wrote {file}.")
        for line in in_words(answers):
            print_line(console, line)

    steps = (Step(as_typed("sign-off", run, "--by", "NAME"), "record who stands for the run, once it is checked"),)
    document = {"audit": audit.ok, "case": result.case_name, "scenario": result.scenario_name}
    document |= {"answers": [one.name for one in answers.answers], "not_asked": answers.commands}
    document |= {"unchecked": arguments.unchecked}
    return CommandOutcome(DONE if audit.ok else FAILED, show, document, file, steps if audit.ok else ())


def _case_of(opened: OpenedRun, arguments: Namespace) -> Case:
    """The case of a run that was opened; without it there is nothing to do, so that this says why it is missing."""
    return opened.case or case_of_run(opened.result, arguments.case, changed=True)


def reconciliation(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    """Hold today's baseline against the books."""
    opened = open_run(arguments.run_folder, arguments.case, unchecked=arguments.unchecked)
    found = reconcile(_case_of(opened, arguments), opened.result, _tolerance(arguments))
    code = DONE if found.ok else FAILED
    document = {**found.to_document(), "unchecked": arguments.unchecked}
    return CommandOutcome(code, lambda console: _show_lines(console, found, opened.result), document)


def _tolerance(arguments: Namespace) -> float:
    return BOOKS_TOLERANCE if arguments.tolerance is None else float(arguments.tolerance)


def _show_lines(console: Console, found: Reconciliation, result: Result) -> None:
    header, rows = cells_in_words(found.lines)
    mark = "" if result.unchecked is None else f". {result.unchecked}"
    show_table(console, f"Today against the books, {result.currency} a year{mark}", header, rows, right=[1, 2, 3, 4])
    print_line(console, f"\n{found.sentence}", style="green" if found.ok else "bold red")


def signing(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    """Sign a run off, or check the sign-off that it has."""
    run: Path = arguments.run_folder
    if arguments.by is None:
        found = check_sign_off(arguments.case, run)
    else:
        found = sign_off(arguments.case, run, arguments.by, arguments.note, _tolerance(arguments))
    document = {**found.document, "valid": found.valid, "faults": found.faults, "case_since": found.case_since}
    files = None if arguments.by is None else run
    return CommandOutcome(
        DONE if found.valid else FAILED, lambda console: _show_sign_off(console, found), document, files
    )


def _show_sign_off(console: Console, found: SignOff) -> None:
    print_line(console, found.sentence, style="green" if found.valid else "bold red")
    for fault in found.faults:
        print_line(console, f"  {fault}")
    if found.case_since is not None:
        print_line(console, f"{found.case_since} The sign-off is of the run and the inputs that it keeps.")
