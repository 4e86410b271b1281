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

from models import Case, apply_scenario, load_case, named_scenario, read_menus, scenario_warnings
from models.files import read_folder
from models.plan_tables import RunError
from models.text.characters import path_in_utf8

from ..analysis.machinery.answers.answer import Answer
from ..analysis.machinery.answers.answer_targets import AnswerIdentity, check_answer_target
from ..analysis.machinery.answers.asked_arguments import arguments_of, words_of
from ..assurance.result import Result
from ..assurance.run_audit import audit_there
from ..results.audit_rules import NEAREST_RESTS_ON_SEARCH, RESTS_ON_SEARCH
from ..results.checkpoint import SEARCH, read_state
from ..results.default_gap import DEFAULT_GIVE
from ..results.findings import Audit
from ..results.plan_document import plan_document
from ..results.progress import ProgressCallback, StopCheck
from ..results.record import Status
from ..results.run_case import is_case
from ..results.run_folder import check_run_target, read_run
from ..results.run_owner import Owner
from . import (
    app_command,
    cache_command,
    data_commands,
    finance_commands,
    report_command,
    runs_command,
    store_command,
)
from .analysis_commands import ANALYSES, AnalysisCommand, AskedArguments
from .asked_run import CommandSubject, default_run_folder, names_run, subject_of
from .command_output import CommandOutcome, CommandOutput
from .exit_codes import BAD_INPUT, DONE, FAILED, FAULT, NO_PLAN
from .next_steps import after_answer, after_audit, after_search, after_template, after_validate
from .shell_completion import completion_script
from .solve_log import SolveLog
from .targets import SaveOutcome, free_folder, keep, try_target
from .terminal import ON_SEARCH, print_line, show_answer, show_result, show_verdict


def _validate(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    if arguments.mark is not None:
        data_commands.mark(arguments.case, arguments.mark, output, force=arguments.force)
    case = load_case(arguments.case)  # which tries every scenario's changes
    names = [arguments.scenario] if arguments.scenario else list(case.scenarios)
    warnings = dict.fromkeys([*case.warnings, *(sentence for name in names for sentence in _warnings(case, name))])
    output.warn(warnings)

    def show(console: Console) -> None:
        sizes = (f"{count:,} {name}" for name, count in case.sizes.items() if count)
        print_line(console, f"{case.settings.name}: {', '.join(sizes)}")
        for sentence in case.filled_in:
            print_line(console, sentence)
        print_line(console, f"No faults. Scenarios: {', '.join(case.scenarios) or 'none'}. Warnings: {len(warnings)}.")

    document = {"case": case.settings.name, "sizes": case.sizes, "scenarios": list(case.scenarios)}
    document["filled_in"] = list(case.filled_in)
    return CommandOutcome(DONE, show, document, next_steps=after_validate(arguments.case, list(case.scenarios)))


def _warnings(case: Case, scenario_name: str) -> tuple[str, ...]:
    """What is legal but likely wrong in one scenario of the case."""
    changed, scenario = apply_scenario(case, scenario_name)
    return (*changed.warnings, *scenario_warnings(changed, scenario))


def solve(*given: Any, **options: Any) -> Result:
    """`optimizer.solve`; the solver is loaded only now, since most commands need not wait for it."""
    from ..solving.solve import solve as search

    return search(*given, **options)


def evaluate(*given: Any, **options: Any) -> Result:
    """`optimizer.evaluate`, loaded only now too."""
    from ..solving.evaluate import evaluate as search

    return search(*given, **options)


def _solve(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    log, resume = SolveLog(arguments.log, force=arguments.force, inputs=[arguments.case]), arguments.resume
    if arguments.scenario is None:
        arguments.scenario = "base" if resume is None else read_state(resume).asked.scenario
    near = _near(arguments)
    case = load_case(arguments.case, phase=log.phases)
    folder = _run_folder(arguments, output, case)
    if resume is None and (folder / SEARCH).exists():
        output.warn([f"{folder} holds a search that was cut short. This solve begins anew; --resume {folder} goes on."])
    search = partial(solve, case, arguments.scenario, resume=resume, checkpoint=folder, **near)
    return _search(arguments, output, case, folder, search, log)


def _near(arguments: Namespace) -> dict[str, object]:
    """What the plan is to stay near, as `optimizer.solve` takes it."""
    if arguments.near is None and arguments.give is not None:
        raise RunError(["--give is what fewer changes may cost: name what the plan is to stay near with --near."])
    if arguments.near is None:
        return {}
    return {"near": arguments.near, "give": DEFAULT_GIVE if arguments.give is None else arguments.give}


def _evaluate(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    log = SolveLog(arguments.log, force=arguments.force, inputs=[arguments.case, arguments.menus])
    case = load_case(arguments.case, phase=log.phases)
    menus = read_menus(arguments.menus, apply_scenario(case, arguments.scenario)[0])
    folder = _run_folder(arguments, output, case, arguments.menus)
    return _search(arguments, output, case, folder, partial(evaluate, case, arguments.scenario, menus=menus), log)


def _search(
    arguments: Namespace, output: CommandOutput, case: Case, folder: Path, search: Callable[..., Result], log: SolveLog
) -> CommandOutcome:
    """Search under the arguments' limits and save the run; the exit code says how it ended.

    Ctrl-C is heard by the search until the run is there: one that comes while it is saved costs nothing.
    """
    output.warn(_warnings(case, arguments.scenario))
    limited = partial(search, gap=arguments.gap, time_limit=arguments.time_limit)

    def save(found: Result) -> SaveOutcome:
        with log.phases("save"):
            noted = replace(found, manifest={**found.manifest, **_noted(arguments)})
            keeping = case if arguments.keep_inputs else False
            return keep(partial(noted.save, force=arguments.force, keep_inputs=keeping), folder)

    result, kept = output.watch(log.listening(limited), save, case.settings.currency)
    log.end(result)
    output.warn(log.warnings)
    verdict = None if result.audit is None else _verdict(result.audit)
    return CommandOutcome(
        BAD_INPUT if kept.problems else _exit_code(result),
        lambda console: show_result(console, result, kept.folder),
        {**plan_document(result).model_dump(mode="json"), "audit": verdict},
        kept.folder,
        () if kept.folder is None else after_search(result, arguments.case, kept.folder),
        kept.problems,
    )


def _noted(arguments: Namespace) -> dict[str, object]:
    """What the manifest says of the command."""
    menus = getattr(arguments, "menus", None)
    given = {} if menus is None else {"menus_path": path_in_utf8(str(menus.resolve()))}
    return {"command": arguments.command_line, **given}


def _exit_code(result: Result) -> int:
    if result.status is Status.NO_PLAN:
        return NO_PLAN
    faulty = result.audit is not None and not result.audit.ok
    return FAILED if faulty or result.status is Status.INFEASIBLE else DONE


def _audit(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    run: Path = arguments.run_folder
    if is_case(run) and not names_run(run):
        raise RunError([f"{run} is a case; name the RUN to audit as well."])
    files = read_run(run)
    verdict = audit_there(run, files, arguments.case)
    rests = RESTS_ON_SEARCH if files.closest is None else NEAREST_RESTS_ON_SEARCH
    return CommandOutcome(
        DONE if verdict.ok else FAILED,
        lambda console: show_verdict(console, verdict, ON_SEARCH if files.closest is None else rests),
        {**_verdict(verdict), "note": rests},
        next_steps=after_audit(arguments.case or run, files.document.scenario, passed=verdict.ok),
    )


def _verdict(audit: Audit) -> dict[str, object]:
    return {"ok": audit.ok, "rules": len(audit.rules), "amounts": len(audit.kpis), "faults": audit.faults}


def _template(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    file: Path = arguments.file
    if file.exists():
        raise FileExistsError(EEXIST, "the file exists already; name another one", str(file))
    from models import write_template  # loads the writer of workbooks

    write_template(file)
    return CommandOutcome(
        DONE, lambda console: print_line(console, f"Wrote {file}."), {}, files=file, next_steps=after_template(file)
    )


def _print_completion(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    script = completion_script(arguments.shell)
    return CommandOutcome(
        DONE, lambda console: print_line(console, script), {"shell": arguments.shell, "script": script}
    )


def _analyse(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    """Ask an analysis' question and save the answer; the exit code says how far it is one."""
    analysis: AnalysisCommand = arguments.analysis
    subject = subject_of(arguments, output)
    output.warn(_warnings(subject.case, subject.scenario.name))
    asked = analysis.asked(arguments)
    folder = _answer_folder(arguments, output, subject, asked)

    def ask(*, progress: ProgressCallback, should_stop: StopCheck) -> Answer:
        session = subject.session(arguments, progress, should_stop)
        named = dict(asked.named) if asked.given else {**asked.named, "scenario": subject.scenario.name}
        return replace(analysis.ask(session, *asked.given, **named), case_path=path_in_utf8(subject.case.path))

    def save(found: Answer) -> SaveOutcome:
        return keep(partial(found.save, force=arguments.force), folder)

    answer, kept = output.watch(ask, save, subject.case.settings.currency)
    return CommandOutcome(
        _answered(answer, kept),
        lambda console: show_answer(console, answer, kept.folder),
        answer.to_document(),
        kept.folder,
        after_answer(arguments.command, subject.run_folder, None if subject.opened is None else subject.opened.result),
        kept.problems,
    )


def _answered(answer: Answer, kept: SaveOutcome) -> int:
    if kept.problems:
        return BAD_INPUT
    return FAULT if answer.failed else _ANSWERED.get(answer.status, DONE)


_ANSWERED = {Status.INFEASIBLE: FAILED, Status.NO_PLAN: NO_PLAN}

COMMANDS: Mapping[str, Callable[[Namespace, CommandOutput], CommandOutcome]] = {
    "validate": _validate,
    "solve": _solve,
    "evaluate": _evaluate,
    "audit": _audit,
    "template": _template,
    "init": data_commands.init,
    "diff": data_commands.diff,
    "staffing": data_commands.staffing,
    "report": report_command.report,
    "workbook": finance_commands.workbook,
    "app": app_command.app,
    "reconcile": finance_commands.reconciliation,
    "sign-off": finance_commands.signing,
    "runs": runs_command.runs,
    "store": store_command.store,
    "cache": cache_command.cache,
    "completion": _print_completion,
    **{analysis.name: _analyse for analysis in ANALYSES},
}
"""What runs for each command."""


def _run_folder(arguments: Namespace, output: CommandOutput, case: Case, menus: Path | None = None) -> Path:
    """The run folder to write, refused or tried before the search and not after it."""
    scenario = named_scenario(case, arguments.scenario).name
    owner = Owner.of_case(case, scenario, menus)
    folder: Path | None = arguments.out or getattr(arguments, "resume", None)
    if folder is None:
        folder = default_run_folder(case, arguments.case, scenario, output, menus)
    read_folder(folder, partial(check_run_target, owner=owner, force=arguments.force))
    try_target(folder, case, arguments.log)
    return folder


def _answer_folder(arguments: Namespace, output: CommandOutput, subject: CommandSubject, asked: AskedArguments) -> Path:
    """The same for the folder of an answer: beside the run, with a name that tells the question."""
    question, about_run = arguments.command, arguments.command != "sweep" or subject.opened is not None
    given = arguments_of(arguments.analysis.ask, *asked.given, **asked.named)
    place = path_in_utf8(str(subject.run_folder.resolve())) if about_run else None
    owner = Owner.of_case(subject.case, subject.scenario.name)
    identity = AnswerIdentity(question, owner, given, place)
    folder: Path | None = arguments.out
    if folder is None:
        plain = subject.run_folder.with_name(f"{subject.run_folder.resolve().name}-{question}{words_of(given)}")
        refuse = partial(check_answer_target, identity=identity)
        mark = (*owner, str(place))
        folder = free_folder(plain, mark, lambda there: read_folder(there, refuse), output)
    read_folder(folder, partial(check_answer_target, identity=identity, force=arguments.force))
    try_target(folder, subject.case)
    return folder
