"""The run folder: what is written reads back as it was, whole or not at all, and faults are named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from errno import EACCES
from pathlib import Path
from shutil import copytree

import numpy as np
import pandas as pd
import pytest

from models.plan import PLAN_TABLES
from models.plan_tables import OtherFormatError, RunError
from optimizer.assurance.result import Result, as_result
from optimizer.results.digests import checksum_holds
from optimizer.results.record import Status
from optimizer.results.run_folder import RUN_FILES, check_run_target, load_run, save_run

from ...worlds.hand_plan import hand_result


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_run(hand_result(), tmp_path_factory.mktemp("saved") / "run")


@pytest.fixture
def run(saved: Path, tmp_path: Path) -> Path:
    return Path(copytree(saved, tmp_path / "run"))


def no_plan(status: Status = Status.INFEASIBLE) -> Result:
    nothing = dict.fromkeys(["objective", "bound", "gap", "plan", "audit", "no_contract_objective"])
    return replace(hand_result(), status=status, **nothing)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_file_is_written(run: Path) -> None:
    assert sorted(contents(run)) == sorted(RUN_FILES)


def test_result_reads_back_as_it_was(run: Path) -> None:
    saved, loaded = hand_result(), as_result(load_run(run))
    for name in PLAN_TABLES:
        pd.testing.assert_frame_equal(getattr(loaded.plan, name), getattr(saved.plan, name), check_dtype=False)
        for column, values in getattr(saved.plan, name).items():
            assert list(getattr(loaded.plan, name)[column].dropna()) == list(values.dropna())  # to the last bit
    assert loaded.plan is not None
    assert saved.plan is not None
    assert loaded.plan.decisions == saved.plan.decisions
    assert loaded.plan.kpis == saved.plan.kpis
    assert loaded.audit is not None
    assert saved.audit is not None
    pd.testing.assert_frame_equal(loaded.audit.rules, saved.audit.rules, check_dtype=False)
    pd.testing.assert_frame_equal(loaded.audit.kpis, saved.audit.kpis, check_dtype=False)
    assert replace(loaded, plan=None, audit=None) == replace(saved, plan=None, audit=None)


@pytest.mark.parametrize("number", [0.1 + 0.2, 1 / 3, 1e-300, 123456789.123456789, 5e-324, 1.7976931348623157e308])
def test_numbers_read_back_to_the_last_bit(number: float, tmp_path: Path) -> None:
    result = hand_result()
    uptake = result.uptake.copy()
    uptake.loc[0, "units"] = number
    loaded = load_run(save_run(replace(result, plan=replace(result.decided, uptake=uptake)), tmp_path / "run"))
    assert loaded.plan is not None
    assert loaded.plan.uptake.loc[0, "units"] == number


def test_names_with_odd_characters_read_back(tmp_path: Path) -> None:
    names = ["Zürich, “A”", 'quote " inside', "NA", "None", "nan", "a;b", "=1+1", "001"]
    result = hand_result()
    assert result.plan is not None
    menus = pd.DataFrame({"price_book": names, "tier": "silver", "model": "warranty", "price": 0.1})
    loaded = load_run(save_run(replace(result, plan=replace(result.plan, menus=menus)), tmp_path / "run"))
    assert loaded.plan is not None
    assert list(loaded.plan.menus["price_book"]) == names


def test_two_writes_are_the_same_bytes(tmp_path: Path) -> None:
    first, second = (save_run(hand_result(), tmp_path / name) for name in ("first", "second"))
    assert contents(first) == contents(second)


def test_text_is_plain_utf8_with_line_feeds(run: Path) -> None:
    for name, content in contents(run).items():
        assert b"\r" not in content, name
        assert not content.startswith(b"\xef\xbb\xbf"), name
        assert content.endswith(b"\n"), name
    assert (run / "coverage.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        "clinics,pump,true",
        "works,pump,true",
        "works,valve,false",
    ]
    assert (run / "menus.csv").read_text(encoding="utf-8").splitlines()[:2] == [
        "price_book,tier,model,price",
        "clinics,silver,warranty,0.1",
    ]


def test_tables_saved_again_by_a_spreadsheet_read_the_same(run: Path) -> None:
    path = run / "coverage.csv"
    saved = path.read_text(encoding="utf-8").upper().replace("PRICE_BOOK,PRODUCT,COVERED", "price_book,product,covered")
    path.write_text(saved, encoding="utf-8-sig", newline="\r\n")
    loaded = load_run(run)
    assert loaded.plan is not None
    assert loaded.plan.coverage.to_numpy().tolist() == [
        ["CLINICS", "PUMP", True],
        ["WORKS", "PUMP", True],
        ["WORKS", "VALVE", False],
    ]


def test_plan_json_says_what_the_contract_names(run: Path) -> None:
    document = json.loads((run / "plan.json").read_text(encoding="utf-8"))
    assert document["format"] == 2
    assert document["status"] == "optimal"
    assert document["objective"] == 67450.0
    assert document["decisions"]["providers"] == ["partner", "team", "web"]
    assert (document["decisions"]["engagements"], document["decisions"]["territories"]) == ([], [])
    assert document["kpis"]["service_cost"] == 15650.0
    assert document["no_contract_objective"] == 19600.0
    assert document["gain_gap"] == pytest.approx(3 / 47850, rel=1e-12)
    assert document["baseline"]["admin_cost"] == 230.0
    audit = json.loads((run / "audit.json").read_text(encoding="utf-8"))
    assert audit["ok"] is True
    assert list(audit["rules"][0]) == ["rule", "scope", "value", "limit", "slack", "ok"]
    assert list(audit["kpis"][0]) == ["kpi", "claimed", "recomputed", "difference", "ok"]


def test_json_has_null_for_what_has_no_value(tmp_path: Path) -> None:
    result = hand_result()
    assert result.plan is not None
    kpis = {**result.plan.kpis, "cost_to_serve": None}
    manifest = {"when": pd.Timestamp("2024-01-02"), "worst": float("inf"), "n": np.float64(2.0)}
    changed = replace(result, plan=replace(result.plan, kpis=kpis), manifest=manifest)
    path = save_run(changed, tmp_path / "run")
    assert json.loads((path / "plan.json").read_text(encoding="utf-8"))["kpis"]["cost_to_serve"] is None
    written = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    assert set(written.pop("files")) == set(RUN_FILES) - {"manifest.json"}
    assert checksum_holds(json.loads((path / "manifest.json").read_text(encoding="utf-8")))
    assert len(written.pop("digest")) == 64
    assert written == {"n": 2.0, "when": "2024-01-02 00:00:00", "worst": None}


@pytest.mark.parametrize("status", [Status.INFEASIBLE, Status.NO_PLAN])
def test_without_a_plan_there_are_no_values(status: Status, tmp_path: Path) -> None:
    path = no_plan(status).save(tmp_path / "run")
    assert sorted(contents(path)) == ["manifest.json", "plan.json"]
    document = json.loads((path / "plan.json").read_text(encoding="utf-8"))
    assert (document["format"], document["status"]) == (2, status)
    for key in ("objective", "bound", "gap", "decisions", "kpis", "gain_gap"):
        assert document[key] is None
    loaded = Result.load(path)
    assert (loaded.plan, loaded.audit, loaded.objective, loaded.status) == (None, None, None, status)


def test_an_earlier_run_is_replaced_whole(run: Path) -> None:
    save_run(no_plan(), run)
    assert sorted(contents(run)) == ["manifest.json", "plan.json"]
    assert [path.name for path in run.parent.iterdir()] == ["run"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    assert sorted(contents(save_run(hand_result(), tmp_path / "run"))) == sorted(RUN_FILES)


@pytest.mark.parametrize("stranger", ["notes.txt", "tiers.csv"])
def test_another_folder_is_refused_and_kept(stranger: str, run: Path) -> None:
    (run / stranger).write_text("mine", encoding="utf-8")
    before = contents(run)
    with pytest.raises(RunError, match=stranger):
        save_run(no_plan(), run)
    assert contents(run) == before


def test_a_folder_without_plan_json_is_refused(run: Path) -> None:
    (run / "plan.json").unlink()
    with pytest.raises(RunError, match=r"no plan\.json"):
        check_run_target(run)


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("mine", encoding="utf-8")
    with pytest.raises(RunError, match="not a folder"):
        save_run(hand_result(), tmp_path / "run")


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize(
    "broken",
    [
        "optimizer.results.run_folder.write_json",
        "optimizer.results.run_folder.write_plan_tables",
        "models.files.atomic_folder._put_in_place",
    ],
)
def test_a_stopped_write_leaves_what_was_there(
    broken: str, earlier: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "run"
    before = contents(save_run(no_plan(), target)) if earlier else None

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(broken, stop)
    with pytest.raises(KeyboardInterrupt):
        save_run(hand_result(), target)
    assert (contents(target) if target.exists() else None) == before
    assert [path.name for path in tmp_path.iterdir()] == (["run"] if earlier else [])


def test_a_failed_rename_brings_the_earlier_run_back(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(run)
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name.endswith(".partial"):
            raise PermissionError(EACCES, "the folder is open elsewhere", str(self))
        return rename(self, target)

    monkeypatch.setattr("models.files.atomic_folder.exchange", lambda first, second: False)  # as on Windows
    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(PermissionError):
        save_run(no_plan(), run)
    assert contents(run) == before
    assert [path.name for path in run.parent.iterdir()] == ["run"]


Edit = Callable[[Path], object]


def text(name: str, old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        before = (folder / name).read_text(encoding="utf-8")
        assert old in before
        (folder / name).write_text(before.replace(old, new, 1), encoding="utf-8", newline="\n")

    return edit


FAULTS: list[tuple[Edit, str]] = [
    *((lambda folder, name=name: (folder / name).unlink(), f"{name}: the file is missing") for name in RUN_FILES),
    (text("menus.csv", "clinics,silver,warranty,0.1", "clinics,silver,warranty,"), "menus.csv line 2, column price"),
    (text("menus.csv", "0.1\n", "0,1\n"), "menus.csv line 2: 5 cells; expected 4"),
    (text("menus.csv", ",0.1\n", "\n"), "menus.csv line 2: 3 cells; expected 4"),
    (text("menus.csv", "0.1\n", "0.1\n\n"), "menus.csv line 3: 0 cells; expected 4"),
    (text("menus.csv", "clinics", '"clinics'), "menus.csv: not a table of comma-separated values"),
    (text("menus.csv", "0.1\n", "10 %\n"), "menus.csv line 2, column price: found '10 %'"),
    (text("menus.csv", "0.1\n", "nan\n"), "menus.csv line 2, column price: found 'nan'"),
    (text("menus.csv", "0.1\n", "1e999\n"), "menus.csv line 2, column price: found '1e999'"),
    (text("menus.csv", "0.1\n", "1_0\n"), "menus.csv line 2, column price: found '1_0'"),
    (text("menus.csv", "clinics,", ","), "menus.csv line 2, column price_book: found ''"),
    (text("menus.csv", "price_book,tier", "tier,price_book"), "menus.csv: the columns are tier, price_book"),
    (text("coverage.csv", "true", "yes"), "coverage.csv line 2, column covered: found 'yes'; expected true or false"),
    (text("uptake.csv", ",0.5,", ",half,"), "uptake.csv line 2, column share: found 'half'"),
    (text("experience.csv", "80.0", "inf"), "experience.csv line 2, column value: found 'inf'"),
    (lambda folder: (folder / "uptake.csv").write_bytes(b""), "uptake.csv: the file is empty"),
    (lambda folder: (folder / "menus.csv").write_bytes(b"price_book,tier,model,price\nK\xf6ln,a,b,1\n"), "not UTF-8"),
    (lambda folder: (folder / "plan.json").write_bytes(b'{"a": "\xf6"}'), "plan.json: byte 8 is not UTF-8"),
    (text("plan.json", '"objective":', '"objective"'), "plan.json line 5, column"),
    (text("plan.json", '"objective": 67450.0', '"objective": NaN'), "plan.json: NaN is not a JSON number"),
    (text("plan.json", '"objective": 67450.0', '"objective": null'), "so objective must be a value"),
    (text("plan.json", '"objective": 67450.0', '"objective": "67450"'), "plan.json: objective is '67450'"),
    (text("plan.json", '"objective": 67450.0', '"objective": true'), "plan.json: objective is True"),
    (text("plan.json", '"objective": 67450.0,', ""), "plan.json: objective is missing"),
    (text("plan.json", '"bound"', '"objective"'), "plan.json: the key 'objective' appears twice"),
    (text("plan.json", '"optimal"', '"perfect"'), "plan.json: status is 'perfect'"),
    (text("plan.json", '"optimal"', '"infeasible"'), "the status is infeasible, so objective must be null"),
    (text("plan.json", '"seconds"', '"minutes": 1, "seconds"'), "plan.json: minutes is not a key"),
    (text("plan.json", '"admin_cost"', '"admin_costs"'), "plan.json: kpis.admin_cost is missing"),
    (text("plan.json", '"tiers": [', '"tiers": [1, '), "plan.json: decisions.tiers.0 is 1"),
    (text("plan.json", '"engagements": []', '"engagements": [{}]'), "plan.json: decisions.engagements is [{}]"),
    (text("plan.json", '"territories": []', '"places": []'), "plan.json: decisions.territories is missing"),
    (text("plan.json", '"no_contract_objective": 19600.0,', ""), "plan.json: no_contract_objective is missing"),
    (text("plan.json", '"one_off_cost"', '"attach_rate"'), "plan.json: kpis.attach_rate is not a KPI"),
    (lambda folder: (folder / "plan.json").write_text("[]", encoding="utf-8"), "plan.json: the whole file is []"),
    (lambda folder: (folder / "manifest.json").write_text("[]", encoding="utf-8"), "manifest.json: expected an object"),
    (text("audit.json", '"ok": true', '"ok": false'), "audit.json: ok is False, but its rows say True"),
    (text("audit.json", '"scope"', '"place"'), "audit.json: rules must be rows of rule, scope"),
    (text("audit.json", '"ok": true\n', '"ok": 1\n'), "audit.json: rules must be rows of rule, scope"),
    (text("audit.json", '"slack": 0.0', '"slack": "none"'), "audit.json: rules must be rows of rule, scope"),
    (lambda folder: (folder / "audit.json").write_text("{}", encoding="utf-8"), "audit.json: expected the keys"),
]


SOLVE = "Solve the case again."
FORMATS: list[tuple[str, str]] = [
    ("", "has no format, so that a version before 0.2.0 wrote it"),
    ('"format": null,', "has no format"),
    ('"format": 1,', "has the format 1;"),
    ('"format": 3,', "is of format 3, which a later version wrote; Tierwise 0.2.0 reads format 2. Read it with that"),
    ('"format": 2.0,', "has the format 2.0;"),
    ('"format": true,', "has the format True;"),
    ('"format": "2",', "has the format '2';"),
]


@pytest.mark.parametrize(("written", "told"), FORMATS)
@pytest.mark.parametrize("planned", [True, False])
def test_a_run_of_another_format_is_refused_with_what_to_do(planned: bool, written: str, told: str, run: Path) -> None:
    """And with nothing else: what a later version adds to it, or an earlier one lacks, is no fault of the run."""
    if not planned:
        save_run(no_plan(), run)
    text("plan.json", '"format": 2,', written)(run)
    text("plan.json", '"seconds"', '"minutes": 1, "seconds"')(run)
    if planned:
        text("menus.csv", "tier", "level")(run)
    with pytest.raises(OtherFormatError) as caught:
        load_run(run)
    (problem,) = caught.value.problems
    assert told in problem
    assert (" Or solve the case again." if "later version" in told else SOLVE) in problem


@pytest.mark.parametrize(("edit", "sentence"), FAULTS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_fault_is_named(edit: Edit, sentence: str, run: Path) -> None:
    edit(run)
    with pytest.raises(RunError) as caught:
        load_run(run)
    assert any(sentence in problem for problem in caught.value.problems), caught.value.problems


def test_all_faults_are_listed(run: Path) -> None:
    (run / "allocation.csv").unlink()
    text("menus.csv", "0.1\n", "ten\n")(run)
    text("plan.json", '"optimal"', '"perfect"')(run)
    with pytest.raises(RunError) as caught:
        load_run(run)
    assert [problem.split()[0] for problem in caught.value.problems] == ["plan.json:", "menus.csv", "allocation.csv:"]


def test_many_faults_of_a_column_are_counted(run: Path) -> None:
    lines = (run / "uptake.csv").read_text(encoding="utf-8").splitlines()
    spoiled = [lines[0], *(line.rsplit(",", 1)[0] + ",x" for line in lines[1:])]
    (run / "uptake.csv").write_text("\n".join(spoiled) + "\n", encoding="utf-8")
    with pytest.raises(RunError, match=r"uptake\.csv column product_revenue: 2 more cells like these"):
        load_run(run)


def test_files_of_a_plan_without_a_plan_are_refused(run: Path) -> None:
    save_run(no_plan(), run)
    (run / "menus.csv").write_text("price_book,tier,model,price\n", encoding="utf-8")
    with pytest.raises(RunError, match=r"menus\.csv: the run has no plan"):
        load_run(run)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="there is no such folder"):
        load_run(tmp_path / "nowhere")
