"""What `tierwise app` does."""

from __future__ import annotations

import signal
from argparse import Namespace
from contextlib import ExitStack
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from models.plan_tables import RunError

from ..assurance.result import Result
from ..results.record import Status
from ..results.summary import status_sentence
from .asked_run import CommandSubject, subject_of
from .command_output import CommandOutcome, CommandOutput
from .exit_codes import DONE, FAILED, NO_PLAN
from .streams import are_ours
from .terminal import print_line

_EXTRA = ("voila", "ipykernel", "ipywidgets", "anywidget")
"""Packages of the extra `app`."""


def app(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    """Serve the page of a run until it is stopped; without a run of the case, one is solved for it and kept nowhere."""
    _check_extra()
    _end_in_order()
    subject = subject_of(arguments, output)
    folder = TemporaryDirectory(prefix="tierwise-app-", ignore_cleanup_errors=True)
    with ExitStack() as unless_served:
        unless_served.callback(folder.cleanup)
        outcome = _serving(subject, arguments, output, folder)
        if outcome.then is not None:
            unless_served.pop_all()
    return outcome


def _serving(
    subject: CommandSubject, arguments: Namespace, output: CommandOutput, folder: TemporaryDirectory[str]
) -> CommandOutcome:
    """The server, ready and told of; or that there is nothing to serve."""
    from ..app.page_notebook import ServedRun
    from ..app.page_server import PageServer

    run, result = _run_to_show(subject, arguments, output, Path(folder.name, "run"))
    if result.plan is None:
        return _nothing_to_show(result)
    served = ServedRun(run, Path(subject.case.path or run), result.case_name, result.scenario_name)
    try:
        server = PageServer(served, folder, arguments.port)
    except OSError as error:
        raise RunError([f"Port {arguments.port} cannot be used: {error.strerror}. Name another, or none."]) from error

    def show(console: Console) -> None:
        print_line(console, f"{served.title}: open this address in a browser on this machine.")
        print_line(console, server.admission.address)
        print_line(console, "It is for you alone: whoever has it may use the page. Ctrl-C ends it.")

    document = {"address": server.admission.address, "case": result.case_name, "scenario": result.scenario_name}
    return CommandOutcome(DONE, show, document, then=partial(server.serve, open_browser=arguments.browser))


def _check_extra() -> None:
    missing = [name for name in _EXTRA if find_spec(name) is None]
    if missing:
        told = f"tierwise app needs {', '.join(missing)}, which the extra app installs"
        raise RunError([f"{told}: pip install 'tierwise[app]', or pip install '.[app]' in a checkout."])


def _end_in_order() -> None:
    """Let requests to end the process raise what Ctrl-C raises, so that no folder is left; not so under nohup."""
    for name in ("SIGTERM", "SIGHUP") if are_ours() else ():
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def _run_to_show(
    subject: CommandSubject, arguments: Namespace, output: CommandOutput, own: Path
) -> tuple[Path, Result]:
    """The run of RUN or CASE and its folder; that of a case without one is solved now, to the folder `own`."""
    if subject.opened is not None:
        return subject.run_folder, subject.opened.result
    found = subject.runs.find(subject.scenario)
    if found is not None:
        output.note(f"This is about the run {subject.run_folder}.")
        return subject.run_folder, found
    output.note(f"There is no run {subject.run_folder} that fits: one is solved now, and kept for the page alone.")
    from ..solving.solve import solve  # loads the solver

    search = partial(solve, subject.case, subject.scenario.name, gap=arguments.gap, time_limit=arguments.time_limit)
    solved, _ = output.watch(search, lambda result: result.save(own), subject.case.settings.currency)
    return own, solved


def _nothing_to_show(result: Result) -> CommandOutcome:
    told = f"There is no plan to show. {status_sentence(result)}"
    code = FAILED if result.status is Status.INFEASIBLE else NO_PLAN
    return CommandOutcome(code, lambda console: print_line(console, told), {"status": result.status})
