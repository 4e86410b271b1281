"""A result as a small self-contained page of HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from models.text.characters import shown

from .busy_providers import busy_sentence
from .closest_words import MISSED_HEADER, broken_in_words, missed_in_words
from .new_offers import new_offer_sentence
from .record import ResultRecord
from .summary import kpi_rows, menu_grid, plan_heading, status_sentence

SHOWN_ROWS = 20
_STYLE = "text-align:left;padding:2px 10px 2px 0"


def escaped(text: str) -> str:
    """Text as HTML holds it, with what would turn the text around it written out."""
    return escape(shown(text, keep="\n"))


def result_page(result: ResultRecord, *, in_notebook: bool = True) -> str:
    """Status sentence, menus and KPIs beside today's. Names from the case are escaped.

    In a notebook long menus are cut, and where the rest is found is said; elsewhere they are whole.
    """
    title = f"{result.case_name}, scenario {result.scenario_name}"
    parts = [f"<p><b>{escaped(title)}</b><br>{escaped(status_sentence(result))}</p>"]
    if result.unchecked is not None:
        parts.insert(0, f"<p><b>{escaped(result.unchecked)}</b></p>")
    if result.audit is not None and not result.audit.ok:
        where = " See <code>result.audit</code>." if in_notebook else ""
        parts.append(f"<p><b>The audit found faults: do not use this plan.</b>{where}</p>")
    warnings = filter(None, (new_offer_sentence(result), busy_sentence(result.audit)))
    parts += [f"<p>{escaped(warning)}</p>" for warning in warnings]
    if result.closest is not None:
        parts.append(html_table(MISSED_HEADER, missed_in_words(result)[:SHOWN_ROWS]))
    if result.start_judged is not None:
        parts.append(html_table(MISSED_HEADER, broken_in_words(result.start_judged, result.currency)[:SHOWN_ROWS]))
    if (seen := result.with_closest).plan is not None:
        parts += [_menus(seen, SHOWN_ROWS if in_notebook else len(seen.menus)), _kpis(seen)]
    return f"<div>{''.join(parts)}</div>"


def _menus(result: ResultRecord, most: int) -> str:
    grid = menu_grid(result)
    rows = ([str(book), *cells] for book, *cells in grid.head(most).itertuples(name=None))
    hidden = max(0, len(grid) - most)
    note = f"<p>and {hidden} more price books in <code>result.menus</code></p>" if hidden else ""
    return html_table(["price book", *map(str, grid.columns)], rows) + note


def _kpis(result: ResultRecord) -> str:
    rows = kpi_rows(result)
    if result.baseline is None:
        return html_table(["a year", plan_heading(result)], ([row.label, row.plan] for row in rows))
    lines = (_row("td", [row.label, row.today, row.plan, row.change], last=row.colour) for row in rows)
    return _table(["a year", "today", plan_heading(result), "change"], lines)


def html_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Table of text cells."""
    return _table(header, (_row("td", row) for row in rows))


def _table(header: Sequence[str], lines: Iterable[str]) -> str:
    return f"<table><thead>{_row('th', header)}</thead><tbody>{''.join(lines)}</tbody></table>"


def _row(tag: str, cells: Sequence[str], last: str | None = None) -> str:
    """A row of cells; the `last` has a colour of its own, where there is one."""
    styles = [_STYLE] * (len(cells) - 1) + [_STYLE if last is None else f"{_STYLE};color:{last}"]
    written = (f'<{tag} style="{style}">{escaped(cell)}</{tag}>' for cell, style in zip(cells, styles, strict=True))
    return f"<tr>{''.join(written)}</tr>"
