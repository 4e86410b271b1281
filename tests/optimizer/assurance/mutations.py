"""Every edit that somebody could make to one field of a run folder, its digests written anew."""

from __future__ import annotations

import copy
import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from optimizer.results.digests import with_checksum

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Mutation:
    """One edit of one file: what it is called, and the text it leaves."""

    file: str
    field: str
    """Keys in the document, or column of the table; rows as `*`."""
    kind: str
    text: str

    def make(self, run: Path) -> None:
        """Edit the run, and write the digests anew, as anyone can."""
        (run / self.file).write_text(self.text, encoding="utf-8", newline="\n")
        write_digests(run, self.file)


def write_digests(run: Path, file: str) -> None:
    """Write the digest of an edited file of a run anew, and the checksum of its manifest."""
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    if file != "manifest.json":
        manifest["files"][file] = sha256((run / file).read_bytes()).hexdigest()
    (run / "manifest.json").write_text(json.dumps(with_checksum(manifest)), encoding="utf-8")


def mutations(run: Path, *files: str) -> Iterator[Mutation]:
    """Every kind of edit of every field of some files of a run, or of all, each on the first row that has it."""
    seen = set()
    for mutation in _every_edit(run, files):
        name = mutation.file, mutation.field, mutation.kind
        if name not in seen:
            seen.add(name)
            yield mutation


def _every_edit(run: Path, files: tuple[str, ...]) -> Iterator[Mutation]:
    for place in sorted(path for path in run.rglob("*") if path.is_file()):
        file = place.relative_to(run).as_posix()
        if files and file not in files:
            continue
        text = place.read_text(encoding="utf-8")
        if place.suffix == ".json":
            yield from _of_json(file, json.loads(text))
        elif place.suffix == ".csv":
            yield from _of_table(file, text)


def other_values(value: object) -> Iterator[tuple[str, object]]:
    """What a value may be changed to, and what that is called."""
    if isinstance(value, bool):
        yield "flipped", not value
    elif isinstance(value, (int, float)):
        yield "times ten", value * 10
        yield "1 % more", value * 1.01
    elif isinstance(value, str):
        yield "other text", f"{value}x"
    if value is not None:
        yield "null", None
    else:
        yield "a number", 1.0
        yield "a text", "something"


def _of_json(file: str, document: Any) -> Iterator[Mutation]:
    for path, value in _leaves(document):
        field = ".".join("*" if isinstance(key, int) else key for key in path)
        for kind, other in other_values(value):
            if other == value and type(other) is type(value):
                continue
            yield Mutation(file, field, kind, json.dumps(_with(document, path, lambda _, other=other: other)))
    for path, value in _lists(document):
        field = ".".join("*" if isinstance(key, int) else key for key in path)
        edits: dict[str, Callable[[Any], Any]] = {"emptied": lambda old: type(old)()}
        if isinstance(value, list):
            edits |= {"dropped": lambda old: old[:-1], "twice": lambda old: [*old, old[-1]]}
        if value:
            for kind, edit in edits.items():
                yield Mutation(file, field, kind, json.dumps(_with(document, path, edit)))
    for path, key in _keys(document):
        field = ".".join("*" if isinstance(part, int) else part for part in (*path, key))
        yield Mutation(file, field, "key gone", json.dumps(_without(document, path, key)))
    yield Mutation(file, "", "key added", json.dumps({**document, "more": 1}))


def _leaves(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, object]]:
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(item, (*path, key))
    else:
        yield path, value


def _lists(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    if isinstance(value, (dict, list)):
        yield path, value
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _lists(item, (*path, key))


def _keys(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, str]]:
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(value, dict):
                yield path, str(key)
            yield from _keys(item, (*path, key))


def _with(document: Any, path: Path_, edit: Callable[[Any], Any]) -> Any:
    if not path:
        return edit(document)
    changed = copy.deepcopy(document)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = edit(inner[path[-1]])
    return changed


def _without(document: Any, path: Path_, key: str) -> Any:
    return _with(document, path, lambda inner: {name: value for name, value in inner.items() if name != key})


def _of_table(file: str, text: str) -> Iterator[Mutation]:
    header, *rows = csv.reader(io.StringIO(text))
    for place, row in enumerate(rows):
        for column, name in enumerate(header):
            for kind, cell in _other_cells(row[column]):
                edited = [*row[:column], cell, *row[column + 1 :]]
                yield Mutation(file, name, kind, _written(header, [*rows[:place], edited, *rows[place + 1 :]]))
        yield Mutation(file, "*", "row gone", _written(header, [*rows[:place], *rows[place + 1 :]]))
        yield Mutation(file, "*", "row twice", _written(header, [*rows, row]))
    for column, name in enumerate(header):
        yield Mutation(file, name, "column gone", _written(*_dropped(header, rows, column)))
    yield Mutation(file, "*", "no rows", _written(header, []))
    yield Mutation(file, "*", "no file", "")


def _other_cells(cell: str) -> Iterator[tuple[str, str]]:
    if cell in ("true", "false"):
        yield "flipped", "false" if cell == "true" else "true"
        return
    try:
        number = float(cell)
    except ValueError:
        number = None  # type: ignore[assignment]
    if number is not None:
        changes = {"times ten": number * 10, "1 % more": number * 1.01}
        yield from ((kind, repr(value)) for kind, value in changes.items() if value != number)
    yield "other text", f"{cell}x"
    if cell:
        yield "blank", ""
    else:
        yield "a number", "1.0"


def _dropped(header: list[str], rows: list[list[str]], column: int) -> tuple[list[str], list[list[str]]]:
    return header[:column] + header[column + 1 :], [row[:column] + row[column + 1 :] for row in rows]


def _written(header: list[str], rows: list[list[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return stream.getvalue()
