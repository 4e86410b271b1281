"""What a plan sells that is not sold today, so that nobody has seen who buys it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.decisions import DECISION_KINDS, DecisionKindName
from models.schema import LOCKED_CLASS, NO_CONTRACT

from .record import ResultRecord
from .summary import money, percent


@dataclass(frozen=True)
class NewOffer:
    """A tier or pricing model on the plan's menus that none of today's has."""

    kind: DecisionKindName
    name: str
    service_revenue: float
    """What new contracts on it bill a year, before settlement."""
    share: float
    """Of what all contracts of the plan bill, those in force included."""


def new_offers(result: ResultRecord) -> list[NewOffer]:
    """Tiers and pricing models that are sold by the plan and not by current_menus, the one that bills most first.

    None without a plan, and where the case has no current_menus, so that nothing is known of today.
    """
    today: dict[DecisionKindName, tuple[str, ...] | None] = {
        "tier": result.tiers_sold_today,
        "model": result.models_sold_today,
    }
    found = [offer for kind, known in today.items() if known is not None for offer in _of_kind(result, kind, known)]
    return sorted(found, key=lambda offer: (-offer.service_revenue, offer.kind, offer.name))


def _of_kind(result: ResultRecord, kind: DecisionKindName, today: tuple[str, ...]) -> Iterator[NewOffer]:
    if result.plan is None:
        return
    rows = result.plan.uptake[result.plan.uptake["tier"] != NO_CONTRACT]
    total = float(rows["service_revenue"].sum())
    billed = rows[rows["customer_class"] != LOCKED_CLASS].groupby(kind)["service_revenue"].sum()
    for name in sorted(set(billed.index[billed > 0]) - set(today)):
        yield NewOffer(kind, str(name), float(billed[name]), float(billed[name]) / total)


def new_offer_sentence(result: ResultRecord) -> str | None:
    """The warning that a plan rests on what is not sold today, which it names; None where it does not."""
    offers = new_offers(result)
    if not offers:
        return None
    told = [
        f"{DECISION_KINDS[offer.kind].word} {offer.name} ({money(offer.service_revenue, result.currency)} of service "
        f"revenue a year, {percent(offer.share)} of all)"
        for offer in offers
    ]
    return (
        f"The plan rests on what is not sold today: {', '.join(told)}. Who buys that is assumed and not observed; "
        "compare says what share of the gain over today goes without it."
    )
