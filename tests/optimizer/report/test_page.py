"""The page: whole, safe, traceable, and from the files of the run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import optimizer
from models.plan_tables import RunError
from optimizer.analysis.machinery.answers.answer_folder import load_answer
from optimizer.assurance.result import Result
from optimizer.cli.command_line import main
from optimizer.report import write_report
from optimizer.results.record import Status
from optimizer.results.run_reference import RunReference
from tests.optimizer.charts.made import explained, priced, result
from tests.optimizer.report.pages import EVIL, Outline, named, page
from tests.worlds.small_case import write_small_case


@cache
def outline(name: str = "made") -> Outline:
    return Outline(page(name))


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A case and a run of it."""
    folder = tmp_path_factory.mktemp("report")
    case = write_small_case(folder / "case")
    run = optimizer.solve(optimizer.load_case(case)).save(folder / "run")
    return case, run


def test_every_chart_of_the_page_has_its_specification() -> None:
    places = {f"chart-{one['data-chart']}" for one in outline().all("div") if "data-chart" in one}
    assert places == set(outline().scripts)
    assert len(places) == 5 + 11  # the plan's and the answers'
    assert all(json.loads(text)["$schema"] for text in outline().scripts.values())


def test_nothing_is_taken_from_elsewhere() -> None:
    links = [
        value for _, attributes in outline().elements for name, value in attributes.items() if name in ("src", "href")
    ]
    assert links
    assert all(value is not None and value.startswith("#") for value in links)
    assert not outline().all("link")
    (policy,) = (meta["content"] for meta in outline().all("meta") if meta.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe-eval" not in policy


def test_names_from_data_stay_text() -> None:
    safe, evil = outline(), outline(EVIL)
    varying = ("li", "wbr")  # more sentences, and long words that may break
    assert [tag for tag, _ in evil.elements if tag not in varying] == [
        tag for tag, _ in safe.elements if tag not in varying
    ]
    assert any(EVIL in text for text in evil.text)
    assert EVIL not in page(EVIL)


def test_every_link_leads_to_a_section_and_every_figure_names_its_file() -> None:
    ids = {attributes["id"] for _, attributes in outline().elements if "id" in attributes}
    assert all(link["href"] and link["href"][1:] in ids for link in outline().all("a"))
    text = " ".join(outline().text)
    assert all(f"{name}.csv" in text for name in ("menus", "uptake", "allocation", "fulfilment", "experience"))
    assert "the folder of frontier" in text


def test_long_tables_are_counted_and_not_told_whole() -> None:
    text = " ".join(Outline(page(size=50, answers=())).text)
    assert "30 more price books there" in text
    assert "20 more segments there" in text
    assert "21 more rows there" in text


def test_without_a_plan_it_says_why_and_draws_nothing() -> None:
    none = replace(named("made"), status=Status.INFEASIBLE, plan=None, objective=None, reason="Two rules contradict.")
    shown = Outline(optimizer_page(none))
    assert "Infeasible, proved. Two rules contradict." in " ".join(shown.text)
    assert not shown.scripts


def optimizer_page(of: optimizer.Result) -> str:
    from optimizer.report import report_page

    return report_page(of, {})


def test_it_holds_the_digest_of_every_file_of_the_run(solved: tuple[Path, Path], tmp_path: Path) -> None:
    case, run = solved
    text = write_report(run, tmp_path / "out.html", case=optimizer.load_case(case)).read_text(encoding="utf-8")
    for file in run.iterdir():
        assert hashlib.sha256(file.read_bytes()).hexdigest() in text
    assert "capacity: the case&#39;s table providers" in text


def test_answers_of_another_case_are_refused(solved: tuple[Path, Path], tmp_path: Path) -> None:
    case = optimizer.load_case(solved[0])
    with pytest.raises(
        RunError, match=r"The answer of explain is about no run, not about .* as it is; ask again: tierwise explain "
    ):
        write_report(solved[1], tmp_path / "out.html", case=case, answers=[explained(1)])
    assert not list(tmp_path.iterdir())


def test_the_command_finds_the_case_takes_answers_and_keeps_what_is_there(
    solved: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, run = solved
    replace(explained(2), case_name="small", run=RunReference.of(run)).save(tmp_path / "explain")
    file = tmp_path / "out.html"
    command = ["report", str(run), "-o", str(file), "--case", str(case), "--with", str(tmp_path / "explain")]
    assert main(command) == 0
    assert "What each rule costs" in file.read_text(encoding="utf-8")
    assert main(command) == 2
    assert "--force" in capsys.readouterr().err
    assert main([*command, "--force"]) == 0


def test_without_its_case_the_report_is_written_unchecked_only(
    solved: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = replace(Result.load(solved[1]), manifest={}).save(tmp_path / "run")
    command = ["report", str(run), "-o", str(tmp_path / "out.html")]
    assert main(command) == 2
    told = capsys.readouterr().err
    assert "--case CASE" in told
    assert "--unchecked" in told
    assert not (tmp_path / "out.html").exists()
    assert main([*command, "--unchecked"]) == 0
    assert "without capacities" in capsys.readouterr().err
    assert "UNCHECKED" in (tmp_path / "out.html").read_text(encoding="utf-8")


def test_an_answer_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"name": ["007", "NA", ""], "flag": [True, False, True], "share": [0.1, None, 2e-7], "count": [1, 2, 3]}
    )
    saved = replace(priced(1), tables={"odd": table}, columns={"odd": dict.fromkeys(table, "x")}, shown=("odd",))
    loaded = load_answer(saved.save(tmp_path / "odd"))
    pd.testing.assert_frame_equal(loaded.tables["odd"], table, check_dtype=False)
    assert loaded.tables["odd"]["flag"].dtype == bool
    assert replace(loaded, tables={}, columns={}) == replace(saved, tables={}, columns={})


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "is not the folder of an answer"),
        ({"a.json": "{"}, "not JSON"),
        ({"a.json": "{}"}, "has no format"),
        ({"a.json": '{"format": 2}'}, "not that of an answer"),
        ({"a.json": '{"format": 2, "columns": {"t": {"x": "y"}}}'}, "the file is missing"),
        ({"a.json": '{"format": 2, "columns": {"t": {"x": "y"}}}', "t.csv": "z\n1\n"}, "expected the columns x"),
    ],
)
def test_what_is_no_answer_is_refused(files: dict[str, str], message: str, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match=message):
        load_answer(tmp_path)


def test_a_run_without_work_is_still_told() -> None:
    assert "No work is delivered." in optimizer_page(result(0))
