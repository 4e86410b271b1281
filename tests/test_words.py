"""Names in the code are the field's words: none of those that they took the place of, and no name for two things.

Words of prose in the code are free; what is looked at are names of modules, classes, functions and methods, and of
constants, leading underscores aside. Pages for readers say no old word that could mean nothing else.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.folders import ROOT, SOURCES

INSTEAD = {
    "dual smoothing, stability centre": "Glance centre",
    "column generation": "Bounding converge",
    "primal heuristics; incumbent": "Plans look complete best",
    "restricted master, sub-MIP": "Restricted completion",
    "reduced-cost enumeration": "every_within",
    "branch, branching decision": "part parting part_books",
    "reliability branching, pseudo-costs": "Switches switches told rise RELIABLE",
    "fix, fixed": "settle settled",
    "node limit": "patience",
    "convexity duals": "floors raised",
    "pricing objective, Lagrangian bound": "worth worths bound_at",
    "priced column, evaluation, LP solution, pricing result": "Find finds Tried Relaxed Priced",
    "restricted master LP, column clean-up": "LiveProgram set_aside",
    "phase one, elastic slack": "seek give ELASTIC",
    "strong-branching trial": "probe",
    "heuristic pricing, local search": "improve climb",
    "warm start": "Memory recall knowledge",
    "session": "Sitting",
    "packed instance, domain": "Shelf Open narrowed",
    "domain, fractional": "Choices torn Falls",
    "LP builder": "Draft",
    "formulation, fixings, instance, build": "Statement Given Setting state()",
    "variable bounds; feasible limit": "reach",
    "lexicographic second stage": "trim",
    "tiny coefficient, tolerance, recheck infeasibility": "speck hair doubting",
    "persistent map": "With",
    "solve run": "Clock",
    "solver session": "Workbench workbench bench",
    "analysis context; minimal correction set; IIS": "Subject subject Way conflict",
    "worker pool, parallel runner": "Crew crew Spread",
    "command output": "Voice voice say",
    "atomic file, temporary file, unknown files": "whole_file passing strangers",
    "categorical column, installed base, warnings, annotated faults": "Words Holdings cautions marking",
}
"""What the field says, and the names that stand for it no more; `state()` is a function, not the state of a search."""
BANNED = {name: word for word, names in INSTEAD.items() for name in names.split()}
OLD_WORDS = re.compile(
    r"\b(workbench(es)?|sittings?|parted|glances?|crews?|shel(f|ves))\b|\bbench\.|\(bench\b", re.IGNORECASE
)
"""Old words that mean nothing else on a page for readers."""
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "notebooks").rglob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")])


class Named(NamedTuple):
    """Something that the code gives a name."""

    name: str
    kind: str
    place: str

    @property
    def instead(self) -> str | None:
        """What the field says instead, if the name is banned."""
        bare = self.name.lstrip("_")
        return BANNED.get(bare) or (BANNED.get(f"{bare}()") if self.kind == "function" else None)


def named_in(path: Path) -> Iterator[Named]:
    """The module or package, and its classes, functions, methods and constants."""
    where = str(path.relative_to(ROOT))
    module = path.parent.name if path.name == "__init__.py" else path.stem
    yield Named(module, "module", where)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Named(node.name, "function", f"{where}:{node.lineno}")
        elif isinstance(node, ast.ClassDef):
            yield Named(node.name, "class", f"{where}:{node.lineno}")
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        for target in targets:
            if isinstance(target, ast.Name):
                yield Named(target.id, "constant", f"{where}:{node.lineno}")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_name_is_one_that_the_fields_words_took_the_place_of(path: Path) -> None:
    found = [named for named in named_in(path) if named.instead is not None]
    assert [f"{named.place}: {named.name}, say {named.instead}" for named in found] == []


@pytest.mark.parametrize("kind", ["module", "class"])
def test_no_two_have_one_name(kind: str) -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in SOURCES:
        for named in named_in(path):
            if named.kind == kind and named.name != "__main__":
                places[named.name.lstrip("_")].append(named.place)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_says_an_old_word(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    assert [f"{number}: {line}" for number, line in enumerate(lines, 1) if OLD_WORDS.search(line)] == []


@pytest.mark.parametrize("line", ["A *workbench* keeps it", "each sitting may have", "Parts are parted", "f(bench, 1)"])
def test_an_old_word_is_seen(line: str) -> None:
    assert OLD_WORDS.search(line)


def test_names_are_found_wherever_they_are_given(tmp_path: Path) -> None:
    """On a module that gives each kind of name: what is banned among them is what one sees in it."""
    text = (
        "RELIABLE: int = 8\nbest = 1\n\nclass _Glance:\n    def _look(self) -> None:\n        look = best_known = 0\n"
    )
    written = tmp_path / "passing.py"
    written.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.test_words.ROOT", tmp_path)
        found = [named for named in named_in(written) if named.instead is not None]
    assert [(named.name, named.kind) for named in found] == [
        ("passing", "module"),
        ("_Glance", "class"),
        ("_look", "function"),
        ("RELIABLE", "constant"),
        ("best", "constant"),
    ]
