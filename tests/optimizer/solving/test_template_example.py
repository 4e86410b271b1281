"""The example in the template is a case that a newcomer can solve."""

from __future__ import annotations

from pathlib import Path

import pytest

import optimizer
from models import load_case, write_template
from optimizer.results.record import Status


@pytest.mark.parametrize("scenario", ["base", "dear_north"])
def test_the_example_solves_and_beats_today(tmp_path: Path, scenario: str) -> None:
    result = optimizer.solve(load_case(write_template(tmp_path / "template.xlsx")), scenario)

    assert result.status is Status.OPTIMAL
    assert not result.menus.empty
    assert result.baseline is not None
    assert result.objective is not None
    assert result.objective > float(result.baseline[result.objective_name] or 0.0)
