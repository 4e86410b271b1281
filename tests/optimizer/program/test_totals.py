"""The box of the demand totals: nothing in it is beyond where it must end, for HiGHS goes astray there."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from models import apply_scenario, build_case
from models.economics.offers import sellable_options
from optimizer.lp.arrays import MixedIntegerProgram
from optimizer.lp.integer_programs import solve_integer
from optimizer.lp.solver import Limits, Solver
from optimizer.program.instance import build_instance
from optimizer.program.totals import MONEY
from optimizer.program.totals_bounds import totals_bounds
from optimizer.program.totals_map import offers_map, standing_totals
from optimizer.solving.engine import offers_of
from tests.oracle.random_cases import random_case


@pytest.mark.parametrize("seed", range(8))
def test_what_only_adds_up_is_never_less_than_what_stands(seed: int) -> None:
    case, scenario = apply_scenario(build_case(*random_case(seed)), "base")
    instance = build_instance(case, scenario)
    offers = offers_of(instance, sellable_options(instance.catalog))
    demand_map = offers_map(offers, instance.index)
    box = totals_bounds(offers, instance.index, demand_map, instance.sellable)
    standing = standing_totals(offers, instance.index)
    assert (box.low[len(MONEY) :] == standing[len(MONEY) :]).all()
    assert (box.high[box.high != standing] > standing[box.high != standing]).all()


def test_a_bound_just_below_zero_leads_a_presolve_astray() -> None:
    """max b with x >= b / 256 and x = 0: b = 0 is the solution, whether or not x may be just below 0."""
    program = MixedIntegerProgram(
        cost=np.array([-1.0, 0.0]), low=np.array([0.0, -1.5625e-9]), high=np.array([1.0, 1.5]),
        integer=np.array([True, False]), rows=sparse.csc_matrix(np.array([[-1 / 256, 1.0], [0.0, 1.0]])),
        row_low=np.zeros(2), row_high=np.array([np.inf, 0.0]),
    )  # fmt: skip
    outcome = solve_integer(program, Limits())
    assert outcome.solved
    assert outcome.objective == pytest.approx(0.0, abs=1e-5)
    if Solver(program, with_integers=True).solve(recheck_infeasible=False).solved:
        pytest.fail("HiGHS solves this one by now: the word of its presolve may be taken again.")
