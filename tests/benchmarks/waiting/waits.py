"""Where people wait, and how long at most: the rows, each a measure and the figures to reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tests.benchmarks.checkouts.checkout import Checkout
from tests.benchmarks.rows import CHANGES, WIDE
from tests.folders import IMAGING

from .measures import NEAR, Again, Figures, FirstPlan, Ground, SolveProcess, SweepProcess, Warm, fresh, tiny_warm

MARGINS = ("0.28", "0.34", "0.30", "0.35", "0.32", "0.38")
"""Service margins to which a person goes, back and forth."""
PRICE_CHANGES = ("0.1", "0.2", "0.05", "0.3")
CSAT_POINTS = ("-2", "1", "-5", "-1")
ORBIS = "rates[provider=Orbis].cost_per_case multiply=0.95,1.05"
GRID = ("min_service_margin=0.28,0.30,0.32,0.33,0.34", "max_tiers=2,3,4,off", "max_providers=5,6,7,8,off", ORBIS)
"""200 scenarios."""
PART_OF_GRID = ("min_service_margin=0.28,0.33,0.34", "max_tiers=3,off", ORBIS)
"""12 of them."""
FIFTH = ((50, 0.54), (50, 0.55), (100, 0.505), (100, 0.51))
"""Price books and margin floors, each of which costs about a fifth of account revenue (18 to 22 % at seed 0)."""


@dataclass(frozen=True)
class Wait:
    """One row."""

    name: str
    what: str
    measure: Callable[[Checkout, Ground], Figures]
    most: Mapping[str, float]
    """The figures to reach: the most that one may be."""
    of_imaging: bool = False
    """Whether perturbed copies of the shipped case can be asked the same."""


def _shipped() -> list[Wait]:
    scenarios = sorted(file.stem for file in (IMAGING / "scenarios").glob("*.toml"))
    return [
        Wait("first-plan", "first plan of data/imaging, from the case read", FirstPlan(),
             {"a plan": 1.0, "it lacks": NEAR, "within 1 %": 1.0}, of_imaging=True),
        *(Wait(f"imaging-{name}", f"data/imaging, scenario {name}, to 1e-4", SolveProcess(name),
               {"process": 5.0 if name == "base" else 10.0}, of_imaging=True) for name in scenarios),
        Wait("tiny-warm", "data/tiny beyond the imports of any solve", tiny_warm, {"beyond imports": 0.6}),
        Wait("fresh", "data/tiny by a fresh copy, for a user without files", fresh,
             {"process": 12.0, "compilation": 10.0}),
        Wait("sweep200", "200 scenarios of data/imaging to 1e-3, two at a time", SweepProcess(GRID),
             {"process": 180.0, "neither": 0.0}),
        Wait("sweep12", "12 such scenarios", SweepProcess(PART_OF_GRID), {"process": 180.0 * 12 / 200, "neither": 0.0}),
    ]  # fmt: skip


def _warm(name: str, what: str, key: str, values: Sequence[str]) -> Wait:
    most = {"longest within 1 %": 1.0, "longest proof": 3.0}
    return Wait(f"warm-{name}", f"data/imaging after its base, {what}, to 1e-3",
                Warm([(key, value) for value in values]), most, of_imaging=True)  # fmt: skip


def _warm_ones() -> list[Wait]:
    return [
        _warm("farthest", "the margin floor from 0.33 to 0.38", "min_service_margin", ("0.38",)),
        _warm("margins", "margin floors back and forth", "min_service_margin", MARGINS),
        _warm("csat", "CSAT floors by points", "tiers.csat_floor add", CSAT_POINTS),
        _warm("prices", "largest price changes", "max_price_change", PRICE_CHANGES),
    ]


def _generated() -> list[Wait]:
    floors = [
        Wait(f"floor{books}-{floor}", f"{books} price books, three parts policies, a margin floor of {floor}",
             SolveProcess(shape=replace(WIDE, books=books, policies=3, min_service_margin=floor), gap=1e-3, limit=60.0),
             {"gap": 1e-3})
        for books, floor in FIFTH
    ]  # fmt: skip
    again = [
        Wait(f"resolve-{name}", f"100 price books to 1e-3 again, {key}={value}", Again(WIDE, (key, value)),
             {"share": 1 / 3})
        for name, (key, value) in CHANGES.items()
    ]  # fmt: skip
    return [*again, *floors]


WAITS = {wait.name: wait for wait in [*_shipped(), *_warm_ones(), *_generated()]}
"""Every row, in this order."""
