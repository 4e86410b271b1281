"""What the contributor's pages name is there: modules, classes, tables, columns, files."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from models.plan import PLAN_TABLES
from models.scenario import Scenario
from models.schema import TABLES
from optimizer.search.state.parameters import SearchParameters
from tests.folders import ROOT, SOURCES
from tests.notebooks.pages import tables_of

GUIDE = ROOT / "notebooks" / "guide"
PAGES = [
    GUIDE / "algorithm.md",
    GUIDE / "glossary.md",
    *sorted((GUIDE / "decisions").glob("*.md")),
    ROOT / "CONTRIBUTING.md",
]
CODE = re.compile(r"`([^`\n]+)`")
DOTTED = re.compile(r"(?:models|optimizer|tests)(?:\.\w+)+")
CLASS = re.compile(r"(?:[A-Z][a-z]+){2,}")
FILE = re.compile(r"(?:models|optimizer|tests|notebooks|data)/[\w./-]*")


def names(page: Path, kind: re.Pattern[str]) -> list[str]:
    """What the page sets as code that is wholly of this kind."""
    found = CODE.findall(page.read_text(encoding="utf-8"))
    return [name for name in dict.fromkeys(found) if kind.fullmatch(name)]


def place(dotted: str) -> object:
    """The module, or the name in a module; raises where there is none."""
    try:
        return import_module(dotted)
    except ModuleNotFoundError:
        module, _, name = dotted.rpartition(".")
        return getattr(import_module(module), name)


@cache
def classes() -> set[str]:
    """Every class of the two packages."""
    nodes = (node for file in SOURCES for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    return {node.name for node in nodes if isinstance(node, ast.ClassDef)}


def is_file(name: str) -> bool:
    """Whether a file or folder is there, or some file where `KEY` stands for any name."""
    return any(ROOT.glob(name.replace("KEY", "*")))


def is_column(name: str) -> bool:
    """Whether `table.column` is of a case or a plan, or a key of scenarios."""
    table, _, column = name.partition(".")
    known = [spec.name for spec in TABLES[table].columns] if table in TABLES else []
    return name in Scenario.model_fields or column in [*known, *PLAN_TABLES.get(table, ())]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_modules_classes_and_files_exist(page: Path) -> None:
    for dotted in names(page, DOTTED):
        assert place(dotted) is not None
    assert set(names(page, CLASS)) <= classes()
    assert [name for name in names(page, FILE) if not is_file(name)] == []


def test_the_algorithm_names_a_class_of_the_module_beside_it() -> None:
    steps = [row for row in tables_of(GUIDE / "algorithm.md") if row.keys() == {"step", "module", "class"}]
    assert len(steps) > 15
    for row in steps:
        module = import_module(row["module"].strip("`"))
        assert hasattr(module, row["class"].strip("`") or "__doc__"), row


def test_the_numbers_of_the_algorithm_are_the_defaults() -> None:
    text = (GUIDE / "algorithm.md").read_text(encoding="utf-8")
    defaults = SearchParameters().to_dict()
    told = re.findall(r"`(\w+)\.(\w+)`\s\(([\d.]+)\)", text)
    assert len(told) > 12
    named = [name.split(".") for name in CODE.findall(text) if name.partition(".")[0] in defaults]
    assert [name for group, name in named if name not in defaults[group]] == []
    assert {(group, name): defaults[group][name] for group, name, _ in told} == {
        (group, name): float(number) for group, name, number in told
    }


def test_each_word_of_the_glossary_is_explained_and_lives_somewhere() -> None:
    rows = tables_of(GUIDE / "glossary.md")
    assert len(rows) > 60
    for row in rows:
        assert all([row["means"], CODE.findall(row["code"])]), row
        assert [name for name in CODE.findall(row["tables"]) if not is_column(name)] == []


def test_each_section_of_the_glossary_is_in_order() -> None:
    text = (GUIDE / "glossary.md").read_text(encoding="utf-8")
    for section in text.split("\n## ")[1:]:
        words = [line.split("|")[1].strip().lower() for line in section.splitlines() if line.startswith("|")][2:]
        assert words == sorted(words)
