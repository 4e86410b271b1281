"""Who is so busy that its response times say too little: from the audit of a plan to what is said of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import optimizer
from models import Case, Scenario, build_case, load_case
from optimizer.analysis.levels import levels
from optimizer.assurance.result import Result
from optimizer.auditing import audit
from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import DONE
from optimizer.report.price_lists import PriceLists
from optimizer.report.readable import Readable
from optimizer.report.recommendation import recommendation
from optimizer.results.busy_providers import BUSIEST, LOADS, busy_sentence
from optimizer.results.findings import Audit
from tests.folders import TINY
from tests.worlds.hand_plan import hand_case, hand_plan

TOLD = "Loaded above 85 % of capacity: Own (94.55 %). The response times of the case do not know of queues"
"""Own works 104 hours of the tiny case: 40 repairs for clinics, 8 in gold and half of 8 in silver, 2 hours each."""


def found(**loads: float) -> Audit:
    table = pd.DataFrame(list(loads.items()), columns=list(LOADS))
    return replace(audit(hand_case(), Scenario(), hand_plan()), loads=table)


def test_the_busiest_first_and_only_those_above() -> None:
    said = busy_sentence(found(own=0.9, orbis=0.97, vega=BUSIEST, atlas=0.1))
    assert said is not None
    assert "orbis (97.00 %), own (90.00 %). The" in said
    assert busy_sentence(found(own=BUSIEST)) is None
    many = busy_sentence(found(**{f"p{number}": 0.9 for number in range(8)}))
    assert many is not None
    assert "p4 (90.00 %) and 3 more" in many


def test_an_audit_that_does_not_know_says_nothing() -> None:
    assert busy_sentence(None) is None
    short = busy_sentence(found(own=0.9455, orbis=1.0), short=True)
    assert short is not None
    assert "orbis (100 %), own (94.5 %)" in short
    assert "tierwise" not in short
    assert busy_sentence(replace(found(own=0.9), loads=None)) is None


def test_the_audit_knows_teams_and_partners_with_work() -> None:
    """Team 480 and partner 340 of 1,000 hours; the portal's load is no queue for people."""
    loads = audit(hand_case(), Scenario(), hand_plan()).loads
    assert loads is not None
    assert dict(loads.itertuples(index=False, name=None)) == pytest.approx({"team": 0.48, "partner": 0.34})


@pytest.fixture(scope="module")
def busy() -> tuple[Case, Result]:
    tiny = load_case(TINY)
    providers = tiny.tables["providers"].assign(capacity_hours=[110.0, 1000.0])
    case = build_case(tiny.settings, {**tiny.tables, "providers": providers}, tiny.scenarios)
    return case, optimizer.solve(case)


def test_everywhere_a_plan_is_summed_up(busy: tuple[Case, Result]) -> None:
    case, result = busy
    assert TOLD in result._repr_html_()
    points = recommendation(result, PriceLists(result, case, Readable.of(result, case)))
    (delivery,) = (point for point in points if point.heading == "Who delivers it")
    assert sum(sentence.startswith(TOLD.replace("94.55", "94.5")) for sentence in delivery.sentences) == 1
    assert levels(case, result=result).sentences[-1].startswith(TOLD)


def test_a_run_that_is_read_again_says_so_too(busy: tuple[Case, Result], tmp_path: Path) -> None:
    case, result = busy
    run = result.save(tmp_path / "run")
    assert TOLD in Result.load(run, case)._repr_html_()
    assert TOLD not in Result.load(run, unchecked=True)._repr_html_()  # without the case nothing is known of capacities


def test_the_summary_of_a_solve(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in TINY.iterdir():
        if file.is_file():
            text = file.read_text(encoding="utf-8").replace("Own,in_house,1000", "Own,in_house,110")
            (tmp_path / file.name).write_text(text, encoding="utf-8")
    (tmp_path / "scenarios").mkdir()
    base = (TINY / "scenarios" / "base.toml").read_text(encoding="utf-8")
    (tmp_path / "scenarios" / "base.toml").write_text(base, encoding="utf-8")
    assert main(["solve", str(tmp_path), "--out", str(tmp_path / "run")]) == DONE
    assert f"Warning: {TOLD}" in capsys.readouterr().out
    assert main(["solve", str(TINY), "--out", str(tmp_path / "other")]) == DONE
    assert "of capacity" not in capsys.readouterr().out
