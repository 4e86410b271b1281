"""What a result answers, with a plan and without."""

from __future__ import annotations

import numpy as np
import pytest

from models.plan import KPIS, PLAN_TABLES
from optimizer.results.record import NoPlanError, Status
from tests.optimizer.cli.showing import PLAN_VALUES, TODAY, small_result, without_plan


@pytest.mark.parametrize("name", PLAN_TABLES)
def test_the_tables_are_the_plan_s(name: str) -> None:
    result = small_result()
    assert getattr(result, name) is getattr(result.plan, name)
    with pytest.raises(NoPlanError, match="ended no_plan"):
        getattr(without_plan(Status.NO_PLAN), name)


def test_kpis_stand_beside_today_with_their_units() -> None:
    kpis = small_result().kpis.set_index("kpi")
    assert list(kpis.index) == list(KPIS)
    assert kpis.loc["service_revenue"].to_dict() == {"unit": "EUR", "value": 2_000_000.0, "baseline": 1_600_000.0}
    assert kpis.loc["cost_to_serve"].to_dict() == {"unit": "share", "value": 0.6, "baseline": 0.6}
    assert PLAN_VALUES["account_margin_share"] is None
    assert np.isnan(kpis.loc["account_margin_share", "value"])
    assert kpis.loc["account_margin_share", "baseline"] == TODAY["account_margin_share"]


def test_kpis_without_today_have_no_baseline() -> None:
    assert small_result(baseline=None).kpis["baseline"].isna().all()
    assert small_result(baseline=None).kpis["value"].dtype == float


def test_kpis_without_a_plan_are_refused() -> None:
    with pytest.raises(NoPlanError):
        _ = without_plan(Status.INFEASIBLE).kpis


def test_the_gap_as_a_share_of_what_contracts_add() -> None:
    # (12,000,600 - 12,000,000) / (12,000,000 - 9,000,000) = 600 / 3,000,000
    assert small_result(no_contract_objective=9_000_000.0).gain_gap == pytest.approx(0.0002)
    # contracts that add less than 1 are divided by 1
    assert small_result(no_contract_objective=12_000_000.0).gain_gap == pytest.approx(600.0)


@pytest.mark.parametrize("missing", ["objective", "bound", "no_contract_objective"])
def test_there_is_no_such_gap_where_a_part_is_missing(missing: str) -> None:
    assert small_result(**({"no_contract_objective": 9_000_000.0} | {missing: None})).gain_gap is None
