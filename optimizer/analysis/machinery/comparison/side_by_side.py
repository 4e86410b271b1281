"""Plans side by side as tidy tables: a row per plan and thing compared, with the change against the first plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

import numpy as np
import pandas as pd

from models.decisions import DECISION_KINDS
from models.plan import KPI_UNIT, KPIS, Plan, kpi_unit

from .bridge import CHANGE_ROUNDING

PlansByName = Mapping[str, Plan]
"""Plans by the name they go by; the first is the one the others are compared with."""

LEAST_UNITS = 1e-12
"""Least divisor of a share of units, so that it is 0 where a cohort holds none."""

_KINDS = {kind.word: kind.listed for kind in DECISION_KINDS.values()}

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "kpis": {
        "kpi": "amount or share, as in plan.json",
        "plan": "plan",
        "unit": KPI_UNIT,
        "value": "value, in `unit`; blank where a share has no denominator",
        "change": "value less that of the first plan, in `unit`",
    },
    "decisions": {
        "kind": "tier, pricing model, product or provider",
        "name": "its name",
        "plan": "plan",
        "chosen": "whether the plan offers, uses, supports or engages it",
        "change": "against the first plan: added, dropped or blank",
    },
    "menus": {
        "price_book": "price book",
        "tier": "tier",
        "plan": "plan",
        "model": "pricing model; blank where the tier is not on the menu",
        "price": "price, in the unit of the pricing model; blank where the tier is not on the menu",
        "change": "against the first plan: added, dropped, model, price or blank",
    },
    "coverage": {
        "price_book": "price book",
        "product": "product that it holds",
        "plan": "plan",
        "covered": "whether the price book's menu is open to it",
        "change": "against the first plan: added, dropped or blank",
    },
    "shares": {
        "segment": "segment",
        "tier": "tier, or none",
        "plan": "plan",
        "units": "units, contracts in force included",
        "share": "share of the segment's units, 0..1",
        "change": "share less that of the first plan",
    },
    "providers": {
        "provider": "provider",
        "plan": "plan",
        "cases": "cases a year",
        "hours": "hours of work a year",
        "cost": "case cost before discounts and commitments, currency a year",
        "share": "share of all cases, 0..1",
        "change": "share less that of the first plan",
    },
    "experience": {
        "tier": "tier",
        "region": "region; blank where every region counts together",
        "metric": "csat and csat_over_target (points), attainment (share), turnaround_hours (hours)",
        "plan": "plan",
        "value": "what is delivered, in the metric's unit; blank where the plan delivers none",
        "limit": "floor, promise or cap, in the metric's unit; blank for none",
        "change": "value less that of the first plan, in the metric's unit",
    },
}
"""Meaning and unit of each column of each table."""


def side_by_side(plans: PlansByName, currency: str) -> dict[str, pd.DataFrame]:
    """Every table of `COLUMNS`."""
    return {
        "kpis": _kpis(plans, currency),
        "decisions": _decisions(plans),
        "menus": _menus(plans),
        "coverage": _coverage(plans),
        "shares": _shares(plans),
        "providers": _providers(plans),
        "experience": _experience(plans),
    }


def overview(plans: PlansByName, currency: str) -> pd.DataFrame:
    """KPIs with a column for each plan."""
    values = {name: [plan.kpis[kpi] for kpi in KPIS] for name, plan in plans.items()}
    units = [kpi_unit(kpi, currency) for kpi in KPIS]
    return pd.DataFrame({"kpi": KPIS, "unit": units, **values}).astype(dict.fromkeys(values, float))


def _stacked(plans: PlansByName, table: Callable[[Plan], pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    """The table of every plan, with a row for each plan and each key that any of them has."""
    tables = {name: table(plan).set_index(keys) for name, plan in plans.items()}
    index = reduce(lambda left, right: left.union(right, sort=None), (frame.index for frame in tables.values()))
    rows = [frame.reindex(index).assign(plan=name).reset_index() for name, frame in tables.items()]
    every = pd.concat(rows, ignore_index=True)
    order = {name: place for place, name in enumerate(plans)}
    by_rank = every.assign(rank=every["plan"].map(order)).sort_values([*keys, "rank"], kind="stable", ignore_index=True)
    return by_rank.drop(columns="rank")


def _with_change(rows: pd.DataFrame, plans: PlansByName, column: str) -> pd.DataFrame:
    """The rows with a column's change against the first plan; rows lie in groups of one for each plan."""
    values = rows[column].to_numpy(dtype=float)
    change = values - np.repeat(values[:: len(plans)], len(plans))
    return rows.assign(change=np.where(np.abs(change) <= CHANGE_ROUNDING * np.abs(values), 0.0, change))


def _switched(rows: pd.DataFrame, plans: PlansByName, flag: str) -> pd.DataFrame:
    """The rows with `added`, `dropped` or a blank against the first plan."""
    now = rows[flag].eq(True).to_numpy(dtype=bool)
    first = np.repeat(now[:: len(plans)], len(plans))
    change = np.select([now & ~first, first & ~now], ["added", "dropped"], "")
    return rows.assign(**{flag: now, "change": change})


def _laid_out(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    return rows[list(COLUMNS[name])]


def _kpis(plans: PlansByName, currency: str) -> pd.DataFrame:
    wide = overview(plans, currency)
    rows = wide.melt(["kpi", "unit"], var_name="plan", ignore_index=False).sort_index(kind="stable")
    return _laid_out(_with_change(rows.reset_index(drop=True), plans, "value"), "kpis")


def _decisions(plans: PlansByName) -> pd.DataFrame:
    def chosen(plan: Plan) -> pd.DataFrame:
        rows = [(kind, name, True) for kind, field in _KINDS.items() for name in getattr(plan.decisions, field)]
        return pd.DataFrame(rows, columns=["kind", "name", "chosen"])

    return _laid_out(_switched(_stacked(plans, chosen, ["kind", "name"]), plans, "chosen"), "decisions")


def _menus(plans: PlansByName) -> pd.DataFrame:
    rows = _stacked(plans, lambda plan: plan.menus, ["price_book", "tier"])
    rows = _switched(rows.assign(offered=rows["model"].notna()), plans, "offered")
    first = rows.iloc[np.repeat(np.arange(0, len(rows), len(plans)), len(plans))].reset_index(drop=True)
    kept = rows["offered"] & first["offered"]
    moved = np.where(rows["model"] != first["model"], "model", np.where(rows["price"] != first["price"], "price", ""))
    rows = rows.assign(model=rows["model"].fillna(""), change=np.where(kept, moved, rows["change"]))
    return _laid_out(rows, "menus")


def _coverage(plans: PlansByName) -> pd.DataFrame:
    rows = _stacked(plans, lambda plan: plan.coverage, ["price_book", "product"])
    return _laid_out(_switched(rows, plans, "covered"), "coverage")


def _shares(plans: PlansByName) -> pd.DataFrame:
    def taken(plan: Plan) -> pd.DataFrame:
        rows = plan.uptake.groupby(["segment", "tier"])[["units"]].sum().reset_index()
        held = rows.groupby("segment")["units"].transform("sum").to_numpy(dtype=float)
        return rows.assign(share=rows["units"] / np.maximum(held, LEAST_UNITS))

    rows = _stacked(plans, taken, ["segment", "tier"]).fillna({"units": 0.0, "share": 0.0})
    return _laid_out(_with_change(rows, plans, "share"), "shares")


def _providers(plans: PlansByName) -> pd.DataFrame:
    def done(plan: Plan) -> pd.DataFrame:
        work = plan.allocation.groupby("provider", as_index=False)[["cases", "hours", "cost"]].sum()
        idle = sorted(set(plan.decisions.providers) - set(work["provider"]))
        work = pd.concat([work, pd.DataFrame({"provider": idle, "cases": 0.0, "hours": 0.0, "cost": 0.0})])
        return work.assign(share=work["cases"] / max(work["cases"].sum(), 1.0))

    rows = _stacked(plans, done, ["provider"]).fillna(dict.fromkeys(["cases", "hours", "cost", "share"], 0.0))
    return _laid_out(_with_change(rows, plans, "share"), "providers")


def _experience(plans: PlansByName) -> pd.DataFrame:
    rows = _stacked(plans, lambda plan: plan.experience, ["tier", "region", "metric"])
    return _laid_out(_with_change(rows, plans, "value"), "experience")
