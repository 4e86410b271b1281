"""The delivery of given menus that comes closest to the rules, where these are proved not all to hold.

Every product but the excluded ones is covered, as in today's baseline. Providers and policies are free, and work may
stay undone (`program.recourse`). A required provider is engaged whatever its scores, and as many as are required.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from models.case import Case
from models.catalog import Array
from models.economics.delivery_formulas import NEGLIGIBLE_CASES
from models.scenario import Scenario

from ..auditing import judge_closest
from ..lp.tolerances import FEASIBILITY
from ..program.instance import Instance, build_instance
from ..program.recourse import RecourseProgram
from ..results.closest_delivery import ClosestDelivery
from .engine import fixings_of, offers_of
from .plan_assembly import assemble, plan_totals, unserved_table
from .time_limit import Limit
from .todays_plan import current_menus, sold_products


def closest_delivery(
    case: Case, scenario: Scenario, menus: pd.DataFrame, limit: Limit
) -> tuple[ClosestDelivery | None, str | None]:
    """The closest delivery of menus (price_book, tier, model, price), or why there is none.

    `case` has the scenario's changes made; rules on menus do not bind.
    """
    instance = build_instance(case, _with_room(case, scenario), required_despite_scores=True)
    offers = offers_of(instance, menus)
    books = current_menus(instance, offers)
    totals = plan_totals(offers, instance.index, books)
    lacking = _without_policies(instance, totals)
    if lacking:
        return None, f"No policy of the table fulfilment meets the parts cases of {', '.join(lacking)}."
    promises, policies = turnaround_choice(instance, totals)
    decided = replace(fixings_of(instance, offers, books), supported=sold_products(instance), policies=policies)
    found = RecourseProgram(instance, totals, decided, promises).solve(limit.of_last_steps)
    if found.delivery is None:
        return None, "No delivery that comes closest to the rules was found in the time allowed."
    made = ClosestDelivery(
        plan=assemble(instance, offers, books, found.delivery),
        unserved=unserved_table(instance, found.delivery),
        unserved_hours=found.unserved_hours,
        shortfall=found.shortfall,
    )
    return replace(made, missed=judge_closest(case, scenario, made).missed), None


def _with_room(case: Case, scenario: Scenario) -> Scenario:
    """The scenario with room for as many providers as are required."""
    required = int((case.tables["providers"]["engage"] == "required").sum())
    if scenario.max_providers is None or scenario.max_providers >= required:
        return scenario
    return scenario.model_copy(update={"max_providers": required})


def _parts(instance: Instance, totals: Array) -> dict[tuple[int, int], float]:
    """Parts cases of each (product, tier) that has some."""
    cases = totals[instance.index.parts]
    return {(int(p), int(t)): float(cases[p, t]) for p, t in np.argwhere(cases > NEGLIGIBLE_CASES)}


def _without_policies(instance: Instance, totals: Array) -> list[str]:
    """Products that have parts cases and no policy that meets them."""
    products = sorted({product for product, _ in _parts(instance, totals)})
    return [instance.catalog.products[product] for product in products if not instance.policies_of(product)]


def turnaround_choice(
    instance: Instance, totals: Array
) -> tuple[frozenset[int], dict[tuple[int, int], tuple[int, ...]]]:
    """Tiers whose turnaround policies can meet; for the others, the quickest policies of each product."""
    hours = instance.policies["turnaround_hours"].to_numpy(dtype=float)
    promises = instance.catalog.tier_table["turnaround_hours"].to_numpy(dtype=float)
    held, quickest = set(), {}
    for tier in np.flatnonzero(~np.isnan(promises)).tolist():
        parts = {product: cases for (product, t), cases in _parts(instance, totals).items() if t == tier}
        rows = {product: instance.policies_of(product) for product in parts}
        least = {product: hours[rows[product]].min() for product in parts}
        promised, taken = (sum(cases * each for cases, each in pairs) for pairs in (
            ((cases, promises[tier]) for cases in parts.values()),
            ((cases, least[product]) for product, cases in parts.items()),
        ))  # fmt: skip
        if taken < promised - FEASIBILITY * max(1.0, promised):
            held.add(tier)
            continue
        for product in parts:
            quickest[product, tier] = tuple(row for row in rows[product] if hours[row] == least[product])
    return frozenset(held), quickest
