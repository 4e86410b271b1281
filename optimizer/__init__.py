"""Tierwise in Python: `case = optimizer.load_case(path)`, then `optimizer.solve(case, "base")`.

Names are imported when first used, so that the command line starts at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .version import __version__ as __version__

if TYPE_CHECKING:
    from models import Case, CaseError, CaseSettings, Scenario, build_case, load_case
    from models.plan_tables import RunError

    from .analysis.alternatives import alternatives
    from .analysis.compare import compare
    from .analysis.diagnose import diagnose
    from .analysis.explain import explain
    from .analysis.frontier import frontier
    from .analysis.levels import levels
    from .analysis.machinery.answers.answer import Answer
    from .analysis.machinery.sessions.solver_session import SolverSession
    from .analysis.partners import partners
    from .analysis.portfolio import portfolio
    from .analysis.price import price
    from .analysis.roadmap import roadmap
    from .analysis.sweep import sweep
    from .analysis.whynot import whynot
    from .assurance.reconcile import reconcile
    from .assurance.result import Result
    from .assurance.run_audit import audit_run as audit
    from .assurance.sign_off import check_sign_off, sign_off
    from .results.progress import Progress
    from .results.record import NoPlanError, Status
    from .solving.evaluate import evaluate
    from .solving.solve import solve
    from .workbook.write import write_workbook


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
    "SolverSession",
    "Status",
    "alternatives",
    "audit",
    "build_case",
    "check_sign_off",
    "compare",
    "diagnose",
    "evaluate",
    "explain",
    "frontier",
    "levels",
    "load_case",
    "partners",
    "portfolio",
    "price",
    "reconcile",
    "roadmap",
    "sign_off",
    "solve",
    "sweep",
    "whynot",
    "write_workbook",
]

_HOMES = {
    "Answer": "optimizer.analysis.machinery.answers.answer",
    "Case": "models",
    "CaseError": "models",
    "CaseSettings": "models",
    "NoPlanError": "optimizer.results.record",
    "Progress": "optimizer.results.progress",
    "Result": "optimizer.assurance.result",
    "RunError": "models.plan_tables",
    "Scenario": "models",
    "Status": "optimizer.results.record",
    "SolverSession": "optimizer.analysis.machinery.sessions.solver_session",
    "alternatives": "optimizer.analysis.alternatives",
    "audit": "optimizer.assurance.run_audit",
    "build_case": "models",
    "check_sign_off": "optimizer.assurance.sign_off",
    "compare": "optimizer.analysis.compare",
    "diagnose": "optimizer.analysis.diagnose",
    "evaluate": "optimizer.solving.evaluate",
    "frontier": "optimizer.analysis.frontier",
    "load_case": "models",
    "partners": "optimizer.analysis.partners",
    "portfolio": "optimizer.analysis.portfolio",
    "price": "optimizer.analysis.price",
    "reconcile": "optimizer.assurance.reconcile",
    "roadmap": "optimizer.analysis.roadmap",
    "explain": "optimizer.analysis.explain",
    "levels": "optimizer.analysis.levels",
    "sign_off": "optimizer.assurance.sign_off",
    "solve": "optimizer.solving.solve",
    "sweep": "optimizer.analysis.sweep",
    "whynot": "optimizer.analysis.whynot",
    "write_workbook": "optimizer.workbook.write",
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
