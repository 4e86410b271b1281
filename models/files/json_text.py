"""Values as strict JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path


def write_json(path: Path, values: object) -> None:
    """Write strict JSON: UTF-8, indented, null for what is not a number."""
    text = json.dumps(strict_json(values), ensure_ascii=False, allow_nan=False, indent=1)
    # A path that is no UTF-8 holds lone surrogates; escaped, they are JSON and read back as they were.
    path.write_bytes((text + "\n").encode("utf-8", "backslashreplace"))


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
