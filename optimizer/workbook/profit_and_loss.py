"""The profit and loss account: every line by segment, region, tier and pricing model, and the statements over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from .lines import AMOUNTS, LINES, Line, with_sums
from .sheets import HEAD, VERSION, ExcelBook, Placed, Sheet, SheetColumn, column
from .workbook_data import PLAN, TODAY, WorkbookData

DETAIL, STATEMENT = "P&L detail", "P&L"
DIMENSIONS = {"tier": "Tier", "model": "Pricing model", "segment": "Segment", "region": "Region"}
UNITS, UNIT_VALUE = "Units", "Value of units"
"""Titles of the columns that count what is held, with a contract or without."""
UNALLOCATED = "(not allocated)"
_HELD = ("units", "value")
OTHERS = "(all others)"
"""Stands for the dimensions of the rows that have no row of their own."""
MOST_DETAIL = 200_000
"""Rows of a version in the detail; the others are one row, so that every sum is whole."""
MOST_NAMES = 40
"""A dimension of more names has no statement of its own; the detail has them all."""


def detail_rows(data: WorkbookData) -> pd.DataFrame:
    """Version, dimensions, units, their value and every line; what is not allocated is a row of its own."""
    parts = []
    for version, attribution in data.attributions.items():
        sums = _few(attribution.rows.groupby(list(DIMENSIONS), as_index=False)[[*_HELD, *AMOUNTS]].sum())
        rest = {**dict.fromkeys(DIMENSIONS, UNALLOCATED), **dict.fromkeys(_HELD, 0.0), **attribution.unallocated}
        rows = pd.concat([sums, pd.DataFrame([rest])], ignore_index=True)
        lines = with_sums(rows)
        parts.append(pd.concat([rows[[*DIMENSIONS, *_HELD]], lines], axis=1).assign(version=version))
    return pd.concat(parts, ignore_index=True)


def _few(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with most units, and all others summed as one."""
    if len(rows) <= MOST_DETAIL:
        return rows
    order = rows["units"].sort_values(ascending=False, kind="stable").index
    kept, others = rows.loc[order[: MOST_DETAIL - 1].sort_values()], rows.loc[order[MOST_DETAIL - 1 :]]
    rest = {**dict.fromkeys(DIMENSIONS, OTHERS), **others[[*_HELD, *AMOUNTS]].sum()}
    return pd.concat([kept, pd.DataFrame([rest])], ignore_index=True)


def write_detail(book: ExcelBook, rows: pd.DataFrame, currency: str) -> Placed:
    """The sheet with a row for each version, segment, region, tier and model, and a column for each line."""
    note = f"{currency} a year. Sums of lines are formulas in each row; tier none is units without a contract."
    sheet = book.sheet(DETAIL, "Profit and loss by segment, region, tier and pricing model", note)
    columns = [column(VERSION, rows["version"], width=13)]
    columns += [column(title, rows[name]) for name, title in DIMENSIONS.items()]
    columns.append(column(UNITS, rows["units"], "number", summed=True))
    columns.append(column(UNIT_VALUE, rows["value"], "money", summed=True))
    letters = {line.name: xl_col_to_name(len(columns) + at) for at, line in enumerate(LINES)}
    for line in LINES:
        formula = _row_formula(line, letters) if line.is_sum else None
        columns.append(SheetColumn(line.title, rows[line.name].tolist(), "money", formula, summed=True))
    placed = sheet.table(columns)
    sheet.page.freeze_panes(placed.first, 5)
    sheet.finish()
    return placed


@dataclass(frozen=True)
class _Sum:
    """Formula of a line that adds up others in its row."""

    line: Line
    letters: dict[str, str]

    def __call__(self, row: int) -> str:
        return _signed(self.line, {name: f"{letter}{row}" for name, letter in self.letters.items()})


def _row_formula(line: Line, letters: dict[str, str]) -> _Sum:
    return _Sum(line, letters)


def _signed(line: Line, cells: dict[str, str]) -> str:
    """`=A1+A2-A3` of the lines that a line adds up."""
    return "=" + "+".join(cells[name] for name in line.plus) + "".join(f"-{cells[name]}" for name in line.minus)


@dataclass(frozen=True)
class Group:
    """Columns of a statement: one version of the whole, or of one name of a dimension."""

    title: str
    version: str
    dimension: str = ""
    name: str = ""

    def mask(self, rows: pd.DataFrame) -> pd.Series:
        """Rows of the detail that it adds up."""
        chosen = rows["version"] == self.version
        return chosen & (rows[self.dimension] == self.name) if self.dimension else chosen

    def formula(self, line: Line, detail: Placed, named: str) -> str:
        """Sum of the detail; names are compared exactly, which SUMIFS would not do."""
        amounts, versions = detail.range(line.title), detail.range(VERSION)
        if not self.dimension:
            return f'=SUMIFS({amounts},{versions},"{self.version}")'
        names = detail.range(DIMENSIONS[self.dimension])
        return f'=SUMPRODUCT(({versions}="{self.version}")*EXACT({names},{named})*{amounts})'


def write_statement(book: ExcelBook, data: WorkbookData, rows: pd.DataFrame, detail: Placed) -> Placed:
    """The sheet with a row for each line, today and plan, against the amounts that plan.json claims."""
    note = f"{data.currency} a year. Amounts add up the sheet {DETAIL}; shared cost is given to rows as stated."
    sheet = book.sheet(STATEMENT, "Profit and loss, today and plan", note)
    groups = [Group(version, version) for version in data.versions]
    sheet.page.set_column(0, 0, 48)
    sheet.page.set_column(1, 1 + 2 * len(groups) + 2, 19)
    top = sheet.row
    placed = _write_lines(sheet, groups, rows, detail)
    at = 1 + len(groups)
    if TODAY in data.versions:
        _changes(sheet, top, at, rows)
        at += 1
    _claims(sheet, top, at, data, placed, rows)
    sheet.page.set_column(at + 2, at + 2, 40)
    sheet.finish()
    return placed


def write_by_dimension(book: ExcelBook, data: WorkbookData, rows: pd.DataFrame, detail: Placed, dimension: str) -> None:
    """The sheet with the lines by one dimension, each name today and plan."""
    title = DIMENSIONS[dimension]
    sheet = book.sheet(f"P&L by {title.lower()}", f"Profit and loss by {title.lower()}", f"{data.currency} a year.")
    names = list(dict.fromkeys(rows[dimension]))
    if len(names) > MOST_NAMES:
        sheet.line(f"There are {len(names):,} names, too many for a statement; filter the sheet {DETAIL} instead.")
        sheet.finish()
        return
    ordered = _ordered(names, data, dimension)
    groups = [Group(f"{name}, {v}", v, dimension, name) for name in ordered for v in data.versions]
    sheet.page.set_column(0, 0, 48)
    sheet.page.set_column(1, len(groups), 17)
    _write_lines(sheet, groups, rows, detail)
    sheet.finish()


def _ordered(names: Sequence[str], data: WorkbookData, dimension: str) -> list[str]:
    """Names in the case's order of tiers, else as found; what is not allocated comes last."""
    ranked = list(data.result.tiers) if dimension == "tier" else []
    first = [name for name in ranked if name in names]
    rest = sorted(name for name in names if name not in first and name not in ("none", "", UNALLOCATED))
    return [*first, *rest, *(name for name in ("none", "", UNALLOCATED) if name in names)]


def _write_lines(sheet: Sheet, groups: Sequence[Group], rows: pd.DataFrame, detail: Placed) -> Placed:
    """Lines by group: amounts from the detail, sums from the lines above. A name's cell stands over its columns."""
    named = sheet.row
    if any(group.dimension for group in groups):
        sheet.write(named, 0, "Name (blank is no pricing model)", italic=True)
        for at, group in enumerate(groups, 1):
            sheet.write(named, at, group.name, italic=True)
        sheet.row += 1
    top = sheet.row
    sheet.header(top, ["Line", *(group.title for group in groups)])
    for at, group in enumerate(groups, 1):
        values = rows.loc[group.mask(rows), [line.name for line in LINES]].sum()
        cells = {line.name: xl_rowcol_to_cell(top + 1 + place, at) for place, line in enumerate(LINES)}
        head = xl_rowcol_to_cell(named, at, row_abs=True)
        for place, line in enumerate(LINES, top + 1):
            text = _signed(line, cells) if line.is_sum else group.formula(line, detail, head)
            sheet.formula(place, at, text, float(values[line.name]), **_weight(line))
    for place, line in enumerate(LINES, top + 1):
        sheet.write(place, 0, line.title, **_weight(line))
    sheet.page.freeze_panes(top + 1, 1)
    sheet.page.repeat_rows(top)
    sheet.row = top + len(LINES) + 2
    titles = {group.title: at for at, group in enumerate(groups, 1)}
    return Placed(sheet.name, top + 1, top + len(LINES), {"Line": 0, **titles})


def _weight(line: Line) -> dict[str, Any]:
    return {"bold": True, "top": 1} if line.is_sum else {"indent": 1}


def _changes(sheet: Sheet, top: int, at: int, rows: pd.DataFrame) -> None:
    """Change from today to the plan, line by line."""
    sheet.write(top, at, "Change", align="right", **HEAD)
    names = [line.name for line in LINES]
    sums = [rows.loc[rows["version"] == version, names].sum() for version in (TODAY, PLAN)]
    for place, line in enumerate(LINES, top + 1):
        text = f"={xl_rowcol_to_cell(place, at - 1)}-{xl_rowcol_to_cell(place, at - 2)}"
        sheet.formula(place, at, text, float(sums[1][line.name] - sums[0][line.name]), **_weight(line))
        if line.kpi:
            sheet.colour_change(place, at, line.kpi)


def _claims(sheet: Sheet, top: int, at: int, data: WorkbookData, placed: Placed, rows: pd.DataFrame) -> None:
    """The amounts of plan.json beside the plan's, the difference, and what each line is given to rows by."""
    for place, title in enumerate(("Plan in plan.json", "Difference", "Given to rows by"), at):
        sheet.write(top, place, title, align="left" if place == at + 2 else "right", **HEAD)
    own = rows.loc[rows["version"] == PLAN, [line.name for line in LINES]].sum()
    for place, line in enumerate(LINES):
        row = top + 1 + place
        sheet.write(row, at + 2, line.driver, text_wrap=True)
        if line.kpi:
            claimed = float(data.result.decided.kpis[line.kpi] or 0.0)
            sheet.write(row, at, claimed, "money")
            text = f"=ROUND({placed.cell(PLAN, place)}-{xl_rowcol_to_cell(row, at)},2)"
            sheet.formula(row, at + 1, text, round(float(own[line.name]) - claimed, 2))
