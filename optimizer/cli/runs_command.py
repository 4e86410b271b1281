"""What `tierwise runs` does: list the runs in a folder."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from ..assurance.runs import ListedRun, listed_runs
from ..results.record import Status
from ..results.summary import money
from .command_output import CommandOutcome, CommandOutput
from .exit_codes import DONE
from .terminal import print_line, show_table

_HEAD = ("run", "case", "scenario", "status", "objective", "")
_NOW = {True: "case has changed since", False: "", None: "case not found"}


def runs(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    """List what lies in a folder of runs."""
    folder: Path = arguments.folder
    listed = listed_runs(folder)
    document = {"runs": [asdict(one) for one in listed]}
    return CommandOutcome(DONE, lambda console: _show(console, listed, folder), document)


def _show(console: Console, listed: Sequence[ListedRun], folder: Path) -> None:
    found = [one for one in listed if one.what in ("run", "broken")]
    if found:
        show_table(console, f"Runs in {folder}", _HEAD, map(_cells, found), right=(4,))
    for one in listed:
        if one.note:
            print_line(console, f"{one.folder}: {one.note}")
    stale, signed = sum(one.stale is True for one in found), sum(one.signed == "holds" for one in found)
    broken = sum(one.what == "broken" for one in found)
    counts = f"signed off {signed:,}, of a case that has changed since {stale:,}, broken {broken:,}"
    print_line(console, f"\nIn {folder}: {len(found):,} run{'' if len(found) == 1 else 's'}; {counts}.")


def _cells(one: ListedRun) -> Sequence[str]:
    infeasible = one.status == Status.INFEASIBLE
    amount = "" if infeasible or one.objective is None else money(one.objective, one.currency or "")
    return (one.folder, one.case or "?", one.scenario or "?", one.status or one.what, amount, "; ".join(_remarks(one)))


def _remarks(one: ListedRun) -> list[str]:
    """Who signed it, what has become of its case, and what was asked of it."""
    signed = {"holds": f"signed by {one.signed_by}", "broken": "sign-off no longer holds"}.get(one.signed or "", "")
    since = _NOW[one.stale] if one.status is not None else ""
    asked = [name.removeprefix(f"{one.folder}-") for name in one.answers]
    return [text for text in (signed, since, ", ".join(asked)) if text]
