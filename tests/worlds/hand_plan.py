"""A case and a plan worked out by hand, for the audit and the run folder.

Price sensitivity is 0 and every appeal is 0, so that each option on a menu and no contract are equally
likely: shares 1/3 where two tiers are offered, 1/2 where one is. Two price books, `works` and `clinics`.

Free units: works/pump 90 north + 210 south, works/valve 60 north (not covered), clinics/pump 10 north;
50 pumps in the south are under contract at 0.20. Silver bills 0.10 x 1000 = 100, gold 0.20 x 1000 = 200.

| units under contract | north | south |           | repair cases | north | south |
| silver               | 30+5  | 70+50 |           | silver, 2 each | 70  | 240   |
| gold                 | 30    | 70    |           | gold, 1 each   | 30  | 70    |

Gold also has a visit a unit. With equal bonus and penalty of 10 a case settles at 10 x (8 - mean hours):
+20 by the team (6 h), -20 by the partner (10 h), who bears half: 100 - 10 = 90 a case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from math import exp, nan

import pandas as pd

from models import Case, CaseSettings, Scenario, build_case
from models.plan import PLAN_TABLES, Decisions, Plan
from optimizer.assurance.result import Result
from optimizer.auditing import audit
from optimizer.results.plan_document import claims
from optimizer.results.record import Status
from tests.worlds.tables import rows

SETTINGS = CaseSettings(name="hand", currency="EUR", choice_model="logit", discount_rate=0.08)


def hand_tables() -> dict[str, pd.DataFrame]:
    return {
        "accounts": rows(
            "account_id segment region product_revenue",
            ("a1", "works", "north", 12000.0),
            ("a2", "works", "south", 26000.0),
            ("a3", "clinics", "north", 1000.0),
        ),
        "installed_base": rows(
            "account_id product units",
            ("a1", "pump", 90.0),
            ("a1", "valve", 60.0),
            ("a2", "pump", 260.0),
            ("a3", "pump", 10.0),
        ),
        "contracts": rows(
            "account_id product tier model price units", ("a2", "pump", "silver", "warranty", 0.20, 50.0)
        ),
        "segments": rows("segment", ("works",), ("clinics",)),
        "customer_classes": rows(
            "segment customer_class share price_sensitivity", ("works", "all", 1.0, 0.0), ("clinics", "all", 1.0, 0.0)
        ),
        "appeal": rows(
            "segment customer_class tier appeal",
            *((segment, "all", tier, 0.0) for segment in ("works", "clinics") for tier in ("silver", "gold")),
        ),
        "loyalty": rows(
            "segment tier retention",
            ("works", "none", 0.5),
            ("works", "silver", 0.8),
            ("works", "gold", 0.9),
            ("works", "bronze", 0.7),
            ("clinics", "none", 0.6),
            ("clinics", "silver", 0.8),
            ("clinics", "gold", 0.9),
            ("clinics", "bronze", 0.7),
        ),
        "products": rows(
            "product family unit_value incident_rate product_margin support support_cost",
            ("pump", "machines", 1000.0, 2.0, 0.5, "required", 50.0),
            ("valve", "machines", 500.0, 1.0, 0.2, "optional", 20.0),
        ),
        "tiers": rows(
            "tier rank response_hours min_attainment turnaround_hours csat_floor csat_target loyalty_loss "
            "incident_factor fixed_cost offer",
            ("bronze", 0, 48.0, 0.0, nan, 0.0, 50.0, 0.0, 1.0, 5.0, "optional"),
            ("silver", 1, 12.0, 0.5, 40.0, 70.0, 80.0, 0.1, 1.0, 10.0, "optional"),
            ("gold", 2, 8.0, 0.5, 12.0, 80.0, 90.0, 1.0, 0.5, 20.0, "required"),
        ),
        "pricing_models": rows(
            "model kind fixed_cost admin_cost offer penalty_per_hour bonus_per_hour",
            ("warranty", "fixed_warranty", 3.0, 1.0, "optional", nan, nan),
            ("perf", "performance_based", 4.0, 2.0, "optional", 10.0, 10.0),
            ("metered", "pay_per_use", 6.0, 1.0, "optional", nan, nan),
        ),
        "price_points": rows(
            "tier model price price_book",
            ("silver", "warranty", 0.08, ""),
            ("silver", "warranty", 0.10, ""),
            ("silver", "warranty", 0.09, "clinics"),
            ("gold", "perf", 0.20, "works"),
            ("gold", "warranty", 0.15, ""),
            ("silver", "metered", 50.0, ""),
        ),
        "services": rows(
            "service hours_per_case standard_cost needs_parts response_clock",
            ("repair", 2.0, 10.0, True, True),
            ("visit", 1.0, 5.0, False, False),
        ),
        "service_mix": rows(
            "tier service cases_per_incident cases_per_unit",
            ("bronze", "repair", 1.0, 0.0),
            ("silver", "repair", 1.0, 0.0),
            ("gold", "repair", 1.0, 0.0),
            ("gold", "visit", 0.0, 1.0),
        ),
        "providers": rows(
            "provider kind capacity_hours fixed_cost commitment max_share risk_share engage",
            ("team", "in_house", 1000.0, 100.0, 6000.0, 1.0, 0.0, "required"),
            ("partner", "specialist_partner", 1000.0, 10.0, 8000.0, 1.0, 0.5, "optional"),
            ("web", "self_service", 1000.0, 1.0, 0.0, 1.0, 0.0, "optional"),
            ("spare", "volume_partner", 1000.0, 1.0, 0.0, 1.0, 0.0, "optional"),
        ),
        "rates": rows(
            "provider region family service tier cost_per_case response_hours csat max_share",
            ("team", "north", "machines", "repair", "", 20.0, 6.0, 80.0, 1.0),
            ("team", "south", "machines", "repair", "", 20.0, 6.0, 80.0, 1.0),
            ("team", "north", "machines", "repair", "gold", 40.0, 6.0, 92.0, 1.0),
            ("partner", "south", "machines", "repair", "silver", 30.0, 12.0, 70.0, 1.0),
            ("partner", "south", "machines", "repair", "gold", 100.0, 10.0, 85.0, 1.0),
            ("web", "north", "machines", "visit", "", 1.0, 1.0, 90.0, 1.0),
            ("web", "south", "machines", "visit", "", 1.0, 1.0, 90.0, 1.0),
            ("spare", "south", "machines", "repair", "", 20.0, 6.0, 80.0, 1.0),
        ),
        "fulfilment": rows(
            "product policy parts_cost turnaround_hours fixed_cost",
            ("pump", "mend", 2.0, 30.0, 5.0),
            ("pump", "swap", 3.0, 10.0, 7.0),
            ("valve", "swap", 3.0, 10.0, 7.0),
            ("valve", "scrap", 3.0, 10.0, 7.0),
        ),
        "current_menus": rows("price_book tier model price", ("works", "silver", "warranty", 0.08)),
        "criteria": rows("criterion weight minimum", ("quality", 3.0, 5.0), ("speed", 1.0, nan)),
        "scores": rows(
            "provider criterion score",
            ("partner", "quality", 8.0),
            ("partner", "speed", 4.0),
            ("spare", "quality", 8.0),
            ("spare", "speed", 8.0),
        ),
        "readiness": rows(
            "provider capability required actual cost_to_close months",
            ("partner", "tools", 5.0, 3.0, 25.0, 2.0),
            ("partner", "skills", 5.0, 9.0, 1000.0, 2.0),
            ("spare", "tools", 5.0, 3.0, 500.0, 2.0),
        ),
        "volume_discounts": rows("provider above discount", ("partner", 1000.0, 0.1), ("partner", 5000.0, 0.2)),
    }


@cache
def hand_case() -> Case:
    return built(hand_tables())


def built(tables: Mapping[str, pd.DataFrame]) -> Case:
    return build_case(SETTINGS, dict(tables), {"base": Scenario()})


def table(name: str, *values: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(values, columns=list(PLAN_TABLES[name]))


UPTAKE = table(
    "uptake",
    ("clinics", "all", "pump", "none", "", nan, 1 / 2, 5.0, 0.0, 300.0),
    ("clinics", "all", "pump", "silver", "warranty", 0.10, 1 / 2, 5.0, 500.0, 400.0),
    ("works", "all", "pump", "none", "", nan, 1 / 3, 100.0, 0.0, 5000.0),
    ("works", "all", "pump", "silver", "warranty", 0.10, 1 / 3, 100.0, 10000.0, 8000.0),
    ("works", "all", "pump", "gold", "perf", 0.20, 1 / 3, 100.0, 20000.0, 9000.0),
    ("works", "all", "valve", "none", "", nan, 1.0, 60.0, 0.0, 1500.0),
    ("works", "contract", "pump", "silver", "warranty", 0.20, 1.0, 50.0, 10000.0, 4000.0),
)
ALLOCATION = table(
    "allocation",
    ("north", "machines", "repair", "silver", "", "team", 70.0, 140.0, 1400.0),
    ("south", "machines", "repair", "silver", "", "team", 140.0, 280.0, 2800.0),
    ("south", "machines", "repair", "silver", "", "partner", 100.0, 200.0, 3000.0),
    ("north", "machines", "repair", "gold", "perf", "team", 30.0, 60.0, 1200.0),
    ("south", "machines", "repair", "gold", "perf", "partner", 70.0, 140.0, 6300.0),
    ("north", "machines", "visit", "gold", "", "web", 30.0, 30.0, 30.0),
    ("south", "machines", "visit", "gold", "", "web", 70.0, 70.0, 70.0),
)
FULFILMENT = table("fulfilment", ("pump", "silver", "mend", 310.0, 620.0), ("pump", "gold", "swap", 100.0, 300.0))
SILVER_SOUTH_IN_TIME = (140 * (1 - exp(-2)) + 100 * (1 - exp(-1))) / 240
EXPERIENCE = table(
    "experience",
    ("silver", "north", "csat", 80.0, 70.0, True),
    ("silver", "south", "csat", 18200 / 240, 70.0, True),
    ("gold", "north", "csat", 91.0, 80.0, True),
    ("gold", "south", "csat", 87.5, 80.0, True),
    ("silver", "north", "attainment", 1 - exp(-2), 0.5, True),
    ("silver", "south", "attainment", SILVER_SOUTH_IN_TIME, 0.5, True),
    ("gold", "north", "attainment", 1 - exp(-8 / 6), 0.5, True),
    ("gold", "south", "attainment", 1 - exp(-0.8), 0.5, True),
    ("silver", "", "turnaround_hours", 30.0, 40.0, True),
    ("gold", "", "turnaround_hours", 10.0, 12.0, True),
)

# Team: 1400 + 2800 + 1200 = 5400, but 6000 is committed. Partner: 3000 + 6300 = 9300, less 10 % of the
# 4000 between 1000 and 5000 and 20 % of the 4300 above: 8040, more than the 8000 committed. Web: 100.
DELIVERY = 6000.0 + 8040.0 + 100.0
# 310 silver cases mended at 2 and 100 gold cases swapped at 3, and each policy's fixed cost.
FULFILMENT_COST = 310 * 2.0 + 100 * 3.0 + 5.0 + 7.0
ADMIN = 155 * 1.0 + 100 * 2.0
# Silver and gold, warranty and perf, three providers, pump's support, the partner's missing tools.
FIXED = (10 + 20) + (3 + 4) + (100 + 10 + 1) + 50 + 25.0
SERVICE_REVENUE = 40500.0 + 30 * 20 - 70 * 20
SERVICE_COST = DELIVERY + FULFILMENT_COST + ADMIN + FIXED
SERVICE_MARGIN = 24050.0
# 100 silver cases 10 points under target at 0.1, 70 gold cases 5 points under at 1.
LOYALTY_LOSS = 100 * 10 * 0.1 + 70 * 5 * 1.0
PRODUCT_REVENUE = 28200.0 - 450.0
ACCOUNT_REVENUE = 67450.0
ACCOUNT_MARGIN = 0.5 * 26700 + 0.2 * 1500 - 450 * (0.5 * 36000 + 0.2 * 3000) / 39000 + 24050
NO_CONTRACT = 0.5 * 35000 + 0.5 * 3000 + 0.6 * 1000

# 2 incidents a year for each of 155 pumps in silver, half as many for 100 in gold; each is one repair, which the team
# answers in 6 hours, the partner in 12 (silver) and 10 (gold). No promise is measured on visits.
INCIDENTS = 155 * 2.0 + 100 * 1.0
DOWNTIME = (70 + 140 + 30) * 6.0 + 100 * 12.0 + 70 * 10.0

KPIS: Mapping[str, float | None] = {
    "service_revenue": SERVICE_REVENUE,
    "delivery_cost": DELIVERY,
    "fulfilment_cost": FULFILMENT_COST,
    "admin_cost": ADMIN,
    "capital_cost": 0.0,
    "fixed_cost": FIXED,
    "service_cost": SERVICE_COST,
    "service_margin": SERVICE_MARGIN,
    "loyalty_loss": LOYALTY_LOSS,
    "product_revenue": PRODUCT_REVENUE,
    "account_revenue": ACCOUNT_REVENUE,
    "account_margin": ACCOUNT_MARGIN,
    "service_margin_share": SERVICE_MARGIN / SERVICE_REVENUE,
    "account_margin_share": ACCOUNT_MARGIN / ACCOUNT_REVENUE,
    "cost_to_serve": (DELIVERY + FULFILMENT_COST + ADMIN) / SERVICE_REVENUE,
    "contract_coverage": 255 / 420,
    "contract_value_coverage": 255 * 1000 / (360 * 1000 + 60 * 500),
    "one_off_cost": 25.0,
    "partner_payments": 8040.0,
    "partner_profit": None,
    "contract_incidents": INCIDENTS,
    "downtime_hours": DOWNTIME,
    "downtime_per_incident": DOWNTIME / INCIDENTS,
}


def hand_plan() -> Plan:
    return Plan(
        decisions=Decisions(
            tiers=("gold", "silver"),
            models=("perf", "warranty"),
            products=("pump",),
            providers=("partner", "team", "web"),
        ),
        menus=table(
            "menus",
            ("clinics", "silver", "warranty", 0.10),
            ("works", "silver", "warranty", 0.10),
            ("works", "gold", "perf", 0.20),
        ),
        coverage=table("coverage", ("clinics", "pump", True), ("works", "pump", True), ("works", "valve", False)),
        uptake=UPTAKE.copy(),
        allocation=ALLOCATION.copy(),
        fulfilment=table(
            "fulfilment", ("pump", "silver", "mend", 310.0, 620.0), ("pump", "gold", "swap", 100.0, 300.0)
        ),
        experience=EXPERIENCE.copy(),
        kpis=dict(KPIS),
    )


# Today clinics have no menu, and works are offered silver at 0.08 = 80: 150 pumps and, at 40, 30 valves.
# What is delivered is not worked out here: the baseline's other amounts only have to add up, within what any delivery
# can come to. Products keep 26050 x their margins = 12440 before the loss.
BASELINE: Mapping[str, float | None] = {
    "service_revenue": 23200.0,
    "delivery_cost": 9000.0,
    "fulfilment_cost": 900.0,
    "admin_cost": 230.0,
    "capital_cost": 0.0,
    "fixed_cost": 200.0,
    "service_cost": 10330.0,
    "service_margin": 12870.0,
    "loyalty_loss": 50.0,
    "product_revenue": 26000.0,
    "account_revenue": 49200.0,
    "account_margin": 12440.0 - 50.0 * 18600 / 39000 + 12870.0,
    "service_margin_share": 12870 / 23200,
    "account_margin_share": (25310.0 - 50.0 * 18600 / 39000) / 49200,
    "cost_to_serve": 10130 / 23200,
    "contract_coverage": 230 / 420,
    "contract_value_coverage": (200 * 1000 + 30 * 500) / (360 * 1000 + 60 * 500),
    "one_off_cost": 25.0,
    "partner_payments": 3000.0,
    "partner_profit": None,
    "contract_incidents": 200 * 2.0 + 30 * 1.0,
    "downtime_hours": 3000.0,
    "downtime_per_incident": 3000 / 430,
}


@cache
def hand_result() -> Result:
    """The plan with its claims: a bound 3 above the objective. One for all tests: none may change it in place."""
    plan = hand_plan()
    case = hand_case()
    result = Result(
        status=Status.OPTIMAL,
        case_name="hand",
        scenario_name="base",
        objective_name="account_revenue",
        currency="EUR",
        objective=ACCOUNT_REVENUE,
        bound=ACCOUNT_REVENUE + 3,
        gap=3 / ACCOUNT_REVENUE,
        seconds=1.5,
        plan=plan,
        no_contract_objective=NO_CONTRACT,
        baseline=dict(BASELINE),
        tiers=("bronze", "silver", "gold"),
        tiers_sold_today=("silver",),
        models_sold_today=("warranty",),
        model_kinds={"warranty": "fixed_warranty", "perf": "performance_based", "metered": "pay_per_use"},
        manifest={"command": "tierwise solve hand", "options": {"gap": 1e-4}},
    )
    verdict = audit(case, case.scenarios["base"], plan, claims(result))
    return replace(result, audit=verdict)
