"""The judge of a plan under the rules and numbers of another question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from models.case import Case
from models.conditions import Condition
from models.plan import PLAN_TABLES, Plan
from models.rules import RULE_SPECS
from models.scenario import Scenario

from ..accounting.demand import Demand
from ..accounting.experience import experience
from ..results.audit_rules import RULES
from ..results.closest_delivery import MISSED_COLUMNS
from ..results.judged_plan import JudgedPlan
from .condition_rules import judge_conditions
from .delivery_rules import check_providers
from .judge import check_margins, judge_delivery, judge_menus
from .ledger import Ledger
from .plan_rules import check_rows, known_part, with_types

_OF_ITS_WORK = frozenset({"names", "rows", "engaged", "rates", "served", "flow_conservation", "policies"})
"""Checks that fail where a plan was made for other names or another amount of work."""


def judge_plan(case: Case, scenario: Scenario, plan: Plan, conditions: Iterable[Condition] = ()) -> JudgedPlan:
    """Judge a plan by the rules of a scenario and by conditions; `case` has the scenario's changes made."""
    ledger, demand = Ledger(), Demand(case)
    typed = with_types(plan)
    check_rows(ledger, demand, typed)
    known = known_part(ledger, case, typed)
    judge_menus(ledger, demand, scenario, known)
    check_providers(ledger, case, scenario, known.decisions)
    done, kpis = judge_delivery(ledger, demand, scenario, known)
    check_margins(ledger, scenario, kpis)
    felt = experience(case, scenario, done).frame
    rows = ledger.rules()
    judged = judge_conditions(case, plan, conditions)
    return JudgedPlan(
        plan=replace(plan, kpis=kpis, experience=_shown(felt)),
        missed=_missed(rows),
        conditions=tuple(judged.loc[~judged["ok"], "condition"].drop_duplicates()),
        fits=bool(rows.loc[rows["rule"].isin(_OF_ITS_WORK), "ok"].all()),
    )


def _missed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rules of scenario and tables that do not hold; not how a plan is written and added up."""
    of_business = rows["rule"].isin([*RULE_SPECS, *(name for name, rule in RULES.items() if not rule.structural)])
    broken = rows[of_business & ~rows["ok"]]
    return broken.assign(shortfall=-broken["slack"])[list(MISSED_COLUMNS)].reset_index(drop=True)


def _shown(felt: pd.DataFrame) -> pd.DataFrame:
    """Experience in the columns of experience.csv."""
    kept = felt["sense"] * (felt["value"] - felt["limit"]) >= 0
    return felt.assign(ok=kept | felt["limit"].isna())[list(PLAN_TABLES["experience"])].reset_index(drop=True)
