"""Characters that a terminal would obey, written out; names that hold some, told by code points."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from models.text.characters import BARRED, barred, characters_in_words, in_json, revealed, shown

HARMFUL = [
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
]
HARMLESS = ["a", "~", " ", "\u00a0", "é", "e\u0301", "\u200b", "\u200d", "\u00ad", "日", "\U0001f600", "\ufeff", "א"]


@pytest.mark.parametrize("character", HARMFUL, ids=ascii)
def test_what_a_terminal_would_obey_is_barred_and_written_out(character: str) -> None:
    assert f"(U+{ord(character):04X})" in barred(f"a{character}b")
    assert shown(f"a{character}b").isascii()
    assert shown(f"a{character}b").isprintable()
    assert shown(character, keep=character) == character


@pytest.mark.parametrize("character", HARMLESS, ids=ascii)
def test_everything_else_is_a_name_and_is_shown_as_it_is(character: str) -> None:
    assert barred(f"a{character}b") == ""
    assert shown(f"a{character}b") == f"a{character}b"


def test_arrow_bars_what_python_bars() -> None:
    names = pa.array([f"a{character}b" for character in (*HARMFUL, *HARMLESS)], pa.large_string())

    assert pc.match_substring_regex(names, BARRED).to_pylist() == [bool(barred(name)) for name in names.to_pylist()]


def test_half_characters_are_written_out() -> None:
    assert shown("a\udc80") == "a\\udc80"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a b", "a b"),
        ("a\u00a0b", r"a\xa0b"),
        ("a\u200bb\u3000", r"a\u200bb\u3000"),
        ("a\nb\tc\x00", r"a\nb\tc\x00"),
        ("\U000e0041", r"\ue0041"),
    ],
)
def test_what_cannot_be_seen_is_revealed(text: str, told: str) -> None:
    assert revealed(text) == told


def test_characters_are_named() -> None:
    assert characters_in_words("\u00a0\x1b") == "a no-break space (U+00A0) and an escape character (U+001B)"
    assert characters_in_words("\x85") == "a control character (U+0085)"
    assert characters_in_words("abcdefg").endswith("and 2 more characters")
    assert characters_in_words("") == ""


def test_a_document_of_json_means_the_same_once_it_can_be_shown() -> None:
    values = {"a\x9b\u202e": ["\x7f", "é", "\n", 1]}

    document = in_json(json.dumps(values, ensure_ascii=False, indent=1))

    assert json.loads(document) == values
    assert "é" in document
    assert shown(document, keep="\n") == document
