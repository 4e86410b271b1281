"""The questions of `tierwise init`, asked on standard error and answered on standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, TextIO

from rich.console import Console
from rich.prompt import InvalidResponse, PromptBase
from rich.text import Text, TextType

from models import CaseError, Problem
from models.authoring.starter import Answers

from .streams import err
from .terminal import console_on


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
    console = console_on(err())
    console.print("Enter takes what stands in brackets.", soft_wrap=True)
    return Answers(**{key: _asked(question, console) for key, question in questions.items()})


def _asked(question: InterviewQuestion, console: Console) -> Any:
    try:
        return _Prompt(question, console)()
    except _NoAnswerError as error:
        console.print()
        expected = f'an answer to "{question.text}", an empty line for {question.default}, or --yes to ask nothing'
        raise CaseError([Problem("standard input", str(error), expected=expected)]) from None


class _Prompt(PromptBase[Any]):
    """Asks a question again until its answer can be read."""

    def __init__(self, question: InterviewQuestion, console: Console) -> None:
        super().__init__(Text(f"{question.text} [{question.default}]"), console=console)
        self._question = question

    @classmethod
    def get_input(cls, console: Console, prompt: TextType, password: bool, stream: TextIO | None = None) -> str:
        """The next line of standard input, which may be a file or closed."""
        console.print(prompt, end="", soft_wrap=True)
        return _next_line()

    def process_response(self, value: str) -> Any:
        """What the answer means; raises InvalidResponse, which says what is expected."""
        try:
            return self._question.read(value.strip() or self._question.default)
        except ValueError as error:
            raise InvalidResponse(Text(f"  {error}")) from None

    def on_validate_error(self, value: str, error: InvalidResponse) -> None:
        """Say what is expected, in a line as long as it is."""
        self.console.print(error, soft_wrap=True)


class _NoAnswerError(Exception):
    """Standard input has no more lines; says why."""


def _next_line() -> str:
    try:
        line = sys.stdin.readline() if sys.stdin is not None else ""
        line.encode("utf-8")
    except (OSError, ValueError) as error:  # not open for reading, or not text
        raise _NoAnswerError(f"it cannot be read ({error})") from None
    if not line:
        raise _NoAnswerError("it ended before the last answer")
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
