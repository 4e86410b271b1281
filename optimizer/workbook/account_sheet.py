"""The sheets of the bridge from today to the plan, and of what each account is expected to bring."""

from __future__ import annotations

import pandas as pd
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from ..analysis.machinery.comparison.bridge import MEASURES, Numbers, bridge
from .accounts import Spreading, account_amounts
from .lines import LINES, with_sums
from .profit_and_loss import UNALLOCATED
from .sheets import Cell, ExcelBook, Placed, Sheet, SheetColumn, column
from .workbook_data import PLAN, TODAY, WorkbookData

MOST_ACCOUNTS = 200_000
"""Accounts that are listed one by one, those of most product revenue first; the rest is one row."""
_GIVEN = {
    "service_revenue": "Service revenue",
    "service_cost": "Service cost",
    "product_revenue": "Product revenue",
    "product_margin": "Product margin",
}


def write_bridge(book: ExcelBook, data: WorkbookData, statement: Placed) -> None:
    """The bridge, whose end is a formula that must equal the plan."""
    note = f"{data.currency} a year. Each cause is taken after those above it; together they are the whole change."
    sheet = book.sheet("Bridge", "From today to the plan", note)
    if TODAY not in data.versions:
        sheet.line(f"There is no bridge: {data.result.baseline_reason}")
        sheet.finish()
        return
    rows = bridge(data.versions[TODAY], data.versions[PLAN], Numbers.of(data.case))
    start, top = sheet.row, sheet.row + 1
    sheet.header(start, ["Part", "Cause", *(_title(name) for name in MEASURES)], (0, 1))
    sheet.page.set_column(0, 1, 26)
    sheet.page.set_column(2, 1 + len(MEASURES), 19)
    sheet.page.freeze_panes(top, 2)
    for row, (part, cause) in enumerate(zip(rows["part"], rows["cause"], strict=True), top + 1):
        sheet.write(row, 0, part)
        sheet.write(row, 1, cause)
    sheet.write(top, 0, TODAY, bold=True)
    end = top + len(rows) + 1
    for text, row in ((PLAN, end), ("Plan in the sheet P&L", end + 1), ("Difference", end + 2)):
        sheet.write(row, 0, text, bold=True)
    for at, measure in enumerate(MEASURES, 2):
        _bridge_column(sheet, at, top, rows[measure].tolist(), measure, data, statement)
    sheet.row = end + 4
    sheet.finish()


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _bridge_column(
    sheet: Sheet, at: int, top: int, changes: list[float], measure: str, data: WorkbookData, statement: Placed
) -> None:
    """One measure: today by reference, its changes, the plan as their sum, and the check."""
    place = [line.kpi for line in LINES].index(measure)
    known = [float(data.versions[name].kpis[measure] or 0.0) for name in (TODAY, PLAN)]
    sheet.formula(top, at, f"={statement.cell(TODAY, place)}", known[0], bold=True)
    for row, change in enumerate(changes, top + 1):
        sheet.write(row, at, change, "money")
    end = top + len(changes) + 1
    cells = f"{xl_rowcol_to_cell(top, at)}:{xl_rowcol_to_cell(end - 1, at)}"
    sheet.formula(end, at, f"=SUM({cells})", known[1], bold=True, top=1)
    sheet.formula(end + 1, at, f"={statement.cell(PLAN, place)}", known[1])
    sheet.formula(end + 2, at, f"=ROUND({xl_rowcol_to_cell(end, at)}-{xl_rowcol_to_cell(end + 1, at)},2)", 0.0)


def account_rows(data: WorkbookData) -> pd.DataFrame:
    """Every account, then what is not allocated: account_id, segment, region, brought, and `(version, amount)`."""
    spreading = Spreading(data.case)
    accounts = data.case.tables["accounts"].reset_index(drop=True)
    rows = accounts.rename(columns={"product_revenue": "brought"})
    rest: dict[object, object] = {"account_id": UNALLOCATED, "segment": "", "region": "", "brought": 0.0}
    parts: dict[str, pd.Series] = {}
    for version, attribution in data.attributions.items():
        left = with_sums(attribution.unallocated.to_frame().T).iloc[0]
        rest |= {f"{version} {name}": 0.0 for name in _GIVEN}
        rest |= {f"{version} service_revenue": left["service_revenue"], f"{version} service_cost": left["service_cost"]}
        rest |= {f"{version} product_revenue": left["product_revenue"]}
        rest |= {f"{version} product_margin": left["product_profit"] - left["profit_lost"]}
        amounts = account_amounts(spreading, attribution)
        parts |= {f"{version} {name}": amounts[name] for name in _GIVEN}
    listed = _shortened(rows.assign(**parts))
    return pd.concat([listed, pd.DataFrame([rest])], ignore_index=True)


def _shortened(rows: pd.DataFrame) -> pd.DataFrame:
    """The accounts that bring most, and the others in one row, where there are too many for a sheet."""
    if len(rows) <= MOST_ACCOUNTS:
        return rows
    ranked = rows.sort_values(["brought", "account_id"], ascending=[False, True])
    others = ranked.iloc[MOST_ACCOUNTS:]
    name = f"({len(others):,} other accounts)"
    row = {**others.select_dtypes("number").sum(), "account_id": name, "segment": "", "region": ""}
    return pd.concat([ranked.iloc[:MOST_ACCOUNTS], pd.DataFrame([row])], ignore_index=True)


def write_accounts(book: ExcelBook, data: WorkbookData) -> None:
    """The sheet with each account's expected revenue, cost and margin, today and plan."""
    note = (f"{data.currency} a year, expected: an account takes up contracts as its segment does; contracts in "
            "force are its own. The sums are those of the sheet P&L.")  # fmt: skip
    sheet = book.sheet("Accounts", "Accounts, today and plan", note)
    rows = account_rows(data)
    columns = [
        column("Account", rows["account_id"]),
        column("Segment", rows["segment"]),
        column("Region", rows["region"]),
        column("Product revenue brought today", rows["brought"], "money", summed=True),
    ]
    for version in data.versions:
        columns += _version_columns(rows, version, len(columns))
    if TODAY in data.versions:
        margins = [columns.index(found) for found in columns if found.title.startswith("Account margin")]
        columns.append(_change(columns, *margins))
    sheet.table(columns)
    sheet.finish()


def _version_columns(rows: pd.DataFrame, version: str, at: int) -> list[SheetColumn]:
    """Given amounts of a version and, as formulas, its service margin, account revenue and account margin."""
    given = [column(f"{title}, {version}", rows[f"{version} {name}"], "money", summed=True)
             for name, title in _GIVEN.items()]  # fmt: skip
    revenue, cost, product, margin = (_letter(at + place) for place in range(4))
    amounts = {name: rows[f"{version} {name}"] for name in _GIVEN}
    service = amounts["service_revenue"] - amounts["service_cost"]
    made = (
        ("Service margin", f"={revenue}{{0}}-{cost}{{0}}", service),
        ("Account revenue", f"={revenue}{{0}}+{product}{{0}}", amounts["service_revenue"] + amounts["product_revenue"]),
        ("Account margin", f"={margin}{{0}}+{revenue}{{0}}-{cost}{{0}}", service + amounts["product_margin"]),
    )
    return given + [
        column(f"{title}, {version}", values, "money", formula=text.format, summed=True) for title, text, values in made
    ]


def _change(columns: list[SheetColumn], today: int, plan: int) -> SheetColumn:
    values: list[Cell] = [
        float(after or 0.0) - float(before or 0.0)
        for before, after in zip(columns[today].values, columns[plan].values, strict=True)
    ]
    text = f"={_letter(plan)}{{0}}-{_letter(today)}{{0}}"
    return SheetColumn("Change of account margin", values, "money", text.format, summed=True)


def _letter(at: int) -> str:
    return str(xl_col_to_name(at))
