"""Compare: today's plan is the baseline, what changed is said as it is, plans are found by name or folder."""

from __future__ import annotations

from math import nan
from pathlib import Path

import pandas as pd
import pytest

from models import Case, CaseError, build_case, load_case
from models.plan import MONEY_KPIS
from models.plan_tables import RunError
from optimizer.analysis.compare import compare
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.analysis.machinery.comparison.todays_book import today
from optimizer.analysis.machinery.sessions.solver_session import SolverSession
from optimizer.results.record import Status
from tests.oracle.random_cases import random_case
from tests.worlds.hand_case import hand_case
from tests.worlds.small_case import write_small_case


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> SolverSession:
    return SolverSession(load_case(write_small_case(tmp_path_factory.mktemp("case"))))


@pytest.fixture(scope="module")
def answer(session: SolverSession) -> Answer:
    return compare(session, ["today", "base"])


@pytest.mark.parametrize("seed", [9, 15, 22, 27, 55])
def test_todays_plan_has_the_amounts_of_the_baseline(seed: int) -> None:
    case = build_case(*random_case(seed))
    session = SolverSession(case, gap=1e-7)
    baseline = session.solve().baseline
    plan = today(session).plan
    assert (plan is None) == (baseline is None)
    if plan is not None and baseline is not None:
        objective = case.scenarios["base"].objective
        assert plan.kpis[objective] == pytest.approx(baseline[objective], rel=3e-6, abs=1e-5)


def test_without_current_menus_there_is_no_today() -> None:
    case = build_case(*hand_case())
    with pytest.raises(CaseError, match="current_menus"):
        today(SolverSession(case))
    alone = compare(case, ["base"], gap=1e-3)
    assert list(alone.tables["overview"].columns) == ["kpi", "unit", "base"]
    assert alone.sentences[0].startswith("base is the only plan")


def test_kpis_are_those_of_the_plans(answer: Answer, session: SolverSession) -> None:
    kpis = answer.tables["kpis"].set_index(["plan", "kpi"])
    result = session.solve("base")
    for name in MONEY_KPIS:
        assert kpis.loc[("base", name), "value"] == result.decided.kpis[name]
        change = kpis.loc[("base", name), "value"] - kpis.loc[("today", name), "value"]
        assert kpis.loc[("base", name), "change"] == pytest.approx(change, abs=1e-6)
    assert answer.tables["overview"].set_index("kpi")["base"].to_dict() == pytest.approx(
        {name: nan if value is None else value for name, value in result.decided.kpis.items()}, nan_ok=True
    )


def test_menus_say_what_became_of_each_tier(answer: Answer) -> None:
    rows = answer.tables["menus"]
    said = rows[rows["plan"] == "base"].set_index(["price_book", "tier"])["change"].to_dict()
    assert said == {
        ("factory", "gold"): "added",
        ("factory", "silver"): "dropped",
        ("health", "gold"): "model",
        ("health", "silver"): "price",
    }
    assert set(rows.loc[rows["plan"] == "today", "change"]) == {""}


def test_decisions_and_shares_change_against_the_first_plan(answer: Answer) -> None:
    models = answer.tables["decisions"].query("kind == 'pricing model' and plan == 'base'").set_index("name")["change"]
    assert models.to_dict() == {"metered": "dropped", "rental": "added", "warranty": ""}
    shares = answer.tables["shares"].groupby(["segment", "plan"])
    assert shares["share"].sum().tolist() == pytest.approx([1.0] * 6)
    assert shares["change"].sum().tolist() == pytest.approx([0.0] * 6, abs=1e-12)


def test_the_bridge_adds_up_and_its_largest_part_is_said(answer: Answer) -> None:
    kpis = answer.tables["kpis"].query("plan == 'base'").set_index("kpi")["change"]
    for table in ("bridge", "bridge_causes"):
        for measure in ("account_revenue", "account_margin", "service_revenue", "service_margin"):
            assert answer.tables[table][measure].sum() == pytest.approx(kpis[measure], rel=1e-9)
    largest = answer.tables["bridge"].set_index("part")["account_revenue"].abs().idxmax()
    assert f"of account revenue a year: {largest} " in answer.sentences[0]


def test_one_plan_is_compared_with_today_and_none_means_the_scenario(answer: Answer, session: SolverSession) -> None:
    for given in ([], ["base"], [session.solve("base")]):
        assert list(compare(session, given).tables["overview"].columns) == ["kpi", "unit", "today", "base"]


def test_a_run_folder_is_a_plan_and_gets_a_name_of_its_own(session: SolverSession, tmp_path: Path) -> None:
    folder = session.solve("base").save(tmp_path / "mine")
    again = compare(session, ["base", folder, session.solve("base")])
    assert list(again.tables["overview"].columns[2:]) == ["base", "mine", "base (2)"]
    assert again.tables["bridge"].empty
    named = compare(session, {"a": "base", "b": str(folder)})
    assert set(named.tables["menus"]["plan"]) == {"a", "b"}


def test_a_plan_that_is_not_there_or_of_another_case_is_refused(session: SolverSession, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"bas is neither today, nor a scenario of the case \(base, dear\)"):
        compare(session, ["bas"])
    other = build_case(*hand_case())
    folder = SolverSession(other).solve("base").save(tmp_path / "other")
    with pytest.raises(RunError, match=r"a plan of the case by hand; expected one of small"):
        compare(session, [folder])


def test_a_scenario_without_a_plan_is_named_and_left_out(session: SolverSession) -> None:
    case = session.case
    hopeless = case.scenarios["base"].model_copy(update={"name": "hopeless", "min_service_margin": 1.0})
    answer = compare(session, ["base", "dear", hopeless])
    assert any(sentence.startswith("hopeless: Infeasible, proved.") for sentence in answer.sentences)
    assert set(answer.tables["kpis"]["plan"]) == {"base", "dear"}
    alone = compare(SolverSession(case), {"a": hopeless, "b": hopeless})
    assert alone.status is Status.INFEASIBLE
    assert isinstance(alone.tables.get("overview", pd.DataFrame()), pd.DataFrame)


def test_every_table_explains_its_columns(answer: Answer) -> None:
    assert set(answer.columns) == set(answer.tables)
    assert all(meaning for columns in answer.columns.values() for meaning in columns.values())


def test_a_case_will_do_for_a_session(session: SolverSession) -> None:
    case: Case = session.case
    assert compare(case, ["base", "base"], gap=1e-2).case_name == "small"
