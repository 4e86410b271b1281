"""What each provider charges, how fast it answers and how satisfied customers are: the table `rates`.

A rate is the in-house figure for computed tomography in the central region, times factors for the
product family, the region, the provider and the tier. README.md gives the reason for each factor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from assumptions import FAMILIES, REGIONS, Row

HEADER = "provider,region,family,service,tier,cost_per_case,response_hours,csat,max_share"

SIMPLE = ("how_to_question", "remote_diagnosis", "module_exchange", "scheduled_maintenance", "operator_training")
COMPLEX = ("field_repair", "component_replacement")
CLOCKED = ("remote_diagnosis", "field_repair")

# service: EUR a case, mean hours to respond, CSAT points
IN_HOUSE: dict[str, tuple[float, float, float]] = {
    "how_to_question": (52, 4, 79),
    "remote_diagnosis": (150, 3, 79),
    "field_repair": (2300, 12, 79),
    "module_exchange": (290, 16, 78),
    "component_replacement": (2100, 30, 81),
    "scheduled_maintenance": (2350, 48, 80),
    "operator_training": (1300, 72, 83),
}

# family: factor on cost for each service, in the order of IN_HOUSE
FAMILY_COST: dict[str, tuple[float, ...]] = {
    "mr": (1.0, 1.2, 1.3, 1.3, 1.6, 1.6, 1.2),
    "ct": (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    "xray": (0.9, 0.7, 0.38, 0.35, 0.32, 0.18, 0.35),
}

REGION_COST = {"north": 1.06, "central": 1.0, "south": 0.93, "east": 0.86}

# tier: factor on cost, factor on response hours, CSAT points; only for services on the response clock
PRIORITY: dict[str, tuple[float, float, float]] = {
    "bronze": (1.0, 1.0, 0.0),
    "silver": (1.0, 1.0, 0.0),
    "gold": (1.12, 0.55, 1.5),
    "platinum": (1.3, 0.33, 3.0),
}


@dataclass(frozen=True)
class Profile:
    """How one team or partner differs from in-house delivery."""

    response: dict[str, float]
    """Factor on response hours by region; the regions named are the ones it serves."""
    simple_cost: float = 1.0
    complex_cost: float = 1.0
    csat: float = 0.0
    """Points above in-house."""
    families: tuple[str, ...] = FAMILIES
    leaves_out: tuple[tuple[str, str], ...] = ()
    """(family, service) it does not do."""
    tiers: tuple[str, ...] = ("", "gold", "platinum")
    """Tiers with a row of their own on clocked work; "" is a row for every other tier."""
    services: tuple[str, ...] = field(default=tuple(IN_HOUSE))


SPECIALIST = ("remote_diagnosis", "field_repair", "module_exchange", "component_replacement", "scheduled_maintenance")
NO_MAGNET_WORK = (("mr", "component_replacement"),)

PROFILES: dict[str, Profile] = {
    "Own Service": Profile({"north": 1.0, "central": 0.9, "south": 1.25, "east": 1.35}),
    "Meridian": Profile({"north": 0.85, "central": 0.8, "east": 1.0}, 0.74, 0.86, -8, leaves_out=NO_MAGNET_WORK),
    "Orbis": Profile(
        {"central": 1.05, "south": 1.1, "east": 1.15},
        0.66,
        0.78,
        -12,
        ("ct", "xray"),
        tiers=("bronze", "silver", "gold"),
    ),
    "Helix MR": Profile(
        {"north": 0.75, "central": 0.7, "south": 0.85, "east": 0.95}, 1.12, 1.06, 7, ("mr",), services=SPECIALIST
    ),
    "Tomovia": Profile(
        {"north": 0.8, "central": 0.7, "south": 0.85, "east": 0.9}, 1.14, 1.08, 6, ("ct",), services=SPECIALIST
    ),
    "Raylab": Profile({"central": 0.75, "south": 0.85, "east": 0.85}, 1.1, 1.05, 6, ("xray",), services=SPECIALIST),
    "Adria Service": Profile({"south": 0.55, "east": 0.6}, 0.8, 0.88, -5, leaves_out=NO_MAGNET_WORK),
}

# provider, service: EUR a case, mean hours to respond, CSAT points, most of each work class it can take
ONLINE: dict[tuple[str, str], tuple[float, float, float, float]] = {
    ("Service Portal", "how_to_question"): (7, 0.2, 81, 0.45),
    ("Service Portal", "remote_diagnosis"): (26, 0.6, 75, 0.12),
    ("User Community", "how_to_question"): (4, 6, 79, 0.2),
}


def rates() -> list[Row]:
    """Rows of `rates`: teams and partners first, then the two online channels."""
    staffed = [row for provider in PROFILES for row in _staffed(provider)]
    online = [
        (provider, region, family, service, "", *figures)
        for (provider, service), figures in ONLINE.items()
        for region in REGIONS
        for family in FAMILIES
    ]
    return staffed + online


def _staffed(provider: str) -> Iterator[Row]:
    profile = PROFILES[provider]
    for region in profile.response:
        for family in profile.families:
            for service in profile.services:
                if (family, service) not in profile.leaves_out:
                    yield from _by_tier(provider, region, family, service)


def _by_tier(provider: str, region: str, family: str, service: str) -> Iterator[Row]:
    profile = PROFILES[provider]
    cost, hours, csat = IN_HOUSE[service]
    cost *= FAMILY_COST[family][list(IN_HOUSE).index(service)] * REGION_COST[region]
    cost *= profile.simple_cost if service in SIMPLE else profile.complex_cost
    for tier in profile.tiers if service in CLOCKED else ("",):
        dearer, faster, happier = PRIORITY[tier or "bronze"]
        promptness = round(hours * profile.response[region] * faster, 2)
        points = min(97.0, csat + profile.csat + happier)
        yield provider, region, family, service, tier, round(cost * dearer, 1), promptness, points, 1
