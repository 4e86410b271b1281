"""`write_workbook`: a plan as one Excel workbook for a finance controller."""

from __future__ import annotations

from pathlib import Path

from models import Case

from ..analysis.machinery.answers.run_answers import answers_of
from ..assurance.opening import open_run
from ..assurance.result import Result
from .account_sheet import write_accounts, write_bridge
from .answers_sheet import write_answers
from .evidence import write_audit, write_experience, write_inputs, write_providers, write_rules
from .prices import write_prices
from .profit_and_loss import DIMENSIONS, detail_rows, write_by_dimension, write_detail, write_statement
from .sheets import book_at
from .summary_sheet import write_summary
from .workbook_data import WorkbookData

SHEETS = (
    "Summary",
    "Price list",
    "Prices",
    "P&L",
    *(f"P&L by {title.lower()}" for title in DIMENSIONS.values()),
    "P&L detail",
    "Bridge",
    "Accounts",
    "Providers",
    "Experience",
    "Rules",
    "Audit",
    "Answers",
    "Inputs and manifest",
)
"""Every sheet, in order."""


def write_workbook(case: Case, run: Result | str | Path, path: str | Path, *, unchecked: bool = False) -> Path:
    """Write the `.xlsx` workbook of a run, made from `case`, and return its path.

    Sheets: summary, price list, profit and loss by every dimension, bridge, accounts, providers, experience, rules,
    audit, answers about the run that lie beside it, inputs and manifest; totals are live formulas, amounts money a
    year. An existing file is replaced once the new one is complete. A run folder is checked first
    (`optimizer.assurance.opening.open_run`); `unchecked` skips that and marks every sheet. Raises `FaultyRunError` for
    a run that is not what it says, `RunError` for one that cannot be read or names a scenario the case does not have,
    and `NoPlanError` for one without a plan.
    """
    if isinstance(run, Result):
        return write_sheets(WorkbookData(case, run), path)
    opened = open_run(run, case, unchecked=unchecked)
    answers = answers_of(opened.result, Path(run), (), unchecked=unchecked)
    return write_sheets(WorkbookData(case, opened.result, opened.audit, answers), path)


def write_sheets(data: WorkbookData, path: str | Path) -> Path:
    """Write the workbook of a run and its case as `write_workbook` does."""
    data.result.decided  # noqa: B018  (there is nothing to write of a run without a plan)
    data.audit  # noqa: B018  (refuses a scenario that the case does not have)
    rows = detail_rows(data)
    with book_at(path, SHEETS, data.result.unchecked) as book:
        detail = write_detail(book, rows, data.currency)
        statement = write_statement(book, data, rows, detail)
        for dimension in DIMENSIONS:
            write_by_dimension(book, data, rows, detail, dimension)
        write_summary(book, data, statement, detail)
        write_bridge(book, data, statement)
        for write in _WRITERS:
            write(book, data)
    return Path(path)


_WRITERS = (
    write_prices,
    write_accounts,
    write_providers,
    write_experience,
    write_rules,
    write_audit,
    write_answers,
    write_inputs,
)
