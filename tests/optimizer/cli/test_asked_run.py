"""Questions on a run or a case: which run they are about, where their answers lie, and what documents show of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import optimizer
from models import load_case
from optimizer.assurance.result import Result
from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import BAD_INPUT, DONE, FAILED
from optimizer.results.run_reference import run_digest
from tests.folders import TINY
from tests.optimizer.cli.invocations import Told


@pytest.fixture(scope="module")
def solved() -> Result:
    return optimizer.solve(load_case(TINY))


@pytest.fixture(autouse=True)
def here(typed_in_a_folder_of_its_own: Path, solved: Result, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a copy of the tiny case; what is solved of it without conditions is known."""
    shutil.copytree(TINY, "acme")
    case = load_case("acme")

    def known(asked: Any, scenario: Any, **options: Any) -> Result:
        if options.get("conditions") or asked.files != case.files:
            return optimizer.solve(asked, scenario, **options)
        noted = {**solved.manifest, "case_path": asked.path, "inputs": dict(asked.files)}
        return Result(**{**vars(solved), "manifest": noted})

    monkeypatch.setattr("optimizer.cli.commands.solve", known)
    monkeypatch.setattr("optimizer.analysis.machinery.sessions.solver_session.solve", known)
    return typed_in_a_folder_of_its_own


@pytest.fixture
def unsolved(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes every search a failure from now on."""

    def never(*given: Any, **options: Any) -> Result:
        raise AssertionError("solved")

    def forbid() -> None:
        for name in ("solve", "evaluate"):
            monkeypatch.setattr(f"optimizer.analysis.machinery.sessions.solver_session.{name}", never)
            monkeypatch.setattr(f"optimizer.cli.commands.{name}", never)

    return forbid


def folders() -> list[str]:
    return sorted(place.name for place in Path("runs").iterdir())


def answer(folder: str) -> dict[str, Any]:
    (file,) = Path(folder).glob("*.json")
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


def edit_rates() -> None:
    rates = Path("acme/rates.csv")
    rates.write_text(rates.read_text().replace("\n", "\n", 1) + "\n")


def test_a_case_is_asked_about_the_run_where_solve_writes_it(told: Told, here: Path) -> None:
    assert main(["levels", "acme"]) == DONE
    assert "This is about the run runs/acme-base, which is made first.\n" in told()[1]
    assert folders() == ["acme-base", "acme-base-levels"]
    made = {"digest": run_digest(Path("runs/acme-base")), "folder": str(here / "runs" / "acme-base")}
    assert answer("runs/acme-base-levels")["run"] == made
    assert Result.load("runs/acme-base").manifest["command"] == ["tierwise", "levels", "acme"]

    assert main(["price", "acme", "clinics", "gold"]) == DONE
    assert "This is about the run runs/acme-base.\n" in told()[1]
    assert main(["report", "acme"]) == main(["workbook", "acme"]) == DONE
    assert run_digest(Path("runs/acme-base")) == made["digest"]


@pytest.mark.parametrize(
    "command",
    [
        ["price", "run", "clinics", "gold"],
        ["levels", "run"],
        ["report", "run"],
        ["workbook", "run"],
    ],
    ids=lambda words: words[0],
)
def test_what_tells_of_a_plan_that_is_there_solves_nothing(
    command: list[str], unsolved: Callable[[], None], here: Path
) -> None:
    assert main(["solve", "acme", "--out", "run"]) == DONE
    unsolved()
    assert main(command) == DONE
    assert not Path("runs").exists()


def test_a_run_is_found_without_its_case_being_named_and_with_it(told: Told) -> None:
    assert main(["solve", "acme", "--out", "there/run"]) == DONE
    Path("acme").rename("moved")
    assert main(["levels", "there/run"]) == BAD_INPUT
    assert "name it with --case CASE" in told()[1]
    assert main(["audit", "there/run"]) == BAD_INPUT
    assert "for audit: tierwise audit CASE RUN" in told()[1]
    assert main(["audit", "moved", "there/run"]) == DONE
    assert main(["levels", "there/run", "--case", "moved"]) == DONE
    assert sorted(place.name for place in Path("there").iterdir()) == ["run", "run-levels"]
    assert main(["levels", "moved", "--case", "moved"]) == BAD_INPUT
    assert "moved is no run, so --case cannot say where its case lies." in told()[1]


def test_another_question_gets_another_folder_and_the_same_one_its_own(told: Told) -> None:
    assert main(["solve", "acme"]) == DONE
    asked = [["explain"], ["explain", "csat_floor"], ["explain", "csat_floor", "--gap", "1e-3"], ["explain"]]
    for name, *more in asked:
        assert main([name, "runs/acme-base", *more]) == DONE
    plain, one = [name for name in folders() if "explain" in name]
    assert plain == "acme-base-explain"
    assert one.startswith("acme-base-explain-csat_floor-")
    assert answer(f"runs/{plain}")["arguments"] == {}
    assert answer(f"runs/{one}")["arguments"] == {"rules": ["csat_floor"]}


def test_an_answer_takes_the_place_of_no_other_one_unasked(told: Told) -> None:
    assert main(["solve", "acme", "--out", "run"]) == main(["solve", "acme", "--out", "other"]) == DONE
    price = ["price", "run", "clinics", "gold", "--out", "out"]
    assert main(price) == main([*price, "--gap", "0.1"]) == DONE
    before = answer("out")
    told()
    others = {
        "another question": [*price[:3], "silver", "--out", "out"],
        "another run (": ["price", "other", *price[2:]],
    }
    for what, command in others.items():
        assert main(command) == BAD_INPUT
        assert f"out holds the answer of price about {what}" in told()[1]
    assert answer("out") == before
    assert main([*others["another run ("], "--force"]) == DONE


def test_a_run_of_other_data_is_refused_and_at_its_place_made_anew(told: Told) -> None:
    assert main(["solve", "acme"]) == DONE
    edit_rates()
    assert main(["levels", "runs/acme-base"]) == BAD_INPUT
    changed = "runs/acme-base: The case has changed since the run was made (rates.csv); solve it again."
    assert told()[1] == f"{changed}\n"
    assert main(["levels", "acme"]) == DONE
    assert f"{changed} The run is made anew." in told()[1]
    assert main(["levels", "runs/acme-base"]) == DONE


def test_a_signed_run_is_not_made_anew(told: Told) -> None:
    assert main(["solve", "acme"]) == main(["sign-off", "runs/acme-base", "--by", "Ann"]) == DONE
    edit_rates()
    assert main(["levels", "acme"]) == BAD_INPUT
    assert "runs/acme-base holds a run that is signed off" in told()[1]


def test_a_run_has_its_own_scenario(told: Told) -> None:
    assert main(["solve", "acme"]) == DONE
    assert main(["levels", "runs/acme-base", "--scenario", "base"]) == DONE
    told()
    assert main(["levels", "runs/acme-base", "--scenario", "one_tier"]) == BAD_INPUT
    assert "runs/acme-base is a run of scenario base" in told()[1]


@pytest.mark.parametrize(
    ("command", "faults"),
    [
        (["whynot", "acme", "drop gld", "offer silver", "offer bronze"], ["drop gld", "offer bronze"]),
        (["compare", "acme", "base", "bas", "bus"], ["bas is neither", "bus is neither"]),
        (["explain", "acme", "min_margin", "max_margin"], ["min_margin", "max_margin"]),
        (["price", "acme", "clinic", "gld", "--prices", "-2"], ["clinic", "gld", "-2.0"]),
        (["price", "acme", "clinics", "gold", "--prices", "nan,inf,1e19"], ["nan", "inf", "1e+19"]),
        (["frontier", "acme", "happiness", "wealth", "--points", "1"], ["happiness", "wealth", "1 points"]),
        (["frontier", "acme", "wealth", "--step", "inf"], ["wealth", "step inf"]),
        (["whynot", "acme", "", " ; ", "drop gld"], ["''", "' ; '", "drop gld"]),
    ],
    ids=lambda value: value[0],
)
def test_every_fault_of_the_arguments_is_told_before_anything_is_solved(
    command: list[str], faults: list[str], told: Told, unsolved: Callable[[], None]
) -> None:
    unsolved()
    assert main(command) == BAD_INPUT
    said = told()[1]
    assert [fault for fault in faults if fault not in said] == []
    assert not Path("runs").exists()


def test_a_report_shows_the_answers_of_its_run_that_lie_beside_it(told: Told) -> None:
    assert main(["solve", "acme"]) == main(["levels", "runs/acme-base"]) == DONE
    assert main(["price", "runs/acme-base", "clinics", "gold", "--out", "priced"]) == DONE
    told()
    assert main(["report", "runs/acme-base", "--with", "priced"]) == DONE
    assert "Not asked yet: tierwise compare runs/acme-base; tierwise explain runs/acme-base; " in told()[0]
    page = Path("runs/acme-base.html").read_text(encoding="utf-8")
    assert "Under-served and over-delivered" in page
    assert "What a price does" in page
    assert "What each rule costs" not in page
    assert "tierwise roadmap runs/acme-base" in page

    assert main(["workbook", "runs/acme-base", "--with", "priced"]) == DONE
    rows = [row[0] for row in openpyxl.load_workbook("runs/acme-base.xlsx")["Answers"].iter_rows(values_only=True)]
    assert {"Levels", "Price", "Levels: zones"} <= set(rows)


def test_what_a_run_cannot_be_asked_is_named_nowhere(told: Told) -> None:
    Path("ours.csv").write_text("price_book,tier,model,price\nclinics,gold,fixed,0.09\nfactories,gold,fixed,0.09\n")
    assert main(["evaluate", "acme", "--menus", "ours.csv", "--out", "given"]) == DONE
    assert "tierwise explain" not in told()[0]
    assert main(["explain", "given"]) == BAD_INPUT  # nothing is known of the best plan
    told()
    assert main(["levels", "given"]) == DONE
    assert "Next" not in told()[0]
    for command in (["report", "given"], ["workbook", "given"]):
        assert main([*command, "--json"]) == DONE
        assert json.loads(told()[0])["result"]["not_asked"] == ["tierwise compare given", "tierwise roadmap given"]

    Path("acme", "scenarios", "greedy.toml").write_text("min_service_margin = 0.99\n")
    assert main(["solve", "acme", "--scenario", "greedy", "--out", "none"]) == FAILED
    told()
    assert main(["report", "none", "--json"]) == DONE
    assert json.loads(told()[0])["result"]["not_asked"] == ["tierwise diagnose none"]
    assert main(["explain", "none"]) == FAILED
    assert "Next" not in told()[0]


def test_answers_about_another_run_are_in_no_document(told: Told) -> None:
    """Not even about the run that lay there before, which a solve anew replaced."""
    assert main(["solve", "acme"]) == main(["levels", "runs/acme-base"]) == DONE
    manifest = json.loads(Path("runs/acme-base/manifest.json").read_text())
    Result.load("runs/acme-base").save("runs/acme-base")
    assert json.loads(Path("runs/acme-base/manifest.json").read_text()) == manifest  # the same run, saved again
    assert main(["report", "runs/acme-base"]) == DONE
    assert "left out" not in told()[1]

    assert main(["solve", "acme", "--log", "new.jsonl"]) == DONE  # of which the manifest tells
    told()
    assert main(["report", "runs/acme-base", "--force"]) == DONE
    again = "not about runs/acme-base as it is; ask again: tierwise levels runs/acme-base."
    assert "acme-base-levels is left out: The answer of levels is about another run (" in (said := told()[1])
    assert again in said
    assert "Under-served and over-delivered" not in Path("runs/acme-base.html").read_text(encoding="utf-8")
    for document, file in (("report", "x.html"), ("workbook", "x.xlsx")):
        given = ["--with", "runs/acme-base-levels", "--out", file]
        assert main([document, "runs/acme-base", *given]) == BAD_INPUT
        assert again in told()[1]
        assert not Path(file).exists()
    assert main(["levels", "runs/acme-base"]) == main(["report", "runs/acme-base", "--force"]) == DONE
    assert "left out" not in told()[1]


def test_every_value_that_an_argument_does_not_take_is_told_at_once(told: Told, unsolved: Callable[[], None]) -> None:
    unsolved()
    with pytest.raises(SystemExit) as ended:
        main(["price", "acme", "clinics", "gold", "--prices", "x,y", "--gap", "-1", "--time-limit", "zero", "--json"])
    assert ended.value.code == BAD_INPUT
    out, err = told()
    faults = ["argument --prices: found 'x,y'", "argument --gap: found '-1'", "argument --time-limit: found 'zero'"]
    assert [fault for fault in faults if f"tierwise price: error: {fault}" not in err] == []
    assert [fault for fault in faults if fault not in out] == []
