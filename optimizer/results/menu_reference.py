"""Reference menus: what a plan is to stay near, by the names of the run or the case that they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from math import isclose
from pathlib import Path

import pandas as pd

from models.document_fields import Count, Points, Strict
from models.files import read_folder
from models.plan import Plan
from models.plan_tables import RunError, read_plan_tables
from models.text.characters import path_in_utf8

TODAY = "today"
"""Names the case's current_menus as the reference."""
SAME_PRICE = 1e-9
"""Relative difference of prices that counts as none."""
TABLES = ("menus", "coverage")
"""The tables of a run that are read of it as a reference."""

PricedOption = tuple[str, str, str, float]
"""Price book, tier, model and price."""
Covered = tuple[str, str]
"""A price book and a product that it covers."""


class Near(Strict):
    """The entry `near` of plan.json: how far the plan is from its reference."""

    reference: str
    """`today`, or the run."""
    give: Points
    """Share of the best objective that could be given up for fewer changes."""
    price_books: Count
    """Price books whose menu or coverage differs."""
    differences: Count
    """Options gone, options new, and products covered or not, one each."""
    proved: bool
    """Whether no plan within what may be given up is proved to have fewer price books that differ, or differences."""


class NearAsked(Strict):
    """The entry `near` of a manifest: what a plan is to stay near, with a run's menus, which may be gone later."""

    reference: str
    give: Points
    menus: tuple[PricedOption, ...] = ()
    """Options of the run; none for today's, which the case has."""
    covered: tuple[Covered, ...] = ()
    """Price books and products that the run covers."""


@dataclass(frozen=True)
class MenuReference:
    """Menus and coverage to stay near, in names that the case of the plan need not have."""

    name: str
    options: tuple[PricedOption, ...]
    covered: frozenset[Covered]

    @classmethod
    def of_tables(cls, name: str, menus: pd.DataFrame, coverage: pd.DataFrame) -> MenuReference:
        """The reference that tables with the columns of menus.csv and coverage.csv hold."""
        options = menus[["price_book", "tier", "model", "price"]].itertuples(index=False, name=None)
        held = coverage.loc[coverage["covered"].astype(bool), ["price_book", "product"]]
        return cls(name, tuple(sorted(set(options))), frozenset(held.itertuples(index=False, name=None)))

    @classmethod
    def of_run(cls, run: str | Path) -> MenuReference:
        """The menus and coverage of a run folder; nothing else of it is read, and its case need not be there.

        Raises `RunError` for a run that holds no plan, or one whose tables cannot be read.
        """
        tables = read_folder(run, partial(_read, run))
        return cls.of_tables(path_in_utf8(str(run)) or TODAY, tables["menus"], tables["coverage"])

    @classmethod
    def of_asked(cls, asked: NearAsked) -> MenuReference:
        """The reference to a run that was recorded."""
        return cls(asked.reference, asked.menus, frozenset(asked.covered))

    def asked(self, give: float) -> NearAsked:
        """The reference as a manifest records it."""
        if self.name == TODAY:
            return NearAsked(reference=TODAY, give=give)
        return NearAsked(reference=self.name, give=give, menus=self.options, covered=tuple(sorted(self.covered)))

    @cached_property
    def _prices(self) -> dict[tuple[str, str, str], list[float]]:
        prices: dict[tuple[str, str, str], list[float]] = {}
        for *option, price in self.options:
            prices.setdefault((option[0], option[1], option[2]), []).append(price)
        return prices

    def offers(self, price_book: str, tier: str, model: str, price: float) -> bool:
        """Whether the reference has an option."""
        known = self._prices.get((price_book, tier, model), [])
        return any(isclose(price, other, rel_tol=SAME_PRICE, abs_tol=0.0) for other in known)

    def changes(self, plan: Plan) -> Counter[str]:
        """Differences of a plan from the reference by price book; those without any are not there."""
        other = MenuReference.of_tables("", plan.menus, plan.coverage)
        return Counter(book for book, *_ in (*self._lacking(other), *other._lacking(self))) + Counter(
            book for book, _ in self.covered ^ other.covered
        )

    def _lacking(self, other: MenuReference) -> Iterable[PricedOption]:
        """Options of this that the other has not."""
        return (option for option in self.options if not other.offers(*option))


def _read(run: str | Path, folder: Path) -> dict[str, pd.DataFrame]:
    if not str(run).strip():
        raise RunError(["Nothing is named to stay near: name the folder of a run, or today."])
    if not folder.is_dir():
        raise RunError([f"{run}: there is no such folder."])
    if not (folder / "menus.csv").exists():
        raise RunError([f"{run} holds no plan, so there are no menus to stay near."])
    tables, problems = read_plan_tables(folder, TABLES)
    if problems:
        raise RunError(problems)
    return tables
