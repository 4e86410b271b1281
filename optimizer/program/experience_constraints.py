"""Rules on what customers experience: satisfaction, promises kept, over-delivery."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..lp.expressions import Row
from .formulation import Formulation

Rows = Iterator[Row]


def means(program: Formulation, keep: Callable[[int], bool]) -> Iterator[tuple[int, str, list[int]]]:
    """(tier, scope, positions of routes) of every (tier, region) with work classes that `keep` accepts."""
    instance = program.instance
    groups: dict[tuple[int, int], list[int]] = {}
    for w in program.classes:
        if keep(w):
            key = int(instance.classes.tier[w]), int(instance.classes.region[w])
            groups.setdefault(key, []).extend(instance.routes.by_class.get(w, []))
    for (tier, region), at in sorted(groups.items()):
        if at:
            yield tier, f"{instance.catalog.tiers[tier]}, {instance.catalog.regions[region]}", at


class CsatFloor:
    """Mean satisfaction of a tier in a region has a floor: sum_wj csat_wj * x_wj >= csat_floor_t * sum_wj x_wj."""

    name = "csat_floor"

    def rows(self, program: Formulation) -> Rows:
        """One row per tier and region with work."""
        floors = program.instance.catalog.tier_table["csat_floor"].to_numpy(dtype=float)
        csat = program.instance.routes.csat
        for tier, scope, at in means(program, lambda _: True):
            right = program.delivered([float(floors[tier])] * len(at), at)
            yield Row(scope, program.delivered(csat[at], at), ">=", right)


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
        for tier, scope, at in means(program, lambda _: True):
            right = program.delivered([float(targets[tier]) + over] * len(at), at)
            yield Row(scope, program.delivered(csat[at], at), "<=", right)


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
        for tier, scope, at in means(program, lambda w: bool(clock[instance.classes.service[w]])):
            if floors[tier] > 0:
                right = program.delivered([float(floors[tier])] * len(at), at)
                yield Row(scope, program.delivered(instance.routes.attainment[at], at), ">=", right)
