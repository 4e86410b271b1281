"""Rates with a blank region or family: a row for each place that they stand for, most closely named first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..column_tables import CategoricalColumn, ColumnTable, Flags
from ..problems import Problem, ProblemList
from ..row_keys import repeats, row_codes
from .size_limits import MAX_FILLED_IN
from .tables import CleanTable, Tables

TABLE = "rates"
WORK = ("provider", "service", "tier")
"""Rows of the same work compete for a place; a blank tier is work of its own here."""

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class _BlankCells:
    """The blank cells of one column of rates, and the names that each stands for."""

    column: CategoricalColumn
    names: list[str]

    @classmethod
    def of(cls, rates: CleanTable, column: str, named_in: CleanTable) -> _BlankCells:
        """Every name of a column of another table, in the order of the alphabet, stands in for a blank."""
        names = named_in.content.categorical(column).known.to_pylist()
        return cls(rates.content.categorical(column), sorted(set(names) - {""}))

    @cached_property
    def rows(self) -> Flags:
        """Rows whose cell is blank."""
        return self.column.among([""])

    @cached_property
    def counts(self) -> Rows:
        """Names that each row stands for."""
        return np.where(self.rows, len(self.names), 1).astype(np.int64)

    def filled(self, rows: Rows, at: Rows) -> CategoricalColumn:
        """The cells of these rows, blank ones filled with the name at that place."""
        words = [*self.column.known.to_pylist(), *self.names]
        codes = np.where(self.rows[rows], len(self.column.known) + at, self.column.codes[rows])
        return CategoricalColumn.of(pa.array(words, pa.large_string()).take(pa.array(codes)))


def _blank_cells(tables: Tables) -> tuple[_BlankCells, _BlankCells]:
    """Blank regions, which stand for those of accounts, and blank families, which stand for those of products."""
    rates = tables[TABLE]
    return _BlankCells.of(rates, "region", tables["accounts"]), _BlankCells.of(rates, "family", tables["products"])


def rates_can_be_filled(tables: Tables, problems: ProblemList) -> None:
    """The rows that blank regions and families stand for are at most `MAX_FILLED_IN`."""
    region, family = _blank_cells(tables)
    if not (region.rows.any() or family.rows.any()):
        return
    count = float(region.counts.astype(float) @ family.counts)
    if count > MAX_FILLED_IN:
        message = f"with every blank region and family filled in, the table has {count:,.0f} rows"
        expected = f"at most {MAX_FILLED_IN:,} rows, so fewer with a blank region or family"
        problems.add(Problem(TABLE, message, tables[TABLE].origin.name, expected=expected))


def with_rates_filled(tables: Mapping[str, CleanTable]) -> tuple[dict[str, CleanTable], tuple[str, ...]]:
    """The checked tables with no blank region or family left in `rates`, and a sentence on what was filled in."""
    table, (region, family) = tables[TABLE], _blank_cells(tables)
    blank = region.rows | family.rows
    if not blank.any():
        return dict(tables), ()
    content, row = _filled(table.content, region, family)
    return {**tables, TABLE: replace(table, content=content)}, (_filled_in_words(blank, row, region, family),)


def _filled(rates: ColumnTable, region: _BlankCells, family: _BlankCells) -> tuple[ColumnTable, Rows]:
    """The rows filled in, and the row as written that each came from.

    A place takes the row that names both, else the family, else the region, else neither.
    """
    sizes = region.counts * family.counts
    row = np.repeat(np.arange(len(rates)), sizes)
    at = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    places = {
        "region": region.filled(row, at // family.counts[row]),
        "family": family.filled(row, at % family.counts[row]),
    }
    filled = ColumnTable({**rates.take(row).columns, **places}, len(row))
    closest_first = np.argsort((2 * family.rows + region.rows)[row].astype(np.int8), kind="stable")
    codes, kinds = row_codes(filled, (*WORK, *places))
    again = repeats(codes[closest_first], kinds, np.ones(len(row), dtype=bool))
    kept = np.sort(closest_first[~again])
    return filled.take(kept), row[kept]


def _filled_in_words(blank: Flags, row: Rows, region: _BlankCells, family: _BlankCells) -> str:
    """What was filled in, as a sentence."""
    standing = np.bincount(row, minlength=len(blank))[blank]
    gone = int((standing == 0).sum())
    lost = f"; {gone:,} of them stand for none, since other rows name every place of theirs" if gone else ""
    return (
        f"{TABLE}: {len(standing):,} of {len(blank):,} rows with a blank region or family stand for "
        f"{standing.sum():,} ({len(region.names):,} regions, {len(family.names):,} families){lost}."
    )
