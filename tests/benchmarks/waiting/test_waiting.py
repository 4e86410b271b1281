"""What rows measure and how their figures are judged and kept."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf, nan
from pathlib import Path

import pytest

from tests.benchmarks.checkouts.checkout import Checkout, checkout
from tests.benchmarks.generator import Size
from tests.benchmarks.perturbed import Perturbation
from tests.folders import IMAGING, ROOT, TINY

from . import measures
from .figures import AFTER, BEFORE, Measured, measured, page, read, replaced, write
from .measures import (
    Again,
    Figure,
    FirstPlan,
    Ground,
    SolveProcess,
    SweepProcess,
    Warm,
    fresh,
    gap_of,
    near,
    proof,
    tiny_warm,
)
from .waits import GRID, WAITS, Wait

SMALL = Size(books=2, classes=1, products=1, tiers=2, models=2, prices=2)
SOLVE = {
    "status": "optimal",
    "objective": 99.9,
    "bound": 100.0,
    "seconds": 5.0,
    "processor": 4.0,
    "plans": [[1.0, 0.5, 98.0], [2.0, 1.5, 99.0], [4.0, 3.0, 99.9]],
}
LINE = Measured("floor50-0.55", "", "gap", 1e-3, 2e-3, 2e-3, 1e-3, 1e-3, 5, "2026-01-01T00:00+00:00")


@pytest.fixture
def here(tmp_path: Path) -> Checkout:
    return checkout(ROOT, tmp_path / "work")


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """The smallest case in the place of the shipped one."""
    monkeypatch.setattr(measures, "IMAGING", TINY)
    return Ground(tmp_path / "cases")


def test_a_plan_is_near_from_when_it_lacks_a_hundredth_of_the_bound() -> None:
    assert near(SOLVE) == Figure(2.0, 1.5)
    assert near({**SOLVE, "bound": 102.0}) == Figure(inf, inf)
    assert near({**SOLVE, "status": "infeasible", "bound": None, "plans": []}) == Figure(5.0, 4.0)


def test_a_proof_that_there_is_no_plan_leaves_no_gap() -> None:
    assert gap_of({"status": "infeasible", "gap": None}) == 0.0
    assert gap_of({"status": "no_plan", "gap": None}) == inf
    assert gap_of({"status": "feasible", "gap": 0.25}) == 0.25


def test_a_limit_leaves_no_proof() -> None:
    assert proof(SOLVE) == Figure(5.0, 4.0)
    assert proof({**SOLVE, "status": "feasible"}) == Figure(inf, inf)


def test_the_first_plan_is_timed(here: Checkout, ground: Ground) -> None:
    found = FirstPlan()(here, ground)
    assert 0 < found["a plan"].clock <= found["within 1 %"].clock <= found["proof"].clock
    assert 0 <= found["it lacks"].clock < 1


def test_other_limits_are_asked_of_one_session(here: Checkout, ground: Ground) -> None:
    found = Warm([("max_tiers", "1"), ("min_service_margin", "0.9")])(here, ground)
    question = json.loads((here.work / "question.json").read_text(encoding="utf-8"))
    answer = json.loads((here.work / "answer.json").read_text(encoding="utf-8"))
    assert question["case"] == str(TINY)
    assert [solve["status"] for solve in answer["again"]] == ["optimal", "infeasible"]
    assert found["0.9: proof"].clock == answer["again"][1]["seconds"]
    assert found["worst gap"].clock == answer["again"][0]["gap"]
    assert found["longest proof"].clock == max(found["1: proof"].clock, found["0.9: proof"].clock)


def test_a_share_is_of_the_first_solve(here: Checkout, ground: Ground) -> None:
    found = Again(SMALL, ("max_tiers", "1"))(here, ground)
    assert found["share"].clock == found["again"].clock / found["first"].clock
    assert found["from nothing"].processor > 0


def test_the_gap_of_a_process_is_that_of_its_run(here: Checkout, ground: Ground) -> None:
    assert 0 <= SolveProcess()(here, ground)["gap"].clock <= 1e-4


def test_a_warm_solve_counts_beyond_what_it_imports(
    here: Checkout, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    def python(self: Checkout, *arguments: str, **options: object) -> measures.Ran:
        importing = arguments == ("-c", "import pandas, numba, pydantic, pulp, highspy")
        return measures.Ran(0, 2.0 if importing else 2.5, 1.5 if importing else 2.25, 1.0, False, "")

    monkeypatch.setattr(Checkout, "python", python)
    assert tiny_warm(here, ground)["beyond imports"] == Figure(0.5, 0.75)


def test_a_sweep_counts_how_its_scenarios_ended(here: Checkout, ground: Ground) -> None:
    found = SweepProcess(["min_service_margin=0.9,off"])(here, ground)
    assert [found[name].clock for name in ("proved", "infeasible", "neither")] == [1, 1, 0]


def test_a_fresh_copy_has_nothing_compiled(
    here: Checkout, ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    def python(self: Checkout, *arguments: str, **options: object) -> object:
        if not asked:
            assert not [*here.work.rglob("*.pyc"), *here.work.rglob("*.nbi")]
            assert (here.work / "fresh" / "optimizer" / "__init__.py").exists()
        asked.append((*arguments, str(options["environment"])))
        return measures.Ran(0, 9.0 - 4 * len(asked), 1.0, 1.0, False, "")

    monkeypatch.setattr(Checkout, "python", python)
    found = fresh(here, ground)
    assert (found["process"].clock, found["again"].clock, found["compilation"].clock) == (5.0, 1.0, 4.0)
    assert len(asked) == 3
    assert all(str(here.work / "fresh") in words[-1] for words in asked)


def test_checkouts_take_turns_and_medians_count(here: Checkout, ground: Ground) -> None:
    other = replace(here, work=here.work / "other")
    turns: list[Checkout] = []

    def measure(which: Checkout, on: Ground) -> dict[str, Figure]:
        turns.append(which)
        return {"wait": Figure(float(len(turns)), 0.5)}

    wait = Wait("row", "", measure, {"wait": 4.0})
    (found,) = measured(wait, {BEFORE: here, AFTER: other}, ground, 3)
    assert turns == [here, other, other, here, here, other]
    assert (found.before, found.after, found.after_processor, found.reached) == (4.0, 3.0, 0.5, "yes")
    (alone,) = measured(wait, {AFTER: other}, ground, 1)
    assert (alone.reached, alone.cells[4]) == ("no", "")


def test_figures_are_kept_and_replaced(tmp_path: Path) -> None:
    later = replace(LINE, after=inf, after_processor=inf, most=nan, before=nan, before_processor=nan)
    copy = replace(LINE, copy="7")
    kept = replaced([LINE, copy], [later], ["floor50-0.55"])
    assert kept == [later, copy]
    write([LINE, copy], tmp_path / "waiting.csv")
    assert read(tmp_path / "waiting.csv") == [LINE, copy]
    text = (tmp_path / "waiting.md").read_text(encoding="utf-8")
    assert "| floor50-0.55 | 7 | gap | 0.001 | 0.002 | 0.001 | yes | 5 |" in text
    assert "| inf |  | 5 |" in page([later])
    assert read(tmp_path / "none.csv") == []


def test_copies_of_the_shipped_case_are_asked_by_their_own_names(tmp_path: Path) -> None:
    copy = Ground(tmp_path, 2)
    assert (copy.scenario("base"), copy.scenario("other")) == ("base", Perturbation(2).scenario_name("other"))
    assert copy.imaging().parent == tmp_path
    assert Ground(tmp_path).imaging() == IMAGING


def test_rows_have_figures_to_reach_and_names_of_their_own() -> None:
    assert all(wait.most for wait in WAITS.values())
    assert [len(keys.rpartition("=")[2].split(",")) for keys in GRID] == [5, 4, 5, 2]
