"""Starter cases: whatever is answered, a case without warnings that solves; what cannot be is refused."""

from __future__ import annotations

import pytest

import optimizer
from models import CaseError, scenario_warnings
from models.authoring.starter import Answers, starter_case

ODD = Answers(
    name="Wartung & Co",
    currency="CHF",
    products={"=press": 1_250_000.0, "Ventil Ø": 40.0, "pump": 9_000.0},
    segments=("mills",),
    regions=("A", "B", "C"),
    tiers=("basic", "plus", "premium", "total"),
    accounts=2,
)


@pytest.mark.parametrize("answers", [Answers(), ODD, Answers(tiers=("only",), accounts=1)], ids=lambda a: a.name)
def test_a_starter_case_solves_and_beats_today(answers: Answers) -> None:
    case = starter_case(answers)
    assert case.warnings == ()
    result = optimizer.solve(case, gap=1e-3)

    assert result.status == "optimal"
    assert result.audit is not None
    assert result.audit.ok
    assert not result.menus.empty
    share = result.decided.kpis["service_margin_share"]
    assert share is not None
    assert share >= 0.2 - 1e-6
    assert result.baseline is not None
    assert (result.objective or 0) >= (result.baseline["account_revenue"] or 0) * (1 - 1e-3)


@pytest.mark.parametrize(
    "answers",
    [
        Answers(),
        ODD,
        Answers(tiers=("only",), accounts=1),
        Answers(tiers=("a", "b", "c")),
        Answers(products={"a": 0.01}),
    ],
    ids=["default", "odd", "one tier", "three tiers", "cheap"],
)
def test_margins_are_those_of_a_service_business(answers: Answers) -> None:
    """Services of industrial companies earn some 25 to 50 % of their revenue, and more than their products."""
    case = starter_case(answers)
    result = optimizer.solve(case, gap=0.01)

    assert result.baseline is not None
    assert result.plan is not None
    today, plan = result.baseline["service_margin_share"], result.plan.kpis["service_margin_share"]
    assert today is not None
    assert plan is not None
    assert 0.25 <= today <= 0.5
    assert 0.25 <= plan <= 0.5
    assert scenario_warnings(case, case.scenarios["base"]) == ()
    assert result.plan.kpis["account_revenue"] >= (result.baseline["account_revenue"] or 0) > 0  # type: ignore[operator]


def test_accounts_are_told_apart_whatever_segments_and_regions_are_called() -> None:
    case = starter_case(Answers(segments=("a-b", "a"), regions=("c", "b-c")))
    assert case.tables["accounts"]["account_id"].nunique() == 2 * 2 * 3


def test_answers_set_the_size() -> None:
    sizes = starter_case(ODD).sizes
    assert (sizes["accounts"], sizes["installed_base"], sizes["tiers"]) == (2 * 1 * 3, 2 * 3 * 3, 4)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (Answers(segments=("mills", "mills")), "segment"),
        (Answers(tiers=("none",)), "none"),
        (Answers(products={"pump": -1.0}), "unit_value"),
        (Answers(products={}), "products"),
        (Answers(name=""), "name"),
    ],
)
def test_answers_that_make_no_case_are_refused(answers: Answers, said: str) -> None:
    with pytest.raises(CaseError, match=said):
        starter_case(answers)
