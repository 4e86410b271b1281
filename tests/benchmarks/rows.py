"""The rows of the benchmark: which case, what is asked of it, what is to be reached, which peers run beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from .generator import Size
from .one_book import Menus

COMPACT = ("pulp", "linopy", "greedy")
"""Peers that state the whole model."""
MENUS = ("pulp", "linopy", "choice-learn", "exchange", "greedy")
"""Peers on one price book without rules."""
QUICK_LIMIT = 60.0
"""Seconds that a solve may take in the quick form."""
QUICK_PEER_LIMIT = 20.0
PEER_LIMIT = 300.0
"""Seconds that a peer may take."""


class Task(StrEnum):
    """What is run."""

    SOLVE = "solve"
    READ = "read"
    RESOLVE = "re-solve"
    COMMAND = "command"


class Measure(StrEnum):
    """What is held against the figure to reach."""

    SOLVE_PART = "solve part, s"
    PROCESS = "whole process, s"
    SHARE = "share of the first solve"
    EXPONENT = "exponent"


@dataclass(frozen=True)
class Row:
    """One row: a case and the figure to reach."""

    name: str
    what: str
    measure: Measure
    target: float
    shape: Size | Menus | None = None
    task: Task = Task.SOLVE
    gap: float = 1e-3
    limit: float = 300.0
    """Seconds given to the search."""
    most_mib: float | None = None
    near: float | None = None
    """Also reached when within this share of the best value known."""
    peers: tuple[str, ...] = ()
    quick: bool = False
    command: tuple[str, ...] = ()
    change: tuple[str, str] = ("", "")
    """What is changed before it is solved again: key and value."""

    def seeded(self, seed: int) -> Row:
        """The row with another seed."""
        return self if self.shape is None else replace(self, shape=replace(self.shape, seed=seed))


WIDE = Size(books=100, classes=2, products=4, tiers=4, models=6, prices=7)
"""8 cohorts and 168 options a price book."""
CHANGES = {
    "tighter": ("min_service_margin", "0.465"),
    "looser": ("min_service_margin", "0.455"),
    "share": ("max_provider_share", "0.62"),
    "less-share": ("max_provider_share", "0.58"),
    "tiers": ("max_tiers", "4"),
    "models": ("max_models", "5"),
    "cost": ("fulfilment[product=product_0; policy=replace].parts_cost multiply", "1.05"),
    "rate": ("rates[provider=alpha; region=north; family=family_0; service=field].cost_per_case multiply", "1.05"),
}
"""One number of `WIDE` changed, as `tierwise sweep --vary` has it: a key and its value."""
MILLION = 1_000_000
GROWTH = {
    "process": Row("growth", "growth of the whole process from s100 to s1000", Measure.EXPONENT, 1.25),
    "solve_part": Row("growth-solve", "growth of the solve part alone", Measure.EXPONENT, 1.25),
}
"""Worked out from two other rows, by what is compared."""


def _network() -> list[Row]:
    solve_part, process = Measure.SOLVE_PART, Measure.PROCESS
    small = Size(books=5, classes=2, products=1)
    large = replace(WIDE, books=1_000, accounts=MILLION, held=3)
    larger = replace(large, books=5_000)
    return [
        Row("s5", "5 price books", solve_part, 0.5, small, gap=1e-6, peers=COMPACT, quick=True),
        Row("s20", "20 price books", solve_part, 1.0, Size(), peers=COMPACT, quick=True),
        Row("s100", "100 price books", process, 10.0, WIDE, peers=COMPACT, quick=True),
        Row("s1000", "1,000 price books, 1,000,000 accounts in Parquet", process, 90.0, large, limit=600.0,
            most_mib=4_096.0, peers=("greedy",)),
        Row("s5000", "5,000 price books, 1,000,000 accounts in Parquet", process, 900.0, larger, limit=1_800.0,
            peers=("greedy",)),
        *(Row(f"resolve-{name}", f"100 price books solved again, {key}={value}", Measure.SHARE, 1 / 3, WIDE,
              task=Task.RESOLVE, change=(key, value)) for name, (key, value) in CHANGES.items()),
        Row("read10m", "10,000,000 accounts, 30,000,000 rows of installed base: read, check, cohorts", process, 60.0,
            Size(books=1_000, products=3, accounts=10 * MILLION), task=Task.READ, most_mib=4_096.0),
    ]  # fmt: skip


def _one_book() -> list[Row]:
    solve_part = Measure.SOLVE_PART
    assortments = [
        Row(f"assortment{tiers}-{classes}", f"assortment: {tiers} tiers, {classes} customer classes", solve_part,
            60.0 if tiers == 50 else 300.0, Menus(tiers, classes=classes), gap=1e-6,
            limit=120.0 if tiers == 50 else 295.0, near=None if tiers == 50 else 1e-3, peers=MENUS,
            quick=(tiers, classes) == (50, 5))
        for tiers in (50, 100)
        for classes in (5, 10, 15, 20, 25)
    ]  # fmt: skip
    first_choice = "first_choice"
    return [
        *assortments,
        Row("shared", "one price book shared by 800 segments, 4 of 25 tiers", solve_part, 60.0,
            Menus(25, segments=800, max_menu=4), gap=1e-6, limit=120.0, peers=MENUS),
        Row("first200", "first choice: 200 classes, 20 tiers, 1 price", solve_part, 60.0,
            Menus(20, classes=200, choice_model=first_choice), gap=1e-6, limit=120.0, peers=COMPACT, quick=True),
        Row("first50", "first choice: 50 classes, 10 tiers, 10 prices", solve_part, 60.0,
            Menus(10, 10, classes=50, choice_model=first_choice), gap=1e-6, limit=120.0, peers=COMPACT),
    ]  # fmt: skip


def _start_up() -> list[Row]:
    imported = ("python", "-c", "import optimizer")
    return [
        Row("start-help", "start-up of `tierwise --help`", Measure.PROCESS, 0.3, task=Task.COMMAND, quick=True,
            command=("tierwise", "--help")),
        Row("start-import", "start-up of `import optimizer`", Measure.PROCESS, 1.0, task=Task.COMMAND, quick=True,
            command=imported),
    ]  # fmt: skip


ROWS = {row.name: row for row in [*_start_up(), *_network(), *_one_book()]}
"""Every row that is run, in this order."""
