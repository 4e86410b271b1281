"""Where commands write: default names, what is never replaced unasked, and what happens when a disk is full."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from errno import EEXIST
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from models import Case
from models.files import place_of, try_file, try_folder
from models.intake.listing import would_disturb
from models.plan import INPUTS
from models.plan_tables import RunError

from ..results.checkpoint import SEARCH
from ..results.run_folder import CLOSEST, RUN_FILES, SIGN_OFF
from .command_output import CommandOutput

_SUFFIX = 6
"""Characters of the digest that tells default folders of one name apart."""


def case_label(path: Path) -> str:
    """What a case's files are called after: its folder, or its workbook without the ending."""
    return without_ending(path.resolve(), ".xlsx") or "case"


def without_ending(path: Path, ending: str) -> str:
    """The name without that very ending; what else stands behind a dot belongs to it."""
    return path.name[: -len(ending)] if path.name.lower().endswith(ending) else path.name


def beside(run: Path, ending: str) -> Path:
    """The file of that ending which is called as the run folder is."""
    place = run.resolve()
    return place.parent / f"{place.name or 'run'}{ending}"


def free_folder(plain: Path, owner: Sequence[object], check: Callable[[Path], object], output: CommandOutput) -> Path:
    """The folder where the owner may write there by `check`, else the same with a suffix that is always the same."""
    try:
        check(plain)
    except RunError as error:
        mark = sha256("\n".join(map(str, owner)).encode()).hexdigest()[:_SUFFIX]
        folder = plain.with_name(f"{plain.name}-{mark}")
        output.warn([f"{' '.join(error.problems)} This one goes to {folder}."])
        return folder
    return plain


def try_target(folder: Path, case: Case, log: Path | None = None) -> None:
    """Raise OSError where a folder cannot be written, `RunError` where it or the log in it would be out of place."""
    place = try_folder(folder)
    if log is not None and place in place_of(log).parents:
        raise RunError([f"{log} lies in the folder to be written, {folder}; name another file for the log."])
    if case.path is not None and _is_part(place, place_of(case.path), folder=True):
        raise RunError([f"{folder} would be taken for a part of the case; name another folder."])


def new_file(path: Path, *, force: bool, inputs: Sequence[Path] = ()) -> Path:
    """The file to write; raises OSError where it is there and not to be replaced, or cannot be written.

    `inputs` are what the command reads: files, cases and runs. They, and what is in them, are never replaced.
    """
    place = try_file(path)
    if any(place == source or _is_part(place, source, folder=False) for source in map(place_of, inputs)):
        raise FileExistsError(EEXIST, "this is what is read, or a part of it; name another file", str(path))
    if place.exists() and not force:
        raise FileExistsError(EEXIST, "the file exists already; name another one, or add --force", str(path))
    return path


def _is_part(place: Path, source: Path, *, folder: bool) -> bool:
    """Whether a folder or file at a place would be a part of the case or of the run in a folder."""
    if source not in place.parents:
        return False
    first, *below = place.relative_to(source).parts
    if first in (*RUN_FILES, SIGN_OFF, SEARCH, CLOSEST, INPUTS):
        return not folder
    return would_disturb(first, folder=folder or bool(below))


class SaveOutcome(NamedTuple):
    """Where something was saved, and what went wrong."""

    folder: Path | None
    problems: tuple[str, ...] = ()


def keep(save: Callable[[Path], object], folder: Path) -> SaveOutcome:
    """Save to a folder; where that fails, as on a full disk, to one that is safe for now, so that no work is lost."""
    try:
        save(folder)
    except (OSError, RunError) as error:
        rescued = _rescue(save, folder.name)
        where = f"It was kept in {rescued} instead." if rescued else "It could not be kept anywhere else either."
        return SaveOutcome(rescued, (f"{_in_words(error)} {where}",))
    return SaveOutcome(folder)


def _rescue(save: Callable[[Path], object], name: str) -> Path | None:
    for above in (tempfile.gettempdir, Path.home, Path.cwd):
        try:
            folder = Path(tempfile.mkdtemp(prefix="tierwise-", dir=above()))
        except (OSError, RuntimeError):
            continue
        try:
            save(folder / name)
        except (OSError, RunError):
            shutil.rmtree(folder, ignore_errors=True)
        else:
            return folder / name
    return None


def _in_words(error: OSError | RunError) -> str:
    if isinstance(error, RunError):
        return " ".join(error.problems)
    return f"{error.filename}: {error.strerror}." if error.filename is not None else f"{error}."
