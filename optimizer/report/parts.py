"""What a report is made of: sections with sentences, charts and tables, each with the file its numbers come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from ..results.summary import cells_in_words

if TYPE_CHECKING:
    from ..charts.theme import Chart

SHOWN_ROWS = 30
"""Rows of a table before the rest is only counted."""
SHOWN_COLUMNS = 24
"""Columns of a table before the rest is only counted."""


@dataclass(frozen=True)
class Figure:
    """A chart with a title, and the files it is drawn from."""

    key: str
    """Unique in the report."""
    chart: Chart
    source: str


@dataclass(frozen=True)
class ReportTable:
    """A table of text; numbers stand right. A row of one cell is the heading of the rows beneath it."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    source: str
    numeric: frozenset[int] = frozenset()
    hidden: int = 0
    """How many more there are in the file."""
    what: str = "rows"
    """What is counted by `hidden`."""
    tones: Mapping[int, str] = field(default_factory=dict)
    """Rows whose last cell tells of a change: `good` for the better, `bad` for the worse."""


@dataclass(frozen=True)
class ReportSection:
    """A part of the report under its own heading."""

    key: str
    heading: str
    sentences: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    tables: Sequence[ReportTable] = field(default=())


def grouped(table: ReportTable) -> ReportTable:
    """The table with its first column as headings of the rows beneath them; it is then narrow enough for a phone."""
    rows: list[Sequence[str]] = []
    for place, (first, *rest) in enumerate(table.rows):
        rows += [rest] if place and table.rows[place - 1][0] == first else [[first], rest]
    numeric = frozenset(place - 1 for place in table.numeric if place)
    return replace(table, header=table.header[1:], rows=rows, numeric=numeric)


def table_of(caption: str, frame: pd.DataFrame, source: str) -> ReportTable:
    """The first rows and columns of a frame as text, its numbers of a readable length; what is blank throughout is
    left out."""
    frame = frame.loc[:, [bool(((cells != "") & cells.notna()).any()) for _, cells in frame.items()]]
    if frame.shape[1] > SHOWN_COLUMNS:
        caption = f"{caption}: the first {SHOWN_COLUMNS} of {frame.shape[1]:,} columns"
        frame = frame.iloc[:, :SHOWN_COLUMNS]
    header, rows = cells_in_words(frame.head(SHOWN_ROWS))
    numeric = {at for at, name in enumerate(frame.columns) if pd.api.types.is_numeric_dtype(frame[name])}
    flags = {at for at, name in enumerate(frame.columns) if pd.api.types.is_bool_dtype(frame[name])}
    return ReportTable(caption, header, rows, source, frozenset(numeric - flags), max(0, len(frame) - SHOWN_ROWS))
