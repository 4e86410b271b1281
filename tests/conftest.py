"""Where coverage is measured: tracing costs about as much as what it traces, and repeats reach no other lines."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

TRACED = 10
"""Variants of a test that are traced, the first ones; the others run as fast as they can."""
ORACLE = Path(__file__).parent / "oracle"
"""Its tests are about the oracle, which is no part of the product."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    variants: Counter[str] = Counter()
    for item in items:
        test = item.nodeid.partition("[")[0]
        variants[test] += 1
        if variants[test] > TRACED or ORACLE in item.path.parents:
            item.add_marker("no_cover")
