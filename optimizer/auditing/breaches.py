"""Which rules on menus, tiers, models and prices given menus break, one sentence each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from models.case import Case
from models.plan import Decisions
from models.scenario import Scenario

from ..accounting.demand import Demand
from ..accounting.rows import Rows
from ..results.audit_rules import RULES, RULES_ON_MENUS
from .ledger import Claims, Ledger
from .menu_rules import check_menus, check_offer, check_prices


def broken_rules(case: Case, scenario: Scenario, menus: pd.DataFrame) -> tuple[str, ...]:
    """Rules that `menus` (price_book, tier, model, price) break, judged as the audit judges a plan's menus."""
    return _broken(Demand(case), scenario, menus)


def check_breaches(ledger: Ledger, demand: Demand, scenario: Scenario, menus: Rows, claims: Claims) -> None:
    """What plan.json says that given menus break is what they break; menus that were not given break nothing."""
    said = claims.get("broken_rules")
    given = bool(claims.get("menus_given"))
    true = set(_broken(demand, scenario, menus.frame)) if given else set()
    claimed = [str(text) for text in said] if isinstance(said, (list, tuple)) else []
    odd = [f"missing: {text}" for text in sorted(true - set(claimed))]
    odd += [f"not broken: {text}" for text in sorted(set(claimed) - true)]
    odd += [f"twice: {text}" for text in sorted({text for text in claimed if claimed.count(text) > 1})]
    ledger.none("broken_rules", "plan.json", odd)


def _broken(demand: Demand, scenario: Scenario, menus: pd.DataFrame) -> tuple[str, ...]:
    ledger = Ledger()
    check_menus(ledger, demand, scenario, menus)
    check_prices(ledger, demand, scenario, menus)
    held = menus[menus["price_book"].isin(demand.holdings["price_book"])]
    decided = Decisions(
        tiers=tuple(sorted(held["tier"].unique())),
        models=tuple(sorted(held["model"].unique())),
    )
    check_offer(ledger, demand, scenario, menus, decided)
    rows = ledger.rules()
    broken = rows[rows["rule"].isin(RULES_ON_MENUS) & ~rows["ok"]]
    return tuple(dict.fromkeys(_sentence(row) for row in broken.to_dict("records")))


def _sentence(row: Mapping[Hashable, Any]) -> str:
    """What is broken where, and by how much where the rule has a limit."""
    by_how_much = f" ({row['value']:.6g} against {row['limit']:.6g})" if row["limit"] else ""
    return f"{row['rule']}, {row['scope']}{by_how_much}. Expected: {RULES[row['rule']].text}"
