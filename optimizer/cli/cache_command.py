"""What `tierwise cache` does: show where the compiled search is kept, and clear it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from ..search.assortment.kernel_files import KernelFile, clear_kernels, folder_to_write, kernel_files
from .command_output import CommandOutcome, CommandOutput
from .exit_codes import DONE
from .terminal import byte_size, print_line, show_table

_HEAD = ("kernel", "size", "")
_RIGHT = (1,)


def cache(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    """List the compiled kernels, or clear them."""
    files = clear_kernels() if arguments.clear else kernel_files()
    folder = folder_to_write()
    document = {
        "folder": folder,
        "files": [_document(file) for file in files],
        "size": sum(file.size for file in files),
        "cleared": arguments.clear,
    }

    def show(console: Console) -> None:
        for place in dict.fromkeys(file.path.parent for file in files):
            _show_folder(console, place, [file for file in files if file.path.parent == place], arguments.clear)
        if arguments.clear or not any(file.current for file in files):
            print_line(console, _sentence(folder))

    return CommandOutcome(DONE, show, document)


def _document(file: KernelFile) -> dict[str, object]:
    return {"file": file.path, "kernel": file.kernel, "size": file.size, "current": file.current}


def _show_folder(console: Console, folder: Path, files: Sequence[KernelFile], cleared: bool) -> None:
    count = f"{len(files):,} kernel{'' if len(files) == 1 else 's'}, {byte_size(sum(file.size for file in files))}"
    if cleared:
        print_line(console, f"Cleared from {folder}: {count}.")
        return
    cells = [(file.kernel, byte_size(file.size), "" if file.current else "stale") for file in files]
    show_table(console, "Compiled search", _HEAD, cells, right=_RIGHT)
    print_line(console, f"\nIn {folder}: {count}.")


def _sentence(folder: Path | None) -> str:
    kept = "and keeps nothing: no folder can be written" if folder is None else f"and keeps it in {folder}"
    return f"The next solve compiles the search {kept}."
