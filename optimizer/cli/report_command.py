"""What `tierwise report` does."""

from __future__ import annotations

from argparse import Namespace

from rich.console import Console

from ..results.typed_command import Step, as_typed
from .asked_run import shown_run
from .command_output import CommandOutcome, CommandOutput
from .exit_codes import DONE
from .terminal import print_line


def report(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    """Write the report of a run; one that does not pass its checks is written with --unchecked only, and says so."""
    from ..analysis.machinery.answers.run_answers import in_words
    from ..report import save_report  # loads the charts, which nothing else needs

    asked = shown_run(arguments, output, ".html")
    result, file, unchecked = asked.opened.result, asked.file, arguments.unchecked
    if asked.opened.case is None:
        output.warn(["The case of the run was not found: the report is written without it, so without capacities."])
    of_run = save_report(asked.opened, asked.folder, file, answers=asked.answers)
    output.warn(of_run.left_out)
    document = {
        "case": result.case_name,
        "scenario": result.scenario_name,
        "answers": [one.name for one in of_run.answers],
        "not_asked": of_run.commands,
        "unchecked": unchecked,
    }
    finance = Step(as_typed("workbook", asked.folder), "the same plan as an Excel workbook for finance")
    steps = () if unchecked or result.plan is None else (finance,)
    shown = f"Wrote {file}. Open it in a browser; it prints to PDF from there."
    mark = f"{result.unchecked} " if result.unchecked else ""

    def show(console: Console) -> None:
        print_line(console, f"{mark}{shown}")
        for line in in_words(of_run):
            print_line(console, line)

    return CommandOutcome(DONE, show, document, file, steps)
