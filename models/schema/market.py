"""Tables of who buys: accounts, segments and their tastes, contracts in force."""

from __future__ import annotations

from .fields import (
    ANY,
    LARGEST,
    LARGEST_REVENUE,
    NON_NEGATIVE,
    POSITIVE,
    POSITIVE_SHARE,
    SHARE,
    Table,
    label,
    number,
    text,
)
from .vocabulary import LOCKED_CLASS, NO_CONTRACT, YEARLY

ACCOUNTS = Table(
    "accounts",
    "customer companies",
    (
        text("account_id", "name of the account"),
        text("segment", "segment of the account", refers="segments.segment"),
        text("region", "region of the account"),
        number("product_revenue", NON_NEGATIVE, "product revenue with the account", YEARLY, largest=LARGEST_REVENUE),
    ),
    key=("account_id",),
)
INSTALLED_BASE = Table(
    "installed_base",
    "products that accounts hold; every account has at least one row",
    (
        text("account_id", "account", refers="accounts.account_id"),
        text("product", "product", refers="products.product"),
        number("units", POSITIVE, "units the account holds", "units"),
        number("usage_hours", NON_NEGATIVE, "use of one unit", "hours per unit and year", default=0.0),
    ),
    key=("account_id", "product"),
)
SEGMENTS = Table(
    "segments",
    "groups of accounts that value service alike",
    (
        text("segment", "name of the segment"),
        text(
            "price_book", "price book of the segment; blank is the segment itself", default=None, default_from="segment"
        ),
        number("discount", SHARE, "average discount off the price points that the segment gets", default=0.0),
        label("segment"),
    ),
    key=("segment",),
)
CUSTOMER_CLASSES = Table(
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
)
APPEAL = Table(
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
)
LOYALTY = Table(
    "loyalty",
    "what a contract does to product revenue; every segment has `none` and every tier",
    (
        text("segment", "segment", refers="segments.segment"),
        text("tier", "tier, or none for no contract", refers="tiers.tier", also=(NO_CONTRACT,)),
        number("retention", SHARE, "share of a year's product revenue that is kept"),
        number("cross_sell", NON_NEGATIVE, "further product revenue, as a share of what is kept", default=0.0),
    ),
    key=("segment", "tier"),
)
CONTRACTS = Table(
    "contracts",
    "units locked under a contract in force",
    (
        text("account_id", "account", refers="accounts.account_id"),
        text("product", "product that the account holds", refers="products.product"),
        text("tier", "tier", refers="tiers.tier"),
        text("model", "pricing model", refers="pricing_models.model"),
        number("price", ANY, "price as signed, no discount taken off: > 0, or > -1 for cost_plus", largest=LARGEST),
        number("units", POSITIVE, "units under the contract", "units"),
    ),
    key=("account_id", "product", "tier", "model"),
    unique=False,
    optional=True,
    may_be_empty=True,
    pairs=((("account_id", "product"), "installed_base"),),
)
