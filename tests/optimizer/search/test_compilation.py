"""Compiling ahead of a solve: the solve then has nothing left to compile."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import optimizer
from optimizer.search.compilation import compile_search
from optimizer.search import menu_batch, menu_search, menu_worth

compile_search()
functions = [
    menu_batch.search_books, menu_batch.climb_books, menu_batch.cover, menu_batch.terms_of,
    menu_search.search_menus, menu_worth.climb, menu_worth.value_by_tier,
]
before = [len(function.signatures) for function in functions]
assert all(before), before
optimizer.solve(optimizer.load_case("data/tiny"))
after = [len(function.signatures) for function in functions]
assert after == before, (before, after)
"""


def test_a_solve_compiles_nothing_more() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
