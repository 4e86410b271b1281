"""Which rules on menus, tiers, models and prices given menus break, one sentence each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from models.case import Case
from models.plan import Decisions
from models.scenario import Scenario

from .audit import RULES, RULES_ON_MENUS
from .audit.demand import Demand
from .audit.ledger import Ledger
from .audit.menu_rules import check_menus, check_offer, check_prices


def broken_rules(case: Case, scenario: Scenario, menus: pd.DataFrame) -> tuple[str, ...]:
    """Rules that `menus` (price_book, tier, model, price) break, judged as the audit judges a plan's menus."""
    ledger, demand = Ledger(), Demand(case)
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
