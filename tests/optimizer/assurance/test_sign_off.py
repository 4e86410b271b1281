"""Reconciliation with the books, and the sign-off that ends with any change of the run or of its inputs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

import optimizer
from models import Case, CaseError, load_case
from models.plan_tables import RunError
from optimizer.assurance.reconcile import reconcile
from optimizer.assurance.result import Result
from optimizer.assurance.sign_off import check_sign_off, sign_off
from optimizer.results import run_folder
from optimizer.results.run_case import case_of_run
from tests.folders import TINY
from tests.optimizer.cli.showing import small_result

WHEN = datetime(2026, 3, 31, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The tiny case with what its README says today earns, in the books, and its run."""
    folder = tmp_path_factory.mktemp("tiny")
    shutil.copytree(TINY, folder / "case")
    (folder / "case" / "actuals.csv").write_text("line,amount\naccount_margin,12500\nservice_cost,8180\n")
    case = load_case(folder / "case")
    result = optimizer.solve(case)
    manifest = {**result.manifest, "command": ["tierwise", "solve", "--gap", "0.1", str(folder / "case")]}
    replace(result, manifest=manifest).save(folder / "run")
    return folder / "case", folder / "run"


@pytest.fixture
def files(solved: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """A copy of case and run to spoil."""
    return tuple(Path(shutil.copytree(source, tmp_path / source.name)) for source in solved)  # type: ignore[return-value]


def with_actuals(case: Case, **amounts: float) -> Case:
    table = pd.DataFrame({"line": list(amounts), "amount": list(amounts.values())})
    return replace(case, tables={**case.tables, "actuals": table})


def test_lines_within_the_tolerance_pass_and_others_are_listed() -> None:
    # today: service revenue 1,600,000 against 1,640,000 booked is 2.44 % off; account revenue 11.5 M is right
    case = with_actuals(load_case(TINY), service_revenue=1_640_000.0, account_revenue=11_500_000.0)
    close, strict = (reconcile(case, small_result(), tolerance) for tolerance in (0.025, 0.02))

    assert close.ok
    assert close.sentence == "Reconciled: 2 lines within 0.025 of the books."
    assert strict.lines["difference"].tolist() == [-40_000.0, 0.0]
    assert strict.lines["share"].tolist() == pytest.approx([-40 / 1640, 0.0])
    assert strict.lines["ok"].tolist() == [False, True]
    assert strict.sentence == "Not reconciled: service_revenue differ by more than 0.02 of the amount booked."


def test_nothing_may_differ_from_nothing() -> None:
    case = with_actuals(load_case(TINY), service_cost=0.0, loyalty_loss=0.0)
    lines = reconcile(case, small_result()).lines
    assert lines["ok"].tolist() == [False, True]  # 1,300,000 and 0 in the baseline
    assert lines["share"].isna().all()


def test_a_difference_of_just_the_tolerance_passes() -> None:
    case = with_actuals(load_case(TINY), service_revenue=1_600_000.0 / 0.9)
    assert reconcile(case, small_result(), 0.1).ok
    assert not reconcile(case, small_result(), 0.0999).ok


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(CaseError, match="actuals"):
        reconcile(load_case(TINY), small_result())
    with pytest.raises(RunError, match=r"no baseline to reconcile\. The case has no current_menus\."):
        reconcile(
            with_actuals(load_case(TINY), service_cost=1.0),
            small_result(baseline=None, baseline_reason="The case has no current_menus."),
        )


def test_a_run_is_signed_off_and_the_sign_off_holds(files: tuple[Path, Path]) -> None:
    case, run = load_case(files[0]), files[1]
    signed = sign_off(case, run, " Ann Lee ", "year 2026", now=WHEN)
    found = check_sign_off(case, run)

    assert found.valid
    assert found.document == signed.document
    assert (found.document["by"], found.document["signed"]) == ("Ann Lee", "2026-03-31T09:30:00+00:00")
    checked = found.document["checked"]
    assert isinstance(checked, dict)
    assert checked["audit"]["ok"] is True
    assert [line["baseline"] for line in checked["reconciliation"]["lines"]] == [12_580.0, 8_180.0]
    assert checked["amounts"]["account_margin"] == 19_560.0
    assert Result.load(run).plan is not None
    assert optimizer.audit(case, run).ok


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda run: (run / "menus.csv").write_text(""), "menus.csv of the run was changed."),
        (lambda run: (run / "audit.json").unlink(), "audit.json of the run is gone."),
        (lambda run: (run / "inputs" / "rates.parquet").write_bytes(b""), "inputs/rates.parquet of the run was"),
        (lambda run: (run / "inputs" / "case.toml").unlink(), "inputs/case.toml of the run is gone."),
        (lambda run: (run / "inputs" / "scenarios" / "x.toml").write_text(""), "inputs/scenarios/x.toml of the"),
        (lambda run: shutil.rmtree(run / "inputs"), "inputs/accounts.parquet of the run is gone."),
        (lambda run: (run / "unserved.csv").write_text(""), "The digest of the run or of its inputs is not"),
        (lambda run: edit(run / "sign_off.json", by="Bob"), "sign_off.json itself was edited."),
    ],
)  # fmt: skip
def test_any_change_of_the_run_or_its_inputs_ends_it(
    files: tuple[Path, Path], spoil: Callable[[Path], object], said: str
) -> None:
    case, run = files
    sign_off(load_case(case), run, "Ann", now=WHEN)
    spoil(run)
    found = check_sign_off(None, run)

    assert not found.valid
    assert any(said in fault for fault in found.faults)
    assert "no longer holds" in found.sentence


@pytest.mark.parametrize(
    ("spoil", "changed"),
    [
        (lambda case: (case / "rates.csv").write_text((case / "rates.csv").read_text() + "\n"), "rates.csv"),
        (lambda case: (case / "contracts.csv").write_text("account_id\n"), "contracts.csv"),
        (lambda case: (case / "case.toml").unlink(), "case.toml"),
    ],
)
def test_what_becomes_of_the_case_is_told_beside_it(
    files: tuple[Path, Path], spoil: Callable[[Path], object], changed: str
) -> None:
    case, run = files
    sign_off(case, run, "Ann", now=WHEN)
    assert check_sign_off(case, run).case_since is None
    (case / "scenarios" / "one_tier.toml").unlink()  # no run of base is made from it
    assert check_sign_off(case, run).case_since is None
    spoil(case)
    found = check_sign_off(case, run)

    assert found.valid
    assert found.case_since == f"The case has changed since the run was made ({changed})."


def test_it_holds_numbers_and_digests_and_no_path(files: tuple[Path, Path]) -> None:
    case, run = files
    sign_off(case, run, "Ann", now=WHEN)
    text = (run / "sign_off.json").read_text()
    document = json.loads(text)

    assert str(case.parent) not in text  # run and case lie there
    assert document["kpis"] == json.loads((run / "plan.json").read_text())["kpis"]
    assert document["digest"] == summed(run, [entry.name for entry in run.iterdir() if entry.name not in BESIDE])
    kept = [entry.relative_to(run / "inputs").as_posix() for entry in (run / "inputs").rglob("*") if entry.is_file()]
    assert document["inputs_digest"] == summed(run / "inputs", kept)


BESIDE = ("audit.json", "sign_off.json", "inputs")
"""What is in a run and is not of it."""


def summed(folder: Path, names: list[str]) -> str:
    """What `sha256sum NAMES | sha256sum` prints of files in byte order."""
    lines = [f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in sorted(names, key=str.encode)]
    return sha256("".join(lines).encode()).hexdigest()


def test_it_is_signed_again_by_the_inputs_when_the_case_has_gone(files: tuple[Path, Path]) -> None:
    case, run = files
    first = sign_off(case, run, "Ann", now=WHEN)
    kept = {file: file.read_bytes() for file in (run / "inputs").rglob("*.parquet")}
    shutil.rmtree(case)
    again = sign_off(None, run, "Bob", now=WHEN)

    assert first.document["inputs_digest"] == again.document["inputs_digest"]
    assert kept == {file: file.read_bytes() for file in (run / "inputs").rglob("*.parquet")}
    assert check_sign_off(None, run).valid


def edit(path: Path, **values: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_a_signed_run_is_replaced_by_force_alone_and_its_sign_off_with_it(files: tuple[Path, Path]) -> None:
    case, run = load_case(files[0]), files[1]
    sign_off(case, run, "Ann", now=WHEN)
    with pytest.raises(RunError, match="signed off; name another folder, or replace it with --force"):
        Result.load(run).save(run)
    assert check_sign_off(case, run).valid
    Result.load(run).save(run, force=True)
    with pytest.raises(RunError, match="has not been signed off"):
        check_sign_off(case, run)


def test_what_fails_its_checks_is_not_signed(files: tuple[Path, Path]) -> None:
    case, run = load_case(files[0]), files[1]
    with pytest.raises(RunError, match="Not reconciled: account_margin"):
        sign_off(case, run, "Ann", tolerance=0.005)
    with pytest.raises(RunError, match="Say who"):
        sign_off(case, run, "  ")
    with pytest.raises(RunError, match="in memory"):
        sign_off(replace(case, files={}), run, "Ann")
    plan = json.loads((run / "plan.json").read_text())
    edit(run / "plan.json", kpis={**plan["kpis"], "account_margin": 20_000.0})
    with pytest.raises(RunError, match="The audit fails"):
        sign_off(case, run, "Ann")
    assert not (run / "sign_off.json").exists()


def test_a_run_leads_back_to_its_case(files: tuple[Path, Path], solved: tuple[Path, Path]) -> None:
    result = Result.load(solved[1])
    assert case_of_run(result).settings.name == "tiny"
    for led in ("case_path", "command"):
        without = {key: value for key, value in result.manifest.items() if key != led}
        assert case_of_run(replace(result, manifest=without)).settings.name == "tiny"
    (files[0] / "case.toml").write_text((files[0] / "case.toml").read_text() + "\n")
    with pytest.raises(RunError, match=r"changed since the run was made \(case\.toml\)"):
        case_of_run(result, files[0])
    with pytest.raises(RunError, match="--case CASE"):
        case_of_run(replace(result, manifest={}))


def test_what_is_signed_is_read_once(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """So that amounts and audit in sign_off.json are of one and the same run."""
    read, places = run_folder._read_files, []
    monkeypatch.setattr(run_folder, "_read_files", lambda folder: places.append(folder) or read(folder))
    sign_off(load_case(files[0]), files[1], "Ann", now=WHEN)
    assert len(places) == 1
