"""From one version of a case to the next, table by table: what each change comes to while a plan's decisions stay.

Tables are exchanged in the order of the schema, each once the case with it is sound by itself; where none is, two
together, else all that are left. So each effect is that of its tables after those before it, and they add up exactly.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations

import pandas as pd

from models import Case, CaseError
from models.changes import exchanged
from models.differences import ADDED, CHANGED, REMOVED, Difference, differences
from models.plan import Plan
from models.schema import TABLES

from ....accounting.carried_plan import carried_over
from .bridge import MEASURES

SETTINGS = "case"
"""What the settings of a case are called among its tables."""
_NO_NUMBERS = {"name", "description", "currency"}
"""Settings that no amount depends on."""


@dataclass(frozen=True)
class DataStep:
    """Some tables exchanged, and the plan's decisions with all data up to these."""

    tables: tuple[str, ...]
    plan: Plan
    before: Plan

    @property
    def label(self) -> str:
        """The tables by name."""
        return ", ".join(self.tables)

    def effects(self) -> dict[str, float]:
        """What the step adds to each of `MEASURES`, money a year."""
        return {name: amount_of(self.plan, name) - amount_of(self.before, name) for name in MEASURES}


def amount_of(plan: Plan, kpi: str) -> float:
    """An amount of money of a plan, which always has a value."""
    return float(plan.kpis[kpi] or 0.0)


def data_steps(before: Case, after: Case, plan: Plan, tables: Collection[str]) -> tuple[list[DataStep], list[str]]:
    """The steps from one case to the other (scenarios' changes made), and the tables for which there is none.

    There is none where the plan's providers or policies cannot do what the new data ask for.
    """
    left = [name for name in (SETTINGS, *TABLES) if name in tables]
    steps: list[DataStep] = []
    case, carried = before, plan
    while left:
        found = next(_exchanges(case, after, carried, left), None)
        if found is None:
            break
        case, step = found
        steps.append(step)
        carried = step.plan
        left = [name for name in left if name not in step.tables]
    return steps, left


def _exchanges(case: Case, after: Case, carried: Plan, left: Sequence[str]) -> Iterator[tuple[Case, DataStep]]:
    """Every exchange of tables that can be made next, the wanted one first."""
    for tables in chain(combinations(left, 1), combinations(left, 2), [tuple(left)] if len(left) > 2 else []):
        try:
            changed = _exchanged(case, after, tables)
        except CaseError:
            continue
        plan = carried_over(carried, changed)
        if plan is not None:
            yield changed, DataStep(tables, plan, carried)


def _exchanged(case: Case, after: Case, tables: Sequence[str]) -> Case:
    settings = after.settings if SETTINGS in tables else case.settings
    return exchanged(
        replace(case, settings=settings), {name: after.columns(name) for name in tables if name != SETTINGS}
    )


def changed_tables(found: Sequence[Difference]) -> list[str]:
    """The tables that amounts can depend on, and `case`, that differ."""
    return list(dict.fromkeys(one.table for one in found if _decides(one)))


def _decides(found: Difference) -> bool:
    """Whether amounts can depend on what differs: labels are for people."""
    if found.table in TABLES:
        return not (found.column and TABLES[found.table].column(found.column).for_people)
    return found.table == SETTINGS and found.column not in _NO_NUMBERS


def counted(found: Sequence[Difference], tables: Collection[str]) -> dict[str, int]:
    """How many cells have changed and rows have come and gone in some tables."""
    return {
        change: sum(one.change == change and one.table in tables for one in found)
        for change in (CHANGED, ADDED, REMOVED)
    }


def differing_data(before: Case, after: Case) -> tuple[Difference, ...]:
    """The differences between two versions, without those of descriptions."""
    return tuple(one for one in differences(before, after) if one.table != SETTINGS or one.column != "description")


def difference_table(found: Sequence[Difference], order: Sequence[str]) -> pd.DataFrame:
    """The differences as a table, those of tables named first in `order` first."""
    places = {name: place for place, name in enumerate(order)}
    ranked = sorted(found, key=lambda one: places.get(one.table, len(places)))
    return pd.DataFrame(ranked, columns=list(Difference._fields))
