"""From the template to a first plan of one's own: what has to be typed, and what comes of it."""

from __future__ import annotations

import re
from pathlib import Path

import optimizer
from models import load_case, scenario_warnings
from models.labels import Labels
from tests.folders import ROOT
from tests.worlds.own_case import SHEETS, fill_template, typed_cells

GUIDE = ROOT / "notebooks" / "guide" / "first_case.md"
SECONDS_A_CELL = 3.5
"""To read a header and type a cell; most names are copied from the row above."""


def test_the_guide_says_how_many_cells_a_case_of_ones_own_takes() -> None:
    text = " ".join(GUIDE.read_text(encoding="utf-8").split())
    told = re.search(r"that is (\d+) cells in (\d+) sheets", text)

    assert told is not None
    assert (int(told[1]), int(told[2])) == (typed_cells(), len(SHEETS))
    assert typed_cells() * SECONDS_A_CELL <= 20 * 60
    sizes = re.search(r"(\d) segments, (\d) tiers, (\d) pricing models, (\d) products and (\d) providers", text)
    assert sizes is not None
    rows = [len(SHEETS[sheet][1]) for sheet in ("segments", "tiers", "pricing_models", "products", "providers")]
    assert list(map(int, sizes.groups())) == rows


def test_it_validates_without_a_word_and_has_a_believable_plan(tmp_path: Path) -> None:
    case = load_case(fill_template(tmp_path / "coffee.xlsx"))
    assert (case.warnings, scenario_warnings(case, case.scenarios["base"])) == ((), ())
    assert len(case.tables["rates"]) == 4 * 2  # typed once each, for both families
    assert Labels.of(case).name("product", "espresso_two") == "espresso_two"  # the sheet has the column, left blank

    result = optimizer.solve(case, gap=1e-3)

    assert result.plan is not None
    assert result.audit is not None
    assert result.audit.ok
    assert result.baseline is not None
    today, plan = result.baseline["service_margin_share"], result.plan.kpis["service_margin_share"]
    assert 0.15 <= (today or 0) <= 0.5
    assert 0.25 <= (plan or 0) <= 0.5
    assert (result.objective or 0) > (result.baseline["account_margin"] or 0)
