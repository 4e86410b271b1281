"""Rules on how a plan is written: names, rows and signs. What is unknown is left out of the other checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.case import Case
from models.decisions import DECISION_KINDS
from models.plan import PLAN_TABLES, Decisions, Plan
from models.plan_tables import FLAGS, NUMBERS

from ..accounting.demand import Demand
from ..accounting.rows import Matched, Rows
from ..accounting.work import WORK_CLASS
from .ledger import Ledger, scopes

_KEYS: Mapping[str, tuple[str, ...]] = {
    "coverage": ("price_book", "product"),
    "uptake": ("segment", "customer_class", "product", "tier", "model", "price"),
    "allocation": (*WORK_CLASS, "provider"),
    "fulfilment": ("product", "tier", "policy"),
    "experience": ("tier", "region", "metric"),
}


@dataclass(frozen=True)
class PlanRows:
    """What a plan decides and the rows of its tables."""

    decisions: Decisions
    menus: Rows
    coverage: Rows
    uptake: Rows
    allocation: Rows
    fulfilment: Rows
    experience: Rows


def names_of(case: Case) -> Mapping[str, frozenset[str]]:
    """Every name that each key column of a plan may hold."""
    tables = case.tables
    sources = {
        "price_book": ("segments", "price_book"),
        "segment": ("segments", "segment"),
        "customer_class": ("customer_classes", "customer_class"),
        "product": ("products", "product"),
        "family": ("products", "family"),
        "tier": ("tiers", "tier"),
        "model": ("pricing_models", "model"),
        "service": ("services", "service"),
        "provider": ("providers", "provider"),
        "policy": ("fulfilment", "policy"),
    }
    names = {column: frozenset(tables[table][key]) for column, (table, key) in sources.items()}
    regions = case.columns("accounts").categorical("region").known.to_pylist()
    return names | {
        "region": frozenset(regions),
        "metric": frozenset({"csat", "csat_over_target", "attainment", "turnaround_hours"}),
    }


_ALSO: Mapping[tuple[str, str], frozenset[str]] = {
    ("uptake", "customer_class"): frozenset({"contract"}),
    ("uptake", "tier"): frozenset({"none"}),
    ("uptake", "model"): frozenset({""}),
    ("allocation", "model"): frozenset({""}),
    ("experience", "region"): frozenset({""}),
}


def with_types(plan: Plan) -> PlanRows:
    """The plan's rows with numbers as float64 and flags as bool; an empty table has no types yet."""
    tables = {}
    for name, columns in PLAN_TABLES.items():
        rows = Rows.of(getattr(plan, name))
        types = {column: bool if column in FLAGS else float for column in columns if column in FLAGS | NUMBERS}
        tables[name] = rows.assign(**{column: rows[column].astype(kind) for column, kind in types.items()})
    return PlanRows(decisions=plan.decisions, **tables)


def known_part(ledger: Ledger, case: Case, plan: PlanRows) -> PlanRows:
    """The plan without the rows that name what the case does not have; writes those names down."""
    names = names_of(case)
    unknown = list(_unknown_decisions(plan.decisions, names))
    kept: dict[str, Rows] = {}
    for name in PLAN_TABLES:
        rows: Rows = getattr(plan, name)
        known = np.ones(len(rows), dtype=bool)
        for column in rows.columns:
            if column in names:
                right = rows.named(column, names[column] | _ALSO.get((name, column), frozenset()))
                unknown += [f"{name}.{column}={value}" for value in pd.unique(rows[column][~right])]
                known &= right
        kept[name] = rows if known.all() else rows.where(known)
    ledger.none("names", "every table and decision", unknown)
    return PlanRows(decisions=plan.decisions, **kept)


def _unknown_decisions(decided: Decisions, names: Mapping[str, frozenset[str]]) -> Iterator[str]:
    for kind in DECISION_KINDS.values():
        for name in getattr(decided, kind.listed):
            if name not in names[kind.name]:
                yield f"decisions.{kind.listed}={name}"


def check_rows(ledger: Ledger, demand: Demand, plan: PlanRows) -> None:
    """No row and no decision twice; coverage is of exactly what price books hold, and menus are of those with units."""
    odd = [f"decisions.{part} twice: {name}" for part, names in vars(plan.decisions).items() for name in _twice(names)]
    for name, keys in _KEYS.items():
        rows: Rows = getattr(plan, name)
        odd += [f"{name} twice: {text}" for text in scopes(rows.where(rows.repeated(keys)), *keys)]
    pair = ["price_book", "product"]
    both = Matched.of(plan.coverage.distinct(pair), demand.holdings, pair)
    odd += [f"coverage missing: {text}" for text in scopes(both.keys.where(both.only_right), *pair)]
    odd += [f"coverage without units: {text}" for text in scopes(both.keys.where(both.only_left), *pair)]
    idle = plan.menus.where(~plan.menus.among(demand.holdings, ["price_book"]))
    odd += [f"menus without units: {text}" for text in scopes(idle, "price_book", "tier")]
    ledger.none("rows", "every table and decision", odd)


def _twice(names: tuple[str, ...]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def check_amounts(ledger: Ledger, plan: PlanRows) -> None:
    """Prices are finite; cases are not negative."""
    menus = plan.menus.where(~np.isfinite(plan.menus["price"]))
    odd = [f"menus.price: {text}" for text in scopes(menus, "price_book", "tier", "model")]
    for name in ("allocation", "fulfilment"):
        rows: Rows = getattr(plan, name)
        wrong = rows.where(~(rows["cases"] >= 0))
        odd += [f"{name}.cases: {text}" for text in scopes(wrong, *_KEYS[name])]
    ledger.none("amounts", "menus, allocation, fulfilment", odd)
