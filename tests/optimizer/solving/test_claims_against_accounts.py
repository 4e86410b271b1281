"""A plan's amounts are worked out twice, by program and by accounting; whichever errs, the audit objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import models.economics.uptake
import optimizer
from models import load_case
from optimizer.accounting import demand, money
from optimizer.assurance.result import Result
from optimizer.solving import plan_assembly

from ...folders import TINY

LESS = 0.99
KINDS = {"logit": "_logit", "first_choice": "_first_choice"}
CLAIMED = (
    (models.economics.uptake, "shares_at", "uptake"),
    (plan_assembly, "_totals_of_uptake", "kpi"),
    (plan_assembly, "uptake_table", "uptake"),
)
"""Where the side of the claims works uptake out: shares, demand totals, the table; and what the audit says of it."""
ACCOUNTED = ((demand, "shares", "uptake"), (money, "sales", "kpi"))
"""Where the side of the judge does: shares, of the choice model that is used, and amounts of what is sold."""
either_kind = pytest.mark.parametrize("kind", KINDS)


def solved(kind: str) -> Result:
    case = load_case(TINY)
    return optimizer.solve(replace(case, settings=case.settings.model_copy(update={"choice_model": kind})))


@cache
def sound(kind: str) -> Result:
    return solved(kind)


def err(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, kind: str) -> None:
    known = KINDS[kind] if name == "shares" else name
    monkeypatch.setattr(module, known, lessened(getattr(module, known)))


def lessened(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with amounts a little too small."""

    def wrong(*given: Any, **named: Any) -> Any:
        found = function(*given, **named)
        if isinstance(found, dict):
            return {name: amount * LESS for name, amount in found.items()}
        return found.assign(units=found["units"] * LESS) if hasattr(found, "assign") else np.asarray(found) * LESS

    return wrong


@either_kind
def test_both_sides_agree(kind: str) -> None:
    assert sound(kind).audit is not None
    assert sound(kind).audit.faults == ()


@either_kind
@pytest.mark.parametrize(("module", "name", "rule"), [*CLAIMED, *ACCOUNTED])
def test_the_audit_objects_when_either_side_errs(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, rule: str, kind: str
) -> None:
    err(monkeypatch, module, name, kind)
    audit = solved(kind).audit
    assert audit is not None
    assert any(fault.startswith(f"{rule} ") for fault in audit.faults)


@either_kind
@pytest.mark.parametrize(("module", "name", "rule"), ACCOUNTED)
def test_no_claim_comes_from_accounting(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, rule: str, kind: str
) -> None:
    claimed = sound(kind).decided
    err(monkeypatch, module, name, kind)
    again = solved(kind)
    assert again.audit is not None
    assert not again.audit.ok
    assert again.decided.kpis == claimed.kpis
    assert again.uptake.equals(claimed.uptake)
