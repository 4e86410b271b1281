"""The sheet of answers about the run: what each says, and the tables that belong to its summary."""

from __future__ import annotations

import pandas as pd

from ..analysis.machinery.answers.answer import Answer
from ..analysis.machinery.answers.run_answers import in_words
from ..results.summary import heading
from .sheets import CellKind, ExcelBook, Sheet, column
from .workbook_data import WorkbookData


def write_answers(book: ExcelBook, data: WorkbookData) -> None:
    """The sheet, which also names the commands for what was not asked yet."""
    note = "Answers about this very run, each as its folder holds it. Nothing was solved for this workbook."
    sheet = book.sheet("Answers", "What was asked of the plan", note)
    sheet.page.freeze_panes(sheet.row, 0)
    for answer in data.answers.answers:
        _write(sheet, answer)
    for sentence in in_words(data.answers):
        sheet.row += 1
        sheet.line(sentence)
    sheet.finish()


def _write(sheet: Sheet, answer: Answer) -> None:
    sheet.heading(heading(answer.name))
    for sentence in answer.sentences:
        sheet.line(sentence)
    for name in answer.shown:
        table = answer.tables[name]
        sheet.heading(f"{heading(answer.name)}: {name.replace('_', ' ')}")
        columns = [column(heading(title), table[title], _kind(table[title])) for title in map(str, table.columns)]
        sheet.table(columns, main=False)


def _kind(values: pd.Series) -> CellKind:
    if pd.api.types.is_bool_dtype(values):
        return "flag"
    return "number" if pd.api.types.is_numeric_dtype(values) else "text"
