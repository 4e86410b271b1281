"""Faults of whole files and of workbooks."""

from __future__ import annotations

import pandas as pd

from tests.faults.corruptions import (
    Fault,
    both_formats,
    column,
    content,
    line,
    moved,
    no_book,
    no_parts,
    nowhere,
    parquet,
    recoded,
    removed,
    renamed_scenarios,
    sheet,
    sheet_cell,
    uneven_parts,
    unlike_parts,
    without_sheet,
    wrong_ending,
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
    Fault("packed table", moved("contracts.csv", "contracts.csv.gz"), ("contracts.csv.gz", "contracts.parquet")),
    Fault("table in another form", moved("rates.csv", "rates.xlsx"), ("rates.xlsx", "rates.csv or rates.parquet")),
    Fault("settings in capitals", moved("case.toml", "case.TOML"), ("case.TOML", "did you mean"), 2),
    Fault(
        "endless cell",
        content("criteria.csv", b"criterion,weight,minimum\n" + b"x" * 200_000 + b",1,2\n"),
        ("criteria.csv line 2", "32,767 characters"),
    ),
    Fault(
        "a hundred thousand columns",
        content("criteria.csv", b"c," * 100_000),
        ("criteria.csv line 1", "100,001 columns", "at most 1,000"),
    ),
    Fault("separated by semicolons, as it says", content("criteria.csv", b"sep=;\na;b\n"), ("semicolons", "commas")),
    Fault("no such folder", nowhere, ("no such file",)),
    Fault("not a case", wrong_ending, ("case.toml", ".xlsx")),
)
FOLDERS = (
    Fault("parts that differ", unlike_parts, ("accounts/", "same columns")),
    Fault("folder without parquet", no_parts, ("rates/", "no Parquet file")),
    Fault("scenarios in capitals", renamed_scenarios, ("Scenarios", 'did you mean "scenarios"')),
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
    Fault(
        "sheet: bad hold", sheet_cell("changes", "G2", "yes"), ("changes!F2", "change[1].hold_uptake", "true or false")
    ),
    Fault("sheet: hold of another column", sheet_cell("changes", "G2", True), ("changes!F2", "rates.cost_per_case")),
    Fault("sheet: change of no scenario", sheet_cell("changes", "A2", "Dear"), ("changes!F2", 'did you mean "dear"')),
    Fault("sheet: missing table", without_sheet("services"), ("services", "missing", "a sheet services")),
    Fault("sheet: missing optional words", without_sheet("case"), ("case", "sheet is missing", "discount_rate")),
    Fault("sheet: unknown column of changes", sheet_cell("changes", "H1", "note"), ("changes!H1", "note", "unknown")),
    Fault(
        "sheet: missing column of changes",
        sheet_cell("changes", "E1", None),
        ("changes", "operation", "missing column"),
        2,
    ),
    Fault("sheet: key twice", sheet_cell("case", "A3", "name"), ("case!B3", "name", "twice"), 2),
    Fault("sheet: change as a rule", sheet_cell("scenarios", "B4", "change"), ("scenarios!C4", "sheet changes")),
    Fault("sheet: blank scenario", sheet_cell("scenarios", "A4", None), ("scenarios!A4", "scenario", "blank")),
    Fault("sheet: two headers alike", sheet_cell("criteria", "C1", "weight"), ("criteria!1", "weight", "twice")),
)
