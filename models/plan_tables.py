"""A plan's tables as CSV files: written so that every number reads back as it was, checked when read."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from .intake.access import refusal
from .plan import PLAN_TABLES
from .problems import MOST_PART, cut
from .text.characters import shown

FLAGS = frozenset({"covered", "ok"})
NUMBERS = frozenset(
    {"price", "share", "units", "service_revenue", "product_revenue", "cases", "hours", "cost", "value", "limit"}
)
BLANK = frozenset(
    {
        ("uptake", "model"),
        ("uptake", "price"),
        ("allocation", "model"),
        ("unserved", "model"),
        ("experience", "region"),
        ("experience", "limit"),
    }
)
"""Columns where a blank means something: no contract, no pricing model, every region, no limit."""

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_SHOWN = 5


class RunError(ValueError):
    """A run folder that cannot be read or written. `problems` lists everything found, one sentence each."""

    def __init__(self, problems: list[str] | tuple[str, ...]) -> None:
        self.problems = tuple(shown(cut(problem, MOST_PART)) for problem in problems)
        super().__init__("\n".join(self.problems))


class OtherFormatError(RunError):
    """A file that another version of Tierwise wrote, in a form that this one does not read."""


class FaultyRunError(RunError):
    """A run, or an answer, that can be read but is not what it says: a digest or the audit does not agree."""


Columns = Mapping[str, tuple[str, ...]]
"""Columns of each table, by its name."""


def write_plan_tables(tables: Mapping[str, pd.DataFrame], folder: Path, wanted: Columns = PLAN_TABLES) -> None:
    """Write each table wanted as folder/NAME.csv: UTF-8, `\\n`, shortest exact numbers, blank for NaN."""
    for name, columns in wanted.items():
        frame = tables[name].loc[:, list(columns)].copy()
        for column in FLAGS.intersection(columns):
            frame[column] = np.where(frame[column].astype(bool), "true", "false")
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")


def read_plan_tables(
    folder: Path, names: Iterable[str] | None = None, wanted: Columns = PLAN_TABLES
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Read the tables wanted, all unless some are named, from folder/NAME.csv.

    Returns the tables that could be read (text `str`, numbers float64 with NaN for a permitted blank,
    flags bool) and one sentence for every fault: file, line, column, what was found and what is expected.
    """
    tables: dict[str, pd.DataFrame] = {}
    problems: list[str] = []
    for name in wanted if names is None else names:
        raw, faults = _read_text(folder / f"{name}.csv", wanted[name])
        if raw is not None:
            tables[name], typed_faults = _typed(name, raw)
            faults += typed_faults
        problems += faults
    return tables, problems


def _read_text(path: Path, columns: tuple[str, ...]) -> tuple[pd.DataFrame | None, list[str]]:
    """Every cell of a CSV file as text, or the reasons why it cannot be read."""
    if path.exists() and (why := refusal(path)):
        return None, [f"{path.name}: this {why}."]
    try:
        # A byte-order mark, as Excel writes it, is no part of the first column's name.
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *lines = csv.reader(file, strict=True)
    except FileNotFoundError:
        return None, [f"{path.name}: the file is missing."]
    except UnicodeDecodeError as error:
        return None, [f"{path.name}: byte {error.start + 1} is not UTF-8 text; save the file as UTF-8."]
    except csv.Error as error:
        return None, [f"{path.name}: not a table of comma-separated values ({error})."]
    except ValueError:
        return None, [f"{path.name}: the file is empty; expected the columns {', '.join(columns)}."]
    if tuple(header) != columns:
        return None, [
            f"{path.name}: the columns are {', '.join(header)}; expected {', '.join(columns)}, in this order."
        ]
    ragged = [row for row, cells in enumerate(lines) if len(cells) != len(columns)]
    if ragged:
        return None, [
            f"{path.name} line {row + 2}: {len(lines[row])} cells; expected {len(columns)}." for row in ragged[:_SHOWN]
        ]
    return pd.DataFrame(lines, columns=list(columns), dtype=str), []


def _typed(name: str, raw: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The table with numbers and flags in place of their text; what cannot be read becomes NaN or False."""
    problems: list[str] = []
    typed: dict[str, pd.Series] = {}
    for column in raw.columns:
        text = raw[column].astype(str)
        may_be_blank = (name, column) in BLANK
        if column in FLAGS:
            good, expected = text.str.lower().isin(["true", "false"]), "true or false"
            typed[column] = text.str.lower() == "true"
        elif column in NUMBERS:
            good, expected = _is_number(text) | ((text == "") & may_be_blank), "a finite number such as 1234.5"
            typed[column] = pd.Series(text.where(good & (text != ""), "nan").to_numpy(object).astype(float))
        else:
            good, expected = (text != "") | may_be_blank, "a name"
            typed[column] = text
        problems += _faults(f"{name}.csv", column, text[~good], expected)
    return pd.DataFrame(typed, columns=raw.columns), problems


def _is_number(text: pd.Series) -> pd.Series:
    """Whether each cell is one finite number in plain notation."""
    written = text.str.fullmatch(_NUMBER)
    value = text.where(written, "nan").to_numpy(object).astype(float)
    return pd.Series(written.to_numpy(dtype=bool) & np.isfinite(value), index=text.index)


def _faults(file: str, column: str, wrong: pd.Series, expected: str) -> list[str]:
    """One sentence for each wrong cell, the first few of many."""
    sentences = [
        f"{file} line {row}, column {column}: found {value!r}; expected {expected}."
        for row, value in zip(wrong.index[:_SHOWN] + 2, wrong.iloc[:_SHOWN], strict=True)
    ]
    if len(wrong) > _SHOWN:
        sentences.append(f"{file} column {column}: {len(wrong) - _SHOWN} more cells like these.")
    return sentences
