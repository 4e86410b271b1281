"""What is paid once stands apart in every answer, on the case worked by hand with a partner that must be made ready.

Partner saves 40 on each of 4 repairs in silver and costs 100 a year: 60 a year, for 25 once.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import nan

import pandas as pd
import pytest

import optimizer
from models import Case, Change, build_case, load_case
from models.conditions import Amount, Decision
from optimizer.analysis.alternatives import alternatives
from optimizer.analysis.compare import compare
from optimizer.analysis.explain import explain
from optimizer.analysis.frontier import frontier
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.analysis.machinery.comparison.unsold_shares import UnsoldShare, unsold_table
from optimizer.analysis.machinery.sessions.solver_session import SolverSession
from optimizer.analysis.partners import partners
from optimizer.analysis.portfolio import portfolio
from optimizer.analysis.roadmap import roadmap
from optimizer.analysis.sweep import sweep
from optimizer.analysis.whynot import whynot
from optimizer.auditing import audit
from optimizer.results.new_offers import NewOffer
from tests.folders import TINY

ONCE = 25.0
TOLD = "less 25.00 EUR once"


@cache
def case() -> Case:
    tiny = load_case(TINY)
    gap = {"provider": "Partner", "capability": "tools", "required": 7.0, "actual": 5.0, "months": 4.0}
    return replace(tiny, tables={**tiny.tables, "readiness": pd.DataFrame([{**gap, "cost_to_close": ONCE}])})


@cache
def session() -> SolverSession:
    return SolverSession(case(), gap=1e-7)


def said(answer: Answer, part: str) -> bool:
    return any(part in sentence for sentence in answer.sentences)


def test_the_plan_counts_it_whole() -> None:
    kpis = session().solve("base").decided.kpis
    assert (kpis["one_off_cost"], kpis["account_margin"]) == (ONCE, pytest.approx(19_560 - ONCE))


def test_what_a_partner_is_worth() -> None:
    answer = partners(session(), shares=[0.0, 1.0])
    row = answer.tables["values"].set_index("provider").loc["Partner"]
    assert (row["value"], row["value_yearly"], row["one_off_cost"]) == pytest.approx((35, 60, ONCE), abs=1e-3)
    assert (row["margin_value"], row["margin_yearly"]) == pytest.approx((35, 60), abs=1e-3)
    assert answer.tables["scorecard"].set_index("provider").loc["Partner", "value_yearly"] == pytest.approx(
        60, abs=1e-3
    )
    assert said(answer, f"Partner 60.00 EUR {TOLD}")
    shares = answer.tables["make_or_buy"].set_index("in_house_share")["one_off_cost"]
    assert (shares.loc[1.0], answer.tables["make_or_buy"].query("in_plan")["one_off_cost"].item()) == (0, ONCE)
    assert said(answer, f"100 % 60.00 EUR {TOLD}")
    failed = answer.tables["failures"].set_index("response").loc["new plan"]
    assert (failed["loss"], failed["loss_yearly"], failed["one_off_cost"]) == pytest.approx((35, 60, -ONCE), abs=1e-3)
    assert said(answer, f"of margin a year {TOLD}")


def test_what_leaving_the_partner_out_loses() -> None:
    answer = whynot(session(), "base", "drop Partner", "at most 2 providers")
    lost, kept = answer.tables["requests"].to_dict("records")
    assert [lost[name] for name in ("loss", "loss_yearly", "one_off_cost")] == pytest.approx([35, 60, -ONCE], abs=1e-3)
    assert (kept["loss_yearly"], kept["one_off_cost"]) == pytest.approx((0, 0), abs=1e-3)
    assert said(answer, f"costs 60.00 EUR of account margin a year {TOLD}")


def test_what_a_rule_against_the_partner_costs() -> None:
    tables = case().tables
    providers = tables["providers"].assign(engage=["required", "excluded"])
    barred = replace(case(), tables={**tables, "providers": providers})
    answer = explain(barred, gap=1e-7, rules=["excluded_providers"])
    (row,) = answer.tables["costs"].to_dict("records")
    gains = [row[name] for name in ("gain_dropped", "gain_dropped_yearly", "one_off_dropped")]
    assert gains == pytest.approx([35, 60, ONCE], abs=1e-3)
    assert said(answer, f"excluded_providers (Partner) costs 60.00 EUR of account margin a year {TOLD}")


def test_what_one_plan_has_more_than_another() -> None:
    answer = compare(session(), ["one_tier", "base"])
    parts = answer.tables["bridge"].set_index("part")["account_margin"]
    assert parts["one-off cost"] == pytest.approx(-ONCE)
    assert parts["fixed cost"] == pytest.approx(-400)  # silver's 300 and Partner's 100
    assert said(answer, f"base against one_tier: +480.00 EUR of account margin a year {TOLD}: ")


def test_what_a_gain_rests_on_that_is_not_sold_today() -> None:
    """Against a today of 12,580 that readies nobody; the best plan without gold earns 16,980, and readies Partner."""
    without = session().solve("base", conditions=[Decision("tier", "gold", wanted=False)])
    gold = NewOffer("tier", "gold", service_revenue=0.0, share=0.0)
    one = UnsoldShare("base", "EUR", gold, 6_980 - ONCE, 12_580, without, once=ONCE, today_once=0.0)
    row = unsold_table([one]).iloc[0]
    assert (row["gain"], row["gain_yearly"], row["one_off_cost"]) == (6_955, 6_980, ONCE)
    yearly = ["gain_without", "gain_without_yearly", "one_off_cost_without"]
    assert row[yearly].tolist() == pytest.approx([4_400 - ONCE, 4_400, ONCE])
    assert row["share"] == pytest.approx(1 - 4_375 / 6_955)
    assert "of its gain of 6,980.00 EUR a year less 25.00 EUR once over today rests on tier gold" in one.sentence()
    assert one.sentence().endswith("the best plan without it gains 4,400.00 EUR a year less 25.00 EUR once.")


def test_a_gain_counts_only_what_is_paid_once_more_than_today() -> None:
    (row,) = compare(session()).tables["unsold"].to_dict("records")
    assert row["one_off_cost"] == 0  # Partner serves silver at its best today, too
    assert row["gain"] == row["gain_yearly"] == pytest.approx(6_980)


def test_what_scenarios_change() -> None:
    rows = sweep(session(), ["one_tier", "base"], workers=1).tables["overview"]
    assert rows["one_off_cost"].tolist() == [0, ONCE]
    assert (rows["change"].iloc[1], rows["change_yearly"].iloc[1]) == pytest.approx((455, 480), abs=1e-3)


def test_what_another_number_of_tiers_has_less() -> None:
    answer = portfolio(session())
    assert said(answer, f"1 would lose 480.00 EUR a year {TOLD}")
    counts = answer.tables["tier_counts"].set_index("tiers")
    assert counts["one_off_cost"].tolist() == [0, ONCE]
    assert (counts.loc[2, "step"], counts.loc[2, "step_yearly"]) == pytest.approx((455, 480), abs=1e-3)


def test_other_plans_that_are_as_good() -> None:
    answer = alternatives(session(), count=2, within=1.0)
    best, other = answer.tables["alternatives"].to_dict("records")
    once = other["one_off_cost"]
    assert best["one_off_cost"] == 0
    assert once == -ONCE
    assert other["loss_yearly"] == pytest.approx(other["loss"] - once)
    assert said(answer, TOLD)


def test_points_of_a_frontier() -> None:
    answer = frontier(session(), goals=("account_margin", "service_revenue"), points=3)
    kpis = answer.tables["kpis"].query("kpi == 'one_off_cost'")
    assert answer.tables["points"]["one_off_cost"].tolist() == kpis["value"].tolist()
    assert set(kpis["unit"]) == {"EUR once"}


def test_the_waves_of_a_roadmap() -> None:
    """Partner is engaged in the last wave, when it is ready; what is gained by it is the 60 a year that it saves."""
    answer = roadmap(session())
    last = answer.tables["waves"].iloc[-1]
    assert (last["providers"], last["one_off_cost"]) == ("Partner", ONCE)
    assert (last["gain"], last["gain_yearly"]) == pytest.approx((35, 60), abs=1e-3)
    assert said(answer, "first work for Partner; 60.00 EUR a year gained")


@pytest.mark.parametrize("table", ["products", "tiers", "models"])
def test_every_value_is_the_sum_of_its_parts(table: str) -> None:
    known = portfolio(session()).tables[table].dropna(subset=["value"])
    assert len(known)
    assert known["value"].tolist() == pytest.approx((known["value_yearly"] - known["one_off_cost"]).tolist())


def test_revenue_counts_nothing_that_is_paid_once() -> None:
    wanted = case().scenarios["base"].model_copy(update={"objective": "service_revenue"})
    answer = whynot(case(), wanted, "drop Partner", gap=1e-7)
    (row,) = answer.tables["requests"].to_dict("records")
    assert row["loss"] == row["loss_yearly"]
    assert not said(answer, "once")


# -- spread over contract_years instead ------------------------------------------------------------

YEARLY = ONCE / (1 / 1.08 + 1 / 1.08**2)
"""An annuity over two years at the discount rate, each payment at the year's end."""


@cache
def spread() -> Case:
    providers = case().tables["providers"].assign(contract_years=[nan, 2.0])  # Own, Partner
    settings = case().settings.model_copy(update={"discount_rate": 0.08})
    return build_case(settings, {**case().tables, "providers": providers}, case().scenarios)


def test_what_is_spread_over_a_contract_is_paid_every_year() -> None:
    result = optimizer.solve(spread(), gap=1e-7)
    kpis = result.decided.kpis
    assert result.decided.decisions.providers == ("Own", "Partner")
    assert (kpis["one_off_cost"], kpis["account_margin"]) == (0, pytest.approx(19_560 - YEARLY))
    assert result.audit is not None
    assert result.audit.ok
    assert audit(spread(), spread().scenarios["base"], result.decided).ok
    for kpi, wrong in (("one_off_cost", ONCE), ("fixed_cost", kpis["fixed_cost"] or 0.0)):
        plan = replace(result.decided, kpis={**kpis, kpi: wrong + (0.0 if kpi == "one_off_cost" else ONCE - YEARLY)})
        rows = audit(spread(), spread().scenarios["base"], plan).kpis
        assert rows.loc[~rows["ok"], "kpi"].tolist() == [kpi]


def test_over_one_year_it_is_the_cost_and_a_year_s_interest() -> None:
    one = Change(table="providers", column="contract_years", where={"provider": "Partner"}, set=1)
    scenario = case().scenarios["base"].model_copy(update={"change": (one,)})
    kpis = optimizer.solve(spread(), scenario, gap=1e-7).decided.kpis
    assert kpis["account_margin"] == pytest.approx(19_560 - 1.08 * ONCE)


def test_a_condition_on_what_is_paid_once_leaves_it_alone() -> None:
    free = optimizer.solve(spread(), conditions=[Amount("one_off_cost", most=0.0)], gap=1e-7).decided
    paid = optimizer.solve(case(), conditions=[Amount("one_off_cost", most=0.0)], gap=1e-7).decided
    assert (free.decisions.providers, paid.decisions.providers) == (("Own", "Partner"), ("Own",))


def test_a_partner_ready_for_its_contract_is_worth_the_same_every_year() -> None:
    answer = partners(spread(), shares=[0.0], gap=1e-7)
    row = answer.tables["values"].set_index("provider").loc["Partner"]
    worth = (row["value"], row["value_yearly"], row["one_off_cost"])
    assert worth == pytest.approx((60 - YEARLY, 60 - YEARLY, 0), abs=1e-3)
    gap = answer.tables["readiness"].iloc[0]
    assert (gap["cost_to_close"], gap["once"], gap["yearly"]) == (ONCE, 0, pytest.approx(YEARLY))
    work = answer.tables["work"].set_index("provider")["readiness_cost"]
    assert (work["Partner"], answer.facts["readiness_cost_one_off"]) == (pytest.approx(YEARLY), 0)
    assert said(answer, "must be made ready, for 25.00 EUR spread over contract_years; the last")


def test_a_roadmap_pays_nothing_once_for_it() -> None:
    last = roadmap(spread(), gap=1e-7).tables["waves"].iloc[-1]
    assert (last["providers"], last["one_off_cost"]) == ("Partner", 0)
    assert (last["gain"], last["gain_yearly"]) == pytest.approx((60 - YEARLY, 60 - YEARLY), abs=1e-3)
