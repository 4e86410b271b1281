"""Formulas in a case's workbook: the stored value counts; a formula that was never worked out is a fault."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from models import CaseError, load_case, write_case
from tests.small_case import write_small_case

CELL = "F5"
WORKED_OUT = ("<f>6*7</f><v>42</v>", '<f aca="false">6*7</f><v>42</v>', '<f t="shared" si="0"/><v>42</v>')
NEVER = ("<f>6*7</f><v/>", "<f>6*7</f><v></v>", '<f aca="false">6*7</f>')


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small case as a workbook with a formula for one cost_per_case."""
    folder = tmp_path_factory.mktemp("book")
    file = write_case(load_case(write_small_case(folder / "case")), folder / "case.xlsx", "xlsx")
    opened = openpyxl.load_workbook(file)
    assert opened["rates"]["F1"].value == "cost_per_case"
    opened["rates"][CELL] = "=6*7"
    opened.save(file)
    return file


def with_formula(book: Path, written: str, target: Path) -> Path:
    """The workbook with the formula cell's XML as another program would write it."""
    changed = 0
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            before = old.read(name)
            after = before.replace(b"<f>6*7</f><v />", written.encode()).replace(b"<f>6*7</f><v></v>", written.encode())
            changed += before != after or written.encode() in before
            new.writestr(name, after)
    assert changed == 1
    return target


@pytest.mark.parametrize("written", WORKED_OUT)
def test_the_stored_value_is_what_counts(written: str, book: Path, tmp_path: Path) -> None:
    case = load_case(with_formula(book, written, tmp_path / "case.xlsx"))
    assert case.tables["rates"]["cost_per_case"].iloc[3] == 42


@pytest.mark.parametrize("written", NEVER)
def test_a_formula_never_worked_out_is_a_fault(written: str, book: Path, tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="rates!F5") as raised:
        load_case(with_formula(book, written, tmp_path / "case.xlsx"))
    assert "formula without a stored value" in str(raised.value)
