"""The price list: what a unit of each product is asked in each tier of each price book, in currency."""

from __future__ import annotations

import pandas as pd

from models.economics.pricing_kinds import KINDS, Quote
from models.plan import Plan

from ..accounting.demand import Demand
from .sheets import MOST_LINES, VERSION, ExcelBook, Placed, Sheet, column
from .workbook_data import WorkbookData

DETAIL = "Prices"
_UNITS = {
    Quote.SHARE_OF_VALUE: "a unit and year",
    Quote.PER_INCIDENT: "an incident",
    Quote.PER_HOUR: "an hour of use",
    Quote.MARK_UP: "a unit and year",
}
_BASES = {
    Quote.SHARE_OF_VALUE: "unit value",
    Quote.PER_INCIDENT: "price index of the product",
    Quote.PER_HOUR: "price index of the product",
    Quote.MARK_UP: "standard cost a year",
}


def price_rows(demand: Demand, plan: Plan) -> pd.DataFrame:
    """A row for each product that a price book covers and each option of its menu, before segment discounts.

    Columns: price_book, product, tier, rank, model, quote, price (the price point), basis (what it multiplies, or
    marks up), basis_is, quoted (money), unit, quantity (such units a unit and year), yearly (money a unit and year).
    """
    covered = plan.coverage.loc[plan.coverage["covered"], ["price_book", "product"]]
    rows = plan.menus.merge(covered, on="price_book").merge(_usage(demand), on=["price_book", "product"], how="left")
    rows = demand.terms.of(rows.assign(discount=0.0)).frame
    quotes = rows["kind"].astype(object).map(lambda kind: KINDS[kind].quote)  # an empty column of text maps to text
    per_cost = rows["incidents"] * rows["standard"] + rows["scheduled"]
    basis = rows["price_index"].where(quotes.isin([Quote.PER_INCIDENT, Quote.PER_HOUR]), rows["unit_value"])
    basis = basis.where(quotes != Quote.MARK_UP, per_cost)
    quantity = rows["incidents"].where(quotes == Quote.PER_INCIDENT, 1.0)
    quantity = quantity.where(quotes != Quote.PER_HOUR, rows["usage_hours"])
    factor = rows["price"] + (quotes == Quote.MARK_UP).astype(float)
    rows = rows.assign(
        quote=quotes.map(lambda quote: quote.value),
        basis=basis,
        basis_is=quotes.map(_BASES),
        quoted=factor * basis,
        unit=quotes.map(_UNITS),
        quantity=quantity,
    )
    return rows.sort_values(["price_book", "product", "rank"], ignore_index=True)


def _usage(demand: Demand) -> pd.DataFrame:
    """Mean usage hours of a unit by price book and product."""
    cohorts = demand.cohorts
    units = cohorts.assign(hours=cohorts["units"] * cohorts["usage_hours"])
    sums = units.sums(["price_book", "product"], ["units", "hours"])
    sums = sums.assign(usage_hours=sums["hours"] / sums["units"])
    return sums.frame[["price_book", "product", "usage_hours"]]


def write_prices(book: ExcelBook, data: WorkbookData) -> None:
    """The sheets `Price list`, product by tier, and `Prices`, with how each comes about."""
    matrix = book.sheet(
        "Price list",
        "Price list: expected payment for a unit and year, before segment discounts",
        f"{data.currency} for a unit and year at expected incidents and use; how each is quoted: sheet {DETAIL}.",
    )
    parts = [price_rows(data.attributions[name].demand, plan).assign(version=name)
             for name, plan in data.versions.items()]  # fmt: skip
    rows = pd.concat(parts, ignore_index=True)
    _write_matrix(matrix, data, rows, _write_detail(book, data, rows))
    _write_discounts(matrix, data)
    matrix.finish()


def _write_detail(book: ExcelBook, data: WorkbookData, rows: pd.DataFrame) -> Placed:
    sheet = book.sheet(
        DETAIL,
        "How each price comes about",
        f"Price = price point x basis; a mark-up: (1 + price point) x basis. Amounts in {data.currency}.",
    )
    marked = (rows["quote"] == Quote.MARK_UP.value).tolist()
    first = sheet.row + 2
    placed = sheet.table(
        [
            column(VERSION, rows["version"], width=9),
            column("Price book", rows["price_book"]),
            column("Product", rows["product"]),
            column("Tier", rows["tier"]),
            column("Pricing model", rows["model"]),
            column("Quoted as", rows["quote"], width=24),
            column("Price point", rows["price"], "price"),
            column("Basis", rows["basis"], "number"),
            column("Basis is", rows["basis_is"], width=24),
            column("Price", rows["quoted"], "money",
                   formula=lambda row: f"={'(1+' if marked[row - first] else '('}G{row})*H{row}"),
            column("Price is for", rows["unit"]),
            column("Of these a unit and year", rows["quantity"], "number"),
            column("A unit and year", rows["yearly"], "money", formula=lambda row: f"=J{row}*L{row}"),
        ]
    )  # fmt: skip
    sheet.finish()
    return placed


def _write_matrix(sheet: Sheet, data: WorkbookData, rows: pd.DataFrame, detail: Placed) -> None:
    """Price book and product down, tiers of each version across; a cell is the price's cell of the detail."""
    offered = set(rows["tier"])
    tiers = [tier for tier in data.result.tiers if tier in offered]
    pairs = rows[["price_book", "product"]].drop_duplicates().sort_values(["price_book", "product"])
    if len(pairs) > MOST_LINES:
        sheet.line(f"The first {MOST_LINES:,} of {len(pairs):,} price books' products are shown.", bold=True)
        pairs = pairs.head(MOST_LINES)
    keys = rows[["version", "price_book", "product", "tier"]].itertuples(index=False, name=None)
    spots = {key: at for at, key in enumerate(keys)}
    heads = [(version, tier) for version in data.versions for tier in tiers]
    top = sheet.row
    sheet.header(top, ["Price book", "Product", *(f"{tier}, {version}" for version, tier in heads)], (0, 1))
    sheet.page.set_column(0, 1, 20)
    sheet.page.set_column(2, 2 + len(tiers) * 2, 16)
    for row, (price_book, product) in enumerate(pairs.itertuples(index=False, name=None), top + 1):
        sheet.write(row, 0, price_book)
        sheet.write(row, 1, product)
        for at, (version, tier) in enumerate(heads, 2):
            spot = spots.get((version, price_book, product, tier))
            if spot is None:
                sheet.write(row, at, "not offered", font_color="#7B8794", align="right")
            else:
                value = float(rows["yearly"].iloc[spot])
                if detail.first + spot <= detail.last:
                    sheet.formula(row, at, f"={detail.cell('A unit and year', spot)}", value)
                else:
                    sheet.write(row, at, value, "money")
    last = top + max(1, len(pairs))
    sheet.page.freeze_panes(top + 1, 2)
    sheet.page.autofilter(top, 0, last, 1 + len(tiers) * len(data.versions))
    sheet.page.repeat_rows(top)
    sheet.row = last + 2


def _write_discounts(sheet: Sheet, data: WorkbookData) -> None:
    sheet.heading("Average discount off these prices, by segment")
    segments = data.case.tables["segments"]
    sheet.table(
        [
            column("Price book", segments["price_book"]),
            column("Segment", segments["segment"]),
            column("Discount", segments["discount"], "share"),
        ],
        main=False,
    )
