"""A case: checked tables, settings and scenarios. What every other module reads the world from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from .column_tables import ColumnTable, Tables
from .document_fields import Name, Strict, Text
from .scenario import Scenario

MOST_RATE = 1000
"""Highest rate of capital: 100,000 % a year."""


class CaseSettings(Strict):
    """Contents of `case.toml`."""

    name: Annotated[Name, Field(min_length=1)]
    """The case's name."""
    currency: Annotated[Name, Field(min_length=1)]
    """Currency of every amount, such as EUR."""
    choice_model: Literal["logit", "first_choice"]
    """How a customer class picks an option of its menu."""
    discount_rate: Annotated[float, Field(strict=True, ge=0, le=MOST_RATE, allow_inf_nan=False)]
    """Yearly rate of capital; 0.08 is 8 % a year."""
    description: Text = ""
    """One sentence for people."""


@dataclass(frozen=True)
class Case:
    """A checked case. Build one with `load_case` or `build_case`, never by hand.

    `tables` holds every table of the schema (absent optional ones as empty frames). Blanks in
    optional text columns (`rates.tier`, `price_points.price_book`) are "", blanks in optional number
    columns without a default (`tiers.turnaround_hours`, `criteria.minimum`) are NaN; every other
    default is filled in, a price ladder is a row for each of its points, and a rate with a blank region or family a
    row for each place that it stands for. Columns that one kind of pricing model has (`pricing_models.term_years`)
    are 0 for the other kinds. Only `label` may be missing: it is there where it was given. Text is stripped `str`,
    numbers are float64, ranks int64, flags bool. A DataFrame is made when it is first asked for; what the package
    itself reads of large tables, it reads by `columns`.
    """

    settings: CaseSettings
    tables: Mapping[str, pd.DataFrame]
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of every input file by its path inside the case; empty for a case built in memory."""
    warnings: Sequence[str] = ()
    """What is legal but likely wrong, one sentence each; looked for when first asked for."""
    filled_in: Sequence[str] = field(default=(), compare=False)
    """What blank cells were filled in with on loading where a row stands for several, one sentence each."""
    path: str | None = field(default=None, compare=False)
    """Where it was read from, whole and without links; None for a case built in memory."""

    def columns(self, name: str) -> ColumnTable:
        """One table by column, without making a DataFrame of it."""
        tables = self.tables
        return tables.columns(name) if isinstance(tables, Tables) else ColumnTable.of(tables[name])

    def with_table(self, name: str, rows: pd.DataFrame) -> Case:
        """The case with other rows of one table, of the same columns; they are not checked."""
        tables = {table: self.columns(table) for table in self.tables}
        return replace(self, tables=Tables({**tables, name: ColumnTable.of(rows)}))

    @property
    def sizes(self) -> Mapping[str, int]:
        """Rows of every table."""
        return {name: len(self.columns(name)) for name in self.tables}
