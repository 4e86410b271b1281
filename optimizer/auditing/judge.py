"""The audit: recompute every amount and judge every rule, from the plan and the case alone."""

from __future__ import annotations

from collections.abc import Mapping

from models.case import Case
from models.plan import Plan
from models.scenario import Scenario

from ..accounting.demand import Demand, locked_rows
from ..accounting.experience import experience
from ..accounting.money import kpis
from ..accounting.next_prices import price_steps
from ..accounting.offered import offer
from ..accounting.rows import Table
from ..accounting.sold import plan_choice, uptake_rows
from ..accounting.work import NOTHING, Work, loads, work
from ..results.audit_rules import RULES_ON_MENUS
from ..results.findings import Audit
from .breaches import check_breaches
from .claim_rules import check_claims, check_no_contract, check_origin
from .delivery_rules import check_bars, check_experience, check_flows, check_hours, check_parts, check_providers
from .ledger import Ledger, kpi_rows
from .menu_rules import check_coverage, check_menus, check_offer, check_prices
from .near_rules import check_near
from .plan_rules import PlanRows, check_amounts, check_rows, known_part, with_types
from .table_rules import check_experience_table, check_flow_amounts, check_uptake


def audit(
    case: Case,
    scenario: Scenario,
    plan: Plan,
    claims: Mapping[str, object] | None = None,
    menus_given: bool = False,
) -> Audit:
    """Recompute every amount of a plan and judge every rule.

    `case` is the case with the scenario's changes already made (`models.apply_scenario`). What the plan
    decides is taken from its menus, coverage, decisions, flows and policies; everything else in its tables
    is a claim. `claims` holds what is said of the plan as a whole: the keys of plan.json, `asked_gap` and
    `inputs` (`optimizer.results.plan_document.claims`); keys that are not there are not checked. With `menus_given`
    the rules on menus, tiers, models and prices do not bind. Tolerance: `results.audit_rules.TOLERANCE`.
    """
    ledger = Ledger(dropped=RULES_ON_MENUS if menus_given else frozenset())
    demand = Demand(case)
    typed = with_types(plan)
    check_rows(ledger, demand, typed)
    check_amounts(ledger, typed)
    known = known_part(ledger, case, typed)
    judge_menus(ledger, demand, scenario, known)
    check_providers(ledger, case, scenario, known.decisions)
    done, recomputed = judge_delivery(ledger, demand, scenario, known)
    check_margins(ledger, scenario, recomputed)
    if claims is not None:
        check_claims(ledger, demand, scenario, claims, recomputed)
        check_near(ledger, demand, known, claims)
    if claims is not None and "broken_rules" in claims:
        check_breaches(ledger, demand, scenario, known.menus, claims)
    steps = None if menus_given else price_steps(demand, scenario, known.menus)
    return Audit(ledger.rules(), kpi_rows(plan.kpis, recomputed), steps, loads(done.providers))


def audit_without_plan(case: Case, scenario: Scenario, claims: Mapping[str, object]) -> Audit:
    """What can be checked of a run that holds no plan: where it comes from and what today comes to, not its status."""
    ledger, demand = Ledger(), Demand(case)
    check_origin(ledger, demand, scenario, claims)
    if claims.get("no_contract_objective") is not None:
        check_no_contract(ledger, demand, scenario, claims)
    return Audit(ledger.rules(), kpi_rows({}, {}))


def judge_menus(ledger: Ledger, demand: Demand, scenario: Scenario, plan: PlanRows) -> None:
    """Judge menus, prices, what is offered and what is covered."""
    check_menus(ledger, demand, scenario, plan.menus)
    check_prices(ledger, demand, scenario, plan.menus)
    check_offer(ledger, demand, scenario, plan.menus, plan.decisions)
    check_coverage(ledger, demand, plan.coverage, plan.decisions)


def judge_delivery(
    ledger: Ledger, demand: Demand, scenario: Scenario, plan: PlanRows, unserved: Table = NOTHING
) -> tuple[Work, dict[str, float | None]]:
    """Judge what follows from the choice of every customer class; return the work that it causes, and the KPIs."""
    case, decided = demand.case, plan.decisions
    choice, locked = plan_choice(demand, plan.menus, plan.coverage), locked_rows(demand)
    done = work(demand, choice, locked, plan.allocation, plan.fulfilment, unserved)
    check_bars(ledger, case, done)
    check_flows(ledger, done, decided)
    check_hours(ledger, done, scenario, decided)
    check_experience(ledger, done, scenario)
    check_parts(ledger, case, done)
    expected = uptake_rows(demand, choice, locked)
    check_uptake(ledger, expected, plan.uptake)
    check_flow_amounts(ledger, done)
    check_experience_table(ledger, experience(case, scenario, done), plan.experience)
    return done, kpis(demand, expected, done, offer(demand, plan.menus, decided))


def check_margins(ledger: Ledger, scenario: Scenario, kpis: Mapping[str, float | None]) -> None:
    """Margin floors and cost to serve, as amounts of money."""
    money = {name: value if value is not None else 0.0 for name, value in kpis.items()}
    for scope in ("service", "account"):
        floor = getattr(scenario, f"min_{scope}_margin")
        if floor is not None:
            ledger.at_least(
                f"min_{scope}_margin", ["plan"], money[f"{scope}_margin"], floor * money[f"{scope}_revenue"]
            )
    if scenario.max_cost_to_serve is not None:
        serving = money["delivery_cost"] + money["fulfilment_cost"] + money["admin_cost"]
        ledger.at_most("max_cost_to_serve", ["plan"], serving, scenario.max_cost_to_serve * money["service_revenue"])
