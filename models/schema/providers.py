"""Tables of who delivers: providers, rates, fulfilment, scores, readiness, discounts."""

from __future__ import annotations

from ..economics.delivery_formulas import PARTNER_KINDS
from .fields import AT_LEAST_ONE, NON_NEGATIVE, POINTS, POSITIVE, SCORE, SHARE, Table, choice, label, number, text
from .vocabulary import HOURS, MONEY, OFFER, PER_CASE, PROVIDER_KINDS, YEARLY

PROVIDERS = Table(
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
        number(
            "contract_years",
            AT_LEAST_ONE,
            "years over which its readiness cost is spread; blank is charged whole",
            "years",
            default=None,
        ),
        label("provider"),
    ),
    key=("provider",),
)
RATES = Table(
    "rates",
    "what providers charge and achieve",
    (
        text("provider", "provider", refers="providers.provider"),
        text(
            "region",
            "region, as accounts name it; blank is every region of accounts that no row of the same provider, service "
            "and tier names more closely (both, else the family); a rate for a region without accounts has no effect",
            default=None,
            blank_filled_in=True,
        ),
        text(
            "family",
            "product family; blank is every family that no row of the same provider, service and tier names more "
            "closely (both, or the family alone)",
            default=None,
            refers="products.family",
            blank_filled_in=True,
        ),
        text("service", "service", refers="services.service"),
        text("tier", "tier; blank is every tier without a row of its own", default=None, refers="tiers.tier"),
        number("cost_per_case", NON_NEGATIVE, "what a case costs", PER_CASE),
        number("response_hours", POSITIVE, "mean response time", HOURS),
        number("csat", POINTS, "satisfaction with a case", "CSAT points"),
        number("max_share", SHARE, "most of a work class's cases it may take", default=1.0),
    ),
    key=("provider", "region", "family", "service", "tier"),
)
FULFILMENT = Table(
    "fulfilment",
    "ways to meet a product's parts cases",
    (
        text("product", "product", refers="products.product"),
        text("policy", "name of the policy"),
        number("parts_cost", NON_NEGATIVE, "cost of parts", "currency a parts case"),
        number("turnaround_hours", NON_NEGATIVE, "time until parts are there: the parts lead time", HOURS),
        number("fixed_cost", NON_NEGATIVE, "cost of using the policy for the product", YEARLY, default=0.0),
    ),
    key=("product", "policy"),
    may_be_empty=True,
)
CRITERIA = Table(
    "criteria",
    "what partners are scored on",
    (
        text("criterion", "name of the criterion"),
        number("weight", POSITIVE, "weight in the partner's score"),
        number("minimum", SCORE, "least score of an engaged partner; blank is none", "points of 10", default=None),
        choice("kind", PARTNER_KINDS, "kind of partner it is asked of; blank is both", default=None),
    ),
    key=("criterion",),
    optional=True,
    may_be_empty=True,
)
SCORES = Table(
    "scores",
    "scores of providers; every partner that is not excluded has every score asked of its kind, for everywhere",
    (
        text("provider", "provider", refers="providers.provider"),
        text("criterion", "criterion", refers="criteria.criterion"),
        text("region", "region whose work it is about, as accounts name it; blank is every region", default=None),
        text(
            "family",
            "product family whose work it is about; blank is every family",
            default=None,
            refers="products.family",
        ),
        number("score", SCORE, "score", "points of 10"),
    ),
    key=("provider", "criterion", "region", "family"),
    optional=True,
    may_be_empty=True,
)
READINESS = Table(
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
)
VOLUME_DISCOUNTS = Table(
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
)
