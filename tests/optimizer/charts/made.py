"""Results and answers of any size, made up: what charts are drawn of in the tests."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from models.plan import KPIS, PLAN_TABLES, Decisions, Plan
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.assurance.result import Result
from optimizer.results.record import Status

TIERS = ("silver", "gold")
KINDS = {"flat": "fixed_warranty", "call": "pay_per_use"}
Rows = list[tuple[object, ...]]


def amounts(**given: float) -> dict[str, float | None]:
    """Every KPI: those given, 0 for the rest."""
    return {**dict.fromkeys(KPIS, 0.0), **given}


PLANNED = amounts(
    service_revenue=900.0, delivery_cost=200.0, fulfilment_cost=100.0, admin_cost=10.0, capital_cost=40.0,
    fixed_cost=50.0, service_cost=400.0, service_margin=500.0, product_revenue=1000.0, account_revenue=1900.0,
    account_margin=800.0, contract_coverage=0.6, contract_value_coverage=0.7,
)  # fmt: skip
TODAY = amounts(
    service_revenue=700.0, delivery_cost=180.0, fulfilment_cost=130.0, admin_cost=10.0, fixed_cost=30.0,
    service_cost=350.0, service_margin=350.0, product_revenue=960.0, account_revenue=1660.0, account_margin=640.0,
    contract_coverage=0.5, contract_value_coverage=0.55,
)  # fmt: skip


def frame(name: str, rows: Rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(PLAN_TABLES[name]))


def result(size: int, baseline: Mapping[str, float | None] | None = TODAY) -> Result:
    """A plan with so many price books, segments, providers and regions of their own."""
    of = range(size)
    menus = [(f"book {n}", tier, "flat", 0.05 + 0.01 * (n % 3)) for n in of for tier in TIERS]
    uptake = [
        (f"segment {n}", "all", "pump", tier, "flat", 0.05, share, 10.0 * share * (n + 1), 5.0, 40.0)
        for n in of
        for tier, share in (("silver", 0.5), ("gold", 0.2), ("none", 0.3))
    ]
    work = [(f"region {n % 7}", "pumps", "repair", "gold", "", f"team {n}", 4.0, 8.0 + n, 80.0) for n in of]
    felt = [("gold", f"region {n}", "csat", 80.0, 75.0, True) for n in range(min(size, 7))]
    tables = {
        "menus": frame("menus", menus),
        "coverage": frame("coverage", [(f"book {n}", "pump", True) for n in of]),
        "uptake": frame("uptake", uptake),
        "allocation": frame("allocation", work),
        "fulfilment": frame("fulfilment", [("pump", "gold", "repair", 4.0, 60.0) for _ in of[:1]]),
        "experience": frame("experience", felt),
    }
    decided = Decisions(TIERS, ("flat",), ("pump",), tuple(f"team {n}" for n in of)) if size else Decisions()
    return Result(
        status=Status.OPTIMAL,
        case_name="made",
        scenario_name="base",
        objective_name="account_margin",
        currency="CHF",
        objective=PLANNED["account_margin"],
        bound=801.0,
        gap=1.25e-3,
        seconds=1.0,
        plan=Plan(decisions=decided, kpis=PLANNED, **tables),
        baseline=baseline,
        tiers=TIERS,
        model_kinds=KINDS,
    )


def answer(name: str, facts: Mapping[str, object] | None = None, **tables: pd.DataFrame) -> Answer:
    meanings = {table: {str(column): "what it is" for column in rows.columns} for table, rows in tables.items()}
    return Answer(name, "made", "base", "CHF", tables, meanings, ("Told.",), facts or {}, 0.0, tuple(tables))


def compared(size: int) -> Answer:
    """A bridge with so many parts of 10 each, and the KPIs of two plans."""
    parts = [("base", "today", f"part {n}", 10.0, 10.0, 10.0, 10.0) for n in range(size)]
    columns = ["plan", "against", "part", "account_revenue", "account_margin", "service_revenue", "service_margin"]
    kpis = [(kpi, plan, "CHF", 100.0, 0.0) for kpi in KPIS[:12] for plan in ("today", "base")]
    overview = pd.DataFrame([(kpi, "CHF", 100.0, 100.0 + 10 * size) for kpi in KPIS[:12]])
    return answer(
        "compare",
        overview=overview.set_axis(["kpi", "unit", "today", "base"], axis=1),
        kpis=pd.DataFrame(kpis[: 24 if size else 0], columns=["kpi", "plan", "unit", "value", "change"]),
        bridge=pd.DataFrame(parts, columns=columns),
    )


def swept(size: int) -> Answer:
    """A base and so many scenarios that each vary one of two keys."""
    ends = [("base", "", "", "optimal", "account_margin", 100.0)]
    ends += [
        (f"s{n}", str(n) * (n % 2), str(n) * (1 - n % 2), "optimal", "account_margin", 90.0 + n) for n in range(size)
    ]
    columns = ["scenario", "max_tiers", "rates.cost_per_case multiply", "status", "objective_name", "objective"]
    kpis = [(row[0], kpi, unit, 0.5) for row in ends[: size + 1 if size else 0] for kpi, unit in _SWEPT]
    return answer(
        "sweep",
        scenarios=pd.DataFrame(ends, columns=columns),
        kpis=pd.DataFrame(kpis, columns=["scenario", "kpi", "unit", "value"]),
    )


_SWEPT = (("account_revenue", "CHF"), ("service_margin", "CHF"), ("service_margin_share", "share"))


def explained(size: int) -> Answer:
    columns = [
        "rank",
        "rule",
        "scope",
        "unit",
        "limit",
        "gain_dropped",
        "gain_dropped_at_most",
        "step",
        "gain_step",
        "moves",
    ]
    rows = [(n + 1, "csat_floor", f"tier {n}", "points", 70.0, 50.0 - n, 60.0, 1.0, 5.0, "") for n in range(size)]
    return answer("explain", costs=pd.DataFrame(rows, columns=columns))


def frontiered(size: int, goals: tuple[str, ...] = ("account_revenue", "service_margin_share")) -> Answer:
    rows = [
        {
            "point": n + 1,
            **dict.fromkeys(goals, 0.1 + n),
            "at_most": 1.0 + n,
            "gap": 0.0,
            "knee": n == size // 2,
            "moves": "",
        }
        for n in range(size)
    ]
    points = pd.DataFrame(rows, columns=["point", *goals, "at_most", "gap", "knee", "moves"])
    kpis = [(n + 1, "service_cost", "CHF", 10.0 * n) for n in range(size)]
    return answer(
        "frontier",
        {"goals": list(goals)},
        points=points,
        kpis=pd.DataFrame(kpis, columns=["point", "kpi", "unit", "value"]),
    )


def levelled(size: int) -> Answer:
    """So many segments, each served gold in one region, 10 cases a year at 20 CHF; every other one has a benchmark."""
    verdicts = ("under-served", "sweet spot", "over-delivered")
    rows = [
        (
            f"segment {n}",
            "gold",
            "north",
            10.0,
            78.0 + n % 5,
            75.0,
            80.0,
            20.0,
            25.0 if n % 2 == 0 else None,
            verdicts[n % 3],
            "",
        )
        for n in range(size)
    ]
    columns = ["segment", "tier", "region", "cases", "csat", "csat_floor", "csat_target", "cost_per_case",
               "benchmark_per_case", "verdict", "reason"]  # fmt: skip
    segments = pd.DataFrame(rows, columns=columns).astype({"benchmark_per_case": float, "cases": float})
    return answer("levels", segments=segments, ownership=owned(size))


def owned(size: int) -> pd.DataFrame:
    """So many segments with a tier of each; every other contract costs more than it saves."""
    rows = [(f"segment {n}", "gold", 1.0 + n, 100.0 + n, 95.0 + n + 10 * (n % 2)) for n in range(size)]
    found = pd.DataFrame(rows, columns=["segment", "tier", "units", "with_contract", "without_contract"])
    return found.assign(saving=found["without_contract"] - found["with_contract"])


def partnered(size: int) -> Answer:
    """So many providers and shares of own work; the last share has no plan."""
    bought = [
        (n / max(size, 2), n == 0, 100.0 - n if n < size - 1 or size == 1 else None, 50.0, 2.0) for n in range(size)
    ]
    measures = [(f"team {n}", "csat", 70.0 + n % 20, "at least", 80.0, "points", n % 20 >= 10) for n in range(size)]
    measures += [(f"team {n}", "loyalty_loss", 5.0, "at most", 0.0, "money a year", False) for n in range(size)]
    criteria = [(f"team {n}", "quality", 1.0, 7.0, 5.0 if n % 2 else None) for n in range(size)]
    return answer(
        "partners",
        make_or_buy=pd.DataFrame(
            bought, columns=["in_house_share", "in_plan", "objective", "service_margin", "partners"]
        ),
        measures=pd.DataFrame(measures, columns=["provider", "measure", "value", "wanted", "target", "unit", "met"]),
        criteria=pd.DataFrame(criteria, columns=["provider", "criterion", "weight", "score", "minimum"]),
    )


def priced(size: int) -> Answer:
    rows = [(0.05 + 0.001 * n, n == 0, n % 2 == 0, 10.0 - n / 1000, 5.0, 100.0, 40.0) for n in range(size)]
    columns = ["price", "in_plan", "price_point", "units", "book_units", "service_revenue", "service_margin"]
    facts = {"price_book": "book", "tier": "gold", "model": "flat", "kind": "fixed_warranty", "price": 0.05}
    return answer("price", facts, response=pd.DataFrame(rows, columns=columns))
