"""Faults in one number: its form, its limits."""

from __future__ import annotations

from tests.faults.corruptions import Fault, added, cell, ladder

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
    Fault(
        "more than the arithmetic carries",
        cell("accounts", 3, "product_revenue", "1e100"),
        ("accounts.csv line 3", "product_revenue", "too large for the arithmetic", "at most 1e+17"),
    ),
    Fault(
        "units without end", cell("installed_base", 3, "units", "1e308"), ("installed_base.csv line 3", "at most 1e+12")
    ),
    Fault(
        "less than the arithmetic carries",
        cell("products", 3, "unit_value", "1e-300"),
        ("products.csv line 3", "unit_value", "too small for the arithmetic", "at least 1e-12"),
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
    Fault(
        "ladder without a step",
        ladder(4, "0.05", "0.08", ""),
        ("price_points.csv line 4", "column step", "blank cell; to and step stand together"),
    ),
    Fault(
        "ladder without an end",
        ladder(4, "0.05", "", "0.01"),
        ("price_points.csv line 4", "column to", "blank cell; to and step stand together"),
    ),
    Fault(
        "ladder that goes nowhere",
        ladder(4, "0.05", "0.05", "0.01"),
        ("price_points.csv line 4", "column to", "to is not above price", "a number > 0.05"),
    ),
    Fault(
        "ladder of steps of 0",
        ladder(4, "0.05", "0.08", "0"),
        ("price_points.csv line 4", "column step", "> 0"),
    ),
    Fault(
        "ladder of 1,001 prices",
        ladder(4, "1", "1001", "1"),
        ("price_points.csv line 4", "column step", "the ladder has 1,001 prices", "at most 1,000"),
    ),
    Fault(
        "ladder of more prices than any computer holds",
        ladder(4, "1e-12", "1e9", "1e-12"),
        ("price_points.csv line 4", "column step", "1e+21 prices"),
    ),
    Fault(
        "ladder with a word for its end",
        ladder(4, "0.05", "top", "0.01"),
        ("price_points.csv line 4", "column to", "top", "not a plain number"),
    ),
    Fault(
        "ladder that begins at a mark-up of -1, to its digits",
        ladder(9, "-0.9999999999996", "0.3", "0.1"),
        ("price_points.csv line 9", "column price", "comes to -1", "above -1"),
    ),
    Fault("negative contract price", cell("contracts", 2, "price", "-0.1"), ("contracts.csv line 2", "price")),
    Fault("no price today", cell("current_menus", 2, "price", "0"), ("current_menus.csv line 2", "price", "> 0")),
    Fault("no price in force", cell("contracts", 2, "price", "0"), ("contracts.csv line 2", "price", "> 0")),
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
    Fault(
        "criterion asked of an own team",
        added("criteria", "kind", line_3="in_house"),
        ("criteria.csv line 3", "criterion=reach", "kind", "volume_partner, specialist_partner"),
    ),
    Fault(
        "contract of half a year",
        added("providers", "contract_years", line_3="0.5"),
        ("providers.csv line 3", "provider=Orbis", "contract_years", "a number >= 1"),
    ),
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
