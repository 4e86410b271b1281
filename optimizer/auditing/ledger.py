"""Where the checks of an audit are written down, with the room that each leaves, and compared with earlier ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..accounting.rows import Column, Flags, Rows, Table
from ..results.audit_rules import RULES, TOLERANCE
from ..results.findings import KPI_COLUMNS, RULE_COLUMNS, Audit

_LISTED = 20

Claims = Mapping[str, object]
"""What is said of a plan as a whole, by key."""
Floats = NDArray[np.float64]
Room = Callable[[Floats, Floats], Floats]


def scopes(table: Table, *columns: str) -> list[str]:
    """What each row is about: `column=name; column=name`, without the columns that are blank."""
    rows = Rows.of(table, *columns)
    texts = [_pairs(column, rows[column]) for column in columns]
    return ["; ".join(filter(None, parts)) for parts in zip(*texts, strict=True)]


def _pairs(column: str, values: Column) -> list[str]:
    """`column=name` for each cell; a blank is an empty text, None or NaN, which is not equal to itself."""
    return ["" if cell is None or cell == "" or cell != cell else f"{column}={cell}" for cell in values.tolist()]


def _allowed(one: Floats, other: Floats) -> Floats:
    """Difference between two sides that is taken for rounding."""
    return TOLERANCE * np.maximum(1.0, np.maximum(np.abs(one), np.abs(other)))


@dataclass(frozen=True)
class _Page:
    """Checks of one rule."""

    rule: str
    scope: Sequence[str]
    value: Floats
    limit: Floats
    slack: Floats
    ok: Flags


@dataclass
class Ledger:
    """Collects the checks of one audit in the order they are made."""

    dropped: frozenset[str] = frozenset()
    """Rules that do not bind this plan; checks of them are not written down."""
    pages: list[_Page] = field(default_factory=list)

    def at_least(self, rule: str, scope: Sequence[str], value: ArrayLike, limit: ArrayLike) -> None:
        """Write down value >= limit for each scope."""
        self._write(self._judged(rule, scope, value, limit, lambda v, x: v - x))

    def at_most(self, rule: str, scope: Sequence[str], value: ArrayLike, limit: ArrayLike) -> None:
        """Write down value <= limit for each scope."""
        self._write(self._judged(rule, scope, value, limit, lambda v, x: x - v))

    def equal(self, rule: str, scope: Sequence[str], value: ArrayLike, limit: ArrayLike) -> None:
        """Write down value = limit for each scope."""
        self._write(self._judged(rule, scope, value, limit, lambda v, x: -np.abs(v - x)))

    def same(self, rule: str, amount: str, rows: Rows, keys: Sequence[str], *sides: Column) -> None:
        """Write down claimed = recomputed for an amount of many rows: those that differ, or the one that differs most.

        `sides` are claimed and recomputed; a row is named by its `keys`, which is only done for rows written down.
        """
        claimed, recomputed = (np.asarray(side, dtype=float) for side in sides)
        difference = np.abs(claimed - recomputed)
        wrong = np.flatnonzero(~(difference <= _allowed(claimed, recomputed)))
        shown = wrong[:_LISTED] if len(wrong) else np.argsort(-difference, kind="stable")[:1]
        scope = [f"{amount} of {name}" for name in scopes(rows.where(shown), *keys)]
        self.equal(rule, scope, claimed[shown], recomputed[shown])

    def none(self, rule: str, checked: str, offenders: Iterable[str]) -> None:
        """Write down that nothing offends: one row for each offender, or one row that names what was checked."""
        found = list(offenders)
        ones = np.ones(len(found))
        self.at_most(rule, found or [checked], ones if found else [0.0], 0.0)

    def _judged(self, rule: str, scope: Sequence[str], value: ArrayLike, limit: ArrayLike, room: Room) -> _Page:
        if rule not in RULES:
            raise KeyError(rule)
        sides = np.asarray(value, float), np.asarray(limit, float)
        values, limits, _ = np.broadcast_arrays(*sides, np.empty(len(scope)))
        slack = room(values, limits) + 0.0
        return _Page(rule, scope, values, limits, slack, slack >= -_allowed(values, limits))

    def _write(self, page: _Page) -> None:
        if len(page.scope) and page.rule not in self.dropped:
            self.pages.append(page)

    def rules(self) -> pd.DataFrame:
        """Every check, in the order of the registry and, inside a rule, as written down."""
        place = {name: i for i, name in enumerate(RULES)}
        pages = sorted(self.pages, key=lambda page: place[page.rule])
        columns = {
            "rule": [page.rule for page in pages for _ in page.scope],
            "scope": [text for page in pages for text in page.scope],
            **{name: np.concatenate([getattr(page, name) for page in pages]) for name in RULE_COLUMNS[2:]},
        }
        return pd.DataFrame(columns, columns=list(RULE_COLUMNS))


def number(claims: Claims, key: str) -> float | None:
    """A number that is claimed; None where there is none, infinity for a whole number of hundreds of digits."""
    value = claims.get(key)
    try:
        return float(value) if isinstance(value, (int, float)) else None
    except OverflowError:
        return float("inf")


def or_nan(value: float | None) -> float:
    """The value, NaN for None."""
    return float("nan") if value is None else value


def kpi_rows(claimed: Mapping[str, float | None], recomputed: Mapping[str, float | None]) -> pd.DataFrame:
    """Compare every KPI: equal within the tolerance, or both without a value."""
    names = list(recomputed)
    left = np.array([claimed.get(name) for name in names], dtype=float)
    right = np.array([recomputed[name] for name in names], dtype=float)
    difference = left - right
    near = np.abs(difference) <= TOLERANCE * np.maximum(1.0, np.abs(right))
    ok = near | (np.isnan(left) & np.isnan(right))
    values = (names, left, right, difference, ok)
    return pd.DataFrame(dict(zip(KPI_COLUMNS, values, strict=True)))


def differences(stored: Audit, verdict: Audit) -> list[str]:
    """Where a stored audit says something else than a new one: rows missing, added, or with other numbers."""
    pairs = (
        (stored.rules, verdict.rules, ["rule", "scope"], ["value", "limit", "slack"]),
        (stored.kpis, verdict.kpis, ["kpi"], ["claimed", "recomputed", "difference"]),
    )
    found: list[str] = []
    for old, new, keys, numbers in pairs:
        both = _numbered(old, keys).merge(_numbered(new, keys), on=[*keys, "n"], how="outer", suffixes=("", "_new"))
        same = both["ok"].eq(both["ok_new"])
        for name in numbers:
            near = np.isclose(both[name], both[f"{name}_new"], rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
            same &= pd.Series(near, index=both.index)
        found += scopes(both[~same], *keys)
    return found


def _numbered(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Rows with their number among those of the same keys, so that equal keys pair up one to one."""
    return rows.assign(n=rows.groupby(keys).cumcount())
