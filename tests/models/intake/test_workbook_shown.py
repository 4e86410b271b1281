"""What a person sees in Excel is what is read, or the case is refused and says where."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from models import load_case, write_case
from models.authoring.annotated_faults import mark_faults
from tests.models.intake.books import (
    CALCULATED,
    SHEET_NAMES,
    STYLES,
    TEXTS,
    WORKBOOK,
    Change,
    after_rows,
    cell,
    chain,
    merged,
    part,
    problems,
    replaced,
    rewritten,
)
from tests.models.test_loading import assert_same

DATED = replaced('<xf numFmtId="0" fontId="1"', '<xf numFmtId="14" fontId="1"')
"""Style 1 as one of dates."""


def text_cell(reference: str, inside: str) -> Change:
    return cell(reference, f'<c r="{reference}" t="inlineStr"><is>{inside}</is></c>')


@pytest.mark.parametrize(
    ("sheet", "area", "column"),
    [
        ("price_points", "D5:D7", "price_book"),
        ("price_points", "C2:D2", ""),
        ("price_points", "A1:B1", ""),
        ("accounts", "A2:A3", "account_id"),
        ("volume_discounts", "A2:A3", "provider"),
        ("case", "A2:B2", ""),
        ("scenarios", "A2:A4", "scenario"),
        ("changes", "C2:C3", "where"),
    ],
)
def test_merged_cells_are_refused_with_their_range(
    sheet: str, area: str, column: str, book: Path, tmp_path: Path
) -> None:
    found = problems(rewritten(book, tmp_path / "case.xlsx", {part(sheet): merged(area)}))
    assert (found[0].place, found[0].column, found[0].message) == (f"{sheet}!{area}", column, "cells are merged")
    assert str(found[0]).startswith(f"{sheet}!{area}")


def test_every_merge_is_told_and_what_else_is_wrong(book: Path, tmp_path: Path) -> None:
    price = text_cell("C9", "<t>dear</t>")
    change = {part("price_points"): chain(merged("D5:D7", "D9:D10"), price), part("tiers"): merged("B2:B3")}
    found = problems(rewritten(book, tmp_path / "case.xlsx", change))
    assert {(one.place, one.message) for one in found} >= {
        ("price_points!D5:D7", "cells are merged"),
        ("price_points!D9:D10", "cells are merged"),
        ("price_points!C9", "not a plain number"),
        ("tiers!B2:B3", "cells are merged"),
    }


def test_scenarios_that_cannot_be_read_do_not_fail_their_changes(book: Path, tmp_path: Path) -> None:
    found = problems(rewritten(book, tmp_path / "case.xlsx", {part("scenarios"): merged("A1:B1")}))
    assert [one.place for one in found] == ["scenarios!A1:B1"]


def test_covered_cells_count_as_what_they_show(book: Path, tmp_path: Path) -> None:
    blank = chain(*(cell(f"{column}3", "") for column in "A"), merged("A2:A3"))
    found = problems(rewritten(book, tmp_path / "case.xlsx", {part("customer_classes"): blank}))
    assert [one.place for one in found] == ["customer_classes!A2:A3"]


def test_merges_beside_and_below_a_table_change_nothing(book: Path, tmp_path: Path) -> None:
    beside = merged("K1:M4", "A900:C950", "B2:B2")
    assert load_case(rewritten(book, tmp_path / "case.xlsx", {part("price_points"): beside}))


@pytest.mark.parametrize("other", ["rates ", " rates", "Rates", "RATES", "rates\u00a0", "ra\u200btes", "rates\t"])
def test_two_sheets_of_one_name_are_refused(other: str, book: Path, tmp_path: Path) -> None:
    renamed = {WORKBOOK: replaced('name="actuals"', f'name="{other}"'.replace("\t", "&#9;"))}
    found = problems(rewritten(book, tmp_path / "case.xlsx", renamed))
    assert found[0].table == "rates"
    assert "same name" in found[0].message
    if not other.isascii():
        assert "\\u" in found[0].message


def test_one_sheet_may_have_blanks_around_its_name(book: Path, tmp_path: Path) -> None:
    renamed = {WORKBOOK: replaced('name="rates"', 'name=" rates "')}
    assert_same(load_case(book), load_case(rewritten(book, tmp_path / "case.xlsx", renamed)))


@pytest.mark.parametrize("header", ["cost_per_case", " cost_per_case ", "cost_per_case\u00a0"])
def test_two_columns_of_one_name_are_refused(header: str, book: Path, tmp_path: Path) -> None:
    twice = text_cell("G1", f"<t xml:space='preserve'>{header}</t>")
    found = problems(rewritten(book, tmp_path / "case.xlsx", {part("rates"): twice}))
    assert (found[0].message, found[0].column) == ("the column occurs twice", "cost_per_case")


@pytest.mark.parametrize(("sheet", "place"), [("rates", "F5"), ("tiers", "A2"), ("case", "B5"), ("changes", "C2")])
def test_a_number_formatted_as_a_date_is_told_as_one(sheet: str, place: str, book: Path, tmp_path: Path) -> None:
    dated = cell(place, f'<c r="{place}" s="1"><v>8400</v></c>')
    found = problems(rewritten(book, tmp_path / "case.xlsx", {STYLES: DATED, part(sheet): dated}))
    (told,) = [one for one in found if one.place == f"{sheet}!{place}"]
    assert (told.message, told.found) == ("the number 8400 is formatted as a date or time", "1922-12-30")
    assert "General" in told.expected


@pytest.mark.parametrize(
    ("code", "dated"),
    [
        ("yyyy\\-mm\\-dd", True),
        ("[$-407]d. mmmm yyyy;@", True),
        ("[h]:mm", True),
        ("0.0%", False),
        ('#,##0.00\\ "days"', False),
        ("#,##0.00\\ [$USD]", False),
        ("0.00E+00", False),
    ],
)
def test_formats_are_told_apart(code: str, dated: bool, book: Path, tmp_path: Path) -> None:
    code = code.replace('"', "&quot;")
    formats = chain(
        replaced('<numFmts count="0" />', f'<numFmts count="1"><numFmt numFmtId="164" formatCode="{code}"/></numFmts>'),
        replaced('<xf numFmtId="0" fontId="1"', '<xf numFmtId="164" fontId="1"'),
    )
    number = cell("F5", '<c r="F5" s="1"><v>84.0</v></c>')
    file = rewritten(book, tmp_path / "case.xlsx", {STYLES: formats, part("rates"): number})
    if dated:
        assert [one.place for one in problems(file)] == ["rates!F5"]
    else:
        assert load_case(file).tables["rates"]["cost_per_case"].iloc[3] == 84


def test_dates_of_the_other_calendar_are_shown_right(book: Path, tmp_path: Path) -> None:
    dated = cell("F5", '<c r="F5" s="1"><v>0.5</v></c>'.replace("0.5", "366"))
    state = replaced("<workbookPr", '<workbookPr date1904="1"')
    found = problems(rewritten(book, tmp_path / "case.xlsx", {WORKBOOK: state, STYLES: DATED, part("rates"): dated}))
    assert found[0].found == "1905-01-01"


@pytest.mark.parametrize(
    ("written", "message", "found"),
    [
        ("<c r='F5' t='d'><v>2024-05-01T00:00:00</v></c>", "a date", "2024-05-01T00:00:00"),
        ("<c r='F5' t='e'><v>#N/A</v></c>", "an error value", "#N/A"),
        ("<c r='F5' t='b'><v>1</v></c>", "not a plain number", "true"),
        ("<c r='F5'><v>NaN</v></c>", "a cell that is marked as a number and holds none", "NaN"),
        ("<c r='F5'><v>1_000</v></c>", "a cell that is marked as a number and holds none", "1_000"),
        ("<c r='F5'><v>1e999</v></c>", "a cell that is marked as a number and holds none", "1e999"),
        ("<c r='F5' t='s'><v>-1</v></c>", "a text that the file lacks", "number -1"),
        ("<c r='F5' t='z'><v>1</v></c>", "a cell of the unknown kind z", "1"),
    ],
)
def test_what_is_no_number_is_called_by_its_name(
    written: str, message: str, found: str, book: Path, tmp_path: Path
) -> None:
    (problem,) = problems(rewritten(book, tmp_path / "case.xlsx", {part("rates"): cell("F5", written)}))
    assert (problem.place, problem.message, problem.found) == ("rates!F5", message, found)


def test_an_error_is_no_name(book: Path, tmp_path: Path) -> None:
    written = cell("A2", "<c r='A2' t='e'><v>#REF!</v></c>")
    found = problems(rewritten(book, tmp_path / "case.xlsx", {part("criteria"): written}))
    assert (found[0].place, found[0].message) == ("criteria!A2", "an error value")


@pytest.mark.parametrize("written", ["1001.0", "1001", "1.001E3", "+1001"])
def test_whole_numbers_are_names_however_they_are_stored(written: str, book: Path, tmp_path: Path) -> None:
    number = f"<v>{written}</v></c>"
    changes = {
        part("accounts"): cell("A2", f'<c r="A2">{number}'),
        part("installed_base"): chain(cell("A2", f'<c r="A2">{number}'), cell("A3", f'<c r="A3">{number}')),
        part("contracts"): chain(cell("A2", f'<c r="A2">{number}'), cell("A3", f'<c r="A3">{number}')),
        part("case"): cell("B2", f'<c r="B2">{number}'),
        part("scenarios"): lambda text: re.sub(
            '<c r="(A[0-9]+)" t="inlineStr"><is><t>dear</t></is></c>', f'<c r="\\1">{number}', text
        ),
        part("changes"): lambda text: re.sub(
            '<c r="(A[0-9]+)" t="inlineStr"><is><t>dear</t></is></c>', f'<c r="\\1">{number}', text
        ),
    }
    case = load_case(rewritten(book, tmp_path / "case.xlsx", changes))
    assert case.tables["accounts"]["account_id"].iloc[0] == "1001"
    assert case.settings.name == "1001"
    assert set(case.scenarios) == {"base", "1001"}
    assert len(case.scenarios["1001"].change) == 2


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('<c r="A2" s="1"><v>8400</v></c>', "the number 8400 is formatted as a date or time"),
        ('<c r="A2" t="b"><v>1</v></c>', "not a name"),
        ('<c r="A2"><v>1.5</v></c>', "not a name"),
    ],
)
@pytest.mark.parametrize("sheet", ["case", "scenarios", "changes"])
def test_neither_dates_nor_true_nor_fractions_are_names(
    sheet: str, written: str, message: str, book: Path, tmp_path: Path
) -> None:
    changes = {STYLES: DATED, part(sheet): cell("A2", written)}
    found = problems(rewritten(book, tmp_path / "case.xlsx", changes))
    assert (found[0].place, found[0].message) == (f"{sheet}!A2", message)
    assert not [one for one in found if one.message == "blank cell"]


def test_hidden_rows_columns_and_sheets_are_read_with_a_warning(book: Path, tmp_path: Path) -> None:
    rows = chain(
        *(
            replaced(f'<row r="{row}"', f'<row {how} r="{row}"')
            for row, how in ((3, 'hidden="1"'), (4, 'hidden="true"'))
        ),
        replaced('<row r="6"', '<row ht="0" customHeight="1" r="6"'),
        replaced("</sheetData>", '<row r="90" hidden="1"/></sheetData>'),
    )
    columns = replaced("<cols>", '<cols><col min="2" max="2" hidden="1"/><col min="19" max="99" hidden="1"/>')
    changes = {
        WORKBOOK: replaced('name="rates" sheetId="17" state="visible"', 'name="rates" sheetId="17" state="veryHidden"'),
        part("accounts"): rows,
        part("tiers"): lambda text: columns(re.sub("<cols>.*</cols>", "<cols></cols>", text)),
    }
    case = load_case(rewritten(book, tmp_path / "case.xlsx", changes))
    assert_same(load_case(book), case)
    hidden = [note for note in case.warnings if "hidden" in note]
    assert hidden == [
        "Sheet accounts: rows 3-4, 6 are hidden in the workbook and read all the same.",
        "Sheet tiers: column B is hidden in the workbook and read all the same.",
        "Sheet rates is hidden in the workbook and is read all the same.",
    ]


def test_cells_that_look_blank_are_read_with_a_warning(book: Path, tmp_path: Path) -> None:
    codes = {164: "General", 165: ";;;", 166: "0;-0;;@", 167: "0.0;"}
    formats = "".join(f'<numFmt numFmtId="{number}" formatCode="{code}"/>' for number, code in codes.items())
    styles = "".join(f'<xf numFmtId="{number}"/>' for number in codes)
    changes: dict[str, Change] = {part(name): lambda text: re.sub(' s="[0-9]"', "", text) for name in SHEET_NAMES}
    changes[STYLES] = chain(
        replaced('<numFmts count="0" />', f'<numFmts count="4">{formats}</numFmts>'),
        lambda text: re.sub("(<cellXfs[^>]*>).*(</cellXfs>)", rf"\1{styles}\2", text),
    )
    changes[part("accounts")] = chain(
        changes[part("accounts")],
        cell("A2", '<c r="A2" s="1" t="inlineStr"><is><t>A1</t></is></c>'),
        cell("D2", '<c r="D2" s="1"><v>5</v></c>'),
        cell("D3", '<c r="D3" s="2"><v>0</v></c>'),
        cell("D4", '<c r="D4" s="2"><v>7</v></c>'),
        cell("D5", '<c r="D5" s="3"><v>7</v></c>'),
    )
    without_zeros = replaced("<sheetView ", '<sheetView showZeros="0" ')
    changes[part("segments")] = chain(changes[part("segments")], without_zeros, cell("C3", '<c r="C3"><v>0</v></c>'))
    case = load_case(rewritten(book, tmp_path / "case.xlsx", changes))
    assert [note for note in case.warnings if "look blank" in note] == [
        "Sheet accounts: cells that look blank hold a value, which is read: A2, D2, D3.",
        "Sheet segments: cells that look blank hold a value, which is read: C3.",
    ]


def test_texts_are_read_as_they_are_shown(book: Path, tmp_path: Path) -> None:
    shared = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><t>other</t></si>"
        "<si><r><rPr><b/></rPr><t>rea</t></r><r><t xml:space='preserve'>ch </t></r>"
        "<rPh sb='0' eb='1'><t>read aloud</t></rPh></si></sst>"
    )
    relation = (
        '<Relationship Id="rId99" Target="/xl/sharedStrings.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
    )
    changes = {
        "xl/_rels/workbook.xml.rels": replaced("</Relationships>", relation),
        part("criteria"): lambda text: re.sub(
            '<c r="(A[0-9])" t="inlineStr"><is><t>reach</t></is></c>', '<c r="\\1" t="s"><v>1</v></c>', text
        ),
        part("case"): text_cell("B2", "<t>A _x0041_&amp;_x005F_x0042_</t>"),
    }
    case = load_case(rewritten(book, tmp_path / "case.xlsx", changes, {TEXTS: shared}))
    assert set(case.tables["criteria"]["criterion"]) == set(load_case(book).tables["criteria"]["criterion"])
    assert case.settings.name == "A A&_x0042_"


def test_what_looks_like_an_escape_is_written_so_that_it_reads_back(book: Path, tmp_path: Path) -> None:
    case = load_case(book)
    settings = case.settings.model_copy(update={"description": "is _x0041_ and _x_ and __x00e4__"})
    again = load_case(write_case(replace(case, settings=settings), tmp_path / "case.xlsx", "xlsx"))
    assert again.settings.description == settings.description


def test_a_sheet_that_is_no_worksheet_is_named(book: Path, tmp_path: Path) -> None:
    kind = "relationships/chartsheet"
    change = {"xl/_rels/workbook.xml.rels": lambda text: re.sub("relationships/worksheet(?=[^>]*sheet17)", kind, text)}
    found = problems(rewritten(book, tmp_path / "case.xlsx", change))
    assert (found[0].table, found[0].message) == ("rates", "the sheet is a chart sheet")


def test_nothing_a_library_says_of_a_workbook_gets_out(book: Path, tmp_path: Path) -> None:
    extension = (
        '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
        'uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><x14:dataValidations/></ext></extLst>'
    )
    changes = {part("rates"): chain(lambda text: text.replace("</worksheet>", f"{extension}</worksheet>"))}
    sound = rewritten(book, tmp_path / "sound.xlsx", changes)
    faulty = rewritten(sound, tmp_path / "faulty.xlsx", {part("tiers"): merged("B2:B3")})
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        load_case(sound)
        mark_faults(faulty, tmp_path / "marked.xlsx")
    assert [str(one.message) for one in heard] == []
    assert (tmp_path / "marked.xlsx").exists()


def test_the_template_of_these_tests_is_sound(book: Path, tmp_path: Path) -> None:
    """Rewriting as such changes nothing, so that what the other tests find is what they changed."""
    same = {WORKBOOK: CALCULATED, part("rates"): after_rows("<!-- -->")}
    assert_same(load_case(book), load_case(rewritten(book, tmp_path / "case.xlsx", same)))
