"""The run that a question is about: its plan is what answers are compared with, and kept where nothing is better."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import optimizer
from models import Case, Scenario, load_case
from models.conditions import CountLimit, Decision
from models.plan_tables import FaultyRunError, RunError
from optimizer.analysis.machinery.sessions.reference_run import ReferenceRun
from optimizer.analysis.machinery.sessions.solver_session import SolverSession
from optimizer.assurance.result import Result
from optimizer.results.record import Status
from optimizer.results.run_reference import run_digest
from tests.folders import TINY

SOLVE = "optimizer.analysis.machinery.sessions.solver_session.solve"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    shutil.copytree(TINY, tmp_path / "case")
    return load_case(tmp_path / "case")


@pytest.fixture
def run(case: Case, tmp_path: Path) -> Path:
    return optimizer.solve(case).save(tmp_path / "run")


def without_gold(case: Case) -> Result:
    """The best plan without gold, as a limit may leave it: under its own rules 2,580 more can be had."""
    found = optimizer.solve(case, conditions=[Decision("tier", "gold", wanted=False)])
    return replace(found, status=Status.FEASIBLE, bound=19_560.0, gap=2580 / 16_980, manifest={}, warm_start_left=None)


def no_solve(*given: object, **options: object) -> Result:
    raise AssertionError("something was solved")


def test_an_answer_says_which_run_it_is_about(run: Path) -> None:
    digest = run_digest(run)
    for asked in (run, str(run), Result.load(run)):
        answer = optimizer.levels(asked)
        assert answer.run == (digest, str(run))
    assert optimizer.whynot(run, None, "drop gold").arguments == {"requests": ["drop gold"]}


def test_a_plan_that_was_not_saved_has_the_digest_that_saving_gives_it(case: Case, tmp_path: Path) -> None:
    result = optimizer.solve(case)
    answer = optimizer.levels(case, result=result)
    assert answer.run is not None
    assert answer.run.digest == run_digest(result.save(tmp_path / "later"))


def test_what_the_plan_answers_by_itself_is_not_solved(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SOLVE, no_solve)
    answer = optimizer.whynot(run, None, "offer gold", "exactly 2 tiers")
    assert answer.tables["requests"]["moved"].tolist() == ["", ""]
    assert answer.tables["requests"]["loss"].tolist() == [0.0, 0.0]
    for ask in (optimizer.levels, lambda asked: optimizer.price(asked, None, "clinics", "gold")):
        assert ask(run).status == "optimal"


def test_a_count_in_place_of_a_tighter_one_is_solved(case: Case) -> None:
    """At most two tiers in place of the one that the scenario allows: 480 more, by the table of data/tiny."""
    answer = optimizer.whynot(case, "one_tier", "at most 2 tiers")
    (row,) = answer.tables["requests"].to_dict("records")
    assert row["loss"] == pytest.approx(-480.0)
    assert row["moved"] != ""


def test_the_runs_plan_is_kept_where_what_is_found_is_better_by_less_than_its_proof_leaves_open(case: Case) -> None:
    reference = ReferenceRun(case, case.scenarios["base"], without_gold(case))
    looser = case.scenarios["base"].model_copy(update={"max_providers": 9})
    best = optimizer.solve(case)
    kept = reference.kept(looser, (), best)
    assert (kept.plan, kept.objective) == (reference.result.plan, pytest.approx(16_980))
    assert (kept.bound, kept.gap) == (best.bound, pytest.approx((best.bound or 0) / 16_980 - 1))
    assert kept.audit is not None
    assert kept.audit.ok

    tighter = replace(reference, result=replace(reference.result, bound=19_559.0))
    assert tighter.kept(looser, (), best) is best
    assert reference.kept(looser, (Decision("tier", "gold"),), best) is best  # which the run's plan does not obey
    other = looser.model_copy(update={"objective": "account_revenue"})
    assert reference.kept(other, (), best) is best


def test_the_runs_plan_stands_where_nothing_was_found_in_time(case: Case) -> None:
    reference = ReferenceRun(case, case.scenarios["base"], without_gold(case))
    nothing = replace(reference.result, status=Status.NO_PLAN, plan=None, objective=None, gap=None, bound=25_000.0)
    kept = reference.kept(case.scenarios["base"], (CountLimit("tier", None, 3),), nothing)
    assert (kept.status, kept.objective, kept.bound) == (Status.FEASIBLE, pytest.approx(16_980), 25_000.0)


def test_a_better_plan_found_on_the_way_is_said(case: Case) -> None:
    told = "The plan that this is about is not the best known: 2,580.00 EUR of account margin a year more"
    answer = optimizer.whynot(case, "base", "offer gold", result=without_gold(case))
    assert any(sentence.startswith(told) for sentence in answer.sentences)
    again = optimizer.whynot(case, "base", "offer gold", "drop gold")
    assert not any("best known" in sentence for sentence in again.sentences)


def test_a_run_of_other_data_is_refused_with_what_changed(case: Case, run: Path, tmp_path: Path) -> None:
    rates = tmp_path / "case" / "rates.csv"
    rates.write_text(rates.read_text() + "\n")
    changed = r"The case has changed since the run was made \(rates\.csv\); solve it again\."
    for asked in (
        lambda: optimizer.levels(run),
        lambda: optimizer.levels(load_case(tmp_path / "case"), result=Result.load(run, case)),
    ):
        with pytest.raises(RunError, match=changed) as refused:
            asked()
        assert not isinstance(refused.value, FaultyRunError)


def test_another_scenario_of_the_case_may_come_or_change(run: Path, tmp_path: Path) -> None:
    (tmp_path / "case" / "scenarios" / "later.toml").write_text('objective = "account_revenue"\n')
    assert optimizer.levels(run).scenario_name == "base"
    base = tmp_path / "case" / "scenarios" / "base.toml"
    base.write_text(base.read_text() + "max_tiers = 1\n")
    with pytest.raises(RunError, match=r"scenarios/base\.toml"):
        optimizer.levels(run)


def test_a_run_is_asked_under_its_own_scenario(run: Path, case: Case) -> None:
    assert optimizer.levels(run, "base").scenario_name == "base"
    with pytest.raises(RunError, match="The run is of scenario base, so nothing can be asked of it under one_tier"):
        optimizer.levels(run, "one_tier")
    session = SolverSession(run)
    assert optimizer.levels(session).run == optimizer.levels(run).run
    with pytest.raises(RunError, match="one_tier"):
        optimizer.explain(session, "one_tier")


def test_menus_that_were_given_are_compared_with_no_best_plan(case: Case) -> None:
    given = optimizer.evaluate(case, menus=optimizer.solve(case).menus)
    assert optimizer.levels(case, result=given).status == "optimal"
    with pytest.raises(RunError, match="The run was made by evaluate"):
        optimizer.explain(case, result=given)


def test_a_session_outside_of_questions_is_about_no_run(case: Case) -> None:
    session = SolverSession(case)
    optimizer.levels(session, result=without_gold(case))
    assert session.reference is None
    looser = Scenario(objective="account_margin", max_providers=9)
    assert session.solve(looser).objective == pytest.approx(19_560)
