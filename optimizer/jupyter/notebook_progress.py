"""Progress of long work in a notebook: one line under the cell at work, gone once the cell has ended."""

from __future__ import annotations

from time import monotonic
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import HTML, display

from ..results.html import escaped
from ..results.progress import Progress
from ..results.progress_words import progress_in_words

_REDRAW_SECONDS = 0.5


class NotebookProgress:
    """Shows what a search reports: `SolverSession(case, progress=NotebookProgress("EUR"))`. Money is in `currency`."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._line: Any = None
        self._drawn = 0.0
        shell = get_ipython()
        if shell is not None:
            shell.events.register("post_run_cell", self._clear)

    def __call__(self, news: Progress) -> None:
        """Draw the newest report, twice a second at most."""
        if monotonic() - self._drawn < _REDRAW_SECONDS:
            return
        self._drawn = monotonic()
        shown = _page(f"<i>{escaped(progress_in_words(news, news.seconds, self._currency))}</i>")
        if self._line is None:
            self._line = display(shown, display_id=True)  # type: ignore[no-untyped-call]  # IPython leaves it untyped
        else:
            self._line.update(shown)

    def _clear(self, *about: object) -> None:
        """Take the line away: the next cell gets its own."""
        if self._line is not None:
            self._line.update(_page(""))
        self._line = None


def _page(text: str) -> HTML:
    return HTML(text)  # type: ignore[no-untyped-call]  # IPython leaves it untyped
