"""The run that a command is about: named by its folder, or by its case and found, or made, where `solve` writes."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from models import Case, Scenario, load_case, named_scenario
from models.files import read_folder
from models.plan_tables import RunError

from ..assurance.case_versions import are_versions
from ..assurance.opening import OpenedRun, open_reference, open_run
from ..assurance.result import Result
from ..results.checkpoint import SEARCH
from ..results.progress import ProgressCallback, StopCheck
from ..results.record import Status
from ..results.run_case import case_of_run, is_case
from ..results.run_folder import RUN_FILES, check_run_target, refuse_other_run
from ..results.run_owner import Owner
from ..results.run_reference import RunReference
from .command_output import CommandOutput
from .targets import beside, case_label, free_folder, keep, new_file, try_target, without_ending

if TYPE_CHECKING:
    from ..analysis.machinery.answers.answer import Answer
    from ..analysis.machinery.sessions.solver_session import SolverSession


def names_run(path: Path) -> bool:
    """Whether a path that may be that of a case is that of a run."""
    if (path / "case.toml").is_file():
        return False
    return any((path / name).exists() for name in (*RUN_FILES, SEARCH))


def default_run_folder(
    case: Case, named: Path, scenario: str, output: CommandOutput, menus: Path | None = None
) -> Path:
    """Where `solve` writes the run of a scenario, or `evaluate` that of `menus`, unless told otherwise."""
    owner = Owner.of_case(case, scenario, menus)
    parts = [case_label(named), scenario, *([] if menus is None else [without_ending(menus, ".csv")])]
    refuse = partial(refuse_other_run, owner=owner)
    return free_folder(Path("runs", "-".join(parts)), owner, lambda place: read_folder(place, refuse), output)


@dataclass(frozen=True)
class DefaultRuns:
    """The runs of a case that lie where `solve` writes them."""

    case: Case
    named: Path
    """The case as it was typed."""
    output: CommandOutput
    command_line: list[str]

    def folder(self, scenario: str) -> Path:
        """Where the run of a scenario lies, or will."""
        return default_run_folder(self.case, self.named, scenario, self.output)

    def find(self, scenario: Scenario) -> Result | None:
        """The run of a scenario, where there is one that fits."""
        found = self._there(scenario)
        return found if isinstance(found, Result) else None

    def begin(self, scenario: Scenario) -> Result | None:
        """The run that a question is about, as `find` has it, which is said; else its place is tried for one."""
        folder, found = self.folder(scenario.name), self._there(scenario)
        if isinstance(found, Result):
            self.output.note(f"This is about the run {folder}.")
            return found
        read_folder(folder, partial(check_run_target, owner=Owner.of_case(self.case, scenario.name)))
        try_target(folder, self.case)
        self.output.warn([] if found is None else [f"{found} The run is made anew."])
        self.output.note(f"This is about the run {folder}, which is made first.")
        if found is None:
            self.output.note("Of a run that lies elsewhere, name its folder in place of the case.")
        return None

    def _there(self, scenario: Scenario) -> Result | str | None:
        """The run of a scenario, why the one there does not fit, or None where there is none."""
        folder = self.folder(scenario.name)
        if not (folder / "plan.json").is_file():
            return None
        try:
            found = open_reference(folder, self.case).result
        except RunError as error:
            return " ".join(error.problems)
        return None if found.status is Status.NO_PLAN else found

    def keep(self, result: Result) -> Result:
        """Write a run to its place, or, where that fails, elsewhere, and say so."""
        noted = replace(result, manifest={**result.manifest, "command": self.command_line})
        kept = keep(noted.save, self.folder(result.scenario_name))
        self.output.warn(kept.problems)
        return noted if kept.folder is None else replace(noted, saved_as=RunReference.of(kept.folder))


@dataclass(frozen=True)
class CommandSubject:
    """What a question is asked of: a case, and a run of it that is there, or is found or made when it is needed."""

    case: Case
    scenario: Scenario
    run_folder: Path
    opened: OpenedRun | None
    runs: DefaultRuns

    def session(
        self, arguments: Namespace, progress: ProgressCallback | None, should_stop: StopCheck | None
    ) -> SolverSession:
        """A session about it, under the limits of the command."""
        from ..analysis.machinery.sessions.solver_session import SolverSession  # loads the solver

        options = {"progress": progress, "should_stop": should_stop}
        given = {name: value for name in ("gap", "time_limit") if (value := getattr(arguments, name, None)) is not None}
        session = SolverSession(self.case, **options, **given)  # type: ignore[arg-type]
        session.kept_runs = self.runs
        session.run = None if self.opened is None else self.opened.result
        return session


def subject_of(arguments: Namespace, output: CommandOutput) -> CommandSubject:
    """The subject of a question, from RUN or CASE, `--case` and `--scenario`; raises `RunError` where they differ."""
    _name_run_first(arguments)
    named: Path = arguments.subject
    if names_run(named):
        _refuse_without_inputs(arguments)
        return _of_run(named, arguments, output)
    if arguments.case is not None:
        raise RunError([f"{named} is no run, so --case cannot say where its case lies."])
    case = load_case(named)
    scenario = named_scenario(case, arguments.scenario or "base")
    runs = DefaultRuns(case, named, output, arguments.command_line)
    return CommandSubject(case, scenario, runs.folder(scenario.name), None, runs)


def _name_run_first(arguments: Namespace) -> None:
    """Take `compare CASE RUN` for `compare RUN --case CASE`."""
    plans: list[str] = getattr(arguments, "plans", [])
    if plans and names_run(Path(plans[0])) and not names_run(arguments.subject) and arguments.case is None:
        arguments.subject, arguments.case = Path(plans[0]), arguments.subject
        arguments.plans = plans[1:]


def _refuse_without_inputs(arguments: Namespace) -> None:
    """Refuse to compare runs of two versions of a case that keep no inputs, before one is held against its case now."""
    plans: list[str] = getattr(arguments, "plans", [])
    if arguments.case is None and len(plans) == 1 and names_run(Path(plans[0])):
        are_versions(arguments.subject, Path(plans[0]))


def _of_run(run: Path, arguments: Namespace, output: CommandOutput) -> CommandSubject:
    if getattr(arguments, "unchecked", False):
        opened = open_run(run, arguments.case, unchecked=True)
        opened = replace(opened, case=opened.case or case_of_run(opened.result, arguments.case, changed=True))
    else:
        opened = open_reference(run, arguments.case)
    assert opened.case is not None  # only an unchecked run may lack it
    own = opened.result.scenario_name
    if arguments.scenario not in (None, own):
        told = f"{run} is a run of scenario {own}, so nothing can be asked of it under {arguments.scenario}."
        raise RunError([f"{told} Name the case instead, or a run of that scenario."])
    runs = DefaultRuns(opened.case, Path(opened.case.path or run), output, arguments.command_line)
    return CommandSubject(opened.case, named_scenario(opened.case, own), run, opened, runs)


@dataclass(frozen=True)
class ShownRun:
    """A run that a document is to show, opened, with the answers given for it."""

    folder: Path
    """As it was typed, or where the run of a case lies."""
    opened: OpenedRun
    answers: list[Answer]
    file: Path
    """The document, which may be written."""


def shown_run(arguments: Namespace, output: CommandOutput, ending: str) -> ShownRun:
    """The run that is to be shown, from RUN or CASE; that of a case is made where there is none."""
    from ..analysis.machinery.answers.answer_folder import load_answer

    folder, case = _run_named(arguments, output)
    file = new_file(arguments.out or beside(folder, ending), force=arguments.force, inputs=[folder, *arguments.answers])
    answers = [load_answer(answer, unchecked=arguments.unchecked) for answer in arguments.answers]
    opened = open_run(folder, case, unchecked=arguments.unchecked)
    if opened.case is not None and opened.case.path is not None:
        new_file(file, force=True, inputs=[Path(opened.case.path)])
    return ShownRun(folder, opened, answers, file)


def _run_named(arguments: Namespace, output: CommandOutput) -> tuple[Path, Case | Path | None]:
    """The folder of RUN, or of the run of CASE, and the case as far as it is known."""
    named: Path = arguments.subject
    if not is_case(named):
        return named, arguments.case
    subject = subject_of(arguments, output)

    from ..analysis.machinery.sessions.context import pose  # loads the solver

    def made(*, progress: ProgressCallback, should_stop: StopCheck) -> Result:
        session = subject.session(arguments, progress, should_stop)
        with session.answering():
            return pose(session, subject.scenario).refer_to()

    found, _ = output.watch(made, lambda result: None, subject.case.settings.currency)
    if found.saved_as is None or found.saved_as.folder is None:
        raise RunError([f"There is no run of {named} to show: {found.reason}"])
    return subject.run_folder, subject.case
