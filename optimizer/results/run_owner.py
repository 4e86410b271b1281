"""Whose run a folder holds: the case and the question it was made for, so that no other takes its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from models import Case
from models.plan_tables import RunError
from models.text.characters import path_in_utf8

from .checkpoint import read_state
from .record import ResultRecord


class Owner(NamedTuple):
    """A case and a question of it; None where that is not known."""

    case_path: str | None = None
    """Where the case lies, without links."""
    case_name: str | None = None
    question: str | None = None
    """The scenario; of an answer also what was asked."""
    menus_path: str | None = None
    """The menus given to `evaluate`."""

    @classmethod
    def of_case(cls, case: Case, question: str | None, menus: Path | None = None) -> Owner:
        """Who asks a question of a case."""
        given = None if menus is None else path_in_utf8(str(menus.resolve()))
        return cls(path_in_utf8(case.path), case.settings.name, question, given)

    @classmethod
    def of_result(cls, result: ResultRecord) -> Owner:
        """Whose result it is."""
        return cls._of(result.manifest, result.case_name, result.scenario_name)

    @classmethod
    def of_run(cls, folder: Path) -> Owner:
        """Whose run is in a folder, or search that was cut off there; as far as its files can be read."""
        plan, manifest = _values(folder / "plan.json"), _values(folder / "manifest.json")
        if plan or manifest:
            return cls._of(manifest, plan.get("case"), plan.get("scenario"))
        try:
            asked = read_state(folder).asked
        except (RunError, OSError):
            return cls()
        return cls(asked.case_path, None, asked.scenario)

    @classmethod
    def _of(cls, manifest: object, *named: object) -> Owner:
        noted = manifest if isinstance(manifest, dict) else {}
        return cls(*map(_text, [noted.get("case_path"), *named, noted.get("menus_path")]))

    def is_of_another_case(self, other: Owner) -> bool:
        """Whether the two are known to be of different cases: by path, or by name where a path is missing."""
        for mine, theirs in ((self.case_path, other.case_path), (self.case_name, other.case_name)):
            if mine is not None and theirs is not None:
                return mine != theirs
        return False

    def asks_the_same(self, other: Owner) -> bool:
        """Whether both are one question of one case."""
        same = (self.question, self.menus_path) == (other.question, other.menus_path)
        return same and not self.is_of_another_case(other)

    @property
    def shown(self) -> str:
        """The case in words."""
        return self.case_path or self.case_name or "unknown"


def _values(file: Path) -> dict[str, object]:
    if not file.is_file():  # a pipe would be waited for
        return {}
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
