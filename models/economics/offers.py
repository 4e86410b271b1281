"""What price books can offer: options, what each costs every cohort, and what a menu leads to.

Cells pair a cohort with an option of its price book. They lie in blocks, one per book: cell
`cell_start[B] + i * n_options(B) + j` is the book's i-th cohort and j-th option.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..catalog import Array, Catalog, Codes, codes
from .choice import burden_without_contract, certainty_equivalent, utility
from .demand_base import Cohorts, DemandBase
from .pricing_kinds import KINDS, Exposure, capital_cost, discounted_price, ownership_credit

PAYMENT_ROUNDING = 1e-9
"""Relative slack in comparing mean payments, for rounding only."""


@dataclass(frozen=True)
class OptionTerms:
    """One unit's year under an option, before choice; arrays of equal shape."""

    yearly: Array
    """T: billed a year."""
    per_incident: Array
    """i: what the customer expects to pay per incident."""
    settlement: Array
    """e: expected settlement per incident (0 unless the model settles)."""
    incidents: Array
    """n: incidents a year."""
    capital: Array
    """A: the seller's capital cost a year."""
    credit: Array
    """O: what owning would have cost the customer a year."""


def contract_terms(
    catalog: Catalog, product: Codes, tier: Codes, model: Codes, price: Array, discount: Array, hours: Array
) -> OptionTerms:
    """Terms of contracts given elementwise by codes, price, discount share and usage hours."""
    incidents = catalog.incidents(product, tier, model)
    yearly, per_incident = np.zeros_like(incidents), np.zeros_like(incidents)
    value = catalog.product_table["unit_value"].to_numpy(dtype=float)[product]
    index = catalog.product_table["price_index"].to_numpy(dtype=float)[product]
    settlement = catalog.expected_settlement[model, tier]
    for code, name in enumerate(catalog.model_table["kind"]):
        at = np.flatnonzero(model == code)
        kind = KINDS[name]
        exposure = Exposure(
            unit_value=value[at],
            price_index=index[at],
            incidents=incidents[at],
            usage_hours=hours[at],
            cost_per_incident=catalog.standard_cost_per_incident[tier[at]],
            cost_per_unit=catalog.standard_cost_per_unit[tier[at]],
            expected_settlement=settlement[at],
        )
        k = discounted_price(price[at], discount[at], kind.on_cost)
        yearly[at] = kind.yearly(k, exposure)
        per_incident[at] = kind.per_incident(k, exposure)
    margin = catalog.product_table["product_margin"].to_numpy(dtype=float)[product]
    seller, customer = catalog.lease_annuities
    capital = np.asarray(capital_cost(value, margin, seller[model]))
    credit = np.asarray(ownership_credit(value, customer[model]))
    return OptionTerms(yearly, per_incident, settlement, incidents, capital, credit)


@dataclass(frozen=True)
class SellableOptions:
    """Tier x model x price of price books, ordered by book, tier rank, model, price."""

    book: Codes
    tier: Codes
    model: Codes
    price: Array
    start: Codes
    """First option of each book; one entry more than there are books."""

    def __len__(self) -> int:
        return len(self.book)

    def of(self, book: int) -> range:
        """Positions of a book's options."""
        return range(int(self.start[book]), int(self.start[book + 1]))


def options_from(catalog: Catalog, table: pd.DataFrame) -> SellableOptions:
    """Options listed in a table of price_book, tier, model, price; duplicates count once."""
    rows = pd.DataFrame(
        {
            "book": codes(catalog.books, table["price_book"]),
            "tier": codes(catalog.tiers, table["tier"]),
            "model": codes(catalog.models, table["model"]),
            "price": table["price"].to_numpy(dtype=float),
        }
    )
    rows = rows.drop_duplicates().sort_values(["book", "tier", "model", "price"], kind="stable")
    book, tier, model = (rows[name].to_numpy(dtype=np.int64) for name in ("book", "tier", "model"))
    start = np.searchsorted(book, np.arange(len(catalog.books) + 1))
    return SellableOptions(book, tier, model, rows["price"].to_numpy(dtype=float), start.astype(np.int64))


def sellable_options(catalog: Catalog) -> pd.DataFrame:
    """Price points of every price book, without excluded tiers and models."""
    points = catalog.case.tables["price_points"]
    offer = catalog.offer
    sellable = [
        offer["tiers"][tier] != "excluded" and offer["models"][model] != "excluded"
        for tier, model in zip(points["tier"], points["model"], strict=True)
    ]
    return points_by_book(catalog, points.loc[np.array(sellable, dtype=bool), ["price_book", "tier", "model", "price"]])


def points_by_book(catalog: Catalog, points: pd.DataFrame) -> pd.DataFrame:
    """Rows of price_points with those that name no price book repeated for each."""
    everywhere = points["price_book"] == ""
    books = pd.DataFrame({"price_book": catalog.books})
    shared = points[everywhere].drop(columns="price_book").merge(books, how="cross")
    return pd.concat([points[~everywhere], shared[points.columns]], ignore_index=True)


@dataclass(frozen=True)
class Offers:
    """Options of every price book with what each means to every cohort of the book."""

    catalog: Catalog
    demand: DemandBase
    options: SellableOptions
    cohort_start: Codes
    """First cohort of each book; one entry more than there are books."""
    cell_start: Codes
    """First cell of each book; one entry more than there are books."""
    cohort: Codes
    option: Codes
    terms: OptionTerms
    utility: Array
    """u[c, o]; -inf where the cohort never buys the option."""
    mean_payment: Array
    """Tbar of each option (T - A for leases); NaN where no cohort of the book can buy it."""

    def cohorts_of(self, book: int) -> range:
        """Positions of a book's cohorts."""
        return range(int(self.cohort_start[book]), int(self.cohort_start[book + 1]))

    def block(self, cells: Array, book: int) -> Array:
        """A book's part of a cell array, shape (cohorts, options)."""
        part = cells[self.cell_start[book] : self.cell_start[book + 1]]
        return part.reshape(len(self.cohorts_of(book)), len(self.options.of(book)))

    @property
    def books_with_units(self) -> list[int]:
        """Codes of the price books that hold free units."""
        return [book for book in range(len(self.catalog.books)) if len(self.cohorts_of(book))]

    def cells(self, cohort: Codes, option: Codes) -> Codes:
        """Cell of each cohort and each option of its row, shapes (rows,) and (rows, k); -1 where the option is -1.

        Options are positions, those of a row in the price book of its cohort.
        """
        book, start = self.demand.cohorts.book[cohort], self.options.start
        first = self.cell_start[book] + (cohort - self.cohort_start[book]) * np.diff(start)[book] - start[book]
        return np.where(option >= 0, first[:, None] + option, -1)


def _blocks(cohort_start: Codes, options: SellableOptions) -> tuple[Codes, Codes, Codes]:
    """cell_start, and the cohort and option of each cell."""
    cohorts, counts = np.diff(cohort_start), np.diff(options.start)
    cell_start = np.concatenate([[0], np.cumsum(cohorts * counts)]).astype(np.int64)
    book_of_cell = np.repeat(np.arange(len(counts)), cohorts * counts)
    within = np.arange(cell_start[-1]) - cell_start[book_of_cell]
    width = counts[book_of_cell]
    cohort = cohort_start[book_of_cell] + within // np.maximum(width, 1)
    option = options.start[book_of_cell] + within % np.maximum(width, 1)
    return cell_start, cohort.astype(np.int64), option.astype(np.int64)


def _utilities(catalog: Catalog, cohorts: Cohorts, cohort: Codes, tier: Codes, terms: OptionTerms) -> Array:
    products, product = catalog.product_table, cohorts.product[cohort]
    downtime = products["downtime_cost"].to_numpy(dtype=float)
    adhoc = (products["adhoc_price"] + products["downtime_cost"] * products["adhoc_hours"]).to_numpy(dtype=float)
    rate, value = (products[name].to_numpy(dtype=float) for name in ("incident_rate", "unit_value"))
    aversion = cohorts.risk_aversion[cohort]
    burden = certainty_equivalent(
        terms.yearly,
        terms.incidents,
        terms.per_incident,
        terms.settlement,
        downtime[product] * catalog.promise[tier],
        terms.credit,
        aversion,
    )
    without = burden_without_contract(rate[product], adhoc[product], aversion)
    appeal = cohorts.appeal[cohort, tier]
    worth = utility(appeal, cohorts.price_sensitivity[cohort], burden, without, value[product])
    return np.where(np.isnan(appeal) | ~(terms.yearly > 0), -np.inf, worth)


def _mean_payments(
    cohorts: Cohorts, cohort: Codes, option: Codes, count: int, terms: OptionTerms, utilities: Array
) -> Array:
    weight = np.where(np.isneginf(utilities), 0.0, cohorts.units[cohort])
    paid = np.bincount(option, weights=weight * (terms.yearly - terms.capital), minlength=count)
    units = np.bincount(option, weights=weight, minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(units > 0, paid / units, np.nan)


def build_offers(catalog: Catalog, demand: DemandBase, table: pd.DataFrame) -> Offers:
    """Offers for the options in `table` (price_book, tier, model, price)."""
    cohorts, options = demand.cohorts, options_from(catalog, table)
    cohort_start = np.searchsorted(cohorts.book, np.arange(len(catalog.books) + 1)).astype(np.int64)
    cell_start, cohort, option = _blocks(cohort_start, options)
    tier, model = options.tier[option], options.model[option]
    terms = contract_terms(
        catalog,
        cohorts.product[cohort],
        tier,
        model,
        options.price[option],
        cohorts.discount[cohort],
        cohorts.usage_hours[cohort],
    )
    utilities = _utilities(catalog, cohorts, cohort, tier, terms)
    means = _mean_payments(cohorts, cohort, option, len(options), terms, utilities)
    return Offers(catalog, demand, options, cohort_start, cell_start, cohort, option, terms, utilities, means)


def climbs_ladder(lower: float | Array, higher: float | Array, gap: float) -> NDArray[np.bool_]:
    """Price ladder: mean payment of the higher tier >= (1 + gap) x the lower's; passes where undefined."""
    need = (1 + gap) * np.asarray(lower)
    slack = PAYMENT_ROUNDING * np.maximum(np.abs(need), np.abs(higher))
    return np.asarray(~(np.asarray(higher) < need - slack))


def within_price_change(new: float | Array, current: float | Array, limit: float) -> NDArray[np.bool_]:
    """Price change: |new - current| <= limit x |current|; passes where undefined."""
    allowed = limit * np.abs(current) + PAYMENT_ROUNDING * np.maximum(np.abs(new), np.abs(current))
    return np.asarray(~(np.abs(np.asarray(new) - current) > allowed))
