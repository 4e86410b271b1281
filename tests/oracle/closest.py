"""What comes closest to the rules: given menus, with every set of providers, bracket and policy, goal by goal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product as combinations

from .delivery import Task, engageable, engagement_cost, payment_rules
from .enumeration import Enumeration
from .fulfilment import Policies, cost, needed
from .linear import Linear, maximum, plus
from .menus import Menu
from .questions import everything_covered
from .rules import attainment_less, csat_less, provider_rules
from .settling import SMALLEST, Flow, Payment, amounts, payment_pieces, rate
from .volume import Volume, WorkClass
from .world import Row, World

HELD = 1e-7


@dataclass(frozen=True)
class Closest:
    """What each goal comes to."""

    unserved_hours: float
    shortfall: float
    margin: float


def teams(world: World) -> Iterator[list[str]]:
    """Every set that may be engaged: the required ones whatever their scores and number, others within the rules."""
    required = [row["provider"] for row in world.rows("providers", engage="required")]
    others = [provider for provider in engageable(world) if provider not in required]
    most = world.scenario.max_providers
    for chosen in combinations((True, False), repeat=len(others)):
        engaged = [*required, *(provider for provider, taken in zip(others, chosen, strict=True) if taken)]
        if most is None or len(engaged) <= max(most, len(required)):
            yield engaged


def possible(world: World, volume: Volume, engaged: list[str]) -> Flow:
    """Flows that exist, with the largest share of the class's cases; work that nobody can do has none."""
    return {
        (work, provider): row["max_share"]
        for work, cases in volume.cases.items()
        if cases > SMALLEST
        for provider in engaged
        if (row := rate(world, work, provider)) is not None
    }


class Goals:
    """The goals for one set of engaged providers, over flows, undone cases (by class) and what floors are missed by."""

    def __init__(self, world: World, task: Task, engaged: list[str]) -> None:
        self.world, self.task, self.engaged = world, task, engaged
        self.flow = possible(world, task.volume, engaged)
        self.classes = [work for work, cases in task.volume.cases.items() if cases > SMALLEST]
        self.upper: dict[object, float] = {key: share * task.volume.cases[key[0]] for key, share in self.flow.items()}
        self.undone: Linear = {}
        for work in self.classes:
            self.upper["undone", work] = task.volume.cases[work]
            self.undone["undone", work] = self._service(work)["hours_per_case"]
        self.floors, self.short = self._floors()

    def _service(self, work: WorkClass) -> Row:
        return self.world.row("services", service=work.service)

    def _floors(self) -> tuple[list[Linear], Linear]:
        """Attainment and CSAT of each tier and region, with what is missed; and the sum of what is missed."""
        rows: list[Linear] = []
        short: Linear = {}
        for name, region in sorted({(work.tier, work.region) for work in self.classes}):
            tier = self.world.row("tiers", tier=name)
            here = [work for work in self.classes if (work.tier, work.region) == (name, region)]
            csat = csat_less(self.world, self.flow, name, region, tier["csat_floor"])
            late = attainment_less(self.world, self.flow, name, region, tier["min_attainment"])
            left: Linear = {("undone", work): -tier["csat_floor"] for work in here}
            clock: Linear = {("undone", work): -tier["min_attainment"] for work in here
                             if self._service(work)["response_clock"]}  # fmt: skip
            for kind, weight, served, undone in (("csat", 0.01, csat, left), ("late", 1.0, late, clock)):
                rows.append(plus((1.0, served), (1.0, undone), (1.0, {(kind, name, region): 1.0})))
                short[kind, name, region] = weight
        return rows, short

    def _work(self) -> tuple[list[Linear], list[Linear]]:
        zero: list[Linear] = []
        for work in self.classes:
            row: Linear = {key: 1.0 for key in self.flow if key[0] == work}
            zero.append(plus((1.0, row), (1.0, {("undone", work): 1.0, "": -self.task.volume.cases[work]})))
        return provider_rules(self.world, self.flow, self.engaged), zero

    def least_undone(self) -> float:
        """Least hours of work that nobody does."""
        return self._least(self.undone, [])

    def least_short(self, undone: float) -> float:
        """Least shortfall at so many hours undone."""
        return self._least(self.short, [at_most(self.undone, undone), *self.floors])

    def _least(self, goal: Linear, more: list[Linear]) -> float:
        inside, zero = self._work()
        found = maximum(plus((-1.0, goal)), [*inside, *more], zero, self.upper)
        return float("inf") if found is None else -found

    def most_margin(self, undone: float, short: float, fulfilment: float) -> float | None:
        """Most margin at so many hours undone and so much missed, over the pieces of what providers are paid."""
        found = (self._margin(undone, short, fulfilment, dict(zip(self.engaged, pieces, strict=True)))
                 for pieces in combinations(*(payment_pieces(self.world, j) for j in self.engaged)))  # fmt: skip
        return max((margin for margin in found if margin is not None), default=None)

    def _margin(self, undone: float, short: float, fulfilment: float, payments: dict[str, Payment]) -> float | None:
        task, world = self.task, self.world
        fixed = task.fixed_cost + engagement_cost(world, self.engaged)
        money = amounts(world, task.volume, self.flow, fixed, fulfilment, task.mean_margin, self.engaged)
        margin = money["account_margin" if task.objective.startswith("account") else "service_margin"]
        if task.objective.startswith("account"):
            lost: Linear = {("undone", work): tier["loyalty_loss"] * tier["csat_target"] for work in self.classes
                            for tier in [world.row("tiers", tier=work.tier)]}  # fmt: skip
            margin = plus((1.0, margin), (-task.mean_margin, lost))
        inside, zero = self._work()
        held = [at_most(self.undone, undone), at_most(self.short, short), *self.floors]
        return maximum(margin, [*inside, *held, *payment_rules(world, self.flow, payments)], zero, self.upper)


def at_most(goal: Linear, value: float) -> Linear:
    """A goal held for the next."""
    return plus((-1.0, goal), (1.0, {"": value + HELD * max(1.0, value)}))


def parts_cost(world: World, volume: Volume) -> float | None:
    """Least cost of parts: a tier's promise is kept where that can be, else each product has one of its quickest."""
    pairs = needed(volume)
    quickest = {
        pair: min((row["turnaround_hours"] for row in world.rows("fulfilment", product=pair[0])), default=0.0)
        for pair in pairs
    }
    best: float | None = None
    for rows in combinations(*(world.rows("fulfilment", product=product) for product, _ in pairs)):
        policies = dict(zip(pairs, rows, strict=True))
        if all(in_time(world, volume, policies, quickest, tier) for tier in {tier for _, tier in pairs}):
            money = cost(volume, policies)
            best = money if best is None else min(best, money)
    return best


def in_time(
    world: World, volume: Volume, policies: Policies, quickest: Mapping[tuple[str, str], float], tier: str
) -> bool:
    """Whether a tier's policies keep its promise or, where none do, are the quickest."""
    promise = world.row("tiers", tier=tier)["turnaround_hours"]
    if promise is None:
        return True
    mine = [pair for pair in policies if pair[1] == tier]
    promised = sum(volume.parts[pair] * promise for pair in mine)
    least = sum(volume.parts[pair] * quickest[pair] for pair in mine)
    taken = sum(volume.parts[pair] * policies[pair]["turnaround_hours"] for pair in mine)
    room = 1e-9 * max(1.0, promised)
    return (
        taken <= promised + room
        if least <= promised + room
        else all(policies[pair]["turnaround_hours"] == quickest[pair] for pair in mine)
    )


def closest(world: World, menus: Mapping[str, Menu]) -> Closest | None:
    """What given menus come to when they come closest to the rules; None where parts have no policy."""
    enumeration = Enumeration(world)
    task = everything_covered(enumeration, menus)
    fulfilment = parts_cost(world, task.volume)
    if fulfilment is None:
        return None
    goals = [Goals(world, task, engaged) for engaged in teams(world)]
    undone = min(goal.least_undone() for goal in goals)
    short = min(goal.least_short(undone) for goal in goals)
    margins = (goal.most_margin(undone, short, fulfilment) for goal in goals)
    return Closest(undone, short, max(margin for margin in margins if margin is not None))
