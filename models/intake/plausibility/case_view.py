"""A checked case as the checks of what is absurd read it: tables, totals and who sells what today, each once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...case import Case
from ...catalog import Catalog, codes
from ...economics.delivery_formulas import NEGLIGIBLE_CASES
from ...economics.demand_base import DemandBase, demand_base
from ...economics.offers import points_by_book
from ...installed_base import InstalledBase
from ...partner_scores import barring_scores, is_barred
from ...schema import TABLES
from ..raw import RowSpan
from ..tables import CleanTable

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
PLACE = ["region", "family"]


@dataclass(frozen=True)
class CaseView:
    """A case with what several checks ask of it."""

    case: Case

    @cached_property
    def tables(self) -> dict[str, CleanTable]:
        """Every table, with its schema."""
        return {name: CleanTable(TABLES[name], self.case.columns(name), RowSpan(name)) for name in self.case.tables}

    def frame(self, name: str) -> pd.DataFrame:
        """A table that is never large."""
        return self.case.tables[name]

    def numbers(self, table: str, column: str) -> Array:
        """A column of numbers."""
        return self.case.columns(table).numbers(column)

    @cached_property
    def catalog(self) -> Catalog:
        """The case's names as codes."""
        return Catalog(self.case)

    @cached_property
    def demand(self) -> DemandBase:
        """Free and locked units by cohort."""
        return demand_base(self.catalog, self.holdings)

    @cached_property
    def holdings(self) -> InstalledBase:
        """Who holds what where."""
        return InstalledBase(self.case)

    @cached_property
    def product(self) -> Codes:
        """Row in the catalog's products of each row of installed_base."""
        return codes(self.catalog.products, self.holdings.groups["product"])[self.holdings.group]

    @cached_property
    def units(self) -> Array:
        """Units of each product, locked ones too."""
        return np.asarray(np.bincount(self.product, self.holdings.units, len(self.catalog.products)), dtype=float)

    @cached_property
    def usage(self) -> Array:
        """Mean hours of use of a unit of each product; 0 where nobody holds one."""
        hours = np.bincount(self.product, self.holdings.hours, len(self.catalog.products))
        return np.divide(hours, self.units, out=np.zeros_like(hours), where=self.units > 0)

    @cached_property
    def unit_value(self) -> Array:
        """Value of a unit of each product."""
        return self.catalog.product_table["unit_value"].to_numpy(dtype=float)

    @cached_property
    def sold_products(self) -> NDArray[np.bool_]:
        """Products that are held and not excluded."""
        support = self.catalog.product_table["support"].to_numpy() != "excluded"
        return np.asarray(support & (self.units > 0), dtype=bool)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Kind of each pricing model."""
        models = self.frame("pricing_models")
        return dict(zip(models["model"], models["kind"], strict=True))

    def kind_of_rows(self, table: str) -> NDArray[np.object_]:
        """Kind of the pricing model of each row of a table."""
        names = self.case.columns(table).categorical("model")
        kinds = np.array([self.kinds[name] for name in names.known.to_pylist()], dtype=object)
        return kinds[names.codes] if len(kinds) else np.empty(0, dtype=object)

    @cached_property
    def usable_rates(self) -> pd.DataFrame:
        """Rates by tier of providers that may be engaged and have time, in regions with accounts.

        A row without a tier stands for every tier for which the provider has no row of its own there.
        """
        providers = self.frame("providers")
        hirable = providers.loc[(providers["engage"] != "excluded") & (providers["capacity_hours"] > 0), "provider"]
        rates = self.frame("rates")
        rates = rates[rates["provider"].isin(hirable) & rates["region"].isin(self.catalog.regions)]
        rates = rates.loc[~is_barred(rates, barring_scores(self.case.tables))]
        own, blank = rates[rates["tier"] != ""], rates[rates["tier"] == ""]
        work = ["provider", *PLACE, "service", "tier"]
        spread = blank.drop(columns="tier").merge(pd.DataFrame({"tier": list(self.catalog.tiers)}), how="cross")
        known = pd.MultiIndex.from_frame(own[work])
        spread = spread[~pd.MultiIndex.from_frame(spread[work]).isin(known)]
        return pd.concat([own, spread[own.columns]], ignore_index=True)

    @cached_property
    def places(self) -> pd.DataFrame:
        """region, family, product: where units of products stand that are not excluded."""
        groups = self.holdings.groups[["region", "product"]].drop_duplicates()
        products = self.frame("products")
        sold = products.loc[products["support"] != "excluded", ["product", "family"]]
        return groups.merge(sold, on="product")[[*PLACE, "product"]]

    @cached_property
    def open_tiers(self) -> list[str]:
        """Tiers that are not excluded and have a price point, by rank."""
        table = self.catalog.tier_table
        priced = set(self.frame("price_points")["tier"])
        return [tier for tier, offer in zip(table.index, table["offer"], strict=True)
                if offer != "excluded" and tier in priced]  # fmt: skip

    @cached_property
    def ladders(self) -> pd.DataFrame:
        """price_book, tier, model, low, high, count: the ladder of each option, and `row` of its dearest price."""
        every = points_by_book(self.catalog, self.frame("price_points").reset_index(names="row"))
        keys = ["price_book", "tier", "model"]
        every = every.sort_values([*keys, "price"], kind="stable").drop_duplicates([*keys, "price"])
        return every.groupby(keys, as_index=False).agg(
            low=("price", "min"), high=("price", "max"), count=("price", "size"), row=("row", "last")
        )

    @cached_property
    def today_on_ladders(self) -> pd.DataFrame:
        """Rows of current_menus that have a ladder, with it, `kind` of pricing model, and `place`, their row."""
        today = self.frame("current_menus").reset_index(names="place")
        found = today.merge(self.ladders, on=["price_book", "tier", "model"])
        return found.assign(kind=found["model"].map(self.kinds))

    @cached_property
    def work_of_all(self) -> pd.DataFrame:
        """Cases, as `cases_of` has them, were every unit of products that are not excluded under each open tier."""
        groups = self.holdings.groups.assign(units=self.holdings.sums(self.holdings.units))
        rows = groups.merge(self.frame("products")[["product", "family", "incident_rate", "support"]], on="product")
        rows = rows[rows["support"] != "excluded"]
        rows = rows.assign(incidents=rows["units"] * rows["incident_rate"])
        sums = rows.groupby(PLACE, as_index=False)[["units", "incidents"]].sum()
        return self.cases_of(sums.merge(pd.DataFrame({"tier": pd.Series(self.open_tiers, dtype=object)}), how="cross"))

    def cases_of(self, work: pd.DataFrame, timed: bool = False) -> pd.DataFrame:
        """The work by service: its cases and hours a year, and the share of them that providers may take together.

        `timed` counts no more of a provider's share than its whole capacity would do.
        """
        mix = self.frame("service_mix").merge(self.frame("services")[["service", "hours_per_case"]], on="service")
        rows = work.merge(mix, on="tier")
        rows["cases"] = rows["incidents"] * rows["cases_per_incident"] + rows["units"] * rows["cases_per_unit"]
        rows = rows[rows["cases"] > NEGLIGIBLE_CASES]
        rows["hours"] = rows["cases"] * rows["hours_per_case"]
        keys, providers = [*PLACE, "service", "tier"], self.frame("providers").set_index("provider")
        taken = self.usable_rates.merge(rows[[*keys, "hours"]], on=keys)
        time = taken["provider"].map(providers["capacity_hours"]).astype(float) / taken["hours"]
        taken["reach"] = np.minimum(taken["max_share"], time) if timed else taken["max_share"]
        reach = taken.groupby(keys)["reach"].sum().reset_index()
        return rows.merge(reach, on=keys, how="left").fillna({"reach": 0.0})
