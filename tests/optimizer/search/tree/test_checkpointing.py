"""A search cut short goes on where it was: to the optimum that enumeration finds, never back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import optimizer
from models import Case, apply_scenario, build_case
from models.economics.offers import sellable_options
from optimizer.assurance.result import Result
from optimizer.program.instance import build_instance
from optimizer.results.checkpoint import Checkpoint
from optimizer.results.progress import Progress
from optimizer.results.record import Status
from optimizer.search.master.nodes import Evaluation
from optimizer.search.state.parameters import CheckpointParameters, CleanUpParameters, SearchParameters
from optimizer.search.tree.branch_and_price import BranchAndPrice
from optimizer.solving import session as session_module
from optimizer.solving.engine import DeliveryQuestion, Limit, Search, offers_of
from optimizer.solving.session import Identity, Session
from tests.oracle.enumeration import Optimum, enumerate_scenario
from tests.oracle.random_cases import random_case

GAP = 1e-7
GIVEN_UP = 1e-6
"""What the second stage may give up of the objective for margin, relative."""
SEEDS = (2, 17, 40)
"""Cases that take many nodes without short cuts."""


@pytest.fixture
def no_short_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases small enough to enumerate are branched on to the end, as large ones are."""
    monkeypatch.setattr(BranchAndPrice, "_enumerate", lambda *_: None)


def posed(seed: int) -> tuple[Case, Optimum]:
    settings, tables, scenarios = random_case(seed)
    return build_case(settings, tables, scenarios), enumerate_scenario(settings, tables, scenarios["base"])


def stop_after(reports: int) -> dict[str, Any]:
    """Options of a solve that is stopped once it has reported so often."""
    told: list[Progress] = []
    stopped: Callable[[], bool] = lambda: len(told) >= reports  # noqa: E731
    return {"progress": told.append, "should_stop": stopped}


def size(value: float) -> float:
    return max(1.0, abs(value))


def assert_no_step_back(before: Result, after: Result) -> None:
    if before.objective is not None:
        assert after.objective is not None
        assert after.objective >= before.objective - GIVEN_UP * size(before.objective)
    if before.bound is not None and after.bound is not None:
        assert after.bound <= before.bound + 1e-12 * size(before.bound)


def assert_true(result: Result, best: Optimum) -> None:
    """Nothing is claimed that enumeration refutes."""
    if best.objective is None:
        assert result.plan is None
        return
    assert result.status is not Status.INFEASIBLE
    assert result.bound is None or result.bound >= best.objective - 1e-9 * size(best.objective)
    assert result.objective is None or result.objective <= best.objective + (GAP + GIVEN_UP) * size(best.objective)


@pytest.mark.usefixtures("no_short_cuts")
@pytest.mark.parametrize("seed", SEEDS)
def test_many_short_sessions_end_where_one_long_one_does(seed: int, tmp_path: Path) -> None:
    case, best = posed(seed)
    result, sessions = optimizer.solve(case, gap=GAP, **stop_after(5)), 1
    while result.state is not None:
        assert sessions < 60
        assert_true(result, best)
        result.save(tmp_path / "run")
        before, sessions = result, sessions + 1
        result = optimizer.solve(case, gap=GAP, resume=tmp_path / "run", **stop_after(25))
        assert_no_step_back(before, result)
        assert result.manifest["resumed"]["sitting"] == sessions  # type: ignore[index]
        assert before.state is not None
        assert result.seconds > before.state.seconds
    assert sessions > 2
    assert result.status.value == best.status
    if best.objective is not None:
        assert result.objective is not None
        assert abs(result.objective - best.objective) <= (GAP + GIVEN_UP) * size(best.objective)
        assert result.audit is not None
        assert result.audit.ok


def search_of(case: Case, gap: float, before: Checkpoint | None = None) -> tuple[Search, Session]:
    changed, scenario = apply_scenario(case, "base")
    instance = build_instance(changed, scenario)
    session = Session(Identity(case, "base"))
    session.before = before
    question = DeliveryQuestion(instance, offers_of(instance, sellable_options(instance.catalog)))
    return Search(question, Limit(gap, None, None), None, session), session


def searched(case: Case, gap: float, before: Checkpoint | None = None) -> tuple[float, Checkpoint]:
    """Objective of the best plan once the gap is proved, and what is left of the search then."""
    search, session = search_of(case, gap, before)
    search.run()
    assert search.incumbent.plan is not None
    return search.incumbent.objective, search.checkpoint(session)


@pytest.mark.parametrize("seed", [20, 36, 102])
def test_a_tighter_gap_opens_again_what_a_wider_one_closed(seed: int) -> None:
    case, best = posed(seed)
    assert best.objective is not None
    first, state = searched(case, 0.5)
    assert first < best.objective - 1e-3 * size(best.objective)  # the best plan was in a part that was closed
    again, _ = searched(case, GAP, state)
    assert again == pytest.approx(best.objective, rel=2 * GAP, abs=2 * GAP)


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_a_search_without_plan_goes_on_to_the_proof_that_there_is_none(seed: int, tmp_path: Path) -> None:
    settings, tables, scenarios = random_case(seed)
    scenario = scenarios["base"].model_copy(update={"min_account_margin": 0.9})
    case = build_case(settings, tables, {"base": scenario})
    assert enumerate_scenario(settings, tables, scenario).status == "infeasible"
    cut = optimizer.solve(case, gap=GAP, **stop_after(1))
    assert cut.status is Status.NO_PLAN
    assert optimizer.solve(case, gap=GAP, resume=cut.save(tmp_path / "run")).status is Status.INFEASIBLE


@pytest.mark.usefixtures("no_short_cuts")
def test_a_wider_gap_than_before_is_proved_at_once(tmp_path: Path) -> None:
    case, best = posed(9)
    cut = optimizer.solve(case, gap=GAP, **stop_after(45))
    assert cut.gap is not None
    result = optimizer.solve(case, gap=1.1 * cut.gap, resume=cut.save(tmp_path / "run"))
    assert (result.status, result.state) == (Status.OPTIMAL, None)
    assert_true(result, best)
    assert result.effort["nodes"] == cut.effort["nodes"]


@pytest.mark.usefixtures("no_short_cuts")
@pytest.mark.parametrize("seed", [2, 20])
def test_forgetting_columns_changes_nothing_that_is_found(seed: int) -> None:
    few = SearchParameters(clean_up=CleanUpParameters(pool_columns=1, pool_columns_per_book=2))
    case, best = posed(seed)
    result = optimizer.solve(case, gap=GAP, params=few)
    assert result.status.value == best.status
    if best.objective is not None:
        assert result.objective is not None
        assert abs(result.objective - best.objective) <= (GAP + GIVEN_UP) * size(best.objective)


def test_what_is_known_by_number_is_forgotten_with_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    search, _ = search_of(posed(2)[0], GAP)
    search.tree.heuristics.evaluations[0, 1, 2, 3, 4, 5] = Evaluation(1.0, 1.0)
    monkeypatch.setattr(search.master, "clean_up", lambda: True)
    search.run()
    assert (0, 1, 2, 3, 4, 5) not in search.tree.heuristics.evaluations


@pytest.mark.parametrize("blocked", ["a file", "no room"])
def test_a_checkpoint_that_cannot_be_written_warns_once_and_the_search_goes_on(
    blocked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    often = SearchParameters(checkpoint=CheckpointParameters(every_seconds=0.0, writing_share=1.0))
    folder = tmp_path / "run"
    if blocked == "a file":
        folder.write_text("not a folder", encoding="utf-8")
    else:
        monkeypatch.setattr(session_module, "write_state", no_room)
    case, best = posed(2)
    result = optimizer.solve(case, gap=GAP, checkpoint=folder, params=often)
    assert result.status is Status.OPTIMAL
    assert result.objective == pytest.approx(best.objective)
    told = [record.getMessage() for record in caplog.records if record.name == "optimizer.solving.session"]
    assert len(told) == 1
    assert told[0].startswith("The search goes on, but what --resume needs could not be written: ")


def no_room(*_: object) -> None:
    raise OSError(28, "No space left on device")
