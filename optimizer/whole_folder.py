"""Folders that appear whole or not at all, and the JSON files in them."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path


def write_whole(path: str | Path, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a folder beside `path`, then rename it to `path`, and return that.

    What is in `path` is replaced once all is written, and stays as it was if anything fails before.
    """
    target = Path(path).absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.parent / f".{target.name}.{os.getpid()}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir()
        write(partial)
        _put_in_place(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def write_json(path: Path, values: object) -> None:
    """Write strict JSON: UTF-8, indented, null for what is not a number."""
    path.write_text(json_text(values, "utf-8") + "\n", encoding="utf-8", newline="\n")


def json_text(values: object, encoding: str) -> str:
    """The values as JSON; its letters are escaped where the encoding lacks one, as it does for bytes of odd paths."""
    text = json.dumps(strict_json(values), ensure_ascii=False, allow_nan=False, indent=1)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(strict_json(values), allow_nan=False, indent=1)
    return text


def strict_json(value: object) -> object:
    """The value with everything JSON cannot hold replaced: null for NaN and infinities, text for the unknown."""
    if isinstance(value, Mapping):
        return {str(key): strict_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [strict_json(item) for item in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, (str, bool, int)):
        return value
    return str(value)


def _put_in_place(partial: Path, target: Path) -> None:
    """Rename the finished folder to its place; an earlier one steps aside first and returns if that fails."""
    if not target.exists():
        partial.rename(target)
        return
    earlier = target.parent / f".{target.name}.{os.getpid()}.earlier"
    target.rename(earlier)
    try:
        partial.rename(target)
    except BaseException:
        earlier.rename(target)
        raise
    shutil.rmtree(earlier, ignore_errors=True)
