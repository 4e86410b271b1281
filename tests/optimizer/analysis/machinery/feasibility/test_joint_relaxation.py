"""Rules dropped together: what is proved of all of them holds for each alone."""

from __future__ import annotations

import pytest

import optimizer
from models import Case, load_case
from optimizer.analysis.machinery.feasibility.joint_relaxation import jointly_dropped
from optimizer.analysis.machinery.feasibility.levers import Lever, levers
from optimizer.analysis.machinery.sessions.context import AnalysisContext, pose
from optimizer.analysis.machinery.sessions.solver_session import SolverSession
from tests.folders import TINY
from tests.optimizer.analysis.posed import case_of, scenario_of
from tests.slow import one_in

EXACT, ROUNDING = 1e-9, 1e-6


def context_of(case: Case) -> tuple[AnalysisContext, dict[str, Lever]]:
    posed = pose(SolverSession(case), "base")
    return posed.context(), {lever.name: lever for lever in levers(posed.case, posed.scenario)}


@pytest.fixture
def tiny() -> tuple[AnalysisContext, dict[str, Lever]]:
    return context_of(load_case(TINY))


def test_one_solve_answers_rules_that_cost_nothing(tiny: tuple[AnalysisContext, dict[str, Lever]]) -> None:
    context, on = tiny
    group = [on["required_products (scanner)"], on["required_products (viewer)"], on["required_providers (Own)"]]
    before = len(context.session.results)
    found = jointly_dropped(context, group)
    assert set(found) == set(group)
    assert len({id(result) for result in found.values()}) == 1
    assert len(context.session.results) == before + 1


def test_what_the_better_plan_breaks_is_left_out(tiny: tuple[AnalysisContext, dict[str, Lever]]) -> None:
    """The floor of silver costs 160 (see test_explain), all else of the group nothing."""
    context, on = tiny
    dear = on["csat_floor (silver)"]
    free = [on["required_products (scanner)"], on["required_products (viewer)"], on["required_providers (Own)"]]
    before = len(context.session.results)
    assert set(jointly_dropped(context, [free[0], dear, *free[1:]])) == set(free)
    assert len(context.session.results) == before + 2


def test_one_rule_alone_is_not_tried(tiny: tuple[AnalysisContext, dict[str, Lever]]) -> None:
    context, on = tiny
    before = len(context.session.results)
    assert jointly_dropped(context, [on["required_providers (Own)"]]) == {}
    assert jointly_dropped(context, [on["csat_floor (silver)"]] * 2) == {}  # two that set the same
    assert len(context.session.results) == before


@pytest.mark.parametrize("seed", one_in(2, [12, 7]))
def test_each_rule_alone_keeps_to_the_bound_of_all(seed: int) -> None:
    case, wanted = case_of(seed), scenario_of(seed)
    context, on = context_of(case)
    found = jointly_dropped(context, [lever for lever in on.values() if not lever.idle])
    for lever, result in found.items():
        alone = optimizer.solve(case, lever.dropped(wanted), gap=EXACT).objective
        assert alone is not None
        assert result.bound is not None
        assert alone <= result.bound + ROUNDING * max(1.0, abs(alone))
