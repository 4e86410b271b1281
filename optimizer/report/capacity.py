"""How much of what providers can do the plan uses, and what lies idle."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..assurance.result import Result
from .price_lists import PriceLists
from .rounded import about_percent, count

LEAST_IDLE = 0.1
"""Share of the capacity from which idle hours are told of."""


def capacities(lists: PriceLists) -> pd.Series | None:
    """Hours a year that each provider of the case can work, by name; None where the case is not known."""
    if lists.case is None:
        return None
    providers = lists.words.labels.in_table(lists.case.tables["providers"][["provider", "capacity_hours"]])
    return providers.set_index("provider")["capacity_hours"]


def use_of_capacity(result: Result, lists: PriceLists) -> pd.DataFrame:
    """Engaged providers, the one with most hours first: provider, hours, case cost a year; capacity and idle hours,
    which are NaN where the case is not known."""
    work = result.allocation.groupby("provider")[["hours", "cost"]].sum()
    engaged = [*work.index, *(name for name in result.decided.decisions.providers if name not in work.index)]
    rows = work.reindex(engaged, fill_value=0.0).rename_axis("provider").reset_index()
    known = capacities(lists)
    rows["capacity"] = float("nan") if known is None else rows["provider"].map(known).astype(float)
    rows["idle"] = (rows["capacity"] - rows["hours"]).clip(lower=0.0)
    return rows.sort_values("hours", ascending=False, kind="stable", ignore_index=True)


def idle_sentences(result: Result, lists: PriceLists) -> Iterator[str]:
    """What lies idle of the capacity of those engaged, and with whom most."""
    rows = use_of_capacity(result, lists).dropna(subset="capacity")
    whole, idle = float(rows["capacity"].sum()), float(rows["idle"].sum())
    if not whole > 0 or idle < LEAST_IDLE * whole:
        return
    most = rows.to_dict("records")[int(rows["idle"].to_numpy().argmax())]
    told = f"Idle: {count(idle)} hours a year, {about_percent(idle / whole)} of what those engaged can do"
    yield f"{told}; most at {most['provider']} ({about_percent(float(most['idle'] / most['capacity']))} of its own)."
