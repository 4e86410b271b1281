"""Characters that are not seen, or that move what stands around them: found, named, and shown without harm.

A terminal obeys control characters (an escape sequence in a name can clear the screen), and direction characters turn
the text around them. Names of the data refuse both; whatever else is shown has them written out, as `\\x1b`.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable

CONTROL = "\x00-\x1f\x7f-\x9f\u2028\u2029"
"""C0 and C1 control characters, line breaks among them, as ranges of a pattern."""
DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Characters that set the direction of writing, as ranges of a pattern."""
BARRED = f"[{CONTROL}{DIRECTION}]"
"""What no name may hold, as a pattern that Python and Arrow read alike."""

_UNSAFE = re.compile(f"[{CONTROL}{DIRECTION}\ud800-\udfff]")
_BARRED = re.compile(BARRED)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNNAMED = {
    "\x00": "null character",
    "\t": "tab",
    "\n": "line break",
    "\r": "carriage return",
    "\x1b": "escape character",
    "\x7f": "delete character",
}
_NAMED = 5
"""Characters named one by one in a sentence."""


def shown(text: str, keep: str = "") -> str:
    """The text with every control and direction character but those to `keep` written out, as `\\x1b` and `\\u202e`."""
    return _UNSAFE.sub(lambda found: found[0] if found[0] in keep else _written_out(found[0]), text)


def revealed(text: str) -> str:
    """The text as it is shown, with characters that look like a blank or like nothing written out as well."""
    return "".join(character if _is_seen(character) else _written_out(character) for character in text)


def is_utf8(text: str) -> bool:
    """Whether the text can be written as UTF-8: a path whose bytes are none holds lone surrogates in their place."""
    return not re.search("[\ud800-\udfff]", text)


def path_in_utf8(path: str | None) -> str | None:
    """A path as a file of UTF-8 can hold it: bytes that are no UTF-8 are written out, everything else is as it was."""
    return None if path is None else os.fsencode(path).decode("utf-8", "backslashreplace")


def in_json(document: str) -> str:
    """A document of JSON that means the same and can be shown: what JSON leaves as it is, is escaped as JSON does."""
    return _UNSAFE.sub(lambda found: found[0] if found[0] in "\n\t" else f"\\u{ord(found[0]):04x}", document)


def barred(text: str) -> str:
    """The characters of a name that no name may hold, by name and code point; empty for a name that is allowed."""
    return characters_in_words(dict.fromkeys(_BARRED.findall(text)))


def characters_in_words(characters: Iterable[str]) -> str:
    """`a no-break space (U+00A0) and an escape character (U+001B)`; the tail of many is counted."""
    names = [_name(character) for character in characters]
    if len(names) > _NAMED:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} more characters"]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _name(character: str) -> str:
    fallback = "control character" if unicodedata.category(character) == "Cc" else "nameless character"
    name = _UNNAMED.get(character) or unicodedata.name(character, fallback).lower()
    return f"{'an' if name[0] in 'aeio' else 'a'} {name} (U+{ord(character):04X})"


def _is_seen(character: str) -> bool:
    return character == " " or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"}


def _written_out(character: str) -> str:
    point = ord(character)
    return _SHORT.get(character) or (f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}")
