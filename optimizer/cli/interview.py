"""The questions of `tierwise init`, asked on standard error and answered on standard input."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TextIO

from rich.console import Console
from rich.prompt import InvalidResponse, PromptBase
from rich.text import Text, TextType

from models import CaseError, Problem
from models.authoring.starter import Answers
from models.schema import NO_CONTRACT
from models.text.characters import barred
from models.text.lookalikes import LONGEST, looks

from .streams import err
from .terminal import console_on

MOST_NAMES = 50
"""Names that one answer may list; more are put into the files themselves."""
MOST_TIERS = 8
"""Tiers to begin with; each is half as long a wait as the one below it."""
MOST_ACCOUNTS = 1000
"""Accounts to begin with in each segment and region."""
MOST_ROWS = 200_000
"""Rows of installed_base to begin with; a workbook holds some five times as many."""
LEAST_VALUE, MOST_VALUE = 0.01, 1e9
"""Value of one unit, in the currency."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True)
class InterviewQuestion:
    """One question: what is asked, an answer to begin with, how an answer is read."""

    text: str
    default: str
    read: Callable[[str], Any]
    """Raises ValueError that says what is expected."""


def interview(name: str, *, ask: bool = True) -> Answers:
    """Ask for what a starter case needs; Enter takes what is offered in brackets.

    Each answer is checked as it is given, and asked for again where it cannot be. Raises `CaseError` where the input
    ends before the last one, or what is offered cannot be.
    """
    console = console_on(err()) if ask else None
    if console is not None:
        console.print("Enter takes what stands in brackets.", soft_wrap=True)
    given: dict[str, Any] = {}
    for key, question in (*_questions(name).items(), ("accounts", None)):
        asked = question or _accounts_question(given)
        given[key] = _offered(asked) if console is None else _asked(asked, console)
    return Answers(**given)


def _offered(question: InterviewQuestion) -> Any:
    try:
        return question.read(question.default)
    except ValueError as error:  # a name made of the target's
        expected = "a target by whose name a case can be called"
        raise CaseError([Problem("--yes", str(error), found=question.default, expected=expected)]) from None


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
    """Every question by the answer it gives, but how many accounts there are, which depends on the others."""
    return {
        "name": InterviewQuestion("Name of the case", name, _name),
        "currency": InterviewQuestion("Currency", "EUR", _currency),
        "products": InterviewQuestion(
            "Products, each with the value of one unit", "scanner = 80000, monitor = 15000", _valued
        ),
        "segments": InterviewQuestion("Customer segments", "hospitals, practices", _names),
        "regions": InterviewQuestion("Regions", "north, south", _names),
        "tiers": InterviewQuestion("Service tiers, from the lowest to the highest", "silver, gold", _tiers),
    }


def _accounts_question(given: Mapping[str, Any]) -> InterviewQuestion:
    """How many accounts to begin with: as many as a workbook holds with all their products."""
    places = len(given["segments"]) * len(given["regions"]) * len(given["products"])
    read = partial(_count, most=max(1, min(MOST_ACCOUNTS, MOST_ROWS // places)))
    return InterviewQuestion("Accounts to begin with in each segment and region", "3", read)


def _name(text: str) -> str:
    name = text.strip()
    strange = barred(name)
    if strange:
        raise ValueError(f"no name may hold {strange}")
    if not 0 < len(name) <= LONGEST:
        raise ValueError(f"expected a name of 1 to {LONGEST} characters")
    return name


def _currency(text: str) -> str:
    name = _name(text)
    if any(mark.isdigit() for mark in name):
        raise ValueError("expected a currency such as EUR, without an amount")
    return name


def _names(text: str) -> tuple[str, ...]:
    names = tuple(_name(part) if part.strip() else "" for part in text.split(","))
    if not all(names) or len({looks(name).casefold() for name in names}) < len(names):
        raise ValueError("expected different names with commas between them, such as north, south")
    if len(names) > MOST_NAMES:
        raise ValueError(f"expected at most {MOST_NAMES} names to begin with")
    return names


def _tiers(text: str) -> tuple[str, ...]:
    names = _names(text)
    if NO_CONTRACT in names:
        raise ValueError(f"{NO_CONTRACT} stands for having no contract; expected other names")
    if len(names) > MOST_TIERS:
        raise ValueError(f"expected at most {MOST_TIERS} tiers to begin with")
    return names


def _valued(text: str) -> dict[str, float]:
    values = {}
    for part in text.split(","):
        name, _, value = part.rpartition("=")
        if not name.strip() or not _NUMBER.fullmatch(value.strip()):
            raise ValueError(
                "expected name = value, such as scanner = 80000, monitor = 15000; plain numbers above 0, without "
                "thousands separators"
            )
        if not LEAST_VALUE <= float(value) <= MOST_VALUE:
            raise ValueError(
                f"{value.strip()} is out of range; expected a value from {LEAST_VALUE:g} to {MOST_VALUE:,.0f}"
            )
        values[name.strip()] = float(value)
    if len(_names(",".join(values))) < len(text.split(",")):
        raise ValueError("expected different products with commas between them")
    return values


def _count(text: str, most: int) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= most):
        raise ValueError(f"expected a whole number from 1 to {most}")
    return int(text)
