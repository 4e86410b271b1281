"""What each command of `tierwise` does, and the exit code it ends with."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from errno import EEXIST
from functools import partial
from pathlib import Path

from models import Case, apply_scenario, load_case, read_menus, scenario_warnings, write_template

from .analysis.answer import Answer, check_answer_target
from .analysis.workbench import Workbench
from .analysis_commands import ANALYSES
from .evaluate import evaluate
from .exit_codes import DONE, FAILED, NO_PLAN
from .progress import ProgressCallback, StopCheck
from .result import Result, Status
from .run_audit import audit_run
from .run_folder import check_run_target
from .solve import solve
from .terminal import console_on, say, show_answer, show_result, show_verdict
from .watching import watch


def _validate(arguments: Namespace) -> int:
    case = load_case(arguments.case)  # which tries every scenario's changes
    names = [arguments.scenario] if arguments.scenario else list(case.scenarios)
    found = [*case.warnings, *(sentence for name in names for sentence in _warnings(case, name))]
    warnings = list(dict.fromkeys(found))
    _warn(warnings)
    console = console_on(sys.stdout)
    sizes = (f"{count:,} {name}" for name, count in case.sizes.items() if count)
    say(console, f"{case.settings.name}: {', '.join(sizes)}")
    say(console, f"No faults. Scenarios: {', '.join(case.scenarios) or 'none'}. Warnings: {len(warnings)}.")
    return DONE


def _warnings(case: Case, scenario_name: str) -> tuple[str, ...]:
    """What is legal but likely wrong in one scenario of the case."""
    changed, scenario = apply_scenario(case, scenario_name)
    return (*changed.warnings, *scenario_warnings(changed, scenario))


def _warn(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        print(f"Warning: {sentence}", file=sys.stderr)


def _solve(arguments: Namespace) -> int:
    case = load_case(arguments.case)
    return _search(arguments, case, _run_folder(arguments), partial(solve, case, arguments.scenario))


def _evaluate(arguments: Namespace) -> int:
    case = load_case(arguments.case)
    menus = read_menus(arguments.menus, case)
    folder = _run_folder(arguments, arguments.menus.stem)
    return _search(arguments, case, folder, partial(evaluate, case, arguments.scenario, menus=menus))


def _search(arguments: Namespace, case: Case, folder: Path, search: Callable[..., Result]) -> int:
    """Search under the arguments' limits, save the run, show it; say by the exit code how it ended."""
    _warn(_warnings(case, arguments.scenario))
    limited = partial(search, gap=arguments.gap, time_limit=arguments.time_limit)
    result = watch(limited, case.settings.currency, sys.stderr)
    replace(result, manifest={**result.manifest, "command": arguments.command_line}).save(folder)
    show_result(console_on(sys.stdout), result, folder)
    return _exit_code(result)


def _exit_code(result: Result) -> int:
    if result.status is Status.NO_PLAN:
        return NO_PLAN
    faulty = result.audit is not None and not result.audit.ok
    return FAILED if faulty or result.status is Status.INFEASIBLE else DONE


def _audit(arguments: Namespace) -> int:
    audit = audit_run(load_case(arguments.case), arguments.run_folder)
    show_verdict(console_on(sys.stdout), audit)
    return DONE if audit.ok else FAILED


def _template(arguments: Namespace) -> int:
    if arguments.file.exists():
        raise FileExistsError(EEXIST, "the file exists already; name another one", str(arguments.file))
    write_template(arguments.file)
    say(console_on(sys.stdout), f"Wrote {arguments.file}. Fill it in, then run: tierwise validate {arguments.file}")
    return DONE


def _analyse(arguments: Namespace) -> int:
    """Ask an analysis' question, save and show the answer; say by the exit code how far it is one."""
    case = load_case(arguments.case)
    folder = _folder(arguments, *filter(None, [arguments.scenario, arguments.command]))
    check_answer_target(folder, arguments.command)
    if arguments.scenario is not None:
        _warn(_warnings(case, arguments.scenario))

    def search(*, progress: ProgressCallback, should_stop: StopCheck) -> Answer:
        bench = Workbench(
            case, gap=arguments.gap, time_limit=arguments.time_limit, progress=progress, should_stop=should_stop
        )
        answer: Answer = arguments.ask(bench, arguments)
        return answer

    answer = watch(search, case.settings.currency, sys.stderr)
    answer.save(folder)
    show_answer(console_on(sys.stdout), answer, folder)
    return _ANSWERED.get(answer.status, DONE)


_ANSWERED = {Status.INFEASIBLE: FAILED, Status.NO_PLAN: NO_PLAN}

COMMANDS: Mapping[str, Callable[[Namespace], int]] = {
    "validate": _validate,
    "solve": _solve,
    "evaluate": _evaluate,
    "audit": _audit,
    "template": _template,
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
    folder: Path | None = arguments.out
    return folder or Path("runs", "-".join([arguments.case.resolve().stem, *parts]))
