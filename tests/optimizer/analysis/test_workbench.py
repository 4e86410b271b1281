"""The workbench: a question asked twice is solved once, and the same is found as by solving it alone."""

from __future__ import annotations

import pytest

from models import Case, CaseError, load_case
from optimizer.analysis.workbench import Workbench, at_work
from optimizer.progress import Progress
from optimizer.result import Status
from optimizer.solve import solve
from tests.small_case import write_small_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("case")))


def test_a_question_is_solved_once_whatever_it_is_called(case: Case) -> None:
    bench = Workbench(case)
    first = bench.solve("base")
    again = bench.solve(case.scenarios["base"].model_copy(update={"name": "same", "description": "the same"}))
    assert again is first
    assert bench.evaluate("base", menus=first.menus) is bench.evaluate("base", menus=first.menus.copy())
    assert len(bench.results) == 2


def test_what_is_found_from_a_nearby_question_is_what_is_found_alone(case: Case) -> None:
    bench = Workbench(case)
    for tiers in (2, 1):
        scenario = case.scenarios["base"].model_copy(update={"max_tiers": tiers})
        alone = solve(case, scenario)
        assert bench.solve(scenario).objective == pytest.approx(alone.objective, rel=2e-4)


def test_progress_counts_the_solves(case: Case) -> None:
    news: list[Progress] = []
    bench = Workbench(case, progress=news.append)
    for name in bench.each(["base", "dear"]):
        bench.solve(name, label=name)
    phases = [report.phase for report in news]
    assert phases[0].startswith("1 of 2: base, ")
    assert phases[-1].startswith("2 of 2: dear, ")
    assert news[0].seconds <= news[-1].seconds


def test_a_stop_ends_the_round_and_what_was_cut_short_is_not_kept(case: Case) -> None:
    stop = False
    bench = Workbench(case, should_stop=lambda: stop)
    met = []
    for name in bench.each(["base", "dear"]):
        met.append(name)
        stop = True
    assert met == ["base"]
    assert bench.solve("base").status in (Status.NO_PLAN, Status.FEASIBLE)
    stop = False
    assert bench.solve("base").status is Status.OPTIMAL


def test_an_unknown_scenario_is_bad_input(case: Case) -> None:
    with pytest.raises(CaseError, match="no scenario of that name"):
        Workbench(case).solve("bas")


def test_a_workbench_has_its_own_options(case: Case) -> None:
    bench = Workbench(case)
    assert at_work(bench) is bench
    assert at_work(case, gap=0.5).gap == 0.5
    with pytest.raises(TypeError, match="gap"):
        at_work(bench, gap=0.5)
