"""Notebooks are kept without outputs, and run from end to end: in a real JupyterLab where there is a browser for it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.browser import CHROMIUM, WITHOUT
from tests.folders import ROOT
from tests.notebooks.lab import CHART, Lab, running_lab
from tests.slow import one_in
from tests.worlds.small_case import write_small_case

FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
CHARTS = {"01_pricing_analyst": 6, "02_strategy_recommendation": 7, "03_finance_validation": 3}
"""Charts that each notebook draws at the least, those of its widgets among them."""
MOST_LINES = 14
HAS_BROWSER = CHROMIUM is not None and sys.platform != "win32"


def test_there_is_one_for_each_kind_of_reader() -> None:
    assert {path.stem for path in NOTEBOOKS} == set(CHARTS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_they_are_kept_thin_and_without_outputs(path: Path) -> None:
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert all(len(cell.source.splitlines()) <= MOST_LINES for cell in code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_case_that_they_open_is_there(path: Path) -> None:
    assert '"../data/imaging"' in nbformat.read(path, as_version=4).cells[1].source
    assert (FOLDER / "../data/imaging").is_dir()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the notebooks and a small case: what they write stays in it."""
    place = tmp_path_factory.mktemp("lab")
    (place / "notebooks").mkdir()
    for path in NOTEBOOKS:
        shutil.copy(path, place / "notebooks")
    write_small_case(place / "case")
    return place


@pytest.mark.skipif(HAS_BROWSER, reason="they run in JupyterLab below")
@pytest.mark.parametrize("path", one_in(3, NOTEBOOKS), ids=lambda path: path.stem)
def test_it_runs(path: Path, folder: Path) -> None:
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "TIERWISE_CASE": str(folder / "case")}
    client = NotebookClient(
        nbformat.read(path, as_version=4), timeout=300, resources={"metadata": {"path": str(folder / "notebooks")}}
    )
    client.execute(env=variables)


@pytest.fixture(scope="module")
def lab(folder: Path) -> Iterator[Lab]:
    with running_lab(folder, folder / "case") as running:
        yield running


@pytest.mark.skipif(not HAS_BROWSER, reason=WITHOUT)
@pytest.mark.parametrize("name", one_in(3, sorted(CHARTS))[::-1])
def test_it_runs_and_draws_in_jupyterlab(name: str, lab: Lab) -> None:
    lab.open(name)
    lab.run_all(seconds=150)
    assert lab.errors() == []
    lab.page.wait_for_function(f"document.querySelectorAll('{CHART}').length >= {CHARTS[name]}")
    lab.page.wait_for_timeout(500)
    assert len(lab.charts()) >= CHARTS[name]
    assert lab.asked_elsewhere == []


@pytest.mark.skipif(not HAS_BROWSER, reason=WITHOUT)
def test_moving_a_slider_solves_again_and_changes_the_chart(lab: Lab) -> None:
    """Goes on in the notebook that the test before it has run last."""
    slider = lab.page.locator(".widget-slider:has-text('Service margin') .noUi-target")
    told = lab.page.locator(".widget-html-content", has_text="Solved in")
    slider.scroll_into_view_if_needed()
    before, charts = told.inner_text(), lab.charts()
    width = (slider.bounding_box() or {"width": 0.0})["width"]
    slider.click(position={"x": width * 0.55, "y": 3})
    lab.page.wait_for_function("text => !document.body.innerText.includes(text)", arg=before, timeout=60_000)
    told.wait_for(timeout=60_000)
    assert lab.page.locator(".widget-slider:has-text('Service margin') .widget-readout").inner_text() != "5 %"
    lab.wait_for_other_charts(charts)
    assert lab.errors() == []
