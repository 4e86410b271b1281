"""search.jsonl: read back as it was written, and refused whole where it is damaged or of another question."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

import optimizer
from models import Case, build_case, load_case
from models.conditions import Decision
from models.plan_tables import RunError
from optimizer.assurance.result import Result
from optimizer.results.checkpoint import SEARCH, read_state, write_state
from optimizer.results.record import Status
from optimizer.results.run_folder import check_run_target, load_run
from optimizer.results.summary import status_sentence
from optimizer.search.state.parameters import BranchingParameters, SearchParameters
from tests.optimizer.search.tree.test_checkpointing import stop_after
from tests.oracle.random_cases import random_case
from tests.worlds.hand_plan import hand_result
from tests.worlds.small_case import write_small_case


@pytest.fixture(scope="module")
def case() -> Case:
    return build_case(*random_case(2))


@pytest.fixture(scope="module")
def cut(case: Case) -> Result:
    """A solve stopped before anything was done."""
    return optimizer.solve(case, should_stop=lambda: True)


@pytest.fixture
def run(cut: Result, tmp_path: Path) -> Path:
    return cut.save(tmp_path / "run")


def test_a_state_reads_back_as_it_was(cut: Result, run: Path) -> None:
    assert read_state(run) == cut.state
    assert sorted(path.name for path in run.iterdir()) == ["manifest.json", "plan.json", SEARCH]


def test_numbers_read_back_to_the_last_bit(cut: Result, tmp_path: Path) -> None:
    assert cut.state is not None
    (node,) = cut.state.search.nodes
    assert node.bound is None
    numbers = (0.1 + 0.2, 1 / 3, -5e-324, 1.7976931348623157e308)
    nodes = tuple(node.model_copy(update={"bound": number}) for number in numbers)
    state = cut.state.model_copy(update={"search": cut.state.search.model_copy(update={"nodes": nodes})})
    write_state(state, tmp_path / "run")
    assert tuple(node.bound for node in read_state(tmp_path / "run").search.nodes) == numbers


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(b'"looked":') + len(b'"looked":')] ^= 1
    path.write_bytes(bytes(content))


def write_checksum_anew(path: Path) -> None:
    """What looks whole, but was never written by the program."""
    body = b'{"nodes": []}'
    header = json.loads(path.read_bytes().partition(b"\n")[0])
    header["sha256"] = hashlib.sha256(body).hexdigest()
    path.write_bytes(json.dumps(header).encode() + b"\n" + body + b"\n")


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a byte": (flip, "is damaged"),
    "its end": (lambda path: path.write_bytes(path.read_bytes()[:-20]), "is damaged"),
    "all of it": (lambda path: path.write_bytes(b""), "is damaged"),
    "text": (lambda path: path.write_text("not a state\n", encoding="utf-8"), "is damaged"),
    "another version": (
        lambda path: path.write_bytes(path.read_bytes().replace(b'"version": 4', b'"version": 2', 1)),
        "another version of Tierwise wrote it",
    ),
    "other contents": (write_checksum_anew, "is not the state of a search"),
    "no file": (lambda path: path.unlink(), "holds no search to continue"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_state_is_refused(damage: str, case: Case, run: Path) -> None:
    spoil, told = DAMAGE[damage]
    spoil(run / SEARCH)
    with pytest.raises(RunError, match=told):
        optimizer.solve(case, resume=run)


def test_no_folder_is_refused(case: Case, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="there is no such folder"):
        optimizer.solve(case, resume=tmp_path / "nowhere")


def test_another_question_is_refused(case: Case, run: Path) -> None:
    rates = case.tables["rates"]
    dearer = {**case.tables, "rates": rates.assign(cost_per_case=rates["cost_per_case"] * 1.01)}
    looser = case.scenarios["base"].model_copy(update={"max_tiers": 9})
    tier = case.tables["tiers"]["tier"].iloc[0]
    with pytest.raises(RunError, match=r"cannot be continued: the case has changed since\. Solve without --resume\."):
        optimizer.solve(replace(case, tables=dearer), resume=run)
    with pytest.raises(RunError, match="scenario base has changed since"):
        optimizer.solve(case, looser, resume=run)
    with pytest.raises(RunError, match="it is of scenario base, not other"):
        optimizer.solve(case, looser.model_copy(update={"name": "other"}), resume=run)
    with pytest.raises(RunError, match="under other conditions"):
        optimizer.solve(case, conditions=[Decision("tier", tier, wanted=False)], resume=run)


def test_the_file_that_changed_is_named(tmp_path: Path) -> None:
    folder = write_small_case(tmp_path / "case")
    run = optimizer.solve(load_case(folder), should_stop=lambda: True).save(tmp_path / "run")
    accounts = (folder / "accounts.csv").read_text(encoding="utf-8")
    (folder / "accounts.csv").write_text(accounts.replace("400000", "400001"), encoding="utf-8")
    with pytest.raises(RunError, match=r"the case has changed since \(accounts\.csv\)"):
        optimizer.solve(load_case(folder), resume=run)


def test_another_version_of_the_program_is_refused(cut: Result, case: Case, tmp_path: Path) -> None:
    assert cut.state is not None
    older = cut.state.asked.model_copy(update={"tierwise": "0.0.9"})
    write_state(cut.state.model_copy(update={"asked": older}), tmp_path / "run")
    with pytest.raises(RunError, match=r"it was written by Tierwise 0\.0\.9, and this is"):
        optimizer.solve(case, resume=tmp_path / "run")
    other = cut.state.asked.model_copy(update={"source": "0" * 64})
    write_state(cut.state.model_copy(update={"asked": other}), tmp_path / "run")
    with pytest.raises(RunError, match="it was written by other source code of Tierwise"):
        optimizer.solve(case, resume=tmp_path / "run")


def test_a_search_goes_on_with_its_own_parameters(case: Case, tmp_path: Path) -> None:
    few = SearchParameters(branching=BranchingParameters(reliable_trials=4))
    run = optimizer.solve(case, params=few, should_stop=lambda: True).save(tmp_path / "run")
    assert read_state(run).params == few.to_dict()
    differ = r"it was searched with other parameters \(branching\.reliable_trials was 4, now 20\)"
    with pytest.raises(RunError, match=differ):
        optimizer.solve(case, resume=run, params=SearchParameters())
    for params in (None, few):
        result = optimizer.solve(case, resume=run, params=params)
        assert result.status is Status.OPTIMAL
        assert result.manifest["params"] == few.to_dict()


@pytest.mark.parametrize("params", [{"branching": {"reliable_trials": 0}}, {"haste": {}}, {"branching": {"haste": 1}}])
def test_parameters_that_no_search_has_are_refused(
    params: dict[str, object], cut: Result, case: Case, tmp_path: Path
) -> None:
    assert cut.state is not None
    write_state(cut.state.model_copy(update={"params": params}), tmp_path / "run")
    with pytest.raises(RunError, match="does not fit this program"):
        optimizer.solve(case, resume=tmp_path / "run")


@pytest.mark.parametrize("part", ["menus", "switches"])
def test_a_state_that_does_not_fit_the_program_is_refused(part: str, cut: Result, case: Case, tmp_path: Path) -> None:
    assert cut.state is not None
    wrong = {"menus": ((0, (999,), ()),), "switches": ("tier_999",)}
    search = cut.state.search.model_copy(update={part: wrong[part]})
    write_state(cut.state.model_copy(update={"search": search}), tmp_path / "run")
    with pytest.raises(RunError, match="does not fit this program"):
        optimizer.solve(case, resume=tmp_path / "run")


WRONG_PARTS: list[dict[str, object]] = [
    {"on": (999,)},
    {"on": (-1,)},
    {"on": (0,), "off": (0,)},
    {"books": ((999, (), (), (), ()),)},
    {"books": ((-1, (), (), (), ()),)},
    {"books": ((0, (999,), (), (), ()),)},
    {"books": ((0, (), (-1,), (), ()),)},
    {"books": ((0, (), (), (999,), ()),)},
    {"books": ((0, (), (), (), ()), (0, (), (), (), ()))},
]


@pytest.mark.parametrize("wrong", WRONG_PARTS, ids=str)
def test_a_part_that_no_search_has_is_refused(
    wrong: dict[str, object], cut: Result, case: Case, tmp_path: Path
) -> None:
    assert cut.state is not None
    (node,) = cut.state.search.nodes
    search = cut.state.search.model_copy(update={"nodes": (node.model_copy(update=wrong),)})
    write_state(cut.state.model_copy(update={"search": search}), tmp_path / "run")
    with pytest.raises(RunError, match=r"does not fit this program|numbers that no search has"):
        optimizer.solve(case, resume=tmp_path / "run")


@pytest.mark.parametrize("emptied", [True, False])
def test_a_state_without_parts_proves_nothing(emptied: bool, cut: Result, case: Case, tmp_path: Path) -> None:
    """Emptied, or left with a part that holds nothing: that no plan was found in it is no proof."""
    assert cut.state is not None
    whole = optimizer.solve(case)
    assert whole.plan is not None
    (node,) = cut.state.search.nodes
    narrow = node.model_copy(update={"off": tuple(range(len(cut.state.search.switches)))})
    search = cut.state.search.model_copy(update={"nodes": () if emptied else (narrow,)})
    write_state(cut.state.model_copy(update={"search": search}), tmp_path / "run")
    result = optimizer.solve(case, resume=tmp_path / "run")
    assert result.status is not Status.INFEASIBLE
    assert result.objective == pytest.approx(whole.objective, rel=1e-4)
    assert "rests on the state of an earlier search" in status_sentence(result)
    assert json.loads((result.save(tmp_path / "run") / "plan.json").read_text())["bound_rests_on"]
    assert optimizer.audit(case, tmp_path / "run").ok


def test_a_kept_plan_counts_for_what_it_earns(case: Case, tmp_path: Path) -> None:
    whole = optimizer.solve(case)
    cut = next(filter(lambda result: result.state and result.state.plan, stopped_later(case)))
    assert cut.state is not None
    assert cut.state.plan is not None
    dear = cut.state.plan.model_copy(update={"objective": 10 * abs(cut.state.plan.objective) + 1})
    write_state(cut.state.model_copy(update={"plan": dear}), tmp_path / "run")
    result = optimizer.solve(case, resume=tmp_path / "run")
    assert result.objective == pytest.approx(whole.objective, rel=1e-4)
    strange = cut.state.plan.model_copy(update={"flows": ((10_000, 1.0),)})
    write_state(cut.state.model_copy(update={"plan": strange}), tmp_path / "run")
    with pytest.raises(RunError, match="does not fit this program"):
        optimizer.solve(case, resume=tmp_path / "run")


def stopped_later(case: Case) -> Iterator[Result]:
    return (optimizer.solve(case, gap=0.0, **stop_after(reports)) for reports in range(2, 60))


def test_a_run_that_is_proved_leaves_no_state(case: Case, run: Path) -> None:
    result = optimizer.solve(case, resume=run)
    assert result.state is None
    assert not (result.save(run) / SEARCH).exists()


def test_a_folder_with_a_state_alone_is_a_run_without_a_plan_yet(run: Path, tmp_path: Path) -> None:
    alone = Path(copytree(run, tmp_path / "alone"))
    for name in ("plan.json", "manifest.json"):
        (alone / name).unlink()
    (alone / ".search.123.partial.jsonl").write_text("{", encoding="utf-8")  # as a kill while writing leaves it
    with pytest.raises(RunError, match="holds no plan yet, because its search was cut off"):
        load_run(alone)
    check_run_target(alone)
    hand_result().save(alone)
    assert load_run(alone).plan is not None
    assert not (alone / SEARCH).exists()
