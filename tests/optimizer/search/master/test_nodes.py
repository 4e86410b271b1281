"""Entries of nodes that share what they have in common read like dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from optimizer.search.master.nodes import PersistentMap

Entries: TypeAlias = list[tuple[int, int]]
ENTRIES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1)))


@given(ENTRIES, ENTRIES)
def test_a_mapping_with_entries_set_reads_like_a_dictionary(
    first: list[tuple[int, int]], more: list[tuple[int, int]]
) -> None:
    expected = dict(first)
    found: Mapping[int, int] = dict(first)
    for key, value in more:
        expected[key] = value
        found = PersistentMap(found, key, value)
    assert list(found.items()) == list(expected.items())  # in the same order, too
    assert list(found) == list(expected)
    assert len(found) == len(expected)
    assert {**found, 9: 1} == {**expected, 9: 1}
    assert [found.get(key) for key in range(7)] == [expected.get(key) for key in range(7)]


def test_what_it_was_made_from_stays_as_it_was() -> None:
    parent: Mapping[int, int] = PersistentMap({0: 1}, 1, 0)
    children = [PersistentMap(parent, 2, value) for value in (0, 1)]
    assert dict(parent) == {0: 1, 1: 0}
    assert [dict(child) for child in children] == [{0: 1, 1: 0, 2: 0}, {0: 1, 1: 0, 2: 1}]


def test_a_long_line_of_ancestors_is_no_matter() -> None:
    line: Mapping[int, int] = {}
    for key in range(5_000):
        line = PersistentMap(line, key, key)
    assert len(line) == 5_000
    assert line[4_999] == 4_999
