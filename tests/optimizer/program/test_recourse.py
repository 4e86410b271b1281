"""The goals and rows of recourse against text written by hand, in `golden_recourse/<what>.lp`, and its solutions.

Work may be left undone: it stands beside the flows of its class, counts with CSAT 0 and as late, and costs loyalty.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.catalog import Array
from optimizer.lp.expressions import Expression, Row
from optimizer.lp.solver import Limits
from optimizer.program.formulation import Fixings
from optimizer.program.instance import Instance
from optimizer.program.recourse import RecourseProgram
from optimizer.program.variables import VariableKey

from ...worlds.rule_case import rule_instance, totals
from .test_golden_rules import flow_name, readable, term

GOLDEN = Path(__file__).with_name("golden_recourse")

AMOUNTS = {
    "billed": 900,
    "product_revenue": 700,
    "product_margin": 300,
    "units[silver]": 10,
    "units[gold]": 5,
    "incidents[silver]": 20,
    "incidents[gold]": 8,
    "incidents[gold,outcome]": 4,
    "parts[pump,silver]": 10,
}
"""10 silver repairs, 8 + 4 gold ones and 10 gold visits, which the partner alone can do in full."""
SOLD = Fixings(supported=frozenset({0, 1}), tiers=frozenset({0, 1}), models=frozenset({0, 1}))


def recourse(scenario: dict[str, object] | None = None, fixings: Fixings = SOLD, **amounts: float) -> RecourseProgram:
    instance = rule_instance(scenario)
    return RecourseProgram(instance, totals(instance, {**AMOUNTS, **amounts}), fixings, frozenset({0}))


def name_of(instance: Instance, name: str, keys: dict[str, VariableKey]) -> str:
    kind, codes = keys.get(name) or VariableKey(name.partition("_")[0], (int(name.partition("_")[2]),))
    if kind == "missing":
        return f"missing[{codes[0]}]"
    if kind == "unserved":
        route = instance.routes.by_class[codes[0]][0]
        return f"undone[{flow_name(instance, route).partition('[')[2].rpartition(',')[0]}]"
    return readable(instance, VariableKey(kind, codes))


def side(program: RecourseProgram, expression: Expression) -> str:
    keys = program.formulation.keys
    named = sorted((name_of(program.instance, v.name, keys), value) for v, value in expression.items())
    parts = [term(value, name) for name, value in named]
    if expression.constant or not parts:
        parts.append(term(expression.constant, ""))
    return " ".join(parts).removeprefix("+ ")


def rows_of(program: RecourseProgram, rule: str) -> list[str]:
    rows: list[tuple[str, Row]] = [*program.work_rows(), *program.floor_rows(), *program.money_rows()]
    return [
        f"[{row.scope}] {side(program, row.left)} {row.sense} {side(program, row.right)}"
        for name, row in rows
        if name == rule
    ]


def golden(name: str) -> list[str]:
    return [" ".join(row.split()) for row in (GOLDEN / f"{name}.lp").read_text(encoding="utf-8").split("\n\n")]


@pytest.mark.parametrize("rule", ["flow_conservation", "rate_share", "shortfall"])
def test_rows_are_as_written_by_hand(rule: str) -> None:
    assert rows_of(recourse(), rule) == golden(rule)


def test_goals_are_as_written_by_hand() -> None:
    program = recourse()
    loss = program.formulation.amounts["loyalty_loss"]
    goals = {"hours": program.unserved_hours, "shortfall": program.shortfall, "loss": loss}
    assert [f"[{name}] {side(program, goal)}" for name, goal in goals.items()] == golden("goals")


def solved(program: RecourseProgram) -> dict[str, float]:
    """Flows and undone cases that are not 0, by name, of the best delivery."""
    delivery = program.solve(lambda gap: Limits(gap=gap)).delivery
    assert delivery is not None
    keys = [*(VariableKey("flow", (i,)) for i in range(len(delivery.flows)))]
    keys += [VariableKey("unserved", (w,)) for w in range(len(delivery.unserved))]
    cases: Array = np.concatenate([delivery.flows, delivery.unserved])
    names = [name_of(program.instance, key.name, {key.name: key}) for key in keys]
    return {name: round(float(value), 6) for name, value in zip(names, cases, strict=True) if value}


def test_what_nobody_may_do_is_left_undone() -> None:
    """The team alone has 30 hours: 15 repairs of 22; nobody visits. Silver falls short by more for each case undone."""
    found = recourse(fixings=Fixings(SOLD.supported, SOLD.tiers, SOLD.models, providers=frozenset({1})))
    cases = solved(found)
    assert found.instance.catalog.providers[1] == "own"
    assert cases["undone[visit,gold]"] == 10
    assert sum(value for name, value in cases.items() if name.startswith("flow")) == 15
    assert all(name.endswith("own]") for name in cases if name.startswith("flow"))


def test_providers_that_are_held_are_engaged_with_or_without_work() -> None:
    held = frozenset({0, 1, 2})
    program = recourse(fixings=Fixings(SOLD.supported, SOLD.tiers, SOLD.models, providers=held), **{"units[gold]": 0})
    found = program.solve(lambda gap: Limits(gap=gap)).delivery
    assert found is not None
    assert found.engaged == (0, 1, 2)
    assert program.instance.catalog.providers[2] == "web"
    assert not found.flows[program.instance.routes.by_provider[2]].any()


@pytest.mark.parametrize(("cases", "policy"), [(10.0, "swap"), (0.0, "swap")])
def test_a_policy_that_is_held_is_paid_also_without_parts_cases(cases: float, policy: str) -> None:
    instance = rule_instance()
    (row,) = np.flatnonzero(instance.policies["policy"] == policy)
    pump = instance.catalog.products.index("pump")
    held = Fixings(SOLD.supported, SOLD.tiers, SOLD.models, policies={(pump, 0): (int(row),)})
    program = recourse(fixings=held, **{"parts[pump,silver]": cases})
    found = program.solve(lambda gap: Limits(gap=gap)).delivery
    assert found is not None
    assert found.policies == ((pump, 0, row, cases),)
    cost = program.formulation.amounts["fulfilment_cost"]
    assert (dict(cost), cost.constant) == ({}, 3 * cases + 7)


def test_a_goal_holds_for_those_after_it() -> None:
    """Whichever margin is sought last, the first two goals come to the same."""
    near, far = (recourse({"objective": objective}) for objective in ("service_margin", "account_margin"))
    found = [program.solve(lambda gap: Limits(gap=gap)) for program in (near, far)]
    assert found[0].unserved_hours == pytest.approx(found[1].unserved_hours, abs=1e-6)
    assert found[0].shortfall == pytest.approx(found[1].shortfall, abs=1e-6)
    assert all(outcome.proved for outcome in found)


def test_a_limit_leaves_nothing() -> None:
    found = recourse().solve(lambda gap: Limits(seconds=0.0, gap=gap))
    assert (found.delivery, found.proved) == (None, False)
