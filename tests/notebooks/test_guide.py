"""The guide and the README: what they tell to type works and prints what they say; what they link to is there."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from optimizer.cli.command_line import command_parser
from tests.folders import LEFT_BY_0_1_0, ROOT
from tests.notebooks.pages import RUN, Reader, blocks

GUIDE = ROOT / "notebooks" / "guide"
PAGES = [*sorted(GUIDE.rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
TO_RUN = [page for page in sorted(GUIDE.glob("*.md")) if any(block.language in RUN for block in blocks(page))]

MANY = GUIDE / "questions.md"
"""The page that asks every question there is, which takes a quarter of a minute."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like a reader's, with the shipped data beside, and a run and an answer that version 0.1.0 left."""
    (tmp_path / "data").symlink_to(ROOT / "data", target_is_directory=True)
    shutil.copytree(LEFT_BY_0_1_0, tmp_path / "runs")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=pytest.mark.slow) if page == MANY else page for page in TO_RUN],
    ids=lambda page: page.stem,
)
def test_what_a_page_tells_to_type_does_what_it_says(page: Path, here: Path) -> None:
    reader = Reader()
    for block in blocks(page):
        assert reader.follow(block) == ""


def test_the_pages_that_tell_what_to_type_are_run() -> None:
    assert {page.stem for page in TO_RUN} >= {"first_case", "questions", "own_numbers", "model"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    missing = [target for target in targets if not _is_there(page, target)]
    assert missing == []


def _is_there(page: Path, target: str) -> bool:
    file, _, heading = target.partition("#")
    place = page.parent / file if file else page
    return place.exists() and (not heading or heading in _anchors(place))


def _anchors(page: Path) -> set[str]:
    """Headings as GitHub and JupyterLab name them in links."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def reference_pages() -> Mapping[str, Callable[[], str]]:
    """What the script beside the reference makes of the program as it is."""
    pages: Mapping[str, Callable[[], str]] = runpy.run_path(str(GUIDE / "reference" / "make_reference.py"))["PAGES"]
    return pages


REFERENCE = sorted(page.stem for page in (GUIDE / "reference").glob("*.md"))


@pytest.mark.parametrize("page", REFERENCE)
def test_the_reference_is_that_of_the_program(page: str) -> None:
    kept = (GUIDE / "reference" / f"{page}.md").read_text(encoding="utf-8")
    assert kept == reference_pages()[page](), "the program has changed: run make reference"


def test_the_reference_has_every_page_that_is_made() -> None:
    assert sorted(reference_pages()) == REFERENCE


def readme_commands() -> list[str]:
    """Lines of the README's blocks that are commands of tierwise, without what is said behind them."""
    lines = "\n".join(block.text for block in blocks(ROOT / "README.md")).splitlines()
    return [line for line in lines if line.startswith("tierwise ")]


@pytest.mark.parametrize("line", readme_commands())
def test_every_command_of_the_readme_can_be_typed(line: str) -> None:
    command_parser().parse_args(shlex.split(line, comments=True)[1:])


def test_the_readme_names_commands_of_its_own_cases_and_scenarios() -> None:
    words = {
        word for line in readme_commands() for word in shlex.split(line, comments=True) if word.startswith("data/")
    }
    assert words
    assert all((ROOT / word).is_dir() for word in words)


def test_the_python_of_the_readme_runs(here: Path) -> None:
    scripts = [block.text for block in blocks(ROOT / "README.md") if block.language == "python"]
    assert scripts
    for script in scripts:
        exec(compile(script.replace("data/imaging", "data/tiny"), "README.md", "exec"), {})
