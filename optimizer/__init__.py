"""Tierwise in Python: `case = optimizer.load_case(path)`, then `optimizer.solve(case, "base")`.

Names are imported when first used, so that the command line starts at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models import Case, CaseError, CaseSettings, Scenario, build_case, load_case
    from models.plan_tables import RunError

    from .analysis.answer import Answer
    from .analysis.compare import compare
    from .analysis.partners import partners
    from .analysis.portfolio import portfolio
    from .analysis.service_levels import service_levels
    from .analysis.sweep import sweep
    from .analysis.workbench import Workbench
    from .evaluate import evaluate
    from .progress import Progress
    from .result import NoPlanError, Result, Status
    from .run_audit import audit_run as audit
    from .solve import solve

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Case",
    "CaseError",
    "CaseSettings",
    "NoPlanError",
    "Progress",
    "Result",
    "RunError",
    "Scenario",
    "Status",
    "Workbench",
    "audit",
    "build_case",
    "compare",
    "evaluate",
    "load_case",
    "partners",
    "portfolio",
    "service_levels",
    "solve",
    "sweep",
]

_HOMES = {
    "Answer": "optimizer.analysis.answer",
    "Case": "models",
    "CaseError": "models",
    "CaseSettings": "models",
    "NoPlanError": "optimizer.result",
    "Progress": "optimizer.progress",
    "Result": "optimizer.result",
    "RunError": "models.plan_tables",
    "Scenario": "models",
    "Status": "optimizer.result",
    "Workbench": "optimizer.analysis.workbench",
    "audit": "optimizer.run_audit",
    "build_case": "models",
    "compare": "optimizer.analysis.compare",
    "evaluate": "optimizer.evaluate",
    "load_case": "models",
    "partners": "optimizer.analysis.partners",
    "portfolio": "optimizer.analysis.portfolio",
    "service_levels": "optimizer.analysis.service_levels",
    "solve": "optimizer.solve",
    "sweep": "optimizer.analysis.sweep",
}
_NAMES_AT_HOME = {"audit": "audit_run"}


class _Package(ModuleType):
    """Keeps a public name, such as the function `audit`, when the module of that name is imported."""

    def __getattr__(self, name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'optimizer' has no attribute {name!r}")
        value = getattr(import_module(_HOMES[name]), _NAMES_AT_HOME.get(name, name))
        super().__setattr__(name, value)
        return value

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted(__all__)


sys.modules[__name__].__class__ = _Package
