"""Rules on how a plan is written: names, rows and signs. What is unknown is left out of the other checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from models.case import Case
from models.plan import PLAN_TABLES, Plan
from models.plan_tables import FLAGS, NUMBERS

from .demand import Demand
from .ledger import Ledger, scopes
from .work import WORK_CLASS

_KEYS: Mapping[str, tuple[str, ...]] = {
    "coverage": ("price_book", "product"),
    "uptake": ("segment", "customer_class", "product", "tier", "model", "price"),
    "allocation": (*WORK_CLASS, "provider"),
    "fulfilment": ("product", "tier", "policy"),
    "experience": ("tier", "region", "metric"),
}


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
    regions = case.columns("accounts").words("region").known.to_pylist()
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


def with_types(plan: Plan) -> Plan:
    """The plan with numbers as float64, flags as bool and rows numbered from 0; an empty table has no types yet."""
    tables = {}
    for name, columns in PLAN_TABLES.items():
        types = {column: bool if column in FLAGS else float for column in columns if column in FLAGS | NUMBERS}
        tables[name] = getattr(plan, name).astype(types).reset_index(drop=True)
    return Plan(decisions=plan.decisions, kpis=plan.kpis, **tables)


def known_part(ledger: Ledger, case: Case, plan: Plan) -> Plan:
    """The plan without the rows that name what the case does not have; writes those names down."""
    names = names_of(case)
    unknown = list(_unknown_decisions(plan, names))
    kept: dict[str, pd.DataFrame] = {}
    for name in PLAN_TABLES:
        table = getattr(plan, name)
        known = pd.Series(True, table.index)
        for column in table.columns.intersection(list(names)):
            strange = ~table[column].isin(names[column] | _ALSO.get((name, column), frozenset()))
            unknown += [f"{name}.{column}={value}" for value in table.loc[strange, column].drop_duplicates()]
            known &= ~strange
        kept[name] = table[known].reset_index(drop=True)
    ledger.none("names", "every table and decision", unknown)
    return Plan(decisions=plan.decisions, kpis=plan.kpis, **kept)


def _unknown_decisions(plan: Plan, names: Mapping[str, frozenset[str]]) -> Iterator[str]:
    columns = {"tiers": "tier", "models": "model", "products": "product", "providers": "provider"}
    for part, column in columns.items():
        for name in getattr(plan.decisions, part):
            if name not in names[column]:
                yield f"decisions.{part}={name}"


def check_rows(ledger: Ledger, demand: Demand, plan: Plan) -> None:
    """No row and no decision twice; coverage has exactly the products that each price book holds."""
    odd = [f"decisions.{part} twice: {name}" for part, names in vars(plan.decisions).items() for name in _twice(names)]
    for name, keys in _KEYS.items():
        table = getattr(plan, name)
        again = table[table.duplicated(list(keys))]
        odd += [f"{name} twice: {text}" for text in scopes(again, *keys)]
    pairs = ["price_book", "product"]
    both = plan.coverage[pairs].drop_duplicates().merge(demand.holdings, on=pairs, how="outer", indicator="side")
    odd += [f"coverage missing: {text}" for text in scopes(both[both["side"] == "right_only"], *pairs)]
    odd += [f"coverage without units: {text}" for text in scopes(both[both["side"] == "left_only"], *pairs)]
    ledger.none("rows", "every table and decision", odd)


def _twice(names: tuple[str, ...]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def check_amounts(ledger: Ledger, plan: Plan) -> None:
    """Prices are finite; cases are not negative."""
    menus = plan.menus[~np.isfinite(plan.menus["price"])]
    odd = [f"menus.price: {text}" for text in scopes(menus, "price_book", "tier", "model")]
    for name in ("allocation", "fulfilment"):
        table = getattr(plan, name)
        wrong = table[~(table["cases"] >= 0)]
        odd += [f"{name}.cases: {text}" for text in scopes(wrong, *_KEYS[name])]
    ledger.none("amounts", "menus, allocation, fulfilment", odd)
