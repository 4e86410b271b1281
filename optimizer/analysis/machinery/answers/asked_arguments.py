"""What was asked of a question, as plain values: they tell one answer from another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import signature
from typing import Any

import pandas as pd

from models import Scenario

from ....assurance.result import Result
from ....results.digests import digest_of
from ....results.run_folder import reference_of

_ABOUT = ("case", "scenario", "result")
"""What a question is about, which an answer tells by its run."""
_MOST_WORDS, _DIGITS = 40, 6
"""Characters of the words, and of the digest, in the name of a folder."""
_HOW = ("unchecked", "executor", "workers", "store")
"""How it is answered, which changes nothing of the answer."""


def arguments_of(ask: Callable[..., object], *given: Any, **named: Any) -> dict[str, object]:
    """Arguments of a call of a question (after its subject) that are not the defaults, as values that JSON can hold."""
    parameters = signature(ask).parameters
    bound = signature(ask).bind(None, *given, **named).arguments
    values = {name: _plain(value) for name, value in bound.items() if name not in (*_ABOUT, *_HOW)}
    defaults = {name: _plain(parameters[name].default) for name in values}
    return {name: value for name, value in values.items() if value not in (defaults[name], {}, [])}


def _plain(value: Any) -> object:
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, Scenario):
        return value.name
    if isinstance(value, Result):
        return {"scenario": value.scenario_name, "run": reference_of(value).digest}
    if isinstance(value, pd.DataFrame):
        return {"table": digest_of(value.to_dict("split"))}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [_plain(one) for one in value]
    return str(value)


def words_of(arguments: Mapping[str, object]) -> str:
    """The end of a folder's name that tells these arguments from others: their first words and a digest; else empty."""
    if not arguments:
        return ""
    words = "_".join(re.findall(r"[A-Za-z0-9.]+", " ".join(map(str, _values(list(arguments.values()))))))
    return "-".join(["", *filter(None, [words[:_MOST_WORDS].strip("._")]), digest_of(arguments)[:_DIGITS]])


def _values(value: object) -> Iterator[object]:
    """What stands in nested values, and their keys."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield key
            yield from _values(one)
    elif isinstance(value, list):
        for one in value:
            yield from _values(one)
    else:
        yield value
