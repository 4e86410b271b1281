"""What can be wrong with a case, collected and told all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

SHOWN = 20
"""Faulty rows of one kind in one column that are listed one by one unless all are asked for."""
SEARCHED = 5_000
"""Above this many known words only a difference in letter case is looked for: closeness would take minutes."""


@dataclass(frozen=True)
class Problem:
    """One fault of the input: where it is, what was found and what is expected."""

    table: str
    """Table, or the file when no table is concerned (`case.toml`, `scenarios/base.toml`)."""
    message: str
    """What is wrong."""
    place: str = ""
    """Where it stands: `rates.csv line 7`, `rates!F12`, `rates.parquet row 6`."""
    key: str = ""
    """The row by its key: `provider=Orbis, region=north`."""
    column: str = ""
    """Column, or key of a TOML file."""
    found: str | None = None
    """The value as it was written."""
    expected: str = ""
    """What would be right, or what to do."""
    part: str = "column"
    """What `column` names: a column, or a key of a document."""

    def __str__(self) -> str:
        where = self.place if self.table in self.place else ", ".join(filter(None, [self.table, self.place]))
        where += f" ({self.key})" if self.key else ""
        where += f", {self.part} {self.column}" if self.column else ""
        what = [self.message, "" if self.found is None else f"found {quoted(self.found)}"]
        what.append(f"expected {self.expected}" if self.expected else "")
        return printable(f"{where}: {'; '.join(filter(None, what))}.")


class CaseError(ValueError):
    """A case, scenario or change that cannot be used. `problems` holds every fault that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        title = "1 problem in the input" if count == 1 else f"{count} problems in the input"
        return "\n".join([f"{title}:", *(f"  {number}. {problem}" for number, problem in enumerate(self.problems, 1))])


class ProblemList:
    """Collects problems while a case is read; `check` raises them together."""

    def __init__(self, shown: int = SHOWN) -> None:
        self.shown = shown
        """Faulty rows of one kind in one column that are listed one by one; the others are counted."""
        self._problems: list[Problem] = []

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._problems)

    def __len__(self) -> int:
        return len(self._problems)

    def add(self, problem: Problem) -> None:
        """Note one problem."""
        self._problems.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note several problems."""
        self._problems.extend(problems)

    def check(self) -> None:
        """Raise `CaseError` with everything noted, if anything was."""
        if self._problems:
            raise CaseError(self._problems)


def printable(text: str) -> str:
    """The text with what no encoding can write escaped: bytes of file names that are not UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def quoted(text: str) -> str:
    """The text in quotes, cut short when it is long, with line breaks made visible."""
    flat = text.replace("\n", "\\n").replace("\r", "\\r")
    return f'"{flat if len(flat) <= 80 else flat[:77] + "..."}"'


def suggestion(word: str, known: Iterable[str]) -> str:
    """` (did you mean "x"?)` where a known word differs in letter case or by a slip; else empty."""
    words = list(known)
    same = [candidate for candidate in words if candidate.casefold() == word.casefold()]
    close = same or (get_close_matches(word, words, n=1, cutoff=0.7) if len(words) <= SEARCHED else [])
    return f" (did you mean {quoted(close[0])}?)" if close else ""


def listed(words: Sequence[str], most: int = 8) -> str:
    """The words with commas, the tail counted when there are many."""
    shown = ", ".join(words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most} more"
