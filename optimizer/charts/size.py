"""How much of a large result a chart shows, so that it can be read, stays small, and is never refused for its size.

Altair refuses data of more than 5,000 rows when a chart is turned into JSON, a setting of the process that is not ours
to change. Names beyond the largest are summed where sums mean something, and left out with a word where they do not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

MOST_ROWS = 40
"""Rows of a chart before the rest is only counted."""
MOST_SERIES = 7
"""Names told apart by colour or shape, and columns or panels side by side."""
MOST_MARKS = 1_000
"""Points of a cloud."""
MOST_DATA = 4_000
"""Rows of data in any one part of a chart, whatever it draws."""
_REST = " other "
_PARTS = ("layer", "hconcat", "vconcat", "concat")


def ranked(table: pd.DataFrame, key: str, amount: str) -> pd.Series:
    """Sums of the size of `amount` by name in column `key`, the largest first."""
    sums = table[amount].abs().groupby(table[key], sort=False).sum()
    return sums.sort_values(ascending=False, kind="stable")


def largest(table: pd.DataFrame, key: str, amount: str, what: str, most: int = MOST_ROWS) -> tuple[pd.DataFrame, str]:
    """Rows of the `most` names in column `key` with the largest sums of `amount`, and a note of what is left out."""
    sums = ranked(table, key, amount)
    if len(sums) <= most:
        return table, ""
    part = f", {sums.iloc[:most].sum() / sums.sum():.0%} of {amount}".replace("%", " %") if sums.sum() > 0 else ""
    note = f"The {most} largest of {len(sums):,} {what}{part.replace('_', ' ')}."
    return table[table[key].isin(sums.index[:most])], note


def merged(table: pd.DataFrame, key: str, amount: str, what: str, most: int = MOST_SERIES) -> pd.DataFrame:
    """The rows with all names in column `key` but the `most` largest by `amount` summed as `12 other regions`, last.

    Every column of numbers is summed, so that it must be one of which sums mean something.
    """
    sums = ranked(table, key, amount)
    if len(sums) <= most:
        return table
    rest = f"{len(sums) - most:,}{_REST}{what}"
    kept = table[key].isin(sums.index[:most])
    numbers = list(table.select_dtypes("number").columns)
    names = [column for column in table.columns if column not in numbers]
    tail = table[~kept].assign(**{key: rest}).groupby(names, as_index=False, sort=False)[numbers].sum()
    return pd.concat([table[kept], tail[list(table.columns)]], ignore_index=True)


def is_rest(name: str, what: str) -> bool:
    """Whether a name is that which `merged` gives to all but the largest."""
    count, _, named = name.partition(_REST)
    return named == what and count.replace(",", "").isdigit()


def first_named(names: list[str], what: str, most: int = MOST_ROWS) -> tuple[list[str], str]:
    """The first names, and a note of how many there are where that is not all."""
    return names[:most], "" if len(names) <= most else f"The first {most} of {len(names):,} {what}."


def thinned(table: pd.DataFrame, most: int, kept: pd.Series | None = None) -> tuple[pd.DataFrame, str]:
    """About `most` rows at even distances, the last and those `kept` among them, and a note of what is left out."""
    if len(table) <= most:
        return table, ""
    chosen = np.isin(np.arange(len(table)), np.linspace(0, len(table) - 1, most).round().astype(int))
    if kept is not None:
        chosen |= kept.to_numpy(dtype=bool)
    return table[chosen], f"{int(chosen.sum()):,} of {len(table):,} points, evenly spread."


def within_limit(chart: Any) -> int:
    """Cut the data of every part of a chart to `MOST_DATA` rows; the rows of the largest part that was cut, else 0."""
    longest = 0
    if isinstance(getattr(chart, "data", None), pd.DataFrame) and len(chart.data) > MOST_DATA:
        longest = len(chart.data)
        chart.data = chart.data.head(MOST_DATA)
    parts = [part for name in _PARTS for part in getattr(chart, name, None) or [] if hasattr(part, "to_dict")]
    inner = getattr(chart, "spec", None)
    parts += [inner] if hasattr(inner, "to_dict") else []
    return max([longest, *(within_limit(part) for part in parts)])
