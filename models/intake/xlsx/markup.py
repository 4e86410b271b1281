"""The XML of a part, told tag by tag to whoever listens: in one pass, nothing kept, nothing expanded or fetched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn
from xml.parsers import expat

from .archive import Archive
from .format_limits import MARKUP
from .unreadable import Unreadable

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
"""Namespace of workbooks and sheets, as it stands before a tag's name."""
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships "
STRICT = "http://purl.oclc.org/ooxml/"
TRUE = frozenset({"1", "true"})
"""Both ways to write it in an attribute."""
Attributes = dict[str, str]
_PIECE = 1 << 16


def is_true(attributes: Attributes, name: str, default: str = "0") -> bool:
    """Whether a flag is set; blanks around it do not count, as XML Schema has it."""
    return attributes.get(name, default).strip() in TRUE


class Listener:
    """Says which tags it listens to."""

    root = ""
    """The name that the first tag must have."""
    begins: Mapping[str, Callable[[Attributes], None]] = {}
    ends: Mapping[str, Callable[[], None]] = {}

    def text(self, piece: str) -> None:
        """Hear a piece of the text between tags."""


def read(archive: Archive, part: str, listener: Listener) -> None:
    """Parse one part. Raises `Unreadable` for XML that is not well-formed, declares types, or has another root."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = lambda *_: _refuse(part, "it declares a document type, which no workbook does")
    _connect(parser, part, listener)
    fed = 0
    with archive.open(part) as stream:
        try:
            while piece := stream.read(_PIECE):
                parser.Parse(piece, False)
                fed += len(piece)
                if fed - parser.CurrentByteIndex > MARKUP:
                    _refuse(part, f"it has a tag or comment of more than {MARKUP:,} bytes")
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Unreadable(f"the part {part} is no well-formed XML: {error}") from None


def _connect(parser: expat.XMLParserType, part: str, listener: Listener) -> None:
    begins, ends = listener.begins, listener.ends

    def begin(name: str, attributes: Attributes) -> None:
        act = begins.get(name)
        if act is not None:
            act(attributes)

    def first(name: str, attributes: Attributes) -> None:
        if name.startswith(STRICT):
            expected = "the usual format: save it as Excel Workbook (.xlsx)"
            raise Unreadable("the workbook is saved as Strict Open XML", expected=expected)
        if name != listener.root:
            _refuse(part, f"it begins with {name.rpartition(' ')[2]}, not {listener.root.rpartition(' ')[2]}")
        parser.StartElementHandler = begin

    def end(name: str) -> None:
        act = ends.get(name)
        if act is not None:
            act()

    parser.StartElementHandler, parser.EndElementHandler = first, end
    parser.CharacterDataHandler = listener.text


def _refuse(part: str, why: str) -> NoReturn:
    raise Unreadable(f"the part {part} cannot be read: {why}")
