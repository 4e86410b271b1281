"""What pyproject.toml promises: the versions that each dependency may have. Needs the standard library only."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from tests.folders import ROOT

CONSTRAINTS = Path(__file__).with_name("constraints.txt")
"""Every package of the environment that was tested, with its version: `make test`, `demo` and `lab` install these."""
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)>=(?P<low>[0-9.]+),<(?P<high>[0-9.]+)")


def requirements() -> list[str]:
    """Every requirement, those of the extras among them, once."""
    project = _settings()["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return list(dict.fromkeys(requirement for group in groups for requirement in group))


def build_requirements() -> list[str]:
    """What is needed to install the project."""
    found: list[str] = _settings()["build-system"]["requires"]
    return found


def bounds(requirement: str) -> tuple[str, str, str]:
    """Name, lowest version and the version it must stay below. Raises ValueError where one of them is missing."""
    found = _REQUIREMENT.fullmatch(requirement)
    if found is None:
        raise ValueError(f"{requirement!r} is not of the form name>=1.2,<2")
    return found["name"], found["low"], found["high"]


def pins(text: str) -> dict[str, str]:
    """Versions by name, in small letters with hyphens, of `name==version` lines."""
    lines = [line.split("==") for line in text.splitlines() if line and not line.startswith("#")]
    return {name.lower().replace("_", "-"): version for name, version in lines}


def lowest() -> str:
    """The lowest version of each dependency, as constraints."""
    return "".join(f"{name}=={low}\n" for name, low, _ in map(bounds, requirements()))


def _settings() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
