"""Makes the imaging case: `python data/imaging/make_case.py [FOLDER]`, by default the folder it lies in.

The same files come out byte for byte on every machine: the only source of chance is `random.random()`
of one seeded generator, all other arithmetic is on decimals that are rounded before they are written.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import delivery_rates
from assumptions import HOLDINGS, LABELS, REGIONS, SEGMENTS, STATIC, TIERS, Row, Table
from demand_assumptions import APPEAL, CLASSES, CONTRACTS, LEAN, LOYALTY, PRICE_POINTS
from scenarios import CASE, SCENARIOS

SEED = 20260114
HERE = Path(__file__).parent


def main(folder: Path = HERE) -> None:
    """Write every table, `case.toml` and the scenarios into `folder`."""
    (folder / "scenarios").mkdir(parents=True, exist_ok=True)
    for name, (header, rows) in all_tables().items():
        write_table(folder / f"{name}.csv", header, rows)
    write_text(folder / "case.toml", CASE)
    for name, text in SCENARIOS.items():
        write_text(folder / "scenarios" / f"{name}.toml", text)


def all_tables() -> dict[str, Table]:
    """Every table of the case: drawn, derived and fixed ones."""
    chance = Random(SEED)
    accounts, installed = customers(chance)
    return {
        "accounts": ("account_id,segment,region,product_revenue", accounts),
        "installed_base": ("account_id,product,units,usage_hours", installed),
        "contracts": ("account_id,product,tier,model,price,units", list(contracts(chance, accounts, installed))),
        "customer_classes": ("segment,customer_class,share,price_sensitivity,risk_aversion", CLASSES),
        "appeal": ("segment,customer_class,tier,appeal", list(appeal())),
        "loyalty": ("segment,tier,retention,cross_sell", list(loyalty())),
        "price_points": ("tier,model,price,price_book,to,step", list(price_points())),
        "rates": (delivery_rates.HEADER, delivery_rates.rates()),
        **{name: labelled(name, table) for name, table in STATIC.items()},
    }


def labelled(name: str, table: Table) -> Table:
    """The table with the names that people read, where its keys read raw."""
    header, rows = table
    if name not in LABELS:
        return table
    return f"{header},label", [(*row, LABELS[name][str(row[0])]) for row in rows]


def customers(chance: Random) -> tuple[list[Row], list[Row]]:
    """Rows of `accounts` and `installed_base`, drawn segment by segment."""
    accounts: list[Row] = []
    installed: list[Row] = []
    for segment, (count, weights, purchases) in SEGMENTS.items():
        for _ in range(count):
            account = f"A{len(accounts) + 1:04d}"
            region = REGIONS[pick(chance, weights)]
            held = [(account, *holding) for holding in holdings(chance, segment)]
            value = sum(units * UNIT_VALUE[product] for _, product, units, _ in held)
            revenue = round(value * purchases * between(chance, 0.6, 1.4), -2)
            accounts.append((account, segment, region, revenue))
            installed.extend(held)
    return accounts, installed


UNIT_VALUE = {str(row[0]): int(str(row[2])) for row in STATIC["products"][1]}


def holdings(chance: Random, segment: str) -> list[tuple[str, int, int]]:
    """Product, units and yearly hours a unit of one account; drawn again until it holds something."""
    held: list[tuple[str, int, int]] = []
    while not held:
        for (owner, product), (fewest, most, share, hours) in HOLDINGS.items():
            if owner == segment and chance.random() < share:
                units = fewest + int(chance.random() * (most - fewest + 1))
                held.append((product, units, int(hours * between(chance, 0.85, 1.15) / 10) * 10))
    return held


def contracts(chance: Random, accounts: list[Row], installed: list[Row]) -> Iterator[Row]:
    """Rows of `contracts`: a share of each segment's systems is bound for another year."""
    segment_of = {account: segment for account, segment, *_ in accounts}
    for account, product, units, _ in installed:
        for segment, bound, terms in CONTRACTS:
            if segment == segment_of[account] and product != "XP-2" and chance.random() < bound:
                tier, model, price = terms[int(chance.random() * len(terms))]
                written = price * between(chance, 0.92, 1.04)
                locked = 1 + int(chance.random() * int(str(units)))
                yield account, product, tier, model, round(written, 0 if price > 1 else 4), locked


def appeal() -> Iterator[Row]:
    """Rows of `appeal`: what the class sees in the tier plus how it leans in its segment."""
    for (segment, name), lean in LEAN.items():
        for tier, base, extra in zip(TIERS, APPEAL[name], lean, strict=True):
            if extra is not None:
                yield segment, name, tier, round(base + extra, 2)


def loyalty() -> Iterator[Row]:
    """Rows of `loyalty`, for no contract and for every tier."""
    for segment, (retention, gains) in LOYALTY.items():
        for tier, (kept, cross_sell) in gains.items():
            yield segment, tier, round(retention + kept, 3), cross_sell


def price_points() -> Iterator[Row]:
    """Rows of `price_points`: an even ladder of prices for each tier and model."""
    for tier, model, lowest, step, count, books in PRICE_POINTS:
        for book in books:
            yield tier, model, lowest, book, round(lowest + (count - 1) * step, 4), step


def pick(chance: Random, weights: tuple[float, ...]) -> int:
    """Index drawn in proportion to weights that sum to 1."""
    drawn = chance.random()
    for index, weight in enumerate(weights):
        drawn -= weight
        if drawn < 0:
            return index
    return len(weights) - 1


def between(chance: Random, low: float, high: float) -> float:
    """A number drawn evenly from low to high."""
    return low + (high - low) * chance.random()


def write_table(path: Path, header: str, rows: list[Row]) -> None:
    """Write a CSV table with plain numbers and a line feed after every row."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows([plain(value) for value in row] for row in rows)


def plain(value: object) -> str:
    """Text of a cell: no exponent, no trailing zeros."""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)


def write_text(path: Path, text: str) -> None:
    """Write a file with line feeds on every machine."""
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
