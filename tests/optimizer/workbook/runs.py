"""Runs to write workbooks of: one worked by hand, and one with every kind of pricing model and odd names."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

import optimizer
from models import Case, load_case
from optimizer.assurance.result import Result
from tests.faults.corruptions import added
from tests.folders import TINY
from tests.worlds.small_case import SCENARIOS, TABLES, write_small_case

ODD_NAMES = {"hospital": "=1+1", "clinic": "a*", "factory": "A*", "north": "<north", "south": "?"}
"""What Excel would take for a formula, a pattern, a comparison, or the same name in other letters."""
MENUS = (
    ("health", "silver", "open_book", 0.3),
    ("health", "gold", "outcome", 0.085),
    ("A*", "silver", "by_hour", 1.2),
    ("A*", "gold", "rental", 0.25),
)


@cache
def tiny() -> tuple[Case, Result]:
    """The case worked by hand and its best plan."""
    case = load_case(TINY)
    return case, optimizer.solve(case)


@cache
def odd() -> tuple[Case, Result]:
    """The small case under odd names, with menus of four kinds of pricing model and contracts of two more."""
    with TemporaryDirectory() as folder:
        place = write_small_case(Path(folder) / "odd")
        for name in TABLES:
            _rename(place / f"{name}.csv")
        for name in SCENARIOS:
            _rename(place / "scenarios" / f"{name}.toml")
        with (place / "readiness.csv").open("a", encoding="utf-8") as gaps:
            gaps.write("own,workshop,5,3,700,1\n")  # so that something is paid once
            gaps.write("web,search,5,3,400,1\n")  # and something over the years of a contract
        added("providers", "contract_years", line_5="2")(place)
        case = load_case(place)
    menus = pd.DataFrame(MENUS, columns=["price_book", "tier", "model", "price"])
    result = optimizer.evaluate(case, "dear", menus=menus)
    assert result.plan is not None
    return case, result


def _rename(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for name, other in ODD_NAMES.items():
        text = text.replace(name, other)
    file.write_text(text, encoding="utf-8")
