"""Corrupted cases, one fault each, with the place that the message must name."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pandas as pd

from models import load_case, write_case
from tests.small_case import write_small_case

Corrupt = Callable[[Path], Path | None]


@dataclass(frozen=True)
class Fault:
    """A way to corrupt the small case, and what one of its problems must say."""

    name: str
    corrupt: Corrupt
    """Spoils the case in a folder; returns the path to load where that is not the folder."""
    must_name: tuple[str, ...]
    """Texts that the same problem must hold."""
    problems: int = 1
    """How many problems follow from the fault."""

    def write(self, folder: Path) -> Path:
        """Write the corrupted case under a folder and return the path to load."""
        write_small_case(folder)
        return self.corrupt(folder) or folder


def cell(table: str, line: int, column: str, value: str) -> Corrupt:
    """Put a value into one cell of a CSV file; the header is line 1."""

    def corrupt(folder: Path) -> None:
        rows = _rows(folder / f"{table}.csv")
        rows[line - 1][rows[0].index(column)] = value
        _write(folder / f"{table}.csv", rows)

    return corrupt


def column(table: str, old: str, new: str | None) -> Corrupt:
    """Rename a column, or drop it."""

    def corrupt(folder: Path) -> None:
        rows = _rows(folder / f"{table}.csv")
        at = rows[0].index(old)
        for row in rows:
            row[at : at + 1] = [] if new is None else [row[at]]
        if new is not None:
            rows[0][at] = new
        _write(folder / f"{table}.csv", rows)

    return corrupt


def line(table: str, number: int, text: str | None) -> Corrupt:
    """Replace a line of a CSV file, or drop it."""

    def corrupt(folder: Path) -> None:
        file = folder / f"{table}.csv"
        lines = file.read_text().splitlines()
        lines[number - 1 : number] = [] if text is None else [text]
        file.write_text("\n".join(lines) + "\n")

    return corrupt


def appended(table: str, text: str) -> Corrupt:
    """Add a line at the end of a CSV file."""

    def corrupt(folder: Path) -> None:
        with (folder / f"{table}.csv").open("a") as file:
            file.write(text + "\n")

    return corrupt


def replaced(file: str, old: str, new: str) -> Corrupt:
    """Replace the first occurrence of a text in a file; it must be there."""

    def corrupt(folder: Path) -> None:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))

    return corrupt


def content(file: str, data: bytes) -> Corrupt:
    """Replace a file's bytes."""

    def corrupt(folder: Path) -> None:
        (folder / file).write_bytes(data)

    return corrupt


def recoded(file: str, old: str, new: str, encoding: str) -> Corrupt:
    """Replace a text and save in another encoding."""

    def corrupt(folder: Path) -> None:
        text = (folder / file).read_text()
        (folder / file).write_bytes(text.replace(old, new).encode(encoding))

    return corrupt


def removed(file: str) -> Corrupt:
    """Delete a file."""

    def corrupt(folder: Path) -> None:
        (folder / file).unlink()

    return corrupt


def moved(old: str, new: str) -> Corrupt:
    """Rename a file."""

    def corrupt(folder: Path) -> None:
        (folder / old).rename(folder / new)

    return corrupt


def parquet(table: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Corrupt:
    """Turn a table into Parquet, changed."""

    def corrupt(folder: Path) -> None:
        file = folder / f"{table}.csv"
        change(pd.read_csv(file)).to_parquet(folder / f"{table}.parquet", index=False)
        file.unlink()

    return corrupt


def both_formats(folder: Path) -> None:
    pd.read_csv(folder / "rates.csv").to_parquet(folder / "rates.parquet", index=False)


def uneven_parts(folder: Path) -> None:
    (folder / "accounts").mkdir()
    accounts = pd.read_csv(folder / "accounts.csv")
    accounts.iloc[:3].to_parquet(folder / "accounts" / "1.parquet", index=False)
    accounts.iloc[3:].assign(product_revenue=-5.0).to_parquet(folder / "accounts" / "2.parquet", index=False)
    (folder / "accounts.csv").unlink()


def sheet(name: str, change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None]) -> Corrupt:
    """Turn the case into a workbook with one sheet changed."""

    def corrupt(folder: Path) -> Path:
        file = write_case(load_case(folder), folder.parent / f"{folder.name}_book" / "case.xlsx", "xlsx")
        book = openpyxl.load_workbook(file)
        change(book[name])
        book.save(file)
        return file

    return corrupt


def sheet_cell(name: str, place: str, value: object) -> Corrupt:
    """Turn the case into a workbook and put a value into one cell."""
    return sheet(name, lambda page: page.__setitem__(place, value))


def no_book(folder: Path) -> Path:
    file = folder / "case.xlsx"
    file.write_bytes(b"this is no zip archive")
    return file


def nowhere(folder: Path) -> Path:
    shutil.rmtree(folder)
    return folder


def wrong_ending(folder: Path) -> Path:
    return folder / "case.toml"


def _rows(file: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.read_text())))


def _write(file: Path, rows: list[list[str]]) -> None:
    with file.open("w", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)


NUMBERS = (
    Fault(
        "german decimals",
        cell("rates", 5, "cost_per_case", "1.234,5"),
        ("rates.csv line 5", "cost_per_case", "1.234,5", "point"),
    ),
    Fault(
        "thousands separator",
        cell("accounts", 2, "product_revenue", "400,000"),
        ("accounts.csv line 2", "product_revenue", "separators"),
    ),
    Fault("percent", cell("segments", 2, "discount", "12 %"), ("segments.csv line 2", "discount", "12 %", "0.12")),
    Fault(
        "currency sign",
        cell("rates", 3, "cost_per_case", "€900"),
        ("rates.csv line 3", "cost_per_case", "currency sign"),
    ),
    Fault(
        "currency code",
        cell("products", 2, "unit_value", "90000 EUR"),
        ("products.csv line 2", "unit_value", "90000 EUR"),
    ),
    Fault("overflow", cell("products", 3, "unit_value", "1e999"), ("products.csv line 3", "unit_value", "finite")),
    Fault("nan", cell("tiers", 2, "csat_floor", "NaN"), ("tiers.csv line 2", "csat_floor", "NaN")),
    Fault("infinity", cell("providers", 2, "capacity_hours", "inf"), ("providers.csv line 2", "capacity_hours", "inf")),
    Fault(
        "word for a number",
        cell("services", 3, "hours_per_case", "five"),
        ("services.csv line 3", "hours_per_case", "five"),
    ),
    Fault(
        "hexadecimal", cell("services", 3, "hours_per_case", "0x10"), ("services.csv line 3", "hours_per_case", "0x10")
    ),
    Fault("underscored number", cell("accounts", 3, "product_revenue", "250_000"), ("accounts.csv line 3", "250_000")),
    Fault("fraction for an integer", cell("tiers", 2, "rank", "1.5"), ("tiers.csv line 2", "rank", "1.5", "integer")),
    Fault("blank number", cell("rates", 4, "csat", ""), ("rates.csv line 4", "provider=own", "csat", "blank")),
    Fault("blanks only", cell("tiers", 3, "response_hours", "   "), ("tiers.csv line 3", "response_hours", "blank")),
)
BOUNDS = (
    Fault(
        "negative revenue",
        cell("accounts", 6, "product_revenue", "-1"),
        ("accounts.csv line 6", "account_id=A5", "product_revenue", ">= 0"),
    ),
    Fault(
        "no units",
        cell("installed_base", 2, "units", "0"),
        ("installed_base.csv line 2", "product=scanner", "units", "> 0"),
    ),
    Fault(
        "negative usage", cell("installed_base", 3, "usage_hours", "-5"), ("installed_base.csv line 3", "usage_hours")
    ),
    Fault(
        "discount over 1", cell("segments", 4, "discount", "1.2"), ("segments.csv line 4", "discount", "from 0 to 1")
    ),
    Fault(
        "negative sensitivity",
        cell("customer_classes", 2, "price_sensitivity", "-0.1"),
        ("customer_classes.csv line 2", "price_sensitivity"),
    ),
    Fault(
        "negative risk aversion",
        cell("customer_classes", 2, "risk_aversion", "-1"),
        ("customer_classes.csv line 2", "risk_aversion"),
    ),
    Fault(
        "retention over 1",
        cell("loyalty", 3, "retention", "95"),
        ("loyalty.csv line 3", "segment=hospital", "retention", "from 0 to 1"),
    ),
    Fault("free product", cell("products", 4, "unit_value", "0"), ("products.csv line 4", "unit_value", "> 0")),
    Fault("price index 0", cell("products", 4, "price_index", "0"), ("products.csv line 4", "price_index")),
    Fault(
        "margin in percent",
        cell("products", 2, "product_margin", "42"),
        ("products.csv line 2", "product_margin", "from 0 to 1"),
    ),
    Fault("no response promise", cell("tiers", 2, "response_hours", "0"), ("tiers.csv line 2", "response_hours")),
    Fault("turnaround 0", cell("tiers", 3, "turnaround_hours", "0"), ("tiers.csv line 3", "turnaround_hours")),
    Fault("csat over 100", cell("rates", 2, "csat", "840"), ("rates.csv line 2", "csat", "from 0 to 100")),
    Fault(
        "target under floor",
        cell("tiers", 2, "csat_target", "50"),
        ("tiers.csv line 2", "csat_target", "csat_floor (60)"),
    ),
    Fault("price 0", cell("price_points", 4, "price", "0"), ("price_points.csv line 4", "price", "> 0")),
    Fault(
        "mark-up of -1", cell("price_points", 9, "price", "-1"), ("price_points.csv line 9", "model=open_book", "> -1")
    ),
    Fault("negative contract price", cell("contracts", 2, "price", "-0.1"), ("contracts.csv line 2", "price")),
    Fault("negative price today", cell("current_menus", 2, "price", "-0.1"), ("current_menus.csv line 2", "price")),
    Fault("response 0", cell("rates", 2, "response_hours", "0"), ("rates.csv line 2", "response_hours")),
    Fault(
        "negative commitment",
        cell("providers", 3, "commitment", "-5"),
        ("providers.csv line 3", "provider=Orbis", "commitment"),
    ),
    Fault("score of 11", cell("scores", 2, "score", "11"), ("scores.csv line 2", "score", "from 0 to 10")),
    Fault("criterion minimum 20", cell("criteria", 2, "minimum", "20"), ("criteria.csv line 2", "minimum")),
    Fault("criterion weight 0", cell("criteria", 2, "weight", "0"), ("criteria.csv line 2", "weight")),
    Fault("negative months", cell("readiness", 2, "months", "-1"), ("readiness.csv line 2", "months")),
    Fault(
        "volume discount over 1",
        cell("volume_discounts", 3, "discount", "6"),
        ("volume_discounts.csv line 3", "discount"),
    ),
    Fault(
        "scheduled clocked work",
        cell("service_mix", 2, "cases_per_unit", "1"),
        ("service_mix.csv line 2", "cases_per_unit", "response clock"),
    ),
    Fault(
        "performance without penalty",
        cell("pricing_models", 6, "penalty_per_hour", ""),
        ("pricing_models.csv line 6", "penalty_per_hour", "performance_based"),
    ),
    Fault(
        "lease without term",
        cell("pricing_models", 4, "term_years", ""),
        ("pricing_models.csv line 4", "term_years", "lease"),
    ),
    Fault(
        "lease term 0", cell("pricing_models", 4, "term_years", "0"), ("pricing_models.csv line 4", "term_years", "> 0")
    ),
    Fault(
        "penalty of a warranty",
        cell("pricing_models", 3, "penalty_per_hour", "20"),
        ("pricing_models.csv line 3", "penalty_per_hour", "performance_based"),
    ),
    Fault(
        "buyout over 1",
        cell("pricing_models", 4, "buyout_probability", "3"),
        ("pricing_models.csv line 4", "buyout_probability"),
    ),
)
WORDS = (
    Fault(
        "unknown kind of model",
        cell("pricing_models", 2, "kind", "pay_per_click"),
        ("pricing_models.csv line 2", "kind", "pay_per_click"),
    ),
    Fault(
        "kind in capitals",
        cell("providers", 2, "kind", "In_House"),
        ("providers.csv line 2", "kind", 'did you mean "in_house"'),
    ),
    Fault(
        "unknown offer",
        cell("tiers", 2, "offer", "maybe"),
        ("tiers.csv line 2", "offer", "required, optional, excluded"),
    ),
    Fault(
        "yes for true",
        cell("services", 2, "needs_parts", "yes"),
        ("services.csv line 2", "needs_parts", "true or false"),
    ),
    Fault(
        "tier called none",
        appended("tiers", "none,3,4,0,,50,60,0,1,0,optional"),
        ("tiers.csv line 4", "tier", "reserved"),
        1,
    ),
    Fault(
        "class called contract",
        cell("customer_classes", 5, "customer_class", "contract"),
        ("customer_classes.csv line 5", "customer_class", "reserved"),
        3,
    ),
    Fault("blank name", cell("accounts", 2, "segment", ""), ("accounts.csv line 2", "segment", "blank")),
    Fault(
        "twin account",
        appended("accounts", "A1,clinic,north,5"),
        ("accounts.csv line 7", "account_id", "accounts.csv line 2"),
    ),
    Fault(
        "twin base row",
        appended("installed_base", "A1,scanner,1,5"),
        ("installed_base.csv line 9", "account_id=A1, product=scanner"),
    ),
    Fault("twin rank", cell("tiers", 3, "rank", "1"), ("tiers.csv line 3", "rank", "tiers.csv line 2")),
    Fault(
        "twin rate",
        appended("rates", "own,north,imaging,remote,,85,6,84,1"),
        ("rates.csv line 22", "provider", "rates.csv line 2"),
    ),
    Fault(
        "twin price point",
        appended("price_points", "silver,metered,900.0,"),
        ("price_points.csv line 13", "price_points.csv line 2"),
    ),
    Fault("twin threshold", cell("volume_discounts", 3, "above", "4000"), ("volume_discounts.csv line 3", "above"), 2),
    Fault(
        "two menus for one tier",
        appended("current_menus", "health,gold,warranty,0.09"),
        ("current_menus.csv line 5", "price_book=health, tier=gold"),
    ),
)
REFERENCES = (
    Fault(
        "unknown segment",
        cell("accounts", 4, "segment", "school"),
        ("accounts.csv line 4", "segment", "school", "clinic"),
    ),
    Fault(
        "segment in capitals",
        cell("accounts", 4, "segment", "Clinic"),
        ("accounts.csv line 4", 'did you mean "clinic"'),
    ),
    Fault(
        "unknown account",
        appended("installed_base", "A9,viewer,1,0"),
        ("installed_base.csv line 9", "account_id", "A9"),
    ),
    Fault(
        "unknown product",
        cell("installed_base", 4, "product", "scaner"),
        ("installed_base.csv line 4", 'did you mean "scanner"'),
    ),
    Fault(
        "unknown class",
        cell("appeal", 6, "customer_class", "every"),
        ("appeal.csv line 6", "segment=clinic", "customer_classes"),
    ),
    Fault(
        "tier in capitals", cell("service_mix", 5, "tier", "Gold"), ("service_mix.csv line 5", 'did you mean "gold"')
    ),
    Fault(
        "unknown price book",
        cell("price_points", 5, "price_book", "helth"),
        ("price_points.csv line 5", 'did you mean "health"'),
    ),
    Fault(
        "unknown model",
        cell("current_menus", 2, "model", "waranty"),
        ("current_menus.csv line 2", 'did you mean "warranty"'),
    ),
    Fault("unknown service", cell("rates", 9, "service", "Field"), ("rates.csv line 9", 'did you mean "field"')),
    Fault("unknown region", cell("rates", 9, "region", "East"), ("rates.csv line 9", "region", "north, south")),
    Fault("unknown family", cell("rates", 9, "family", "optics"), ("rates.csv line 9", "family", "optics")),
    Fault("unknown provider", cell("rates", 14, "provider", "orbis"), ("rates.csv line 14", 'did you mean "Orbis"')),
    Fault("unknown rate tier", cell("rates", 15, "tier", "platinum"), ("rates.csv line 15", "tier", "platinum")),
    Fault(
        "policy of no product", cell("fulfilment", 2, "product", "drone"), ("fulfilment.csv line 2", "product", "drone")
    ),
    Fault(
        "contract on no units",
        cell("contracts", 2, "product", "gauge"),
        ("contracts.csv line 2", "account_id=A1", "installed_base"),
    ),
    Fault(
        "contract on an unknown tier",
        cell("contracts", 2, "tier", "bronze"),
        ("contracts.csv line 2", "tier", "bronze"),
    ),
    Fault("unknown criterion", cell("scores", 2, "criterion", "price"), ("scores.csv line 2", "criterion", "price")),
    Fault(
        "readiness of nobody", cell("readiness", 2, "provider", "Atlas"), ("readiness.csv line 2", "provider", "Atlas")
    ),
    Fault(
        "discount of nobody",
        cell("volume_discounts", 2, "provider", "Atlas"),
        ("volume_discounts.csv line 2", "provider"),
    ),
)
TOGETHER = (
    Fault(
        "shares under 1",
        cell("customer_classes", 2, "share", "0.5"),
        ("customer_classes.csv line 2", "segment=hospital", "sum to 0.9"),
    ),
    Fault("segment without classes", appended("segments", "school,,0"), ("customer_classes", "segment=school"), 4),
    Fault(
        "account without products",
        appended("accounts", "A6,clinic,north,5"),
        ("accounts.csv line 7", "account_id=A6", "installed_base"),
    ),
    Fault("loyalty without none", line("loyalty", 2, None), ("loyalty", "segment=hospital, tier=none", "missing row")),
    Fault(
        "loyalty without a tier", line("loyalty", 10, None), ("loyalty", "segment=factory, tier=gold", "missing row")
    ),
    Fault("too many units locked", cell("contracts", 2, "units", "6"), ("contracts.csv line 2", "7 units", "holds 6")),
    Fault(
        "falling discounts", cell("volume_discounts", 3, "discount", "0.02"), ("volume_discounts.csv line 3", "rises")
    ),
    Fault("missing score", line("scores", 5, None), ("scores", "provider=Vega, criterion=reach", "missing row")),
)
FILES = (
    Fault("missing table", removed("services.csv"), ("services", "missing")),
    Fault("missing settings", removed("case.toml"), ("case.toml", "missing")),
    Fault("misspelt file", moved("criteria.csv", "Criteria.csv"), ("Criteria.csv", 'did you mean "criteria"'), 5),
    Fault("empty file", content("tiers.csv", b""), ("tiers.csv", "empty")),
    Fault(
        "header only",
        content("accounts.csv", b"account_id,segment,region,product_revenue\n"),
        ("accounts.csv", "no rows"),
    ),
    Fault(
        "unknown column",
        column("accounts", "region", "Region"),
        ("accounts.csv line 1", "Region", 'did you mean "region"'),
        2,
    ),
    Fault("missing column", column("rates", "csat", None), ("rates.csv", "csat", "missing column")),
    Fault("column twice", column("tiers", "offer", "rank"), ("tiers.csv line 1", "rank", "twice")),
    Fault("column without header", column("scores", "score", ""), ("scores.csv line 1", "without a header"), 2),
    Fault(
        "semicolons",
        content("criteria.csv", b"criterion;weight;minimum\nquality;2;5\n"),
        ("criteria.csv line 1", "semicolons"),
    ),
    Fault(
        "row too long",
        line("rates", 7, "own,north,industrial,inspection,,290,48,85,1,9"),
        ("rates.csv line 7", "10 cells"),
    ),
    Fault("row too short", line("services", 3, "field,5,600,true"), ("services.csv line 3", "4 cells")),
    Fault(
        "open quotation mark",
        line("services", 3, '"field,5,600,true,true,650'),
        ("services.csv line 3", "quotation mark"),
    ),
    Fault(
        "windows encoding",
        recoded("products.csv", "viewer", "viewér", "cp1252"),
        ("products.csv line 3", "0xe9", "UTF-8"),
    ),
    Fault("utf-16", recoded("products.csv", "x", "x", "utf-16"), ("products.csv", "UTF-16")),
    Fault(
        "zero bytes",
        content("scores.csv", b"provider,criterion,score\nOrbis,qu\0ality,5\n"),
        ("scores.csv line 2", "zero bytes"),
    ),
    Fault("both formats", both_formats, ("rates", "rates.csv, rates.parquet")),
    Fault(
        "broken parquet",
        lambda folder: (folder / "rates.csv").rename(folder / "rates.parquet") and None,
        ("rates.parquet", "Parquet"),
    ),
    Fault(
        "text in parquet",
        parquet("rates", lambda rates: rates.assign(csat="good")),
        ("rates.parquet row 1", "csat", "good"),
        20,
    ),
    Fault(
        "negative in parquet",
        parquet("criteria", lambda rows: rows.assign(weight=[2.0, -1.0])),
        ("criteria.parquet row 2", "weight", "criterion=reach"),
    ),
    Fault(
        "fractional names in parquet",
        parquet("criteria", lambda rows: rows.assign(criterion=[1.5, 2.5])),
        ("criteria.parquet row 1", "criterion", "double"),
        2,
    ),
    Fault("second part at fault", uneven_parts, ("accounts/2.parquet row 1", "account_id=A4", "product_revenue"), 2),
    Fault("no such folder", nowhere, ("no such file",)),
    Fault("not a case", wrong_ending, ("case.toml", ".xlsx")),
)
DOCUMENTS = (
    Fault("broken toml", replaced("case.toml", '"EUR"', "EUR"), ("case.toml", "line 2")),
    Fault(
        "unknown setting",
        replaced("case.toml", "currency", "Currency"),
        ("case.toml", "Currency", 'did you mean "currency"'),
        2,
    ),
    Fault(
        "missing setting",
        replaced("case.toml", "discount_rate = 0.08\n", ""),
        ("case.toml", "discount_rate", "missing"),
    ),
    Fault(
        "unknown choice model",
        replaced("case.toml", '"logit"', '"Logit"'),
        ("case.toml", "choice_model", 'did you mean "logit"'),
    ),
    Fault("rate as text", replaced("case.toml", "0.08", '"8 %"'), ("case.toml", "discount_rate", "8 %")),
    Fault("negative rate", replaced("case.toml", "0.08", "-0.08"), ("case.toml", "discount_rate", ">= 0")),
    Fault(
        "setting given twice",
        replaced("case.toml", "discount_rate", 'name = "x"\ndiscount_rate'),
        ("case.toml", "line 4"),
    ),
    Fault(
        "unknown rule",
        replaced("scenarios/base.toml", "max_menu", "max_menus"),
        ("scenarios/base.toml", "max_menus", 'did you mean "max_menu"'),
    ),
    Fault(
        "rule in capitals",
        replaced("scenarios/base.toml", "max_menu", "Max_Menu"),
        ("scenarios/base.toml", 'did you mean "max_menu"'),
    ),
    Fault(
        "fraction for a count",
        replaced("scenarios/base.toml", "max_menu = 2", "max_menu = 2.5"),
        ("scenarios/base.toml", "max_menu", "integer"),
    ),
    Fault(
        "negative count",
        replaced("scenarios/base.toml", "max_menu = 2", "max_menu = -1"),
        ("scenarios/base.toml", "max_menu", ">= 0"),
    ),
    Fault(
        "truth for a count",
        replaced("scenarios/base.toml", "max_menu = 2", "max_menu = true"),
        ("scenarios/base.toml", "max_menu", "integer"),
    ),
    Fault(
        "share in percent",
        replaced("scenarios/base.toml", "max_provider_share = 0.8", "max_provider_share = 80"),
        ("scenarios/base.toml", "max_provider_share", "<= 1"),
    ),
    Fault(
        "infinite margin",
        replaced("scenarios/base.toml", "min_service_margin = 0.05", "min_service_margin = -inf"),
        ("scenarios/base.toml", "min_service_margin", "finite"),
    ),
    Fault(
        "unknown objective",
        replaced("scenarios/base.toml", '"account_revenue"', '"profit"'),
        ("scenarios/base.toml", "objective", "account_margin"),
    ),
    Fault(
        "broken scenario",
        replaced("scenarios/base.toml", "max_menu = 2", "max_menu 2"),
        ("scenarios/base.toml", "line 5"),
    ),
    Fault(
        "change of no table",
        replaced("scenarios/dear.toml", '"rates"', '"rate"'),
        ("scenarios/dear.toml", "change[1]", 'did you mean "rates"'),
    ),
    Fault(
        "change of no column",
        replaced("scenarios/dear.toml", '"cost_per_case"', '"cost"'),
        ("scenarios/dear.toml", "change[1]", "cost_per_case"),
    ),
    Fault(
        "condition on no column",
        replaced("scenarios/dear.toml", "provider =", "Provider ="),
        ("scenarios/dear.toml", "change[1]", 'did you mean "provider"'),
    ),
    Fault(
        "change of no row",
        replaced("scenarios/dear.toml", '"Orbis"', '"orbis"'),
        ("scenarios/dear.toml", "change[1]", "no row", 'did you mean "Orbis"'),
    ),
    Fault(
        "conditions that never meet",
        replaced("scenarios/dear.toml", '["north", "south"] }', '"north", tier = "silver" }'),
        ("scenarios/dear.toml", "change[1]", "matches no row"),
    ),
    Fault(
        "two operations",
        replaced("scenarios/dear.toml", "multiply = 1.10", "multiply = 1.10\nadd = 5"),
        ("scenarios/dear.toml", "change[1]", "exactly one"),
    ),
    Fault(
        "no operation",
        replaced("scenarios/dear.toml", "multiply = 1.10", ""),
        ("scenarios/dear.toml", "change[1]", "exactly one"),
    ),
    Fault(
        "text multiplied",
        replaced("scenarios/dear.toml", 'column = "cost_per_case"', 'column = "service"'),
        ("scenarios/dear.toml", "change[1]", "service", "numbers"),
    ),
    Fault(
        "change out of range",
        replaced("scenarios/dear.toml", "multiply = 1.10", "multiply = -1"),
        ("scenarios/dear.toml", "rates row 13", "cost_per_case"),
        3,
    ),
    Fault(
        "change breaks a reference",
        replaced("scenarios/dear.toml", 'column = "cost_per_case"\nmultiply = 1.10', 'column = "tier"\nset = "golden"'),
        ("scenarios/dear.toml", "rates row 13", "tier", "golden"),
        4,
    ),
    Fault(
        "unreachable setting",
        replaced("scenarios/dear.toml", 'column = "discount_rate"', 'column = "currency"'),
        ("scenarios/dear.toml", "change[2]", "discount_rate"),
    ),
    Fault(
        "unknown key of a change",
        replaced("scenarios/dear.toml", "multiply", "times"),
        ("scenarios/dear.toml", "change[1].times"),
        1,
    ),
)
SHEETS = (
    Fault("no workbook", no_book, ("case.xlsx", "workbook")),
    Fault("sheet: text for a number", sheet_cell("rates", "F5", "1.234,5"), ("rates!F5", "cost_per_case", "1.234,5")),
    Fault("sheet: currency", sheet_cell("products", "C3", "€900"), ("products!C3", "unit_value", "currency sign")),
    Fault("sheet: blank", sheet_cell("rates", "H4", None), ("rates!H4", "csat", "blank")),
    Fault("sheet: true for a number", sheet_cell("tiers", "C2", True), ("tiers!C2", "response_hours", "true")),
    Fault(
        "sheet: date for a name",
        sheet_cell("fulfilment", "B2", pd.Timestamp("2024-05-01").to_pydatetime()),
        ("fulfilment!B2", "policy", "2024-05-01"),
    ),
    Fault("sheet: error value", sheet_cell("rates", "F6", "#DIV/0!"), ("rates!F6", "#DIV/0!")),
    Fault("sheet: formula never calculated", sheet_cell("rates", "F7", "=F6*2"), ("rates!F7", "=F6*2", "formula")),
    Fault(
        "sheet: unknown reference",
        sheet_cell("price_points", "A2", "Silver"),
        ("price_points!A2", 'did you mean "silver"'),
    ),
    Fault("sheet: unknown column", sheet_cell("accounts", "E1", "note"), ("accounts!E1", "note", "unknown column")),
    Fault(
        "sheet: renamed",
        sheet("tiers", lambda page: setattr(page, "title", "Tiers")),
        ("sheet Tiers", 'did you mean "tiers"'),
        2,
    ),
    Fault("sheet: empty", sheet("tiers", lambda page: page.delete_rows(1, 9)), ("tiers", "sheet is empty")),
    Fault("sheet: bad setting", sheet_cell("case", "B5", "high"), ("case!B5", "discount_rate", "high")),
    Fault("sheet: bad rule", sheet_cell("scenarios", "C4", "5 %"), ("scenarios!C4", "min_service_margin", "5 %")),
    Fault("sheet: bad conditions", sheet_cell("changes", "C2", "provider"), ("changes!F2", "where", "provider=Orbis")),
    Fault("sheet: unknown operation", sheet_cell("changes", "E2", "times"), ("changes!F2", "operation", "times")),
    Fault("sheet: change of no scenario", sheet_cell("changes", "A2", "Dear"), ("changes!F2", 'did you mean "dear"')),
)
FAULTS = (*NUMBERS, *BOUNDS, *WORDS, *REFERENCES, *TOGETHER, *FILES, *DOCUMENTS, *SHEETS)
"""Every fault; names are unique."""
