"""What a group of search parameters is made of: numbers with limits, checked as they are set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from math import inf, isfinite
from numbers import Integral, Real
from typing import Any, Self, TypeVar

T = TypeVar("T")
MOST_WHOLE = 2**31 - 1
"""What a solver and a compiled search can count to."""


def limited(default: T, least: float, most: float = inf) -> T:
    """A dataclass field whose number (or each of whose numbers) is from `least` to `most`; whole where `default` is.

    Whole numbers are at most `MOST_WHOLE`; None as default stands for a whole number that need not be given.
    """
    return field(default=default, metadata={"least": least, "most": min(most, MOST_WHOLE) if _whole(default) else most})


@dataclass(frozen=True, kw_only=True)
class ParameterGroup:
    """Numbers that steer one part of the search; raises ValueError for one that is no such number or out of limits."""

    def __post_init__(self) -> None:
        for one in fields(self):
            value = _checked(f"{type(self).__name__}.{one.name}", getattr(self, one.name), one.default, one.metadata)
            object.__setattr__(self, one.name, value)

    def to_dict(self) -> dict[str, Any]:
        """The numbers by name, as JSON has them: lists for tuples."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """The group from numbers by name, with defaults for those left out; raises ValueError for names it lacks."""
        check_names(cls.__name__, plain, [one.name for one in fields(cls)])
        return cls(**plain)


def check_names(owner: str, given: object, known: list[str]) -> None:
    """Raise ValueError where `given` is no mapping or has keys beyond those known."""
    if not isinstance(given, Mapping):
        raise ValueError(f"{owner} is {given!r}; expected values by name")
    unknown = [str(name) for name in given if name not in known]
    if unknown:
        raise ValueError(f"{owner} has no {', '.join(unknown)}; it has {', '.join(known)}")


def _checked(name: str, value: Any, default: Any, limits: Mapping[str, float]) -> Any:
    """The value as plain Python has it; raises ValueError for one that is not allowed."""
    if isinstance(default, tuple):
        if not isinstance(value, list | tuple) or not value:
            raise ValueError(f"{name} is {value!r}; expected one or more numbers")
        return tuple(_checked(name, part, default[0], limits) for part in value)
    if value is None and default is None:
        return None
    whole = _whole(default)
    if _is_number(value, whole) and limits["least"] <= value <= limits["most"]:
        return int(value) if whole else float(value)
    what, least, most = "a whole number" if whole else "a number", limits["least"], limits["most"]
    span = f"from {least:.10g} to {most:.10g}" if isfinite(most) else f">= {least:g}"
    raise ValueError(f"{name} is {value!r}; expected {what} {span}{' or None' if default is None else ''}")


def _whole(default: object) -> bool:
    return default is None or isinstance(default, int)


def _is_number(value: Any, whole: bool) -> bool:
    if not isinstance(value, Integral if whole else Real) or isinstance(value, bool):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # a whole number that no float holds
        return False
