"""Workbook files that are damaged, of another format, or made to take time and memory: refused in words, and soon."""

from __future__ import annotations

import contextlib
import re
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from models import CaseError, load_case
from models.authoring.annotated_faults import mark_faults
from models.intake.xlsx.format_limits import COLUMNS, FILLED_COLUMNS, ROWS, UNPACKED
from tests.models.intake.books import WORKBOOK, Change, cell, chain, merged, part, problems, replaced, rewritten
from tests.models.test_loading import assert_same

COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
SECONDS = 10.0
"""Far above what any of these takes, far below what a quadratic reader would."""


def rows_added(xml: str) -> Change:
    return replaced("</sheetData>", f"{xml}</sheetData>")


def refused(file: Path) -> str:
    """The one problem of a file that cannot be read; it names the file, and nothing of it can be marked."""
    begin = time.process_time()
    (problem,) = problems(file)
    assert time.process_time() - begin < SECONDS
    assert problem.table == file.name
    marked = file.with_name("marked.xlsx")
    with pytest.raises(CaseError, match="no marked copy was written"):
        mark_faults(file, marked)
    assert not marked.exists()
    return str(problem)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"account_id,segment\n", "no workbook, whatever its ending"),
        (b"\xef\xbb\xbf <html><table>", "a web page"),
        (COMPOUND + b"x" * 600, "Excel 97-2003"),
        (COMPOUND + b"x" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"PK\x03\x04 and so on", "damaged or incomplete"),
        (b"PK\x05\x06" + bytes(18), "another archive"),
    ],
)
def test_files_that_are_no_workbooks_are_called_by_their_names(content: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "case.xlsx"
    file.write_bytes(content)
    assert words in refused(file)


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("xl/workbook.bin", ".xlsb"),
        ("content.xml", ".ods"),
        ("Index/Document.iwa", "Numbers"),
        ("word/document.xml", "Word"),
        ("_rels/.rels", "no element found"),
    ],
)
def test_other_formats_in_the_same_container_are_named(member: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "case.xlsx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, "")
    assert words in refused(file)


@pytest.mark.parametrize("ending", ["xls", "xlsm", "xlsb", "ods"])
def test_other_endings_are_named(ending: str, book: Path, tmp_path: Path) -> None:
    file = tmp_path / f"case.{ending}"
    file.write_bytes(book.read_bytes())
    with pytest.raises(CaseError, match=r"which is not read.*\.xlsx.*save it as Excel Workbook"):
        load_case(file)


def test_strict_open_xml_is_named(book: Path, tmp_path: Path) -> None:
    def strict(text: str) -> str:
        for kind in ("spreadsheetml", "officeDocument"):
            text = text.replace(
                f"http://schemas.openxmlformats.org/{kind}/2006/", f"http://purl.oclc.org/ooxml/{kind}/"
            )
        return text

    changes = dict.fromkeys([WORKBOOK, "_rels/.rels", "xl/_rels/workbook.xml.rels", part("rates")], strict)
    said = refused(rewritten(book, tmp_path / "case.xlsx", changes))
    assert "Strict Open XML" in said
    assert "save it as Excel Workbook (.xlsx)" in said


BROKEN: dict[str, tuple[Change, str]] = {
    "row far beyond": (rows_added('<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>'), f"{ROWS:,}"),
    "row of 5,000 digits": (rows_added(f'<row r="{"9" * 5000}"/>'), f"{ROWS:,}"),
    "no row number": (rows_added('<row r="many"/>'), "no number"),
    "row 0": (rows_added('<row r="0"/>'), "from 1"),
    "column beyond": (rows_added('<row r="99"><c r="XFE99"><v>1</v></c></row>'), f"{COLUMNS:,}"),
    "cells beyond": (rows_added(f'<row r="99">{"<c/>" * (COLUMNS + 1)}</row>'), f"{COLUMNS:,}"),
    "columns filled": (rows_added(f'<row r="99">{"<c><v>1</v></c>" * 300}</row>'), f"{FILLED_COLUMNS} columns"),
    "cell twice": (replaced('<c r="B2"', '<c r="A2"><v>1</v></c><c r="B2"'), "A2 occurs twice"),
    "cells out of order": (replaced('<c r="A2"', '<c r="C2"><v>1</v></c><c r="A2"'), "A2 comes after C2"),
    "row twice": (replaced('<row r="3"', '<row r="2"/><row r="3"'), "row 2 occurs twice"),
    "rows out of order": (replaced('<row r="2"', '<row r="4"/><row r="2"'), "row 2 comes after row 4"),
    "two values": (replaced("<v>", "<v>1</v><v>"), "D2 has two values"),
    "cell in no row": (replaced("<sheetData>", "<sheetData><c><v>1</v></c>"), "row 0"),
    "rows twice": (replaced("</sheetData>", '</sheetData><sheetData><row r="2"/></sheetData>'), "row 2 "),
    "cell of another row": (replaced('r="B3"', 'r="B4"'), "another row"),
    "no column": (replaced('r="B3"', 'r="$B3"'), "a column $B"),
    "no reference": (replaced('r="B3"', 'r="B"'), "another row"),
    "entities": (
        lambda text: '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + text,
        "document type",
    ),
    "outside": (lambda text: '<!DOCTYPE a SYSTEM "file:///etc/passwd">' + text, "document type"),
    "cut off": (lambda text: text[:-9], "no well-formed XML"),
    "another root": (lambda text: text.replace("worksheet", "chartsheet"), "begins with chartsheet"),
    "another namespace": (lambda text: text.replace("spreadsheetml/2006", "spreadsheetml/2007"), "begins with"),
    "a tag of many bytes": (replaced("<sheetData>", f'<a b="{"x" * (8 << 20)}"/><sheetData>'), "a tag or comment"),
    "unpacks to too much": (lambda text: text + " " * UNPACKED, "MiB"),
    "merged nothing": (merged("A2:ZZZZ3"), "do not exist"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_sheet_that_cannot_be_relied_on_is_refused(kind: str, book: Path, tmp_path: Path) -> None:
    change, words = BROKEN[kind]
    said = refused(rewritten(book, tmp_path / "case.xlsx", {part("accounts"): change}))
    assert words in said
    assert "accounts" in said or "MiB" in said


def test_parts_that_lack_lie_outside_or_occur_twice_are_refused(book: Path, tmp_path: Path) -> None:
    rels = "xl/_rels/workbook.xml.rels"
    gone = {WORKBOOK: replaced('r:id="rId17"', 'r:id="rId99"')}
    assert "lacks the sheet's part" in refused(rewritten(book, tmp_path / "gone.xlsx", gone))
    outside = {rels: replaced("/xl/worksheets/sheet17.xml", "../../../../etc/passwd")}
    assert "lacks its part etc/passwd" in refused(rewritten(book, tmp_path / "outside.xlsx", outside))
    external = {rels: lambda text: re.sub('(<[^>]*)(Target="[^"]*sheet17.xml")', r'\1TargetMode="External" \2', text)}
    assert "lacks the sheet's part" in refused(rewritten(book, tmp_path / "external.xlsx", external))
    twice = rewritten(book, tmp_path / "twice.xlsx", {}, {"xl/worksheets/Sheet1.xml": "<a/>"})
    assert "twice" in refused(twice)


def test_what_no_workbook_has_many_of_is_refused(book: Path, tmp_path: Path) -> None:
    sheets = {WORKBOOK: replaced("</sheets>", "<sheet name='a' sheetId='99' r:id='rId1'/>" * 1_000 + "</sheets>")}
    assert "1,000 sheets" in refused(rewritten(book, tmp_path / "sheets.xlsx", sheets))
    name = {WORKBOOK: replaced('name="actuals"', f'name="{"actual" * 10_000}"')}
    assert "name of a sheet" in refused(rewritten(book, tmp_path / "name.xlsx", name))
    parts = rewritten(book, tmp_path / "parts.xlsx", {}, {f"xl/media/{at}": "" for at in range(10_000)})
    assert "10,000" in refused(parts)


def test_parts_are_packed_as_excel_does_it(book: Path, tmp_path: Path) -> None:
    file = tmp_path / "case.xlsx"
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert "compressed in a way that Excel does not know" in refused(file)
    data = bytearray(book.read_bytes())
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    data[entry + 8] |= 1
    file.write_bytes(data)
    assert "encrypted" in refused(file)


def test_a_damaged_part_is_named(book: Path, tmp_path: Path) -> None:
    file = tmp_path / "case.xlsx"
    with zipfile.ZipFile(book) as archive:
        begin = archive.getinfo(part("rates")).header_offset
    data = bytearray(book.read_bytes())
    data[begin + 80 : begin + 160] = b"\x00" * 80
    file.write_bytes(data)
    assert part("rates") in refused(file)


def test_references_may_be_left_out(book: Path, tmp_path: Path) -> None:
    def bare(text: str) -> str:
        return re.sub(' r="[A-Z]*[0-9]+"', "", text)

    file = rewritten(book, tmp_path / "case.xlsx", {part("accounts"): bare, part("criteria"): bare})
    assert_same(load_case(book), load_case(file))


def test_prefixes_of_names_do_not_matter(book: Path, tmp_path: Path) -> None:
    def prefixed(text: str) -> str:
        return re.sub("<(/?)([a-z])", r"<\1x:\2", text, flags=re.IGNORECASE).replace("xmlns=", "xmlns:x=")

    changes = {part("accounts"): prefixed, WORKBOOK: lambda text: prefixed(text).replace("x:xmlns", "xmlns")}
    assert_same(load_case(book), load_case(rewritten(book, tmp_path / "case.xlsx", changes)))


def test_cells_without_content_cost_nothing(book: Path, tmp_path: Path) -> None:
    """A styled blank cell at the far end of every row, as programs leave them, and ten thousand blank rows."""
    far = chain(
        lambda text: re.sub(r'<row r="(\d+)">(.*?)</row>', r'<row r="\1">\2<c r="XFD\1" s="1"/></row>', text),
        rows_added("".join(f'<row r="{row}"><c r="XFD{row}" s="1"/></row>' for row in range(20, 10_020))),
    )
    file = rewritten(book, tmp_path / "case.xlsx", {part("accounts"): far})
    load_case(book)
    tracemalloc.start()
    begin = time.process_time()
    case = load_case(file)
    took, peak = time.process_time() - begin, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert_same(load_case(book), case)
    assert took < SECONDS
    assert peak < 5_000_000


def test_a_value_in_the_last_row_and_column_is_found(book: Path, tmp_path: Path) -> None:
    last = rows_added(f'<row r="{ROWS}"><c r="A{ROWS}"><v>7</v></c><c r="XFD{ROWS}"><v>7</v></c></row>')
    found = problems(rewritten(book, tmp_path / "case.xlsx", {part("accounts"): last}))
    assert "accounts!XFD1" in [one.place for one in found if one.message.startswith("a column without a header")]
    assert f"accounts!B{ROWS}" in [one.place for one in found]


LINEAR: dict[str, Change] = {
    "formulas left open": rows_added(f'<row r="99"><c r="A99">{"<f />" * 300_000}</c></row>'),
    "formulas without values": rows_added(f'<row r="99">{"<c><f>1</f></c>" * 250}</row>'),
    "nested": rows_added(f"{'<a>' * 100_000}{'</a>' * 100_000}"),
    "merged again and again": merged(*["A2:A1048576"] * 100_000),
    "hidden again and again": replaced("<cols>", "<cols>" + "<col min='9' max='16384' hidden='1'/>" * 100_000),
    "a long text": cell("A2", f'<c r="A2" t="inlineStr"><is>{"<t>long</t>" * 300_000}</is></c>'),
}


@pytest.mark.parametrize("kind", LINEAR)
def test_time_is_linear_in_the_size_of_a_sheet(kind: str, book: Path, tmp_path: Path) -> None:
    file = rewritten(book, tmp_path / "case.xlsx", {part("accounts"): LINEAR[kind]})
    begin = time.process_time()
    with contextlib.suppress(CaseError):
        load_case(file)
    assert time.process_time() - begin < SECONDS


def test_changes_of_many_scenarios_that_lack_take_little_time(book: Path, tmp_path: Path) -> None:
    names = "".join(f'<row><c t="str"><v>scenario number {at}</v></c></row>' for at in range(1_500))
    lacking = "".join(
        f'<row><c t="str"><v>scenario nummer {at}</v></c><c t="str"><v>rates</v></c><c/>'
        '<c t="str"><v>csat</v></c><c t="str"><v>set</v></c><c><v>1</v></c></row>'
        for at in range(1_500)
    )
    changes = {part("scenarios"): rows_added(names), part("changes"): rows_added(lacking)}
    file = rewritten(book, tmp_path / "case.xlsx", changes)
    begin = time.process_time()
    found = problems(file)
    assert time.process_time() - begin < SECONDS
    assert len([one for one in found if "did you mean" in one.message]) == 20
    assert "and 1,480 more rows" in found[-1].message


def test_a_text_longer_than_a_cell_holds_is_refused(book: Path, tmp_path: Path) -> None:
    long = cell("A2", f'<c r="A2" t="inlineStr"><is><t>{"x" * 32_768}</t></is></c>')
    found = problems(rewritten(book, tmp_path / "case.xlsx", {part("criteria"): long}))
    assert (found[0].place, found[0].message) == ("criteria!A2", "a text that is too long")


@pytest.mark.parametrize("what", ["mergeCells><mergeCell ref='A1:XFD1048576'/></mergeCells", "huge"])
def test_what_would_fill_memory_in_marking_is_told(what: str, book: Path, tmp_path: Path) -> None:
    """Merged cells and links are made one by one by openpyxl; on a sheet that is not even read."""
    if what == "huge":
        what = "hyperlinks><hyperlink ref='A1:XFD1048576' location='A1'/></hyperlinks"
    changes = {
        WORKBOOK: replaced('name="actuals"', 'name="my own notes"'),
        part("actuals"): replaced("</sheetData>", f"</sheetData><{what}>"),
        part("tiers"): cell("B2", '<c r="B2"><v>1.5</v></c>'),
    }
    file = rewritten(book, tmp_path / "case.xlsx", changes)
    with pytest.raises(CaseError, match="no marked copy was written: it has more than 1,000,000 cells") as refusal:
        mark_faults(file, tmp_path / "marked.xlsx")
    assert "tiers!B2" in str(refusal.value)
