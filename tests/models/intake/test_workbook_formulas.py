"""Formulas in a case's workbook: the stored value counts where it is what Excel shows; else the case is refused."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from models import CaseError, load_case
from tests.models.intake.books import CALCULATED, WORKBOOK, cell, chain, part, problems, replaced, rewritten

CELL = "F5"
WORKED_OUT = (
    "<c r='F5'><f>6*7</f><v>42</v></c>",
    "<c r='F5'><f aca='false'>6*7</f><v>42</v></c>",
    "<c r='F5'><f t='shared' si='0'/><v>42</v></c>",
    "<c r='F5' cm='1'><f t='array' ref='F5'>6*7</f><v>42.0</v></c>",
    "<c r='F5' t='str'><f>TEXT(42,0)</f><v> 42</v></c>",
    "<c r='F5'><f>Table1[2024]*1</f><v>4.2E1</v></c>",
)
NEVER = (
    "<c r='F5'><f>6*7</f><v/></c>",
    "<c r='F5'><f>6*7</f><v></v></c>",
    "<c r='F5'><f>6*7</f><v> \n</v></c>",
    "<c r='F5'><f aca='false'>6*7</f></c>",
    "<c r='F5' t='str'><f>6*7</f></c>",
    "<c r='F5'><f t='shared' si='0'/></c>",
    "<c r='F5'><!-- > --><f a='>'>6&lt;<![CDATA[7]]></f></c>",
    '<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="F5"><x:f>6*7</x:f></x:c>',
)
ZERO = "<c r='F5'><f>6*7</f><v>0</v></c>"
DOUBTS = {
    'fullCalcOnLoad="1"': "calculated when the workbook is opened",
    'fullCalcOnLoad="true"': "calculated when the workbook is opened",
    'fullCalcOnLoad=" 1 "': "calculated when the workbook is opened",
    'forceFullCalc="1"': "calculated when the workbook is opened",
    'calcMode="manual"': "manual calculation",
    'calcCompleted="0"': "not calculated when the workbook was saved",
}


def with_cell(book: Path, target: Path, written: str, calculation: str = "") -> Path:
    """The workbook with another cell F5 of rates, as a program that calculates would write it."""
    state = chain(CALCULATED, replaced("<calcPr ", f"<calcPr {calculation} "))
    return rewritten(book, target, {WORKBOOK: state, part("rates"): cell(CELL, written)})


@pytest.mark.parametrize("written", WORKED_OUT)
def test_the_stored_value_is_what_counts(written: str, book: Path, tmp_path: Path) -> None:
    case = load_case(with_cell(book, tmp_path / "case.xlsx", written))
    assert case.tables["rates"]["cost_per_case"].iloc[3] == 42
    assert case.warnings == load_case(book).warnings


@pytest.mark.parametrize("written", NEVER)
def test_a_formula_never_worked_out_is_a_fault(written: str, book: Path, tmp_path: Path) -> None:
    (problem,) = problems(with_cell(book, tmp_path / "case.xlsx", written))
    assert (problem.place, problem.column) == ("rates!F5", "cost_per_case")
    assert problem.message == "a formula without a stored value"
    assert "save it" in problem.expected


@pytest.mark.parametrize("calculation", DOUBTS)
def test_values_that_may_not_be_those_of_the_formulas_are_refused(calculation: str, book: Path, tmp_path: Path) -> None:
    (problem,) = problems(with_cell(book, tmp_path / "case.xlsx", ZERO, calculation))
    assert (problem.place, problem.found) == ("rates!F5", "=6*7")
    assert DOUBTS[calculation] in problem.message


@pytest.mark.parametrize("calculation", DOUBTS)
def test_without_formulas_it_does_not_matter_how_they_are_calculated(
    calculation: str, book: Path, tmp_path: Path
) -> None:
    assert load_case(with_cell(book, tmp_path / "case.xlsx", '<c r="F5"><v>42</v></c>', calculation))


def test_a_text_of_no_characters_is_a_blank(book: Path, tmp_path: Path) -> None:
    blank = "<c r='D2' t='str'><f>IF(TRUE,&quot;&quot;,1)</f><v></v></c>"
    changes = {WORKBOOK: CALCULATED, part("price_points"): replaced('</row><row r="3"', f'{blank}</row><row r="3"')}
    case = load_case(rewritten(book, tmp_path / "case.xlsx", changes))
    assert case.tables["price_points"].equals(load_case(book).tables["price_points"])


def test_an_error_as_a_value_is_named(book: Path, tmp_path: Path) -> None:
    written = "<c r='F5' t='e'><f>1/0</f><v>#DIV/0!</v></c>"
    (problem,) = problems(with_cell(book, tmp_path / "case.xlsx", written))
    assert (problem.place, problem.message, problem.found) == ("rates!F5", "an error value", "#DIV/0!")


def test_a_table_left_out_of_calculation_is_refused(book: Path, tmp_path: Path) -> None:
    table = "<c r='F5'><f t='dataTable' ref='F5:F6' r1='A1'/><v>42</v></c>"
    (problem,) = problems(with_cell(book, tmp_path / "case.xlsx", table, 'calcMode="autoNoTable"'))
    assert problem.place == "rates!F5"
    assert load_case(with_cell(book, tmp_path / "other.xlsx", WORKED_OUT[0], 'calcMode="autoNoTable"'))


@pytest.mark.parametrize("formula", ["[1]Prices!B2*2", "'[2]Our prices'!B2", "TODAY()-45000", "1+RAND()"])
def test_values_that_change_on_opening_are_warned_of(formula: str, book: Path, tmp_path: Path) -> None:
    written = f"<c r='F5'><f>{formula}</f><v>42</v></c>"
    case = load_case(with_cell(book, tmp_path / "case.xlsx", written))
    assert [note for note in case.warnings if "as they were saved: F5" in note and "rates" in note]


def test_every_cell_of_a_shared_formula_that_changes_is_named(book: Path, tmp_path: Path) -> None:
    rates = chain(
        cell("F5", "<c r='F5'><f t='shared' ref='F5:F6' si='0'>TODAY()-1</f><v>42</v></c>"),
        cell("F6", "<c r='F6'><f t='shared' si='0'/><v>42</v></c>"),
        cell("F7", "<c r='F7'><f t='shared' si='1'/><v>42</v></c>"),
        cell("F8", "<c r='F8'><f>SUM(Table1[[#This Row],[2024]])</f><v>42</v></c>"),
    )
    case = load_case(rewritten(book, tmp_path / "case.xlsx", {WORKBOOK: CALCULATED, part("rates"): rates}))
    assert [note.rpartition(": ")[2] for note in case.warnings if "as they were saved" in note] == ["F5, F6."]


@pytest.mark.parametrize("sheet", ["case", "scenarios", "changes"])
def test_formulas_of_settings_are_held_to_the_same(sheet: str, book: Path, tmp_path: Path) -> None:
    column = {"case": "B5", "scenarios": "C3", "changes": "F2"}[sheet]
    written = f"<c r='{column}'><f>1/10</f><v>0</v></c>"
    found = problems(rewritten(book, tmp_path / "case.xlsx", {part(sheet): cell(column, written)}))
    assert [(one.place, one.found) for one in found if one.found] == [(f"{sheet}!{column}", "=1/10")]


@pytest.mark.parametrize("writer", ["openpyxl", "xlsxwriter"])
def test_what_libraries_write_without_calculating_is_refused(writer: str, book: Path, tmp_path: Path) -> None:
    source, target = openpyxl.load_workbook(book), tmp_path / "case.xlsx"
    source["rates"][CELL] = "=6*7"
    if writer == "openpyxl":
        source.save(target)
    else:
        with xlsxwriter.Workbook(target) as written:
            for page in source:
                sheet = written.add_worksheet(page.title)
                for row in page.iter_rows():
                    for one in row:
                        sheet.write(one.row - 1, one.column - 1, one.value)
    with pytest.raises(CaseError, match="rates!F5, column cost_per_case: a formula"):
        load_case(target)
