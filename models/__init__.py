"""The world of Tierwise: cases, plans, and the economics between them.

What writes workbooks is imported when first used (PEP 562): it loads a library that few calls need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .case import Case, CaseSettings
from .case_warnings import case_warnings, scenario_warnings
from .changes import apply_scenario, named_scenario
from .loading import build_case, load_case
from .menus import check_menus, read_menus
from .problems import CaseError, Problem
from .scenario import Change, Scenario
from .variations import Variations, vary

if TYPE_CHECKING:
    from .authoring.case_writer import write_case
    from .authoring.template import write_template

__all__ = [
    "Case",
    "CaseError",
    "CaseSettings",
    "Change",
    "Problem",
    "Scenario",
    "Variations",
    "apply_scenario",
    "build_case",
    "case_warnings",
    "check_menus",
    "load_case",
    "named_scenario",
    "read_menus",
    "scenario_warnings",
    "vary",
    "write_case",
    "write_template",
]


def __getattr__(name: str) -> Any:
    if name == "write_case":
        from .authoring.case_writer import write_case

        return write_case
    if name == "write_template":
        from .authoring.template import write_template

        return write_template
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
