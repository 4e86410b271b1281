"""How much memory a workbook takes once every cell of it is held, as it must be to be changed."""

from __future__ import annotations

from .areas import area_of
from .book import Book
from .format_limits import MARKED, MARKED_CELLS
from .markup import MAIN, Attributes, Listener, read
from .unreadable import Unreadable


class _Weight(Listener):
    """Counts cells, blank ones too, and those of areas, which openpyxl makes one by one."""

    root = f"{MAIN}worksheet"

    def __init__(self) -> None:
        self.cells = 0
        self.begins = {
            f"{MAIN}c": self._count,
            f"{MAIN}mergeCell": self._count_area,
            f"{MAIN}hyperlink": self._count_area,
        }

    def _count(self, attributes: Attributes) -> None:
        self.cells += 1

    def _count_area(self, attributes: Attributes) -> None:
        area = area_of(attributes.get("ref", ""))
        self.cells += (area.right - area.left + 1) * (area.bottom - area.top + 1)


def check_weight(book: Book) -> None:
    """Raise `Unreadable` where a workbook is too large to be held whole."""
    if book.archive.unpacked > MARKED:
        raise Unreadable(f"it unpacks to more than {MARKED >> 20} MiB")
    weight = _Weight()
    for entry in book.entries:
        if entry.part and not entry.other_kind:
            read(book.archive, entry.part, weight)
    if weight.cells > MARKED_CELLS:
        raise Unreadable(f"it has more than {MARKED_CELLS:,} cells, those of merged areas included")
