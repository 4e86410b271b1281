"""The server of a run's page: Voila on 127.0.0.1, with a process for each page and none left once it has ended."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import threading
import webbrowser
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.routing import Rule
from tornado.web import Application, RequestHandler
from traitlets import default
from traitlets.config import Config
from voila.app import Voila
from voila.configuration import VoilaConfiguration
from voila.tornado.handler import TornadoVoilaHandler

from models.plan_tables import RunError

from .admission import LOOPBACK, Admission, RefusalHandler, Refused
from .page_notebook import ServedRun, write_notebook

_TEMPLATE = Path(__file__).with_name("page_template")
_STOPPING = (signal.SIGINT, signal.SIGTERM)
_HANG_UP: signal.Signals | None = getattr(signal, "SIGHUP", None)
_BROKEN = "This part of the page could not be shown. Load the page again; what went wrong is told in the terminal."
_EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget")
"""What is loaded of JupyterLab's extensions: what draws widgets."""
_ABANDONED_SECONDS = 600
"""After which the process of a page that is gone without a word is ended."""
_ENDING_SECONDS = 5.0
"""For the processes of pages to end; one that does not is left to see for itself that the server is gone."""
_SOCKETS_IN_FILES = os.name == "posix"
"""Whether processes speak through files of ours: what they say on a port of this machine, every user may listen to."""
_LONGEST_FOLDER = 40
"""Bytes of a path in which such files can lie: some systems end the name of a socket after 103 bytes."""


class OwnKernel(KernelSpecManager):
    """The Python that runs this, whatever kernels are installed for others."""

    @default("kernel_dirs")  # type: ignore[untyped-decorator,unused-ignore]
    def _no_folders(self) -> list[str]:
        return []


class PageHandler(TornadoVoilaHandler):  # type: ignore[misc]  # Voila is untyped
    """The page itself, which hands its reader the token as a cookie: what it loads is asked for without an address."""

    async def get(self, path: str | None = None) -> None:
        """Answer with a page of a new process."""
        admission: Admission = self.settings["admission"]
        self.set_cookie(admission.cookie, admission.token, httponly=True, samesite="Strict")
        await super().get(path)


class AliveHandler(RequestHandler):
    """Whether the process of a page is at work: 204, or 404 once it has ended, by itself or with the page."""

    async def get(self, kernel: str) -> None:
        """Answer for the process of that name."""
        manager: Any = self.settings["kernel_manager"]
        alive = kernel in manager and await manager.get_kernel(kernel).is_alive()
        self.set_status(204 if alive else 404)


class PageServer(Voila):  # type: ignore[misc]  # Voila is untyped
    """Serves one run to whoever has its address. Raises OSError where the port is taken, RunError without templates.

    What it keeps meanwhile is in `folder`, which is its own and is removed. No settings of the folder it is started
    in, nor of the user's Jupyter, reach it.
    """

    def __init__(self, served: ServedRun, folder: TemporaryDirectory[str], port: int | None = None) -> None:
        self._sockets = bind_sockets(port or 0, LOOPBACK)
        self._temporary, self._folder = folder, Path(folder.name)
        self.admission = Admission(self._sockets[0].getsockname()[1], secrets.token_urlsafe(32))
        self._connections = _connection_folder(self._folder)
        super().__init__(
            notebook_path=str(write_notebook(served, self._folder / "page.ipynb")),
            connection_dir=self._connections.name,
            ip=LOOPBACK,
            port=self.admission.port,
            log_level=logging.ERROR,
            tornado_settings=_settings(self.admission),
            config=_config(),
        )
        self.voila_configuration = VoilaConfiguration(parent=self)
        self.template_paths: list[str] = [str(_TEMPLATE), *self._templates_of_voila()]

    def serve(self, *, open_browser: bool) -> None:
        """Answer until SIGINT, SIGTERM or SIGHUP (under nohup not), then end at once, and all processes of pages."""
        try:
            with _environment(IPYTHONDIR=str(self._folder / "ipython")):
                _run(self._answer(open_browser))
        finally:
            self.close()

    def close(self) -> None:
        """Give up the port and the folder."""
        for socket in self._sockets:
            socket.close()
        self._connections.cleanup()
        self._temporary.cleanup()

    def init_handlers(self) -> list[Any]:
        """Voila's handlers, the one of the page replaced by ours, and one more."""
        return [
            (r"/alive/([-\w]+)", AliveHandler),
            *(
                (route, PageHandler if handler is TornadoVoilaHandler else handler, *rest)
                for route, handler, *rest in super().init_handlers()
            ),
        ]

    def _templates_of_voila(self) -> list[str]:
        """Folders of the template that ours goes on from. Raises RunError where Voila is half installed."""
        try:
            self.setup_template_dirs()
        except ValueError as error:
            told = "Voila's template lab is not there: it lies in share/jupyter of the environment that Voila is in"
            raise RunError([f"{told}. Install the extra app anew, in the environment of tierwise."]) from error
        return list(self.template_paths)

    async def _answer(self, open_browser: bool) -> None:
        self.app = Application(**self.init_settings(), **self.tornado_settings)
        self.app.add_handlers(".*$", self.init_handlers())
        self.app.default_router.rules.insert(0, Rule(Refused(self.admission), RefusalHandler))
        server = HTTPServer(self.app)
        with _stopping() as stop:
            server.add_sockets(self._sockets)
            if open_browser:
                self._open_browser()
            await stop.wait()
            server.stop()
            manager = self.kernel_manager
            asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # of what is left behind nothing is told
            ending = [
                asyncio.ensure_future(manager.shutdown_kernel(kernel, now=True)) for kernel in manager.list_kernel_ids()
            ]
            if ending:  # a process that does not end, or that never began, is no reason to stay
                await asyncio.wait(ending, timeout=_ENDING_SECONDS)

    def _open_browser(self) -> None:
        """Open the address by way of a file of ours: a command line, with the token, is seen by every user."""
        file = self._folder / "open.html"
        file.write_text(f'<meta http-equiv="refresh" content="0;url={self.admission.address}">', encoding="utf-8")
        threading.Thread(target=webbrowser.open, args=[file.as_uri()], daemon=True).start()


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run to its end, and leave behind what else still runs then.

    `asyncio.run` would wait for it: a page that was being loaded, whose process is gone, heeds no cancelling.
    """
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(work)
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def _connection_folder(folder: Path) -> TemporaryDirectory[str]:
    """A folder that only this user may enter: in `folder`, or where names are short enough for sockets."""
    there = _SOCKETS_IN_FILES and len(os.fsencode(folder)) > _LONGEST_FOLDER
    return TemporaryDirectory(prefix="k", dir="/tmp" if there else folder, ignore_cleanup_errors=True)


def _settings(admission: Admission) -> dict[str, Any]:
    own = f"http://{LOOPBACK}:{admission.port} ws://{LOOPBACK}:{admission.port} ws://localhost:{admission.port}"
    policy = {
        "default-src": "'self'",
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob: data:",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": f"'self' {own} data: blob:",
        "worker-src": "'self' blob:",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "object-src": "'none'",
    }
    headers = {
        "Content-Security-Policy": "; ".join(f"{part} {sources}" for part, sources in policy.items()),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return {"admission": admission, "headers": headers, "log_function": lambda handler: None}


def _config() -> Config:
    """What Voila and Jupyter leave to be set."""
    return Config(
        VoilaConfiguration={
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
            "file_allowlist": [],
            "kernel_spec_manager_class": OwnKernel,
            "extension_allowlist": [
                "@jupyter-widgets/jupyterlab-manager",
                "@voila-dashboards/widgets-manager8",
                "anywidget",
            ],
        },
        VoilaExecutor={"cell_error_instruction": _BROKEN, "timeout": None},
        MappingKernelManager={"cull_idle_timeout": _ABANDONED_SECONDS, "cull_interval": 60, "cull_connected": False},
        KernelManager={"autorestart": False, "transport": "ipc" if _SOCKETS_IN_FILES else "tcp"},
    )


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Variables that the processes of pages are started with."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextmanager
def _stopping() -> Iterator[asyncio.Event]:
    """An event that a signal to stop sets."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    heard = [*_STOPPING, *([] if _HANG_UP is None or signal.getsignal(_HANG_UP) is signal.SIG_IGN else [_HANG_UP])]
    before = {number: signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set)) for number in heard}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
