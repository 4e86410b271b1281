"""Today's amounts: worked out once for questions that differ in margins and menus, anew for all others."""

from __future__ import annotations

import pytest

import optimizer.solving.baselines
from models import Case, Change, load_case
from optimizer.analysis.machinery.sessions.solver_session import SolverSession
from optimizer.solving.solve import solve
from optimizer.solving.todays_plan import baseline
from tests.worlds.small_case import write_small_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("case")))


def test_only_what_moves_the_baseline_is_worked_out_again(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    worked_out = []

    def counted(*given: object) -> object:
        worked_out.append(given)
        return baseline(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(optimizer.solving.baselines, "baseline", counted)
    session, base = SolverSession(case), case.scenarios["base"]
    dearer = (Change(table="rates", column="cost_per_case", multiply=2.0),)
    asked = [
        (1, {}),
        (1, {"min_service_margin": 0.2, "max_tiers": 1, "max_price_change": 0.3, "name": "other"}),
        (2, {"max_provider_share": None}),
        (3, {"change": dearer}),
        (4, {"objective": "account_margin"}),
        (4, {"min_account_margin": None}),
    ]
    for times, update in asked:
        scenario = base.model_copy(update=update)
        kept = session.solve(scenario).baseline
        assert len(worked_out) == times
        alone = solve(case, scenario).baseline
        del worked_out[times:]  # that of the solve alone
        assert kept is not None
        assert kept == pytest.approx(alone)
    assert session.evaluate("base", menus=case.tables["current_menus"]).baseline is not None
    assert len(worked_out) == 4


def test_a_baseline_that_a_limit_prevented_is_tried_again(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(None, "No delivery of today's menus was found in the time allowed."), ({"service_cost": 1.0}, None)]
    monkeypatch.setattr(optimizer.solving.baselines, "baseline", lambda *given: answers.pop(0))
    session, base = SolverSession(case, time_limit=60.0), case.scenarios["base"]
    first, second = (session.solve(base.model_copy(update={"max_tiers": tiers})) for tiers in (2, 1))
    assert first.baseline is None
    assert second.baseline == {"service_cost": 1.0}
