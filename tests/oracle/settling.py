"""Flows of work to providers, what each case costs and settles, and every amount of money they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from .contracts import settlement
from .linear import Linear, plus
from .volume import Volume, WorkClass
from .world import PARTNERS, Row, World

SMALLEST = 1e-6
"""Cases a year up to which a work class needs no flow."""

Flow = dict[tuple[WorkClass, str], float]
"""Each flow that may be used, with the largest share of its work class's cases."""


@dataclass(frozen=True)
class Payment:
    """One linear piece of a provider's payment: case cost in [above, upto] is paid intercept + slope x cost."""

    above: float
    upto: float
    intercept: float
    slope: float
    least: float


def rate(world: World, work: WorkClass, provider: str) -> Row | None:
    """The rate of a provider for a work class: the tier's own row, else the row for every other tier.

    None where it has neither, or where a score for the place keeps it from the work."""
    if barred(world, work, provider):
        return None
    offered = world.rows("rates", provider=provider, region=work.region, family=work.family, service=work.service)
    own = [row for row in offered if row["tier"] == work.tier]
    general = [row for row in offered if row["tier"] is None]
    return next(iter(own or general), None)


def barred(world: World, work: WorkClass, provider: str) -> bool:
    """Whether a partner's score for the region or family is under the minimum of a criterion asked of it."""
    kind = world.row("providers", provider=provider)["kind"]
    minimum = {row["criterion"]: row["minimum"] for row in world.tables["criteria"] if row["kind"] in (None, kind)}
    return kind in PARTNERS and any(
        (row["region"], row["family"]) != (None, None)
        and row["region"] in (None, work.region)
        and row["family"] in (None, work.family)
        and (least := minimum.get(row["criterion"])) is not None
        and row["score"] < least
        for row in world.rows("scores", provider=provider)
    )


def known_rate(world: World, work: WorkClass, provider: str) -> Row:
    """The rate of a flow that exists."""
    found = rate(world, work, provider)
    assert found is not None
    return found


def flows(world: World, volume: Volume, engaged: list[str]) -> Flow | None:
    """Flows that exist for engaged providers; None where some work class has none."""
    allowed: Flow = {}
    for work, cases in volume.cases.items():
        if cases <= SMALLEST:
            continue
        servers = {j: row for j in engaged if (row := rate(world, work, j)) is not None}
        if not servers:
            return None
        allowed |= {(work, provider): row["max_share"] for provider, row in servers.items()}
    return allowed


def settled(world: World, work: WorkClass, provider: str) -> float:
    """Change of the customer's payment for one case that this provider answers."""
    if not work.model:
        return 0.0
    model = world.row("pricing_models", model=work.model)
    promise = world.row("tiers", tier=work.tier)["response_hours"]
    return settlement(model, promise, known_rate(world, work, provider)["response_hours"])


def cost_per_case(world: World, work: WorkClass, provider: str) -> float:
    """What the provider asks for a case, with its part of the settlement, never under 0."""
    share = world.row("providers", provider=provider)["risk_share"]
    asked = known_rate(world, work, provider)["cost_per_case"] + share * settled(world, work, provider)
    return max(0.0, float(asked))


def payment_pieces(world: World, provider: str) -> list[Payment]:
    """Linear pieces of a provider's payment over its yearly case cost, one a discount bracket."""
    least = world.row("providers", provider=provider)["commitment"]
    brackets = sorted((row["above"], row["discount"]) for row in world.rows("volume_discounts", provider=provider))
    pieces, start, paid, slope = [], 0.0, 0.0, 1.0
    for above, discount in [*brackets, (inf, 0.0)]:
        pieces.append(Payment(start, above, paid - slope * start, slope, least))
        paid, start, slope = paid + slope * (above - start), above, 1 - discount
    return pieces


def loyalty_loss(world: World, flow: Flow) -> Linear:
    """Product revenue lost to cases served under the CSAT target."""
    lost: Linear = {}
    for work, provider in flow:
        tier = world.row("tiers", tier=work.tier)
        short = max(0.0, tier["csat_target"] - known_rate(world, work, provider)["csat"])
        lost[work, provider] = tier["loyalty_loss"] * short
    return lost


def amounts(
    world: World, volume: Volume, flow: Flow, fixed: float, fulfilment: float, mean_margin: float, paid: list[str]
) -> dict[str, Linear]:
    """Every yearly amount of money as a linear expression in flows and payments (of payments to `paid`)."""
    settlements: Linear = {(work, provider): settled(world, work, provider) for work, provider in flow}
    revenue = plus((1.0, {"": volume.billed}), (1.0, settlements))
    delivery: Linear = dict.fromkeys(paid, 1.0)
    to_serve = plus((1.0, delivery), (1.0, {"": fulfilment + volume.admin}))
    cost = plus((1.0, to_serve), (1.0, {"": volume.capital + fixed}))
    margin = plus((1.0, revenue), (-1.0, cost))
    lost = loyalty_loss(world, flow)
    earned = sum(volume.earned.values())
    gross = sum(world.row("products", product=p)["product_margin"] * money for p, money in volume.earned.items())
    product_revenue = plus((1.0, {"": earned}), (-1.0, lost))
    return {
        "service_revenue": revenue,
        "cost_to_serve": to_serve,
        "service_margin": margin,
        "loyalty_loss": lost,
        "product_revenue": product_revenue,
        "account_revenue": plus((1.0, product_revenue), (1.0, revenue)),
        "account_margin": plus((1.0, {"": gross}), (-mean_margin, lost), (1.0, margin)),
    }
