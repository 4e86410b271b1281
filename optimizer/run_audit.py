"""Audit of a run folder against the case it was made from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from models import Case, apply_scenario, load_case
from models.plan_tables import RunError

from .audit import Audit, audit
from .audit.ledger import Ledger, differences
from .plan_document import claims_of, to_result
from .run_folder import read_run


def audit_run(case: Case | str | Path, run: str | Path) -> Audit:
    """Audit the run folder `run` against `case` (a case, or the path of one) as it is now.

    Recomputes the plan and every claim of plan.json, checks that the case's files are those in the
    manifest and that audit.json says what this audit says. Raises `RunError` for a run that cannot be
    read, holds no plan, or names a scenario the case does not have, and `CaseError` for a bad case.
    """
    world = case if isinstance(case, Case) else load_case(case)
    files = read_run(run)
    plan = to_result(files.document, files.tables, files.manifest).plan
    if plan is None or files.audit is None:
        raise RunError([f"{run} holds no plan (its status is {files.document.status}), so there is nothing to audit."])
    name = files.document.scenario
    if name not in world.scenarios:
        known = ", ".join(world.scenarios)
        raise RunError([f"plan.json: scenario is {name!r}, which the case does not have; it has {known}."])
    changed, scenario = apply_scenario(world, name)
    changed = replace(changed, files=world.files)
    said = claims_of(files.document, files.manifest)
    verdict = audit(changed, scenario, plan, said, menus_given=files.document.menus_given)
    return with_file_check(verdict, files.audit)


def with_file_check(verdict: Audit, stored: Audit) -> Audit:
    """The verdict, and whether the audit.json found in the run says the same."""
    ledger = Ledger()
    ledger.none("audit_file", "audit.json", differences(stored, verdict))
    return replace(verdict, rules=pd.concat([verdict.rules, ledger.rules()], ignore_index=True))
