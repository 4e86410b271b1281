"""Every version range has two ends, and what was tested lies within it."""

from __future__ import annotations

import re

import pytest
from packaging.version import Version

from tests.versions.ranges import CONSTRAINTS, ROOT, bounds, build_requirements, pins, requirements

TESTED = CONSTRAINTS.read_text(encoding="utf-8")


@pytest.mark.parametrize("requirement", [*requirements(), *build_requirements()])
def test_every_requirement_has_a_lower_and_an_upper_bound(requirement: str) -> None:
    _, low, high = bounds(requirement)
    assert Version(low) < Version(high)


@pytest.mark.parametrize("requirement", requirements())
def test_what_was_tested_lies_in_the_range(requirement: str) -> None:
    name, low, high = bounds(requirement)
    assert Version(low) <= Version(pins(TESTED)[name]) < Version(high)


@pytest.mark.parametrize("requirement", ["pyarrow", "pyarrow>=17", "pyarrow<27", "pyarrow==17"])
def test_a_range_without_an_end_is_refused(requirement: str) -> None:
    with pytest.raises(ValueError, match="not of the form"):
        bounds(requirement)


def test_solvers_that_were_found_wrong_are_excluded() -> None:
    """highspy 1.14.0 returns wrong optima."""
    low = {name: low for name, low, _ in map(bounds, requirements())}
    assert Version(low["highspy"]) > Version("1.14.0")


def test_the_tested_versions_name_no_place_to_get_them_from() -> None:
    lines = [line for line in TESTED.splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []


def test_every_way_to_install_but_the_newest_uses_what_was_tested() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installing = [line for line in makefile.splitlines() if "pip install" in line and "--editable" in line]
    assert installing
    assert all("$(TESTED)" in line for line in installing)
    assert f"TESTED := --constraint {CONSTRAINTS.relative_to(ROOT).as_posix()}\n" in makefile
