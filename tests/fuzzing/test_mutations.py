"""Two hundred damaged inputs of each format end in success or in words, never in a fault of Tierwise or a hang."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from shutil import copytree

import pytest

import optimizer
from models import load_case, write_case
from optimizer.cli import command_line
from tests.folders import TINY
from tests.fuzzing.mutations import of_bytes, of_csv, of_json, of_state, of_toml, of_zip
from tests.fuzzing.trials import Target, faults
from tests.slow import one_in

PARTS = [range(start, start + 50) for start in range(0, 200, 50)]
"""The seeds of each format, fifty at a time."""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The case in every form, a run of it, and a search of it that was cut short."""
    root = tmp_path_factory.mktemp("fuzzing")
    folder, case = copytree(TINY, root / "case"), load_case(TINY)
    return {
        "case": folder,
        "parquet": write_case(case, root / "parquet", "parquet"),
        "xlsx": write_case(case, root / "case.xlsx", "xlsx"),
        "run": optimizer.solve(case).save(root / "run"),
        "search": optimizer.solve(case, should_stop=lambda: True).save(root / "search"),
    }


def targets(form: str, places: dict[str, Path]) -> list[Target]:
    """The files of each format, how they are damaged, and what reads them."""
    case, parquet, workbook, run, search = (places[name] for name in ("case", "parquet", "xlsx", "run", "search"))
    if form == "csv":
        return [Target(file, (of_bytes, of_csv, of_csv), (("validate", case),)) for file in sorted(case.glob("*.csv"))]
    if form == "toml":
        files = [case / "case.toml", case / "scenarios" / "one_tier.toml"]
        return [Target(file, (of_bytes, of_toml, of_toml), (("validate", case),)) for file in files]
    if form == "xlsx":
        return [Target(workbook, (of_bytes, of_zip, of_zip, of_zip), (("validate", workbook),))]
    if form == "parquet":
        return [Target(file, (of_bytes,), (("validate", parquet),)) for file in sorted(parquet.glob("*.parquet"))]
    audit = (("audit", TINY, run),)
    go_on = (("solve", TINY, "--resume", search, "--time-limit", "2"),)
    files = [run / "plan.json", run / "audit.json", run / "manifest.json"]
    return [
        *(Target(file, (of_bytes, of_json, of_json), audit) for file in files),
        Target(search / "search.jsonl", (of_bytes, of_state, of_state), go_on),
    ]


@pytest.fixture(autouse=True)
def one_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser of arguments is made once: a quarter of the time of each input goes into it."""
    monkeypatch.setattr(command_line, "command_parser", cache(command_line.command_parser))


@pytest.mark.no_cover
@pytest.mark.parametrize("form", ["csv", "toml", "xlsx", "parquet", "json"])
@pytest.mark.parametrize("seeds", one_in(len(PARTS), PARTS), ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_damaged_files_are_read_or_refused_in_words(
    form: str, seeds: range, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    if form == "json":  # the case is sound, and loading it again and again would take most of the time
        sound = load_case(TINY)
        monkeypatch.setattr("optimizer.cli.commands.load_case", lambda *given, **options: sound)
    found = faults(targets(form, places), seeds, form)

    assert not found, "\n\n".join(found)
