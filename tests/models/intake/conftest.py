"""The small case as a workbook, to be rewritten by tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import load_case, write_case
from tests.worlds.small_case import write_small_case


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small case as a workbook; for reading only."""
    folder = tmp_path_factory.mktemp("book")
    return write_case(load_case(write_small_case(folder / "case")), folder / "case.xlsx", "xlsx")
