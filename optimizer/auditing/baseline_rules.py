"""Today's amounts in plan.json, against what today's menus decide of them.

A run does not hold the delivery of today's menus. What follows from the menus alone is recomputed; what a delivery
decides must lie between the least and the most that any can come to, and where in there rests on the search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.case import Case
from models.plan import KPIS, Decisions

from ..accounting.demand import Demand, chosen, locked_rows
from ..accounting.money import added_up, fixed_cost, mean_product_margin, offer, sales, shares_of
from ..accounting.rows import Column, Rows, group_peaks, total
from ..accounting.work import (
    WORK_CLASS,
    cases_by_service,
    flows,
    parts_cases,
    rates_by_tier,
    units_by_region,
    work_classes,
)
from .ledger import Claims, Ledger, number, or_nan
from .menu_rules import names_by_word
from .table_rules import uptake

_PLACE = ["region", "family", "service", "tier"]


@dataclass(frozen=True)
class _Range:
    """The least and the most that an amount of a delivery can be."""

    least: float
    most: float

    def __add__(self, amount: float) -> _Range:
        return _Range(self.least + amount, self.most + amount)


def check_baseline(ledger: Ledger, demand: Demand, claims: Claims) -> None:
    """A baseline is there just when today's menus are and nothing says why not; its amounts hold."""
    baseline, reason = claims["baseline"], claims.get("baseline_reason")
    today = not demand.case.tables["current_menus"].empty
    if isinstance(baseline, Mapping):
        odd = [] if today else ["baseline given; the case has no current_menus"]
        odd += [f"baseline given, and a baseline_reason: {reason}"] if reason else []
        ledger.none("baseline", "plan.json", odd)
        _check_amounts(ledger, demand, {name: or_nan(number(baseline, name)) for name in KPIS})
    else:
        excused = bool(reason) or not today
        ledger.none("baseline", "plan.json", [] if excused else ["baseline missing, and no baseline_reason"])


def _check_amounts(ledger: Ledger, demand: Demand, claimed: Mapping[str, float]) -> None:
    _, excluded = names_by_word(demand.case, "products", "product", "support")
    covered = demand.holdings.where(~demand.holdings.named("product", excluded))
    choice, locked = chosen(demand, demand.case.tables["current_menus"], covered), locked_rows(demand)
    sold = sales(uptake(demand, choice, locked), demand.case)
    expected = _decided_by_menus(demand, sold, claimed)
    values = [claimed[name] for name in expected], list(expected.values())
    said, true = (np.array(side, dtype=float) for side in values)
    known = ~(np.isnan(said) & np.isnan(true))
    scope = [f"kpi={name}" for name, shown in zip(expected, known, strict=True) if shown]
    ledger.equal("baseline", scope, said[known], true[known])
    for name, within in _decided_by_delivery(demand, choice, locked, sold["billed"]).items():
        ledger.at_least("baseline", [f"kpi={name}"], claimed[name], within.least)
        ledger.at_most("baseline", [f"kpi={name}"], claimed[name], within.most)


def _decided_by_menus(demand: Demand, sold: Mapping[str, float], known: Mapping[str, float]) -> dict[str, float | None]:
    """Amounts that follow from today's menus, and from the baseline's other amounts."""
    units, loss = total(demand.installed["units"]), known["loyalty_loss"]
    margin = sold["product_profit"] - mean_product_margin(demand) * loss + known["service_margin"]
    return {
        "admin_cost": sold["admin_cost"],
        "capital_cost": sold["capital_cost"],
        "product_revenue": sold["product_revenue"] - loss,
        "account_margin": margin,
        "attach_rate": sold["units"] / units if units else None,
        **added_up(known),
        **shares_of(known),
    }


def _decided_by_delivery(demand: Demand, choice: Rows, locked: Rows, billed: float) -> dict[str, _Range]:
    case = demand.case
    served = cases_by_service(case, units_by_region(demand, choice, locked))
    lanes = _lanes(case, work_classes(case, served))
    cost, settled, lost = (_range_of(lanes, lanes[name]) for name in ("true_cost", "settled", "loss"))
    return {
        "service_revenue": settled + billed,
        "delivery_cost": _payments(case, cost),
        "fulfilment_cost": _parts(case, parts_cases(served)),
        "fixed_cost": _fixed(demand),
        "loyalty_loss": lost,
    }


def _lanes(case: Case, classes: Rows) -> Rows:
    """Each work class with every provider that could do all of it, and what that would come to."""
    _, excluded = names_by_word(case, "providers", "provider", "engage")
    rates = rates_by_tier(case).pick("provider", *_PLACE)
    lanes = flows(case, classes.joined(rates.where(~rates.named("provider", excluded)), _PLACE).assign(hours=0.0))
    return lanes.assign(settled=lanes["cases"] * lanes["settlement"])


def _range_of(lanes: Rows, amount: Column) -> _Range:
    """Sums over the work classes of the least and the most of an amount."""
    group, first = lanes.grouped(WORK_CLASS)
    least, most = -group_peaks(-amount, group, len(first)), group_peaks(amount, group, len(first))
    return _Range(total(least), total(most))


def _payments(case: Case, cost: _Range) -> _Range:
    """What is paid for case cost: all of it may be discounted, and every commitment may come on top."""
    discounts = case.tables["volume_discounts"]["discount"]
    off = float(discounts.max()) if len(discounts) else 0.0
    return _Range(cost.least * (1 - off), cost.most + float(case.tables["providers"]["commitment"].sum()))


def _parts(case: Case, parts: Rows) -> _Range:
    """Parts cost with the cheapest and the dearest policies, and no or every policy's fixed cost."""
    policies = Rows.of(case.tables["fulfilment"], "product", "parts_cost", "fixed_cost")
    rows = parts.joined(policies, ["product"])
    group, first = rows.grouped(["product", "tier"])
    cost = rows["cases"] * rows["parts_cost"]
    least, most = -group_peaks(-cost, group, len(first)), group_peaks(cost, group, len(first))
    return _Range(total(least), total(most) + total(policies["fixed_cost"]))


def _fixed(demand: Demand) -> _Range:
    """Fixed cost with the required providers alone, and with all that are not excluded."""
    case = demand.case
    required, excluded = names_by_word(case, "providers", "provider", "engage")
    _, unsold = names_by_word(case, "products", "product", "support")
    sold = tuple(name for name in case.tables["products"]["product"] if name not in unsold)
    open_to = tuple(name for name in case.tables["providers"]["provider"] if name not in excluded)
    least, most = (
        fixed_cost(case, offer(demand, case.tables["current_menus"], Decisions(products=sold, providers=engaged)))
        for engaged in (tuple(required), open_to)
    )
    return _Range(least, most)
