"""Each rule: a plan that satisfies it, one exactly on it, one that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import exp

import pandas as pd
import pytest

from models import Scenario
from models.plan import Decisions, Plan
from optimizer.auditing import audit
from optimizer.results.audit_rules import RULES, RULES_ON_MENUS
from optimizer.results.findings import Audit
from optimizer.results.plan_document import claims

from ...worlds.hand_plan import (
    ACCOUNT_MARGIN,
    ACCOUNT_REVENUE,
    ADMIN,
    DELIVERY,
    FULFILMENT_COST,
    SERVICE_MARGIN,
    SERVICE_REVENUE,
    built,
    hand_case,
    hand_plan,
    hand_result,
    hand_tables,
)

Tables = dict[str, pd.DataFrame]


def judged(rule: str, verdict: Audit) -> pd.DataFrame:
    return verdict.rules[verdict.rules["rule"] == rule]


def cell(frame: pd.DataFrame, column: str, value: object, **where: object) -> pd.DataFrame:
    """The table with one column of the rows that match set to a value."""
    mask = pd.Series(True, frame.index)
    for name, wanted in where.items():
        mask &= frame[name] == wanted
    assert mask.any()
    changed = frame.copy()
    changed.loc[mask, column] = value
    return changed


# rule, the values of the scenario's rule that a plan keeps with room, exactly, and not at all
SCENARIO_LIMITS: list[tuple[str, float, float, float]] = [
    ("min_menu", 0, 1, 2),
    ("max_menu", 3, 2, 1),
    ("min_tiers", 1, 2, 3),
    ("max_tiers", 3, 2, 1),
    ("max_models", 3, 2, 1),
    ("max_providers", 4, 3, 2),
    # (3 x 8 + 1 x 4) / 4 = 7
    ("min_provider_score", 6.0, 7.0, 7.01),
    # silver (300 x 100 + 60 x 50) / 360, gold twice that
    ("min_tier_gap", 0.9, 1.0, 1.01),
    # silver at 0.10 against 0.08 today
    ("max_price_change", 0.3, 0.25, 0.24),
    # gold in the north: 91 against a target of 90
    ("max_csat_over_target", 2.0, 1.0, 0.99),
    # partner 340 of 820 hours
    ("max_provider_share", 0.5, 340 / 820, 0.41),
    # team 480 of 1,000 hours
    ("max_utilization", 0.5, 0.48, 0.47),
    ("min_service_margin", 0.5, SERVICE_MARGIN / SERVICE_REVENUE, 0.61),
    ("min_account_margin", 0.5, ACCOUNT_MARGIN / ACCOUNT_REVENUE, 0.56),
    ("max_cost_to_serve", 0.5, (DELIVERY + FULFILMENT_COST + ADMIN) / SERVICE_REVENUE, 0.38),
]


LEVELS = ("room", "exact", "broken")


def assert_limited(rule: str, verdicts: dict[str, Audit]) -> None:
    """The rule is kept with room, kept exactly and broken, and the slack says so."""
    rows = {level: judged(rule, verdict) for level, verdict in verdicts.items()}
    assert [rows[level]["ok"].all() for level in LEVELS] == [True, True, False]
    least = {level: rows[level]["slack"].min() for level in LEVELS}
    assert least["broken"] < -1e-6 < least["exact"] < 1e-6 < least["room"]


@pytest.fixture(scope="module")
def scenario_verdicts() -> dict[str, Audit]:
    """The hand plan against every rule of a scenario, all of them with room, exactly kept, and broken."""
    rules, *limits = zip(*SCENARIO_LIMITS, strict=True)
    scenarios = [Scenario.model_validate(dict(zip(rules, values, strict=True))) for values in limits]
    return {level: audit(hand_case(), each, hand_plan()) for level, each in zip(LEVELS, scenarios, strict=True)}


@pytest.mark.parametrize("rule", [rule for rule, *_ in SCENARIO_LIMITS])
def test_scenario_limit(rule: str, scenario_verdicts: dict[str, Audit]) -> None:
    assert_limited(rule, scenario_verdicts)


def test_limit_is_not_judged_when_the_scenario_does_not_set_it() -> None:
    rules = set(audit(hand_case(), Scenario(), hand_plan()).rules["rule"])
    assert not rules & {rule for rule, *_ in SCENARIO_LIMITS}


@dataclass(frozen=True)
class TableLimit:
    """A number of the case that limits the plan, with room, exactly on it, and broken."""

    rule: str
    table: str
    column: str
    where: dict[str, object]
    values: tuple[float, float, float]


TABLE_LIMITS = [
    # gold in the south: (70 x 85 + 70 x 90) / 140 = 87.5
    TableLimit("csat_floor", "tiers", "csat_floor", {"tier": "gold"}, (87.0, 87.5, 87.6)),
    # gold in the south: 10 hours against a promise of 8
    TableLimit("min_attainment", "tiers", "min_attainment", {"tier": "gold"}, (0.5, 1 - exp(-0.8), 0.56)),
    TableLimit("turnaround", "tiers", "turnaround_hours", {"tier": "gold"}, (12.0, 10.0, 9.9)),
    TableLimit("capacity", "providers", "capacity_hours", {"provider": "partner"}, (350.0, 340.0, 339.0)),
    TableLimit("provider_share", "providers", "max_share", {"provider": "team"}, (0.6, 480 / 820, 0.58)),
    TableLimit("rate_share", "rates", "max_share", {"provider": "partner", "tier": "silver"}, (0.5, 100 / 240, 0.41)),
    TableLimit("criteria_minimum", "criteria", "minimum", {"criterion": "quality"}, (7.0, 8.0, 8.1)),
]


@pytest.fixture(scope="module")
def table_verdicts() -> dict[str, Audit]:
    """The hand plan in cases in which all of these numbers leave room, are exactly kept, or are not."""
    verdicts = {}
    for i, level in enumerate(LEVELS):
        tables = hand_tables()
        for limit in TABLE_LIMITS:
            tables[limit.table] = cell(tables[limit.table], limit.column, limit.values[i], **limit.where)
        verdicts[level] = audit(built(tables), Scenario(), hand_plan())
    return verdicts


@pytest.mark.parametrize("rule", [limit.rule for limit in TABLE_LIMITS])
def test_table_limit(rule: str, table_verdicts: dict[str, Audit]) -> None:
    assert_limited(rule, table_verdicts)


@dataclass(frozen=True)
class Break:
    """An edit of the plan or of the case that breaks a rule the hand plan obeys."""

    rule: str
    about: str
    plan: Callable[[Plan], Plan] = lambda plan: plan
    tables: Callable[[Tables], Tables] = lambda tables: tables


def decide(**changes: tuple[str, ...]) -> Callable[[Plan], Plan]:
    return lambda plan: replace(plan, decisions=Decisions(**{**vars(plan.decisions), **changes}))


def add(name: str, *values: object) -> Callable[[Plan], Plan]:
    def edit(plan: Plan) -> Plan:
        frame = getattr(plan, name)
        row = pd.DataFrame([values], columns=frame.columns)
        return replace(plan, **{name: pd.concat([frame, row], ignore_index=True)})

    return edit


def drop(name: str, row: int) -> Callable[[Plan], Plan]:
    return lambda plan: replace(plan, **{name: getattr(plan, name).drop(index=row).reset_index(drop=True)})


def put(name: str, row: int, column: str, value: object) -> Callable[[Plan], Plan]:
    def edit(plan: Plan) -> Plan:
        frame = getattr(plan, name).copy()
        frame.loc[row, column] = value
        return replace(plan, **{name: frame})

    return edit


def both(*edits: Callable[[Plan], Plan]) -> Callable[[Plan], Plan]:
    def edit(plan: Plan) -> Plan:
        for one in edits:
            plan = one(plan)
        return plan

    return edit


def world(name: str, column: str, value: object, **where: object) -> Callable[[Tables], Tables]:
    return lambda tables: {**tables, name: cell(tables[name], column, value, **where)}


def scored_for(score: float, criterion: str = "quality", **place: str) -> Callable[[Tables], Tables]:
    """One more score of the partner, for a region or family; quality has a minimum of 5, speed has none."""
    row = pd.DataFrame([{"provider": "partner", "criterion": criterion, "score": score, **place}])
    return lambda tables: {**tables, "scores": pd.concat([tables["scores"], row], ignore_index=True)}


BREAKS = [
    Break("names", "menus.tier=platinum", put("menus", 0, "tier", "platinum")),
    Break("names", "menus.model=rent", put("menus", 0, "model", "rent")),
    Break("names", "coverage.price_book=shops", put("coverage", 0, "price_book", "shops")),
    Break("names", "uptake.segment=nobody", put("uptake", 0, "segment", "nobody")),
    Break("names", "allocation.provider=ghost", put("allocation", 0, "provider", "ghost")),
    Break("names", "fulfilment.policy=wish", put("fulfilment", 0, "policy", "wish")),
    Break("names", "experience.metric=mood", put("experience", 0, "metric", "mood")),
    Break("names", "decisions.providers=ghost", decide(providers=("ghost", "partner", "team", "web"))),
    Break("rows", "coverage missing: price_book=works; product=valve", drop("coverage", 2)),
    Break(
        "rows", "coverage without units: price_book=clinics; product=valve", add("coverage", "clinics", "valve", False)
    ),
    Break("rows", "coverage twice: price_book=works; product=valve", add("coverage", "works", "valve", False)),
    Break(
        "rows",
        "allocation twice",
        add("allocation", "north", "machines", "repair", "silver", "", "team", 0.0, 0.0, 0.0),
    ),
    Break("rows", "decisions.tiers twice: gold", decide(tiers=("gold", "gold", "silver"))),
    Break("amounts", "menus.price: price_book=clinics", put("menus", 0, "price", float("nan"))),
    Break("amounts", "allocation.cases: region=north", put("allocation", 0, "cases", -1.0)),
    Break("amounts", "fulfilment.cases: product=pump", put("fulfilment", 0, "cases", -1.0)),
    Break("one_option_per_tier", "price_book=works; tier=silver", add("menus", "works", "silver", "metered", 50.0)),
    Break("price_points", "price_book=works; tier=silver", put("menus", 1, "price", 0.11)),
    Break("price_points", "price_book=works; tier=silver", put("menus", 1, "price", 0.09)),
    Break("price_points", "price_book=clinics; tier=gold", add("menus", "clinics", "gold", "perf", 0.20)),
    Break("price_points", "price_book=clinics; tier=silver", put("menus", 0, "model", "perf")),
    Break("decided_tiers", "tier=bronze", decide(tiers=("bronze", "gold", "silver"))),
    Break("decided_tiers", "tier=gold", decide(tiers=("silver",))),
    Break("decided_models", "model=metered", decide(models=("metered", "perf", "warranty"))),
    Break("decided_models", "model=perf", decide(models=("warranty",))),
    Break("required_tiers", "tier=gold", drop("menus", 2)),
    Break("required_models", "model=metered", tables=world("pricing_models", "offer", "required", model="metered")),
    Break("excluded_tiers", "tier=silver", tables=world("tiers", "offer", "excluded", tier="silver")),
    Break("excluded_models", "model=perf", tables=world("pricing_models", "offer", "excluded", model="perf")),
    Break("supported", "price_book=works; product=valve", put("coverage", 2, "covered", True)),
    Break("required_products", "price_book=works; product=pump", put("coverage", 1, "covered", False)),
    Break("required_products", "product=pump", decide(products=())),
    Break("required_products", "product=valve", tables=world("products", "support", "required", product="valve")),
    Break("excluded_products", "product=pump", tables=world("products", "support", "excluded", product="pump")),
    Break(
        "excluded_products",
        "price_book=works; product=valve",
        put("coverage", 2, "covered", True),
        world("products", "support", "excluded", product="valve"),
    ),
    Break("required_providers", "provider=spare", tables=world("providers", "engage", "required", provider="spare")),
    Break(
        "excluded_providers", "provider=partner", tables=world("providers", "engage", "excluded", provider="partner")
    ),
    Break(
        "criteria_minimum",
        "provider=partner; criterion=quality; region=south",
        tables=scored_for(region="south", score=4.9),
    ),
    Break(
        "criteria_minimum",
        "provider=partner; criterion=quality; family=machines",
        tables=scored_for(family="machines", score=4.9),
    ),
    Break("engaged", "provider=partner", decide(providers=("team", "web"))),
    Break("rates", "provider=partner", put("allocation", 0, "provider", "partner")),
    Break("rates", "provider=web", put("allocation", 1, "provider", "web")),
    Break("flow_conservation", "region=north; family=machines; service=repair", put("allocation", 0, "cases", 69.0)),
    Break("flow_conservation", "region=south; family=machines; service=visit", drop("allocation", 6)),
    Break("flow_conservation", "model=perf", put("allocation", 3, "model", "")),
    Break("capacity", "provider=partner", decide(providers=("team", "web"))),
    Break("policies", "product=pump; tier=silver; policy=scrap", put("fulfilment", 0, "policy", "scrap")),
    Break("policies", "product=pump; tier=gold", drop("fulfilment", 1)),
    Break("policies", "product=pump; tier=gold", add("fulfilment", "pump", "gold", "mend", 0.0, 0.0)),
    Break("policies", "product=valve; tier=gold", add("fulfilment", "valve", "gold", "swap", 0.0, 0.0)),
    Break("contracts", "missing: segment=works; customer_class=contract", drop("uptake", 6)),
    Break("contracts", "units of segment=works", put("uptake", 6, "units", 49.0)),
    Break("contracts", "service_revenue of segment=works", put("uptake", 6, "service_revenue", 9999.0)),
    Break("contracts", "not on offer: segment=works", put("uptake", 6, "price", 0.10)),
    Break("uptake", "missing: segment=works; customer_class=all; product=valve; tier=none", drop("uptake", 5)),
    Break("uptake", "missing: segment=clinics", drop("uptake", 1)),
    Break("uptake", "share of segment=works", put("uptake", 3, "share", 0.34)),
    Break("uptake", "units of segment=works", put("uptake", 4, "units", 100.001)),
    Break("uptake", "service_revenue of segment=works", put("uptake", 4, "service_revenue", 20001.0)),
    Break("uptake", "product_revenue of segment=works", put("uptake", 2, "product_revenue", 5001.0)),
    Break(
        "uptake",
        "not on offer: segment=clinics",
        add("uptake", "clinics", "all", "pump", "gold", "perf", 0.2, 0.0, 0.0, 0.0, 0.0),
    ),
    Break("uptake", "share of segment=works", tables=world("appeal", "appeal", 0.001, segment="works", tier="gold")),
    Break("allocation", "hours of region=north", put("allocation", 0, "hours", 141.0)),
    Break("allocation", "cost of region=south", put("allocation", 4, "cost", 6300.1)),
    Break("fulfilment", "cases of product=pump; tier=silver", put("fulfilment", 0, "cases", 309.0)),
    Break("fulfilment", "cost of product=pump; tier=gold", put("fulfilment", 1, "cost", 299.0)),
    Break("experience", "value of tier=silver; region=north; metric=csat", put("experience", 0, "value", 80.1)),
    Break("experience", "limit of tier=gold; region=north; metric=csat", put("experience", 2, "limit", 79.0)),
    Break("experience", "limit of tier=gold; region=north; metric=csat", put("experience", 2, "limit", float("nan"))),
    Break("experience", "ok of tier=gold; metric=turnaround_hours", put("experience", 9, "ok", False)),
    Break("experience", "missing: tier=gold; region=south; metric=attainment", drop("experience", 7)),
    Break("experience", "no cases: tier=bronze", add("experience", "bronze", "north", "csat", 80.0, 0.0, True)),
]


@pytest.mark.parametrize("fault", BREAKS, ids=lambda fault: f"{fault.rule}: {fault.about}")
def test_break(fault: Break) -> None:
    verdict = audit(built(fault.tables(hand_tables())), Scenario(), fault.plan(hand_plan()))
    broken = judged(fault.rule, verdict)
    assert not verdict.ok
    assert any(fault.about in scope for scope in broken.loc[~broken["ok"], "scope"])
    assert any(text.startswith(f"{fault.rule} (") for text in verdict.faults)


@pytest.mark.parametrize(
    "tables",
    [
        scored_for(5.0, region="south"),  # not under the minimum
        scored_for(1.0, "speed", region="south"),  # no minimum
        scored_for(1.0, region="west"),  # no work there
    ],
)
def test_a_score_for_a_place_that_bars_nobody(tables: Callable[[Tables], Tables]) -> None:
    assert audit(built(tables(hand_tables())), Scenario(), hand_plan()).ok


def test_a_criterion_is_asked_of_its_kind() -> None:
    """The partner is a specialist: 8 on quality and 4 on speed. Asked of volume partners, speed does not count."""
    kinds = world("criteria", "kind", "volume_partner", criterion="speed")
    scenario = Scenario(min_provider_score=8.0)
    assert not audit(hand_case(), scenario, hand_plan()).ok
    tables = hand_tables()
    tables["criteria"]["kind"] = ""
    assert audit(built(kinds(tables)), scenario, hand_plan()).ok


# claims of plan.json, each with the rule that refuses it
CLAIMS: list[tuple[str, dict[str, object]]] = [
    ("objective", {"objective": ACCOUNT_REVENUE + 1}),
    ("objective", {"objective": None}),
    ("bound", {"bound": ACCOUNT_REVENUE - 1}),
    ("gap", {"gap": 0.0}),
    ("gap", {"gap": None}),
    ("gap", {"gap": 4e-5}),
    ("gap", {"bound": None}),
    ("gain_gap", {"gain_gap": 5e-5}),
    ("gain_gap", {"gain_gap": None}),
    ("no_contract_objective", {"no_contract_objective": 19601.0}),
    ("no_contract_objective", {"no_contract_objective": None}),
    ("sold_today", {"tiers_sold_today": ("platinum",)}),
    ("sold_today", {"models_sold_today": ()}),
    ("status", {"status": "optimal", "asked_gap": 1e-5}),
    ("status", {"status": "infeasible"}),
    ("status", {"status": "feasible", "asked_gap": 1e-4}),
    ("status", {"status": "optimal", "gap": None}),
    ("baseline", {"baseline": None}),
    ("status", {"status": "perfect"}),
    ("source", {"case": "another"}),
    ("source", {"scenario": "another"}),
    ("source", {"currency": "USD"}),
    ("source", {"tiers_by_rank": ["bronze", "gold", "silver"]}),
    ("source", {"model_kinds": {"warranty": "lease"}}),
    ("source", {"objective_name": "service_margin"}),
    ("source", {"seconds": -1.0}),
    ("source", {"command": ["tierwise", "evaluate", "hand"]}),
    ("source", {"bound_rests_on": "the state of an earlier search"}),
    ("source", {"resumed": {"sitting": 2}}),
    ("status", {"reason": "The plan breaks a condition."}),
    ("broken_rules", {"broken_rules": ["max_menu, price_book=works. Expected: nothing."]}),
    ("broken_rules", {"menus_given": True, "broken_rules": ["max_menu, price_book=works. Expected: nothing."]}),
    ("baseline", {"baseline_reason": "Today's menus cannot be delivered."}),
]


@pytest.mark.parametrize(("rule", "claim"), CLAIMS)
def test_claim(rule: str, claim: dict[str, object]) -> None:
    said = claims(hand_result()) | claim
    verdict = audit(hand_case(), Scenario(), hand_plan(), said)
    assert not judged(rule, verdict)["ok"].all()


@pytest.mark.parametrize(
    "kpi",
    [
        "admin_cost",
        "capital_cost",
        "product_revenue",
        "contract_coverage",
        "contract_value_coverage",
        "contract_incidents",
        "downtime_hours",
        "downtime_per_incident",
        "service_cost",
        "service_margin",
        "account_revenue",
        "service_margin_share",
        "account_margin_share",
        "cost_to_serve",
        "delivery_cost",
    ],
)
def test_baseline_amount(kpi: str) -> None:
    said = claims(hand_result())
    baseline = dict(said["baseline"])  # type: ignore[call-overload]  # plan.json holds an object here
    baseline[kpi] = baseline[kpi] + 0.5
    verdict = audit(hand_case(), Scenario(), hand_plan(), said | {"baseline": baseline})
    assert not judged("baseline", verdict)["ok"].all()


@pytest.mark.parametrize(
    ("kpi", "wrong"),
    [
        ("one_off_cost", -1.0),  # no provider is required that is not ready
        ("one_off_cost", 526.0),  # partner 25 and spare 500 are all that can be engaged
        ("partner_payments", -1.0),
        ("partner_payments", 430 * 100.0),
        ("partner_profit", 0.0),
    ],
)
def test_baseline_amount_that_no_delivery_has(kpi: str, wrong: float) -> None:
    said = claims(hand_result())
    baseline = {**said["baseline"], kpi: wrong}  # type: ignore[dict-item]  # plan.json holds an object here
    rows = judged("baseline", audit(hand_case(), Scenario(), hand_plan(), said | {"baseline": baseline}))
    assert set(rows.loc[~rows["ok"], "scope"]) == {f"kpi={kpi}"}


@pytest.mark.parametrize(
    "claim",
    [
        {"status": "optimal", "asked_gap": 4.5e-5},
        {"status": "feasible", "asked_gap": 4e-5},
        {"status": "feasible", "gap": None, "bound": None, "asked_gap": 1e-4},
        {"baseline": None, "baseline_reason": "Today's menus cannot be delivered."},
    ],
)
def test_claims_that_hold(claim: dict[str, object]) -> None:
    verdict = audit(hand_case(), Scenario(), hand_plan(), claims(hand_result()) | claim)
    assert judged("status", verdict)["ok"].all()
    assert judged("baseline", verdict)["ok"].all()


def test_a_baseline_without_menus_today() -> None:
    tables = hand_tables()
    tables["current_menus"] = tables["current_menus"].iloc[:0]
    verdict = audit(built(tables), Scenario(), hand_plan(), claims(hand_result()))
    rows = judged("baseline", verdict)
    assert "baseline given; the case has no current_menus" in list(rows.loc[~rows["ok"], "scope"])


def test_changed_inputs() -> None:
    case = replace(hand_case(), files={"tiers.csv": "aa", "rates.csv": "bb"})
    for inputs, ok in (({"tiers.csv": "aa", "rates.csv": "bb"}, True), ({"tiers.csv": "aa", "rates.csv": "cc"}, False)):
        rows = judged("inputs", audit(case, Scenario(), hand_plan(), {"inputs": inputs}))
        assert rows["ok"].all() == ok
    assert list(rows["scope"]) == ["file=rates.csv"]


def test_given_menus_need_not_obey_rules_on_menus() -> None:
    tables = hand_tables()
    tables["price_points"] = cell(tables["price_points"], "price", 0.11, price=0.10)
    tables["tiers"] = cell(tables["tiers"], "offer", "excluded", tier="silver")
    scenario = Scenario(max_menu=1, max_tiers=1, max_models=1, min_tier_gap=2.0, max_price_change=0.0)
    assert audit(built(tables), scenario, hand_plan(), menus_given=True).ok
    assert not audit(built(tables), scenario, hand_plan()).ok


def test_the_hand_plan_passes() -> None:
    verdict = audit(hand_case(), Scenario(), hand_plan(), claims(hand_result()))
    assert verdict.faults == ()
    assert verdict.ok


@pytest.mark.parametrize("kpi", sorted(hand_plan().kpis))
def test_every_kpi_is_compared(kpi: str) -> None:
    plan = hand_plan()
    value = plan.kpis[kpi]
    assert (value is None) == (kpi == "partner_profit")
    for wrong in (0.0, 1.0) if value is None else (value + 2e-6 * max(1.0, value), None):
        verdict = audit(hand_case(), Scenario(), replace(plan, kpis={**plan.kpis, kpi: wrong}))
        assert list(verdict.kpis.loc[~verdict.kpis["ok"], "kpi"]) == [kpi]


def test_no_rule_lacks_a_test() -> None:
    tested = {rule for rule, *_ in SCENARIO_LIMITS} | {limit.rule for limit in TABLE_LIMITS}
    tested |= {fault.rule for fault in BREAKS} | {rule for rule, _ in CLAIMS}
    # inputs is tested above, audit_file and files with the run folder, near with what is edited in a run, the rest in
    # test_closest_rules
    closest = {"served", "unserved", "closest", "missed"}
    assert set(RULES) == tested | closest | {"inputs", "audit_file", "files", "near"}
    assert set(RULES) > RULES_ON_MENUS
