"""A case folder: `case.toml`, one file or folder per table, and `scenarios/NAME.toml`."""

from __future__ import annotations

from pathlib import Path

from ..problems import Problem, ProblemList, suggestion
from ..schema import TABLES
from .delimited import read_csv
from .documents import read_toml
from .parquet import read_parquet
from .reading import Reading

SETTINGS = "case.toml"
SCENARIOS = "scenarios"
FORMATS = (".csv", ".parquet")
PARTS = (*TABLES, SCENARIOS)


def read_folder(folder: Path, problems: ProblemList) -> Reading:
    """Read every file of a case; what cannot be read becomes a problem."""
    reading = Reading()
    _read_settings(folder, reading, problems)
    for name in TABLES:
        _read_table(folder, name, reading, problems)
    for file in sorted((folder / SCENARIOS).glob("*.toml")):
        document = read_toml(*_content(file, folder, reading), problems)
        if document is not None:
            reading.scenarios[file.stem] = document
            reading.scenario_files[file.stem] = f"{SCENARIOS}/{file.name}"
    _look_for_strangers(folder, reading, problems)
    return reading


def _noted(file: Path, folder: Path, reading: Reading) -> tuple[str, Path]:
    """(path inside the case, path), with the digest noted."""
    name = file.relative_to(folder).as_posix()
    reading.digest(name, file)
    return name, file


def _content(file: Path, folder: Path, reading: Reading) -> tuple[str, bytes]:
    """(path inside the case, bytes), with the digest noted."""
    return _noted(file, folder, reading)[0], file.read_bytes()


def _read_settings(folder: Path, reading: Reading, problems: ProblemList) -> None:
    file = folder / SETTINGS
    if file.is_file():
        reading.settings = read_toml(*_content(file, folder, reading), problems)
    else:
        expected = "a file case.toml with name, currency, choice_model and discount_rate"
        problems.add(Problem(SETTINGS, "the file is missing", expected=expected))


def _read_table(folder: Path, name: str, reading: Reading, problems: ProblemList) -> None:
    files = [file for ending in FORMATS if (file := folder / f"{name}{ending}").is_file()]
    parts = sorted((folder / name).glob("*.parquet")) if (folder / name).is_dir() else []
    sources = [file.name for file in files] + ([f"{name}/"] if parts else [])
    if (folder / name).is_dir() and not parts:
        reading.unreadable.add(name)
        problems.add(Problem(name, "the folder holds no Parquet file", f"{name}/", expected="files such as 1.parquet"))
    elif len(sources) > 1:
        reading.unreadable.add(name)
        message = f"the table is given more than once: {', '.join(sources)}"
        problems.add(Problem(name, message, expected="one of them; remove or rename the others"))
    elif parts:
        reading.put(name, read_parquet(name, dict(_noted(part, folder, reading) for part in parts), problems))
    elif files:
        name_in_case, file = _noted(files[0], folder, reading)
        if file.suffix == ".csv":
            reading.put(name, read_csv(name, name_in_case, file, problems))
        else:
            reading.put(name, read_parquet(name, {name_in_case: file}, problems))


def _look_for_strangers(folder: Path, reading: Reading, problems: ProblemList) -> None:
    """Files that look like misspelt parts of a case are problems, other tables and scenarios are noted as not read."""
    strays = [file for file in (folder / SCENARIOS).glob("*") if file.suffix != ".toml"]
    for entry in sorted([*strays, *filter(_could_be_a_part, folder.iterdir())]):
        hint = suggestion(_name(entry), PARTS) if entry.parent == folder else ""
        if hint:
            message = f"no part of a case has this name{hint}"
            problems.add(Problem(entry.name, message, expected="the name of a table, or scenarios"))
        else:
            reading.notes.append(f"{entry.relative_to(folder).as_posix()} is no part of a case and was not read.")


def _could_be_a_part(entry: Path) -> bool:
    if _name(entry) in TABLES or entry.name == SCENARIOS:
        return False
    if entry.is_dir():
        return any(entry.glob("*.parquet")) or any(entry.glob("*.toml"))
    return entry.suffix in FORMATS


def _name(entry: Path) -> str:
    return entry.name if entry.is_dir() else entry.stem
