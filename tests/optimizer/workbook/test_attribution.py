"""Amounts given to those who cause them: by hand where it can be, and adding up to the plan everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from models import Case
from models.plan import MONEY_KPIS, ONE_OFF_COST
from optimizer.assurance.result import Result
from optimizer.workbook.account_sheet import account_rows
from optimizer.workbook.accounts import Spreading, account_amounts
from optimizer.workbook.attribution import provider_amounts
from optimizer.workbook.lines import AMOUNTS, LINES
from optimizer.workbook.workbook_data import PLAN, TODAY, WorkbookData
from tests.optimizer.workbook.runs import odd, tiny

Run = Callable[[], tuple[Case, Result]]


def by(data: WorkbookData, *keys: str, version: str = PLAN) -> pd.DataFrame:
    return data.attributions[version].rows.groupby(list(keys))[list(AMOUNTS)].sum()


def test_the_hand_worked_plan_is_given_to_its_segments_and_tiers() -> None:
    """Clinics: 10 scanners and 20 viewers in gold at 0.1. Factory: 4 scanners in gold, 4 in silver at 0.08."""
    found = by(WorkbookData(*tiny()), "segment", "tier")
    clinic, gold, silver = (found.loc[key] for key in (("clinic", "gold"), ("factory", "gold"), ("factory", "silver")))

    assert [clinic["billed"], gold["billed"], silver["billed"]] == pytest.approx([14_000, 4_000, 3_200])
    # 40, 8 and 8 repairs at 100 by Own, but half of silver's at 60 by Partner; parts 50 a scanner and 20 a viewer
    assert [clinic["case_cost"], gold["case_cost"], silver["case_cost"]] == pytest.approx([4_000, 800, 640])
    assert [clinic["parts"], gold["parts"], silver["parts"]] == pytest.approx([1_400, 400, 400])
    # gold's 400 by its 34 units, `fixed`'s 100 by 38; Own's 1,000 by its 52 repairs, Partner's 100 is silver's
    assert [clinic["tiers_fixed"], gold["tiers_fixed"], silver["tiers_fixed"]] == pytest.approx(
        [400 * 30 / 34, 400 * 4 / 34, 300]
    )
    assert clinic["models_fixed"] == pytest.approx(100 * 30 / 38)
    assert [clinic["providers_fixed"], gold["providers_fixed"], silver["providers_fixed"]] == pytest.approx(
        [1_000 * 40 / 52, 1_000 * 8 / 52, 1_000 * 4 / 52 + 100]
    )


def test_taken_out_loyalty_leaves_what_accounts_bring() -> None:
    found = by(WorkbookData(*tiny()), "segment")
    # 14,000 of clinics (10,000 of scanners at 0.4, 4,000 of viewers at 0.3), all kept at 0.95 in gold
    assert found.loc["clinic", "product_plain"] == pytest.approx(14_000)
    assert found.loc["clinic", "profit_plain"] == pytest.approx(5_200)
    assert found.loc["clinic", "product_kept"] == pytest.approx(13_300)
    assert found.loc["clinic", "product_profit"] == pytest.approx(4_940)


def test_hand_worked_accounts() -> None:
    """C1 holds 6 of 10 scanners and 12 of 20 viewers: six tenths of what clinics pay and cost."""
    case, result = tiny()
    data = WorkbookData(case, result)
    found = account_amounts(Spreading(data.case), data.attributions[PLAN])
    costs = by(data, "segment").loc["clinic"]
    serving = ["case_cost", "parts", "tiers_fixed", "models_fixed", "providers_fixed"]

    assert found["service_revenue"].tolist() == pytest.approx([8_400, 5_600, 7_200])
    assert found.loc[0, "service_cost"] == pytest.approx(0.6 * float(costs[serving].sum()))
    assert found["product_revenue"].tolist() == pytest.approx([0.95 * 8_400, 0.95 * 5_600, 8_000 * 0.925])
    assert found["account_margin"].sum() == pytest.approx(19_560)


@pytest.mark.parametrize("run", [tiny, odd], ids=["tiny", "odd"])
@pytest.mark.parametrize("version", [TODAY, PLAN])
def test_every_line_adds_up_to_the_plan(run: Run, version: str) -> None:
    case, result = run()
    data = WorkbookData(case, result)
    claimed = result.decided.kpis if version == PLAN else result.baseline
    assert claimed is not None

    compared = [line.kpi for line in LINES if line.kpi]
    assert sorted(compared) == sorted([*MONEY_KPIS, ONE_OFF_COST])
    for line in LINES:
        if line.kpi:
            assert data.amounts[version][line.name] == pytest.approx(claimed[line.kpi], abs=0.001), line.name


def test_the_odd_run_has_something_in_every_line() -> None:
    """Else the sums above would prove little."""
    data = WorkbookData(*odd())
    sums = data.attributions[PLAN].totals.abs() + data.attributions[TODAY].totals.abs()
    assert set(sums.index[sums == 0]) <= {"commitments", "volume_discounts"}


def test_locked_units_are_their_own_accounts() -> None:
    """Only A1 (3 scanners, gold and silver) and A4 (a gauge, metered) have contracts in force."""
    case, result = odd()
    data = WorkbookData(case, result)
    rows = data.attributions[PLAN].rows
    locked = rows[rows["locked"]]
    # warranty is 0.082 and 0.052 of 90,000; metered 950 x 1 x 1.8 incidents a year
    assert sorted(locked["billed"]) == pytest.approx(sorted([2 * 7_380, 4_680, 950 * 1.8]))
    only = replace(data.attributions[PLAN], rows=rows.assign(**dict.fromkeys(AMOUNTS, 0.0)))
    only.rows.loc[rows["locked"], "billed"] = locked["billed"]
    given = account_amounts(Spreading(data.case), only)["service_revenue"]
    assert given.tolist() == pytest.approx([2 * 7_380 + 4_680, 0, 0, 950 * 1.8, 0])


@pytest.mark.parametrize("run", [tiny, odd], ids=["tiny", "odd"])
def test_accounts_and_what_is_not_allocated_are_the_plan(run: Run) -> None:
    case, result = run()
    rows = account_rows(WorkbookData(case, result))
    for name in ("service_revenue", "service_cost", "product_revenue"):
        assert rows[f"{PLAN} {name}"].sum() == pytest.approx(result.decided.kpis[name], abs=0.001)
    margin = rows[f"{PLAN} product_margin"] + rows[f"{PLAN} service_revenue"] - rows[f"{PLAN} service_cost"]
    assert margin.sum() == pytest.approx(result.decided.kpis["account_margin"], abs=0.001)


def test_a_commitment_beyond_the_work_and_an_idle_provider_stay_unallocated() -> None:
    case, result = tiny()
    providers = case.tables["providers"].assign(commitment=[0.0, 1_000.0])
    idle = WorkbookData(replace(case, tables={**case.tables, "providers": providers}), result)
    # Partner does 4 repairs at 60 and is owed 1,000
    paid = provider_amounts(idle.case, result.decided)
    assert paid["commitments"].tolist() == pytest.approx([0, 760])
    assert idle.attributions[PLAN].unallocated["commitments"] == pytest.approx(760)

    gone = result.decided.allocation.query("provider != 'Partner'")
    without = replace(result, plan=replace(result.decided, allocation=gone))
    assert WorkbookData(case, without).attributions[PLAN].unallocated["providers_fixed"] == pytest.approx(100)
