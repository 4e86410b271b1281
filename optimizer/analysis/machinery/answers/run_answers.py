"""The answers about a run: those that lie beside it, those given, and the commands for those that are not there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.plan_tables import RunError

from ....results.asked_of_runs import ASKED_OF_A_RUN, questions_of
from ....results.record import ResultRecord
from ....results.run_folder import reference_of
from ....results.run_reference import RunReference
from ....results.typed_command import as_typed
from .answer import Answer
from .answer_folder import load_answer


@dataclass(frozen=True)
class RunAnswers:
    """What a report or a workbook of a run shows besides the plan."""

    answers: tuple[Answer, ...] = ()
    left_out: tuple[str, ...] = ()
    """Answers beside the run that are not shown, and why, one sentence each."""
    commands: tuple[str, ...] = ()
    """What to type for the answers that are not there."""


def answers_of(result: ResultRecord, typed: Path, given: Sequence[Answer], *, unchecked: bool = False) -> RunAnswers:
    """The answers of a run, opened: those `given`, and those that lie beside its folder, as it was `typed`.

    Raises `RunError` for a given one that is about another run, with what to ask instead.
    """
    run = reference_of(result)
    faults = [_about_another(answer, typed) for answer in given if not _is_about(answer, run)]
    if faults:
        raise RunError(faults)
    beside, left_out = _beside(run, typed, given, unchecked=unchecked)
    shown = sorted([*given, *beside], key=_place)
    there = {answer.name for answer in shown}
    commands = tuple(as_typed(name, typed) for name in questions_of(result) if name not in there)
    return RunAnswers(tuple(shown), tuple(left_out), commands)


def in_words(found: RunAnswers) -> list[str]:
    """What is left out, and what to type for what was not asked."""
    asked = [f"Not asked yet: {'; '.join(found.commands)}."] if found.commands else []
    return [*found.left_out, *asked]


def _place(answer: Answer) -> int:
    known = answer.name in ASKED_OF_A_RUN
    return ASKED_OF_A_RUN.index(answer.name) if known else len(ASKED_OF_A_RUN)


def _is_about(answer: Answer, run: RunReference) -> bool:
    return answer.run is not None and answer.run.digest == run.digest


def _about_another(answer: Answer, typed: Path) -> str:
    whose = "no run" if answer.run is None else f"another run ({answer.run.shown})"
    again = as_typed(answer.name, typed)
    return f"The answer of {answer.name} is about {whose}, not about {typed} as it is; ask again: {again}."


def _beside(
    run: RunReference, typed: Path, given: Iterable[Answer], *, unchecked: bool
) -> tuple[list[Answer], list[str]]:
    """Answers in folders that are called after the run's and are about it, and why others are left out."""
    found: list[Answer] = []
    left_out: list[str] = []
    known = [(answer.name, dict(answer.arguments)) for answer in given]
    place = typed.resolve()
    for folder in sorted(place.parent.glob(f"{_escaped(place.name)}-*")):
        if not _tells_of_a_run(folder):
            continue
        try:
            answer = load_answer(folder, unchecked=unchecked)
        except RunError as error:
            left_out.append(f"{folder.name} is left out: {error.problems[0]}")
            continue
        if not _is_about(answer, run):
            left_out.append(f"{folder.name} is left out: {_about_another(answer, typed)}")
        elif (answer.name, dict(answer.arguments)) not in known:
            found.append(answer)
    return found, left_out


def _escaped(name: str) -> str:
    """A name in which no character stands for others."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)


def _tells_of_a_run(folder: Path) -> bool:
    """Whether a folder holds an answer about some run."""
    files = list(folder.glob("*.json")) if folder.is_dir() else []
    try:
        document = json.loads(files[0].read_text(encoding="utf-8")) if len(files) == 1 else {}
        return isinstance(document, dict) and isinstance(document.get("run"), dict) and "columns" in document
    except (OSError, ValueError, RecursionError):
        return False
