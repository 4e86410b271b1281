"""An answer as a small self-contained page of HTML, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....results.html import SHOWN_ROWS, escaped, html_table
from ....results.summary import cells_in_words, heading

if TYPE_CHECKING:
    from .answer import Answer


def answer_page(answer: Answer) -> str:
    """An answer's sentences and the tables that belong to its summary. Names from the case are escaped."""
    title = f"{answer.case_name}, scenario {answer.scenario_name}: {answer.name}"
    parts = [f"<p><b>{escaped(title)}</b></p>", *(f"<p>{escaped(sentence)}</p>" for sentence in answer.sentences)]
    if answer.unchecked is not None:
        parts.insert(0, f"<p><b>{escaped(answer.unchecked)}</b></p>")
    for name in answer.shown:
        table = answer.tables[name]
        parts += [f"<p><b>{escaped(heading(name))}</b></p>", html_table(*cells_in_words(table.head(SHOWN_ROWS)))]
        if len(table) > SHOWN_ROWS:
            parts.append(f"<p>and {len(table) - SHOWN_ROWS:,} more in <code>.tables[{escaped(repr(name))}]</code></p>")
    return f"<div>{''.join(parts)}</div>"
