"""A scenario: one question put to a case (objective, rules, and changes to the case's numbers)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from .intake.size_limits import MAX_CELL
from .schema.fields import LARGEST_RATIO, LARGEST_TOTAL
from .text.characters import barred
from .text.lookalikes import LONGEST

MOST_RATIO = int(LARGEST_RATIO)
"""Largest share, gap or number of points that a rule may ask for."""
MOST_COUNTED = 1_000_000_000
"""Largest count that a rule may ask for."""


def _sound_name(name: str) -> str:
    strange = barred(name)
    if strange:
        raise ValueError(f"no name may hold {strange}")
    return name


Objective = Literal["account_revenue", "account_margin", "service_revenue", "service_margin"]
Name = Annotated[str, Field(max_length=LONGEST), AfterValidator(_sound_name)]
"""A name that people read: without control and direction characters."""
Text = Annotated[str, Field(max_length=MAX_CELL)]
"""A text of people's own, of any characters that can be written as UTF-8."""
Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Margin = Annotated[float, Field(strict=True, ge=-MOST_RATIO, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=MOST_COUNTED, strict=True)]
Points = Annotated[float, Field(strict=True, ge=0, le=MOST_RATIO, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Step = Annotated[float, Field(strict=True, ge=-LARGEST_TOTAL, le=LARGEST_TOTAL, allow_inf_nan=False)]


class Strict(BaseModel):
    """Frozen, refuses unknown keys, and reads the string under each field as its description."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


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

    @model_validator(mode="after")
    def _one_operation(self) -> Self:
        given = [name for name in ("set", "add", "multiply") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a change has exactly one of set, add and multiply, not {' and '.join(given) or 'none'}")
        return self


class Scenario(Strict):
    """Objective, rules and changes of one question. A rule that is None is off."""

    name: Name = "base"
    """The scenario's file name without its ending."""
    description: Text = ""
    """One sentence for people."""
    objective: Objective = "account_revenue"
    """Amount to maximize, in money a year."""
    min_service_margin: Margin | None = None
    """Least service margin, as a share of service revenue."""
    min_account_margin: Margin | None = None
    """Least account margin, as a share of account revenue."""
    max_cost_to_serve: Share | None = None
    """Most (delivery + fulfilment + admin) cost, as a share of service revenue."""
    min_tiers: Count | None = None
    """Least number of tiers offered anywhere."""
    max_tiers: Count | None = None
    """Most tiers offered anywhere."""
    max_models: Count | None = None
    """Most pricing models used anywhere."""
    min_menu: Count | None = None
    """Fewest tiers in one price book's menu."""
    max_menu: Count | None = None
    """Most tiers in one price book's menu."""
    max_providers: Count | None = None
    """Most providers engaged."""
    max_provider_share: Share | None = None
    """Most of all team and partner hours that one partner may work."""
    min_provider_score: Annotated[float, Field(strict=True, ge=0, le=10, allow_inf_nan=False)] | None = None
    """Least weighted score of an engaged partner, 0..10."""
    min_tier_gap: Points | None = None
    """Least relative step of mean payment from a tier to a higher-ranked one in a menu."""
    max_price_change: Points | None = None
    """Most relative change of mean payment against the current menu's option of the tier."""
    max_csat_over_target: Points | None = None
    """Most CSAT points by which a tier's mean may exceed its target in a region."""
    change: tuple[Change, ...] = ()
    """Edits of the case's numbers, applied in order."""
