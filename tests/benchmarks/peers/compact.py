"""The textbook compact program: one binary per price book and option, the choice linearized, all else linear.

Logit after Méndez-Díaz, Miranda-Bront, Vulcano & Zabala (2014, Discrete Applied Mathematics 164): the share of an
option is exp(u) times the share without a contract where it is offered, which McCormick's inequalities state.
"""

from __future__ import annotations

import numpy as np

from models import Case

from .choice_rules import choice_columns, require_choice, share_of_cells
from .delivery_rules import delivery_columns, policy_uses, require_delivery
from .market import Market, largest_totals, market
from .money_rules import amounts, money_unit, require_money
from .offer_rules import offer_columns, require_offer
from .program import Program, columns


def compact(case: Case, scenario_name: str = "base") -> Program:
    """The compact program of a scenario; raises ValueError for rules that it does not state."""
    m = market(case, scenario_name)
    unit = money_unit(m)
    high = largest_totals(m, _most_share(m))
    totals = columns("total", m.instance.index.size, low=-np.inf)
    program = Program([*offer_columns(m), *choice_columns(m), totals, *delivery_columns(m, high, unit)], unit=unit)
    require_offer(program, m)
    require_choice(program, m)
    program.require(
        "totals", program.of("total") - m.effect @ share_of_cells(program, m), low=m.standing, high=m.standing
    )
    require_delivery(program, m, high)
    money = amounts(program, m, policy_uses(m, high))
    require_money(program, m, money)
    program.objective = money[m.scenario.objective]
    return program


def _most_share(m: Market) -> np.ndarray:
    return 1 / (1 + np.exp(-m.utility)) if m.logit else np.ones(len(m.utility))
