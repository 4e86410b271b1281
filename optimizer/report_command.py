"""What `tierwise report` does."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from models import Case, CaseError
from models.plan_tables import RunError

from .exit_codes import DONE, FAILED
from .result import Result
from .run_case import case_of_run
from .run_folder import load_run
from .targets import beside, new_file
from .terminal import say
from .voice import Outcome, Step, Voice, as_typed


def report(arguments: Namespace, voice: Voice) -> Outcome:
    """Write the report of a run; one that fails its audit is written all the same, and says so."""
    from .analysis.answer_folder import load_answer
    from .report import write_report  # loads the charts, which nothing else needs

    run: Path = arguments.run_folder
    file = new_file(arguments.out or beside(run, ".html"), force=arguments.force)
    answers = [load_answer(folder) for folder in arguments.answers]
    result = load_run(run)
    case = _case(result, arguments.case, voice)
    write_report(run, file, case=case, answers=answers)
    faulty = result.audit is not None and not result.audit.ok
    document = {"case": result.case_name, "scenario": result.scenario_name, "answers": [one.name for one in answers]}
    steps = (Step(as_typed("workbook", run), "the same plan as an Excel workbook for finance"),)
    shown = f"Wrote {file}. Open it in a browser; it prints to PDF from there."
    return Outcome(FAILED if faulty else DONE, lambda console: say(console, shown), document, file, steps)


def _case(result: Result, given: Path | None, voice: Voice) -> Case | None:
    """The case of the run; without it, unless it was named, the report is only shorter."""
    try:
        return case_of_run(result, given)
    except (RunError, CaseError) as error:
        if given is not None:
            raise
        voice.warn([f"The report is written without the case, so without capacities: {error}"])
        return None
