"""What every program of one case and scenario shares: offers, totals, work classes, routes, eligibility."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.case import Case
from models.catalog import Array, Catalog
from models.economics.demand_base import DemandBase, demand_base
from models.scenario import Scenario

from .routes import Routes, WorkClasses, build_routes, is_open, passes_quality, work_classes
from .totals import TotalsIndex


@dataclass(frozen=True)
class Instance:
    """A case (changes made) under a scenario, with everything that does not depend on menus."""

    case: Case
    scenario: Scenario
    catalog: Catalog
    demand: DemandBase
    index: TotalsIndex
    classes: WorkClasses
    routes: Routes
    """Routes of the providers that may be engaged, to the work from which no score bars them."""
    may_engage: NDArray[np.bool_]
    """Providers that are not excluded and pass the partner-quality rule."""
    must_engage: NDArray[np.bool_]
    """Required providers."""
    mean_margin: float
    """mbar: product margin weighted by product revenue before contracts."""
    sellable: NDArray[np.bool_] = field(repr=False)
    """Cohorts whose product may be covered."""

    @cached_property
    def policies(self) -> pd.DataFrame:
        """Fulfilment policies, sorted by product and policy."""
        table = self.case.tables["fulfilment"].sort_values(["product", "policy"], kind="stable")
        return table.reset_index(drop=True)

    def policies_of(self, product: int) -> list[int]:
        """Rows of `policies` of a product (code)."""
        return np.flatnonzero(self.policies["product"] == self.catalog.products[product]).tolist()

    @property
    def hopeless_partners(self) -> tuple[str, ...]:
        """Required partners that fail the partner-quality rule: nothing can be feasible then."""
        failing = np.flatnonzero(self.must_engage & ~self.may_engage)
        return tuple(self.catalog.providers[code] for code in failing)


def _mean_margin(catalog: Catalog, revenue: Array) -> float:
    total = revenue.sum()
    margins = catalog.product_table["product_margin"].to_numpy(dtype=float)
    return float(margins @ revenue / total) if total > 0 else 0.0


def build_instance(case: Case, scenario: Scenario, *, required_despite_scores: bool = False) -> Instance:
    """The instance of a case whose scenario changes have been made; required partners may fail the quality rule."""
    catalog = Catalog(case)
    demand = demand_base(catalog)
    index = TotalsIndex.of(catalog)
    classes = work_classes(catalog, index)
    engage = np.array([catalog.offer["providers"][name] for name in catalog.providers], dtype=object)
    passing = passes_quality(catalog, scenario) | ((engage == "required") & required_despite_scores)
    may_engage = (engage != "excluded") & passing
    routes = build_routes(catalog, classes)
    support = np.array([catalog.offer["products"][name] for name in catalog.products], dtype=object)
    return Instance(
        case=case,
        scenario=scenario,
        catalog=catalog,
        demand=demand,
        index=index,
        classes=classes,
        routes=routes.only(may_engage[routes.provider] & is_open(catalog, classes, routes)),
        may_engage=may_engage,
        must_engage=engage == "required",
        mean_margin=_mean_margin(catalog, demand.revenue_by_product),
        sellable=(support != "excluded")[demand.cohorts.product],
    )
