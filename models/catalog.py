"""The case's names and numbers as arrays: one place that turns tables into integer codes.

Codes are positions in the name tuples. Tiers are ordered by rank (lowest first), everything else by
name, so that the order of rows in a file never changes a plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .case import Case
from .decisions import DECISION_KINDS
from .economics.pricing_kinds import KINDS, annuity, end_of_lease_share, settlement_per_case

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


def codes(names: tuple[str, ...], values: pd.Series) -> Codes:
    """Position of each value in `names`; -1 where it is not there."""
    return np.asarray(pd.Index(names).get_indexer(pd.Index(values.astype(object))), dtype=np.int64)


def named(names: tuple[str, ...], values: Codes) -> NDArray[np.object_]:
    """The name of each code."""
    return np.array(names, dtype=object)[values]


@dataclass(frozen=True)
class Catalog:
    """Named axes of a case, and its tables laid out along them. All arrays are read only by custom."""

    case: Case

    def _sorted(self, table: str, key: str, by: str | None = None) -> pd.DataFrame:
        return self.case.tables[table].sort_values(by or key, kind="stable").set_index(key, drop=False)

    @cached_property
    def tier_table(self) -> pd.DataFrame:
        """Tiers by rank, lowest first."""
        return self._sorted("tiers", "tier", by="rank")

    @cached_property
    def model_table(self) -> pd.DataFrame:
        """Pricing models by name."""
        return self._sorted("pricing_models", "model")

    @cached_property
    def product_table(self) -> pd.DataFrame:
        """Products by name."""
        return self._sorted("products", "product")

    @cached_property
    def service_table(self) -> pd.DataFrame:
        """Services by name."""
        return self._sorted("services", "service")

    @cached_property
    def provider_table(self) -> pd.DataFrame:
        """Providers by name."""
        return self._sorted("providers", "provider")

    @cached_property
    def segment_table(self) -> pd.DataFrame:
        """Segments by name."""
        return self._sorted("segments", "segment")

    @cached_property
    def tiers(self) -> tuple[str, ...]:
        """Tier names, lowest rank first."""
        return tuple(self.tier_table.index)

    @cached_property
    def models(self) -> tuple[str, ...]:
        """Pricing-model names."""
        return tuple(self.model_table.index)

    @cached_property
    def products(self) -> tuple[str, ...]:
        """Product names."""
        return tuple(self.product_table.index)

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Service names."""
        return tuple(self.service_table.index)

    @cached_property
    def providers(self) -> tuple[str, ...]:
        """Provider names."""
        return tuple(self.provider_table.index)

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """Segment names."""
        return tuple(self.segment_table.index)

    @cached_property
    def books(self) -> tuple[str, ...]:
        """Price-book names."""
        return tuple(sorted(self.segment_table["price_book"].unique()))

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Region names of the accounts."""
        return tuple(sorted(self.case.columns("accounts").categorical("region").known.to_pylist()))

    @cached_property
    def families(self) -> tuple[str, ...]:
        """Product-family names."""
        return tuple(sorted(self.product_table["family"].unique()))

    @cached_property
    def family_of_product(self) -> Codes:
        """Family code of each product."""
        return codes(self.families, self.product_table["family"])

    def _service_mix(self, column: str) -> Array:
        mix = self.case.tables["service_mix"]
        grid = np.zeros((len(self.tiers), len(self.services)))
        grid[codes(self.tiers, mix["tier"]), codes(self.services, mix["service"])] = mix[column]
        return grid

    @cached_property
    def cases_per_incident(self) -> Array:
        """q[t, a]: cases of each service that an incident causes."""
        return self._service_mix("cases_per_incident")

    @cached_property
    def cases_per_unit(self) -> Array:
        """h[t, a]: scheduled cases of each service per unit and year."""
        return self._service_mix("cases_per_unit")

    @cached_property
    def on_response_clock(self) -> NDArray[np.bool_]:
        """Whether the response promise is measured on each service."""
        return self.service_table["response_clock"].to_numpy(dtype=bool)

    @cached_property
    def needs_parts(self) -> NDArray[np.bool_]:
        """Whether each service needs parts."""
        return self.service_table["needs_parts"].to_numpy(dtype=bool)

    @cached_property
    def standard_cost_per_incident(self) -> Array:
        """C[t]: standard cost of the cases an incident causes."""
        return np.asarray(self.cases_per_incident @ self.service_table["standard_cost"].to_numpy(dtype=float))

    @cached_property
    def standard_cost_per_unit(self) -> Array:
        """C1[t]: standard cost of scheduled cases per unit and year."""
        return np.asarray(self.cases_per_unit @ self.service_table["standard_cost"].to_numpy(dtype=float))

    @cached_property
    def response_cases_per_incident(self) -> Array:
        """g[t]: response-clock cases per incident."""
        return np.asarray(self.cases_per_incident[:, self.on_response_clock].sum(axis=1))

    @cached_property
    def parts_per_incident(self) -> Array:
        """Parts cases per incident of each tier."""
        return np.asarray(self.cases_per_incident[:, self.needs_parts].sum(axis=1))

    @cached_property
    def parts_per_unit(self) -> Array:
        """Scheduled parts cases per unit and year of each tier."""
        return np.asarray(self.cases_per_unit[:, self.needs_parts].sum(axis=1))

    def incidents(self, product: Codes, tier: Codes, model: Codes) -> Array:
        """n: incidents per unit and year of each (product, tier, model)."""
        rate = self.product_table["incident_rate"].to_numpy(dtype=float)
        by_tier = self.tier_table["incident_factor"].to_numpy(dtype=float)
        by_model = self.model_table["incident_factor"].to_numpy(dtype=float)
        return np.asarray(rate[product] * by_tier[tier] * by_model[model])

    @cached_property
    def promise(self) -> Array:
        """D[t]: response promise in hours."""
        return self.tier_table["response_hours"].to_numpy(dtype=float)

    @cached_property
    def settling_models(self) -> tuple[int, ...]:
        """Codes of the models whose cases are settled against the promise."""
        return tuple(i for i, kind in enumerate(self.model_table["kind"]) if KINDS[kind].settles)

    @cached_property
    def performance_group(self) -> Codes:
        """Group of each model in work classes: 0 for blank, else 1 + its place among settling models."""
        groups = np.zeros(len(self.models), dtype=np.int64)
        groups[list(self.settling_models)] = 1 + np.arange(len(self.settling_models))
        return groups

    def settlement(self, model: int, tier: int, response: float | Array) -> Array:
        """m(r) of a settling model at a tier for mean response hours `response`."""
        row = self.model_table.iloc[model]
        terms = (float(self.promise[tier]), response, float(row["bonus_per_hour"]), float(row["penalty_per_hour"]))
        return np.asarray(settlement_per_case(*terms))

    @cached_property
    def expected_settlement(self) -> Array:
        """e[b, t] = g[t] m(D): what the customer expects per incident; 0 for models that do not settle."""
        grid = np.zeros((len(self.models), len(self.tiers)))
        for model in self.settling_models:
            for tier, promise in enumerate(self.promise):
                grid[model, tier] = self.response_cases_per_incident[tier] * self.settlement(model, tier, promise)
        return grid

    @cached_property
    def lease_annuities(self) -> tuple[Array, Array]:
        """Per model: annuity(E) for the seller's capital cost, annuity(residual) for the ownership credit."""
        seller, customer = np.zeros(len(self.models)), np.zeros(len(self.models))
        rate = self.case.settings.discount_rate
        for i, row in enumerate(self.model_table.to_dict("records")):
            if KINDS[row["kind"]].finances:
                end = end_of_lease_share(row["buyout_probability"], row["buyout_share"], row["residual_share"])
                seller[i] = annuity(rate, row["term_years"], end)
                customer[i] = annuity(rate, row["term_years"], row["residual_share"])
        return seller, customer

    @cached_property
    def displaced_share(self) -> Array:
        """Share of product revenue each model replaces (0 but for leases)."""
        return np.asarray(self.model_table["displaced_share"].fillna(0.0).to_numpy(dtype=float))

    @cached_property
    def loyalty(self) -> Array:
        """retention x (1 + cross_sell) by segment and tier, shape (segments, tiers + 1); last column is `none`."""
        rows = self.case.tables["loyalty"]
        columns = (*self.tiers, "none")
        grid = np.zeros((len(self.segments), len(columns)))
        kept = rows["retention"] * (1 + rows["cross_sell"])
        grid[codes(self.segments, rows["segment"]), codes(columns, rows["tier"])] = kept
        return grid

    @cached_property
    def offer(self) -> Mapping[str, Mapping[str, str]]:
        """required / optional / excluded of every tier, model, product and provider."""
        tables = {
            "tier": self.tier_table,
            "model": self.model_table,
            "product": self.product_table,
            "provider": self.provider_table,
        }
        return {kind.listed: dict(tables[kind.name][kind.switch]) for kind in DECISION_KINDS.values()}
