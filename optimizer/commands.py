"""What each command of `tierwise` does, and the outcome it ends with."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import replace
from errno import EEXIST
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from models import Case, apply_scenario, load_case, read_menus, scenario_warnings, write_template

from . import data_commands, finance_commands, report_command
from .analysis.answer import Answer, check_answer_target
from .analysis_commands import ANALYSES
from .audit import Audit
from .completion import completion_script
from .exit_codes import DONE, FAILED, NO_PLAN
from .next_steps import after_answer, after_audit, after_search, after_template, after_validate
from .plan_document import plan_document
from .progress import ProgressCallback, StopCheck
from .result import Result, Status
from .run_audit import audit_run
from .run_folder import check_run_target, load_run
from .search_state import SEARCH, read_state
from .solve_log import SolveLog
from .terminal import say, show_answer, show_result, show_verdict
from .voice import Outcome, Voice


def _validate(arguments: Namespace, voice: Voice) -> Outcome:
    if arguments.mark is not None:
        data_commands.mark(arguments.case, arguments.mark, voice)
    case = load_case(arguments.case)  # which tries every scenario's changes
    names = [arguments.scenario] if arguments.scenario else list(case.scenarios)
    warnings = dict.fromkeys([*case.warnings, *(sentence for name in names for sentence in _warnings(case, name))])
    voice.warn(warnings)

    def show(console: Console) -> None:
        sizes = (f"{count:,} {name}" for name, count in case.sizes.items() if count)
        say(console, f"{case.settings.name}: {', '.join(sizes)}")
        say(console, f"No faults. Scenarios: {', '.join(case.scenarios) or 'none'}. Warnings: {len(warnings)}.")

    document = {"case": case.settings.name, "sizes": case.sizes, "scenarios": list(case.scenarios)}
    return Outcome(DONE, show, document, next_steps=after_validate(arguments.case, list(case.scenarios)))


def _warnings(case: Case, scenario_name: str) -> tuple[str, ...]:
    """What is legal but likely wrong in one scenario of the case."""
    changed, scenario = apply_scenario(case, scenario_name)
    return (*changed.warnings, *scenario_warnings(changed, scenario))


def solve(*given: Any, **options: Any) -> Result:
    """`optimizer.solve`; the solver is loaded only now, since most commands need not wait for it."""
    from .solve import solve as search

    return search(*given, **options)


def evaluate(*given: Any, **options: Any) -> Result:
    """`optimizer.evaluate`, loaded only now too."""
    from .evaluate import evaluate as search

    return search(*given, **options)


def _solve(arguments: Namespace, voice: Voice) -> Outcome:
    log, resume = SolveLog(arguments.log), arguments.resume
    if arguments.scenario is None:
        arguments.scenario = "base" if resume is None else read_state(resume).asked.scenario
    case = load_case(arguments.case, phase=log.phases)
    folder = _run_folder(arguments)
    if resume is None and (folder / SEARCH).exists():
        voice.warn([f"{folder} holds a search that was cut short. This solve begins anew; --resume {folder} goes on."])
    search = partial(solve, case, arguments.scenario, resume=resume, checkpoint=folder)
    return _search(arguments, voice, case, folder, search, log)


def _evaluate(arguments: Namespace, voice: Voice) -> Outcome:
    log = SolveLog(arguments.log)
    case = load_case(arguments.case, phase=log.phases)
    menus = read_menus(arguments.menus, case)
    folder = _run_folder(arguments, arguments.menus.stem)
    return _search(arguments, voice, case, folder, partial(evaluate, case, arguments.scenario, menus=menus), log)


def _search(
    arguments: Namespace, voice: Voice, case: Case, folder: Path, search: Callable[..., Result], log: SolveLog
) -> Outcome:
    """Search under the arguments' limits and save the run; the exit code says how it ended."""
    voice.warn(_warnings(case, arguments.scenario))
    limited = partial(search, gap=arguments.gap, time_limit=arguments.time_limit)
    result = voice.watch(log.listening(limited), case.settings.currency)
    with log.phases("save"):
        replace(result, manifest={**result.manifest, "command": arguments.command_line}).save(folder)
    log.end(result)
    voice.warn(log.warnings)
    verdict = None if result.audit is None else _verdict(result.audit)
    return Outcome(
        _exit_code(result),
        lambda console: show_result(console, result, folder),
        {**plan_document(result).model_dump(mode="json"), "audit": verdict},
        folder,
        after_search(result, arguments.case, folder),
    )


def _exit_code(result: Result) -> int:
    if result.status is Status.NO_PLAN:
        return NO_PLAN
    faulty = result.audit is not None and not result.audit.ok
    return FAILED if faulty or result.status is Status.INFEASIBLE else DONE


def _audit(arguments: Namespace, voice: Voice) -> Outcome:
    verdict = audit_run(load_case(arguments.case), arguments.run_folder)
    scenario = load_run(arguments.run_folder).scenario_name
    return Outcome(
        DONE if verdict.ok else FAILED,
        lambda console: show_verdict(console, verdict),
        _verdict(verdict),
        next_steps=after_audit(arguments.case, scenario, passed=verdict.ok),
    )


def _verdict(audit: Audit) -> dict[str, object]:
    return {"ok": audit.ok, "rules": len(audit.rules), "amounts": len(audit.kpis), "faults": audit.faults}


def _template(arguments: Namespace, voice: Voice) -> Outcome:
    file: Path = arguments.file
    if file.exists():
        raise FileExistsError(EEXIST, "the file exists already; name another one", str(file))
    write_template(file)
    return Outcome(
        DONE, lambda console: say(console, f"Wrote {file}."), {}, files=file, next_steps=after_template(file)
    )


def _completion(arguments: Namespace, voice: Voice) -> Outcome:
    script = completion_script(arguments.shell)
    return Outcome(DONE, lambda console: say(console, script), {"shell": arguments.shell, "script": script})


def _analyse(arguments: Namespace, voice: Voice) -> Outcome:
    """Ask an analysis' question and save the answer; the exit code says how far it is one."""
    from .analysis.workbench import Workbench  # loads the solver

    case = load_case(arguments.case)
    folder = _folder(arguments, *filter(None, [arguments.scenario, arguments.command]))
    check_answer_target(folder, arguments.command)
    if arguments.scenario is not None:
        voice.warn(_warnings(case, arguments.scenario))

    def search(*, progress: ProgressCallback, should_stop: StopCheck) -> Answer:
        bench = Workbench(
            case, gap=arguments.gap, time_limit=arguments.time_limit, progress=progress, should_stop=should_stop
        )
        answer: Answer = arguments.ask(bench, arguments)
        return answer

    answer = voice.watch(search, case.settings.currency)
    answer.save(folder)
    return Outcome(
        _ANSWERED.get(answer.status, DONE),
        lambda console: show_answer(console, answer, folder),
        answer.to_document(),
        folder,
        after_answer(arguments.command, arguments.case, arguments.scenario),
    )


_ANSWERED = {Status.INFEASIBLE: FAILED, Status.NO_PLAN: NO_PLAN}

COMMANDS: Mapping[str, Callable[[Namespace, Voice], Outcome]] = {
    "validate": _validate,
    "solve": _solve,
    "evaluate": _evaluate,
    "audit": _audit,
    "template": _template,
    "init": data_commands.init,
    "diff": data_commands.diff,
    "report": report_command.report,
    "workbook": finance_commands.workbook,
    "reconcile": finance_commands.reconciliation,
    "sign-off": finance_commands.signing,
    "completion": _completion,
    **{analysis.name: _analyse for analysis in ANALYSES},
}
"""What runs for each command."""


def _run_folder(arguments: Namespace, *more: str) -> Path:
    """The run folder to write, refused before the search and not after it."""
    folder = _folder(arguments, arguments.scenario, *more)
    check_run_target(folder)
    return folder


def _folder(arguments: Namespace, *parts: str) -> Path:
    """Where the command writes: as asked, or in runs/ under the case's name and `parts`."""
    folder: Path | None = arguments.out or getattr(arguments, "resume", None)
    return folder or Path("runs", "-".join([arguments.case.resolve().stem, *parts]))
