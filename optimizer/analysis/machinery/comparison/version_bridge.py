"""Two runs of two versions of a case: what changed in the data, in the decisions and in the money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from models import Case, apply_scenario
from models.differences import Difference, scenario_differences
from models.plan import Plan

from ....assurance.result import Result
from ....results.summary import money
from .bridge import MEASURES, Numbers, bridge
from .data_steps import DataStep, amount_of, changed_tables, counted, data_steps, differing_data
from .moves import moves

DATA = "data: "
"""What the parts of a bridge begin with that are changes of tables."""
_MEANT = {name: f"what it adds to {name.replace('_', ' ')}, currency a year" for name in MEASURES}
DATA_COLUMNS = {
    "tables": "tables that are exchanged together, by the size of what that adds to the objective",
    "order": "place in the order in which they are exchanged: each effect is that after those before it",
    "cells": "cells that differ, the scenario's changes made",
    "added": "rows that are new",
    "removed": "rows that are gone",
    **{name: f"{text}, decisions of the first plan held; blank where they cannot be" for name, text in _MEANT.items()},
}
"""Meaning of each column of the table `data`."""
DIFFERENCE_COLUMNS = {
    "table": "table; case for settings, scenarios for scenarios; those of largest effect first",
    "change": "changed, added or removed",
    "key": "the row",
    "column": "the cell's column; blank for a whole row",
    "before": "what was there",
    "after": "what is there now",
}
"""Meaning of each column of the table `differences`."""


@dataclass(frozen=True)
class Version:
    """A run with the case that it keeps."""

    name: str
    result: Result
    case: Case

    @cached_property
    def changed(self) -> Case:
        """The case with the scenario's changes made."""
        return apply_scenario(self.case, self.result.scenario_name)[0]

    @property
    def plan(self) -> Plan:
        """Its plan."""
        return self.result.decided


class VersionBridge:
    """The way from one version's plan to the next: the data, table by table, with the decisions held; then these.

    Nothing is solved: what the old decisions come to under other data is worked out by `accounting.carried_plan`.
    """

    def __init__(self, old: Version, new: Version) -> None:
        self.old, self.new = old, new
        self.differences = differing_data(old.case, new.case)
        found = differing_data(old.changed, new.changed)
        self._found: Sequence[Difference] = found
        tables = changed_tables(found)
        self.steps, self.left = data_steps(old.changed, new.changed, old.plan, tables)

    @property
    def objective(self) -> str:
        """What effects are ordered by: the new run's objective."""
        return self.new.result.objective_name

    @cached_property
    def largest_first(self) -> list[DataStep]:
        """The steps by the size of what they add to the objective."""
        return sorted(self.steps, key=lambda step: -abs(step.effects()[self.objective]))

    def data(self) -> pd.DataFrame:
        """A row for each step, largest first; then one for the tables that the old decisions cannot follow."""
        rows = [
            {"tables": step.label, "order": self.steps.index(step) + 1, **self._counts(step.tables), **step.effects()}
            for step in self.largest_first
        ]
        if self.left:
            unknown = dict.fromkeys(MEASURES, float("nan"))
            rows.append({"tables": ", ".join(self.left), "order": len(rows) + 1, **self._counts(self.left), **unknown})
        return pd.DataFrame(rows, columns=list(DATA_COLUMNS)).astype(dict.fromkeys(MEASURES, float))

    def _counts(self, tables: Sequence[str]) -> Mapping[str, int]:
        found = counted(self._found, tables)
        return dict(zip(("cells", "added", "removed"), found.values(), strict=True))

    def causes(self) -> pd.DataFrame:
        """step, part, cause and `MEASURES`, money a year: they add up to the change of each measure."""
        rows = [{"part": f"{DATA}{step.label}", "cause": "decisions held", **step.effects()} for step in self.steps]
        carried = self.steps[-1].plan if self.steps else self.old.plan
        decided = bridge(carried, self.new.plan, Numbers.of(self.new.changed))
        data = pd.DataFrame(rows, columns=["part", "cause", *MEASURES])
        both = pd.concat([data, decided], ignore_index=True) if rows else decided
        return both.assign(step=range(1, len(both) + 1))

    def change(self, measure: str) -> float:
        """Change of an amount from the old plan to the new one."""
        return amount_of(self.new.plan, measure) - amount_of(self.old.plan, measure)

    def sentences(self) -> list[str]:
        """What changed in the money, the data and the decisions."""
        goal, currency = self.objective, self.new.result.currency
        effects = {step.label: step.effects()[goal] for step in self.largest_first}
        data, whole = sum(effects.values()), self.change(goal)
        said = [
            f"{self.new.name} against {self.old.name}: {_signed(whole, currency)} of {goal.replace('_', ' ')} a year: "
            f"{_signed(data, currency)} by the data with the decisions held, {_signed(whole - data, currency)} by the "
            "decisions."
        ]
        told = [f"{label} {_signed(amount, currency)}" for label, amount in effects.items()]
        if told:
            said.append(
                f"Data, largest effect first: {', '.join(told)}. Each is what {self.old.name}'s menus, coverage, "
                "providers and shares of work come to with these tables exchanged as well, in the order that the table "
                "data says; nothing is solved for it."
            )
        elif not self.left:
            said.append("Nothing in the data that amounts depend on has changed.")
        if self.left:
            said.append(
                f"{self.old.name}'s decisions cannot be held under the new {', '.join(self.left)}: there is work that "
                "none of its providers or policies can do. What these change is among the decisions."
            )
        decided = moves(self.old.plan, self.new.plan)
        return [*said, *self._asked(), f"Decisions: {decided}." if decided else "The same is decided in both."]

    def _asked(self) -> list[str]:
        """What else the new run's scenario asks, changes of its own left out: they are among the data."""
        old, new = (version.case.scenarios[version.result.scenario_name] for version in (self.old, self.new))
        told = [
            f"{one.column} {one.before or 'none'} -> {one.after or 'none'}"
            for one in scenario_differences(old, new)
            if one.column != "description" and not one.column.startswith("change[")
        ]
        return [f"Asked otherwise: {', '.join(told)}."] if told else []


def _signed(amount: float, currency: str) -> str:
    return f"{'+' if amount >= 0 else '-'}{money(abs(amount), currency)}"
