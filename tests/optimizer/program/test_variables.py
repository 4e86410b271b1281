"""Variables by key: every variable of a formulation has one of its own, and nothing reads what they are called."""

from __future__ import annotations

import hashlib

import pytest

import optimizer
from models import load_case
from optimizer.lp.expressions import combine
from optimizer.lp.pulp_reader import read_formulation
from optimizer.program.constraints import labelled_rows
from optimizer.program.variables import VariableKey
from tests.folders import TINY

from .test_golden_rules import formulation


def test_every_column_has_a_key_of_its_own() -> None:
    program = formulation()
    arrays = read_formulation(labelled_rows(program), combine([(program.amounts["service_revenue"], -1.0)]))
    columns = program.columns(arrays)
    assert sorted(columns.values()) == list(range(len(arrays.columns)))
    assert columns[VariableKey("provider", (0,))] == arrays.columns["provider_0"]
    binaries = {key.kind for key, column in columns.items() if arrays.program.integer[column]}
    assert binaries == {"tier", "product", "model", "provider", "bracket", "choice", "policy"}


def test_the_names_of_variables_mean_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan, found anew and from an earlier search, is the same where names are digests of what they were."""
    case = load_case(TINY)
    plain = [optimizer.solve(case), optimizer.solve(case, start=optimizer.solve(case))]
    name = VariableKey.name.fget  # type: ignore[attr-defined]
    digested = property(lambda key: f"v{hashlib.sha256(name(key).encode()).hexdigest()}")
    monkeypatch.setattr(VariableKey, "name", digested)
    assert not formulation().keys.keys() & {"tier_0", "flow_0"}
    first = optimizer.solve(case)
    for expected, found in zip(plain, (first, optimizer.solve(case, start=first)), strict=True):
        assert expected.plan is not None
        assert found.plan is not None
        assert found.status is expected.status
        assert found.objective == pytest.approx(expected.objective, rel=1e-9)
        assert found.plan.menus.to_csv() == expected.plan.menus.to_csv()
        assert found.plan.decisions == expected.plan.decisions
