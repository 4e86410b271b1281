"""The texts that a workbook's sheets share, and texts as Excel shows them."""

from __future__ import annotations

from openpyxl.utils.escape import unescape

from ..size_limits import MAX_CELL
from .archive import Archive
from .bad_cell import BadCell
from .markup import MAIN, Attributes, Listener, read

Shown = str | BadCell | None


def shown_text(pieces: list[str]) -> Shown:
    """A text without surrounding blanks, escaped characters as themselves; None where nothing is left."""
    written = "".join(pieces)
    if len(written) > MAX_CELL:
        return BadCell("a text that is too long", f"{written[:40]}...", f"at most {MAX_CELL:,} characters in a cell")
    shown = (
        unescape(written).encode("utf-16", "surrogatepass").decode("utf-16", "replace") if "_x" in written else written
    )
    return shown.strip() or None


class RichText(Listener):
    """A listener that takes up text in pieces, without the reading aids that Excel shows above it (`rPh`)."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.taking = False
        self._size, self._aid = 0, False
        self.text_begins = {f"{MAIN}t": self._begin_text, f"{MAIN}rPh": self._begin_aid}
        self.text_ends = {f"{MAIN}t": self.stop, f"{MAIN}rPh": self._end_aid}

    def take(self) -> None:
        """Begin to take up text anew."""
        self.pieces, self._size, self.taking = [], 0, True

    def stop(self) -> None:
        """Take up no more text."""
        self.taking = False

    def text(self, piece: str) -> None:
        """Take up a piece while that is asked for, unless the cell's limit has been passed already."""
        if self.taking and self._size <= MAX_CELL:
            self.pieces.append(piece)
            self._size += len(piece)

    def _begin_text(self, attributes: Attributes) -> None:
        self.taking = not self._aid

    def _begin_aid(self, attributes: Attributes) -> None:
        self._aid = True

    def _end_aid(self) -> None:
        self._aid = False


class _Items(RichText):
    root = f"{MAIN}sst"

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Shown] = []
        self.begins = {**self.text_begins, f"{MAIN}si": self._begin_item}
        self.ends = {**self.text_ends, f"{MAIN}si": self._end_item}

    def _begin_item(self, attributes: Attributes) -> None:
        self.take()
        self.stop()

    def _end_item(self) -> None:
        self.found.append(shown_text(self.pieces))


class SharedStrings:
    """The shared texts by number, read once the first is asked for."""

    def __init__(self, archive: Archive, part: str) -> None:
        self._archive, self._part = archive, part
        self._found: list[Shown] | None = None

    def get(self) -> list[Shown]:
        """All of them; none where the file has no such part. Raises `Unreadable`."""
        if self._found is None:
            items = _Items()
            if self._part:
                read(self._archive, self._part, items)
            self._found = items.found
        return self._found
