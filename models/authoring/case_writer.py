"""Cases to disk, so that reading them back gives the same case to the last digit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from errno import EEXIST
from pathlib import Path
from typing import Any, Literal, get_args

import pandas as pd

from ..case import Case
from ..files import write_folder
from ..intake.document_sheets import OPERATIONS
from ..intake.raw import cell_text
from ..scenario import Change, Scenario
from ..schema import TABLES
from ..text.file_names import file_in
from .cover_sheet import colour_tabs
from .parquet_tables import write_parquet
from .workbook_sheets import Cell, append_rows, new_workbook, save

Format = Literal["csv", "parquet", "xlsx"]
Items = Mapping[str, Any]


def write_case(case: Case, path: str | Path, format: Format = "csv") -> Path:
    """Write a case as a folder of CSV or Parquet files, or as one `.xlsx` workbook.

    A folder must be new or empty; a workbook is replaced. Optional tables without rows are left out of a folder.
    It appears whole or not at all. Returns the path. Raises FileExistsError for a folder with files, OSError for a
    place that cannot be written, ValueError for an unknown format.
    """
    if format not in get_args(Format):
        raise ValueError(f"a case is written as {', '.join(get_args(Format))}, not {format}")
    place = Path(path)
    if format == "xlsx":
        _write_workbook(case, place)
    else:
        write_folder(place, lambda folder: write_case_files(case, folder, format), _refuse_filled)
    return place


def _refuse_filled(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(EEXIST, "it exists and is not empty; name another one", str(folder))


def write_case_files(case: Case, folder: Path, format: Format = "parquet") -> None:
    """Write every file of a case into a folder that is there and empty. Raises OSError."""
    (folder / "scenarios").mkdir()
    _write_text(folder / "case.toml", _toml(case.settings.model_dump()))
    for name, scenario in case.scenarios.items():
        _write_text(file_in(folder / "scenarios", name, ".toml"), _scenario_toml(scenario))
    for name, size in case.sizes.items():
        if size == 0 and TABLES[name].optional:
            continue
        if format == "parquet":
            write_parquet(case.columns(name), folder / f"{name}.parquet")
        else:
            rows = _as_written(case.tables[name])
            rows.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")


def _write_text(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _as_written(frame: pd.DataFrame) -> pd.DataFrame:
    """Flags as true and false; everything else as it is."""
    flags = frame.select_dtypes("bool").columns
    return frame.assign(**{name: frame[name].map({True: "true", False: "false"}) for name in flags})


def _scenario_items(scenario: Scenario) -> Items:
    return scenario.model_dump(exclude={"name", "change"}, exclude_none=True)


def _change_items(change: Change) -> Items:
    return change.model_dump(exclude_none=True)


def _scenario_toml(scenario: Scenario) -> str:
    changes = ["\n[[change]]\n" + _toml(_change_items(change)) for change in scenario.change]
    return "".join([_toml(_scenario_items(scenario)), *changes])


def _toml(items: Items) -> str:
    return "".join(f"{name} = {_toml_value(value)}\n" for name, value in items.items())


def _toml_value(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return f"[{', '.join(map(_toml_value, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml_value(item)}" for key, item in value.items()) + " }"
    return cell_text(value)


def _write_workbook(case: Case, file: Path) -> None:
    workbook = new_workbook({name: list(frame.columns) for name, frame in case.tables.items()})
    append_rows(workbook["case"], [{"key": key, "value": value} for key, value in case.settings.model_dump().items()])
    append_rows(workbook["scenarios"], _scenario_rows(case.scenarios))
    append_rows(workbook["changes"], _change_rows(case.scenarios))
    for name, frame in case.tables.items():
        append_rows(workbook[name], _records(frame))
    colour_tabs(workbook)
    save(workbook, file)


def _records(frame: pd.DataFrame) -> Iterator[Mapping[str, Cell]]:
    """Rows as plain Python values, NaN as blanks."""
    columns = [frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in frame.columns]
    return (dict(zip(frame.columns, cells, strict=True)) for cells in zip(*columns, strict=True))


def _scenario_rows(scenarios: Mapping[str, Scenario]) -> Iterator[Mapping[str, Cell]]:
    for name, scenario in scenarios.items():
        for key, value in _scenario_items(scenario).items():
            yield {"scenario": name, "key": key, "value": value}


def _change_rows(scenarios: Mapping[str, Scenario]) -> Iterator[Mapping[str, Cell]]:
    for name, scenario in scenarios.items():
        for change in scenario.change:
            operation, value = next((key, item) for key, item in _change_items(change).items() if key in OPERATIONS)
            where = "; ".join(f"{column}={_alternatives(wanted)}" for column, wanted in change.where.items())
            row = {"scenario": name, "table": change.table, "where": where, "column": change.column}
            yield {**row, "operation": operation, "value": value, "hold_uptake": change.hold_uptake or None}


def _alternatives(wanted: Any) -> str:
    cells = [cell_text(item) for item in (wanted if isinstance(wanted, list) else [wanted])]
    for cell in cells:
        if "|" in cell or ";" in cell:
            raise ValueError(f'a workbook cannot hold the condition "{cell}": | and ; separate conditions there')
    return "|".join(cells)
