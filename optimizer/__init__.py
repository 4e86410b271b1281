"""Tierwise in Python: `case = optimizer.load_case(path)`, then `optimizer.solve(case, "base")`.

Names are imported when first used, so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models import Case, CaseError, build_case, load_case

    from .progress import Progress
    from .result import Result, Status

__version__ = "0.1.0"

_HOMES = {
    "Case": "models",
    "CaseError": "models",
    "build_case": "models",
    "load_case": "models",
    "Progress": "optimizer.progress",
    "Result": "optimizer.result",
    "Status": "optimizer.result",
}

__all__ = ["Case", "CaseError", "Progress", "Result", "Status", "build_case", "load_case"]


def __getattr__(name: str) -> Any:
    """Import a public name from the module it lives in."""
    if name not in _HOMES:
        raise AttributeError(f"module 'optimizer' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
