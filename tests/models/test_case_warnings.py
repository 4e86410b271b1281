"""Warnings: each on a case that deserves it, none on the small case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import optimizer
from models import Case, Change, Scenario, apply_scenario, build_case, load_case, scenario_warnings
from models.case_warnings import _look_alikes
from tests.worlds.small_case import write_small_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("small") / "case"))


def warnings_after(case: Case, table: str, column: str, where: dict[str, Any], value: Any) -> tuple[str, ...]:
    change = Change(table=table, column=column, where=where, set=value)
    return apply_scenario(case, Scenario(change=(change,)))[0].warnings


def without(case: Case, table: str, column: str, *values: str) -> Case:
    frame = case.tables[table]
    return build_case(case.settings, {**case.tables, table: frame[~frame[column].isin(values)]})


def test_the_small_case_has_none(case: Case) -> None:
    assert case.warnings == ()
    assert [scenario_warnings(case, scenario) for scenario in case.scenarios.values()] == [(), ()]


@pytest.mark.parametrize("objective", ["account_revenue", "service_revenue"])
def test_revenue_without_a_margin_rule(case: Case, objective: str) -> None:
    bare = Scenario.model_validate({"name": "bold", "objective": objective})
    (sentence,) = scenario_warnings(case, bare)
    assert "bold" in sentence
    assert objective in sentence

    for rule in ("min_service_margin", "min_account_margin"):
        assert scenario_warnings(case, bare.model_copy(update={rule: 0.1})) == ()


def test_margin_objectives_need_no_margin_rule(case: Case) -> None:
    assert scenario_warnings(case, Scenario(objective="service_margin")) == ()


def test_a_tier_that_cannot_be_served(case: Case) -> None:
    frame = case.tables["rates"]
    gone = (frame["provider"] == "own") & (frame["region"] == "north") & (frame["service"] == "inspection")
    bare = build_case(case.settings, {**case.tables, "rates": frame[~gone]})

    # Vega still inspects imaging systems in the north; only gold has inspections
    (sentence,) = bare.warnings
    assert "Tier gold cannot be served for family industrial in region north" in sentence
    assert "inspection" in sentence


def elsewhere(case: Case, region: str, renamed: str) -> pd.DataFrame:
    """The rates of one region once more, for another."""
    frame = case.tables["rates"]
    return frame[frame["region"] == region].assign(region=renamed)


def test_rates_for_regions_without_accounts_have_no_effect(case: Case) -> None:
    more = [case.tables["rates"], elsewhere(case, "north", "North"), elsewhere(case, "south", "atlantis")]
    wide = build_case(case.settings, {**case.tables, "rates": pd.concat(more)}, case.scenarios)

    (sentence,) = wide.warnings
    assert "Rates for a region without accounts have no effect (20 of 40 rows)" in sentence
    assert '"North" (did you mean "north"?), "atlantis".' in sentence
    for name in case.scenarios:
        one, other = optimizer.solve(case, name), optimizer.solve(wide, name)
        assert one.plan is not None
        assert other.plan is not None
        assert other.audit is not None
        assert other.audit.ok
        assert one.plan.kpis == other.plan.kpis
        pd.testing.assert_frame_equal(one.plan.allocation, other.plan.allocation)


def test_many_such_regions_are_counted(case: Case) -> None:
    more = [case.tables["rates"], *(elsewhere(case, "south", f"region {i}") for i in range(30))]
    (sentence,) = build_case(case.settings, {**case.tables, "rates": pd.concat(more)}).warnings

    assert sentence.endswith("and 22 more.")


def test_changes_may_name_them_and_make_them(case: Case) -> None:
    wide = pd.concat([case.tables["rates"], elsewhere(case, "south", "atlantis")])
    found = build_case(case.settings, {**case.tables, "rates": wide})
    told = warnings_after(found, "rates", "cost_per_case", {"region": "atlantis"}, 5.0)
    assert [sentence for sentence in told if "atlantis" in sentence]

    told = warnings_after(case, "accounts", "region", {"region": "north"}, "south")
    assert [sentence for sentence in told if '"north"' in sentence and "no effect" in sentence]


def test_a_partner_with_rates_where_nobody_is(case: Case) -> None:
    told = warnings_after(case, "rates", "region", {"provider": "Orbis"}, "atlantis")

    assert [s for s in told if "Partner Orbis can never be engaged" in s and "in a region with accounts" in s]
    assert [s for s in told if "no effect (3 of 20 rows)" in s]


def test_a_rate_of_an_excluded_provider_serves_nobody(case: Case) -> None:
    told = warnings_after(case, "providers", "engage", {"provider": "own"}, "excluded")

    assert any("Tier silver cannot be served for family industrial in region north" in sentence for sentence in told)


def test_a_promise_that_nothing_holds(case: Case) -> None:
    (sentence,) = warnings_after(case, "tiers", "min_attainment", {"tier": "silver"}, 0.0)

    assert "Tier silver promises a response within 24 hours" in sentence


@pytest.mark.parametrize(
    ("table", "column", "where", "value", "reason"),
    [
        ("criteria", "minimum", {"criterion": "reach"}, 6.0, "score on reach is under"),
        ("providers", "capacity_hours", {"provider": "Vega"}, 0.0, "capacity_hours is 0"),
        ("providers", "max_share", {"provider": "Vega"}, 0.0, "max_share is 0"),
        ("rates", "max_share", {"provider": "Vega"}, 0.0, "no rate"),
    ],
)
def test_a_partner_that_is_never_engaged(
    case: Case, table: str, column: str, where: dict[str, Any], value: float, reason: str
) -> None:
    (sentence,) = warnings_after(case, table, column, where, value)

    assert "Partner Vega" in sentence
    assert reason in sentence


def test_a_partner_under_the_scenarios_score(case: Case) -> None:
    # Orbis: (2 x 6.5 + 1 x 9) / 3 = 7.333; Vega: (2 x 9 + 1 x 5) / 3 = 7.667
    told = scenario_warnings(case, Scenario(objective="account_margin", min_provider_score=7.5))

    assert len(told) == 1
    assert "Partner Orbis" in told[0]
    assert "7.33" in told[0]


def test_an_option_that_bills_nothing(case: Case) -> None:
    usage = warnings_after(case, "installed_base", "usage_hours", {"product": "gauge"}, 0.0)
    assert [sentence for sentence in usage if "by_hour for gauge" in sentence and "Segment factory" in sentence]

    still = warnings_after(case, "products", "incident_rate", {"product": "viewer"}, 0.0)
    assert [sentence for sentence in still if "metered" in sentence and "viewer" in sentence]

    costless = warnings_after(case, "services", "standard_cost", {}, 0.0)
    assert [sentence for sentence in costless if "open_book" in sentence and "silver" in sentence]


def test_a_product_without_a_policy(case: Case) -> None:
    (sentence,) = without(case, "fulfilment", "product", "viewer").warnings

    assert "No fulfilment policy for viewer" in sentence


def test_scores_of_one_that_is_no_partner(case: Case) -> None:
    scores = case.tables["scores"]
    own = [{"provider": "own", "criterion": "quality", "score": 1.0}]  # under the minimum, which binds partners alone
    scored = build_case(
        case.settings, {**case.tables, "scores": pd.concat([scores, pd.DataFrame(own)])}, case.scenarios
    )

    assert scored.warnings == ("Scores of own have no effect: only partners are chosen by their scores.",)
    assert optimizer.solve(scored, "dear").objective == optimizer.solve(case, "dear").objective


def scored(case: Case, *rows: tuple[str, str, str, str, float], **criteria: object) -> Case:
    """The case with more scores, and with other columns of criteria."""
    more = pd.DataFrame(rows, columns=["provider", "criterion", "region", "family", "score"])
    tables = {**case.tables, "scores": pd.concat([case.tables["scores"], more], ignore_index=True)}
    tables["criteria"] = tables["criteria"].assign(**criteria)
    return build_case(case.settings, tables, case.scenarios)


def test_scores_on_what_is_asked_of_others(case: Case) -> None:
    """Reach (9 and 5) is asked of volume partners alone, so that Vega has the mean of quality, 9."""
    told = scored(case, kind=["", "volume_partner"])

    assert told.warnings == (
        "Scores of Vega on reach have no effect: the criterion is not asked of that kind of partner.",
    )
    assert scenario_warnings(told, Scenario(objective="account_margin", min_provider_score=8)) == (
        "Partner Orbis can never be engaged in scenario base: its score 7.33 is under min_provider_score 8.",
    )


def test_a_score_that_is_not_asked_may_be_missing(case: Case) -> None:
    general = case.tables["scores"]
    asked = general[(general["provider"] != "Vega") | (general["criterion"] != "reach")]
    criteria = case.tables["criteria"].assign(kind=["", "volume_partner"])
    tables = {**case.tables, "criteria": criteria, "scores": asked}
    assert build_case(case.settings, tables, case.scenarios).warnings == ()


def test_scores_for_a_region_without_accounts(case: Case) -> None:
    (sentence,) = scored(case, ("Vega", "quality", "nrth", "", 1.0)).warnings

    assert sentence == 'Scores for a region without accounts have no effect: "nrth" (did you mean "north"?).'


def test_a_partner_barred_from_all_its_work(case: Case) -> None:
    told = scored(case, ("Vega", "quality", "", "imaging", 1.0), ("Vega", "quality", "", "industrial", 4.9)).warnings

    assert any(
        "Partner Vega can never be engaged" in sentence and "for a region or family are under" in sentence
        for sentence in told
    )


@pytest.mark.parametrize(
    ("table", "column", "one", "other", "told"),
    [
        ("accounts", "region", "north", "nor\u200bth", "a zero width space (U+200B)"),
        ("products", "family", "imaging", "im\u0430ging", "a cyrillic small letter a (U+0430)"),
        ("fulfilment", "policy", "swap it", "swap\u00a0it", "a no-break space (U+00A0)"),
    ],
)
def test_two_names_that_look_alike(case: Case, table: str, column: str, one: str, other: str, told: str) -> None:
    frame = case.tables[table].copy()
    frame.loc[0, column], frame.loc[1, column] = one, other
    (sentence,) = _look_alikes(replace(case, tables={**case.tables, table: frame}))

    assert sentence.startswith(f'{table}, column {column}: "{one}" and ')
    assert told in sentence


def test_scenarios_that_look_alike_are_told_too(case: Case) -> None:
    alike = build_case(case.settings, case.tables, {"Cafe": Scenario(), "Caf\u0435": Scenario()})

    assert any("scenarios" in sentence and "U+0435" in sentence for sentence in alike.warnings)
