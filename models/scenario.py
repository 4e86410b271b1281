"""A scenario: one question put to a case (objective, rules, and changes to the case's numbers)."""

from __future__ import annotations

from typing import Any, Literal, Self, get_args

from pydantic import Field, SerializerFunctionWrapHandler, StrictBool, model_serializer, model_validator

from .document_fields import Name, Number, Step, Strict, Text
from .rules import ScenarioRules

Objective = Literal["account_revenue", "account_margin", "service_revenue", "service_margin"]
OBJECTIVES: tuple[str, ...] = get_args(Objective)
"""KPIs that a scenario can have as its objective."""


class Change(Strict):
    """One edit of the case's numbers, made before the scenario is solved."""

    table: str
    """Table to edit, or `case` for a setting such as discount_rate."""
    where: dict[str, str | int | Number | bool | list[str | int | Number | bool]] = Field(default_factory=dict)
    """column = value, or column = [values]; empty means every row."""
    column: str
    """Column to edit."""
    set: str | Number | bool | None = None
    """New value. Exactly one of set, add, multiply is given."""
    add: Step | None = None
    """Amount to add."""
    multiply: Step | None = None
    """Factor to multiply by."""
    hold_uptake: StrictBool = False
    """Whether appeal moves so that today's menus are taken up as before; for price_sensitivity and risk_aversion."""

    @model_validator(mode="after")
    def _one_operation(self) -> Self:
        given = [name for name in ("set", "add", "multiply") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a change has exactly one of set, add and multiply, not {' and '.join(given) or 'none'}")
        return self

    @model_serializer(mode="wrap")
    def _said(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The change as a person would write it: uptake that is not held goes without saying."""
        return {key: value for key, value in dump(self).items() if key != "hold_uptake" or value}


class Heading(Strict):
    """What a scenario is called and what it is to maximize."""

    name: Name = "base"
    """The scenario's file name without its ending."""
    description: Text = ""
    """One sentence for people."""
    objective: Objective = "account_revenue"
    """Amount to maximize, in money a year."""


class Scenario(ScenarioRules, Heading):
    """Objective, rules and changes of one question. A rule that is None is off."""

    change: tuple[Change, ...] = ()
    """Edits of the case's numbers, applied in order."""
