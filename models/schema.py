"""Every table of a case and every column of it, declared once: readers, checks, writers and the template follow it."""

from __future__ import annotations

from .fields import (
    ANY,
    NON_NEGATIVE,
    POINTS,
    POSITIVE,
    POSITIVE_SHARE,
    SCORE,
    SHARE,
    Bounds,
    Column,
    Kind,
    Table,
    choice,
    flag,
    number,
    text,
)

OFFER = ("required", "optional", "excluded")
PRICING_KINDS = ("pay_per_use", "fixed_warranty", "lease", "cost_plus", "performance_based", "usage_based")
PARTNER_KINDS = ("volume_partner", "specialist_partner")
PROVIDER_KINDS = ("in_house", *PARTNER_KINDS, "self_service", "community")
NO_CONTRACT = "none"
"""Tier name that stands for having no contract, in `loyalty` and in a plan's uptake."""
LOCKED_CLASS = "contract"
"""Customer class under which a plan lists units locked by contracts in force."""

MONEY = "currency"
YEARLY = "currency a year"
PER_CASE = "currency a case"
HOURS = "hours"
PER_YEAR = "a year"

_ACCOUNTS = Table(
    "accounts",
    "customer companies",
    (
        text("account_id", "name of the account"),
        text("segment", "segment of the account", refers="segments.segment"),
        text("region", "region of the account"),
        number("product_revenue", NON_NEGATIVE, "product revenue with the account", YEARLY),
    ),
    key=("account_id",),
    example={"account_id": "A-001", "segment": "hospitals", "region": "north", "product_revenue": 250000},
)
_INSTALLED_BASE = Table(
    "installed_base",
    "products that accounts hold; every account has at least one row",
    (
        text("account_id", "account", refers="accounts.account_id"),
        text("product", "product", refers="products.product"),
        number("units", POSITIVE, "units the account holds", "units"),
        number("usage_hours", NON_NEGATIVE, "use of one unit", "hours per unit and year", default=0.0),
    ),
    key=("account_id", "product"),
    example={"account_id": "A-001", "product": "scanner", "units": 4, "usage_hours": 2000},
)
_SEGMENTS = Table(
    "segments",
    "groups of accounts that value service alike",
    (
        text("segment", "name of the segment"),
        text("price_book", "price book of the segment; blank is the segment itself", default=None, default_from="segment"),
        number("discount", SHARE, "average discount off the price points that the segment gets", default=0.0),
    ),
    key=("segment",),
    example={"segment": "hospitals", "price_book": "health", "discount": 0.05},
)
_CUSTOMER_CLASSES = Table(
    "customer_classes",
    "latent classes of a segment; their shares sum to 1 in each segment",
    (
        text("segment", "segment", refers="segments.segment"),
        text("customer_class", "name of the class", reserved=(LOCKED_CLASS,)),
        number("share", POSITIVE_SHARE, "share of the segment's units"),
        number("price_sensitivity", NON_NEGATIVE, "utility lost per 1 % of unit value of yearly burden", "utility"),
        number("risk_aversion", NON_NEGATIVE, "aversion to uncertain cost", "per unit of currency", default=0.0),
    ),
    key=("segment", "customer_class"),
    example={"segment": "hospitals", "customer_class": "all", "share": 1, "price_sensitivity": 0.4, "risk_aversion": 0},
)
_APPEAL = Table(
    "appeal",
    "utility of a tier for a class before price; without a row the class never buys the tier",
    (
        text("segment", "segment", refers="segments.segment"),
        text("customer_class", "class of the segment"),
        text("tier", "tier", refers="tiers.tier"),
        number("appeal", ANY, "utility of the tier before price, against having no contract", "utility"),
    ),
    key=("segment", "customer_class", "tier"),
    may_be_empty=True,
    pairs=((("segment", "customer_class"), "customer_classes"),),
    example={"segment": "hospitals", "customer_class": "all", "tier": "gold", "appeal": 1.5},
)
_LOYALTY = Table(
    "loyalty",
    "what a contract does to product revenue; every segment has `none` and every tier",
    (
        text("segment", "segment", refers="segments.segment"),
        text("tier", "tier, or none for no contract", refers="tiers.tier", also=(NO_CONTRACT,)),
        number("retention", SHARE, "share of product revenue kept"),
        number("cross_sell", NON_NEGATIVE, "further product revenue, as a share of what is kept", default=0.0),
    ),
    key=("segment", "tier"),
    example={"segment": "hospitals", "tier": "gold", "retention": 0.95, "cross_sell": 0.03},
)
_PRODUCTS = Table(
    "products",
    "products that are supported",
    (
        text("product", "name of the product"),
        text("family", "product family, for which providers quote"),
        number("unit_value", POSITIVE, "value of one unit", MONEY),
        number("incident_rate", NON_NEGATIVE, "incidents of one unit", "per unit and year"),
        number("downtime_cost", NON_NEGATIVE, "what an hour down costs the customer", "currency an hour", default=0.0),
        number("adhoc_price", NON_NEGATIVE, "price of an incident without a contract", "currency an incident", default=0.0),
        number("adhoc_hours", NON_NEGATIVE, "length of an incident without a contract", HOURS, default=0.0),
        number("price_index", POSITIVE, "multiplies prices per incident and per hour", default=1.0),
        number("product_margin", SHARE, "gross margin, as a share of product revenue"),
        choice("support", OFFER, "whether the product is supported"),
        number("support_cost", NON_NEGATIVE, "fixed cost of supporting the product", YEARLY, default=0.0),
    ),
    key=("product",),
    example={
        "product": "scanner",
        "family": "imaging",
        "unit_value": 80000,
        "incident_rate": 3,
        "downtime_cost": 120,
        "adhoc_price": 1500,
        "adhoc_hours": 40,
        "price_index": 1,
        "product_margin": 0.4,
        "support": "optional",
        "support_cost": 0,
    },
)
_TIERS = Table(
    "tiers",
    "support levels and what they promise",
    (
        text("tier", "name of the tier", reserved=(NO_CONTRACT,)),
        Column("rank", Kind.INTEGER, "order of the tiers: larger is higher service", unique=True),
        number("response_hours", POSITIVE, "response promise", HOURS),
        number("min_attainment", SHARE, "least share of cases answered within the promise", default=0.0),
        number("turnaround_hours", POSITIVE, "parts-turnaround promise; blank is no promise", HOURS, default=None),
        number("csat_floor", POINTS, "least mean satisfaction", "CSAT points"),
        number("csat_target", POINTS, "satisfaction aimed at, csat_floor or more", "CSAT points"),
        number("loyalty_loss", NON_NEGATIVE, "product revenue lost per case and CSAT point under target", MONEY, default=0.0),
        number("incident_factor", POSITIVE, "multiplies the incident rate: preventive care", default=1.0),
        number("fixed_cost", NON_NEGATIVE, "cost of offering the tier", YEARLY, default=0.0),
        choice("offer", OFFER, "whether the tier is offered"),
    ),
    key=("tier",),
    example={
        "tier": "gold",
        "rank": 1,
        "response_hours": 8,
        "min_attainment": 0.7,
        "turnaround_hours": 48,
        "csat_floor": 75,
        "csat_target": 85,
        "loyalty_loss": 10,
        "incident_factor": 0.9,
        "fixed_cost": 20000,
        "offer": "optional",
    },
)
_PRICING_MODELS = Table(
    "pricing_models",
    "how a contract is paid",
    (
        text("model", "name of the pricing model"),
        choice("kind", PRICING_KINDS, "kind of the pricing model"),
        number("fixed_cost", NON_NEGATIVE, "cost of using the model", YEARLY, default=0.0),
        number("admin_cost", NON_NEGATIVE, "cost of a unit under contract", "currency per unit and year", default=0.0),
        number("incident_factor", POSITIVE, "multiplies the incident rate: what the payment makes the seller do", default=1.0),
        choice("offer", OFFER, "whether the model is used", default="optional"),
        number("penalty_per_hour", POSITIVE, "paid for an hour late", "currency an hour", only_for="performance_based"),
        number(
            "bonus_per_hour", NON_NEGATIVE, "earned for an hour early", "currency an hour", default=0.0, only_for="performance_based"
        ),
        number("term_years", POSITIVE, "length of the lease", "years", only_for="lease"),
        number("residual_share", SHARE, "share of unit value left at the end of the lease", only_for="lease"),
        number("displaced_share", SHARE, "share of product revenue that leasing replaces", only_for="lease"),
        number("buyout_probability", SHARE, "chance that the customer buys the unit at the end", default=0.0, only_for="lease"),
        number("buyout_share", SHARE, "share of unit value paid in a buyout", default=0.0, only_for="lease"),
    ),
    key=("model",),
    example={"model": "warranty", "kind": "fixed_warranty", "fixed_cost": 5000, "admin_cost": 40, "offer": "optional"},
)
_PRICE_POINTS = Table(
    "price_points",
    "prices that a tier may have under a pricing model: > 0, or > -1 for cost_plus",
    (
        text("tier", "tier", refers="tiers.tier"),
        text("model", "pricing model", refers="pricing_models.model"),
        number("price", ANY, "price in the unit of the model's kind"),
        text("price_book", "price book; blank is every price book", default=None, refers="segments.price_book"),
    ),
    key=("tier", "model", "price", "price_book"),
    example={"tier": "gold", "model": "warranty", "price": 0.08},
)
_SERVICES = Table(
    "services",
    "kinds of work that contracts bring",
    (
        text("service", "name of the service"),
        number("hours_per_case", POSITIVE, "work of one case", HOURS),
        number("standard_cost", NON_NEGATIVE, "cost that cost_plus prices build on", PER_CASE),
        flag("needs_parts", "whether a case needs parts"),
        flag("response_clock", "whether the response promise is measured on it"),
        number("benchmark_cost", NON_NEGATIVE, "industry cost, for reports", PER_CASE, default=None),
    ),
    key=("service",),
    example={
        "service": "field_visit",
        "hours_per_case": 4,
        "standard_cost": 600,
        "needs_parts": True,
        "response_clock": True,
        "benchmark_cost": 650,
    },
)
_SERVICE_MIX = Table(
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
    example={"tier": "gold", "service": "field_visit", "cases_per_incident": 0.8, "cases_per_unit": 0},
)
_PROVIDERS = Table(
    "providers",
    "routes that deliver work",
    (
        text("provider", "name of the provider"),
        choice("kind", PROVIDER_KINDS, "kind of the provider"),
        number("capacity_hours", NON_NEGATIVE, "hours it can work", "hours a year"),
        number("fixed_cost", NON_NEGATIVE, "cost of engaging it", YEARLY, default=0.0),
        number("commitment", NON_NEGATIVE, "least payment when engaged", YEARLY, default=0.0),
        number("max_share", SHARE, "most of all team and partner hours it may work", default=1.0),
        number("risk_share", SHARE, "share of bonus and penalty that it bears", default=0.0),
        choice("engage", OFFER, "whether it is engaged"),
    ),
    key=("provider",),
    example={"provider": "own_team", "kind": "in_house", "capacity_hours": 20000, "fixed_cost": 50000, "engage": "required"},
)
_RATES = Table(
    "rates",
    "what providers charge and achieve",
    (
        text("provider", "provider", refers="providers.provider"),
        text("region", "region, as accounts name it", refers="accounts.region"),
        text("family", "product family", refers="products.family"),
        text("service", "service", refers="services.service"),
        text("tier", "tier; blank is every tier without a row of its own", default=None, refers="tiers.tier"),
        number("cost_per_case", NON_NEGATIVE, "what a case costs", PER_CASE),
        number("response_hours", POSITIVE, "mean response time", HOURS),
        number("csat", POINTS, "satisfaction with a case", "CSAT points"),
        number("max_share", SHARE, "most of a work class's cases it may take", default=1.0),
    ),
    key=("provider", "region", "family", "service", "tier"),
    example={
        "provider": "own_team",
        "region": "north",
        "family": "imaging",
        "service": "field_visit",
        "cost_per_case": 620,
        "response_hours": 5,
        "csat": 86,
    },
)
_FULFILMENT = Table(
    "fulfilment",
    "ways to meet a product's parts cases",
    (
        text("product", "product", refers="products.product"),
        text("policy", "name of the policy"),
        number("parts_cost", NON_NEGATIVE, "cost of parts", "currency a parts case"),
        number("turnaround_hours", NON_NEGATIVE, "time until parts are there", HOURS),
        number("fixed_cost", NON_NEGATIVE, "cost of using the policy for the product", YEARLY, default=0.0),
    ),
    key=("product", "policy"),
    may_be_empty=True,
    example={"product": "scanner", "policy": "replace_local", "parts_cost": 900, "turnaround_hours": 24, "fixed_cost": 8000},
)
_CURRENT_MENUS = Table(
    "current_menus",
    "today's price book",
    (
        text("price_book", "price book", refers="segments.price_book"),
        text("tier", "tier", refers="tiers.tier"),
        text("model", "pricing model", refers="pricing_models.model"),
        number("price", ANY, "price in the unit of the model's kind"),
    ),
    key=("price_book", "tier"),
    optional=True,
    may_be_empty=True,
    example={"price_book": "health", "tier": "gold", "model": "warranty", "price": 0.075},
)
_CONTRACTS = Table(
    "contracts",
    "units locked under a contract in force",
    (
        text("account_id", "account", refers="accounts.account_id"),
        text("product", "product that the account holds", refers="products.product"),
        text("tier", "tier", refers="tiers.tier"),
        text("model", "pricing model", refers="pricing_models.model"),
        number("price", ANY, "price as signed, no discount taken off"),
        number("units", POSITIVE, "units under the contract", "units"),
    ),
    key=("account_id", "product", "tier", "model"),
    unique=False,
    optional=True,
    may_be_empty=True,
    pairs=((("account_id", "product"), "installed_base"),),
    example={"account_id": "A-001", "product": "scanner", "tier": "gold", "model": "warranty", "price": 0.07, "units": 1},
)
_CRITERIA = Table(
    "criteria",
    "what partners are scored on",
    (
        text("criterion", "name of the criterion"),
        number("weight", POSITIVE, "weight in the partner's score"),
        number("minimum", SCORE, "least score of an engaged partner; blank is none", "points of 10", default=None),
    ),
    key=("criterion",),
    optional=True,
    may_be_empty=True,
    example={"criterion": "quality", "weight": 2, "minimum": 5},
)
_SCORES = Table(
    "scores",
    "scores of providers; every partner that is not excluded has every score",
    (
        text("provider", "provider", refers="providers.provider"),
        text("criterion", "criterion", refers="criteria.criterion"),
        number("score", SCORE, "score", "points of 10"),
    ),
    key=("provider", "criterion"),
    optional=True,
    may_be_empty=True,
    example={"provider": "own_team", "criterion": "quality", "score": 8},
)
_READINESS = Table(
    "readiness",
    "what providers still need before they can be engaged",
    (
        text("provider", "provider", refers="providers.provider"),
        text("capability", "name of the capability"),
        number("required", SCORE, "level needed", "points of 10"),
        number("actual", SCORE, "level today", "points of 10"),
        number("cost_to_close", NON_NEGATIVE, "cost of closing the gap", MONEY),
        number("months", NON_NEGATIVE, "time to close the gap", "months"),
    ),
    key=("provider", "capability"),
    optional=True,
    may_be_empty=True,
    example={
        "provider": "own_team",
        "capability": "remote_tools",
        "required": 7,
        "actual": 6,
        "cost_to_close": 4000,
        "months": 2,
    },
)
_VOLUME_DISCOUNTS = Table(
    "volume_discounts",
    "discounts on the part of a provider's yearly case cost above a threshold",
    (
        text("provider", "provider", refers="providers.provider"),
        number("above", POSITIVE, "yearly case cost from which it is given", YEARLY),
        number("discount", SHARE, "discount up to the next threshold; rises with above"),
    ),
    key=("provider", "above"),
    optional=True,
    may_be_empty=True,
    example={"provider": "own_team", "above": 500000, "discount": 0.05},
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _ACCOUNTS,
        _INSTALLED_BASE,
        _SEGMENTS,
        _CUSTOMER_CLASSES,
        _APPEAL,
        _LOYALTY,
        _PRODUCTS,
        _TIERS,
        _PRICING_MODELS,
        _PRICE_POINTS,
        _SERVICES,
        _SERVICE_MIX,
        _PROVIDERS,
        _RATES,
        _FULFILMENT,
        _CURRENT_MENUS,
        _CONTRACTS,
        _CRITERIA,
        _SCORES,
        _READINESS,
        _VOLUME_DISCOUNTS,
    )
}
"""Every table by name, in the order in which they are documented."""

OPTION_PRICE: dict[str, tuple[Bounds, Bounds]] = {
    "price_points": (POSITIVE, Bounds(-1, low_open=True)),
    "current_menus": (NON_NEGATIVE, Bounds(-1)),
    "contracts": (NON_NEGATIVE, Bounds(-1)),
}
"""Limits of `price` by table: (every kind but cost_plus, cost_plus, whose price is a mark-up)."""
