"""Standard streams that close, break, fill up, lack characters or were never there."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import altair as alt
import nbformat
import pytest
from nbclient import NotebookClient

from optimizer.cli import streams
from optimizer.cli.command_line import main
from tests.optimizer.cli.invocations import INVOCATIONS, ROOT, prepare
from tests.slow import one_in
from tests.worlds.small_case import write_small_case

PIPES = pytest.mark.skipif(os.name == "nt", reason="this shell is not there on Windows")
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streams")
    prepare(folder)
    return folder


def tierwise(*arguments: object) -> str:
    """A command line for the shell, in which the command is $T."""
    return f"{shlex.quote(sys.executable)} -m optimizer {shlex.join(map(str, arguments))}"


def in_shell(folder: Path, line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, env=variables, stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
        check=False,
    )  # fmt: skip


def words(said: bytes) -> str:
    """What was said but progress, which is told where a solve takes seconds."""
    return "".join(line for line in said.decode().splitlines(keepends=True) if not re.match(r"\d+ s  ", line))


def with_no_reader(folder: Path, *arguments: str, which: int) -> tuple[int, bytes]:
    """Exit code and what was said on the other stream where nobody reads standard output (1) or error (2)."""
    reader, writer = os.pipe()
    os.close(reader)
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "optimizer", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, timeout=120, check=False,
        stdout=writer if which == 1 else subprocess.PIPE, stderr=writer if which == 2 else subprocess.PIPE,
    )  # fmt: skip
    os.close(writer)
    return done.returncode, done.stderr if which == 1 else done.stdout


# readers that leave


@PIPES
@pytest.mark.parametrize(
    "arguments",
    [
        ["solve", "case", "--out", "piped"],
        pytest.param(["solve", "case", "--scenario", "greedy", "--out", "piped"], marks=pytest.mark.slow),
        *([name, *INVOCATIONS[name]] for name in ("audit", "completion")),
        ["validate", "case", "--json"],
        ["solve", "--json"],
        ["--help"],
    ],
    ids=" ".join,
)
def test_a_reader_that_leaves_ends_the_command_quietly(arguments: list[str], here: Path) -> None:
    code, said = with_no_reader(here, *arguments, which=1)
    assert code == 141
    assert b"Traceback" not in said
    assert b"Exception ignored" not in said
    assert b"pipe" not in said
    if "piped" in arguments:
        assert (here / "piped" / "plan.json").exists()


@PIPES
def test_head_gets_its_line_and_the_run_is_saved(here: Path) -> None:
    line = tierwise("solve", "case", "--out", "headed")
    done = in_shell(here, f"{line} | (read -r first; exec <&-; sleep 0.2); echo ${{PIPESTATUS[0]}}")
    assert (done.stdout, words(done.stderr)) == (b"141\n", "")
    assert (here / "headed" / "plan.json").exists()


@PIPES
def test_a_reader_of_errors_that_leaves_costs_no_result(here: Path) -> None:
    case = here / "case"
    (case / "scenarios" / "free.toml").write_text('objective = "service_revenue"\n')
    code, said = with_no_reader(here, "validate", "case", which=2)
    (case / "scenarios" / "free.toml").unlink()
    assert code == 141
    assert b"No faults." in said


def test_in_another_program_a_reader_that_leaves_is_told_by_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    class Left:
        encoding = "utf-8"

        def isatty(self) -> bool:
            return False

        def write(self, text: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stdout", Left())
    assert main(["completion", "bash"]) == 141


# streams that are closed, full or not there


@PIPES
@pytest.mark.parametrize("closed", one_in(5, [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"]))
def test_closed_streams_cost_no_run(closed: str, here: Path) -> None:
    done = in_shell(here, f"{tierwise('solve', 'case', '--out', 'closed')} {closed}; echo $?")
    *shown, code = done.stdout.decode().splitlines()
    assert code == "0"
    assert bool(shown) == (">&-" not in closed.replace("2>&-", ""))
    expected = "Standard output cannot be written: it is closed. Files that were written are whole.\n"
    assert words(done.stderr) == (expected if closed == ">&-" else "")
    files = {path.name: path.read_bytes() for path in (here / "closed").iterdir()}
    assert all(b"tiny, scenario base" not in content for content in files.values()), "a file took a descriptor's place"
    assert json.loads(files["plan.json"])["status"] == "optimal"


@PIPES
def test_with_nothing_to_say_a_closed_stream_is_no_matter(here: Path) -> None:
    done = in_shell(here, f"{tierwise('solve', 'case', '--out', 'closed', '--quiet')} >&-")
    assert (done.returncode, done.stderr) == (0, b"")


@FULL
@pytest.mark.parametrize(
    ("arguments", "code"), one_in(4, [([], 2), (["--json"], 2), (["--scenario", "greedy"], 1), (["-q"], 0)])
)
def test_a_full_disk_behind_standard_output_is_told(arguments: list[str], code: int, here: Path) -> None:
    done = in_shell(here, f"{tierwise('solve', 'case', '--out', 'full', *arguments)} > /dev/full")
    assert done.returncode == code
    said = "Standard output cannot be written: No space left on device. Files that were written are whole.\n"
    assert words(done.stderr) == ("" if arguments == ["-q"] else said)
    assert (here / "full" / "plan.json").exists()


@FULL
def test_a_full_disk_behind_standard_error_changes_nothing(here: Path) -> None:
    done = in_shell(here, f"{tierwise('solve', 'nowhere')} 2> /dev/full")
    assert (done.returncode, done.stdout) == (2, b"")


def test_without_streams_as_under_pythonw_the_run_is_saved(here: Path) -> None:
    script = (
        "import sys; sys.stdin = sys.stdout = sys.stderr = None; from optimizer.cli.command_line import main; "
        "sys.argv[1:] = ['solve', 'case', '--out', 'windowed']; sys.exit(main())"
    )
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], cwd=here, env=variables, timeout=120, check=False)
    assert done.returncode == 0
    assert (here / "windowed" / "plan.json").exists()


def test_in_a_program_without_streams_nothing_is_said(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(f"sys.{name}", None)
    assert main(["validate", str(here / "case")]) == 0
    assert main(["validate", str(here / "nowhere")]) == 2
    assert main(["init", str(here / "never")]) == 2


@PIPES
@pytest.mark.parametrize("given", ["< /dev/null", "<&-", "<<< new", "0> unreadable"])
def test_without_answers_a_case_is_not_begun(given: str, here: Path) -> None:
    done = in_shell(here, f"{tierwise('init', 'begun')} {given}")
    assert done.returncode == 2
    assert b"1. standard input: it " in done.stderr
    assert b"--yes to ask nothing" in done.stderr
    assert not (here / "begun").exists()


def test_answers_that_are_no_text_are_refused(here: Path) -> None:
    done = in_shell(here, f"printf '\\xff\\n' | {tierwise('init', 'begun')}", PYTHONUTF8="1")
    assert (done.returncode, b"cannot be read" in done.stderr) == (2, True)


# characters


NAME = "Größe \u2013 Łódź"


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a case whose name has characters that ASCII and Latin-1 lack."""
    folder = tmp_path_factory.mktemp("foreign")
    case = write_small_case(folder / "case")
    text = (case / "case.toml").read_text(encoding="utf-8")
    named = [f'name = "{NAME}"' if line.startswith("name") else line for line in text.splitlines()]
    (case / "case.toml").write_text("\n".join(named) + "\n", encoding="utf-8")
    return folder


ENCODINGS = [
    ({"PYTHONIOENCODING": "ascii"}, "ascii"),
    ({"PYTHONIOENCODING": "latin-1"}, "latin-1"),
    ({"PYTHONIOENCODING": "cp1252:strict"}, "cp1252"),
    ({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, "ascii"),
    ({"PYTHONIOENCODING": "utf-8"}, "utf-8"),
]


@pytest.mark.parametrize(("environment", "encoding"), one_in(4, ENCODINGS), ids=[str(given) for given, _ in ENCODINGS])
def test_characters_that_a_stream_lacks_are_written_as_escapes(
    environment: dict[str, str], encoding: str, foreign: Path
) -> None:
    line = tierwise("validate", "case")
    done = in_shell(foreign, line, **environment)
    assert done.returncode == 0
    expected = NAME.encode(encoding, "backslashreplace").decode(encoding)
    assert done.stdout.decode(encoding).startswith(f"{expected}: ")
    if encoding == "ascii":
        document = json.loads(in_shell(foreign, f"{line} --json", **environment).stdout.decode(encoding))
        assert document["result"]["case"] == NAME


@PIPES
def test_a_path_that_is_no_text_is_named_all_the_same(here: Path) -> None:
    done = in_shell(here, f"{tierwise('validate')} $'no\\xff' --json")
    assert done.returncode == 2
    assert r"\udcff" in json.loads(done.stdout)["problems"][0]["text"]
    assert b"\\udcff" in done.stderr


@pytest.mark.parametrize("columns", ["0", "1", "wide"])
def test_any_width_shows_a_plan(
    columns: str, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert main(["solve", str(here / "case"), "--out", str(here / "narrow")]) == 0
    shown = capsys.readouterr()
    assert words(shown.err.encode()) == ""
    assert "Files:" in shown.out


# what is ours and what is a host's


def test_a_cell_that_solves_shows_its_own_output_only() -> None:
    source = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "import optimizer\n"
        f"case = optimizer.load_case({str(ROOT / 'data' / 'tiny')!r})\n"
        "print('solving')\n"
        "optimizer.solve(case, 'base').objective_name"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = notebook.cells[0].outputs
    assert [(one.output_type, one.get("text") or one.data["text/plain"]) for one in outputs] == [
        ("stream", "solving\n"),
        ("execute_result", "'account_margin'"),
    ]


def test_in_another_program_its_descriptors_stay_as_they_are(here: Path) -> None:
    before = [os.fstat(number) for number in range(3)]
    shown = sys.stdout, sys.stderr
    assert main(["solve", str(here / "case"), "--out", str(here / "hosted"), "--quiet"]) == 0
    assert [os.fstat(number) for number in range(3)] == before
    assert (sys.stdout, sys.stderr) == shown
    assert not streams.are_ours()


def test_a_report_leaves_what_another_program_chose_for_its_charts(here: Path) -> None:
    run, page = str(here / "run"), str(here / "hosted.html")
    with alt.theme.enable("default"):
        assert main(["report", run, "--out", page, "--quiet", "--force"]) == 0
        assert alt.theme.active == "default"
    ours = Path(page).read_bytes()
    with alt.theme.enable("dark"), alt.data_transformers.enable("default", max_rows=1):
        assert main(["report", run, "--out", page, "--quiet", "--force"]) == 0
        assert (alt.theme.active, alt.data_transformers.options) == ("dark", {"max_rows": 1})
    assert written(Path(page).read_bytes()) == written(ours)


def written(page: bytes) -> bytes:
    """A report without the moment it was made."""
    return re.sub(rb"[0-9]{1,2} [A-Z][a-z]+ 20[0-9]{2},? [0-9:]+|20[0-9]{2}-[0-9-]+[T ][0-9:.+]+", b"", page)


@PIPES
def test_a_second_ctrl_c_is_answered_on_the_real_standard_error(here: Path) -> None:
    script = (
        "import os, sys, time; from optimizer.cli import commands; from optimizer.cli.command_line import main\n"
        "def search(*given, should_stop, **options):\n"
        "    os.kill(os.getpid(), 2)\n"
        "    while not should_stop(): time.sleep(0.01)\n"
        "    os.kill(os.getpid(), 2); time.sleep(60)\n"
        "commands.solve = search; sys.exit(main())"
    )
    command = [sys.executable, "-c", script, "solve", "case", "--out", "stopped"]
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=here, env=variables, capture_output=True, timeout=60, check=False)
    assert done.returncode == 128 + signal.SIGINT
    assert b"Stopped at once; no run was written." in done.stderr


# the log


@PIPES
def test_a_log_on_standard_error_is_seen(here: Path) -> None:
    done = in_shell(here, tierwise("solve", "case", "--out", "logged", "--quiet", "--log", "/dev/stderr"))
    assert (done.returncode, done.stdout) == (0, b"")
    assert json.loads(done.stderr.splitlines()[-1])["event"] == "end"


@FULL
def test_a_log_that_cannot_go_on_costs_no_search(here: Path) -> None:
    done = in_shell(here, tierwise("solve", "case", "--out", "logged", "--quiet", "--log", "/dev/full"))
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr == b"Warning: /dev/full: No space left on device. The log ends there; the search went on.\n"


def test_a_log_that_cannot_be_begun_is_refused_before_the_search(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = here / "case" / "case.toml" / "log"  # in a file
    monkeypatch.setattr("optimizer.cli.commands.solve", lambda *_, **__: pytest.fail("the search was started"))
    assert main(["solve", str(here / "case"), "--out", str(here / "never"), "--log", str(log)]) == 2
    assert str(log) in capsys.readouterr().err
