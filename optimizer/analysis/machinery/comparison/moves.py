"""What moves from one plan to another, in words."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from models.decisions import DECISION_KINDS
from models.plan import Plan

MOST_MENUS = 6
"""Changes of menus that are named; the rest is counted."""


def structure_moves(first: Plan, second: Plan) -> list[str]:
    """Tiers, models, products and providers that come and go: `+ tier platinum`, `- provider Orbis`."""
    moves = []
    for kind in DECISION_KINDS.values():
        before, after = (set(getattr(plan.decisions, kind.listed)) for plan in (first, second))
        moves += [f"+ {kind.word} {name}" for name in sorted(after - before)]
        moves += [f"- {kind.word} {name}" for name in sorted(before - after)]
    return moves


def menu_moves(first: Plan, second: Plan) -> list[str]:
    """Options of price books that come, go or change: `clinics gold: warranty 0.08 -> warranty 0.09`."""
    keys = ["price_book", "tier"]
    both = first.menus.merge(second.menus, on=keys, how="outer", suffixes=("", "_new"), indicator="side")
    return list(_menu_changes(both.sort_values(keys, kind="stable")))


def _menu_changes(both: pd.DataFrame) -> Iterator[str]:
    for row in both.to_dict("records"):
        place = f"{row['price_book']} {row['tier']}"
        before = "" if row["side"] == "right_only" else f"{row['model']} {row['price']:.6g}"
        after = "" if row["side"] == "left_only" else f"{row['model_new']} {row['price_new']:.6g}"
        if before and after and before != after:
            yield f"{place}: {before} -> {after}"
        elif before != after:
            yield f"+ {place}: {after}" if after else f"- {place}: {before}"


def moves(first: Plan, second: Plan) -> str:
    """Everything that moves, in one line; blank where nothing does."""
    menus = menu_moves(first, second)
    more = [f"and {len(menus) - MOST_MENUS} more changes of menus"] if len(menus) > MOST_MENUS else []
    return "; ".join([*structure_moves(first, second), *menus[:MOST_MENUS], *more])
