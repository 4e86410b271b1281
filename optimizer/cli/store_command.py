"""What `tierwise store` does: show what a store of results holds, and clear it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from ..results.record import Status
from ..results.summary import money, percent
from ..results.typed_command import Step, as_typed
from ..solving.store_contents import EntryFilter, StoreEntry, clear_entries, store_entries, total_size
from .command_output import CommandOutcome, CommandOutput
from .exit_codes import DONE
from .terminal import SHOWN_ROWS, byte_size, print_line, show_table

_HEAD = ("case", "scenario", "solved", "objective", "gap", "size", "")
_RIGHT = (3, 4, 5)


def store(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    """List the entries that are wanted, or clear them."""
    folder: Path = arguments.folder
    older = None if arguments.older_than is None else timedelta(days=arguments.older_than)
    wanted = EntryFilter(arguments.of_case, arguments.scenario, older, arguments.stale)
    entries = store_entries(folder, wanted)
    if arguments.clear:
        clear_entries(entries)
    document = {
        "entries": [_document(entry) for entry in entries],
        "size": total_size(entries),
        "cleared": arguments.clear,
    }

    def show(console: Console) -> None:
        if not arguments.clear:
            _show_entries(console, entries)
        print_line(console, _sentence(entries, folder, cleared=arguments.clear))

    stale = any(not entry.current for entry in entries) and not arguments.clear
    step = Step(as_typed("store", folder, "--stale", "--clear"), "clear what is never taken again")
    return CommandOutcome(DONE, show, document, next_steps=(step,) if stale else ())


def _document(entry: StoreEntry) -> dict[str, object]:
    known = {} if entry.document is None else entry.document.model_dump(mode="json")
    case, scenario = entry.named
    names = ("status", "objective_name", "objective", "currency", "bound", "gap")
    return {
        "entry": entry.folder.name,
        "case": case,
        "scenario": scenario,
        **{name: known.get(name) for name in names},
        "solved": None if entry.kept is None else entry.kept.isoformat(),
        "size": entry.size,
        "current": entry.current,
    }


def _show_entries(console: Console, entries: Sequence[StoreEntry]) -> None:
    if not entries:
        return
    show_table(console, "Results", _HEAD, map(_cells, entries[-SHOWN_ROWS:]), right=_RIGHT)
    if len(entries) > SHOWN_ROWS:
        print_line(console, f"and {len(entries) - SHOWN_ROWS:,} older ones; --json has them all")


def _cells(entry: StoreEntry) -> Sequence[str]:
    size = byte_size(entry.size)
    if entry.document is None or entry.kept is None:
        case, scenario = (name or "?" for name in entry.named)
        return (case, scenario, "", "", "", size, "damaged" if entry.of_other_format is None else "stale")
    told, note = entry.document, "" if entry.current else "stale"
    amount = "infeasible" if told.status is Status.INFEASIBLE else money(told.objective, told.currency)
    gap = "" if told.gap is None else percent(told.gap)
    return (told.case, told.scenario, f"{entry.kept.astimezone():%Y-%m-%d %H:%M}", amount, gap, size, note)


def _sentence(entries: Sequence[StoreEntry], folder: Path, *, cleared: bool) -> str:
    count = f"{len(entries):,} result{'' if len(entries) == 1 else 's'}, {byte_size(total_size(entries))}"
    if cleared:
        return f"Cleared from {folder}: {count}."
    stale = sum(not entry.current for entry in entries)
    never = f" Stale or damaged, and so never taken again: {stale:,}." if stale else ""
    return f"\nIn {folder}: {count}.{never}"
