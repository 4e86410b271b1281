"""Starting from what an earlier solve found: it helps, and never brings in a plan that this question forbids."""

from __future__ import annotations

import pytest

from models import Case, load_case
from optimizer.result import Result, Status
from optimizer.solve import solve
from tests.small_case import write_small_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("case")))


@pytest.fixture(scope="module")
def earlier(case: Case) -> Result:
    result = solve(case)
    assert len(result.decided.decisions.tiers) == len(result.decided.decisions.models) == 2
    return result


@pytest.mark.parametrize("rule", [{"max_tiers": 1}, {"max_models": 1}, {"max_menu": 1}, {"min_service_margin": 0.3}])
def test_a_plan_that_breaks_a_rule_of_the_new_question_is_not_taken_over(
    rule: dict[str, float], case: Case, earlier: Result
) -> None:
    scenario = case.scenarios["base"].model_copy(update=rule)
    alone, started = solve(case, scenario), solve(case, scenario, start=earlier)
    assert started.status is alone.status is Status.OPTIMAL
    assert started.objective == pytest.approx(alone.objective, rel=2e-4)
    assert started.audit is not None
    assert started.audit.ok


def test_a_plan_still_allowed_is_the_first_to_beat(case: Case, earlier: Result) -> None:
    news = []
    solve(case, start=earlier, progress=news.append)
    known = [report.objective for report in news if report.objective is not None]
    assert known[0] == pytest.approx(earlier.objective, rel=2e-6)
