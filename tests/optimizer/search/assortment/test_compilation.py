"""Compiling ahead of a solve: the solve then has nothing left to compile, whatever kind of case it is of."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import optimizer
from models import build_case
from optimizer.search.assortment import compiled
from optimizer.search.assortment.compilation import compile_search
from tests.oracle.random_cases import random_case

compile_search()
kinds = set()
with compiled.reading_only():  # what is not there raises
    optimizer.solve(optimizer.load_case("data/tiny"))
    before = [len(function.signatures) for function in compiled.FUNCTIONS]
    assert before == [1, 1, 1], before
    for seed in range(8):
        case = build_case(*random_case(seed))
        kinds.add(case.settings.choice_model)
        optimizer.solve(case, gap=1e-7)
assert kinds == {"logit", "first_choice"}, kinds
after = [len(function.signatures) for function in compiled.FUNCTIONS]
assert after == before, (before, after)
"""


def test_a_solve_compiles_nothing_more() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
