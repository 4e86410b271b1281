"""Where an answer may be written: never in the place of another one unasked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from models.files import is_temporary
from models.plan_tables import RunError

from ....results.run_owner import Owner


class AnswerIdentity(NamedTuple):
    """A question about a run: what tells the folders of answers apart. Gap and limits do not count."""

    name: str
    """The question, as the command is called."""
    owner: Owner
    """Whose answer it is: a case and a scenario."""
    arguments: Mapping[str, object]
    """What was asked, as far as it is not the default."""
    run_folder: str | None = None
    """Where the run lay that it is about; None where it is about none, or one that was not saved."""

    def difference(self, other: AnswerIdentity) -> str | None:
        """What another answer is about, where it is another one; None for an earlier state of this one."""
        if self.owner.is_of_another_case(other.owner):
            return f"another case ({other.owner.shown})"
        if None not in (self.run_folder, other.run_folder) and self.run_folder != other.run_folder:
            return f"another run ({other.run_folder})"
        if self.owner.question not in (None, other.owner.question):
            return f"scenario {other.owner.question} of {other.owner.shown}"
        return None if self.arguments == other.arguments else "another question"


def check_answer_target(path: str | Path, identity: AnswerIdentity, *, force: bool = False) -> None:
    """Raise `RunError` unless the answer may be written to `path`.

    There is nothing, an empty folder, or an earlier answer to the same question about the same run, or by `force` one
    to another question of that name.
    """
    target = Path(path)
    other = (
        None if not _is_answer(target, identity.name) or force else identity.difference(_identity_in(target, identity))
    )
    if other is not None:
        text = f"{target} holds the answer of {identity.name} about {other}"
        raise RunError([f"{text}; name another folder, or replace it with --force (in Python force=True)."])


def _is_answer(target: Path, name: str) -> bool:
    """Whether there is an earlier answer; raises `RunError` for anything but that or an empty folder."""
    if not target.exists():
        return False
    if not target.is_dir():
        raise RunError([f"{target} is a file, not a folder; name another folder for the answer."])
    found = sorted(entry.name for entry in target.iterdir() if not is_temporary(entry.name))
    known = _files_of_earlier(target / f"{name}.json")
    unknown = [entry for entry in found if entry not in known]
    if unknown:
        raise RunError([f"{target} holds {unknown[0]}, which is no part of an earlier {name}; name another folder."])
    return bool(found)


def _identity_in(target: Path, asked: AnswerIdentity) -> AnswerIdentity:
    """Which answer lies in a folder; one of an earlier version that does not say so is taken for the one asked."""
    values = json.loads((target / f"{asked.name}.json").read_text(encoding="utf-8"))
    owner = Owner(values.get("case_path"), values.get("case"), values.get("scenario"))
    run = values.get("run")
    folder = run.get("folder") if isinstance(run, dict) else None
    return AnswerIdentity(asked.name, owner, values.get("arguments", asked.arguments), folder)


def _files_of_earlier(document: Path) -> frozenset[str]:
    """Files that the answer saved with this JSON file wrote; none where there is no such answer."""
    try:
        tables = json.loads(document.read_text(encoding="utf-8"))["columns"]
        return frozenset({document.name, *(f"{table}.csv" for table in tables)})
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return frozenset()
