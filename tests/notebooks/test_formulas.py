"""The formulas of the model's page, worked out as they are printed, against the program."""

from __future__ import annotations

import re
import runpy
from collections.abc import Mapping
from math import exp

import pytest

from models.economics import choice, pricing_kinds
from models.economics.pricing_kinds import KINDS, Exposure
from models.plan import KPIS
from optimizer.program.constraints import RULES
from tests.folders import ROOT
from tests.notebooks.latex import evaluate
from tests.notebooks.pages import tables_of

GUIDE = ROOT / "notebooks" / "guide"
PAGE = GUIDE / "model.md"
TEXT = PAGE.read_text(encoding="utf-8")
V = {"k": 0.3, "n": 1.7, "V": 900.0, r"\pi": 1.2, "H": 40.0, "C": 25.0, "C'": 11.0, "e": -3.0}
X = Exposure(900.0, 1.2, 1.7, 40.0, 25.0, 11.0, -3.0)
TERMS = {"T": 210.0, "n": 1.7, "i": 12.0, "w": 4.0, "D": 9.0, "O": 33.0, r"\alpha": 0.02, "n_0": 2.1, "w_0": 55.0}
LIKING = {"appeal": 1.5, r"\beta": 0.4, "CE": 260.0, "CE0": 130.0, "V": 900.0}


def printed(left: str) -> str:
    """The right side of the equation that begins with `left`, as the page has it, up to its end."""
    start = TEXT.index(left + " = ") + len(left) + 3
    return re.split(r"\$|\\qquad|\\quad", TEXT[start:])[0]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("k V", 270.0),
        (r"(1 + k)(n C_t + C'_t)", 1.3 * (1.7 * 25 + 11)),
        (r"n^2 - k^{-n} \cdot 2", 1.7**2 - 0.3**-1.7 * 2),
        (r"\frac{n}{V - 1} C", 1.7 / 899 * 25),
        ("n - k - V/n/H", 1.7 - 0.3 - 900 / 1.7 / 40),
        (r"n\, e^{-k} H", 1.7 * exp(-0.3) * 40),
        (r"\mathit{end\_share} \cdot \tfrac{k}{2}", 0.5 * 0.15),
    ],
)
def test_formulas_are_worked_out_as_they_read(formula: str, value: float) -> None:
    assert evaluate(formula, V | {"end_share": 0.5}) == pytest.approx(value, rel=1e-14)


CONTRACTS = {row["kind"].strip("`"): row for row in tables_of(PAGE) if "kind" in row}


def test_every_kind_of_pricing_model_is_on_the_page() -> None:
    assert list(CONTRACTS) == [
        "pay_per_use",
        "fixed_warranty",
        "lease",
        "cost_plus",
        "performance_based",
        "usage_based",
    ]
    assert set(CONTRACTS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_contract_bills_is_what_the_page_says(kind: str) -> None:
    row = CONTRACTS[kind]
    assert KINDS[kind].yearly(0.3, X) == pytest.approx(evaluate(row["$T$"].strip("$"), V), rel=1e-12)
    assert KINDS[kind].per_incident(0.3, X) == pytest.approx(evaluate(row["$i$"].strip("$"), V), rel=1e-12)


def test_a_late_case_is_settled_as_the_page_says() -> None:
    formula = printed(r"m(\rho)")
    value = evaluate(formula, {"bonus": 5.0, "penalty": 8.0, "D": 6.0, r"\rho": 4.0})
    assert float(pricing_kinds.settlement_per_case(6.0, 4.0, 5.0, 8.0)) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("rate", [0.08, 0.0])
def test_a_lease_is_paid_back_as_the_page_says(rate: float) -> None:
    formula = printed(r"\mathrm{annuity}(E)") if rate else TEXT.split(r"(d > 0), \qquad ")[1].split(r" \quad")[0]
    value = evaluate(formula, {"d": rate, "L": 7.0, "E": 0.3})
    assert pricing_kinds.annuity(rate, 7.0, 0.3) == pytest.approx(value, rel=1e-12)


def test_burden_and_utility_are_what_the_page_says() -> None:
    burden = evaluate(printed("CE_{co}"), TERMS | {"e": -3.0})
    loss = TERMS["w"] * TERMS["D"]
    assert choice.certainty_equivalent(210.0, 1.7, 12.0, -3.0, loss, 33.0, 0.02) == pytest.approx(burden, rel=1e-12)
    without = evaluate(printed("CE^0_c"), TERMS)
    assert choice.burden_without_contract(2.1, 55.0, 0.02) == pytest.approx(without, rel=1e-12)
    utility = evaluate(printed("u_{co}").replace("CE^0_c", r"\mathit{CE0}"), LIKING)
    assert choice.utility(1.5, 0.4, 260.0, 130.0, 900.0) == pytest.approx(utility, rel=1e-12)


def test_every_amount_of_a_plan_is_defined_on_the_page() -> None:
    money = TEXT.split("## Money")[1].split("## How")[0]
    defined = {name.replace("\\", "") for name in re.findall(r"\\mathit\{([^}]*)\}\s*&?=", money)}
    explained = {
        "service_cost": "the five costs together",
        "loyalty_loss": r"\mathit{loyalty\_loss} = ",
        "cost_to_serve": "The cost to serve is",
        "service_margin_share": "two margins",
        "account_margin_share": "two margins",
        "partner_profit": "`partner_profit` has no value",
    }
    assert all(word in money for word in explained.values())
    assert set(KPIS) - defined - set(explained) == set()


def test_the_constraints_on_the_page_are_those_of_the_program() -> None:
    made: Mapping[str, object] = runpy.run_path(str(GUIDE / "reference" / "make_reference.py"))
    assert made["model"]() == TEXT, "the program has changed: run make reference"  # type: ignore[operator]
    rows = {row["constraint"].strip("`"): row["formula"] for row in tables_of(PAGE) if "constraint" in row}
    assert list(rows) == [rule.name for rule in RULES]
    assert [name for name, formula in rows.items() if not re.search(r": .*(<=|>=| = )", formula)] == []
