"""Progress in words: one line for whoever watches a search, on a terminal or in a notebook."""

from __future__ import annotations

from .progress import Progress
from .summary import money, percent


def progress_in_words(news: Progress | None, seconds: float, currency: str) -> str:
    """One line such as `12 s  pricing menus  best 1.23 M EUR  bound 1.24 M EUR  gap 0.81 %`."""
    if news is None:
        return f"{seconds:.0f} s  starting"
    if news.many:
        return f"{seconds:.0f} s  {news.phase}"
    best = "no plan yet" if news.objective is None else f"best {money(news.objective, currency)}"
    bound = "no bound yet" if news.bound is None else f"bound {money(news.bound, currency)}"
    gap = [] if news.gap is None else [f"gap {percent(news.gap)}"]
    return "  ".join([f"{seconds:.0f} s", news.phase, best, bound, *gap])
