"""Starter cases: whatever is answered, a case without warnings that solves; what cannot be is refused."""

from __future__ import annotations

import pytest

import optimizer
from models import CaseError
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
