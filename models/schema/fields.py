"""The kinds of column and table that a schema is made of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from math import inf


class ColumnKind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    FLAG = "flag"
    CHOICE = "choice"


class Presence(Enum):
    """Marks a column that must be filled in every row."""

    REQUIRED = "required"


REQUIRED = Presence.REQUIRED


@dataclass(frozen=True)
class Bounds:
    """An interval of numbers; an open end is left out of it."""

    low: float = -inf
    high: float = inf
    low_open: bool = False

    def __str__(self) -> str:
        low = "" if self.low == -inf else f"{'>' if self.low_open else '>='} {self.low:g}"
        if self.high == inf:
            return low
        return f"from {self.low:g} to {self.high:g}" if low and not self.low_open else f"{low} and <= {self.high:g}"


LARGEST = 1e12
"""Largest size of a number with a unit: money, hours, units.

The solver works to about nine figures inside a rule, so that an amount of more than 1e12 beside one of 100 would hide a
rule that is broken by the whole of the smaller one (tried on random cases: at 1e12 every plan passes its audit, at 1e13
some fail). Amounts that all are so large can be given in thousands or millions.
"""
LARGEST_REVENUE = 1e17
"""Largest product revenue of an account: the other amounts are weighed against it."""
LARGEST_RATIO = 1e6
"""Largest size of a number without a unit, or per unit: factors, shares, rates, utilities. They multiply each other."""
LARGEST_TOTAL = 1e18
"""Largest total that a case may come to; beyond it HiGHS takes coefficients for infinite (from 1e20)."""
SMALLEST = 1e-12
"""Smallest number where 0 is no number, since others are divided by it."""
RATIOS = frozenset({"", "utility", "cases", "per unit and year", "years", "months"})
"""Units of numbers up to `LARGEST_RATIO`."""

ANY = Bounds()
POSITIVE = Bounds(0, low_open=True)
NON_NEGATIVE = Bounds(0)
AT_LEAST_ONE = Bounds(1)
SHARE = Bounds(0, 1)
POSITIVE_SHARE = Bounds(0, 1, low_open=True)
SCORE = Bounds(0, 10)
POINTS = Bounds(0, 100)


@dataclass(frozen=True)
class Column:
    """One column: its name, kind, limits, what a blank means, and what it refers to."""

    name: str
    kind: ColumnKind
    doc: str
    unit: str = ""
    bounds: Bounds = ANY
    default: str | float | bool | Presence | None = REQUIRED
    """Value of a blank cell; None lets it stay blank ("" or NaN); REQUIRED forbids a blank."""
    default_from: str = ""
    """Column of the same row whose value a blank takes."""
    choices: tuple[str, ...] = ()
    refers: str = ""
    """`table.column` in which every value must occur; a blank refers to nothing."""
    also: tuple[str, ...] = ()
    """Values allowed besides those referred to."""
    reserved: tuple[str, ...] = ()
    """Names with a meaning of their own that the column must not use."""
    only_for: str = ""
    """Value of the table's `kind` column that the column belongs to; 0 or blank in every other row."""
    largest: float = inf
    """Largest size of a number; in the tables of a case that of its unit, where none is declared."""
    unique: bool = False
    """No two rows share a value."""
    filled_in: bool = False
    """What it stands for is filled in on loading, after which it is blank and no change reaches it."""
    blank_filled_in: bool = False
    """A blank is filled in on loading with every name it stands for; from there on there is none."""
    for_people: bool = False
    """A name that people read: it decides nothing, no change reaches it, and a case without the column has none."""

    @property
    def required(self) -> bool:
        """Whether a blank cell is a fault, and so is a missing column."""
        return self.default is REQUIRED and not self.only_for

    @property
    def expected(self) -> str:
        """What a cell must hold, for messages and notes."""
        words = {
            ColumnKind.TEXT: "a name",
            ColumnKind.NUMBER: f"a number {self.bounds}".strip(),
            ColumnKind.INTEGER: f"an integer {self.bounds}".strip(),
            ColumnKind.FLAG: "true or false",
            ColumnKind.CHOICE: f"one of {', '.join(self.choices)}",
        }
        return words[self.kind]


@dataclass(frozen=True)
class Table:
    """One table: its columns, the key that tells rows apart."""

    name: str
    doc: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    unique: bool = True
    """Whether no two rows share the key."""
    optional: bool = False
    """Whether the table may be missing."""
    may_be_empty: bool = False
    """Whether a table that is there may have no rows."""
    pairs: tuple[tuple[tuple[str, ...], str], ...] = ()
    """(columns, table): together the columns must occur in a row of that table, under the same names."""

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        return self.by_name[name]

    @property
    def by_name(self) -> dict[str, Column]:
        """Columns by name, in their order."""
        return {column.name: column for column in self.columns}

    def with_columns(self, names: Collection[str]) -> Table:
        """The table of those of its columns alone."""
        return replace(self, columns=tuple(column for column in self.columns if column.name in names))


def sized(table: Table) -> Table:
    """The table with a largest size for each number: the one declared, or what its unit allows."""

    def largest(column: Column) -> float:
        return LARGEST_RATIO if column.unit in RATIOS else LARGEST

    unsized = {column.name for column in table.columns if column.kind is ColumnKind.NUMBER and column.largest == inf}
    columns = [replace(one, largest=largest(one)) if one.name in unsized else one for one in table.columns]
    return replace(table, columns=tuple(columns))


def text(name: str, doc: str, **more: object) -> Column:
    """A column of names."""
    return Column(name, ColumnKind.TEXT, doc, **more)  # type: ignore[arg-type]  # keyword names are Column's own


def label(key: str) -> Column:
    """The column of the names that people read for the keys in another column."""
    doc = f"name of the {key} that people read, each once; blank is the key as written; it decides nothing"
    return text("label", doc, default=None, default_from=key, unique=True, for_people=True)


def number(name: str, bounds: Bounds, doc: str, unit: str = "", **more: object) -> Column:
    """A column of numbers."""
    return Column(name, ColumnKind.NUMBER, doc, unit, bounds, **more)  # type: ignore[arg-type]  # as above


def choice(name: str, choices: tuple[str, ...], doc: str, **more: object) -> Column:
    """A column of words from a fixed list."""
    return Column(name, ColumnKind.CHOICE, doc, choices=choices, **more)  # type: ignore[arg-type]  # as above


def flag(name: str, doc: str) -> Column:
    """A column of true and false."""
    return Column(name, ColumnKind.FLAG, doc)
