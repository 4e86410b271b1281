"""A cell whose value cannot be used, in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BadCell:
    """Stands in place of a value that is not what Excel shows, or is no value of a table."""

    message: str
    """What is wrong."""
    found: str
    """What stands in the cell."""
    expected: str
    """What would be right, or what to do."""
