"""Names that look alike and are not the same: a no-break space, a hidden character, an accent put together otherwise.

What a name looks like is worked out after Unicode Technical Standard 39 (skeletons), with the few confusable
characters that spreadsheets and web pages do put into names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from .characters import characters_in_words, revealed

LONGEST = 500
"""Longer texts are no names, and are not compared."""

ODD = r"[\p{M}\p{Cf}\p{Greek}\p{Cyrillic}\p{Pi}\p{Pf}]|[^\P{Z} ]|[^\P{Pd}-]|  "
"""Arrow's pattern of names that may look like another one. Of two that look alike, one at least is odd."""

_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
"""Text that looks like no other: visible ASCII with single blanks inside."""
_UNSEEN = dict.fromkeys(map(ord, "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe0e\ufe0f"))
"""Characters that show nothing although Unicode counts them as letters and marks."""
_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧοѵ" + "‐‑‒–—―−⁃’‘ʼ′“”″",
    "ABESIJKMHOPCTYXaesijopcyxABEZHIKMNOPTYXov" + "--------''''\"\"\"",
)
"""Cyrillic and Greek letters, dashes and quotation marks that look like ASCII."""
_TOLD = 2
"""Differences told of one pair of names."""


def looks(text: str) -> str:
    """What a text looks like: two texts that look alike give the same."""
    if _PLAIN.fullmatch(text):
        return text
    normal = unicodedata.normalize("NFKC", text).translate(_ALIKE).translate(_UNSEEN)
    blanks = "".join(" " if character.isspace() else character for character in normal)
    seen = (character for character in blanks if unicodedata.category(character) not in {"Cc", "Cf"})
    return " ".join("".join(seen).split())


def difference(found: str, meant: str) -> str:
    """How two names that look alike differ: `has a no-break space (U+00A0) after "Orbis", not a space (U+0020)`."""
    steps = SequenceMatcher(None, found, meant, autojunk=False).get_opcodes()
    parts = [_differing_part(found, meant, step[1:]) for step in steps if step[0] != "equal"]
    rest = "" if len(parts) <= _TOLD else f" and {len(parts) - _TOLD} more differences"
    return " and ".join(parts[:_TOLD]) + rest


def _differing_part(found: str, meant: str, places: tuple[int, int, int, int]) -> str:
    start, end, other_start, other_end = places
    extra, other = characters_in_words(found[start:end]), characters_in_words(meant[other_start:other_end])
    before = revealed(found[max(0, start - 20) : start])
    where = f'after "{before}"' if before.strip() else "at its start"
    if not extra:
        return f"lacks {other} {where}"
    return f"has {extra} {where}" + (f", not {other}" if other else "")


def twins(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of different names that look alike: the first that looks so, and each later one."""
    first: dict[str, str] = {}
    for name in names:
        earlier = first.setdefault(looks(name), name)
        if earlier != name:
            yield earlier, name
