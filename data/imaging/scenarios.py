"""The text of `case.toml` and of each scenario file."""

from __future__ import annotations

CASE = """\
name = "imaging"
currency = "EUR"
choice_model = "logit"
discount_rate = 0.08
description = "A maker of medical and industrial imaging systems sets next year's service price book"
"""

RULES = """\
objective = "account_revenue"
min_service_margin = {margin}
max_tiers = 4
max_models = 4
min_menu = 2
max_menu = 3
max_providers = 8
max_provider_share = 0.4
min_provider_score = 6.0
min_tier_gap = 0.1
max_price_change = 0.15
max_csat_over_target = 10.0
"""


def scenario(description: str, change: str = "", margin: float = 0.33) -> str:
    """Text of a scenario with the base rules, another margin floor or changes where given."""
    return f'description = "{description}"\n' + RULES.format(margin=margin) + change


SCENARIOS = {
    "base": scenario("Most account revenue at a service margin of 33 %, with every promise kept"),
    "without_meridian": scenario(
        "Meridian, the larger volume partner, gives up the market",
        """
[[change]]
table = "providers"
where = { provider = "Meridian" }
column = "engage"
set = "excluded"
""",
    ),
    "margin_floor_35": scenario("The board asks for a service margin of 35 %", margin=0.35),
    "faster_response": scenario(
        "Every response promise is cut by a tenth, and just as many cases must keep it",
        """
[[change]]
table = "tiers"
column = "response_hours"
multiply = 0.9
""",
    ),
    "performance_offer": scenario(
        "Contracts that pay by performance may be offered at gold and platinum",
        """
[[change]]
table = "pricing_models"
where = { model = "uptime_pledge" }
column = "offer"
set = "optional"
""",
    ),
}
