"""Numbers for people who read a page once: three figures of money, one decimal of a per cent."""

from __future__ import annotations

import math
import re

_SCALES = ((1e9, "bn"), (1e6, "M"), (1e4, "k"))
_SIZE = {"bn": 1e9, "M": 1e6, "k": 1e3, "": 1.0}
_UP = 0.9995
"""Share of the next scale from which an amount reads as 1 of it."""
_MONEY = re.compile(r"(\d[\d,]*\.\d\d)(?: (bn|M|k))? ([A-Z]{3})\b(?! an )")
"""Money as sentences of answers have it, and not a price an incident or an hour."""


_PROVED = re.compile(r"\d+\.\d+ % \(proved: \d+\.\d+ % to \d+\.\d+ %\)")
_DECIMALS = re.compile(r"\d+\.\d+")


def about(amount: float | None, currency: str = "") -> str:
    """An amount of money to three figures, such as `302 M EUR` or `34.1 M EUR`; `none` for None."""
    if amount is None:
        return "none"
    sign, size, unit = "−" if amount <= -0.5 else "", abs(amount), f" {currency}" if currency else ""
    for least, suffix in _SCALES:
        if size >= least * _UP:
            return f"{sign}{_figures(size / _SIZE[suffix])} {suffix}{unit}"
    return f"{sign}{size:,.0f}{unit}"


def _figures(value: float) -> str:
    return f"{value:,.{0 if value >= 99.95 else 1 if value >= 9.995 else 2}f}"


def change(amount: float, currency: str = "") -> str:
    """A change of an amount with its sign: `+34.1 M EUR`; a dash for none."""
    if abs(amount) < 0.5:
        return "–"
    return f"{'+' if amount >= 0 else '−'}{about(abs(amount), currency)}"


def about_percent(share: float | None) -> str:
    """A share in per cent with one decimal: `33.1 %`; one under 1 % keeps two figures, under 0.1 % one."""
    if share is None:
        return "none"
    value = abs(share * 100)
    sign = "−" if share < 0 else ""
    if 0 < value < 1e-3:
        return "under 0.001 %"
    if value == 0 or round(value, 1) == 100:
        return f"{sign}{value:.0f} %"
    return f"{sign}{value:.1f} %" if value >= 0.95 else f"{sign}{value:.{2 if value >= 0.095 else 1}g} %"


def at_most_percent(share: float) -> str:
    """A proved share in per cent, rounded up: two figures, one under 0.1 %, and 0.001 % at least."""
    value = max(share * 100, 1e-3)
    digits = (2 if value >= 0.1 else 1) - 1 - math.floor(math.log10(value))
    return f"{math.ceil(value * 10.0**digits - 1e-9) / 10.0**digits:.12g} %"


def points(change: float) -> str:
    """A difference of shares in points with its sign: `+1.9 points`; a dash for none."""
    if abs(change) < 5e-4:
        return "–"
    return f"{'+' if change >= 0 else '−'}{abs(change) * 100:.1f} points"


def count(number: float) -> str:
    """A number of units, cases or hours: whole, with commas."""
    return f"{number:,.0f}"


def rounded_text(sentence: str) -> str:
    """A sentence with its money to three figures: `278.07 k EUR` is `278 k EUR`, and proved shares to one decimal;
    prices stay as they are."""
    sentence = _PROVED.sub(lambda told: _DECIMALS.sub(lambda one: f"{float(one[0]):.1f}", told[0]), sentence)
    return _MONEY.sub(lambda told: about(float(told[1].replace(",", "")) * _SIZE[told[2] or ""], told[3]), sentence)
