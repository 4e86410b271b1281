"""Rules on how a plan is written: names, rows and signs. What is unknown is left out of the other checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from models.case import Case
from models.plan import Plan

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
_METRICS = frozenset({"csat", "csat_over_target", "attainment", "turnaround_hours"})


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
        "region": ("accounts", "region"),
        "policy": ("fulfilment", "policy"),
    }
    return {column: frozenset(tables[table][key]) for column, (table, key) in sources.items()}


_ALSO: Mapping[tuple[str, str], frozenset[str]] = {
    ("uptake", "customer_class"): frozenset({"contract"}),
    ("uptake", "tier"): frozenset({"none"}),
    ("uptake", "model"): frozenset({""}),
    ("allocation", "model"): frozenset({""}),
    ("experience", "region"): frozenset({""}),
}


def known_part(ledger: Ledger, case: Case, plan: Plan) -> Plan:
    """The plan without the rows that name what the case does not have; writes those down."""
    names = names_of(case)
    kept: dict[str, pd.DataFrame] = {}
    for name in ("menus", "coverage", "uptake", "allocation", "fulfilment", "experience"):
        table = getattr(plan, name).reset_index(drop=True)
        known = pd.Series(True, table.index)
        for column in table.columns.intersection([*names, "metric"]):
            allowed = _METRICS if column == "metric" else names[column] | _ALSO.get((name, column), frozenset())
            strange = ~table[column].isin(allowed)
            offenders = table.loc[strange, column].drop_duplicates()
            ledger.none("names", f"{name}.{column}", (f"{name}.{column}={value}" for value in offenders))
            known &= ~strange
        kept[name] = table[known].reset_index(drop=True)
    ledger.none("names", "decisions", _unknown_decisions(plan, names))
    return Plan(decisions=plan.decisions, kpis=plan.kpis, **kept)


def _unknown_decisions(plan: Plan, names: Mapping[str, frozenset[str]]) -> Iterator[str]:
    columns = {"tiers": "tier", "models": "model", "products": "product", "providers": "provider"}
    for part, column in columns.items():
        for name in getattr(plan.decisions, part):
            if name not in names[column]:
                yield f"decisions.{part}={name}"


def check_rows(ledger: Ledger, demand: Demand, plan: Plan) -> None:
    """No row twice; coverage has exactly the products that each price book holds; no name decided twice."""
    for name, keys in _KEYS.items():
        table = getattr(plan, name)
        twice = table[table.duplicated(list(keys))]
        ledger.none("rows", f"{name}.csv: rows twice", (f"{name}.csv twice: {text}" for text in scopes(twice, *keys)))
    pairs = ["price_book", "product"]
    both = plan.coverage[pairs].drop_duplicates().merge(demand.holdings, on=pairs, how="outer", indicator="side")
    for side, words in (("right_only", "missing"), ("left_only", "without units")):
        odd = both[both["side"] == side]
        found = (f"coverage.csv {words}: {text}" for text in scopes(odd, *pairs))
        ledger.none("rows", f"coverage.csv: rows {words}", found)
    for part, decided in vars(plan.decisions).items():
        again = sorted({name for name in decided if decided.count(name) > 1})
        ledger.none("rows", f"decisions.{part}: names twice", (f"decisions.{part} twice: {name}" for name in again))


def check_amounts(ledger: Ledger, plan: Plan) -> None:
    """Prices are finite; cases are not negative."""
    odd = plan.menus[~np.isfinite(plan.menus["price"])]
    ledger.none("amounts", "menus.price", scopes(odd, "price_book", "tier", "model"))
    for name in ("allocation", "fulfilment"):
        table = getattr(plan, name)
        odd = table[~(table["cases"] >= 0)]
        ledger.none("amounts", f"{name}.cases", (f"{name}: {text}" for text in scopes(odd, *_KEYS[name])))
