"""Where coverage is measured: tracing costs more than what it traces, and most repeats reach no other lines."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

TRACED = 10
"""Variants of a test that are traced, the first ones; the others run as fast as they can."""
TESTS = Path(__file__).parent
ORACLE = TESTS / "oracle"
"""Its tests are about the oracle, which is no part of the product."""
MODELS = TESTS / "models"
"""Its tests are all traced: each faulty case reaches lines of its own."""
UNTRACED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    variants: Counter[str] = Counter()
    for item in items:
        test = item.nodeid.partition("[")[0]
        variants[test] += 1
        repeat = variants[test] > TRACED and MODELS not in item.path.parents
        marked = item.get_closest_marker("no_cover") is not None
        item.stash[UNTRACED] = repeat or marked or ORACLE in item.path.parents


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Take the tracer off; the marker `no_cover` alone does not, in processes of pytest-xdist."""
    tracer = sys.gettrace()
    if item.stash[UNTRACED]:
        sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)
