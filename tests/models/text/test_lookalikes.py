"""Names that look alike, and what sets them apart in words."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from models.text.lookalikes import ODD, difference, looks, twins

ALIKE = [
    ("Orbis\u00a0GmbH", "Orbis GmbH", 'has a no-break space (U+00A0) after "Orbis", not a space (U+0020)'),
    ("Orbis\u202fGmbH", "Orbis GmbH", 'has a narrow no-break space (U+202F) after "Orbis", not a space (U+0020)'),
    ("Orbis\u200b", "Orbis", 'has a zero width space (U+200B) after "Orbis"'),
    ("\ufeffOrbis", "Orbis", "has a zero width no-break space (U+FEFF) at its start"),
    ("Or\u00adbis", "Orbis", 'has a soft hyphen (U+00AD) after "Or"'),
    ("Orbis", "Or\u2060bis", 'lacks a word joiner (U+2060) after "Or"'),
    (
        "Cafe\u0301",
        "Caf\u00e9",
        'has a latin small letter e (U+0065) and a combining acute accent (U+0301) after "Caf", '
        "not a latin small letter e with acute (U+00E9)",
    ),
    (
        "\u041ebbis",
        "Obbis",
        "has a cyrillic capital letter o (U+041E) at its start, not a latin capital letter o (U+004F)",
    ),
    ("a\u2013b", "a-b", 'has an en dash (U+2013) after "a", not a hyphen-minus (U+002D)'),
    ("a  b", "a b", 'has a space (U+0020) after "a "'),
]


@pytest.mark.parametrize(("found", "meant", "told"), ALIKE, ids=lambda text: ascii(text)[:20])
def test_names_that_look_alike_are_told_apart(found: str, meant: str, told: str) -> None:
    assert looks(found) == looks(meant)
    assert difference(found, meant) == told
    assert list(twins([meant, "other", found])) == [(meant, found)]
    odd = pc.match_substring_regex(pa.array([found, meant], pa.large_string()), ODD).to_pylist()
    assert any(odd), "warnings look at odd names only"


@pytest.mark.parametrize(
    ("one", "other"), [("a", "b"), ("Gold", "gold"), ("e", "é"), ("ab", "a b"), ("1", "l"), ("日", "曰")]
)
def test_names_that_look_different_are_left_alone(one: str, other: str) -> None:
    assert looks(one) != looks(other)


def test_many_differences_are_counted() -> None:
    assert difference("a\u200bb\u200bc\u200bd", "abcd").endswith(" and 1 more differences")
