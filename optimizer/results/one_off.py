"""What is paid once, told apart from what comes every year, where two plans are compared.

Margins and costs count one-off costs (KPI `one_off_cost`) whole, as if they came every year. The difference of a margin
between two plans is therefore a yearly part less what one of them pays once more than the other.
"""

from __future__ import annotations

from math import nan

from models.plan import ONE_OFF_COST

from .record import ResultRecord
from .summary import money

LOWERED = ("service_margin", "account_margin")
"""Amounts that one-off costs lower; costs that they raise are told whole, beside the KPI."""
LEAST_SHOWN = 0.005
"""Money under which an amount reads as 0.00."""


def extra_once(result: ResultRecord | None, against: ResultRecord | None) -> float:
    """One-off cost of a plan less that of another, money once; NaN where one of the plans is missing."""
    return _once(result) - _once(against)


def _once(result: ResultRecord | None) -> float:
    value = None if result is None or result.plan is None else result.plan.kpis[ONE_OFF_COST]
    return nan if value is None else value


def yearly_gain(gain: float | None, once: float, kpi: str) -> float:
    """A gain of an amount, money a year, without the one-off cost `once` that it takes and that lowers the amount."""
    return nan if gain is None else gain + counted_once(once, kpi)


def yearly_loss(loss: float | None, once: float, kpi: str) -> float:
    """A loss of an amount, money a year, without the one-off cost `once` that comes with it."""
    return nan if loss is None else loss - counted_once(once, kpi)


def counted_once(once: float, kpi: str) -> float:
    """The part of a one-off cost that an amount counts: all of it, or none."""
    return once if kpi in LOWERED else 0.0


def beside_gain(once: float, kpi: str, currency: str) -> str:
    """What stands after a yearly gain: ` less 90.00 k EUR once`, ` plus` where it is saved; blank for nothing."""
    return _once_in_words(-counted_once(once, kpi), currency)


def beside_loss(once: float, kpi: str, currency: str) -> str:
    """What stands after a yearly loss: ` plus 90.00 k EUR once`, ` less` where it is saved; blank for nothing."""
    return _once_in_words(counted_once(once, kpi), currency)


def _once_in_words(signed: float, currency: str) -> str:
    if not abs(signed) >= LEAST_SHOWN:
        return ""
    return f" {'plus' if signed > 0 else 'less'} {money(abs(signed), currency)} once"
