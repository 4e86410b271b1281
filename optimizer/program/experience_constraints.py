"""Rules on what customers experience: satisfaction, promises kept, over-delivery.

Cases that may be left unserved (`Formulation.unserved`) count with CSAT 0 and as late; the cap on over-delivery looks
at what is served.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..lp.expressions import Expression, Row, combine
from .formulation import Formulation

Rows = Iterator[Row]


@dataclass(frozen=True)
class TierWork:
    """The work of a tier in a region that one mean is about."""

    tier: int
    scope: str
    at: list[int]
    """Positions of its routes."""
    served: Expression
    unserved: Expression
    """Cases."""

    def share_of_all(self, share: float) -> Expression:
        """A share of all cases, served or not."""
        return combine([(self.served, share), (self.unserved, share)])


def means(program: Formulation, keep: Callable[[int], bool]) -> Iterator[TierWork]:
    """The work of every (tier, region) that has some in work classes that `keep` accepts."""
    instance = program.instance
    groups: dict[tuple[int, int], list[int]] = {}
    for w in program.classes:
        if keep(w):
            key = int(instance.classes.tier[w]), int(instance.classes.region[w])
            groups.setdefault(key, []).append(w)
    for (tier, region), classes in sorted(groups.items()):
        at = [i for w in classes for i in instance.routes.by_class.get(w, [])]
        if at or program.may_leave_work:
            scope = f"{instance.catalog.tiers[tier]}, {instance.catalog.regions[region]}"
            served, unserved = program.delivered([1.0] * len(at), at), program.undone([1.0] * len(classes), classes)
            yield TierWork(tier, scope, at, served, unserved)


class CsatFloor:
    """Mean satisfaction of a tier in a region has a floor: sum_wj csat_wj * x_wj >= csat_floor_t * sum_wj x_wj."""

    name = "csat_floor"

    def rows(self, program: Formulation) -> Rows:
        """One row per tier and region with work."""
        floors = program.instance.catalog.tier_table["csat_floor"].to_numpy(dtype=float)
        csat = program.instance.routes.csat
        for work in means(program, lambda _: True):
            left = program.delivered(csat[work.at], work.at)
            yield Row(work.scope, left, ">=", work.share_of_all(float(floors[work.tier])))


class MaxCsatOverTarget:
    """Mean satisfaction is capped: sum_wj csat_wj * x_wj <= (csat_target_t + max_csat_over_target) * sum_wj x_wj."""

    name = "max_csat_over_target"

    def rows(self, program: Formulation) -> Rows:
        """One row per tier and region with work."""
        over = program.instance.scenario.max_csat_over_target
        if over is None:
            return
        targets = program.instance.catalog.tier_table["csat_target"].to_numpy(dtype=float)
        csat = program.instance.routes.csat
        for work in means(program, lambda _: True):
            right = combine([(work.served, float(targets[work.tier]) + over)])
            yield Row(work.scope, program.delivered(csat[work.at], work.at), "<=", right)


class Attainment:
    """Cases are answered in time on average: sum_wj attainment_wj * x_wj >= min_attainment_t * sum_wj x_wj.

    The sums are over response-clock cases of a tier in a region; `attainment_wj = 1 - exp(-D / rho_j)`.
    """

    name = "min_attainment"

    def rows(self, program: Formulation) -> Rows:
        """One row per tier and region with response-clock work, where the tier promises a share."""
        instance = program.instance
        floors = instance.catalog.tier_table["min_attainment"].to_numpy(dtype=float)
        clock = instance.catalog.on_response_clock
        for work in means(program, lambda w: bool(clock[instance.classes.service[w]])):
            if floors[work.tier] > 0:
                left = program.delivered(instance.routes.attainment[work.at], work.at)
                yield Row(work.scope, left, ">=", work.share_of_all(float(floors[work.tier])))
