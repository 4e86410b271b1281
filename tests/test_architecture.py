"""What the layout promises: packages that resolve here, all of them installed, and pieces of a readable size."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

import models
import optimizer
from tests.folders import ROOT, SOURCES

MOST_FILE_LINES = 350
MOST_FUNCTION_LINES = 40


@pytest.mark.parametrize("package", [models, optimizer])
def test_package_resolves_inside_the_project(package: object) -> None:
    assert Path(str(getattr(package, "__file__", ""))).parent.parent == ROOT


def test_every_package_is_installed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = {".".join(path.parent.relative_to(ROOT).parts) for path in SOURCES}
    assert set(settings["tool"]["setuptools"]["packages"]) == folders


def test_every_package_has_its_init() -> None:
    assert [path.parent for path in SOURCES if not (path.parent / "__init__.py").exists()] == []


def test_the_distribution_cannot_be_uploaded_by_mistake() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "Private :: Do Not Upload" in settings["project"]["classifiers"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_FILE_LINES
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    assert [node.name for node in functions if _lines(node) > MOST_FUNCTION_LINES] == []


def _lines(node: ast.FunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_streams_of_the_command_are_written_to(path: Path) -> None:
    """In the command `sys.stdout` and `sys.stderr` are left to libraries, and lead nowhere."""
    if path.name in {"streams.py", "silence.py"}:
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            assert "file" in {keyword.arg for keyword in node.keywords}, f"line {node.lineno} prints without a file"
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"sys.stdout", "sys.stderr"}:
            pytest.fail(f"line {node.lineno} uses {ast.unparse(node)}")


def test_no_module_leads_back_to_itself_by_its_imports() -> None:
    """Imports for type checking and inside functions count too."""
    graph = grimp.build_graph("models", "optimizer", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    list(TopologicalSorter(imports).static_order())  # raises CycleError, which names the circle


TESTED = sorted(path for package in ("models", "optimizer") for path in (ROOT / "tests" / package).rglob("test_*.py"))


def test_tests_lie_in_folders_named_as_rooms() -> None:
    rooms = {path.parent.relative_to(ROOT) for path in SOURCES}
    assert [path for path in TESTED if path.parent.relative_to(ROOT / "tests") not in rooms] == []


def test_tests_of_a_module_lie_in_its_room() -> None:
    """Where the test file is named as the module."""
    homes = {f"test_{path.name}": ROOT / "tests" / path.parent.relative_to(ROOT) for path in SOURCES}
    named = [path for path in TESTED if path.name in homes]
    assert len(named) > 50
    assert [path for path in named if path.parent != homes[path.name]] == []


PROVERS = ("optimizer.lp", "optimizer.program", "optimizer.search")
FORBIDDEN = (
    ("optimizer.auditing", "optimizer.program"),
    ("optimizer.accounting", "optimizer.program"),
    *(
        (room, judge)
        for room in PROVERS
        for judge in ("optimizer.accounting", "optimizer.auditing", "optimizer.assurance")
    ),
    ("optimizer.results", "optimizer.assurance"),
    ("optimizer.solving", "optimizer.cli"),
    ("models", "rich"),
)
"""Importer and imported. Through accounting, the second, an audit could get at the program as well."""
UNPLACED = "attic"
"""A room that the order of rooms does not name."""


@pytest.fixture(scope="module")
def faults_of_imports(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the import rules say of a copy of the project with every forbidden import made and rooms added."""
    copy = tmp_path_factory.mktemp("copy")
    for package in ("models", "optimizer"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for importer, imported in FORBIDDEN:
        with copy.joinpath(*importer.split("."), "__init__.py").open("a", encoding="utf-8") as room:
            room.write(f"\nimport {imported}\n")
    for package in ("optimizer", "optimizer/search"):
        (copy / package / UNPLACED).mkdir()
        (copy / package / UNPLACED / "__init__.py").touch()
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    return done.stdout


@pytest.mark.parametrize("room", ["optimizer", "optimizer.search"])
def test_a_room_without_a_place_in_the_order_is_refused(faults_of_imports: str, room: str) -> None:
    assert f"- {room}.{UNPLACED}\n" in faults_of_imports


@pytest.mark.parametrize(("importer", "imported"), FORBIDDEN)
def test_the_import_rules_refuse(faults_of_imports: str, importer: str, imported: str) -> None:
    assert f"{importer} -> {imported} (l." in faults_of_imports


def test_public_names_are_there_whatever_was_imported_before() -> None:
    modules = ["optimizer.auditing.judge", "optimizer.solving.solve", "optimizer.solving.evaluate"]
    script = (
        f"import optimizer, {', '.join(modules)}\n"
        "print(*(type(getattr(optimizer, name)).__name__ for name in ('audit', 'solve', 'evaluate', 'load_case')))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["function"] * 4


@pytest.mark.parametrize("name", optimizer.__all__)
def test_every_public_name_is_documented(name: str) -> None:
    assert getattr(optimizer, name).__doc__


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'solv'"):
        _ = optimizer.solv  # type: ignore[attr-defined]


def test_the_public_names_are_those_listed() -> None:
    assert dir(optimizer) == sorted(optimizer.__all__)


def test_a_type_checker_finds_each_public_name_where_it_is_imported_from() -> None:
    """`optimizer` states the home of a name twice: for type checkers as an import, and to import it when it is used."""
    tree = ast.parse((ROOT / "optimizer" / "__init__.py").read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    imported = {
        alias.asname or alias.name: f"{'optimizer.' * node.level}{node.module}:{alias.name}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    renamed = {ast.unparse(node.targets[0]): imported.pop(ast.unparse(node.value)) for node in block.body
               if isinstance(node, ast.Assign)}  # fmt: skip
    assert imported | renamed == optimizer._HOMES


def test_no_public_name_is_that_of_a_room() -> None:
    """Importing a room sets its name in `optimizer`: a public name of the same would be lost."""
    rooms = {path.stem for path in (ROOT / "optimizer").iterdir() if path.is_dir() or path.suffix == ".py"}
    assert rooms.isdisjoint(optimizer.__all__)
