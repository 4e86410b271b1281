"""SHA-256 of files and of what they hold: what tells whether something has changed since it was written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import file_digest, sha256
from pathlib import Path

from models.files import strict_json

DIGEST = "digest"
"""Key of a document that holds its checksum: the SHA-256 of all the rest of it."""


def file_digests(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """SHA-256 of those of the files that are there, by name (`/` between folders) and in order of the names."""
    present = ((name, folder / name) for name in sorted(names))
    return {name: _sha256_of(file) for name, file in present if file.is_file()}


def _sha256_of(file: Path) -> str:
    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def digest_of_files(digests: Mapping[str, str]) -> str:
    """SHA-256 of one line `SHA256  PATH` for each file, as sha256sum prints it, in byte order of the paths."""
    lines = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests, key=str.encode))
    return sha256(lines.encode("utf-8")).hexdigest()


def digest_of(values: object) -> str:
    """SHA-256 of values that JSON can hold, whatever the order of their keys."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def with_checksum(document: Mapping[str, object]) -> dict[str, object]:
    """A document with its checksum, which tells of a change by accident, under `digest`."""
    values = {key: strict_json(value) for key, value in document.items() if key != DIGEST}
    return {**values, DIGEST: digest_of(values)}


def checksum_holds(document: Mapping[str, object]) -> bool:
    """Whether a document is as it was when it got its checksum."""
    return document.get(DIGEST) == with_checksum(document)[DIGEST]


def differing(noted: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """Names of the files that were changed, added or lost since their digests were noted."""
    return [name for name in sorted({*noted, *found}) if noted.get(name) != found.get(name)]
