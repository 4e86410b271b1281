"""A year in numbers: today's price list against the plan's, in money and shares."""

from __future__ import annotations

from collections.abc import Sequence

from ..assurance.result import Result
from ..results.favour import is_favourable
from ..results.summary import heading, is_money, plan_heading
from .parts import ReportTable
from .rounded import about, about_percent, change, points

KEY_KPIS = (
    "account_revenue",
    "account_margin",
    "service_revenue",
    "service_margin",
    "service_margin_share",
    "contract_coverage",
    "contract_value_coverage",
)
"""What page one shows, in order."""
COST_KPIS = (
    "product_revenue",
    "loyalty_loss",
    "delivery_cost",
    "fulfilment_cost",
    "admin_cost",
    "capital_cost",
    "fixed_cost",
    "one_off_cost",
)
"""What the section on money shows besides."""
_NAMES = {
    "contract_coverage": "Units under contract",
    "contract_value_coverage": "Value under contract",
    "service_margin_share": "Service margin, share of its revenue",
    "fulfilment_cost": "Parts cost",
    "one_off_cost": "Paid once, within fixed cost",
}


def year_table(result: Result, caption: str, kpis: Sequence[str], source: str, *, changes: bool = True) -> ReportTable:
    """A row for each KPI, rounded for people; beside it today's, and the change, where there is a price list of today.

    Rows that are 0 both today and in the plan are left out.
    """
    today = result.baseline
    changes = changes and today is not None
    rows: list[list[str]] = []
    tones: dict[int, str] = {}
    for kpi in kpis:
        after, before = result.decided.kpis[kpi], None if today is None else today.get(kpi)
        if not after and not before:
            continue
        by = None if after is None or before is None else after - before
        good = is_favourable(kpi, by) if changes else None
        if good is not None:
            tones[len(rows)] = "good" if good else "bad"
        name, amounts = _NAMES.get(kpi, heading(kpi)), [after] if today is None else [before, after]
        rows.append([name, *(_words(kpi, amount) for amount in amounts), *([_moved(kpi, by)] if changes else [])])
    header = ["", *([] if today is None else ["today"]), plan_heading(result), *(["change"] if changes else [])]
    return ReportTable(caption, header, rows, source, frozenset(range(1, len(header))), tones=tones)


def _words(kpi: str, value: float | None) -> str:
    return about(value) if is_money(kpi) else about_percent(value)


def _moved(kpi: str, by: float | None) -> str:
    if by is None:
        return ""
    return change(by) if is_money(kpi) else points(by)
