"""Values as strict JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path


def write_json(path: Path, values: object) -> None:
    """Write strict JSON: UTF-8, indented, null for what is not a number."""
    path.write_bytes((json_text(values) + "\n").encode())


def json_text(values: object, encoding: str = "utf-8") -> str:
    """The values as strict JSON, with escapes for all but ASCII where the encoding lacks a character.

    UTF-8 lacks those that stand for the bytes of a path which is not UTF-8; escaped they read back as they were.
    """
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
