"""A workbook as a whole: its sheets, the texts and number formats that they share, and how it was calculated."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from .archive import Archive, open_archive
from .format_limits import SHEETS, TITLE
from .markup import MAIN, RELATIONS, Attributes, Listener, is_true, read
from .sheet_cells import PageReader, SheetContent
from .strings import SharedStrings
from .styles import CellStyles, read_styles
from .unreadable import Unreadable

_SHEET_KINDS = {"chartsheet": "a chart sheet", "dialogsheet": "a dialogue sheet", "xlMacrosheet": "a macro sheet"}
_ID = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
_OPENED = "a formula that is to be calculated when the workbook is opened; what is stored may be a placeholder"
_MANUAL = "a formula under manual calculation; what is stored may be out of date"
_UNFINISHED = "a formula that was not calculated when the workbook was saved"


@dataclass(frozen=True)
class _Relation:
    kind: str
    """The last word of its type, such as `worksheet`."""
    part: str
    """Name of the part; empty where it lies outside of the file."""


@dataclass(frozen=True)
class Entry:
    """One sheet as the workbook lists it."""

    title: str
    part: str
    state: str
    """`visible`, `hidden` or `veryHidden`."""
    other_kind: str
    """What it is in words where it is no worksheet, else empty."""


@dataclass
class Book:
    """An open workbook."""

    archive: Archive
    entries: list[Entry]
    doubt: str
    """Why the stored values of formulas cannot be relied on, in words; empty where they can."""
    doubt_of_tables: str
    """The same for the what-if tables of Excel, which can be left out of calculation by themselves."""
    epoch: datetime
    """Day 0 of dates."""
    strings: SharedStrings
    styles: CellStyles

    def page(self, entry: Entry) -> SheetContent:
        """The cells of a worksheet. Raises `Unreadable`."""
        reader = PageReader(self.strings, self.styles, self.epoch, self.doubt, self.doubt_of_tables)
        if not entry.part:
            raise Unreadable("the file lacks the sheet's part")
        read(self.archive, entry.part, reader)
        return reader.finished()


@contextmanager
def open_book(file: Path) -> Iterator[Book]:
    """Open a workbook. Raises `Unreadable` where the file is none that can be read."""
    with open_archive(file) as archive:
        yield _book(archive)


def _book(archive: Archive) -> Book:
    if archive.other_format:
        raise Unreadable(f"the file is {archive.other_format}")
    if "_rels/.rels" not in archive:
        raise Unreadable("the file is no workbook, but another archive")
    main = _only(_relations(archive, ""), "officeDocument") or "xl/workbook.xml"
    relations = _relations(archive, main)
    contents = _Contents(relations)
    read(archive, main, contents)
    styles = _only(relations, "styles")
    return Book(
        archive,
        contents.entries,
        contents.doubt,
        contents.doubt or contents.doubt_of_tables,
        contents.epoch,
        SharedStrings(archive, _only(relations, "sharedStrings")),
        read_styles(archive, styles) if styles else CellStyles(),
    )


def _only(relations: Mapping[str, _Relation], kind: str) -> str:
    """The part of that kind; empty where there is none."""
    return next((relation.part for relation in relations.values() if relation.kind == kind), "")


def _relations(archive: Archive, part: str) -> Mapping[str, _Relation]:
    """What a part refers to, by identifier; the whole file's where `part` is empty."""
    folder, name = posixpath.split(part)
    listener = _Relations(folder)
    read(archive, posixpath.join(folder, "_rels", f"{name}.rels"), listener)
    return listener.found


class _Relations(Listener):
    root = f"{RELATIONS}Relationships"

    def __init__(self, folder: str) -> None:
        self.folder, self.found = folder, dict[str, _Relation]()
        self.begins = {f"{RELATIONS}Relationship": self._relation}

    def _relation(self, attributes: Attributes) -> None:
        target = attributes.get("Target", "").replace("\\", "/")
        part = posixpath.normpath(posixpath.join("/", self.folder, target)).lstrip("/")
        outside = attributes.get("TargetMode") == "External"
        kind = attributes.get("Type", "").rpartition("/")[2]
        self.found[attributes.get("Id", "")] = _Relation(kind, "" if outside else part)


class _Contents(Listener):
    """`workbook.xml`: sheets in order, calculation, the days that dates count from."""

    root = f"{MAIN}workbook"

    def __init__(self, relations: Mapping[str, _Relation]) -> None:
        self.relations, self.entries = relations, list[Entry]()
        self.doubt = self.doubt_of_tables = ""
        self.epoch = CALENDAR_WINDOWS_1900
        self.begins = {
            f"{MAIN}sheet": self._sheet,
            f"{MAIN}calcPr": self._calculation,
            f"{MAIN}workbookPr": self._properties,
        }

    def _sheet(self, attributes: Attributes) -> None:
        title = attributes.get("name", "")
        if len(self.entries) >= SHEETS:
            raise Unreadable(f"the file has more than {SHEETS:,} sheets")
        if len(title) > TITLE:
            raise Unreadable(f"the name of a sheet has more than {TITLE} characters")
        relation = self.relations.get(attributes.get(_ID, ""), _Relation("worksheet", ""))
        other = "" if relation.kind == "worksheet" else _SHEET_KINDS.get(relation.kind, f"a {relation.kind}")
        state = attributes.get("state", "visible")
        self.entries.append(Entry(title, relation.part, state, other))

    def _calculation(self, attributes: Attributes) -> None:
        if is_true(attributes, "fullCalcOnLoad") or is_true(attributes, "forceFullCalc"):
            self.doubt = _OPENED
        elif attributes.get("calcMode", "").strip() == "manual":
            self.doubt = _MANUAL
        elif not is_true(attributes, "calcCompleted", "1"):
            self.doubt = _UNFINISHED
        elif attributes.get("calcMode", "").strip() == "autoNoTable":
            self.doubt_of_tables = _MANUAL

    def _properties(self, attributes: Attributes) -> None:
        if is_true(attributes, "date1904"):
            self.epoch = CALENDAR_MAC_1904
