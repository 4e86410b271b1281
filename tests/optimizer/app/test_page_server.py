"""The server as it is started: what it refuses, what it writes, and what is left once it has ended."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from optimizer.cli import app_command
from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import BAD_INPUT, DONE, FAILED, INTERRUPTED
from tests.folders import ROOT, TINY
from tests.optimizer.app.serving import Served, served

CHANNELS = "/api/kernels/00000000-0000-0000-0000-000000000000/channels"
WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": "AQIDBAUGBwgJCgsMDQ4PEA==",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("app")
    assert main(["solve", str(TINY), "--out", str(folder / "run"), "--quiet"]) == DONE
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Served]:
    with served(folder, "run") as found:
        yield found


@pytest.mark.parametrize("path", ["/", "/?token=wrong", "/voila/static/voila.js", "/login", "/api/kernels", CHANNELS])
def test_nothing_is_answered_without_the_token(path: str, server: Served) -> None:
    status, text = server.ask(path)
    assert (status, text.split(":")[0]) == (403, "The token is missing or wrong")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_nor_by_another_method(method: str, server: Served) -> None:
    assert server.ask("/", method)[0] == 403


def test_another_name_for_this_machine_is_refused(server: Served) -> None:
    assert server.ask(server.page, Host=f"rebound.example:{server.port}") == (
        403,
        "This address is not the page's own.\n",
    )


def test_another_page_is_refused(server: Served) -> None:
    status, text = server.ask(server.page, Origin="http://evil.example")
    assert (status, text) == (403, "Another web page may not ask for this one.\n")


def test_so_is_a_websocket_that_another_page_opens(server: Served) -> None:
    asked = f"{CHANNELS}{server.page.removeprefix('/')}"
    assert server.ask(asked, **WEBSOCKET, Origin="http://evil.example")[0] == 403
    assert server.ask(asked, **WEBSOCKET, Host="evil.example")[0] == 403
    own = f"http://127.0.0.1:{server.port}"
    assert server.ask(asked, **WEBSOCKET, Origin=own)[0] == 404  # let in; there is no such process


def test_it_listens_on_this_machine_alone(server: Served) -> None:
    found = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {words[1] for words in found if words[3] == "0A"}
    assert f"0100007F:{server.port:04X}" in listening
    assert f"00000000:{server.port:04X}" not in listening


def test_the_page_hands_out_a_cookie_and_lets_nothing_from_elsewhere_in(server: Served) -> None:
    status, text, headers = server.answer(server.page, "GET", {})
    cookies = [value for name, value in headers if name == "Set-Cookie" and value.startswith("tierwise-")]
    rules = dict(headers)["Content-Security-Policy"]
    assert status == 200
    assert "HttpOnly" in cookies[0]
    assert "SameSite=Strict" in cookies[0]
    assert "default-src 'self'" in rules
    assert "frame-ancestors 'none'" in rules
    assert "https://" not in text
    cookie = cookies[0].split(";")[0]
    assert server.ask("/voila/static/voila.js", Cookie=cookie)[0] == 200
    assert server.ask("/voila/files/page.ipynb", Cookie=cookie)[0] == 403


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_and_leaves_nothing(number: signal.Signals, folder: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (folder / "run").rglob("*")}
    with served(tmp_path, folder / "run") as server:
        assert server.ask(server.page)[0] == 200
        pages = server.pages_at_work()
        assert len(pages) == 1
        began = time.monotonic()
        assert server.stop(number) == DONE
        assert time.monotonic() - began < 10
    assert not any(Path(f"/proc/{page}").exists() for page in pages)
    assert [path.name for path in tmp_path.iterdir()] == ["app.log"]
    assert {path: path.stat().st_mtime_ns for path in (folder / "run").rglob("*")} == before


@pytest.mark.parametrize("depth", [0, 4])
def test_other_users_can_neither_listen_to_a_page_nor_enter_its_folder(
    depth: int, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes between server and process of a page goes through no port; also where temporary files lie deep."""
    temporary = tmp_path.joinpath("temporary", *["a folder with a long name"] * depth)
    temporary.mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(temporary))
    with served(tmp_path, folder / "run") as server:
        status, text = server.ask(server.page)
        assert (status, "19.56 k EUR" in text) == (200, True)
        page = server.pages_at_work()[0]
        assert listening(server.process.pid) == {server.port}
        assert len(listening(page)) <= 1  # of ipykernel, for its own subprocesses: it takes, and tells nothing
        file = Path(f"/proc/{page}/cmdline").read_text().split("\0")[-2]
        for place in (Path(file).parent, *temporary.iterdir()):
            assert place.stat().st_mode & 0o77 == 0
        server.stop()
    assert list(temporary.iterdir()) == []
    assert not Path(file).parent.exists()


def listening(process: int) -> set[int]:
    """Ports of this machine that a process listens on."""
    places = [os.readlink(place) for place in Path(f"/proc/{process}/fd").iterdir() if place.is_symlink()]
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in places}


def test_a_request_to_end_that_comes_before_it_serves_leaves_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    command = [sys.executable, "-m", "optimizer", "app", str(folder / "run"), "--no-browser"]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL) as process:
        while not any(tmp_path.glob("tierwise-app-*")):
            time.sleep(0.01)
        process.terminate()
    assert process.returncode in (INTERRUPTED, -signal.SIGINT)
    assert list(tmp_path.iterdir()) == []


def test_voila_without_its_template_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voila.paths.jupyter_path", lambda *_: [])
    assert main(["app", str(folder / "run"), "--no-browser"]) == BAD_INPUT
    assert "Install the extra app anew" in capsys.readouterr().err


def test_a_case_without_a_run_is_solved_for_the_page_alone(tmp_path: Path) -> None:
    with served(tmp_path, TINY) as server:
        status, text = server.ask(server.page)
        assert (status, "19.56 k EUR" in text) == (200, True)
        server.stop()
    assert [path.name for path in tmp_path.iterdir()] == ["app.log"]


def test_a_port_that_is_taken_is_told_and_nothing_is_left(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["app", str(folder / "run"), "--no-browser", "--port", str(port)]) == BAD_INPUT
    assert f"Port {port} cannot be used" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_a_plan_there_is_nothing_to_serve(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    case = tmp_path / "case"
    os.mkdir(case)
    for file in TINY.glob("*.*"):
        (case / file.name).write_bytes(file.read_bytes())
    (case / "scenarios").mkdir()
    (case / "scenarios" / "base.toml").write_text("min_service_margin = 1.0\nmin_menu = 1\n")
    assert main(["solve", str(case), "--out", str(run), "--quiet"]) == FAILED
    assert main(["app", str(run), "--no-browser"]) == FAILED
    assert "There is no plan to show" in capsys.readouterr().out


def test_without_the_extra_it_says_which_one_to_install(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_command, "find_spec", lambda name: None if name == "voila" else object())
    assert main(["app", str(folder / "run"), "--no-browser"]) == BAD_INPUT
    assert "tierwise app needs voila, which the extra app installs: pip install 'tierwise[app]'" in (
        capsys.readouterr().err
    )


def test_programs_are_told_the_address_and_the_quiet_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optimizer.app.page_server.PageServer.serve", lambda self, **options: self.close())
    assert main(["app", str(folder / "run"), "--quiet"]) == DONE
    assert capsys.readouterr().out == ""
    assert main(["app", str(folder / "run"), "--json"]) == DONE
    told = json.loads(capsys.readouterr().out)
    assert told["result"]["address"].startswith("http://127.0.0.1:")
    assert (told["exit_code"], told["result"]["case"], told["result"]["scenario"]) == (0, "tiny", "base")
