"""Number formats of workbooks: dates by the section that shows the value, leading zeros, and styles oddly numbered."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import load_case
from models.intake.xlsx.formats import number_format
from tests.models.intake.books import STYLES, Change, cell, chain, part, problems, replaced, rewritten

NO = (False, False, False)


def styled(code: str, number: str = "164") -> Change:
    """Style 1 with that number format."""
    code = code.replace('"', "&quot;").replace("<", "&lt;")
    return chain(
        replaced(
            '<numFmts count="0" />',
            f'<numFmts count="1"><numFmt numFmtId="{number}" formatCode="{code}"/></numFmts>',
        ),
        replaced('<xf numFmtId="0" fontId="1"', f'<xf numFmtId="{number}" fontId="1"'),
    )


@pytest.mark.parametrize(
    "code",
    [
        "General",
        'General "y"',
        "General\\ \\y",
        '0" days"',
        '"days; more"0',
        "*d0",
        "0_d",
        "0.00E+00",
        "#,##0.00\\ [$kr-41D]",
        '_-* #,##0.00\\ _s_-;\\-* #,##0.00\\ _s_-;_-* "-"??\\ _s_-;_-@_-',
        "[Magenta]0;[Red]-0",
        '[<1]0.0%;0" days"',
        "0,",
        "# ?/?",
        "@",
        "",
    ],
)
def test_formats_of_numbers(code: str) -> None:
    assert number_format(code).dated == NO
    assert all(number_format(code).shows(value) for value in (5.0, -5.0, 0, "text", True))


@pytest.mark.parametrize(
    "code",
    ["yyyy", "[h]", "[HH]:MM", "[ss].0", "mm:ss.0;@", "[$-411]ggge", "aaaa", "[=0]0;d.m.yyyy", "h AM/PM", "0\\\\d"],
)
def test_formats_of_dates(code: str) -> None:
    assert number_format(code).dated == (True, True, True)


def test_each_section_is_for_its_numbers() -> None:
    assert number_format("0;yyyy").dated == (False, True, False)
    assert number_format("0;0;yyyy;@").dated == (False, False, True)
    assert number_format("yyyy;0").dated == (True, False, True)
    assert number_format("0;-0;;@").blank == (False, False, True)
    assert number_format('"";_-;" "').blank == (True, True, True)
    assert number_format("#,###").blank == (False, False, True)
    assert number_format(";;;").text_blank
    assert not number_format(";;").text_blank
    assert number_format("0;@").blank == NO


@pytest.mark.parametrize("code", ["00000", "[Red]00000", "[$-40A]00000"])
def test_names_keep_the_zeros_that_their_format_shows(code: str, book: Path, tmp_path: Path) -> None:
    def name(reference: str) -> Change:
        return cell(reference, f'<c r="{reference}" s="1"><v>123</v></c>')

    changes = {
        STYLES: styled(code),
        part("accounts"): chain(name("A2"), cell("D2", '<c r="D2" s="1"><v>400</v></c>')),
        part("installed_base"): chain(name("A2"), name("A3")),
        part("contracts"): chain(name("A2"), name("A3")),
        part("tiers"): cell("B2", '<c r="B2" s="1"><v>1</v></c>'),
    }
    accounts = load_case(rewritten(book, tmp_path / "case.xlsx", changes)).tables["accounts"]
    assert accounts["account_id"].iloc[0] == "00123"
    assert accounts["product_revenue"].iloc[0] == 400


@pytest.mark.parametrize("style", ["01", " 1 "])
@pytest.mark.parametrize("number", ["14", "014", " 22", "27", "71"])
def test_numbers_of_styles_and_formats_may_be_written_oddly(
    style: str, number: str, book: Path, tmp_path: Path
) -> None:
    changes = {
        STYLES: replaced('<xf numFmtId="0" fontId="1"', f'<xf numFmtId="{number}" fontId="1"'),
        part("rates"): cell("F5", f'<c r="F5" s="{style}"><v>84</v></c>'),
    }
    (problem,) = problems(rewritten(book, tmp_path / "case.xlsx", changes))
    assert problem.message == "the number 84 is formatted as a date or time"


def test_a_format_that_the_file_defines_is_what_it_defines(book: Path, tmp_path: Path) -> None:
    changes = {STYLES: styled("0.0", "30"), part("rates"): cell("F5", '<c r="F5" s="1"><v>84</v></c>')}
    assert load_case(rewritten(book, tmp_path / "case.xlsx", changes)).tables["rates"]["cost_per_case"].iloc[3] == 84


@pytest.mark.parametrize("style", ["-1", "999", "9" * 5000, "one"])
def test_a_number_in_a_style_that_lacks_is_refused(style: str, book: Path, tmp_path: Path) -> None:
    number = cell("F5", f'<c r="F5" s="{style}"><v>84</v></c>')
    (problem,) = problems(rewritten(book, tmp_path / "case.xlsx", {part("rates"): number}))
    assert (problem.place, problem.message) == ("rates!F5", "a number in a style that the file lacks")


def test_more_styles_than_excel_knows_are_refused(book: Path, tmp_path: Path) -> None:
    many = replaced("</cellXfs>", "<xf/>" * 70_000 + "</cellXfs>")
    (problem,) = problems(rewritten(book, tmp_path / "case.xlsx", {STYLES: many}))
    assert "65,490 cell styles" in problem.message
