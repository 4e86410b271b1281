"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def write_whole_file(path: str | Path) -> Iterator[Path]:
    """A passing path beside `path` to write to; it takes the place of `path` when the block ends well."""
    target = Path(path).absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    passing = target.parent / f".{target.stem}.{os.getpid()}.partial{target.suffix}"
    try:
        yield passing
        passing.replace(target)
    finally:
        passing.unlink(missing_ok=True)
