"""What the audit makes of little work, of plans without rows, and of every column a little off."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from models import Scenario
from models.plan import PLAN_TABLES, Plan
from optimizer.accounting.demand import Demand
from optimizer.auditing import audit
from optimizer.auditing.ledger import Ledger
from optimizer.auditing.plan_rules import names_of
from optimizer.results.plan_document import claims

from ...worlds.hand_plan import built, hand_case, hand_plan, hand_result, hand_tables


def small_case_plan(units: float) -> tuple[Demand, Plan]:
    """The hand plan with clinics the only holders of silver, on so few units that its work is next to nothing."""
    tables = hand_tables()
    base = tables["installed_base"]
    tables["installed_base"] = base.assign(units=base["units"].where(base["account_id"] != "a3", units))
    tables["contracts"] = tables["contracts"].iloc[:0]
    plan = hand_plan()
    return Demand(built(tables)), replace(plan, menus=plan.menus[plan.menus["price_book"] == "clinics"])


@pytest.mark.parametrize(("units", "ok"), [(9e-7, True), (1e-5, False)])
def test_next_to_no_work_needs_no_flow_and_no_policy(units: float, ok: bool) -> None:
    """Half of the units buy silver, with two repair cases each: as many cases a year as there are units."""
    demand, plan = small_case_plan(units)
    nothing = {name: getattr(plan, name).iloc[:0] for name in ("allocation", "fulfilment")}
    verdict = audit(demand.case, Scenario(), replace(plan, **nothing))
    for rule in ("flow_conservation", "policies"):
        assert verdict.rules.loc[verdict.rules["rule"] == rule, "ok"].all() == ok


def test_no_rule_on_means_looks_at_next_to_no_work() -> None:
    """Clinics' silver repairs in the north, 9e-7 cases, go to a team that is under a floor of 90."""
    demand, plan = small_case_plan(9e-7)
    tables = {**demand.case.tables}
    tables["tiers"] = tables["tiers"].assign(csat_floor=90.0, csat_target=95.0)
    flow = plan.allocation.iloc[:1].assign(cases=9e-7, hours=1.8e-6, cost=1.8e-5)
    case = replace(demand.case, tables=tables)
    few = audit(case, Scenario(), replace(plan, allocation=flow))
    assert "csat_floor" not in set(few.rules["rule"])
    assert set(audit(case, Scenario(), hand_plan()).rules["rule"]) >= {"csat_floor"}


def empty_plan() -> Plan:
    """Nothing offered: tables without rows have no types of their own."""
    empty = {name: pd.DataFrame([], columns=list(columns)) for name, columns in PLAN_TABLES.items()}
    return Plan(decisions=hand_plan().decisions, kpis=hand_plan().kpis, **empty)


def test_a_plan_without_rows_is_judged() -> None:
    broken = {text.split()[0] for text in audit(hand_case(), Scenario(), empty_plan()).faults}
    assert {"rows", "uptake", "contracts", "flow_conservation", "policies", "decided_tiers"} <= broken


def test_a_plan_without_any_work_is_judged() -> None:
    """No contract in force, nothing covered, no flow: there is no work class on either side."""
    tables = hand_tables()
    tables["contracts"] = tables["contracts"].iloc[:0]
    plan = hand_plan()
    idle = replace(plan, coverage=plan.coverage.assign(covered=False), allocation=plan.allocation.iloc[:0])
    assert "flow_conservation" not in set(audit(built(tables), Scenario(), idle).rules["rule"])


def test_an_unknown_rule_cannot_be_written_down() -> None:
    with pytest.raises(KeyError, match="good_manners"):
        Ledger().none("good_manners", "everyone", [])


def other(column: str, value: object) -> object:
    """Another value of a cell: the other flag, a number a little off, another name of the case."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, float):
        return value * 1.00001 if value else 1.0
    return next((name for name in sorted(names_of(hand_case()).get(column, ())) if name != value), "x")


@pytest.mark.parametrize(("name", "column"), [(name, column) for name, all in PLAN_TABLES.items() for column in all])
def test_no_column_can_be_changed_unseen(name: str, column: str) -> None:
    """Some cell of every column of every table, a little off: the audit fails."""
    plan = hand_plan()
    table = getattr(plan, name).copy()
    row = len(table) // 2
    value = other(column, table[column].tolist()[row])
    table[column] = [value if i == row else cell for i, cell in enumerate(table[column].tolist())]
    said = claims(hand_result())
    assert not audit(hand_case(), Scenario(), replace(plan, **{name: table}), said).ok
