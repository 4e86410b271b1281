"""The rows of each rule against text written by hand from its formula, in `golden/<rule>.lp`.

All rules are stated of the case in `rule_case`, over a box of round numbers. In a golden file a row is its
scope, then its two sides, terms sorted by name; blank lines part rows, and a long row is wrapped.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from optimizer.lp.expressions import Expression, Row, combine, continuous
from optimizer.program.constraints import RULES, Constraint
from optimizer.program.formulation import Formulation
from optimizer.program.instance import Instance
from optimizer.program.totals import Box
from optimizer.program.variables import VariableKey

from ...worlds.rule_case import rule_instance, total_names, totals

GOLDEN = Path(__file__).with_name("golden")

ALL_RULES = {
    "min_service_margin": 0.3,
    "min_account_margin": 0.2,
    "max_cost_to_serve": 0.5,
    "min_tiers": 1,
    "max_tiers": 2,
    "max_models": 1,
    "max_providers": 2,
    "max_provider_share": 0.4,
    "max_utilization": 0.05,
    "max_csat_over_target": 5.0,
}
MOST = {
    "billed": 1000,
    "admin": 1000,
    "capital": 1000,
    "product_revenue": 1000,
    "product_margin": 1000,
    "units[silver]": 20,
    "units[gold]": 10,
    "incidents[silver]": 20,
    "incidents[gold]": 10,
    "incidents[gold,outcome]": 10,
    "parts[pump,silver]": 10,
    "parts[pump,gold]": 10,
    "parts[valve,silver]": 5,
    "parts[cable,gold]": 3,
    "books_offering[silver]": 2,
    "books_offering[gold]": 2,
    "options_under[flat]": 3,
    "options_under[outcome]": 2,
    "books_covering[valve]": 1,
}


def formulation() -> Formulation:
    instance = rule_instance(ALL_RULES)
    high = totals(instance, MOST)
    return Formulation(instance, Box(0 * high, high))


def flow_name(instance: Instance, route: int) -> str:
    catalog, classes = instance.catalog, instance.classes
    w = instance.routes.work_class[route]
    words = [catalog.services[classes.service[w]], catalog.tiers[classes.tier[w]]]
    words += ["outcome"] if classes.group[w] else []
    return f"flow[{','.join([*words, catalog.providers[instance.routes.provider[route]]])}]"


def policy_name(instance: Instance, row: int) -> str:
    return str(instance.policies["policy"].iloc[row])


def readable(instance: Instance, key: VariableKey) -> str:
    """A readable name of a variable."""
    kind, codes = key
    catalog = instance.catalog
    if kind == "total":
        return total_names(instance)[codes[0]]
    if kind == "flow":
        return flow_name(instance, codes[0])
    if kind == "policy":
        return f"policy[{instance.policies['product'].iloc[codes[0]]},{policy_name(instance, codes[0])}]"
    if kind in ("choice", "parts"):
        product, tier, row = codes
        words = (catalog.products[product], catalog.tiers[tier], policy_name(instance, row))
        return f"{'met' if kind == 'parts' else kind}[{','.join(words)}]"
    if kind in ("spend", "bracket"):
        return f"{'spent' if kind == 'spend' else 'reached'}[{catalog.providers[codes[0]]},{codes[1]}]"
    names = {"tier": catalog.tiers, "model": catalog.models, "product": catalog.products}
    label = {"product": "supported", "provider": "engaged"}.get(kind, kind)
    return f"{label}[{names.get(kind, catalog.providers)[codes[0]]}]"


def term(value: float, name: str) -> str:
    number = "" if abs(value) == 1 and name else f"{abs(value):.8g}"
    return f"{'-' if value < 0 else '+'} {' '.join(filter(None, (number, name)))}"


def side(program: Formulation, expression: Expression) -> str:
    keys = program.keys
    named = sorted((readable(program.instance, keys[v.name]), value) for v, value in expression.items())
    parts = [term(value, name) for name, value in named]
    if expression.constant or not parts:
        parts.append(term(expression.constant, ""))
    return " ".join(parts).removeprefix("+ ")


def text(program: Formulation, row: Row) -> str:
    return f"[{row.scope}] {side(program, row.left)} {row.sense} {side(program, row.right)}"


def golden(name: str) -> list[str]:
    return [" ".join(row.split()) for row in (GOLDEN / f"{name}.lp").read_text(encoding="utf-8").split("\n\n")]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rows_are_as_written_by_hand(rule: Constraint) -> None:
    program = formulation()
    assert [text(program, row) for row in rule.rows(program)] == golden(rule.name)


def test_each_rule_has_a_golden_text_and_each_text_a_rule() -> None:
    assert sorted(path.name for path in GOLDEN.iterdir()) == sorted(f"{rule.name}.lp" for rule in RULES)


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


SWITCHED = ("max_provider_share", "max_utilization", "max_csat_over_target", "min_service_margin", "min_account_margin",
            "max_cost_to_serve", "min_tiers", "max_tiers", "max_models", "max_providers")  # fmt: skip


@pytest.mark.parametrize("name", SWITCHED)
def test_a_rule_that_the_scenario_leaves_out_has_no_rows(name: str) -> None:
    instance = rule_instance({key: value for key, value in ALL_RULES.items() if key != name})
    high = totals(instance, MOST)
    program = Formulation(instance, Box(0 * high, high))
    with_rows = {rule.name for rule in RULES if list(rule.rows(program))}
    assert with_rows == {rule.name for rule in RULES} - {name}


def test_a_row_reads_as_a_line_with_its_scope() -> None:
    x, y = continuous("x", 0, 1), continuous("y", 0, 1)
    row = Row("gold, north", combine([(x, 2.0), (y, -1.0)]), "<=", combine([(x, 1.0), (7.0, 1.0)]))
    assert str(row) == "[gold, north] 2.0*x - y <= x + 7.0"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_in_words_and_in_one_formula_what_it_asks(rule: Constraint) -> None:
    """The first line of its docstring: words, a colon, and sides with = or <= or >= between them."""
    words, _, formula = str(type(rule).__doc__).partition("\n")[0].partition(": ")
    assert words[0].isupper()
    assert re.fullmatch(r"[^=<>]+( (=|<=|>=) [^=<>]+)+\.", formula), formula
