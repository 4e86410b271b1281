"""Tables of what is sold: products, tiers, pricing models, prices, the work they bring, today's menus."""

from __future__ import annotations

from .fields import (
    ANY,
    LARGEST,
    NON_NEGATIVE,
    POINTS,
    POSITIVE,
    SHARE,
    Column,
    ColumnKind,
    Table,
    choice,
    flag,
    label,
    number,
    text,
)
from .vocabulary import HOURS, MONEY, NO_CONTRACT, OFFER, PER_CASE, PRICING_KINDS, YEARLY

PRODUCTS = Table(
    "products",
    "products that are supported",
    (
        text("product", "name of the product"),
        text("family", "product family, for which providers quote"),
        number("unit_value", POSITIVE, "value of one unit", MONEY),
        number("incident_rate", NON_NEGATIVE, "incidents of one unit", "per unit and year"),
        number("downtime_cost", NON_NEGATIVE, "what an hour down costs the customer", "currency an hour", default=0.0),
        number(
            "adhoc_price", NON_NEGATIVE, "price of an incident without a contract", "currency an incident", default=0.0
        ),
        number("adhoc_hours", NON_NEGATIVE, "length of an incident without a contract", HOURS, default=0.0),
        number("price_index", POSITIVE, "multiplies prices per incident and per hour", default=1.0),
        number("product_margin", SHARE, "gross margin, as a share of product revenue"),
        choice("support", OFFER, "whether the product is supported"),
        number("support_cost", NON_NEGATIVE, "fixed cost of supporting the product", YEARLY, default=0.0),
        label("product"),
    ),
    key=("product",),
)
TIERS = Table(
    "tiers",
    "support levels and what they promise",
    (
        text("tier", "name of the tier", reserved=(NO_CONTRACT,)),
        Column("rank", ColumnKind.INTEGER, "order of the tiers: larger is higher service", unique=True),
        number("response_hours", POSITIVE, "response promise", HOURS),
        number("min_attainment", SHARE, "service-level target: least share of cases answered in time", default=0.0),
        number("turnaround_hours", POSITIVE, "parts turnaround (lead time) promised; blank: none", HOURS, default=None),
        number("csat_floor", POINTS, "least mean satisfaction", "CSAT points"),
        number("csat_target", POINTS, "satisfaction aimed at, csat_floor or more", "CSAT points"),
        number(
            "loyalty_loss",
            NON_NEGATIVE,
            "product revenue lost per case and CSAT point under target",
            MONEY,
            default=0.0,
        ),
        number("incident_factor", POSITIVE, "multiplies the incident rate: preventive care", default=1.0),
        number("fixed_cost", NON_NEGATIVE, "cost of offering the tier", YEARLY, default=0.0),
        choice("offer", OFFER, "whether the tier is offered"),
        label("tier"),
    ),
    key=("tier",),
)
PRICING_MODELS = Table(
    "pricing_models",
    "how a contract is paid",
    (
        text("model", "name of the pricing model"),
        choice("kind", PRICING_KINDS, "kind of the pricing model; fixed_warranty is a fixed-fee contract"),
        number("fixed_cost", NON_NEGATIVE, "cost of using the model", YEARLY, default=0.0),
        number("admin_cost", NON_NEGATIVE, "cost of a unit under contract", "currency per unit and year", default=0.0),
        number(
            "incident_factor",
            POSITIVE,
            "multiplies the incident rate: what the payment makes the seller do",
            default=1.0,
        ),
        choice("offer", OFFER, "whether the model is used", default="optional"),
        number("penalty_per_hour", POSITIVE, "paid for an hour late", "currency an hour", only_for="performance_based"),
        number(
            "bonus_per_hour",
            NON_NEGATIVE,
            "earned for an hour early",
            "currency an hour",
            default=0.0,
            only_for="performance_based",
        ),
        number("term_years", POSITIVE, "length of the lease", "years", only_for="lease"),
        number("residual_share", SHARE, "share of unit value left at the end of the lease", only_for="lease"),
        number("displaced_share", SHARE, "share of product revenue that leasing replaces", only_for="lease"),
        number(
            "buyout_probability",
            SHARE,
            "chance that the customer buys the unit at the end",
            default=0.0,
            only_for="lease",
        ),
        number("buyout_share", SHARE, "share of unit value paid in a buyout", default=0.0, only_for="lease"),
        label("model"),
    ),
    key=("model",),
)
PRICE_POINTS = Table(
    "price_points",
    "prices that a tier may have under a pricing model: > 0, or > -1 for cost_plus; named twice, a price counts once",
    (
        text("tier", "tier", refers="tiers.tier"),
        text("model", "pricing model", refers="pricing_models.model"),
        number("price", ANY, "price in the unit of the model's kind", largest=LARGEST),
        text("price_book", "price book; blank is every price book", default=None, refers="segments.price_book"),
        number(
            "to",
            ANY,
            "above price: the row is a ladder of prices, from price in steps up to here; blank is the one price",
            default=None,
            largest=LARGEST,
            filled_in=True,
        ),
        number(
            "step",
            POSITIVE,
            "step of the ladder, where there is one; at most 1,000 prices a row",
            default=None,
            largest=LARGEST,
            filled_in=True,
        ),
    ),
    key=("tier", "model", "price", "price_book"),
    unique=False,
)
SERVICES = Table(
    "services",
    "kinds of work that contracts bring",
    (
        text("service", "name of the service"),
        number("hours_per_case", POSITIVE, "work of one case", HOURS),
        number("standard_cost", NON_NEGATIVE, "cost that cost_plus prices build on", PER_CASE),
        flag("needs_parts", "whether a case needs parts"),
        flag("response_clock", "whether the response promise is measured on it"),
        number("benchmark_cost", NON_NEGATIVE, "industry cost, for reports", PER_CASE, default=None),
        label("service"),
    ),
    key=("service",),
)
SERVICE_MIX = Table(
    "service_mix",
    "cases that a tier brings; a missing row is none",
    (
        text("tier", "tier", refers="tiers.tier"),
        text("service", "service", refers="services.service"),
        number("cases_per_incident", NON_NEGATIVE, "cases from one incident", "cases", default=0.0),
        number(
            "cases_per_unit",
            NON_NEGATIVE,
            "scheduled cases of a unit; 0 for a service on the response clock",
            "per unit and year",
            default=0.0,
        ),
    ),
    key=("tier", "service"),
    may_be_empty=True,
)
CURRENT_MENUS = Table(
    "current_menus",
    "today's price book: prices > 0, or > -1 for cost_plus, on the price points or off them",
    (
        text("price_book", "price book", refers="segments.price_book"),
        text("tier", "tier", refers="tiers.tier"),
        text("model", "pricing model", refers="pricing_models.model"),
        number("price", ANY, "price in the unit of the model's kind", largest=LARGEST),
    ),
    key=("price_book", "tier"),
    optional=True,
    may_be_empty=True,
)
