"""What a number format makes of a value: a date or time, nothing to be seen, or digits with leading zeros."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.?)|_.?|\*(?P<fill>.?)|\[(?P<bracket>[^\]]*)\]?|(?P<text>@)|(?P<general>General)'
    r"|(?P<exponent>E[+-])|(?P<half>AM/PM|A/P)|(?P<letters>[A-Za-z]+)|(?P<end>;)|(?P<digit>[0#?])|(?P<mark>.)",
    re.IGNORECASE | re.DOTALL,
)
_DATE = re.compile(r"[a-z]*[dmyhs][a-z]*|g*e+|g+|b+|a{3,5}", re.IGNORECASE)
"""Letters that stand for days, months, years, hours and seconds, or for eras and week days as Japanese formats do."""
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
"""Hours, minutes or seconds in brackets, counted beyond a day."""
_LEADING = re.compile(r"(?:\[[^\]<=>]*\])*(0{2,})")
"""A format of zeros alone, which fills numbers up to that many digits; a colour or language may stand before it."""


@dataclass(frozen=True)
class NumberFormat:
    """How numbers are shown; each of three flags is for (positive numbers, negative ones, zero)."""

    dated: tuple[bool, bool, bool]
    """Shown as a date or time."""
    blank: tuple[bool, bool, bool]
    """Nothing is shown."""
    text_blank: bool
    """A text is not shown."""
    digits: int
    """Digits up to which a whole number is filled with leading zeros; 0 where it is not."""

    def shows(self, value: object) -> bool:
        """Whether a cell of this format shows its value."""
        if isinstance(value, bool):
            return True
        if isinstance(value, int | float):
            return not self.blank[_sign(value)]
        return not (isinstance(value, str) and self.text_blank)

    def is_date(self, value: float) -> bool:
        """Whether a number is shown as a date or time."""
        return self.dated[_sign(value)]


def _sign(value: float) -> int:
    return 0 if value > 0 else 1 if value < 0 else 2


@dataclass
class _Section:
    """What one of the parts between semicolons holds."""

    dated: bool = False
    seen: bool = False
    """Something is shown whatever the number."""
    sparse: bool = False
    """Digits are shown that a zero has none of."""
    condition: bool = False
    text: bool = False
    """It has a place for a text; the last section that does is not for numbers."""


@lru_cache(maxsize=4096)
def number_format(code: str) -> NumberFormat:
    """What a number format says."""
    parts = _sections(code)
    text = parts.pop() if len(parts) > 3 or (len(parts) > 1 and parts[-1].text) else None
    leading = _LEADING.fullmatch(code)
    if any(part.condition for part in parts):
        dated, blank = any(part.dated for part in parts), not any(part.seen or part.sparse for part in parts)
        return NumberFormat((dated,) * 3, (blank,) * 3, text_blank=False, digits=0)
    numbers = [parts[0], parts[1] if len(parts) > 1 else parts[0], parts[2] if len(parts) > 2 else parts[0]]
    positive, negative, zero = numbers
    hidden = [not (part.seen or part.sparse) for part in numbers] if code.strip() else [False] * 3
    return NumberFormat(
        dated=(positive.dated, negative.dated, zero.dated),
        blank=(hidden[0], hidden[1], hidden[2] or (zero.sparse and not zero.seen)),
        text_blank=text is not None and not text.seen,
        digits=len(leading[1]) if leading else 0,
    )


def _sections(code: str) -> list[_Section]:
    sections = [_Section()]
    for token in _TOKEN.finditer(code):
        section, kind, text = sections[-1], token.lastgroup or "", token[token.lastgroup or 0]
        if kind == "end":
            sections.append(_Section())
        elif kind == "bracket":
            elapsed = _ELAPSED.fullmatch(text) is not None
            section.dated, section.seen = section.dated or elapsed, section.seen or elapsed or text[:1] == "$"
            section.condition = section.condition or text[:1] in ("<", ">", "=")
        elif kind == "digit" and text != "0":
            section.sparse = True
        elif kind:
            section.text = section.text or kind == "text"
            section.dated = section.dated or kind == "half" or (kind == "letters" and bool(_DATE.fullmatch(text)))
            section.seen = section.seen or (bool(text.strip()) and text != ",")
    return sections
