"""What a running search tells whoever is watching it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """State of a search at one moment. A number that is not known yet is None, never zero."""

    seconds: float
    """Time since the solve began."""
    phase: str
    """What the search is doing, in a few words."""
    objective: float | None = None
    """Objective of the best plan so far, in money a year."""
    bound: float | None = None
    """Proved upper bound on every plan's objective, in money a year."""
    gap: float | None = None
    """(bound - objective) / max(1, |objective|), once both are known."""
    many: bool = False
    """Whether this tells of many searches at once, which have no one plan or bound."""


ProgressCallback = Callable[[Progress], None]
"""Called from the solving thread whenever there is news; must return quickly."""

StopCheck = Callable[[], bool]
"""Polled by the search; True asks it to end with the best plan so far."""
