"""Tables of what the company's own books say, for checks alone: no plan depends on them."""

from __future__ import annotations

from ..plan import MONEY_KPIS
from .fields import ANY, LARGEST_TOTAL, Table, choice, number
from .vocabulary import YEARLY

ACTUALS = Table(
    "actuals",
    "what the books show for the last year, to check today's price book as the model sees it",
    (
        choice("line", MONEY_KPIS, "amount of a plan that the figure is compared with"),
        number("amount", ANY, "amount in the books", YEARLY, largest=LARGEST_TOTAL),
    ),
    key=("line",),
    optional=True,
    may_be_empty=True,
)
