"""Titled sentences and tables as a small self-contained page of HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ....results.html import SHOWN_ROWS, escaped, html_table
from ....results.summary import cells_in_words, heading


def answer_page(title: str, sentences: Sequence[str], tables: Mapping[str, pd.DataFrame], mark: str | None) -> str:
    """The page: a `mark` of what was not checked, if any, then title, sentences, and the first rows of each table.

    Names from the case are escaped.
    """
    parts = [] if mark is None else [f"<p><b>{escaped(mark)}</b></p>"]
    parts += [f"<p><b>{escaped(title)}</b></p>", *(f"<p>{escaped(sentence)}</p>" for sentence in sentences)]
    for name, table in tables.items():
        parts += [f"<p><b>{escaped(heading(name))}</b></p>", html_table(*cells_in_words(table.head(SHOWN_ROWS)))]
        if len(table) > SHOWN_ROWS:
            parts.append(f"<p>and {len(table) - SHOWN_ROWS:,} more in <code>.tables[{escaped(repr(name))}]</code></p>")
    return f"<div>{''.join(parts)}</div>"
