"""The inputs that a run keeps: a case folder of its own in it, so that the run stands when its case has gone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from models import Case
from models.files import is_temporary, write_folder
from models.plan import INPUTS
from models.plan_tables import RunError
from models.schema import TABLES

_FOLDERS = (INPUTS, f"{INPUTS}/scenarios")


def write_inputs(case: Case, run: Path) -> None:
    """Write the inputs of a run that keeps none: a case folder that gives the same case. Raises OSError."""
    (run / INPUTS).mkdir()
    _write_case(case, run / INPUTS)


def add_inputs(case: Case, run: Path) -> None:
    """Put the inputs of a run into its folder, whole or not at all, in place of such as nothing vouches for.

    Raises `RunError` where something lies there that is no part of inputs, OSError where it cannot be written.
    """
    odd = stranger_in_inputs(run)
    if odd is not None:
        raise RunError([f"{run / odd} is no part of a run's inputs; move it elsewhere."])
    write_folder(run / INPUTS, partial(_write_case, case))


def _write_case(case: Case, folder: Path) -> None:
    from models.authoring.case_writer import write_case_files  # loads the writer of workbooks

    write_case_files(case, folder)


def kept_files(run: Path) -> list[str]:
    """Every file of the inputs in a run folder, by its path in that (`inputs/case.toml`), in order of the paths."""
    found = (entry for entry in (run / INPUTS).rglob("*") if entry.is_file() and not is_temporary(entry.name))
    return sorted(entry.relative_to(run).as_posix() for entry in found)


def among_inputs(digests: Mapping[str, str]) -> dict[str, str]:
    """Those of a run's digests that are of its inputs."""
    return {name: digest for name, digest in digests.items() if name.startswith(f"{INPUTS}/")}


def stranger_in_inputs(run: Path) -> str | None:
    """Something in the folder of inputs that no run has put there, by its path in the run; None where there is none."""
    found = (entry.relative_to(run).as_posix() for entry in (run / INPUTS).rglob("*") if not is_temporary(entry.name))
    return next((name for name in sorted(found) if not _is_ours(name)), None)


def _is_ours(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    if folder == INPUTS:
        return file in ("case.toml", "scenarios") or file.removesuffix(".parquet") in TABLES
    return folder in _FOLDERS and file.endswith(".toml")
