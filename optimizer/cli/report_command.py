"""What `tierwise report` does."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from ..results.typed_command import Step, as_typed
from .asked_run import shown_run
from .command_output import CommandOutcome, CommandOutput
from .exit_codes import DONE
from .streams import are_ours
from .terminal import print_line


def _load_charts() -> None:
    """Load the library of charts without what takes half of it: grammars of web addresses, which no chart has.

    The checker of schemas that Altair loads compiles them where JupyterLab has brought `rfc3987_syntax`. Only a process
    that is the command and nothing else goes without.
    """
    spared = are_ours() and "jsonschema" not in sys.modules
    with _patched(sys.modules, {"rfc3987_syntax": None} if spared else {}):
        import altair  # noqa: F401


@contextmanager
def _patched(there: dict[str, Any], values: Mapping[str, Any]) -> Iterator[None]:
    """Have other values in a mapping for a while."""
    before = {key: there[key] for key in values if key in there}
    there.update(values)
    try:
        yield
    finally:
        for key in values:
            there.pop(key, None)
        there.update(before)


def report(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    """Write the report of a run; one that does not pass its checks is written with --unchecked only, and says so."""
    from ..analysis.machinery.answers.run_answers import in_words
    from ..report import FrontMatter, save_report  # loads the pages, which nothing else needs

    asked = shown_run(arguments, output, ".html")
    if not arguments.one_page:
        _load_charts()
    result, file, unchecked = asked.opened.result, asked.file, arguments.unchecked
    if asked.opened.case is None:
        output.warn(["The case of the run was not found: the report is written without it, so without capacities."])
    front = FrontMatter(arguments.title, arguments.author)
    of_run = save_report(
        asked.opened, asked.folder, file, answers=asked.answers, front=front, one_page=arguments.one_page
    )
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
