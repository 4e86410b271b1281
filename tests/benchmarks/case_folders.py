"""Generated cases on disk, made once: CSV, or Parquet in several files where they are large."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from . import customers, generator, one_book
from .customers import account_arrow
from .generator import Parts, Size, generate, generate_without_accounts
from .one_book import Menus
from .one_book import one_book as generate_one_book

LARGE = 100_000
"""Cases with more accounts than this are written in parts."""
PART = 1_000_000
"""Accounts in one Parquet file."""
SOURCES = (*(Path(str(module.__file__)) for module in (generator, customers, one_book)), Path(__file__))


def case_folder(shape: Size | Menus, home: Path) -> Path:
    """The folder below `home` that holds the case of this shape, made unless it is there from before."""
    digest = _digest(shape)
    folder = home / f"{type(shape).__name__.lower()}-{digest}"
    if not folder.exists():
        partial = home / f".{folder.name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        write(shape, partial)
        partial.rename(folder)
    return folder


def _digest(shape: Size | Menus) -> str:
    """Digest of the shape and of the programs that make cases."""
    sources = b"".join(source.read_bytes() for source in SOURCES)
    return hashlib.sha256(json.dumps(asdict(shape)).encode() + sources).hexdigest()[:12]


def write(shape: Size | Menus, folder: Path) -> None:
    """Write a case of this shape into a folder that must not exist yet."""
    (folder / "scenarios").mkdir(parents=True)
    if isinstance(shape, Menus):
        _write_parts(generate_one_book(shape), folder)
    elif shape.account_count > LARGE:
        _write_parts(generate_without_accounts(shape), folder)
        _write_accounts(shape, folder)
    else:
        _write_parts(generate(shape), folder)


def _write_parts(parts: Parts, folder: Path) -> None:
    settings, tables, scenarios = parts
    _write_toml(settings, folder / "case.toml")
    for name, scenario in scenarios.items():
        _write_toml(scenario, folder / "scenarios" / f"{name}.toml")
    for name, table in tables.items():
        _write_table(table, folder / f"{name}.csv")


def _write_table(table: pd.DataFrame, file: Path) -> None:
    flags = table.select_dtypes("bool").columns
    plain = table.assign(**{name: table[name].map({True: "true", False: "false"}) for name in flags})
    plain.to_csv(file, index=False)


def _write_toml(items: dict[str, object], file: Path) -> None:
    """Text, numbers: JSON writes them as TOML has them."""
    file.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in items.items()), encoding="utf-8")


def _write_accounts(size: Size, folder: Path) -> None:
    """Accounts and installed base in Parquet files of a million accounts, one at a time in memory."""
    for name in ("accounts", "installed_base"):
        (folder / name).mkdir()
    for part, start in enumerate(range(0, size.account_count, PART)):
        accounts, installed = account_arrow(size, start, min(start + PART, size.account_count))
        pq.write_table(accounts, folder / "accounts" / f"part-{part:03d}.parquet")
        pq.write_table(installed, folder / "installed_base" / f"part-{part:03d}.parquet")
