"""Faulty cells marked in a workbook, every one of them, and nothing else changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from models import CaseError, load_case, write_case
from models.authoring.annotated_faults import LIST, mark_faults
from models.loading import find_problems
from tests.worlds.small_case import write_small_case


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small case as a workbook."""
    folder = tmp_path_factory.mktemp("sound")
    return write_case(load_case(write_small_case(folder / "small")), folder / "small.xlsx", "xlsx")


def spoiled(sound: Path, tmp_path: Path, **cells: dict[str, Any]) -> Path:
    """The workbook with other values in some cells of some sheets."""
    book = openpyxl.load_workbook(sound)
    for sheet, values in cells.items():
        for place, value in values.items():
            book[sheet][place] = value
    book.save(tmp_path / "spoiled.xlsx")
    return tmp_path / "spoiled.xlsx"


def marks(file: Path) -> dict[str, str]:
    """Comment of every coloured cell under a header."""
    book = openpyxl.load_workbook(file)
    cells = (cell for page in book if page.title != LIST for row in page.iter_rows() for cell in row)
    return {
        f"{cell.parent.title}!{cell.coordinate}": cell.comment.text
        for cell in cells
        if cell.fill.fgColor.rgb == "00F8CBAD"
    }


def test_each_faulty_cell_is_marked_with_what_is_wrong(sound: Path, tmp_path: Path) -> None:
    file = spoiled(sound, tmp_path, rates={"H3": 140, "F4": "8o0"}, case={"B4": "some"}, tiers={"A3": "silver"})
    out = tmp_path / "out" / "marked.xlsx"
    problems = mark_faults(file, out)

    found = marks(out)
    assert {"rates!H3", "rates!F4", "case!B4", "tiers!A3"} <= set(found)
    assert "from 0 to 100" in found["rates!H3"]
    assert "not a plain number" in found["rates!F4"]
    assert len(problems) >= 4
    listed = openpyxl.load_workbook(out)[LIST]
    assert [cell.value for cell in listed["A"]] == ["number", *range(1, len(problems) + 1)]
    assert "#'rates'!H3" in {cell.hyperlink.location or cell.hyperlink.target for cell in listed["C"] if cell.hyperlink}


def test_faults_of_one_cell_share_its_comment(sound: Path, tmp_path: Path) -> None:
    file = spoiled(sound, tmp_path, loyalty={"B2": "silver"})  # now twice silver, and `none` is missing
    mark_faults(file, tmp_path / "marked.xlsx")
    assert any("the same segment and tier" in text for text in marks(tmp_path / "marked.xlsx").values())


def test_the_mended_workbook_is_a_case_again(sound: Path, tmp_path: Path) -> None:
    file = spoiled(sound, tmp_path, rates={"H3": 140})
    out = tmp_path / "marked.xlsx"
    mark_faults(file, out)
    book = openpyxl.load_workbook(out)
    book["rates"]["H3"] = openpyxl.load_workbook(sound)["rates"]["H3"].value
    book.save(out)

    mended, before = load_case(out), load_case(sound)
    assert all(mended.tables[name].equals(before.tables[name]) for name in before.tables)
    assert mended.scenarios == before.scenarios


def test_more_than_a_screenful_is_marked_all(tmp_path: Path) -> None:
    case = write_small_case(tmp_path / "case")
    rows = "".join(f"B{number},hospital,north,-1\n" for number in range(50))
    (case / "accounts.csv").write_text((case / "accounts.csv").read_text() + rows)
    held = "".join(f"B{number},scanner,1,0\n" for number in range(50))
    (case / "installed_base.csv").write_text((case / "installed_base.csv").read_text() + held)

    assert len(find_problems(case)) == 50
    mark_faults(case, tmp_path / "marked.xlsx")
    assert set(marks(tmp_path / "marked.xlsx")) == {f"accounts!D{row}" for row in range(7, 57)}


def test_cells_of_csv_files_are_found_by_their_lines(tmp_path: Path) -> None:
    case = write_small_case(tmp_path / "case")
    text = (case / "products.csv").read_text().replace("scanner,imaging,90000", '"sca\nnner","=1+1",0')
    (case / "products.csv").write_text(text)
    mark_faults(case, tmp_path / "marked.xlsx")

    page = openpyxl.load_workbook(tmp_path / "marked.xlsx")["products"]
    assert page["C2"].comment is not None  # unit_value 0, on the second and third line
    assert (page["B2"].value, page["B2"].data_type) == ("=1+1", "s")


def test_merged_cells_are_marked_where_they_show_something(sound: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(sound)
    book["rates"]["H3"] = 140
    book["rates"].merge_cells("H3:H5")
    book.save(tmp_path / "merged.xlsx")
    mark_faults(tmp_path / "merged.xlsx", tmp_path / "marked.xlsx")

    found = marks(tmp_path / "marked.xlsx")
    assert set(found) == {"rates!H3"}
    assert "cells are merged" in found["rates!H3"]
    assert found["rates!H3"].count("from 0 to 100") == 3  # each of the three cells stands for 140


def test_a_comment_stays_short_however_much_is_wrong_with_a_cell(sound: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(sound)
    book["accounts"]["D2"] = "much"
    for row in range(3, 103):
        book["accounts"].cell(row, 1).value = f"B{row}"
    book["accounts"].merge_cells("D2:D102")
    book.save(tmp_path / "merged.xlsx")
    assert len(mark_faults(tmp_path / "merged.xlsx", tmp_path / "marked.xlsx")) > 100
    assert 1_000 < len(marks(tmp_path / "marked.xlsx")["accounts!D2"]) < 3_000


def test_what_openpyxl_cannot_read_or_write_is_told(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = spoiled(sound, tmp_path, rates={"H3": 140})
    for name in ("load_workbook", "save"):
        with monkeypatch.context() as broken:
            broken.setattr(f"models.authoring.annotated_faults.{name}", lambda *_: {}["a part"])
            with pytest.raises(CaseError, match="no marked copy was written: 'a part'") as refusal:
                mark_faults(file, tmp_path / "marked.xlsx")
        assert "rates!H3" in str(refusal.value)


def test_csv_files_too_large_to_be_held_are_listed_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = write_small_case(tmp_path / "case")
    text = (case / "products.csv").read_text().replace("90000", "0")
    (case / "products.csv").write_text(text)
    monkeypatch.setattr("models.authoring.annotated_faults.MARKED", 100)
    with pytest.raises(CaseError, match=r"products\.csv line 2[^$]*no marked copy was written: the CSV files"):
        mark_faults(case, tmp_path / "marked.xlsx")


def test_a_sound_case_leaves_nothing(sound: Path, tmp_path: Path) -> None:
    assert mark_faults(sound, tmp_path / "marked.xlsx") == ()
    assert not (tmp_path / "marked.xlsx").exists()


def test_what_cannot_be_marked_is_refused(sound: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_text("no workbook")
    with pytest.raises(CaseError, match="cannot be read as a workbook"):
        mark_faults(broken, tmp_path / "out.xlsx")
    copy = Path(shutil.copy(sound, tmp_path / "copy.xlsx"))
    with pytest.raises(ValueError, match="is the case itself"):
        mark_faults(copy, copy)
    with pytest.raises(ValueError, match=r"\.xlsx"):
        mark_faults(copy, tmp_path / "out.csv")
