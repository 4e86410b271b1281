"""What the compact program is made of: cells of cohort and option, and what a share of each adds to the totals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from models import Case, apply_scenario
from models.catalog import Array, Codes
from models.economics.offers import Offers, build_offers, sellable_options
from models.scenario import Scenario
from optimizer.program.instance import Instance, build_instance
from optimizer.program.totals_map import product_revenue_change, standing_totals

from .program import Matrix

LEAST_UTILITY = {"logit": -20.0, "first_choice": 1e-9}
"""Options of this utility or less are left out: a share of exp(-20) is nothing, and first choice takes none."""
STATED_RULES = {
    "objective", "min_service_margin", "min_account_margin", "max_cost_to_serve", "min_tiers", "max_tiers",
    "max_models", "min_menu", "max_menu", "max_providers", "max_provider_share", "description", "change", "name",
}  # fmt: skip
"""Keys of a scenario that the compact program states."""


@dataclass(frozen=True)
class Market:
    """A case's cells (cohort x option) that can sell, with one entry each in the arrays."""

    instance: Instance
    offers: Offers
    cell: Codes
    """Position in the offers' cells."""
    cohort: Codes
    option: Codes
    utility: Array

    @cached_property
    def effect(self) -> Matrix:
        """What share 1 of a cell adds to each total, shape (totals, cells)."""
        return _effect(self.instance, self.offers, self.cell)

    @cached_property
    def standing(self) -> Array:
        """Totals without any contract."""
        return standing_totals(self.offers, self.instance.index)

    @property
    def scenario(self) -> Scenario:
        """The scenario whose rules bind."""
        return self.instance.scenario

    @property
    def logit(self) -> bool:
        """Whether customers choose by logit."""
        return self.instance.case.settings.choice_model == "logit"


def market(case: Case, scenario_name: str) -> Market:
    """The market of a case. Raises ValueError for what the compact program does not state."""
    changed, scenario = apply_scenario(case, scenario_name)
    more = sorted(set(scenario.model_dump(exclude_none=True)) - STATED_RULES)
    if more or len(case.tables["contracts"]):
        raise ValueError(f"the compact program does not state {', '.join(more) or 'contracts in force'}")
    instance = build_instance(changed, scenario)
    offers = build_offers(instance.catalog, instance.demand, sellable_options(instance.catalog))
    cell = np.flatnonzero(offers.utility > LEAST_UTILITY[changed.settings.choice_model])
    cohort, option = offers.cohort[cell], offers.option[cell]
    return Market(instance, offers, cell, cohort, option, offers.utility[cell])


def _effect(instance: Instance, offers: Offers, cell: Codes) -> Matrix:
    catalog, index, cohorts = instance.catalog, instance.index, offers.demand.cohorts
    cohort, option = offers.cohort[cell], offers.option[cell]
    tier, model, product = offers.options.tier[option], offers.options.model[option], cohorts.product[cohort]
    family, group = catalog.family_of_product[product], catalog.performance_group[model]
    units, incidents = cohorts.units[cohort], offers.terms.incidents[cell]
    change = product_revenue_change(offers)[cell]
    margin = catalog.product_table["product_margin"].to_numpy(dtype=float)[product]
    admin = catalog.model_table["admin_cost"].to_numpy(dtype=float)[model]
    money = (
        units * offers.terms.yearly[cell],
        units * admin,
        units * offers.terms.capital[cell],
        change,
        change * margin,
    )
    parts = units * (incidents * catalog.parts_per_incident[tier] + catalog.parts_per_unit[tier])
    entries = [(np.full(len(cell), at), amount) for at, amount in enumerate(money)]
    entries.append((index.parts[product, tier], parts))
    for region in range(len(catalog.regions)):
        here = cohorts.units_by_region[cohort, region]
        entries.append((index.units[region, family, tier], here))
        entries.append((index.incidents[region, family, tier, group], here * incidents))
    place = np.concatenate([place for place, _ in entries])
    amount = np.concatenate([amount for _, amount in entries])
    column = np.tile(np.arange(len(cell)), len(entries))
    return sparse.csr_array((amount, (place, column)), shape=(index.size, len(cell)))


def largest_totals(market: Market, most_share: Array) -> Array:
    """What each total can be at most, each cohort taking its largest cell (a total is of one tier)."""
    entries = (market.effect @ sparse.diags_array(most_share)).tocoo()
    rows = pd.DataFrame({"total": entries.row, "cohort": market.cohort[entries.col], "amount": entries.data})
    largest = rows.groupby(["total", "cohort"])["amount"].max().clip(lower=0).groupby("total").sum()
    by_total = largest.reindex(range(len(market.standing)), fill_value=0.0).to_numpy(dtype=float)
    return np.asarray(market.standing + by_total)
