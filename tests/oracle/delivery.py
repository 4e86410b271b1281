"""The best delivery of a given volume of work: a linear program for every set of providers and discount brackets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product as combinations
from math import inf

from .contracts import annuity
from .fulfilment import least_fulfilment_cost, turnaround_possible
from .linear import Linear, maximum, plus
from .rules import least_margins, provider_rules, service_rules
from .settling import Flow, Payment, amounts, cost_per_case, flows, payment_pieces
from .volume import Volume
from .world import PARTNERS, Row, World


def asked(world: World, provider: Row) -> list[Row]:
    """The criteria that are asked of a partner."""
    return [row for row in world.tables["criteria"] if row["kind"] in (None, provider["kind"])]


def general_score(world: World, provider: Row, criterion: Row) -> float:
    """A partner's score on a criterion, for everywhere."""
    key = {"provider": provider["provider"], "criterion": criterion["criterion"]}
    return float(world.row("scores", **key, region=None, family=None)["score"])


def weighted_score(world: World, provider: Row) -> float:
    """A partner's mean score, weighted by the weights of the criteria asked of it."""
    criteria = asked(world, provider)
    points = sum(row["weight"] * general_score(world, provider, row) for row in criteria)
    return float(points / sum(row["weight"] for row in criteria))


def good_enough(world: World, provider: Row) -> bool:
    """Whether a provider's quality lets it be engaged; only partners are looked at."""
    if provider["kind"] not in PARTNERS or not asked(world, provider):
        return True
    least = world.scenario.min_provider_score
    if least is not None and weighted_score(world, provider) < least - 1e-9:
        return False
    return all(
        criterion["minimum"] is None or general_score(world, provider, criterion) >= criterion["minimum"]
        for criterion in asked(world, provider)
    )


def engageable(world: World) -> list[str]:
    """Providers that may be engaged."""
    return [
        row["provider"] for row in world.tables["providers"] if row["engage"] != "excluded" and good_enough(world, row)
    ]


def engagements(world: World) -> Iterator[list[str]]:
    """Every allowed set of engaged providers."""
    allowed = engageable(world)
    required = {row["provider"] for row in world.rows("providers", engage="required")}
    most = world.scenario.max_providers
    for chosen in combinations((True, False), repeat=len(allowed)):
        engaged = [provider for provider, taken in zip(allowed, chosen, strict=True) if taken]
        if required <= set(engaged) and (most is None or len(engaged) <= most):
            yield engaged


def engagement_cost(world: World, engaged: list[str]) -> float:
    """Fixed costs of engaged providers, with what closing their readiness gaps costs a year."""
    cost = sum(world.row("providers", provider=provider)["fixed_cost"] for provider in engaged)
    for gap in world.tables["readiness"]:
        if gap["provider"] in engaged and gap["actual"] < gap["required"]:
            years = world.row("providers", provider=gap["provider"])["contract_years"]
            cost += gap["cost_to_close"] * (1 if years is None else annuity(world.discount_rate, years, 0.0))
    return float(cost)


@dataclass(frozen=True)
class Task:
    """A volume to deliver, with fixed costs outside delivery, and what to maximize.

    `floor` names an amount and its least value, for a second stage; `more` are rules beyond the scenario's."""

    volume: Volume
    fixed_cost: float
    mean_margin: float
    objective: str
    floor: tuple[str, float] | None = None
    more: tuple[Callable[[World, Flow], list[Linear]], ...] = ()


def solve(world: World, task: Task, payments: dict[str, Payment], fixed: float, fulfilment: float) -> float | None:
    """Optimum for given engaged providers, payment pieces and policies; None if nothing is feasible."""
    flow = flows(world, task.volume, list(payments))
    if flow is None:
        return None
    money = amounts(world, task.volume, flow, fixed, fulfilment, task.mean_margin, list(payments))
    at_least_zero = [
        *provider_rules(world, flow, list(payments)),
        *service_rules(world, flow),
        *least_margins(world, money),
        *payment_rules(world, flow, payments),
        *(rule for rules in task.more for rule in rules(world, flow)),
    ]
    if task.floor:
        at_least_zero.append(plus((1.0, money[task.floor[0]]), (-1.0, {"": task.floor[1]})))
    upper = {(work, provider): share * task.volume.cases[work] for (work, provider), share in flow.items()}
    sums: dict[object, Linear] = {}
    for work, provider in flow:
        sums.setdefault(work, {"": -task.volume.cases[work]})[work, provider] = 1.0
    return maximum(money[task.objective], at_least_zero, list(sums.values()), upper)


def payment_rules(world: World, flow: Flow, payments: dict[str, Payment]) -> list[Linear]:
    """Each provider is paid its commitment at least, and its piece's line; its case cost lies in the piece."""
    rules: list[Linear] = []
    for provider, piece in payments.items():
        cost: Linear = {(work, j): cost_per_case(world, work, provider) for work, j in flow if j == provider}
        pay: Linear = {provider: 1.0}
        rules.append(plus((1.0, pay), (-piece.slope, cost), (-1.0, {"": piece.intercept})))
        rules.append(plus((1.0, pay), (-1.0, {"": piece.least})))
        rules.append(plus((1.0, cost), (-1.0, {"": piece.above})))
        if piece.upto < inf:
            rules.append(plus((1.0, {"": piece.upto}), (-1.0, cost)))
    return rules


def relaxed_optimum(world: World, task: Task) -> float | None:
    """Bound on `best_delivery`: everybody engaged for nothing, the deepest discount throughout, cheapest parts."""
    if not turnaround_possible(world, task.volume):
        return None
    payments = {
        provider: Payment(0.0, inf, 0.0, min(piece.slope for piece in payment_pieces(world, provider)), 0.0)
        for provider in engageable(world)
    }
    return solve(world, task, payments, task.fixed_cost, 0.0)


def best_delivery(world: World, task: Task, relaxed: float = inf, best: float | None = None) -> float | None:
    """Optimum over providers engaged, discount brackets, policies and flows; None if nothing is feasible.

    Given the `relaxed` optimum and a value `best` already found, the larger of `best` and the optimum is returned,
    and ways that cannot beat it are left out: what engaging costs is not yet in the relaxed margin."""
    fulfilment = least_fulfilment_cost(world, task.volume)
    if fulfilment is None:
        return None
    for engaged in engagements(world):
        engaging = engagement_cost(world, engaged)
        fixed = task.fixed_cost + engaging
        if best is not None and task.objective.endswith("margin") and relaxed - fulfilment - engaging <= best:
            continue
        for pieces in combinations(*(payment_pieces(world, provider) for provider in engaged)):
            found = solve(world, task, dict(zip(engaged, pieces, strict=True)), fixed, fulfilment)
            if found is not None and (best is None or found > best):
                best = found
    return best
