"""Kinds of value that case.toml, scenario files and run files hold, with their limits."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from .intake.size_limits import MAX_CELL
from .schema.fields import LARGEST_RATIO, LARGEST_TOTAL
from .text.characters import barred
from .text.lookalikes import LONGEST

MOST_RATIO = int(LARGEST_RATIO)
"""Largest share, gap or number of points that a rule may ask for."""
MOST_COUNTED = 1_000_000_000
"""Largest count that a rule may ask for."""


class Strict(BaseModel):
    """Frozen, and refuses unknown keys. What checks a document is built when the first one is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def _sound_name(name: str) -> str:
    strange = barred(name)
    if strange:
        raise ValueError(f"no name may hold {strange}")
    return name


Name = Annotated[str, Field(max_length=LONGEST), AfterValidator(_sound_name)]
"""A name that people read: without control and direction characters."""
Text = Annotated[str, Field(max_length=MAX_CELL)]
"""A text of people's own, of any characters that can be written as UTF-8."""
Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Margin = Annotated[float, Field(strict=True, ge=-MOST_RATIO, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=MOST_COUNTED, strict=True)]
Points = Annotated[float, Field(strict=True, ge=0, le=MOST_RATIO, allow_inf_nan=False)]
Score = Annotated[float, Field(strict=True, ge=0, le=10, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Step = Annotated[float, Field(strict=True, ge=-LARGEST_TOTAL, le=LARGEST_TOTAL, allow_inf_nan=False)]
