"""What two checkouts are asked: the shipped cases, the quick rows of the benchmark, and generated cases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain, count
from pathlib import Path
from random import Random

from models import build_case, load_case, write_case
from tests.benchmarks.case_folders import case_folder
from tests.benchmarks.generator import Size
from tests.benchmarks.rows import QUICK_LIMIT, ROWS
from tests.folders import IMAGING, TINY
from tests.oracle.random_cases import random_case

LIMIT = 600.0
"""Seconds for a solve that no row of the benchmark gives a limit to."""
FINE, COARSE = 1e-6, 1e-4
"""Gap of small cases, and of the shipped case."""
CASES = 40
"""Generated cases, if no other number is asked for."""
TELLING_SEEDS = (
    1107, 125, 540, 140, 20, 74, 43, 105, 42, 200, 171, 179, 11, 62, 37, 1, 12, 9, 17, 98, 18, 248, 0, 19, 58, 240,
)  # fmt: skip
"""Seeds of random cases that together use every feature, and in one of which each rule binds."""


@dataclass(frozen=True)
class Question:
    """One solve."""

    name: str
    """Such as `imaging/base`, after the group that it belongs to."""
    case: Path
    scenario: str
    gap: float
    limit: float = LIMIT
    """Seconds."""


def questions(home: Path, cases: int, only: Sequence[str]) -> list[Question]:
    """The questions whose names are asked for; cases that are not there yet are made below `home`."""
    every = chain(_shipped(TINY, FINE), _shipped(IMAGING, COARSE), _quick_rows(home), _generated(home, cases))
    return [question for question in every if is_asked(question.name, only)]


def is_asked(name: str, only: Sequence[str]) -> bool:
    """Whether a name, its group or a pattern that fits it is among `only`; without any, every name is."""
    return not only or any(pattern == name.partition("/")[0] or fnmatchcase(name, pattern) for pattern in only)


def _shipped(folder: Path, gap: float) -> Iterator[Question]:
    for scenario in load_case(folder).scenarios:
        yield Question(f"{folder.name}/{scenario}", folder, scenario, gap)


def _quick_rows(home: Path) -> Iterator[Question]:
    for row in ROWS.values():
        if row.quick and row.shape is not None:
            folder = case_folder(row.shape, home)
            yield Question(f"rows/{row.name}", folder, "base", row.gap, min(row.limit, QUICK_LIMIT))


def _generated(home: Path, cases: int) -> Iterator[Question]:
    """One network of the generator after each three random cases."""
    seeds = chain(TELLING_SEEDS, (seed for seed in count() if seed not in TELLING_SEEDS))
    for number in range(cases):
        if number % 4 == 3:
            shape = network(number)
            yield Question(f"cases/network-{number}", case_folder(shape, home), "base", FINE)
        else:
            seed = next(seeds)
            yield Question(f"cases/random-{seed}", _random_folder(seed, home), "base", FINE)


def network(seed: int) -> Size:
    """Shape of a small case of the generator, drawn by seed."""
    draw = Random(seed).randint
    return Size(
        books=draw(1, 8), classes=draw(1, 3), products=draw(1, 3), tiers=draw(2, 4), models=draw(2, 6),
        prices=draw(2, 5), regions=draw(1, 3), seed=seed,
    )  # fmt: skip


def _random_folder(seed: int, home: Path) -> Path:
    """The random case with this seed as a folder, written anew: that takes no time, and the drawing may change."""
    folder = home / f"random-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    return write_case(build_case(*random_case(seed)), folder)
