"""Where commands write: default places, what is never replaced unasked, and plans that no full disk loses."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest

import optimizer
from models import Case, CaseError, load_case
from models.plan_tables import RunError
from optimizer.assurance.result import Result
from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import BAD_INPUT, DONE
from optimizer.cli.targets import beside
from optimizer.results.run_folder import SIGN_OFF, save_run
from optimizer.results.run_owner import Owner
from tests.folders import TINY
from tests.optimizer.cli.invocations import Told
from tests.worlds.hand_plan import hand_result


@pytest.fixture(scope="module")
def solved() -> Result:
    return optimizer.solve(load_case(TINY))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, solved: Result) -> Path:
    """A folder of one's own; what is solved in it is a copy of the tiny case, so its plan is known."""

    def known(case: Case, scenario: str, **options: Any) -> Result:
        noted = {**solved.manifest, "case_path": case.path, "inputs": dict(case.files)}
        return replace(solved, scenario_name=scenario, manifest=noted)

    monkeypatch.setattr("optimizer.cli.commands.solve", known)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # which takes longer than all the rest
    return tmp_path


def case_at(place: str) -> str:
    shutil.copytree(TINY, place)
    return place


def document(told: Told) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(told()[0])
    return values


def solve(*arguments: str) -> int:
    return main(["solve", *arguments])


def owner(run: Path | str) -> str:
    return str(json.loads(Path(run, "manifest.json").read_text())["case_path"])


def runs() -> list[str]:
    return sorted(os.listdir("runs"))


def test_what_stands_behind_a_dot_belongs_to_the_name(told: Told) -> None:
    for case in (case_at("acme.2025"), case_at("acme.2026")):
        assert solve(case) == DONE
        assert main(["workbook", f"runs/{case}-base"]) == DONE
        assert main(["compare", case, f"runs/{case}-base"]) == DONE
        assert beside(Path("runs", f"{case}-base"), ".html") == Path(f"runs/{case}-base.html").resolve()
    ends = ("-base", "-base-compare", "-base.xlsx")
    assert runs() == sorted(f"acme.{year}{end}" for year in (2025, 2026) for end in ends)


def test_another_case_of_the_name_gets_a_folder_of_its_own_each_time_the_same(told: Told, here: Path) -> None:
    one, other = case_at("one/acme"), case_at("other/acme")
    assert solve(one) == DONE
    told()
    assert solve(other, "--json") == DONE
    said = document(told)
    assert said["warnings"] == [
        f"runs/acme-base holds a run of another question, scenario base of {here / 'one' / 'acme'}. "
        f"This one goes to {said['files']}."
    ]
    assert solve(other) == solve(one) == solve("other/../other/acme/") == DONE
    assert runs() == ["acme-base", Path(said["files"]).name]
    assert [owner("runs/acme-base"), owner(said["files"])] == [str(here / one), str(here / other)]


def test_a_hyphen_in_a_name_mixes_nothing_up(told: Told, here: Path) -> None:
    for case, scenario in (("a-b", "c"), ("a", "b-c")):
        case_at(case)
        shutil.copy(f"{case}/scenarios/base.toml", f"{case}/scenarios/{scenario}.toml")
        assert solve(case, "--scenario", scenario) == DONE
    assert len(runs()) == 2
    assert {owner(f"runs/{run}") for run in runs()} == {str(here / "a"), str(here / "a-b")}


def test_menus_of_one_name_and_a_scenario_called_like_them(told: Told) -> None:
    case = case_at("acme")
    shutil.copy(f"{case}/scenarios/base.toml", f"{case}/scenarios/base-may.1.toml")
    assert solve(case, "--scenario", "base-may.1") == DONE
    for place in ("x", "y"):
        os.mkdir(place)
        shutil.copy("runs/acme-base-may.1/menus.csv", f"{place}/may.1.csv")
        for _ in range(2):
            assert main(["evaluate", case, "--menus", f"{place}/may.1.csv"]) == DONE
    assert len(runs()) == 3
    assert runs()[0] == "acme-base-may.1"


def test_a_default_folder_that_is_something_else_gives_way(told: Told) -> None:
    os.makedirs("runs/acme-base/mine")
    assert solve(case_at("acme")) == DONE
    assert os.listdir("runs/acme-base") == ["mine"]
    assert len(runs()) == 2


def test_a_scenario_that_is_none_decides_no_path(told: Told) -> None:
    assert solve(case_at("acme"), "--scenario", "../../out") == BAD_INPUT
    assert os.listdir(".") == ["acme"]


@pytest.mark.parametrize("command", [["solve"], ["evaluate", "--menus", "menus.csv"]])
def test_a_signed_run_is_replaced_by_force_alone(command: list[str], told: Told) -> None:
    case = case_at("acme")
    assert solve(case) == DONE
    shutil.copy("runs/acme-base/menus.csv", "menus.csv")
    given = [command[0], case, *command[1:], "--out", "runs/acme-base"]
    assert main(["sign-off", "runs/acme-base", "--by", "Ann"]) == DONE
    signed = Path("runs/acme-base", SIGN_OFF).read_bytes()
    told()
    assert main(given) == BAD_INPUT
    assert "signed off; name another folder, or replace it with --force" in told()[1]
    assert Path("runs/acme-base", SIGN_OFF).read_bytes() == signed
    assert main([*given, "--force"]) == DONE
    assert not Path("runs/acme-base", SIGN_OFF).exists()


@pytest.mark.parametrize("command", ["solve", "compare"])
def test_what_is_of_another_case_is_replaced_by_force_alone(command: str, told: Told) -> None:
    one, other = case_at("one/acme"), case_at("other/acme")
    assert main([command, one, "--out", "there"]) == DONE
    before = {path.name: path.read_bytes() for path in Path("there").iterdir()}
    told()
    assert main([command, other, "--out", "there"]) == BAD_INPUT
    assert "another case" in told()[1]
    assert {path.name: path.read_bytes() for path in Path("there").iterdir()} == before
    assert main([command, other, "--out", "there", "--force"]) == DONE
    assert main([command, one, "--out", "there"]) == BAD_INPUT
    assert main([command, other, "--out", "there", "--scenario", "base"]) == DONE


def test_python_replaces_no_run_of_another_case_either(here: Path) -> None:
    result = hand_result()
    save_run(result, "run")
    result.save("run")
    for other in (replace(result, case_name="other"), replace(result, manifest={"case_path": "/other"})):
        replaced = replace(result, manifest={"case_path": str(here)}) if other.manifest else result
        replaced.save("run", force=True)
        with pytest.raises(RunError, match=r"of another case .*force=True"):
            other.save("run")
        other.save("run", force=True)
        result.save("run", force=True)


@pytest.mark.parametrize("sign", [True, False])
def test_what_is_put_there_meanwhile_is_kept_and_the_plan_too(
    sign: bool, told: Told, monkeypatch: pytest.MonkeyPatch, solved: Result
) -> None:
    """The check before the search is made again when it has ended."""
    case = case_at("acme")

    def slow(*given: Any, **options: Any) -> Result:
        solved.save("run", force=True)
        Path("run", SIGN_OFF if sign else "notes.txt").write_text("mine")
        return solved

    monkeypatch.setattr("optimizer.cli.commands.solve", slow)
    assert solve(case, "--out", "run", "--json") == BAD_INPUT
    said = document(told)
    assert ("signed off" if sign else "holds notes.txt") in said["problems"][0]["text"]
    assert Result.load(said["files"]).status == "optimal"
    shutil.rmtree(Path(said["files"]).parent)


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Makes the disk of whatever path begins so a full one."""
    fsync = os.fsync

    def on(beginning: str) -> None:
        def fail(descriptor: int) -> None:
            if os.readlink(f"/proc/self/fd/{descriptor}").startswith(beginning):
                raise OSError(ENOSPC, os.strerror(ENOSPC))
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", fail)

    if not Path("/proc/self/fd").exists():
        pytest.skip("needs to tell which file a descriptor is of")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return on


@pytest.mark.parametrize("command", ["solve", "compare"])
def test_a_full_disk_loses_nothing(command: str, full: Callable[[str], None], told: Told, here: Path) -> None:
    case = case_at("acme")
    full(str(here / "runs"))
    assert main([command, case]) == BAD_INPUT
    out, error = told()
    place = next((here / "tmp").glob(f"tierwise-*/acme-base{'' if command == 'solve' else '-compare'}"))
    assert f"it was not written: No space left on device. It was kept in {place} instead." in error
    assert "fault of Tierwise" not in error
    assert f"Files: {place}" in out
    if command == "solve":
        assert "19,560 EUR of account margin a year" in out
        assert Result.load(place).objective == pytest.approx(19560)
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert os.listdir("runs") == []


def test_where_nothing_can_be_kept_the_plan_is_shown(full: Callable[[str], None], told: Told, here: Path) -> None:
    case = case_at("acme")
    full("/")
    assert solve(case, "--json") == BAD_INPUT
    said = document(told)
    assert (said["files"], said["next"], said["exit_code"]) == (None, [], BAD_INPUT)
    assert said["result"]["decisions"]["tiers"]
    assert said["problems"][0]["text"].endswith("It could not be kept anywhere else either.")
    assert os.listdir("tmp") == []
    assert solve(case) == BAD_INPUT
    assert "Files: none" in told()[0]


@pytest.mark.parametrize(
    "command",
    [
        ["template", "out.xlsx"],
        ["init", "out", "--yes"],
        ["init", "out.xlsx", "--yes"],
        ["report", "run", "--out", "out.html"],
        ["workbook", "run", "--out", "out.xlsx"],
        ["diff", "acme", "acme", "--out", "out.csv"],
        ["sign-off", "run", "--by", "Ann"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_every_writer_says_that_the_disk_is_full(
    command: list[str], full: Callable[[str], None], told: Told, here: Path
) -> None:
    case_at("acme")
    assert solve("acme", "--out", "run") == DONE
    before = sorted(here.rglob("*"))
    full(str(here))
    told()
    assert main(command) == BAD_INPUT
    assert "it was not written: No space left on device" in told()[1]
    assert sorted(here.rglob("*")) == before


def test_a_search_goes_on_where_its_log_cannot(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_at("acme")
    if not Path("/dev/full").exists():
        pytest.skip("needs a device that is full")
    assert solve(case, "--log", "/dev/full") == DONE
    assert "/dev/full: No space left on device. The log ends there; the search went on." in told()[1]


def test_a_log_has_a_folder_but_not_that_of_the_run(told: Told) -> None:
    case = case_at("acme")
    assert solve(case, "--out", "run", "--log", "run/log.jsonl") == BAD_INPUT
    assert "run/log.jsonl lies in the folder to be written, run" in told()[1]
    assert solve(case, "--out", "run", "--log", "logs/log.jsonl") == DONE
    assert Path("logs/log.jsonl").exists()


@pytest.mark.parametrize("out", [".", "..", "/", "acme", "acme/rates", "acme/case.toml", "menus.csv/run", "x" * 300])
def test_a_place_is_tried_before_the_search(out: str, told: Told, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_at("acme")
    Path("menus.csv").touch()
    before = sorted(here.rglob("*"))

    def never(*given: Any, **options: Any) -> None:
        raise AssertionError("searched")

    monkeypatch.setattr("optimizer.cli.commands.solve", never)
    assert solve(case, "--out", out) == BAD_INPUT
    assert main(["compare", case, "--out", out]) == BAD_INPUT
    assert "fault of Tierwise" not in told()[1]
    assert sorted(here.rglob("*")) == before


def test_an_empty_folder_that_the_shell_is_in_is_left_alone(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    case = str(Path(case_at("acme")).resolve())
    os.mkdir("there")
    monkeypatch.chdir("there")
    inode = os.stat(".").st_ino
    assert solve(case, "--out", ".") == BAD_INPUT
    assert "it is the folder you are in" in told()[1]
    assert os.stat("../there").st_ino == inode


FILES: list[tuple[list[str], str]] = [
    (["diff", "acme", "acme", "--out"], "out.csv"),
    (["validate", "faulty", "--mark"], "out.xlsx"),
    (["report", "run", "--out"], "out.html"),
    (["workbook", "run", "--out"], "out.xlsx"),
    (["solve", "acme", "--out", "run", "--log"], "out.jsonl"),
]


@pytest.mark.parametrize(("command", "file"), FILES, ids=lambda value: value[0] if isinstance(value, list) else "")
def test_no_file_is_replaced_unasked(command: list[str], file: str, told: Told) -> None:
    case_at("acme")
    Path(case_at("faulty"), "tiers.csv").unlink()
    code = BAD_INPUT if command[0] == "validate" else DONE  # whose faults are there all the same
    assert solve("acme", "--out", "run") == DONE
    Path(file).write_text("mine")
    os.chmod(file, 0o640)
    told()
    assert main([*command, file]) == BAD_INPUT
    assert f"{file}: the file exists already; name another one, or add --force" in told()[1]
    assert Path(file).read_text() == "mine"
    assert main([*command, file, "--force"]) == code
    assert Path(file).read_bytes()[:4] != b"mine"
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o640


def test_a_log_replaces_an_earlier_log(told: Told) -> None:
    case = case_at("acme")
    for _ in range(2):
        assert solve(case, "--log", "log.jsonl") == DONE
    assert [json.loads(line)["event"] for line in Path("log.jsonl").read_text().splitlines()].count("end") == 1


def test_what_is_read_is_never_written(told: Told) -> None:
    assert main(["template", "case.xlsx"]) == DONE
    assert solve("case.xlsx", "--out", "run") == DONE
    before = Path("case.xlsx").read_bytes()
    assert main(["workbook", "run", "--out", "case.xlsx", "--force", "--unchecked"]) == BAD_INPUT
    assert main(["diff", "case.xlsx", "case.xlsx", "--out", "case.xlsx", "--force"]) == BAD_INPUT
    assert Path("case.xlsx").read_bytes() == before


PARTS_OF_A_CASE = ("contracts", "contracts.csv", "Accounts", "tier", "rate.csv", "scenarios/run", "accounts/run")


@pytest.mark.parametrize("name", PARTS_OF_A_CASE)
@pytest.mark.parametrize("command", ["solve", "levels"])
def test_no_folder_becomes_a_part_of_the_case(command: str, name: str, told: Told) -> None:
    case_at("acme")
    Path("link").symlink_to("acme")
    assert main([command, "link", "--out", f"acme/{name}"]) == BAD_INPUT
    assert f"acme/{name} would be taken for a part of the case; name another folder." in told()[1]
    assert main(["validate", "acme"]) == DONE


def test_a_run_may_lie_in_the_folder_of_its_case(told: Told) -> None:
    case_at("acme")
    assert solve("acme", "--out", "acme/runs/one") == DONE
    assert main(["report", "acme/runs/one", "--out", "acme/report.html"]) == DONE
    assert main(["validate", "acme"]) == DONE


@pytest.mark.parametrize(
    "command",
    [
        ["workbook", "run", "--out", "acme/contracts.xlsx"],
        ["diff", "acme", "acme", "--out", "acme/rates.csv"],
        ["validate", "acme", "--mark", "acme/contracts.xlsx"],
        ["solve", "acme", "--out", "new", "--log", "acme/scenarios/base.toml"],
        ["solve", "acme", "--out", "new", "--log", "acme/contracts.csv"],
        ["evaluate", "acme", "--menus", "run/menus.csv", "--out", "new", "--log", "run/menus.csv"],
    ],
    ids=" ".join,
)
def test_nothing_in_what_is_read_is_written(command: list[str], told: Told) -> None:
    assert solve(case_at("acme"), "--out", "run") == DONE
    before = {file: file.read_bytes() for file in Path().rglob("*.*") if file.is_file()}
    assert main([*command, "--force"]) == BAD_INPUT
    assert "this is what is read, or a part of it; name another file" in told()[1]
    assert {file: file.read_bytes() for file in Path().rglob("*.*") if file.is_file()} == before


@pytest.mark.parametrize("umask", [0o022, 0o027])
def test_files_have_the_permissions_that_the_umask_leaves(umask: int, told: Told) -> None:
    before = os.umask(umask)
    try:
        assert main(["template", "t.xlsx"]) == main(["init", "i", "--yes"]) == main(["init", "i.xlsx", "--yes"]) == DONE
        Path(case_at("faulty"), "tiers.csv").unlink()
        assert main(["validate", "faulty", "--mark", "m.xlsx"]) == BAD_INPUT
    finally:
        os.umask(before)
    files = ["t.xlsx", "i.xlsx", "m.xlsx", "i/case.toml", "i/scenarios/base.toml"]
    assert {stat.S_IMODE(os.stat(file).st_mode) for file in files} == {0o666 & ~umask}
    assert {stat.S_IMODE(os.stat(folder).st_mode) for folder in ("i", "i/scenarios")} == {0o777 & ~umask}


def test_a_starter_case_is_there_whole_or_not_at_all(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*given: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("models.authoring.case_writer._as_written", stop)
        assert main(["init", "acme.x", "--yes"]) == 130
        assert os.listdir(".") == []
    assert main(["init", "acme.x", "--yes"]) == DONE
    assert load_case("acme.x").settings.name == "acme.x"
    with pytest.raises(CaseError):
        load_case("acme")


def test_a_search_cut_off_is_known_by_its_case(told: Told, here: Path) -> None:
    """Before there is a plan the state of the search says whose folder it is."""
    one, other = case_at("one/acme"), case_at("other/acme")
    result = optimizer.solve(load_case(one), time_limit=0.0)
    assert result.state is not None
    from optimizer.results.checkpoint import write_state

    write_state(result.state, "runs/acme-base")
    assert os.listdir("runs/acme-base") == ["search.jsonl"]
    assert solve(other) == DONE
    assert os.listdir("runs/acme-base") == ["search.jsonl"]
    assert solve(one) == DONE
    assert owner("runs/acme-base") == str(here / one)
    assert len(runs()) == 2


@pytest.mark.parametrize("command", [["report"], ["workbook"], ["reconcile"], ["sign-off"], ["audit", "case"]])
def test_a_run_that_is_not_there_is_said_at_once(command: list[str], told: Told, here: Path) -> None:
    case_at("case")
    began = time.monotonic()
    assert main([*command, "nowhere"]) == BAD_INPUT
    assert told() == ("", "nowhere: there is no such folder.\n")
    assert time.monotonic() - began < 20
    assert os.listdir() == ["case"]


@pytest.mark.parametrize("command", [["report"], ["workbook"], ["reconcile"], ["sign-off"], ["audit", "case"]])
def test_the_root_is_no_run(command: list[str], told: Told) -> None:
    case_at("case")
    assert main([*command, "/"]) == BAD_INPUT
    assert "fault of Tierwise" not in told()[1]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes as POSIX has them")
def test_a_pipe_in_place_of_a_run_is_not_waited_for(told: Told) -> None:
    case = case_at("acme")
    Path("run").mkdir()
    os.mkfifo("run/plan.json")
    assert Owner.of_run(Path("run")) == Owner()
    assert solve(case, "--out", "run") == DONE
    assert owner("run") == os.path.realpath("acme")
