"""Which rules on menus, tiers, models and prices given menus break, one sentence each."""

from __future__ import annotations

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
    sentences = (
        f"{row['rule']}: {row['scope']} has {row['value']:.6g} against {row['limit']:.6g}; {RULES[row['rule']].text}"
        for row in broken.to_dict("records")
    )
    return tuple(dict.fromkeys(sentences))
