"""What can be wrong with a case, collected and told all at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from .text.characters import revealed, shown
from .text.lookalikes import LONGEST, difference, looks

SHOWN = 20
"""Faulty rows of one kind in one column that are listed one by one unless all are asked for."""
SEARCHED = 5_000
"""Above this many known words only a difference in letter case is looked for: closeness would take minutes."""
COMPARED = 200_000
"""Pairs of words that are compared for closeness, in all, where several words are asked about together."""
MOST_WORD = 80
"""Characters of a name or value that a sentence holds."""
MOST_PART = 1_000
"""Characters of each part of a problem's sentence."""


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
        table, place, key, message, expected = (
            cut(text, MOST_PART) for text in (self.table, self.place, self.key, self.message, self.expected)
        )
        where = place if table in place else ", ".join(filter(None, [table, place]))
        where += f" ({key})" if key else ""
        where += f", {self.part} {cut(self.column)}" if self.column else ""
        what = [message, "" if self.found is None else f"found {quoted(self.found)}"]
        what.append(f"expected {expected}" if expected else "")
        return shown(f"{where}: {'; '.join(filter(None, what))}.")


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


def cut(text: str, most: int = MOST_WORD) -> str:
    """The text, cut short when it is long."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def quoted(text: str) -> str:
    """The text in quotes, cut short when it is long, with what cannot be seen in it written out."""
    return f'"{cut(revealed(text[: MOST_WORD + 1]))}"'


def suggestion(word: str, known: Iterable[str]) -> str:
    """` (did you mean "x"?)` where a known word differs in letter case or by a slip; else empty.

    Of one that looks alike, it says instead in which characters it differs.
    """
    return suggestions([word], list(known))[word]


def suggestions(words: Collection[str], known: Sequence[str]) -> dict[str, str]:
    """What `suggestion` says of each word; the known ones, of which there may be millions, are read through once."""
    wanted = {word: looks(word) for word in words if len(word) <= LONGEST}
    folded = {look.casefold() for look in wanted.values()}
    alike: dict[str, str] = {}
    for candidate in known:
        look = looks(candidate) if len(candidate) <= LONGEST else candidate
        if look.casefold() in folded:
            alike.setdefault(look, candidate)
            alike.setdefault(look.casefold(), candidate)
    hints = {word: _hint(word, alike.get(look) or alike.get(look.casefold())) for word, look in wanted.items()}
    for word in [word for word, hint in hints.items() if not hint][: COMPARED // max(1, len(known))]:
        close = get_close_matches(word, known, n=1, cutoff=0.7) if len(known) <= SEARCHED else []
        hints[word] = _hint(word, *close)
    return {word: hints.get(word, "") for word in words}


def _hint(word: str, meant: str | None = None) -> str:
    if meant is None or meant == word:
        return ""
    if looks(meant) == looks(word):
        return f" (it looks like {quoted(meant)} but {difference(word, meant)})"
    return f" (did you mean {quoted(meant)}?)"


def listed(words: Sequence[str], most: int = 8) -> str:
    """The words with commas, the tail counted when there are many."""
    few = ", ".join(map(cut, words[:most]))
    return few if len(words) <= most else f"{few} and {len(words) - most} more"
