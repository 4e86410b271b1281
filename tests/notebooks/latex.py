"""Formulas as the guide prints them, worked out: sums, products, quotients and powers in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import exp

TOKEN = re.compile(
    r"\\mathit\{(?P<text>[^}]*)\}|\\(?:cdot|,|(?:big|Big)[lr])|\\[a-z]+|[A-Z]E|[A-Za-z]'?"
    r"|\d+(?:\.\d+)?|[-+/(){}^]|_(?:\d|\{[^}]*\}|[a-z])|\s+"
)
SPACE = re.compile(r"\s+|\\(?:cdot|,|(?:big|Big)[lr])|_(?:\{[^}]*\}|[a-z])")
"""What stands for nothing: spaces, dots, sizes, and indices in letters."""
CLOSING = {"(": ")", "{": "}"}


def evaluate(formula: str, values: Mapping[str, float]) -> float:
    """The value of a formula; names are as printed, without indices in letters: `w_0`, `CE`, `\\alpha`."""
    return _Formula([*_tokens(formula), ""], values).whole()


def _tokens(formula: str) -> Iterator[str]:
    at = 0
    while at < len(formula):
        match = TOKEN.match(formula, at)
        assert match is not None, f"{formula[at:]!r} is not understood"
        at = match.end()
        if not SPACE.fullmatch(match[0]):
            yield match[0] if match["text"] is None else match["text"].replace("\\", "")


class _Formula:
    """Reads a formula from left to right; an empty token is its end."""

    def __init__(self, tokens: list[str], values: Mapping[str, float]) -> None:
        self.tokens, self.values = tokens, values

    def whole(self) -> float:
        value = self._sum()
        assert self.tokens == [""], f"{self.tokens} is left over"
        return value

    def _take(self, *wanted: str) -> str:
        """The next token, if it is one of these."""
        return self.tokens.pop(0) if self.tokens[0] in wanted else ""

    def _sum(self) -> float:
        value = -self._product() if self._take("-") else self._product()
        while sign := self._take("+", "-"):
            value += self._product() * (1 if sign == "+" else -1)
        return value

    def _product(self) -> float:
        """Factors side by side, or with a stroke between them."""
        value = self._power()
        while self.tokens[0] not in ("", "+", "-", ")", "}"):
            value = value / self._power() if self._take("/") else value * self._power()
        return value

    def _power(self) -> float:
        natural = self.tokens[:2] == ["e", "^"]
        base = exp(1.0) if natural and self._take("e") else self._atom()
        return base ** self._atom() if self._take("^") else base

    def _atom(self) -> float:
        token = self.tokens.pop(0)
        if token in CLOSING:
            value = self._sum()
            assert self._take(CLOSING[token]), f"{token} is not closed"
            return value
        if token in ("\\frac", "\\tfrac"):
            return self._atom() / self._atom()
        if token[0].isdigit():
            return float(token)
        return self.values[token + (self.tokens.pop(0) if self.tokens[0].startswith("_") else "")]
