"""The goal of few changes: searched for as one, or kept to while another is searched for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from models.book_menu import BookMenu

from ..lp.expressions import Expression, Row, combine, number
from ..lp.tolerances import ROUNDING
from .formulation import Formulation
from .menu_changes import MenuChanges

BOOKS, DIFFERENCES = 0, 1
"""Places of the two counts: price books that differ, and differences."""


@dataclass(frozen=True)
class Steadiness:
    """Menus near a reference, as a rule and as a goal; the two counts follow the demand totals in their vector."""

    changes: MenuChanges
    least: float
    """Objective of the scenario, money a year, that the delivery must reach."""
    most: tuple[float, ...] = ()
    """Most of the first counts."""
    fewest: int | None = BOOKS
    """The count that is to be as small as can be; None to look for the best objective of the scenario."""

    name: ClassVar[str] = "near"

    def rows(self, program: Formulation) -> Iterator[Row]:
        """objective >= least, and each count at most what it may be."""
        scenario = program.instance.scenario
        yield Row("objective", program.amounts[scenario.objective], ">=", number(self._floor))
        for count, most in zip(_counts(program), self.most, strict=False):
            yield Row("changes", count, "<=", number(most))

    def amount(self, program: Formulation) -> Expression:
        """What is maximized: a count with its sign turned, or the scenario's objective."""
        if self.fewest is None:
            return program.amounts[program.instance.scenario.objective]
        return combine([(_counts(program)[self.fewest], -1.0)])

    @property
    def step(self) -> float:
        """What every value of that is a multiple of; 0 where it may be any number."""
        return 0.0 if self.fewest is None else 1.0

    def value(self, menus: Sequence[BookMenu], objective: float) -> float | None:
        """What menus with a delivery of some objective are worth to this goal; None where they do not keep to it."""
        counts = self.changes.counts(menus).sum(axis=0)
        if objective < self._floor or any(count > most for count, most in zip(counts, self.most, strict=False)):
            return None
        return objective if self.fewest is None else -float(counts[self.fewest])

    @property
    def _floor(self) -> float:
        return self.least - ROUNDING * max(1.0, abs(self.least))


def _counts(program: Formulation) -> list[Expression]:
    return program.totals[program.instance.index.size :]
