"""The first sheet: what is planned, what it earns against today, and without modelled loyalty, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping

from xlsxwriter.utility import xl_rowcol_to_cell

from ..results.audit_rules import RESTS_ON_SEARCH
from ..results.findings import Audit
from ..results.summary import SHOWN_KPIS, decision_lines, heading, is_money, status_sentence
from .lines import LINES
from .profit_and_loss import UNALLOCATED, UNIT_VALUE, UNITS
from .sheets import VERSION, Cell, CellKind, ExcelBook, Placed, Sheet
from .workbook_data import PLAN, TODAY, WorkbookData

_LINE_OF = {line.kpi: at for at, line in enumerate(LINES) if line.kpi}
_AT = {line.name: at for at, line in enumerate(LINES)}
_COUNTED = {"contract_coverage": UNITS, "contract_value_coverage": UNIT_VALUE}
"""Column of the detail that each coverage is the part under contract of."""
_SERVING = ("delivery", "fulfilment", "admin")


def write_summary(book: ExcelBook, data: WorkbookData, statement: Placed, detail: Placed) -> None:
    """The first sheet; its amounts are references to the statement, its shares formulas over them."""
    result = data.result
    sheet = book.sheet("Summary", f"{result.case_name}, scenario {result.scenario_name}")
    sheet.page.fit_to_pages(1, 1)
    sheet.page.set_column(0, 0, 44)
    sheet.page.set_column(1, 4, 19)
    for text in (*decision_lines(data.result), status_sentence(data.result), _verdict(data.audit)):
        sheet.line(text)
    sheet.heading(f"A year, {data.currency}")
    versions = list(data.versions)
    change = ["Change"] if TODAY in versions else []
    sheet.header(sheet.row, ["", *versions, *change])
    sheet.row += 1
    for kpi in SHOWN_KPIS:
        texts = {name: _formula(kpi, name, statement, detail) for name in versions}
        _row(sheet, heading(kpi), texts, _values(data, kpi), "money" if is_money(kpi) else "share", kpi)
    sheet.heading("The margin without modelled loyalty")
    sheet.line(_WITHOUT)
    sheet.header(sheet.row, ["", *versions, *change])
    sheet.row += 1
    for title, line in (("Account margin", "account_margin"), ("Account margin without them", "plain_margin")):
        texts = {name: f"={statement.cell(name, _AT[line])}" for name in versions}
        _row(sheet, title, texts, {name: data.amounts[name][line] for name in versions}, "money", "account_margin")
    _write_agreement(sheet, data, statement)
    sheet.finish()


_WITHOUT = (
    "Retention and cross-sell are what the model expects contracts to do to product revenue. Taken out, product "
    "revenue is as accounts bring it today, less what leases replace; loyalty lost to service under target stays in."
)


def _verdict(audit: Audit) -> str:
    checked = f"{len(audit.rules):,} rules and {len(audit.kpis):,} amounts recomputed without the solver"
    return f"Audit: {'passed' if audit.ok else 'FAILED, do not use this plan'}; {checked}. {RESTS_ON_SEARCH}"


def _values(data: WorkbookData, kpi: str) -> dict[str, float | None]:
    return {name: plan.kpis[kpi] for name, plan in data.versions.items()}


def _formula(kpi: str, version: str, statement: Placed, detail: Placed) -> str:
    """Reference to an amount, or a share of amounts; blank where the whole is 0."""
    if is_money(kpi):
        return f"={statement.cell(version, _LINE_OF[kpi])}"
    if kpi in _COUNTED:
        versions, tiers, units = (detail.range(title) for title in (VERSION, "Tier", _COUNTED[kpi]))
        contract = f'SUMIFS({units},{versions},"{version}",{tiers},"<>none")'
        return f'=IFERROR({contract}/SUMIFS({units},{versions},"{version}"),"")'
    part, whole = {
        "service_margin_share": ("service_margin", "service_revenue"),
        "account_margin_share": ("account_margin", "account_revenue"),
        "cost_to_serve": ("", "service_revenue"),
    }[kpi]
    parts = "+".join(statement.cell(version, _AT[name]) for name in ([part] if part else _SERVING))
    return f'=IFERROR(({parts})/{statement.cell(version, _AT[whole])},"")'


def _row(
    sheet: Sheet,
    title: str,
    formulas: Mapping[str, str],
    values: Mapping[str, float | None],
    kind: CellKind,
    kpi: str,
) -> None:
    """One line: each version, and the change from today to the plan."""
    row = sheet.row
    sheet.write(row, 0, title)
    for at, (name, text) in enumerate(formulas.items(), 1):
        sheet.formula(row, at, text, values[name], kind)
    if TODAY in formulas:
        change: CellKind = "points" if kind == "share" else kind
        factor = 100 if kind == "share" else 1
        text = f'=IFERROR({factor}*({xl_rowcol_to_cell(row, 2)}-{xl_rowcol_to_cell(row, 1)}),"")'
        sheet.formula(row, 3, text, _difference(values, factor), change)
        sheet.colour_change(row, 3, kpi)
    sheet.row += 1


def _difference(values: Mapping[str, float | None], factor: int) -> Cell:
    plan, today = values[PLAN], values[TODAY]
    return None if plan is None or today is None else factor * (plan - today)


def _write_agreement(sheet: Sheet, data: WorkbookData, statement: Placed) -> None:
    """The largest difference between this workbook and plan.json, and what is not allocated."""
    sheet.heading("Does it add up?")
    claimed = [(at, data.result.decided.kpis[line.kpi]) for at, line in enumerate(LINES) if line.kpi]
    gaps = [f"ABS({statement.cell(PLAN, at)}-({value!r}))" for at, value in claimed]
    sheet.write(sheet.row, 0, "Largest difference from plan.json")
    sheet.formula(sheet.row, 1, f"=ROUND(MAX({','.join(gaps)}),2)", 0.0)
    sheet.row += 1
    for name, attribution in data.attributions.items():
        sheet.line(f"{name}: {UNALLOCATED} {float(attribution.unallocated.abs().sum()):,.2f} {data.currency}, "
                   "cost that no unit, case or hour causes.")  # fmt: skip
