"""The questions of `tierwise init`, asked on standard error and answered on standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any

from models import CaseError, Problem
from models.authoring.starter import Answers

from .streams import err


@dataclass(frozen=True)
class InterviewQuestion:
    """One question: what is asked, an answer to begin with, how an answer is read."""

    text: str
    default: str
    read: Callable[[str], Any]
    """Raises ValueError that says what is expected."""


def interview(name: str, *, ask: bool = True) -> Answers:
    """Ask for what a starter case needs; Enter takes what is offered in brackets.

    Raises `CaseError` where the input ends before the last answer.
    """
    questions = _questions(name)
    if not ask:
        return Answers(**{key: question.read(question.default) for key, question in questions.items()})
    print("Enter takes what stands in brackets.", file=err())
    return Answers(**{key: _asked(question) for key, question in questions.items()})


def _asked(question: InterviewQuestion) -> Any:
    while True:
        print(f"{question.text} [{question.default}]: ", end="", file=err(), flush=True)
        line = _line(question)
        try:
            return question.read(line.strip() or question.default)
        except ValueError as error:
            print(f"  {error}", file=err())


def _line(question: InterviewQuestion) -> str:
    """The next line of standard input."""
    fault = "it ended before the last answer"
    try:
        line = sys.stdin.readline() if sys.stdin is not None else ""
        line.encode("utf-8")
    except (OSError, ValueError) as error:  # not open for reading, or not text
        line, fault = "", f"it cannot be read ({error})"
    if not line:
        print(file=err())
        expected = f'an answer to "{question.text}", an empty line for {question.default}, or --yes to ask nothing'
        raise CaseError([Problem("standard input", fault, expected=expected)])
    return line


def _questions(name: str) -> Mapping[str, InterviewQuestion]:
    """Every question by the answer it gives."""
    found = {
        "name": InterviewQuestion("Name of the case", name, str),
        "currency": InterviewQuestion("Currency", "EUR", str),
        "products": InterviewQuestion(
            "Products, each with the value of one unit", "scanner = 80000, monitor = 15000", _valued
        ),
        "segments": InterviewQuestion("Customer segments", "hospitals, practices", _names),
        "regions": InterviewQuestion("Regions", "north, south", _names),
        "tiers": InterviewQuestion("Service tiers, from the lowest to the highest", "silver, gold", _tiers),
        "accounts": InterviewQuestion("Accounts to begin with in each segment and region", "3", _count),
    }
    assert set(found) == {field.name for field in fields(Answers)}
    return found


def _names(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    if not all(names) or len(set(names)) < len(names):
        raise ValueError("expected different names with commas between them, such as north, south")
    return names


def _tiers(text: str) -> tuple[str, ...]:
    names = _names(text)
    if "none" in names:
        raise ValueError("none stands for having no contract; expected other names")
    return names


def _valued(text: str) -> dict[str, float]:
    values = {}
    for part in _names(text):
        name, _, value = part.rpartition("=")
        try:
            amount = float(value)
        except ValueError:
            amount = 0.0
        if not (name.strip() and name.strip() not in values and isfinite(amount) and amount > 0):
            raise ValueError("expected name = value, such as scanner = 80000, monitor = 15000; plain numbers above 0")
        values[name.strip()] = amount
    return values


def _count(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 1000):
        raise ValueError("expected a whole number from 1 to 1000")
    return int(text)
