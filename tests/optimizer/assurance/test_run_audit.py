"""A run edited by hand, file by file: the audit fails and names the edit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from models.authoring.case_writer import write_case
from models.plan_tables import RunError
from optimizer.assurance.run_audit import audit_run
from optimizer.auditing.ledger import number
from optimizer.results.record import Status
from optimizer.results.run_folder import save_run

from ...worlds.hand_plan import hand_case, hand_result

Edit = Callable[[str], str]


def swap(old: str, new: str) -> Edit:
    def edit(before: str) -> str:
        assert old in before
        return before.replace(old, new, 1)

    return edit


def without(start: str) -> Edit:
    def edit(before: str) -> str:
        lines = before.splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(start)]
        assert len(kept) == len(lines) - 1
        return "".join(kept)

    return edit


def plus(line: str) -> Edit:
    return lambda before: before + line + "\n"


TAMPERINGS: list[tuple[str, Edit, str]] = [
    ("menus.csv", swap("works,silver,warranty,0.1", "works,silver,warranty,0.08"), "uptake"),
    ("menus.csv", swap("works,silver,warranty,0.1", "works,silver,warranty,0.12"), "price_points"),
    ("menus.csv", swap("works,gold,perf,0.2", "works,gold,warranty,0.15"), "decided_models"),
    ("menus.csv", without("works,gold"), "decided_tiers"),
    ("menus.csv", plus("clinics,gold,warranty,0.15"), "uptake"),
    ("menus.csv", plus("works,gold,warranty,0.15"), "one_option_per_tier"),
    ("menus.csv", plus("shops,gold,warranty,0.15"), "names"),
    ("coverage.csv", swap("works,valve,false", "works,valve,true"), "supported"),
    ("coverage.csv", swap("works,pump,true", "works,pump,false"), "required_products"),
    ("coverage.csv", without("works,valve"), "rows"),
    ("uptake.csv", swap("0.3333333333333333,100.0,10000.0", "0.4333333333333333,130.0,13000.0"), "uptake"),
    ("uptake.csv", swap("100.0,10000.0,8000.0", "100.0,10000.0,8001.0"), "uptake"),
    ("uptake.csv", swap(",contract,pump,silver,warranty,0.2,", ",contract,pump,silver,warranty,0.3,"), "contracts"),
    ("uptake.csv", without("works,all,valve"), "uptake"),
    ("allocation.csv", swap("team,70.0,140.0,1400.0", "team,69.0,138.0,1380.0"), "flow_conservation"),
    ("allocation.csv", swap("team,70.0,140.0,1400.0", "team,70.0,140.0,1300.0"), "allocation"),
    ("allocation.csv", swap("team,70.0,140.0,1400.0", "team,70.0,14.0,1400.0"), "allocation"),
    ("allocation.csv", swap("team,70.0,140.0,1400.0", "spare,70.0,140.0,1400.0"), "rates"),
    ("allocation.csv", swap("team,70.0,140.0,1400.0", "nobody,70.0,140.0,1400.0"), "names"),
    ("allocation.csv", swap("partner,100.0,200.0,3000.0", "spare,100.0,200.0,2000.0"), "engaged"),
    ("allocation.csv", swap("gold,perf,team", "gold,,team"), "flow_conservation"),
    ("allocation.csv", plus("north,machines,repair,silver,,team,-1.0,-2.0,-20.0"), "amounts"),
    ("fulfilment.csv", swap("pump,gold,swap,100.0,300.0", "pump,gold,mend,100.0,200.0"), "turnaround"),
    ("fulfilment.csv", swap("310.0,620.0", "310.0,600.0"), "fulfilment"),
    ("fulfilment.csv", without("pump,gold"), "policies"),
    ("experience.csv", swap("csat,80.0,70.0,true", "csat,88.0,70.0,true"), "experience"),
    ("experience.csv", swap("csat,80.0,70.0,true", "csat,80.0,60.0,true"), "experience"),
    ("experience.csv", swap("csat,80.0,70.0,true", "csat,80.0,70.0,false"), "experience"),
    ("experience.csv", without("gold,,turnaround_hours"), "experience"),
    ("plan.json", swap('"service_cost": 15650.0', '"service_cost": 15000.0'), "kpi service_cost"),
    ("plan.json", swap('"contract_coverage": 0.6', '"contract_coverage": 0.7'), "kpi contract_coverage"),
    ("plan.json", swap('"cost_to_serve": 0.38', '"cost_to_serve": 0.28'), "kpi cost_to_serve"),
    ("plan.json", swap('"objective": 67450.0', '"objective": 67453.0'), "objective"),
    ("plan.json", swap('"bound": 67453.0', '"bound": 67449.0'), "bound"),
    ("plan.json", swap('"gap": 4', '"gap": 1'), "gap"),
    ("plan.json", swap('"gain_gap": 6', '"gain_gap": 5'), "gain_gap"),
    ("plan.json", swap('"no_contract_objective": 19600.0', '"no_contract_objective": 600.0'), "no_contract_objective"),
    ("plan.json", swap('"objective_name": "account_revenue"', '"objective_name": "service_revenue"'), "source"),
    ("plan.json", swap('"case": "hand"', '"case": "other"'), "source"),
    ("plan.json", swap('   "web"', '   "spare",\n   "web"'), "fixed_cost"),
    ("plan.json", swap('   "partner",\n', ""), "engaged"),
    ("plan.json", swap('   "gold",\n', ""), "decided_tiers"),
    ("plan.json", swap('   "pump"\n', '   "pump",\n   "valve"\n'), "fixed_cost"),
    ("plan.json", swap('"contract_coverage": 0.5', '"contract_coverage": 0.4'), "baseline"),
    ("manifest.json", swap('"gap": 0.0001', '"gap": 0.00001'), "status"),
    ("plan.json", swap('"status": "optimal"', '"status": "feasible"'), "status"),
    ("audit.json", swap('"slack": 660.0', '"slack": 760.0'), "audit_file"),
    ("audit.json", swap('"difference": 0.0', '"difference": 1.0'), "audit_file"),
]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_run(hand_result(), tmp_path_factory.mktemp("saved") / "run")


@pytest.fixture
def run(saved: Path, tmp_path: Path) -> Path:
    return Path(copytree(saved, tmp_path / "run"))


def test_an_untouched_run_passes(run: Path) -> None:
    verdict = audit_run(hand_case(), run)
    assert verdict.faults == ()
    assert verdict.ok
    assert "audit_file" in set(verdict.rules["rule"])


@pytest.mark.parametrize(("file", "edit", "rule"), TAMPERINGS)
def test_an_edit_by_hand_is_named(file: str, edit: Edit, rule: str, run: Path) -> None:
    before = (run / file).read_text(encoding="utf-8")
    after = edit(before)
    assert after != before
    (run / file).write_text(after, encoding="utf-8", newline="\n")
    verdict = audit_run(hand_case(), run)
    assert not verdict.ok
    assert any(text.startswith((f"{rule} (", f"{rule}:", f"kpi {rule}:")) for text in verdict.faults), verdict.faults


def test_a_case_changed_since_is_named(run: Path) -> None:
    saved = hand_result()
    manifest = {**saved.manifest, "inputs": {"tiers.csv": "aa"}}
    path = save_run(replace(saved, manifest=manifest), run)
    verdict = audit_run(replace(hand_case(), files={"tiers.csv": "bb"}), path)
    assert any(text.startswith("inputs (file=tiers.csv)") for text in verdict.faults)


def test_a_case_on_disk(run: Path, tmp_path: Path) -> None:
    verdict = audit_run(write_case(hand_case(), tmp_path / "hand"), run)
    assert verdict.faults == ()


def test_a_run_without_a_plan_cannot_be_audited(run: Path) -> None:
    values = dict.fromkeys(["objective", "bound", "gap", "plan", "audit", "no_contract_objective"])
    nothing = replace(hand_result(), status=Status.INFEASIBLE, **values)
    with pytest.raises(RunError, match="holds no plan"):
        audit_run(hand_case(), save_run(nothing, run))


def test_a_scenario_the_case_does_not_have(run: Path) -> None:
    path = run / "plan.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"scenario": "base"', '"scenario": "bast"'))
    with pytest.raises(RunError, match="scenario is 'bast'"):
        audit_run(hand_case(), run)


def test_a_number_of_hundreds_of_digits_is_no_crash() -> None:
    assert number({"asked_gap": 10**400}, "asked_gap") == float("inf")
    assert number({}, "asked_gap") is None
