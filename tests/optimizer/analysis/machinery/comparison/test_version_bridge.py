"""Two runs of two versions of a case: data, decisions and money, each judged by its own inputs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

import optimizer
from models import build_case, load_case, write_case
from models.plan_tables import FaultyRunError, RunError
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.analysis.machinery.comparison.bridge import MEASURES
from optimizer.cli.command_line import main
from tests.folders import TINY
from tests.oracle.random_cases import random_case


def edited(case: Path, table: str, before: str, after: str) -> None:
    file = case / f"{table}.csv"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def solved(case: Path, run: Path, *, keep: bool = True) -> Path:
    return optimizer.solve(load_case(case)).save(run, keep_inputs=keep)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case in two versions, `old` and `new`, and a run of each; then the case is gone."""
    folder = tmp_path_factory.mktemp("versions")
    shutil.copytree(TINY, folder / "case")
    solved(folder / "case", folder / "old")
    edited(folder / "case", "rates", "Own,home,imaging,repair,,100,", "Own,home,imaging,repair,,120,")
    edited(folder / "case", "installed_base", "C1,scanner,6", "C1,scanner,9")
    with (folder / "case" / "accounts.csv").open("a") as accounts:
        accounts.write("C3,clinic,home,3000\n")
    with (folder / "case" / "installed_base.csv").open("a") as base:
        base.write("C3,scanner,2\n")
    solved(folder / "case", folder / "new")
    shutil.rmtree(folder / "case")
    return folder


@pytest.fixture(scope="module")
def answer(place: Path) -> Answer:
    return optimizer.compare(place / "old", place / "new")


def change(answer: Answer, kpi: str) -> float:
    row = answer.tables["overview"].set_index("kpi").loc[kpi]
    return float(row["new"] - row["old"])


def test_the_bridge_adds_up_to_the_change(answer: Answer) -> None:
    for table in ("bridge", "bridge_causes"):
        for measure in MEASURES:
            assert answer.tables[table][measure].sum() == pytest.approx(change(answer, measure), rel=1e-12, abs=1e-6)
    assert change(answer, "account_margin") != 0


def test_the_data_are_told_by_table_largest_effect_first(answer: Answer, place: Path) -> None:
    data = answer.tables["data"].set_index("tables")
    cases = pd.read_csv(place / "old" / "allocation.csv").query("provider == 'Own'")["cases"].sum()

    assert data.index.tolist() == ["accounts, installed_base", "rates"]
    assert data.loc["rates", "account_margin"] == pytest.approx(-20.0 * cases)
    assert data.loc["rates", ["cells", "added", "removed", "order"]].tolist() == [1, 0, 0, 1]
    assert data.loc["accounts, installed_base", ["cells", "added", "removed", "order"]].tolist() == [1, 2, 0, 2]
    found = answer.tables["differences"]
    assert found["table"].tolist() == ["accounts", "installed_base", "installed_base", "rates"]
    assert found.iloc[-1].tolist() == [
        "rates", "changed", "provider=Own, region=home, family=imaging, service=repair", "cost_per_case", "100", "120",
    ]  # fmt: skip
    assert "data: rates" in answer.tables["bridge"]["part"].tolist()


def test_it_says_what_the_data_and_the_decisions_make_of_it(answer: Answer) -> None:
    first, second, *_ = answer.sentences
    assert first.startswith("new against old: +")
    assert "by the data with the decisions held" in first
    assert second.startswith("Data, largest effect first: accounts, installed_base +")
    assert "nothing is solved for it" in second
    assert answer.run is not None and answer.run.folder is not None  # noqa: PT018
    assert answer.run.folder.endswith("old")


def test_it_is_asked_on_the_command_line_alike(place: Path, tmp_path: Path, answer: Answer) -> None:
    assert main(["compare", str(place / "old"), str(place / "new"), "--out", str(tmp_path / "told")]) == 0
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "told" / "data.csv"), answer.tables["data"], check_dtype=False)


def test_backwards_it_is_the_other_way(place: Path, answer: Answer) -> None:
    back = optimizer.compare(place / "new", [place / "old"])
    data = back.tables["data"].set_index("tables")
    assert set(data.index) == {"accounts, installed_base", "rates"}
    for measure in MEASURES:
        assert back.tables["bridge"][measure].sum() == pytest.approx(-change(answer, measure), rel=1e-12, abs=1e-6)


def test_a_run_without_inputs_ends_with_1_and_says_how_to_keep_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(TINY, tmp_path / "case")
    old = solved(tmp_path / "case", tmp_path / "old", keep=False)
    edited(tmp_path / "case", "rates", ",100,", ",110,")
    new = solved(tmp_path / "case", tmp_path / "new")
    for first, second in ((old, new), (new, old)):
        with pytest.raises(FaultyRunError, match=r"old keeps no inputs to judge by\. .*--keep-inputs"):
            optimizer.compare(first, second)
        assert main(["compare", str(first), str(second)]) == 1
        assert "solve CASE --keep-inputs" in capsys.readouterr().err


def test_tampered_inputs_of_either_end_with_1(place: Path, tmp_path: Path) -> None:
    runs = [Path(shutil.copytree(place / name, tmp_path / name)) for name in ("old", "new")]
    for run in runs:
        file = run / "inputs" / "tiers.parquet"
        whole = file.read_bytes()
        file.write_bytes(whole[:-1])
        with pytest.raises(FaultyRunError, match=r"inputs/tiers\.parquet"):
            optimizer.compare(*runs)
        assert main(["compare", *map(str, runs)]) == 1
        file.write_bytes(whole)


def test_runs_of_the_same_data_are_compared_as_plans(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "case")
    case = load_case(tmp_path / "case")
    runs = [optimizer.solve(case, name).save(tmp_path / name) for name in ("base", "one_tier")]
    for kept in (False, True):
        for name in ("base", "one_tier"):
            optimizer.solve(case, name).save(tmp_path / name, keep_inputs=kept)
        answer = optimizer.compare(*runs)
        assert "data" not in answer.tables
        assert "unsold" in answer.tables
    pd.testing.assert_frame_equal(answer.tables["bridge"], optimizer.compare(runs[0], [runs[1]]).tables["bridge"])


def test_another_scenario_of_the_other_version_is_compared_by_its_changes_and_rules(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "case")
    old = solved(tmp_path / "case", tmp_path / "old")
    with (tmp_path / "case" / "scenarios" / "base.toml").open("a") as base:
        base.write(
            '\n[[change]]\ntable = "rates"\nwhere = { provider = "Own" }\ncolumn = "cost_per_case"\nmultiply = 1.2\n'
        )
    new = solved(tmp_path / "case", tmp_path / "new")
    answer = optimizer.compare(old, new)
    assert answer.tables["data"]["tables"].tolist() == ["rates"]
    assert answer.tables["differences"]["table"].unique().tolist() == ["scenarios"]


def test_rules_that_are_asked_otherwise_are_said_and_labels_are_no_data(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "case")
    old = solved(tmp_path / "case", tmp_path / "old")
    edited(tmp_path / "case", "segments", "segment,price_book", "segment,price_book,label")
    edited(tmp_path / "case", "segments", "clinic,clinics", "clinic,clinics,Small clinics")
    edited(tmp_path / "case", "segments", "factory,factories", "factory,factories,")
    with (tmp_path / "case" / "scenarios" / "base.toml").open("a") as base:
        base.write("max_tiers = 1\n")
    answer = optimizer.compare(old, solved(tmp_path / "case", tmp_path / "new"))
    assert answer.tables["data"].empty
    assert set(answer.tables["differences"]["table"]) == {"segments", "scenarios"}
    assert "Asked otherwise: max_tiers none -> 1." in answer.sentences


def test_decisions_that_cannot_be_held_are_said(tmp_path: Path) -> None:
    """Nobody the old plan engages has a rate any more: what that changes is among the decisions."""
    shutil.copytree(TINY, tmp_path / "case")
    old = solved(tmp_path / "case", tmp_path / "old")
    engaged = pd.read_csv(old / "allocation.csv")["provider"].unique()
    rates = pd.read_csv(tmp_path / "case" / "rates.csv", keep_default_na=False)
    providers = pd.read_csv(tmp_path / "case" / "providers.csv")
    others = rates.drop_duplicates(["region", "family", "service"]).assign(provider="Third", tier="", cost_per_case=90)
    others.to_csv(tmp_path / "case" / "rates.csv", index=False)
    third = providers.iloc[[0]].assign(provider="Third", engage="optional")
    pd.concat([providers.assign(engage="optional"), third]).to_csv(tmp_path / "case" / "providers.csv", index=False)
    assert "Third" not in engaged
    new = solved(tmp_path / "case", tmp_path / "new")
    answer = optimizer.compare(old, new)

    assert answer.tables["data"]["tables"].tolist()[-1] == "rates"
    assert pd.isna(answer.tables["data"]["account_margin"].iloc[-1])
    assert any("cannot be held under the new rates" in said for said in answer.sentences)
    for measure in MEASURES:
        assert answer.tables["bridge"][measure].sum() == pytest.approx(change(answer, measure), rel=1e-12, abs=1e-6)


def test_another_currency_is_refused(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "case")
    old = solved(tmp_path / "case", tmp_path / "old")
    text = (tmp_path / "case" / "case.toml").read_text()
    (tmp_path / "case" / "case.toml").write_text(text.replace('"EUR"', '"USD"'))
    new = solved(tmp_path / "case", tmp_path / "new")
    with pytest.raises(RunError, match="old is in EUR and new in USD"):
        optimizer.compare(old, new)


def test_a_workbook_and_a_folder_are_two_forms_of_one_case(tmp_path: Path) -> None:
    write_case(load_case(TINY), tmp_path / "case.xlsx", "xlsx")
    old, new = (solved(case, tmp_path / name) for case, name in ((TINY, "old"), (tmp_path / "case.xlsx", "new")))
    answer = optimizer.compare(old, new)
    assert answer.tables["data"].empty
    assert answer.tables["differences"].empty
    assert "Nothing in the data that amounts depend on has changed." in answer.sentences


@pytest.mark.parametrize("seeds", [(9, 55), (22, 27)])
def test_bridges_between_versions_that_share_little_add_up(seeds: tuple[int, int], tmp_path: Path) -> None:
    runs = []
    for seed in seeds:
        settings, tables, scenarios = random_case(seed)
        case = build_case(settings.model_copy(update={"name": "random"}), tables, scenarios)
        result = optimizer.solve(case, gap=1e-3)
        assert result.plan is not None
        runs.append(result.save(tmp_path / str(seed), keep_inputs=case))
    answer = optimizer.compare(*runs)
    overview = answer.tables["overview"].set_index("kpi")
    for measure in MEASURES:
        whole = float(overview.loc[measure, str(seeds[1])] - overview.loc[measure, str(seeds[0])])
        size = float(overview.loc["account_revenue"].iloc[1:].astype(float).abs().max())
        assert answer.tables["bridge"][measure].sum() == pytest.approx(whole, rel=1e-9, abs=1e-9 * size)
