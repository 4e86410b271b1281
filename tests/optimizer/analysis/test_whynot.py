"""Why not: losses worked out by hand, and what short texts mean."""

from __future__ import annotations

from pathlib import Path

import pytest

import optimizer
from models import Case, CaseError
from models.condition_texts import parse_conditions
from models.conditions import Amount, Condition, CountLimit, Cover, CsatOverFloor, Decision, MenuOption, WorkShare
from tests.worlds.small_case import write_small_case


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return optimizer.load_case(write_small_case(tmp_path_factory.mktemp("case")))


TEXTS: dict[str, tuple[Condition, ...]] = {
    "offer gold": (Decision("tier", "gold"),),
    "use warranty; drop Orbis": (Decision("model", "warranty"), Decision("provider", "Orbis", wanted=False)),
    "exactly  2 tiers": (CountLimit("tier", 2, 2),),
    "at most 1 pricing model": (CountLimit("model", None, 1),),
    "health gold rental 0.25": (MenuOption("health", "gold", "rental", 0.25),),
    "health gold rental 25 %": (MenuOption("health", "gold", "rental", 0.25),),
    "everywhere no silver": (MenuOption("", "silver", wanted=False),),
    "factory gold by_hour": (MenuOption("factory", "gold", "by_hour"),),
    "health without viewer": (Cover("health", "viewer", wanted=False),),
    "service_margin >= 5e4": (Amount("service_margin", least=5e4),),
    "cost_to_serve <= 40%": (Amount("cost_to_serve", most=0.4),),
    "csat_over_floor >= 3": (CsatOverFloor(3.0),),
    "share of in_house <= 0.5": (WorkShare(("own",), most=0.5),),
    "share of Orbis + Vega in north in gold == 0.2": (
        WorkShare(("Orbis", "Vega"), 0.2, 0.2, (("region", "north"), ("tier", "gold"))),
    ),
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_says_a_condition(text: str, small: Case) -> None:
    assert parse_conditions(small, text) == TEXTS[text]


@pytest.mark.parametrize("text", [str(condition) for conditions in TEXTS.values() for condition in conditions])
def test_conditions_are_named_so_that_they_can_be_read_again(text: str, small: Case) -> None:
    assert [str(condition) for condition in parse_conditions(small, text)] == [text]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("offer Gold", 'not understood .did you mean "gold"'),
        ("health gold rental x", "not understood"),
        ("delivery_cost >= 5", "it can have a most, not a least"),
        ("share of own in west >= 0.5", "west is no region, family, service or tier"),
        ("exactly two tiers", "not understood"),
    ],
)
def test_what_is_not_understood_is_told(text: str, told: str, small: Case) -> None:
    with pytest.raises(CaseError, match=told):
        parse_conditions(small, text)


def test_losses_are_those_worked_out_by_hand() -> None:
    """By the tables of data/tiny: one tier earns 19,080; clinics at gold 0.08 lose 13,540 - 10,740."""
    case = optimizer.load_case("data/tiny")
    answer = optimizer.whynot(case, "base", "exactly 1 tier", "clinics gold fixed 8 %", Decision("provider", "Partner"))
    table = answer.tables["requests"].set_index("request")
    assert table["loss"].tolist() == pytest.approx([480.0, 2800.0, 0.0], abs=1e-6)
    assert (table["loss_at_least"] <= table["loss"] + 1e-6).all()
    assert (table["loss"] <= table["loss_at_most"] + 1e-6).all()
    assert "factories gold: fixed 0.1 -> fixed 0.08" in table.loc["exactly 1 tier", "moved"]
    assert table.loc["engage Partner", "moved"] == ""
    kpis = answer.tables["kpis"].set_index(["request", "kpi"])
    assert kpis.loc[("exactly 1 tier", "account_margin"), "change"] == pytest.approx(-480.0)


def test_rules_that_stop_the_next_price_are_newly_binding() -> None:
    """The plan sells gold alone; a silver at today's 6 % may not rise to 8 %, a third more, within 30 %."""
    case = optimizer.load_case("data/tiny")
    scenario = case.scenarios["base"].model_copy(update={"max_price_change": 0.3})
    table = optimizer.whynot(case, scenario, "factories silver fixed 6 %").tables["binding"].set_index("where")
    row = table.loc["factories, silver (next price up)"]
    assert row["rule"].startswith("a tier's mean payment lies within max_price_change")
    assert row["newly"]


def test_rules_in_the_way_of_an_impossible_request_are_named() -> None:
    case = optimizer.load_case("data/tiny")
    answer = optimizer.whynot(case, "one_tier", "clinics gold; factories silver")
    (row,) = answer.tables["requests"].to_dict("records")
    assert (row["status"], row["stands_in_the_way"]) == ("infeasible", "max_tiers")
    assert "proved impossible" in answer.sentences[0]


def test_a_request_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no request"):
        optimizer.whynot(optimizer.load_case("data/tiny"))
