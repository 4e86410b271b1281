"""An answer read back from the folder it was saved as."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from math import nan
from pathlib import Path
from typing import Any

import pandas as pd

from models.files import read_folder
from models.plan_tables import FaultyRunError, RunError

from ....assurance.run_checks import UNCHECKED
from ....results.digests import DIGEST, checksum_holds, differing, file_digests
from ....results.format_check import check_format
from ....results.record import Status
from ....results.run_reference import RunReference
from .answer import Answer


def load_answer(path: str | Path, *, unchecked: bool = False) -> Answer:
    """The answer in a folder written by `Answer.save`, once its digests agree with its files.

    Raises `FaultyRunError` where they do not, `OtherFormatError` where another version wrote it, `RunError` where there
    is no answer, a file is missing or there are no digests; `unchecked` skips the digests and marks the answer.

    A column whose every filled cell is a number as Python writes it becomes numbers, a blank one where it held
    numbers; one of true and false becomes flags; every other column is text.
    """
    return read_folder(path, partial(_load, unchecked=unchecked))


def _load(folder: Path, *, unchecked: bool) -> Answer:
    document = _document(folder)
    check_format(document, f"{folder}: its JSON file", "Ask for the answer again.")
    answer = _read(folder, document)
    if unchecked:
        return replace(answer, unchecked=UNCHECKED)
    _check_digests(folder, document)
    return answer


def _read(folder: Path, document: Any) -> Answer:
    """The answer that the files describe."""
    try:
        columns = {name: list(meanings) for name, meanings in document["columns"].items()}
        numbers = document.get("numbers", {})
        tables = {
            name: _table(folder / f"{name}.csv", expected, numbers.get(name, ())) for name, expected in columns.items()
        }
        return Answer(
            name=document["name"],
            case_name=document["case"],
            scenario_name=document["scenario"],
            currency=document["currency"],
            tables=tables,
            columns=document["columns"],
            sentences=tuple(document["sentences"]),
            facts=document["facts"],
            gap=document["gap"],
            shown=tuple(name for name in document.get("shown", ()) if name in tables),
            status=Status(document["status"]),
            case_path=document.get("case_path"),
            unchecked=document.get("unchecked"),
            run=None if document.get("run") is None else RunReference(**document["run"]),
            arguments=document.get("arguments", {}),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError([f"{folder}: its JSON file is not that of an answer ({error})."]) from None


def _check_digests(folder: Path, document: Any) -> None:
    """Refuse an answer whose files are not those that were written."""
    again = "Ask for the answer again, or add --unchecked (in Python: unchecked=True) to show it, marked."
    noted, name = document.get("files"), document["name"]
    if not isinstance(noted, dict) or DIGEST not in document:
        raise RunError([f"{folder} holds no digests, so nothing says what its files were. {again}"])
    odd = differing(noted, file_digests(folder, [file.name for file in folder.glob("*.csv")]))
    odd += [] if checksum_holds(document) else [f"{name}.json"]
    if odd:
        raise FaultyRunError([*(f"{folder / name} is not as it was written." for name in odd), again])


def _document(folder: Path) -> Any:
    files = sorted(folder.glob("*.json"))
    if len(files) != 1:
        raise RunError([f"{folder} is not the folder of an answer; expected what compare, explain, ... have written."])
    try:
        return json.loads(files[0].read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError([f"{files[0]}: not JSON ({error})."]) from None


def _table(file: Path, columns: list[str], numbers: Collection[str]) -> pd.DataFrame:
    if not file.is_file():
        raise RunError([f"{file}: the file is missing."])
    rows = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8")
    if list(rows.columns) != columns:
        raise RunError([f"{file}: expected the columns {', '.join(columns)}."])
    blank = {name: pd.Series(nan, index=rows.index) for name in numbers if (rows[name] == "").all()}
    return pd.DataFrame({name: blank[name] if name in blank else _typed(rows[name]) for name in columns})


def _typed(cells: pd.Series) -> pd.Series:
    filled = cells[cells != ""]
    if len(cells) and cells.isin(["true", "false"]).all():
        return cells == "true"
    if len(filled) and all(map(_is_number, filled)):
        return pd.to_numeric(cells.mask(cells == ""))
    return cells


def _is_number(text: str) -> bool:
    """Whether a cell is a number as it was written; a name such as `007` is not."""
    try:
        return text in (repr(float(text)), str(int(float(text))))
    except (ValueError, OverflowError):
        return False
