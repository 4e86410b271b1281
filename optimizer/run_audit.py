"""Audit of a run, in memory or on disk, against the case it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from models import Case, apply_scenario, load_case
from models.plan_tables import RunError

from .audit import Audit, audit
from .audit.ledger import Ledger, differences
from .plan_document import claims, claims_of, to_result
from .result import Result
from .run_folder import read_run


def audit_run(case: Case | str | Path, run: Result | str | Path) -> Audit:
    """Audit a run, a result or the folder it was saved to, against `case` (or the path of one) as it is now.

    Recomputes the plan and every claim of plan.json, checks that the case's files are those in the
    manifest and, of a folder, that audit.json says what this audit says. Raises `RunError` for a run that
    cannot be read, holds no plan, or names a scenario the case does not have, and `CaseError` for a bad case.
    """
    world = case if isinstance(case, Case) else load_case(case)
    if isinstance(run, Result):
        return _judged(world, run, claims(run))
    files = read_run(run)
    result = to_result(files.document, files.tables, files.manifest)
    verdict = _judged(world, result, claims_of(files.document, files.manifest))
    return verdict if files.audit is None else with_file_check(verdict, files.audit)


def _judged(world: Case, result: Result, said: Mapping[str, object]) -> Audit:
    if result.plan is None:
        raise RunError([f"The run holds no plan (its status is {result.status}), so there is nothing to audit."])
    name = result.scenario_name
    if name not in world.scenarios:
        known = ", ".join(world.scenarios)
        raise RunError([f"plan.json: scenario is {name!r}, which the case does not have; it has {known}."])
    changed, scenario = apply_scenario(world, name)
    changed = replace(changed, files=world.files)
    return audit(changed, scenario, result.plan, said, menus_given=result.menus_given)


def with_file_check(verdict: Audit, stored: Audit) -> Audit:
    """The verdict, and whether the audit.json found in the run says the same."""
    ledger, differing = Ledger(), differences(stored, verdict)
    said = [f"audit.json: {len(differing)} rows differ, the first on {differing[0]}"] if differing else []
    ledger.none("audit_file", "audit.json", said)
    return replace(verdict, rules=pd.concat([verdict.rules, ledger.rules()], ignore_index=True))
