"""Names that become files: plain on every system, or refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models import Case, CaseError, Scenario, build_case, load_case, write_case
from models.text.file_names import MOST_BYTES, file_in, file_name_fault
from tests.worlds.small_case import write_small_case

PLAIN = [
    "base",
    "margin floor 32 %",
    "a.b",
    "Grün",
    "日本",
    "x=1; y=2",
    "CONSOLE",
    "aux-1",
    "x" * MOST_BYTES,
    "-",
    "~a",
]
BAD = ["", " ", "..", ".", "../../../ESC", "a/b", "a\\b", "C:x", "a|b", "a?", "*", '"a"', "<a>", ".hidden", "a.", "a ",
       "CON", "nul", "com1.txt", "LPT9", "COM¹", "a\x00", "a\x1b[2J", "a\nb", "\u202ea", "x" * (MOST_BYTES + 1),
       "日" * 34]  # fmt: skip


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("small") / "case"))


@pytest.mark.parametrize("name", PLAIN)
def test_plain_names_are_files_of_their_folder(name: str, tmp_path: Path) -> None:
    assert file_name_fault(name) == ""
    file = file_in(tmp_path, name, ".toml")
    file.touch()
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}.toml"]


@pytest.mark.parametrize("name", BAD, ids=lambda name: ascii(name)[:20])
def test_other_names_are_refused_where_a_file_is_named(name: str, tmp_path: Path) -> None:
    assert file_name_fault(name)
    with pytest.raises(CaseError, match="plain file name"):
        file_in(tmp_path, name, ".toml")


def test_a_link_does_not_lead_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "a.toml").symlink_to(tmp_path / "outside.toml")

    with pytest.raises(CaseError, match="leads elsewhere"):
        file_in(tmp_path / "inside", "a", ".toml")


@pytest.mark.parametrize("name", [name for name in BAD if name != "a "], ids=lambda name: ascii(name)[:20])
def test_a_scenario_of_such_a_name_is_refused_on_loading(name: str, case: Case) -> None:
    with pytest.raises(CaseError, match="the scenario's name") as refusal:
        build_case(case.settings, case.tables, {name: Scenario()})

    assert "plain file name" in str(refusal.value)


def test_a_workbook_cannot_name_a_place_outside(case: Case, tmp_path: Path) -> None:
    workbook = write_case(
        replace(case, scenarios={"../../ESC": Scenario()}), tmp_path / "a" / "b" / "case.xlsx", "xlsx"
    )

    with pytest.raises(CaseError, match=r"the scenario's name holds /; found \"../../ESC\""):
        load_case(workbook)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_case_made_by_hand_is_not_written_outside_its_folder(form: str, case: Case, tmp_path: Path) -> None:
    escaping = replace(case, scenarios={"../../ESC": Scenario()})

    with pytest.raises(CaseError, match="plain file name"):
        write_case(escaping, tmp_path / "a" / "case", form)  # type: ignore[arg-type]

    assert not list(tmp_path.rglob("ESC*"))
