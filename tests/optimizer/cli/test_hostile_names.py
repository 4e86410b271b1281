"""Nothing from the data is obeyed by a terminal or a page: escape sequences, directions, mark-up, line breaks."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from models import CaseError, Problem
from optimizer.cli.command_line import main
from optimizer.cli.command_output import CommandOutput
from optimizer.cli.terminal import console_on, print_line, show_result, show_table, show_warning
from optimizer.cli.watching import ProgressLine
from optimizer.report.page import report_page
from optimizer.results.html import result_page
from optimizer.results.progress import Progress
from tests.folders import TINY
from tests.fuzzing.trials import RAW
from tests.optimizer.cli.showing import small_result

EVIL = "\x1b[2J\x9b31m\u202e[bold][/]<b>\r\x07 evil"
WRITTEN = r"\x1b[2J\x9b31m\u202e[bold][/]<b>\r\x07 evil"


def hostile() -> object:
    return replace(small_result(), case_name=EVIL, scenario_name=EVIL)


def test_a_terminal_shows_what_it_would_obey() -> None:
    stream = io.StringIO()
    console = console_on(stream)
    show_result(console, hostile(), Path(EVIL))  # type: ignore[arg-type]
    show_table(console, EVIL, [EVIL, "b"], [[EVIL, EVIL]])
    show_warning(console, EVIL)
    print_line(console, EVIL)

    assert not RAW.search(stream.getvalue())
    assert WRITTEN in stream.getvalue()


def test_the_line_of_progress_stays_one_line() -> None:
    stream = io.StringIO()
    line = ProgressLine(EVIL, stream)
    line._live = True
    line.update(Progress(seconds=1.0, phase=f"solving {EVIL}\n", objective=None, bound=None, gap=None, many=True))
    line.draw()
    line.print_sentence(EVIL)

    assert not RAW.search(stream.getvalue().replace("\r", ""))
    assert stream.getvalue().count("\n") == 1


def test_pages_hold_it_as_text() -> None:
    for page in (result_page(hostile()), report_page(hostile(), {})):  # type: ignore[arg-type]
        assert r"\x1b[2J\x9b31m\u202e[bold][/]&lt;b&gt;" in page
        assert EVIL[0] not in page
        assert "\u202e" not in page


@pytest.mark.parametrize("arguments", [[EVIL], ["solve", str(TINY), "--gap", EVIL], ["solve", EVIL, "extra"]])
def test_wrong_arguments_are_said_safely(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)

    assert not RAW.search(capsys.readouterr().err)


def test_errors_and_their_json_are_safe_and_the_json_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    text = str(CaseError([Problem("rates", "is wrong", found=EVIL)]))

    CommandOutput("solve", as_json=True).fail(2, f"{text}\n{EVIL}", [{"found": EVIL}])

    said = capsys.readouterr()
    assert not RAW.search(said.err)
    assert not RAW.search(said.out)
    assert json.loads(said.out)["problems"] == [{"found": EVIL}]


def test_a_description_of_a_case_may_be_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = copytree(TINY, tmp_path / "case")
    settings = (case / "case.toml").read_text()
    assert "description" in settings
    escaped = EVIL.encode("unicode-escape").decode().replace("\\x", "\\u00")
    lines = [f'description = "{escaped}"' if line.startswith("description") else line for line in settings.splitlines()]
    (case / "case.toml").write_text("\n".join(lines))

    assert main(["validate", str(case)]) == 0
    assert not RAW.search("".join(capsys.readouterr()))
