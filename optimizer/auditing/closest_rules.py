"""The judge of a closest delivery: what is hard must hold, what it misses must be what it says.

That no delivery leaves less undone, misses less or has more margin rests on the program, as a plan's bound does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.case import Case
from models.economics.delivery_formulas import NEGLIGIBLE_CASES
from models.plan import UNSERVED_TABLE
from models.rules import MEASURED_RULES
from models.scenario import Scenario

from ..accounting.demand import Demand
from ..accounting.experience import shortfall, turnaround_sums
from ..accounting.offered import required_and_excluded
from ..accounting.rows import Rows, group_peaks, total
from ..accounting.work import WORK_CLASS, Work, loads
from ..results.audit_rules import RULES, RULES_ON_MENUS, TOLERANCE
from ..results.closest_delivery import MISSED_COLUMNS, ClosestDelivery
from ..results.findings import Audit
from .breaches import check_breaches
from .claim_rules import check_origin
from .delivery_rules import check_engaged, check_number, check_scores
from .judge import check_margins, judge_delivery, judge_menus
from .ledger import Claims, Ledger, kpi_rows, scopes
from .plan_rules import PlanRows, check_amounts, check_rows, known_part, names_of, with_types

_KEYS = ["rule", "scope"]
_NUMBERS = ["value", "limit", "shortfall"]


@dataclass(frozen=True)
class ClosestJudgement:
    """What a closest delivery comes to."""

    rules: pd.DataFrame
    """Checks that must hold, and those of the other rules that do."""
    missed: pd.DataFrame
    """Rules it misses by more than the tolerance: rule, scope, value, limit, shortfall."""
    amounts: Mapping[str, float | None]
    """KPIs, unserved_hours and shortfall."""
    loads: pd.DataFrame
    """How busy teams and partners are (`accounting.work.loads`)."""


def judge_closest(case: Case, scenario: Scenario, closest: ClosestDelivery) -> ClosestJudgement:
    """Judge a closest delivery of the case with the scenario's changes made."""
    hard, measured, demand = Ledger(RULES_ON_MENUS), Ledger(), Demand(case)
    typed, unserved = with_types(closest.plan), _unserved_rows(hard, case, closest.unserved)
    check_rows(hard, demand, typed)
    check_amounts(hard, typed)
    known = known_part(hard, case, typed)
    judge_menus(hard, demand, scenario, known)
    _check_providers(hard, measured, case, scenario, known)
    done, kpis = judge_delivery(hard, demand, scenario, known, unserved)
    check_margins(measured, scenario, kpis)
    hours, undone = total(done.flows["true_hours"]), total(done.undone["true_hours"])
    measured.at_least("served", ["plan"], hours, hours + undone)
    hard.same("unserved", "hours", done.undone, WORK_CLASS, done.undone["hours"], done.undone["true_hours"])
    _check_choice(hard, case, known, done)
    amounts = {**kpis, "unserved_hours": undone, "shortfall": shortfall(done)}
    return ClosestJudgement(*_parted(hard, measured), amounts, loads(done.providers))


def audit_closest(case: Case, scenario: Scenario, closest: ClosestDelivery, claims: Claims | None = None) -> Audit:
    """Audit a closest delivery, as `audit` does a plan: amounts, decisions, what is hard, and its misses."""
    found, ledger = judge_closest(case, scenario, closest), Ledger()
    ledger.none("missed", "plan.json", _differing(closest.missed, found.missed))
    if claims is not None:
        demand = Demand(case)
        check_origin(ledger, demand, scenario, claims)
        check_breaches(ledger, demand, scenario, Rows.of(closest.plan.menus), claims)
    said = {**closest.kpis, "unserved_hours": closest.unserved_hours, "shortfall": closest.shortfall}
    return Audit(_ordered([found.rules, ledger.rules()]), kpi_rows(said, found.amounts), loads=found.loads)


def _unserved_rows(ledger: Ledger, case: Case, table: pd.DataFrame) -> Rows:
    """Unserved work of known classes; writes down what is unknown, twice there, or no number of cases."""
    rows = Rows.of(table).assign(**{name: Rows.of(table)[name].astype(float) for name in ("cases", "hours")})
    names, known = names_of(case), np.ones(len(rows), dtype=bool)
    for column in WORK_CLASS:
        known &= rows.named(column, {*names[column], *([""] if column == "model" else [])})
    where = "closest/unserved.csv"
    ledger.none("names", where, scopes(rows.where(~known), *WORK_CLASS))
    ledger.none("rows", where, scopes(rows.where(rows.repeated(WORK_CLASS)), *WORK_CLASS))
    ledger.none("amounts", where, scopes(rows.where(~(rows["cases"] >= 0)), *WORK_CLASS))
    return rows.where(known).pick(*UNSERVED_TABLE["unserved"])


def _check_providers(hard: Ledger, measured: Ledger, case: Case, scenario: Scenario, plan: PlanRows) -> None:
    """Required providers are engaged whatever their scores and however many there are; others keep both rules."""
    engaged, required = set(plan.decisions.providers), required_and_excluded(case, "provider")[0]
    check_engaged(hard, case, plan.decisions)
    check_number(measured if engaged <= required else hard, scenario, plan.decisions)
    check_scores(measured, case, scenario, engaged & required)
    check_scores(hard, case, scenario, engaged - required)


def _check_choice(ledger: Ledger, case: Case, plan: PlanRows, done: Work) -> None:
    """All but excluded products are supported and covered; late parts have the quickest policies."""
    excluded = required_and_excluded(case, "product")[1]
    sold = set(Rows.of(case.tables["products"], "product")["product"]) - excluded
    odd = [f"product={name}" for name in sorted(sold - set(plan.decisions.products))]
    bare = plan.coverage.where(~plan.coverage["covered"] & plan.coverage.named("product", sold))
    ledger.none("closest", "coverage", [*odd, *scopes(bare, "price_book", "product")])
    rows = done.policies.where(done.policies.named("tier", _late_tiers(case, done)))
    table = Rows.of(case.tables["fulfilment"], "product", "turnaround_hours")
    group, first = table.grouped(["product"])
    least = table.where(first).assign(least=-group_peaks(-table["turnaround_hours"], group, len(first)))
    rows = rows.looked_up(least.pick("product", "least"), ["product"])
    slow = rows.where(rows["policy_hours"] > rows["least"])
    ledger.none("closest", "policies", scopes(slow, "product", "tier", "policy"))


def _late_tiers(case: Case, done: Work) -> list[str]:
    """Tiers whose promise on turnaround is missed."""
    sums = turnaround_sums(case, done.policies.where(done.policies["parts_cases"] > NEGLIGIBLE_CASES))
    promised = sums["turnaround_hours"] * sums["parts_cases"]
    late = sums["hours"] - promised > TOLERANCE * np.maximum(1.0, np.maximum(sums["hours"], promised))
    return [str(tier) for tier in sums["tier"][late]]


def _parted(hard: Ledger, measured: Ledger) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Checks to pass, and the rules missed: those that may be are all of experience, parts and money, and `served`."""
    rows, others = hard.rules(), measured.rules()
    free = rows["rule"].isin(MEASURED_RULES)
    others = _ordered([rows[free], others])
    late = others[~others["ok"]]
    missed = late.assign(shortfall=-late["slack"])[list(MISSED_COLUMNS)].reset_index(drop=True)
    return _ordered([rows[~free], others[others["ok"]]]), missed


def _ordered(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Checks in the order of the registry."""
    rows = pd.concat([part for part in parts if len(part)], ignore_index=True)
    place = {name: i for i, name in enumerate(RULES)}
    return rows.sort_values("rule", key=lambda names: names.map(place), kind="stable", ignore_index=True)


def _differing(said: pd.DataFrame, true: pd.DataFrame) -> Iterable[str]:
    """What is said to be missed and is not, is missed and not said, or has other numbers."""
    for row in said[said.duplicated(_KEYS)].to_dict("records"):
        yield f"twice: {row['rule']}; {row['scope']}"
    both = said.merge(true, on=_KEYS, how="outer", suffixes=("", "_true"), indicator=True)
    words = {"left_only": "not missed: ", "right_only": "missing: ", "both": "other numbers: "}
    for row in both.to_dict("records"):
        near = all(_near(row[name], row[f"{name}_true"]) for name in _NUMBERS)
        if row["_merge"] != "both" or not near:
            yield f"{words[row['_merge']]}{row['rule']}; {row['scope']}"


def _near(said: float, true: float) -> bool:
    return abs(said - true) <= TOLERANCE * max(1.0, abs(said), abs(true))
