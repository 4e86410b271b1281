"""Settings and scenarios: documents of keys and values, checked against their models."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError

from ..case import CaseSettings
from ..problems import Problem, ProblemList, suggestion
from ..scenario import Change, Scenario
from .access import guarded, reason, refusal
from .encoding import decode
from .raw import cell_text
from .size_limits import MAX_DOCUMENT_BYTES, MAX_FAULTS, MAX_INTEGER, MAX_NESTING

Model = TypeVar("Model", bound=BaseModel)
Document = Mapping[str, Any]
Places = Mapping[str, str]
"""Where each key of a document stands, when that is a cell."""
NOWHERE: Places = MappingProxyType({})

EXPECTED = {
    "greater_than_equal": "a number >= {ge}",
    "less_than_equal": "a number <= {le}",
    "finite_number": "a finite number",
    "float_type": "a number",
    "int_type": "an integer",
    "int_from_float": "an integer",
    "bool_type": "true or false",
    "string_type": "text in quotation marks",
    "literal_error": "one of {expected}",
    "dict_type": "conditions such as {{ provider = Orbis }}",
    "string_too_short": "some text",
    "too_short": "some text",
    "too_long": "a text of at most {max_length} characters",
    "string_too_long": "a text of at most {max_length} characters",
    "string_unicode": "text that can be written as UTF-8",
    "invalid_key": "keys that are text",
    "tuple_type": "[[change]] blocks",
    "model_type": "a block [[change]] with table, column and one of set, add and multiply",
}
"""What pydantic's kinds of error ask for, in words; the braces take the error's own context."""

_PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+"""
_DEEP_KEY = re.compile(rf"(?:^|[\[{{,])[ \t]*+(?:{_PART}\.[ \t]*+){{{MAX_NESTING}}}", re.MULTILINE)
"""A key of more parts than levels are read, such as a.b.c."""
LONGEST_FOUND = 200
"""Characters of a wrong value that are passed on."""
NESTED, LEVELS = "tables or lists are nested too deeply", f"at most {MAX_NESTING} levels"
LARGE, SMALLER = "an integer is too large", f"at most {MAX_INTEGER} in size"


def read_toml(file: str, data: bytes, problems: ProblemList) -> dict[str, Any] | None:
    """A TOML file's contents; None, with a problem, when it cannot be read."""
    if len(data) > MAX_DOCUMENT_BYTES:
        problems.add(Problem(file, f"the file has {len(data):,} bytes", expected=f"at most {MAX_DOCUMENT_BYTES:,}"))
        return None
    text = decode(data, file, file, problems)
    if text is None:
        return None
    try:
        if _DEEP_KEY.search(text):  # the reader would need memory with the square of the key's length
            raise RecursionError
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, expected = f"the file is not valid TOML: {reason(error)}", "key = value, texts in quotation marks"
    except RecursionError:
        message, expected = NESTED, LEVELS
    except ValueError:  # Python refuses to read integers of thousands of digits
        message, expected = LARGE, SMALLER
    problems.add(Problem(file, message, expected=expected))
    return None


def read_toml_file(path: Path, problems: ProblemList) -> dict[str, Any] | None:
    """The contents of a TOML file that belongs to no case; None, with a problem, when it cannot be read."""
    why = refusal(path, most=MAX_DOCUMENT_BYTES)
    if why:
        problems.add(Problem(str(path), f"this {why}", expected="a TOML file"))
        return None
    with guarded(path.name, path.name, problems):
        return read_toml(path.name, path.read_bytes(), problems)
    return None


def _within_limits(document: Document, file: str, problems: ProblemList) -> bool:
    """Whether nothing in the document is nested too deeply or too large to be written out; without recursion."""
    before, seen = len(problems), set()
    below: list[tuple[str, object, int]] = [(str(key), value, 1) for key, value in document.items()]
    while below and len(problems) == before:
        key, value, level = below.pop()
        if isinstance(value, int) and abs(value) > MAX_INTEGER:
            problems.add(Problem(file, LARGE, column=key, found=cell_text(value), expected=SMALLER, part="key"))
        elif isinstance(value, Mapping | list | tuple) and id(value) not in seen:
            seen.add(id(value))
            inner = list(value.values()) if isinstance(value, Mapping) else value
            below += [(key, one, level + 1) for one in inner]
            if level > MAX_NESTING:
                problems.add(Problem(file, NESTED, column=key, expected=LEVELS, part="key"))
    return len(problems) == before


def plain_values(value: Any, levels: int = MAX_NESTING) -> Any:
    """A document from memory with numpy's numbers and arrays as Python's own, which mean the same."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if levels and isinstance(value, Mapping):
        return {key: plain_values(item, levels - 1) for key, item in value.items()}
    if levels and isinstance(value, list | tuple):
        return [plain_values(item, levels - 1) for item in value]
    return value


def check_settings(
    document: Document, file: str, problems: ProblemList, places: Places = NOWHERE
) -> CaseSettings | None:
    """The case's settings, or None with problems."""
    return _validate(CaseSettings, document, file, problems, places)


def check_scenario(
    name: str, document: Document, file: str, problems: ProblemList, places: Places = NOWHERE
) -> Scenario | None:
    """A scenario of that name, or None with problems."""
    if "name" in document:
        known = [key for key in Scenario.model_fields if key != "name"]
        message = "unknown key; a scenario is named by its file"
        problems.add(Problem(file, message, column="name", part="key", expected=f"only the keys {', '.join(known)}"))
        document = {key: value for key, value in document.items() if key != "name"}
    changes = document.get("change")
    ordered = {**document, "change": tuple(changes)} if isinstance(changes, list) else dict(document)
    return _validate(Scenario, {**ordered, "name": name}, file, problems, places)


def _validate(model: type[Model], document: Document, file: str, problems: ProblemList, places: Places) -> Model | None:
    if not _within_limits(document, file, problems):
        return None
    try:
        return model.model_validate(document)
    except ValidationError as error:
        found = _problems(error, model, file)
        for problem in islice(found, MAX_FAULTS):
            problems.add(replace(problem, part="key", place=place_of(problem.column, places)))
        if next(found, None):
            problems.add(Problem(file, f"and more keys at fault, {error.error_count():,} in all"))
        return None


def place_of(key: str, places: Places) -> str:
    """Where a key stands; `change[2].set` stands where `change[2]` does."""
    return places.get(key) or places.get(key.split(".")[0], "")


def _problems(error: ValidationError, model: type[BaseModel], file: str) -> Iterator[Problem]:
    seen = set()
    for item in error.errors():
        place, fields = _place(item["loc"], model)
        if place not in seen:
            seen.add(place)
            yield _problem(item, place, fields, file)


def _place(loc: tuple[int | str, ...], model: type[BaseModel]) -> tuple[str, Iterable[str]]:
    """(the key as a person would write it, the keys known there); a union's own names are left out."""
    if loc[:1] == ("change",) and len(loc) > 1:
        inner = loc[2:4] if loc[2:3] == ("where",) else loc[2:3]
        return ".".join([f"change[{int(loc[1]) + 1}]", *map(str, inner)]), Change.model_fields
    return ".".join(map(str, loc[:1])), [key for key in model.model_fields if model is not Scenario or key != "name"]


def _problem(item: Any, place: str, fields: Iterable[str], file: str) -> Problem:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "missing":
        return Problem(file, "missing key", column=place, expected=f"the key {place}")
    if kind == "extra_forbidden":
        word = place.rsplit(".", 1)[-1]
        message = f"unknown key{suggestion(word, fields)}"
        return Problem(file, message, column=place, expected=f"only the keys {', '.join(fields)}")
    if kind == "value_error":
        return Problem(file, str(context["error"]), column=place)
    found = cell_text(item["input"])[:LONGEST_FOUND]
    hint = suggestion(found, str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", "))
    if place.endswith(".set") or ".where." in place:
        return Problem(file, "wrong value", column=place, found=found, expected="text, a number, true or false")
    expected = EXPECTED.get(kind, item["msg"]).format(**context).replace("'", "")
    return Problem(file, f"wrong value{hint}", column=place, found=found, expected=expected)
