"""Menus given from outside, at any price: read and checked against the case they are for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from .case import Case
from .catalog import Catalog
from .economics.demand_base import demand_base
from .intake.assembly import check_together
from .intake.delimited import read_alone
from .intake.in_memory import from_memory
from .intake.raw import RawTable, RowSpan
from .intake.tables import CleanTable, clean
from .problems import CaseError, Problem, ProblemList
from .schema import TABLES

SAME_AS = "current_menus"
"""The table whose columns and constraints menus share."""


def read_menus(path: str | Path, case: Case) -> pd.DataFrame:
    """Menus from a CSV file with the columns price_book, tier, model, price; raises `CaseError`."""
    file, problems = Path(path), ProblemList()
    if not file.exists() or file.is_dir():
        fault = "there is no such file" if not file.exists() else "menus are one CSV file, not a folder"
        raise CaseError([Problem("menus", fault, str(file), expected="a file like menus.csv of a run folder")])
    return _checked(read_alone("menus", file, problems), case, problems)


def check_menus(menus: pd.DataFrame, case: Case) -> pd.DataFrame:
    """Menus from memory, with the same checks as a file gets; raises `CaseError`."""
    problems = ProblemList()
    return _checked(from_memory("menus", menus, problems), case, problems)


def _checked(raw: RawTable | None, case: Case, problems: ProblemList) -> pd.DataFrame:
    """Columns price_book, tier, model, price; every name one of the case, each price book and tier once.

    A menu of a price book without units is a fault: nobody would see it.
    """
    problems.check()
    assert raw is not None  # or it is a problem
    tables = {name: CleanTable(TABLES[name], case.columns(name), RowSpan(name)) for name in case.tables}
    menus = clean(raw, replace(TABLES[SAME_AS], name="menus"), problems)
    check_together({**tables, SAME_AS: menus}, {SAME_AS}, problems)
    _check_units(menus, case, problems)
    problems.check()
    return menus.frame


def _check_units(menus: CleanTable, case: Case, problems: ProblemList) -> None:
    book = menus.content.categorical("price_book")
    bare = menus.sound("price_book") & ~book.among(sorted(books_with_units(case)))
    expected = "menus of price books that hold units not under contract; leave this row out"
    menus.report(problems, bare, "price_book", "the price book holds no free units, so that nobody sees it", expected)


def books_with_units(case: Case) -> frozenset[str]:
    """Price books with mean free units: the only ones that have a menu and that rules on menus look at."""
    catalog = Catalog(case)
    return frozenset(catalog.books[code] for code in demand_base(catalog).cohorts.book)


def todays_menus(case: Case) -> pd.DataFrame:
    """Rows of current_menus, less those of price books without units, which have no menu."""
    current = case.tables["current_menus"]
    return current[current["price_book"].isin(books_with_units(case))].reset_index(drop=True)
