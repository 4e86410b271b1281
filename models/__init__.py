"""The world of Tierwise: cases, plans, and the economics between them."""

from __future__ import annotations

from .case import Case, CaseSettings
from .changes import apply_scenario
from .loading import build_case, load_case
from .menus import check_menus, read_menus
from .problems import CaseError, Problem
from .scenario import Change, Scenario

__all__ = [
    "Case",
    "CaseError",
    "CaseSettings",
    "Change",
    "Problem",
    "Scenario",
    "apply_scenario",
    "build_case",
    "check_menus",
    "load_case",
    "read_menus",
]
