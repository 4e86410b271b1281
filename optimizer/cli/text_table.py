"""Tables of text that fit a width: cells wrap at blanks only, and columns that find no room stand in blocks beneath."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rich.cells import cell_len, chop_cells, set_cell_size

from ..results.summary import NO_BREAK, unbroken

_GAP = "   "
_RULE = "─"
_EASY = 14
"""Columns of longer text are not made narrower than this while blocks can be had instead."""
_TELLS_NOTHING = frozenset({"", "0"})


@dataclass(frozen=True)
class TextColumn:
    """One column: its header and its cells, set to the right or to the left."""

    header: str
    cells: tuple[str, ...]
    right: bool = False

    @cached_property
    def widest(self) -> int:
        """Width at which nothing wraps."""
        return max(map(cell_len, (self.header, *self.cells)))

    @cached_property
    def narrowest(self) -> int:
        """Least width at which no word or number is broken."""
        return max((cell_len(word) for text in (self.header, *self.cells) for word in _words(text)), default=0)

    @cached_property
    def easy(self) -> int:
        """Least width at which text can be read with ease."""
        return self.narrowest if self.right else max(self.narrowest, min(_EASY, self.widest))

    @property
    def is_silent(self) -> bool:
        """Whether every cell is blank or 0."""
        return _TELLS_NOTHING.issuperset(self.cells)


def table_lines(
    header: Sequence[str], rows: Sequence[Sequence[str]], width: int, right: Collection[int] = ()
) -> Iterator[str]:
    """The lines of a table, none longer than `width` columns and no word broken that fits one.

    Where the columns do not fit side by side, those that are blank or 0 throughout are named beneath; where the rest
    does not fit either, it stands in blocks that each begin with the columns that tell the rows apart, or, where even
    that is too wide, as a list for each row.
    """
    cells = list(zip(*rows, strict=True)) or [()] * len(header)
    columns = [TextColumn(name, tuple(cells[at]), at in right) for at, name in enumerate(header)]
    if _wide(columns) <= width:
        yield from _block(columns, width)
        return
    silent = [column for column in columns[1:] if column.is_silent]
    told = [column for column in columns if column not in silent]
    blocks = _blocks(told, width) or _blocks(told, width, at_ease=False)
    for place, block in enumerate(blocks):
        yield from ([""] if place else [])
        yield from _block(block, width)
    yield from [] if blocks else _records(told, width)
    if silent and rows:
        yield from wrapped(f"Blank or 0 in every row: {', '.join(column.header for column in silent)}.", width)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of text of at most `width` columns, broken at blanks, and inside a word only where it is longer."""
    lines = [""]
    for word in _words(text):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(joined) <= width:
            lines[-1] = joined
            continue
        pieces = list(_pieces(word, width))
        lines[-1:] = [lines[-1], *pieces] if lines[-1] else pieces
    return lines


def _words(text: str) -> list[str]:
    """Words of a text, each number with its unit."""
    return [word.replace(NO_BREAK, " ") for word in unbroken(text).split(" ") if word]


def _pieces(word: str, width: int) -> Iterator[str]:
    yield from chop_cells(word, width) if cell_len(word) > width > 1 else (word,)


def _wide(columns: Sequence[TextColumn], *, at_ease: bool = True) -> int:
    """Least width of a table of these columns."""
    return sum(column.easy if at_ease else column.narrowest for column in columns) + len(_GAP) * (len(columns) - 1)


def _keys(columns: Sequence[TextColumn], width: int) -> int:
    """How many of the first columns tell rows apart: by what they name if that leaves half the width, else anyhow."""
    starts = [columns[:count] for count in range(1, len(columns))]
    named = ([column for column in first if not column.right] for first in starts)
    for first, names in zip(starts, named, strict=True):
        if _differ(names) and 2 * _wide(first) <= width:
            return len(first)
    return next((len(first) for first in starts if _differ(first)), 1)


def _differ(columns: Sequence[TextColumn]) -> bool:
    rows = list(zip(*(column.cells for column in columns), strict=True))
    return len(set(rows)) == len(rows) and bool(columns)


def _blocks(columns: Sequence[TextColumn], width: int, *, at_ease: bool = True) -> list[list[TextColumn]]:
    """Columns in blocks that each begin with the same; empty where these leave no room for one more."""
    count = _keys(columns, width)
    blocks = [list(columns[:count])]
    for column in columns[count:]:
        if _wide([*blocks[-1], column], at_ease=at_ease) > width:
            blocks.append(list(columns[:count]))
        blocks[-1].append(column)
    return blocks if all(_wide(block, at_ease=at_ease) <= width for block in blocks) else []


def _widths(columns: Sequence[TextColumn], width: int) -> list[int]:
    """A width for each column: the widest give way first, none beneath its narrowest."""
    room = width - len(_GAP) * (len(columns) - 1)

    def capped(cap: int) -> list[int]:
        return [max(column.narrowest, min(column.widest, cap)) for column in columns]

    caps = range(max(column.widest for column in columns), 0, -1)
    return next((found for found in map(capped, caps) if sum(found) <= room), capped(0))


def _block(columns: Sequence[TextColumn], width: int) -> Iterator[str]:
    widths = _widths(columns, width)
    yield from _row([column.header for column in columns], columns, widths, bottom=True)
    yield _RULE * (sum(widths) + len(_GAP) * (len(widths) - 1))
    for at in range(len(columns[0].cells)):
        yield from _row([column.cells[at] for column in columns], columns, widths)


def _row(
    texts: Sequence[str], columns: Sequence[TextColumn], widths: Sequence[int], *, bottom: bool = False
) -> Iterator[str]:
    """The lines of one row; short cells stand at the top, or at the `bottom`."""
    cells = [wrapped(text, width) for text, width in zip(texts, widths, strict=True)]
    height = max(map(len, cells))
    for line in range(height):
        parts = []
        for column, width, told in zip(columns, widths, cells, strict=True):
            at = line - (height - len(told)) * bottom
            parts.append(_set(told[at] if 0 <= at < len(told) else "", width, right=column.right))
        yield _GAP.join(parts).rstrip()


def _set(text: str, width: int, *, right: bool) -> str:
    return " " * max(0, width - cell_len(text)) + text if right else set_cell_size(text, width)


def _records(columns: Sequence[TextColumn], width: int) -> Iterator[str]:
    """A list for each row: what each cell is called, and beside it what it holds."""
    named = min(max(cell_len(column.header) for column in columns), width // 3)
    for at in range(len(columns[0].cells)):
        yield _RULE * width
        for column in columns:
            names, texts = wrapped(column.header, named), wrapped(column.cells[at], width - named - len(_GAP))
            for line in range(max(len(names), len(texts))):
                name, text = (part[line] if line < len(part) else "" for part in (names, texts))
                yield f"{set_cell_size(name, named)}{_GAP}{text}".rstrip()
