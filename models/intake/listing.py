"""What the entries of a case folder are by their names: parts of a case, what seems to be one, and what is none."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from ..problems import Problem, ProblemList, quoted, suggestion
from ..schema import TABLES
from ..text.characters import shown
from ..text.lookalikes import looks

SETTINGS = "case"
SCENARIOS = "scenarios"
PARTS = (*TABLES, SCENARIOS, SETTINGS)
FORMATS = (".csv", ".parquet")
"""Endings of a table's file, in small or capital letters."""
TOML = ".toml"
NAMES = "the name of a table, scenarios, or case.toml"
_TABLE_ENDINGS = (
    ".7z .arrow .avro .br .bz2 .csv .db .dbf .dta .duckdb .feather .gz .gzip .h5 .hdf .ipc .json .jsonl .lz4 .ndjson "
    ".numbers .npy .npz .ods .orc .parq .parquet .pickle .pkl .pq .psv .rar .rds .sas7bdat .sav .snappy .sqlite .tab "
    ".tar .tgz .tsv .txt .xls .xlsb .xlsm .xlsx .xz .z .zip .zst .zstd"
)
TABLE_ENDINGS = frozenset(_TABLE_ENDINGS.split())
"""Endings under which tables are kept, packed or in other forms; of a name with several the last counts."""
_COPY_ENDINGS = ".bak .backup .old .orig .save .swp .swo .tmp .part .crdownload"
COPY_ENDINGS = frozenset(_COPY_ENDINGS.split())
"""Endings of copies that editors and downloads leave."""
_OTHER_ENDINGS = (
    ".md .rst .pdf .doc .docx .odt .rtf .html .htm .png .jpg .jpeg .svg .ppt .pptx .py .r .sql .sh .ipynb .log .md5 "
    ".sha1 .sha256 .dvc"
)
OTHER_ENDINGS = frozenset(_OTHER_ENDINGS.split())
"""Endings of what may lie beside a table under its name and is none."""
_ABOUT_ENDINGS = (".schema.json", "-metadata.json")
"""What descriptions of a table's columns end with, in small letters."""
_SYSTEM = frozenset({"thumbs.db", "desktop.ini", "$recycle.bin", "__macosx", "icon\r"})
"""What Windows and macOS put into any folder, in small letters; macOS's other files begin with a point."""


def passed_over(name: str) -> bool:
    """Whether this is a file of the system or of an editor: `._rates.csv`, `~$rates.csv`, `rates.csv~`, Thumbs.db."""
    return name.startswith((".", "~$", "#")) or name.endswith("~") or name.lower() in _SYSTEM


def resembling(names: Iterable[str], table: str) -> list[str]:
    """Names that hold the table's name as a word of its own: `accounts.csv.bak`, `Copy of accounts.csv`."""
    word = re.compile(rf"(?<![^\W_]){table}(?![^\W_])")
    return [name for name in names if word.search(alike(name))]


def locked(name: str) -> str:
    """The file that an office program has open, where this is its lock: `~$rates.xlsx`, `.~lock.rates.csv#`."""
    if name.startswith(".~lock.") and name.endswith("#"):
        return name[len(".~lock.") : -1]
    return name.removeprefix("~$") if name.startswith("~$") else ""


def alike(name: str) -> str:
    """What is the same for names that differ by blanks around them, letter case, or how accents are composed."""
    return unicodedata.normalize("NFC", name).casefold().strip()


_PARTS = {alike(part): part for part in PARTS}


def ending(name: str) -> str:
    """The last ending in small letters, such as `.gz`."""
    return os.path.splitext(name)[1].lower().strip()


def doubled(names: Iterable[str]) -> list[list[str]]:
    """Names that some file systems, or a reader who strips blanks, cannot tell apart, together."""
    groups = defaultdict(list)
    for name in names:
        groups[alike(os.path.splitext(name)[0]), ending(name)].append(name)
    return [group for group in groups.values() if len(group) > 1]


def seems(name: str) -> str:
    """The part of a case whose name this bears, or would but for blanks and letter case; else ""."""
    return _PARTS.get(alike(name.partition(".")[0]), "")


def is_source(entry: Path, part: str) -> bool:
    """Whether this is, by its name alone, that part of a case, or that table in a form that is not read."""
    if part == SETTINGS:
        return entry.name == SETTINGS + TOML
    if part == SCENARIOS:
        return entry.name == SCENARIOS
    if entry.name == part:
        return os.path.isdir(entry)
    described = entry.name.lower().endswith(_ABOUT_ENDINGS)
    return entry.name.partition(".")[0] == part and ending(entry.name) in TABLE_ENDINGS and not described


def is_read(entry: Path, table: str) -> bool:
    """Whether a source of a table is in a form that is read: NAME.csv, NAME.parquet, or a folder of Parquet files."""
    return entry.name == table or entry.name[len(table) :].lower() in FORMATS


def unknown_files(found: Sequence[Path], problems: ProblemList) -> Iterator[str]:
    """Entries that are no part of the case: a problem for each that is likely meant as one, a sentence for others."""
    parts = {entry: seems(entry.name) for entry in found}
    known = {entry for entry, part in parts.items() if part and is_source(entry, part)}
    given = {parts[entry] for entry in known}
    for entry in found:
        if entry not in known:
            fault = _fault(entry, parts[entry], given)
            if fault:
                problems.add(fault)
            elif _worth_a_word(entry, parts[entry]):
                yield f"{shown(entry.name)} is no part of a case and was not read."


def _fault(entry: Path, part: str, given: Collection[str]) -> Problem | None:
    """The problem of an entry that is likely meant as a part of the case; None where it is none."""
    end, folder = ending(entry.name), os.path.isdir(entry)
    about = end in OTHER_ENDINGS or entry.name.lower().endswith(_ABOUT_ENDINGS)
    if end in COPY_ENDINGS or about or (folder and part == SETTINGS):
        return None
    word = entry.name if folder else entry.name.partition(".")[0]
    close = suggestion(word, _could_be(word, given)) or _meant(part)
    named = end in FORMATS or (part == SETTINGS and end == TOML)
    if close and (bool(part) or _holds_tables(entry) if folder else named):
        return Problem(entry.name, f"no part of a case has this name{close}", expected=NAMES)
    if part and part not in given and not folder:
        return Problem(part, f"{entry.name} seems to be this, in a form that is not read", expected=advice(part))
    return None


def would_disturb(name: str, *, folder: bool) -> bool:
    """Whether an entry of this name, put into a case, would be read or refused as a part of it."""
    end = ending(name)
    if passed_over(name) or (not folder and end in OTHER_ENDINGS):
        return False
    near = suggestion(name if folder else name.partition(".")[0], PARTS) if folder or end in FORMATS else ""
    return bool(seems(name) or near)


def _could_be(word: str, given: Collection[str]) -> list[str]:
    """The parts that a name may be meant for: of those that are there already, only one that it looks like.

    `accounts_old.csv` beside `accounts.csv` is a copy; where that is missing, it may be the table.
    """
    look = looks(word).casefold()
    return [part for part in PARTS if part not in given or looks(part).casefold() == look]


def _meant(part: str) -> str:
    """Further words for a name that is that of a part but for blanks, letter case, or the case of its ending."""
    return f" (did you mean {quoted(part + TOML if part == SETTINGS else part)}?)" if part else ""


def _worth_a_word(entry: Path, part: str) -> bool:
    """Whether to say that an entry was not read: it could be taken for a table, or for a part of the case."""
    if os.path.isdir(entry):
        return _holds_tables(entry)
    end = ending(entry.name)
    close = end in TABLE_ENDINGS and bool(suggestion(entry.name.partition(".")[0], TABLES))
    return end in (*FORMATS, TOML) or (bool(part) and end not in OTHER_ENDINGS) or close


def _holds_tables(folder: Path) -> bool:
    """Whether a folder holds files as a case does."""
    try:
        return any(ending(name) in (*FORMATS, TOML) for name in os.listdir(folder))
    except OSError:
        return False


def advice(part: str) -> str:
    """Where a part of a case is read from."""
    if part in TABLES:
        return f"{part}.csv or {part}.parquet: save it so, unpacked, or rename what is no table"
    return f"{part}{TOML}" if part == SETTINGS else f"a folder {part} with a .toml file for each scenario"
