"""A question that a session has solved, and whether it answers another one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pandas as pd

from models import Scenario
from models.conditions import Condition

from ....assurance.result import Result
from ....results.identity import content_of
from ....results.record import Status
from ....search.state.stop_rule import StopRule

SAME_TIME = 1.1
"""Times the time that an unproved result was given, up to which it is not worth solving again."""
_PROVED = (Status.OPTIMAL, Status.INFEASIBLE)


@dataclass(frozen=True)
class SolvedQuestion:
    """A scenario solved under conditions, with what might have ended that early."""

    scenario: Scenario
    conditions: tuple[Condition, ...]
    result: Result
    seconds: float
    """Time that it was given; none where someone asked to stop."""
    rule: StopRule | None = None
    """What else might have ended it."""

    def serves(self, seconds: float, rule: StopRule | None) -> bool:
        """Whether the question need not be solved again by who has so much time for it, and this rule."""
        enough = seconds <= SAME_TIME * self.seconds and self.rule in (rule, None)
        return self.result.status in _PROVED or enough

    def distance(self, scenario: Scenario, conditions: Sequence[Condition]) -> int:
        """How many rules, changes and conditions are not those of another question."""
        fields = set(Scenario.model_fields) - {"name", "description", "change"}
        rules = sum(bool(getattr(self.scenario, name) != getattr(scenario, name)) for name in fields)
        changes = {change.model_dump_json() for change in self.scenario.change}
        changes ^= {change.model_dump_json() for change in scenario.change}
        return rules + len(changes) + len(set(self.conditions) ^ set(conditions))


QuestionKey: TypeAlias = tuple[Hashable, Hashable, Hashable, float]
"""Content of the scenario, conditions, rows given (menus and price points), and gap."""


def key_of(scenario: Scenario, conditions: Sequence[Condition], rows: Hashable, gap: float) -> QuestionKey:
    """What a question is known by."""
    return content_of(scenario), frozenset(conditions), rows, gap


class SolvedQuestions(dict[QuestionKey, SolvedQuestion]):
    """Every question that a session has solved, in the order solved."""

    def nearest(self, scenario: Scenario, conditions: Sequence[Condition]) -> Result | None:
        """The solved question that differs least, one with a plan before one without, of equals the latest."""
        solved = enumerate(self.values())
        ranked = [(one.result.plan is None, one.distance(scenario, conditions), -at, one) for at, one in solved]
        return min(ranked, key=lambda entry: entry[:3])[3].result if ranked else None


def rows_of(table: pd.DataFrame | None) -> Hashable:
    """The rows of a table whatever the order of its columns, to know it by."""
    if table is None:
        return None
    return tuple(table.sort_index(axis=1).astype(object).fillna("").itertuples(index=False, name=None))


def name_of(item: object) -> str:
    """What an item of a round is called."""
    if isinstance(item, tuple):
        return "; ".join(map(str, item))
    return str(getattr(item, "name", item))
