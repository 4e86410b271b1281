"""Rules on what customers experience: satisfaction, promises kept, over-delivery."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..lp.expressions import Row
from .formulation import Formulation

Rows = Iterator[Row]


def means(program: Formulation, keep: Callable[[int], bool]) -> Iterator[tuple[int, str, list[int]]]:
    """(tier, scope, positions of routes) of every (tier, region) with work classes that `keep` accepts."""
    setting = program.setting
    groups: dict[tuple[int, int], list[int]] = {}
    for w in program.classes:
        if keep(w):
            key = int(setting.classes.tier[w]), int(setting.classes.region[w])
            groups.setdefault(key, []).extend(setting.routes.by_class.get(w, []))
    for (tier, region), at in sorted(groups.items()):
        if at:
            yield tier, f"{setting.catalog.tiers[tier]}, {setting.catalog.regions[region]}", at


class CsatFloor:
    """Case-weighted mean CSAT of a tier in a region >= csat_floor: sum x csat >= floor x sum x."""

    name = "csat_floor"

    def rows(self, program: Formulation) -> Rows:
        """One row per tier and region with work."""
        floors = program.setting.catalog.tier_table["csat_floor"].to_numpy(dtype=float)
        csat = program.setting.routes.csat
        for tier, scope, at in means(program, lambda _: True):
            right = program.delivered([float(floors[tier])] * len(at), at)
            yield Row(scope, program.delivered(csat[at], at), ">=", right)


class MaxCsatOverTarget:
    """Case-weighted mean CSAT of a tier in a region <= csat_target + max_csat_over_target."""

    name = "max_csat_over_target"

    def rows(self, program: Formulation) -> Rows:
        """One row per tier and region with work."""
        over = program.setting.scenario.max_csat_over_target
        if over is None:
            return
        targets = program.setting.catalog.tier_table["csat_target"].to_numpy(dtype=float)
        csat = program.setting.routes.csat
        for tier, scope, at in means(program, lambda _: True):
            right = program.delivered([float(targets[tier]) + over] * len(at), at)
            yield Row(scope, program.delivered(csat[at], at), "<=", right)


class Attainment:
    """Case-weighted mean attainment of a tier's response-clock cases in a region >= min_attainment."""

    name = "min_attainment"

    def rows(self, program: Formulation) -> Rows:
        """One row per tier and region with response-clock work, where the tier promises a share."""
        setting = program.setting
        floors = setting.catalog.tier_table["min_attainment"].to_numpy(dtype=float)
        clock = setting.catalog.on_response_clock
        for tier, scope, at in means(program, lambda w: bool(clock[setting.classes.service[w]])):
            if floors[tier] > 0:
                right = program.delivered([float(floors[tier])] * len(at), at)
                yield Row(scope, program.delivered(setting.routes.attainment[at], at), ">=", right)
