"""Each single field of a run, edited with its digest written anew: the audit fails, or the file is refused.

Fields that pass are listed with the reason: they rest on the search, say less than before, or are on record only.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from models import Case, load_case
from models.plan_tables import RunError
from optimizer.assurance.opening import open_run
from optimizer.assurance.run_audit import changed_files
from optimizer.cli.command_line import main
from optimizer.results.run_folder import read_run
from tests.folders import TINY
from tests.optimizer.assurance.mutations import Mutation, mutations
from tests.slow import one_in

ON_RECORD = "says how the run was made, and decides nothing that is shown as a result"
SEARCH = "rests on the search, which the audit says in words"

FREE: dict[tuple[str, str], str] = {
    ("manifest.json", ""): "keys that nobody reads",
    (
        "manifest.json",
        "digest",
    ): "it is written anew with each edit here, as anyone can",
    ("manifest.json", "case_path"): "where the case is looked for; what is found there is held against its digests",
    ("manifest.json", "command"): ON_RECORD,
    ("manifest.json", "command.*"): ON_RECORD,
    ("manifest.json", "params"): ON_RECORD,
    ("manifest.json", "start"): ON_RECORD,
    ("manifest.json", "end"): ON_RECORD,
    ("manifest.json", "source"): ON_RECORD,
    ("manifest.json", "versions"): ON_RECORD,
    ("manifest.json", "options"): "without the gap asked for, the status is judged by the usual one",
    ("manifest.json", "options.gap"): SEARCH,
    ("manifest.json", "options.time_limit"): ON_RECORD,
    ("plan.json", "seconds"): ON_RECORD,
    ("plan.json", "baseline.partner_payments"): f"how much of today's delivery partners do {SEARCH}",
    ("plan.json", "near.proved"): SEARCH,
}
RECORDED = ("params.", "versions.")
"""What stands under these says how the run was made, too."""
FREE_KINDS: dict[tuple[str, str, str], str] = {
    ("plan.json", key, "emptied"): "nothing is claimed; names are then shown in the order of the alphabet"
    for key in ("tiers_by_rank", "model_kinds")
}
AMOUNTS = ("kpis.", "baseline.")
"""Each is made 1 % more; that none is missing or too many is tested with the run folder."""
WITHOUT_PLAN: dict[tuple[str, str], str] = {
    ("plan.json", "status"): SEARCH,
    ("plan.json", "reason"): SEARCH,
    ("plan.json", "baseline_reason"): SEARCH,
    ("plan.json", "seconds"): ON_RECORD,
}


PARTS = 6
"""The edits of a solved run are as many parts: every sixth edit, from the first one, the second, and so on."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny case with a solved run, one of its menus under a rule that they break, and one without a plan."""
    folder = tmp_path_factory.mktemp("mutated")
    case = str(shutil.copytree(TINY, folder / "case"))
    one = "max_tiers = 1\nmax_csat_over_target = 50"
    later = "max_menu = 1"
    for name, rules in {"one": one, "strict": "min_service_margin = 0.999", "later": later}.items():
        (folder / "case" / "scenarios" / f"{name}.toml").write_text(f'objective = "account_margin"\n{rules}\n')
    assert main(["solve", case, "--out", str(folder / "solved"), "--quiet"]) == 0
    given = ["--menus", str(folder / "solved" / "menus.csv"), "--out", str(folder / "given")]
    assert main(["evaluate", case, "-s", "one", *given, "--quiet"]) == 0
    assert main(["solve", case, "-s", "strict", "--out", str(folder / "none"), "--quiet"]) == 1
    near = ["--near", str(folder / "solved"), "--give", "0.05", "--out", str(folder / "near")]
    assert main(["solve", case, "-s", "later", *near, "--quiet"]) == 0
    given[-1] = str(folder / "closest")
    assert main(["evaluate", case, "-s", "strict", *given, "--quiet"]) == 1
    return folder


def passing(run: Path, case: Case, place: Path, edits: Iterator[Mutation]) -> list[tuple[str, str, str]]:
    """Edits that are not noticed."""
    found = []
    for edit in edits:
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(run, place)
        edit.make(place)
        try:
            open_run(place, case)
        except RunError:
            continue
        found.append((edit.file, edit.field, edit.kind))
    return found


def judged(run: Path, *files: str) -> Iterator[Mutation]:
    """Edits of fields that are not free; what other scenarios of the case say has to do with no run."""
    own = f"inputs.scenarios/{json.loads((run / 'plan.json').read_text(encoding='utf-8'))['scenario']}.toml"
    return (
        edit
        for edit in mutations(run, *files)
        if (edit.file, edit.field) not in FREE
        and not edit.field.startswith(RECORDED)
        and (edit.field == own or not edit.field.startswith("inputs.scenarios/"))
        and (edit.kind == "1 % more" or not edit.field.startswith(AMOUNTS))
        and (edit.file, edit.field, edit.kind) not in FREE_KINDS
    )


@pytest.mark.parametrize("part", one_in(PARTS, range(PARTS)))
def test_every_field_of_a_solved_run(part: int, made: Path, tmp_path: Path) -> None:
    case = load_case(made / "case")
    assert open_run(made / "solved", case).result.plan is not None
    edits = islice(judged(made / "solved"), part, None, PARTS)
    assert passing(made / "solved", case, tmp_path / "run", edits) == []


def test_every_field_of_how_near_a_run_is(made: Path, tmp_path: Path) -> None:
    """Of a reference that differs, and of what the manifest keeps of it."""
    case = load_case(made / "case")
    near = open_run(made / "near", case).result.near
    assert near is not None
    assert near.differences > 0
    edits = [edit for edit in judged(made / "near", "plan.json", "manifest.json") if edit.field.startswith("near")]
    assert {edit.field for edit in edits} >= {"near.reference", "near.give", "near.price_books", "near.differences"}
    assert passing(made / "near", case, tmp_path / "run", iter(edits)) == []


def test_every_field_of_a_manifest_as_an_accident_leaves_it(made: Path, tmp_path: Path) -> None:
    """Without its checksum written anew, any edit of the manifest is noticed, also of what is on record only."""
    whole, place = made / "none", Path(shutil.copytree(made / "none", tmp_path / "run"))
    assert changed_files(whole, read_run(whole).manifest) == []
    for edit in mutations(whole, "manifest.json"):
        (place / "manifest.json").write_text(edit.text, encoding="utf-8")
        assert "manifest.json" in changed_files(place, read_run(place).manifest), (edit.field, edit.kind)


def test_every_field_that_given_menus_change(made: Path, tmp_path: Path) -> None:
    case = load_case(made / "case")
    result = open_run(made / "given", case).result
    assert any("max_tiers" in text for text in result.broken_rules)
    edits = judged(made / "given", "plan.json", "experience.csv")
    changed = {"status", "objective", "gap", "menus_given", "broken_rules", "reason", "limit", "ok"}
    edits = (edit for edit in edits if edit.field.partition(".")[0] in changed)
    assert passing(made / "given", case, tmp_path / "run", edits) == []


def test_every_field_of_what_comes_closest(made: Path, tmp_path: Path) -> None:
    case = load_case(made / "case")
    assert open_run(made / "closest", case).result.closest is not None
    edits = judged(made / "closest", "plan.json", "closest/allocation.csv", "closest/menus.csv")
    edits = (edit for edit in edits if edit.file != "plan.json" or edit.field.startswith(("closest", "status")))
    edits = (edit for edit in edits if (edit.field, edit.kind) != ("closest.kpis", "emptied"))
    assert passing(made / "closest", case, tmp_path / "run", edits) == []


def test_every_field_of_a_run_without_a_plan(made: Path, tmp_path: Path) -> None:
    case = load_case(made / "case")
    assert open_run(made / "none", case).result.plan is None
    edits = (edit for edit in judged(made / "none") if (edit.file, edit.field) not in WITHOUT_PLAN)
    null = ("no_contract_objective", "gain_gap")
    edits = (edit for edit in edits if (edit.field, edit.kind) not in {(key, "key gone") for key in null})
    assert passing(made / "none", case, tmp_path / "run", edits) == []
