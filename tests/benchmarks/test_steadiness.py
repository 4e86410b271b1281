"""Moved rates: each group up and down, the plan near the first never farther from it than the best is."""

from __future__ import annotations

from models import load_case
from tests.folders import TINY

from .steadiness import HEADER, changes, moved, table


def test_each_group_of_rates_is_moved_both_ways() -> None:
    case = load_case(TINY)
    providers = sorted(set(case.tables["rates"]["provider"]))
    found = [(names, share, change.where) for names, share, change in changes(case, ["provider"], 0.01)]
    assert found == [(name, share, {"provider": name}) for name in providers for share in (0.01, -0.01)]


def test_near_moves_no_more_than_the_best_plan() -> None:
    rows = list(moved(load_case(TINY), "base", ["provider"], 0.2, 0.02))
    assert rows
    for row in rows:
        assert (row.near.price_books, row.near.differences) <= row.without
        assert row.near.proved
        assert row.gain >= -0.02 - 1e-4 - 2e-6
    lines = table(rows).splitlines()
    assert len(lines) == len(rows) + 3
    assert all(line.count("|") == len(HEADER) + 1 for line in lines)
