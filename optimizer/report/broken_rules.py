"""Rules that given menus break, or that what comes closest misses, a sentence for each rule with the places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..assurance.result import Result
from ..results.closest_words import missed_in_words
from ..results.summary import first_places
from .readable import Readable
from .rounded import rounded_text

_BROKEN = re.compile(r"^\w+, (?P<scope>.+?)(?: \([^()]* against [^()]*\))?\. Expected: (?P<rule>.+?)\.?$", re.DOTALL)
"""How `Result.broken_rules` says it: key, place, numbers, and what must hold."""


def broken_sentences(result: Result, words: Readable) -> Iterator[str]:
    """What the given menus break of the rules on menus and prices, which nothing was held to."""
    places: dict[str, list[str]] = {}
    for sentence in result.broken_rules:
        found = _BROKEN.match(sentence)
        if found is None:
            yield words.text(sentence)
        else:
            places.setdefault(words.rule(found["rule"]), []).append(words.place(found["scope"]))
    for rule, where in places.items():
        yield f"Set aside: {rule}. It is broken for {first_places(where)}."


def missed_sentences(result: Result, words: Readable) -> Iterator[str]:
    """What comes closest misses of the rules that are kept, and by how much."""
    for rule, where, how in missed_in_words(result):
        place = "" if where in ("", "plan") else f" ({where})"
        yield f"{words.rule(rule.rstrip('.'))}{place}: {rounded_text(how)}."
