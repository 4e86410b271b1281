"""What a running search tells whoever is watching it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, get_ident

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """State of a search at one moment. A number that is not known yet is None, never zero."""

    seconds: float
    """Time since the solve began."""
    phase: str
    """What the search is doing, in a few words."""
    objective: float | None = None
    """Objective of the best plan so far, in money a year."""
    bound: float | None = None
    """Proved upper bound on every plan's objective, in money a year."""
    gap: float | None = None
    """(bound - objective) / max(1, |objective|), once both are known."""
    many: bool = False
    """Whether this has no one plan or bound to tell: of many searches at once, or of one that any plan ends."""


@dataclass(frozen=True)
class FoundRow(Progress):
    """What one solve of an answer has found, said by `phase`, to be kept in sight: the answer's row before its end."""


ProgressCallback = Callable[[Progress], None]
"""Called from the solving thread whenever there is news; must return quickly."""

StopCheck = Callable[[], bool]
"""Polled by the search; True asks it to end with the best plan so far."""


def logged(progress: ProgressCallback | None = None) -> ProgressCallback:
    """A callback that logs each state of a search before it passes it on.

    The record (DEBUG, of the logger with this module's name) has the state as its attribute `progress`.
    """

    def tell(news: Progress) -> None:
        _log.debug("%s", news, extra={"progress": news})
        if progress is not None:
            progress(news)

    return tell


@contextmanager
def listening(handler: logging.Handler) -> Iterator[None]:
    """While this lasts, the handler is given the record of each state of a search in this thread, and of no other."""
    here = get_ident()

    def is_of_here(record: logging.LogRecord) -> bool:
        return get_ident() == here

    handler.addFilter(is_of_here)
    _listen(handler)
    try:
        yield
    finally:
        _unlisten(handler)
        handler.removeFilter(is_of_here)


_listeners: list[logging.Handler] = []
_turn = Lock()
_level_before = logging.NOTSET
"""Level of the logger when nobody listens."""


def _listen(handler: logging.Handler) -> None:
    global _level_before
    with _turn:
        if not _listeners:
            _level_before = _log.level
        _listeners.append(handler)
        _log.addHandler(handler)
        _log.setLevel(logging.DEBUG)


def _unlisten(handler: logging.Handler) -> None:
    with _turn:
        _log.removeHandler(handler)
        _listeners.remove(handler)
        if not _listeners:
            _log.setLevel(_level_before)
