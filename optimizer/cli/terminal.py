"""A result and an audit on a terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.text import Text

from models.text.characters import shown

from ..assurance.result import Result
from ..results.audit_rules import NEAREST_RESTS_ON_SEARCH
from ..results.busy_providers import busy_sentence
from ..results.closest_words import MISSED_HEADER, missed_in_words
from ..results.favour import ADVERSE, FAVOURABLE
from ..results.findings import Audit
from ..results.new_offers import new_offer_sentence
from ..results.summary import (
    NEAR,
    binding_rules,
    cells_in_words,
    decision_lines,
    heading,
    kpi_rows,
    ladder_ends,
    menu_grid,
    percent,
    plan_heading,
    status_sentence,
)
from ..results.typed_command import Step
from .streams import columns_of
from .text_table import table_lines, wrapped

if TYPE_CHECKING:
    from ..analysis.machinery.answers.answer import Answer

SHOWN_ROWS = 20
"""Rows of a table shown before the rest is only counted."""

LONGEST_COMMAND = 60
"""Longer commands to type next have their purpose on a line of its own."""
_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


ON_SEARCH = "Bound and gap rest on the search."
"""What a passed audit does not say of a plan, in short."""


class _Console(Console):
    """Says that a reader has left, where its parent ends the process with the code of what is infeasible."""

    def on_broken_pipe(self) -> None:
        """Called while BrokenPipeError is handled."""
        raise


def console_on(stream: TextIO) -> Console:
    """Console as wide as the terminal; into a pipe or file, of a fixed width unless COLUMNS is set."""
    return _Console(file=stream, width=columns_of(stream), highlight=False, markup=False, emoji=False)


def show_result(console: Console, result: Result, folder: Path | None) -> None:
    """What was decided, what it earns against today, what is proved, the audit's verdict, where the files are."""
    print_line(console, f"\n{result.case_name}, scenario {result.scenario_name}", style="bold")
    if (seen := result.with_closest).plan is not None:
        for line in decision_lines(seen):
            print_line(console, line)
        _show_menus(console, seen)
        _show_kpis(console, seen)
        _show_rules(console, seen)
        print_line(console, "")
    for warning in (new_offer_sentence(result), busy_sentence(result.audit)):
        if warning is not None:
            show_warning(console, warning)
    print_line(console, status_sentence(result))
    if result.audit is not None:
        show_verdict(console, result.audit, ON_SEARCH if result.closest is None else NEAREST_RESTS_ON_SEARCH)
    print_line(console, f"Files: {folder or 'none'}")


def show_answer(console: Console, answer: Answer, folder: Path | None) -> None:
    """An answer's sentences, the tables that belong to its summary, and where the rest is."""
    print_line(console, f"\n{answer.case_name}, scenario {answer.scenario_name}: {answer.name}", style="bold")
    if answer.unchecked is not None:
        print_line(console, answer.unchecked, style="bold red")
    for sentence in answer.sentences:
        print_line(console, sentence)
    for name in answer.shown:
        table = answer.tables[name]
        header, rows = cells_in_words(table.head(SHOWN_ROWS))
        numbers = [column for column, kind in enumerate(table.dtypes) if kind.kind in "if"]
        mark = "" if answer.unchecked is None else f". {answer.unchecked}"
        show_table(console, f"{heading(name)}{mark}", header, rows, right=numbers)
        _print_hidden(console, len(table), "rows", f"{name}.csv")
    print_line(console, f"Files: {folder or 'none'}")


def show_verdict(console: Console, audit: Audit, rests: str = ON_SEARCH) -> None:
    """Whether the audit passed, and the first faults if it did not."""
    checked = f"{len(audit.rules):,} rules and {len(audit.kpis):,} amounts recomputed"
    if audit.ok:
        print_line(console, f"Audit: passed, {checked}. {rests}", style=FAVOURABLE)
        return
    faults = audit.faults
    print_line(
        console, f"Audit: FAILED; {checked}. Do not use this plan. Faults: {len(faults):,}", style=f"bold {ADVERSE}"
    )
    for line in faults[:SHOWN_ROWS]:
        print_line(console, f"  {line}")
    _print_hidden(console, len(faults), "faults", "audit.json")


def show_warning(console: Console, sentence: str) -> None:
    """What is legal but likely wrong."""
    console.print(Text.assemble(("Warning:", "yellow"), " ", shown(sentence)), soft_wrap=True)


def show_steps(console: Console, steps: Sequence[Step]) -> None:
    """What to do next: each command as it is typed, with what it is good for beside or, if long, beneath it."""
    if not steps:
        return
    print_line(console, "\nNext", style="bold")
    widest = max(len(step.command) for step in steps)
    for command, purpose in steps:
        gap = " " * (widest - len(command) + 3) if widest <= LONGEST_COMMAND else "\n      "
        console.print(Text.assemble("  ", (shown(command), "cyan"), f"{gap}{purpose}"), soft_wrap=True)


def print_line(console: Console, sentence: str, style: str = "") -> None:
    """Print a line as it is, never cut, wrapped only by the terminal itself; what that would obey is written out."""
    console.print(Text(shown(sentence, keep="\n"), style=style), soft_wrap=True)


def _show_menus(console: Console, result: Result) -> None:
    grid = menu_grid(result)
    rows = ([str(book), *cells] for book, *cells in grid.head(SHOWN_ROWS).itertuples(name=None))
    show_table(console, "Menus", ["price book", *map(str, grid.columns)], rows)
    _print_hidden(console, len(grid), "price books", "menus.csv")


def _show_kpis(console: Console, result: Result) -> None:
    plan = plan_heading(result)
    if result.baseline is None:
        show_table(console, "A year", ["", plan], ([row.label, row.plan] for row in kpi_rows(result)), right=[1])
        if result.baseline_reason is not None:
            print_line(console, f"No comparison with today: {result.baseline_reason}")
        return
    rows = ([row.label, row.today, row.plan, row.change] for row in kpi_rows(result))
    show_table(console, "A year", ["", "today", plan, "change"], rows, right=[1, 2, 3])


def _show_rules(console: Console, result: Result) -> None:
    for sentence in result.broken_rules:
        print_line(console, f"Broken by the given menus: {sentence}")
    missed = missed_in_words(result)
    if missed:
        show_table(console, "Rules that these menus miss", MISSED_HEADER, missed[:SHOWN_ROWS])
        _print_hidden(console, len(missed), "rules", "plan.json")
    if result.audit is None:
        return
    binding = binding_rules(result.audit)
    if binding:
        title = f"Rules that bind (within {percent(NEAR)} of the limit, or in the way of the next price)"
        show_table(console, title, ["rule", "where"], binding)
    else:
        print_line(console, "No rule binds.")
    for sentence in ladder_ends(result):
        print_line(console, sentence)


def show_table(
    console: Console, title: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, right: Collection[int] = ()
) -> None:
    """Print a table as wide as the console at most, with the columns at `right` set to the right."""
    console.print()
    for line in wrapped(shown(title), console.width):
        console.print(Text(line, style="italic"), soft_wrap=True)
    cells = [[shown(cell) for cell in row] for row in rows]
    for line in table_lines([shown(name) for name in header], cells, console.width, right):
        console.print(Text(line), soft_wrap=True)


def _print_hidden(console: Console, count: int, what: str, file: str) -> None:
    if count > SHOWN_ROWS:
        print_line(console, f"and {count - SHOWN_ROWS:,} more {what} in {file}")


def byte_size(size: int) -> str:
    """A number of bytes in a unit that suits it."""
    return next((f"{size / scale:,.1f} {unit}" for unit, scale in _UNITS if size >= scale), f"{size} B")
