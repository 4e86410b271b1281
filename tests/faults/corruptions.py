"""Ways to corrupt the small case: cells, lines, columns, files, documents and sheets."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pandas as pd

from models import load_case, write_case
from tests.worlds.small_case import write_small_case

Corrupt = Callable[[Path], Path | None]


@dataclass(frozen=True)
class Fault:
    """A way to corrupt the small case, and what one of its problems must say."""

    name: str
    corrupt: Corrupt
    """Spoils the case in a folder; returns the path to load where that is not the folder."""
    must_name: tuple[str, ...]
    """Texts that the same problem must hold."""
    problems: int = 1
    """How many problems follow from the fault."""

    def write(self, folder: Path) -> Path:
        """Write the corrupted case under a folder and return the path to load."""
        write_small_case(folder)
        return self.corrupt(folder) or folder


def cell(table: str, line: int, column: str, value: str) -> Corrupt:
    """Put a value into one cell of a CSV file; the header is line 1."""

    def corrupt(folder: Path) -> None:
        rows = _rows(folder / f"{table}.csv")
        rows[line - 1][rows[0].index(column)] = value
        _write(folder / f"{table}.csv", rows)

    return corrupt


def ladder(line: int, price: str, to: str, step: str) -> Corrupt:
    """Make a row of price_points a ladder; the header is line 1."""

    def corrupt(folder: Path) -> None:
        rows = [[*row, "", ""] for row in _rows(folder / "price_points.csv")]
        rows[0][-2:] = ["to", "step"]
        rows[line - 1][rows[0].index("price")] = price
        rows[line - 1][-2:] = [to, step]
        _write(folder / "price_points.csv", rows)

    return corrupt


def column(table: str, old: str, new: str | None) -> Corrupt:
    """Rename a column, or drop it."""

    def corrupt(folder: Path) -> None:
        rows = _rows(folder / f"{table}.csv")
        at = rows[0].index(old)
        for row in rows:
            row[at : at + 1] = [] if new is None else [row[at]]
        if new is not None:
            rows[0][at] = new
        _write(folder / f"{table}.csv", rows)

    return corrupt


def added(table: str, column: str, **cells: str) -> Corrupt:
    """Add a column at the end, blank but for the cells of some lines: `line_3="x"`; the header is line 1."""

    def corrupt(folder: Path) -> None:
        rows = _rows(folder / f"{table}.csv")
        texts = [column, *(cells.get(f"line_{number}", "") for number in range(2, len(rows) + 1))]
        _write(folder / f"{table}.csv", [[*row, text] for row, text in zip(rows, texts, strict=True)])

    return corrupt


def scored(row: str) -> Corrupt:
    """Scores with the columns region and family, which one more row, line 6, fills."""
    rows = ("Orbis,quality,,,6.5", "Orbis,reach,,,9", "Vega,quality,,,9", "Vega,reach,,,5", row)
    return content("scores.csv", "\n".join(("provider,criterion,region,family,score", *rows, "")).encode())


def line(table: str, number: int, text: str | None) -> Corrupt:
    """Replace a line of a CSV file, or drop it."""

    def corrupt(folder: Path) -> None:
        file = folder / f"{table}.csv"
        lines = file.read_text().splitlines()
        lines[number - 1 : number] = [] if text is None else [text]
        file.write_text("\n".join(lines) + "\n")

    return corrupt


def appended(table: str, text: str) -> Corrupt:
    """Add a line at the end of a CSV file."""

    def corrupt(folder: Path) -> None:
        with (folder / f"{table}.csv").open("a") as file:
            file.write(text + "\n")

    return corrupt


def replaced(file: str, old: str, new: str) -> Corrupt:
    """Replace the first occurrence of a text in a file; it must be there."""

    def corrupt(folder: Path) -> None:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))

    return corrupt


def content(file: str, data: bytes) -> Corrupt:
    """Replace a file's bytes."""

    def corrupt(folder: Path) -> None:
        (folder / file).write_bytes(data)

    return corrupt


def recoded(file: str, old: str, new: str, encoding: str) -> Corrupt:
    """Replace a text and save in another encoding."""

    def corrupt(folder: Path) -> None:
        text = (folder / file).read_text()
        (folder / file).write_bytes(text.replace(old, new).encode(encoding))

    return corrupt


def removed(file: str) -> Corrupt:
    """Delete a file."""

    def corrupt(folder: Path) -> None:
        (folder / file).unlink()

    return corrupt


def moved(old: str, new: str) -> Corrupt:
    """Rename a file."""

    def corrupt(folder: Path) -> None:
        (folder / old).rename(folder / new)

    return corrupt


def parquet(table: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Corrupt:
    """Turn a table into Parquet, changed."""

    def corrupt(folder: Path) -> None:
        file = folder / f"{table}.csv"
        change(pd.read_csv(file)).to_parquet(folder / f"{table}.parquet", index=False)
        file.unlink()

    return corrupt


def both_formats(folder: Path) -> None:
    pd.read_csv(folder / "rates.csv").to_parquet(folder / "rates.parquet", index=False)


def uneven_parts(folder: Path) -> None:
    (folder / "accounts").mkdir()
    accounts = pd.read_csv(folder / "accounts.csv")
    accounts.iloc[:3].to_parquet(folder / "accounts" / "1.parquet", index=False)
    accounts.iloc[3:].assign(product_revenue=-5.0).to_parquet(folder / "accounts" / "2.parquet", index=False)
    (folder / "accounts.csv").unlink()


def sheet(name: str, change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None]) -> Corrupt:
    """Turn the case into a workbook with one sheet changed."""

    def corrupt(folder: Path) -> Path:
        file = write_case(load_case(folder), folder.parent / f"{folder.name}_book" / "case.xlsx", "xlsx")
        book = openpyxl.load_workbook(file)
        change(book[name])
        book.save(file)
        return file

    return corrupt


def sheet_cell(name: str, place: str, value: object) -> Corrupt:
    """Turn the case into a workbook and put a value into one cell."""
    return sheet(name, lambda page: page.__setitem__(place, value))


def unlike_parts(folder: Path) -> None:
    (folder / "accounts").mkdir()
    accounts = pd.read_csv(folder / "accounts.csv")
    accounts.iloc[:3].to_parquet(folder / "accounts" / "1.parquet", index=False)
    accounts.iloc[3:].assign(product_revenue="much").to_parquet(folder / "accounts" / "2.parquet", index=False)
    (folder / "accounts.csv").unlink()


def no_parts(folder: Path) -> None:
    (folder / "rates").mkdir()
    (folder / "rates.csv").rename(folder / "rates" / "1.csv")


def renamed_scenarios(folder: Path) -> None:
    (folder / "scenarios").rename(folder / "Scenarios")


def without_sheet(name: str) -> Corrupt:
    """Turn the case into a workbook that lacks one sheet."""
    return sheet(name, lambda page: page.parent.remove(page))


def no_book(folder: Path) -> Path:
    file = folder / "case.xlsx"
    file.write_bytes(b"this is no zip archive")
    return file


def nowhere(folder: Path) -> Path:
    shutil.rmtree(folder)
    return folder


def wrong_ending(folder: Path) -> Path:
    return folder / "case.toml"


def _rows(file: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.read_text())))


def _write(file: Path, rows: list[list[str]]) -> None:
    with file.open("w", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)
