"""`tierwise store` from the command line: what sweeps kept, listed and cleared."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import BAD_INPUT, DONE
from optimizer.solving.store import MARKER
from tests.folders import TINY

FLOOR = ("--vary", "min_service_margin=0.9,off")
"""A scenario without a plan, and one with."""


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a sweep."""
    folder = tmp_path_factory.mktemp("swept")
    asked = ["sweep", str(TINY), *FLOOR, "--store", str(folder / "store"), "--out", str(folder / "out")]
    assert main([*asked, "--workers", "1", "--quiet"]) in (DONE, 1)
    return folder / "store"


@dataclass(frozen=True)
class StoreAtHand:
    """A copy of the store to ask, and what the command says of it."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def asked(self, *options: str) -> str:
        assert main(["store", str(self.folder), *options]) == DONE
        return self.capsys.readouterr().out

    def told(self, *options: str) -> Any:
        return json.loads(self.asked(*options, "--json"))["result"]

    def scenarios(self, *options: str) -> list[str]:
        return [entry["scenario"] for entry in self.told(*options)["entries"]]

    @property
    def entries(self) -> list[Path]:
        return [place for place in self.folder.iterdir() if place.is_dir()]


@pytest.fixture
def store(
    swept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> StoreAtHand:
    monkeypatch.setenv("COLUMNS", "200")  # no cell is folded
    shutil.copytree(swept, tmp_path / "store")
    capsys.readouterr()
    return StoreAtHand(tmp_path / "store", capsys)


def rewrite(entry: Path, **values: object) -> None:
    """Write other values into the manifest of an entry."""
    file = entry / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **values}), encoding="utf-8")


def test_what_is_kept_is_listed_in_words(store: StoreAtHand) -> None:
    shown = store.asked()
    for word in ("tiny", "min_service_margin=off", "infeasible", "EUR", "%", "kB", "2 results"):
        assert word in shown
    assert "stale" not in shown


def test_what_another_version_wrote_is_stale_and_still_named(store: StoreAtHand) -> None:
    """Nothing but case and scenario is read of it, and it is cleared by these like any other."""
    for entry in store.entries:
        old = json.loads((entry / "plan.json").read_text(encoding="utf-8"))
        del old["format"]
        (entry / "plan.json").write_text(json.dumps(old), encoding="utf-8")
    table, counted, _ = store.asked().partition("2 results")
    assert counted
    assert (table.count("stale"), table.count("damaged")) == (2, 0)
    assert store.scenarios("--case", "tiny") == store.scenarios()
    assert len(set(store.scenarios())) == 2
    assert store.told("--case", "other")["entries"] == []
    store.asked("--stale", "--clear")
    assert store.entries == []


def test_a_program_is_told_the_amounts(store: StoreAtHand) -> None:
    told = store.told()
    none, plan = sorted(told["entries"], key=lambda entry: entry["scenario"])
    assert (none["status"], none["objective"], none["gap"]) == ("infeasible", None, None)
    assert (plan["status"], plan["case"], plan["currency"], plan["current"]) == ("optimal", "tiny", "EUR", True)
    assert plan["gap"] <= 1e-4
    assert plan["objective"] > 0
    sizes = {entry.name: sum(file.stat().st_size for file in entry.iterdir()) for entry in store.entries}
    assert {entry["entry"]: entry["size"] for entry in told["entries"]} == sizes
    assert (told["size"], told["cleared"]) == (sum(sizes.values()), False)


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["--scenario", "min_service_margin=0*"], ["min_service_margin=0.9"]),
        (["--scenario", "min_service_margin"], []),
        (["--case", "t?ny"], ["min_service_margin=0.9", "min_service_margin=off"]),
        (["--case", "tiny", "--scenario", "*off"], ["min_service_margin=off"]),
        (["--case", "[tiny]*"], []),
        (["--older-than", "1"], []),
        (["--older-than", "0"], ["min_service_margin=0.9", "min_service_margin=off"]),
        (["--stale"], []),
    ],
)
def test_options_say_which_are_meant(options: list[str], wanted: list[str], store: StoreAtHand) -> None:
    assert sorted(store.scenarios(*options)) == wanted


def test_only_what_is_meant_is_cleared(store: StoreAtHand) -> None:
    said = store.asked("--scenario", "*off", "--clear")
    assert "Cleared" in said
    assert "1 result," in said
    assert store.scenarios() == ["min_service_margin=0.9"]


def test_nothing_but_results_is_cleared(store: StoreAtHand) -> None:
    signed, other = "a" * 64, "b" * 64
    shutil.copytree(store.entries[0], store.folder / signed)
    (store.folder / signed / "sign_off.json").write_text("{}")
    (store.folder / other).mkdir()
    (store.folder / other / "notes.txt").write_text("mine")
    (store.folder / "notes").mkdir()
    (store.folder / "notes.txt").write_text("mine")
    (store.folder / ("c" * 64)).symlink_to(store.folder / "notes", target_is_directory=True)
    assert store.told("--clear")["cleared"] is True
    left = {place.name for place in store.folder.iterdir()}
    assert left == {MARKER, signed, other, "notes", "notes.txt", "c" * 64}
    assert (store.folder / signed / "plan.json").exists()
    assert store.told()["entries"] == []


def test_what_another_version_kept_is_stale(store: StoreAtHand) -> None:
    first, second = store.entries
    rewrite(first, source="0" * 64)
    assert "stale" in store.asked()
    assert [entry["entry"] for entry in store.told("--stale")["entries"]] == [first.name]
    store.asked("--stale", "--clear")
    assert store.entries == [second]


def test_the_command_to_type_next_clears_what_is_stale(store: StoreAtHand) -> None:
    assert "--stale" not in store.asked()
    rewrite(store.entries[0], versions={"tierwise": "0.0.9"})
    assert "--stale --clear" in store.asked()


@pytest.mark.parametrize("damage", ["{", "{}", "[]"])
@pytest.mark.parametrize("file", ["plan.json", "manifest.json"])
def test_a_damaged_result_is_listed_as_such_and_can_be_cleared(file: str, damage: str, store: StoreAtHand) -> None:
    damaged = store.entries[0]
    (damaged / file).write_text(damage)
    assert "damaged" in store.asked()
    (told,) = store.told("--stale")["entries"]
    assert (told["entry"], told["case"], told["solved"]) == (damaged.name, None, None)
    assert damaged.name not in [entry["entry"] for entry in store.told("--case", "*")["entries"]]
    store.asked("--stale", "--clear")
    assert damaged not in store.entries


def test_a_cleared_store_is_a_store_and_solves_anew(store: StoreAtHand, tmp_path: Path) -> None:
    store.asked("--clear")
    asked = ["sweep", str(TINY), *FLOOR, "--store", str(store.folder), "--out", str(tmp_path / "out"), "--quiet"]
    main([*asked, "--workers", "1"])
    document = json.loads((tmp_path / "out" / "sweep.json").read_text(encoding="utf-8"))
    assert document["facts"]["reused"] == 0
    assert len(store.entries) == 2


@pytest.mark.parametrize("options", [[], ["--clear"]])
def test_a_folder_that_is_no_store_is_refused(
    options: list[str], store: StoreAtHand, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(store.entries[0], tmp_path / "runs" / ("d" * 64))
    assert main(["store", str(tmp_path / "runs"), *options]) == BAD_INPUT
    assert "is no store of results" in capsys.readouterr().err
    assert (tmp_path / "runs" / ("d" * 64) / "plan.json").exists()
    assert main(["store", str(tmp_path / "none"), *options]) == BAD_INPUT
    assert "there is no such folder" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_many_results_are_counted_beyond_the_first(store: StoreAtHand) -> None:
    for number in range(25):
        entry = shutil.copytree(store.entries[0], store.folder / f"{number:064x}")
        rewrite(entry, end=f"2026-01-{number + 1:02}T00:00:00+00:00")
    shown = store.asked()
    assert "27 results" in shown
    assert "and 7 older ones" in shown
    assert "2026-01-07" not in shown
    assert "2026-01-25" in shown
    assert len(store.scenarios()) == 27
