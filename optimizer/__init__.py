"""Tierwise in Python: `case = optimizer.load_case(path)`, then `optimizer.solve(case, "base")`.

Names are imported when first used (PEP 562), so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__ as __version__

if TYPE_CHECKING:
    from models import Case as Case
    from models import CaseError as CaseError
    from models import CaseSettings as CaseSettings
    from models import Scenario as Scenario
    from models import build_case as build_case
    from models import load_case as load_case
    from models.plan_tables import RunError as RunError
    from models.staffing import Staffing as Staffing
    from models.staffing import staffing as staffing

    from .analysis.alternatives import alternatives as alternatives
    from .analysis.compare import compare as compare
    from .analysis.diagnose import diagnose as diagnose
    from .analysis.explain import explain as explain
    from .analysis.frontier import frontier as frontier
    from .analysis.levels import levels as levels
    from .analysis.machinery.answers.answer import Answer as Answer
    from .analysis.machinery.sessions.solver_session import SolverSession as SolverSession
    from .analysis.partners import partners as partners
    from .analysis.portfolio import portfolio as portfolio
    from .analysis.price import price as price
    from .analysis.roadmap import roadmap as roadmap
    from .analysis.sweep import sweep as sweep
    from .analysis.whynot import whynot as whynot
    from .assurance.reconcile import reconcile as reconcile
    from .assurance.result import Result as Result
    from .assurance.run_audit import audit_run
    from .assurance.runs import runs as runs
    from .assurance.sign_off import check_sign_off as check_sign_off
    from .assurance.sign_off import sign_off as sign_off
    from .results.closest_delivery import ClosestDelivery as ClosestDelivery
    from .results.progress import Progress as Progress
    from .results.record import NoPlanError as NoPlanError
    from .results.record import Status as Status
    from .results.run_reference import run_digest as run_digest
    from .search.state.parameters import SearchParameters as SearchParameters
    from .solving.evaluate import evaluate as evaluate
    from .solving.solve import solve as solve
    from .workbook.write import write_workbook as write_workbook

    audit = audit_run

_HOMES = {
    "Answer": "optimizer.analysis.machinery.answers.answer:Answer",
    "Case": "models:Case",
    "CaseError": "models:CaseError",
    "CaseSettings": "models:CaseSettings",
    "ClosestDelivery": "optimizer.results.closest_delivery:ClosestDelivery",
    "NoPlanError": "optimizer.results.record:NoPlanError",
    "Progress": "optimizer.results.progress:Progress",
    "Result": "optimizer.assurance.result:Result",
    "RunError": "models.plan_tables:RunError",
    "Scenario": "models:Scenario",
    "SearchParameters": "optimizer.search.state.parameters:SearchParameters",
    "SolverSession": "optimizer.analysis.machinery.sessions.solver_session:SolverSession",
    "Staffing": "models.staffing:Staffing",
    "Status": "optimizer.results.record:Status",
    "alternatives": "optimizer.analysis.alternatives:alternatives",
    "audit": "optimizer.assurance.run_audit:audit_run",
    "build_case": "models:build_case",
    "check_sign_off": "optimizer.assurance.sign_off:check_sign_off",
    "compare": "optimizer.analysis.compare:compare",
    "diagnose": "optimizer.analysis.diagnose:diagnose",
    "evaluate": "optimizer.solving.evaluate:evaluate",
    "explain": "optimizer.analysis.explain:explain",
    "frontier": "optimizer.analysis.frontier:frontier",
    "levels": "optimizer.analysis.levels:levels",
    "load_case": "models:load_case",
    "partners": "optimizer.analysis.partners:partners",
    "portfolio": "optimizer.analysis.portfolio:portfolio",
    "price": "optimizer.analysis.price:price",
    "reconcile": "optimizer.assurance.reconcile:reconcile",
    "roadmap": "optimizer.analysis.roadmap:roadmap",
    "runs": "optimizer.assurance.runs:runs",
    "run_digest": "optimizer.results.run_reference:run_digest",
    "sign_off": "optimizer.assurance.sign_off:sign_off",
    "solve": "optimizer.solving.solve:solve",
    "staffing": "models.staffing:staffing",
    "sweep": "optimizer.analysis.sweep:sweep",
    "whynot": "optimizer.analysis.whynot:whynot",
    "write_workbook": "optimizer.workbook.write:write_workbook",
}
"""Module and name of each public name."""
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    value = globals()[name] = getattr(import_module(module), attribute)
    return value


def __dir__() -> list[str]:
    return __all__
