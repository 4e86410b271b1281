"""The run folder: a plan, its audit and its manifest on disk. Written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pandas as pd

from models import Case
from models.files import is_temporary, read_folder, write_folder, write_json
from models.plan import INPUTS, PLAN_TABLES
from models.plan_tables import OtherFormatError, RunError, read_plan_tables, write_plan_tables

from .checkpoint import SEARCH, write_state_file
from .closest_delivery import CLOSEST_TABLES
from .digests import DIGEST, file_digests, with_checksum
from .findings import Audit, read_audit
from .kept_inputs import kept_files, stranger_in_inputs, write_inputs
from .plan_document import PlanDocument, plan_document, read_plan_document, to_result
from .record import ResultRecord
from .run_owner import Owner
from .run_reference import RunReference, run_digest

T = TypeVar("T")

TABLE_FILES = tuple(f"{name}.csv" for name in PLAN_TABLES)
CLOSEST = "closest"
"""Folder of a run of given menus that holds the tables of their closest delivery."""
CLOSEST_FILES = tuple(f"{CLOSEST}/{name}.csv" for name in CLOSEST_TABLES)
RUN_FILES = ("plan.json", *TABLE_FILES, "audit.json", "manifest.json")
"""Every file of a run with a plan."""
ALL_RUN_FILES = (*RUN_FILES, *CLOSEST_FILES)
"""Every file of a run, with a plan or with a closest delivery."""
FILES = "files"
"""Key of the manifest that holds the SHA-256 of the run's other files."""
SIGN_OFF = "sign_off.json"
"""The one file that may be added to a run: who stands for it. A run that has it is not replaced unasked."""


def save_run(
    result: ResultRecord, path: str | Path, *, force: bool = False, durable: bool = True, keep: Case | None = None
) -> Path:
    """Write the run folder `path` and return where it is.

    Without a plan only plan.json and manifest.json are written; where the search was cut short, also its state
    (module `checkpoint`); of the case that it is to `keep`, its inputs. The folder appears whole, in one step. An
    earlier run in `path` is replaced, one that is signed off or of another case only by `force`; `RunError` refuses any
    other folder or file there, OSError says that the place cannot be written. Unless it is to be `durable`, a power
    failure right after may damage it.
    """
    check = partial(check_run_target, owner=Owner.of_result(result), force=force)
    return write_folder(path, partial(_write_files, result, keep=keep), check, durable=durable)


def reference_of(result: ResultRecord) -> RunReference:
    """Which run a result is: the one that it was read from, or the one that saving it as it is would write."""
    if result.saved_as is not None:
        return result.saved_as
    with TemporaryDirectory(prefix="tierwise-") as folder:
        _write_files(result, Path(folder))
        return RunReference(run_digest(Path(folder)))


def check_run_target(path: str | Path, owner: Owner | None = None, *, force: bool = False) -> None:
    """Raise `RunError` unless a run of `owner` may be written to `path`.

    There is nothing, an empty folder, or an earlier run: of the same case and not signed off, or by `force` any.
    """
    target = Path(path)
    if _is_run(target) and not force:
        _refuse_protected(target, owner)


def _is_run(target: Path) -> bool:
    """Whether there is an earlier run; raises `RunError` where there is anything but a run or an empty folder."""
    if not target.exists():
        return False
    if not target.is_dir():
        raise RunError([f"{target} is a file, not a folder; name another folder for the run."])
    found = [name for name in _names_in(target) if not is_temporary(name)]
    unknown = [name for name in found if name not in (*ALL_RUN_FILES, SIGN_OFF, SEARCH, INPUTS)]
    unknown += [name for name in [stranger_in_inputs(target)] if name is not None]
    if unknown:
        raise RunError([f"{target} holds {unknown[0]}, which is no part of a run; name another folder for the run."])
    if found and not {"plan.json", SEARCH} & set(found):
        raise RunError([f"{target} is not empty and holds no plan.json; name another folder for the run."])
    return bool(found)


def _names_in(target: Path) -> list[str]:
    """Names of what is in a run folder, of what is in its folder `closest` with that before them."""
    entries = [target / CLOSEST] if (target / CLOSEST).is_dir() else []
    entries = [entry for folder in (target, *entries) for entry in folder.iterdir() if entry not in entries]
    return sorted(entry.relative_to(target).as_posix() for entry in entries)


def _refuse_protected(target: Path, owner: Owner | None) -> None:
    anew = "name another folder, or replace it with --force (in Python force=True)."
    if (target / SIGN_OFF).exists():
        raise RunError([f"{target} holds a run that is signed off; {anew}"])
    there = Owner.of_run(target)
    if owner is not None and owner.is_of_another_case(there):
        raise RunError([f"{target} holds a run of another case ({there.shown}); {anew}"])


def refuse_other_run(path: str | Path, owner: Owner) -> None:
    """Raise `RunError` where there is anything but an empty folder or a run of this very question."""
    if _is_run(Path(path)) and not owner.asks_the_same(there := Owner.of_run(Path(path))):
        raise RunError([f"{path} holds a run of another question, scenario {there.question} of {there.shown}."])


def load_run(path: str | Path) -> ResultRecord:
    """Read a run folder and believe it: `optimizer.assurance.opening` is what checks it first.

    Raises `RunError` that lists every missing file, bad column and bad value.
    """
    return result_of(read_run(path))


def result_of(run: RunFiles) -> ResultRecord:
    """The result that a run's files describe."""
    manifest = {key: value for key, value in run.manifest.items() if key not in (FILES, DIGEST)}
    return replace(to_result(run.document, run.tables, manifest, run.closest), audit=run.audit)


@dataclass(frozen=True)
class RunFiles:
    """The files of a run, checked one by one; None are the tables without a plan, those of its closest delivery
    without one, and the audit without either."""

    document: PlanDocument
    manifest: Mapping[str, object]
    tables: Mapping[str, pd.DataFrame] | None
    audit: Audit | None
    closest: Mapping[str, pd.DataFrame] | None = None


def read_run(path: str | Path) -> RunFiles:
    """Read and check every file of a run folder; raises `RunError` that lists every fault.

    All are of one run, also while another is put in its place.
    """
    return read_folder(path, _read_files)


def read_documents(path: str | Path) -> tuple[PlanDocument, Mapping[str, object]]:
    """What a run says of itself: plan.json and manifest.json, without its tables; raises `RunError` for faults."""
    return read_folder(path, _read_documents)


def _read_documents(folder: Path) -> tuple[PlanDocument, Mapping[str, object]]:
    _refuse_none(folder)
    return read_plan_document(_read_json(folder / "plan.json")), _manifest(_read_json(folder / "manifest.json"))


def _refuse_none(folder: Path) -> None:
    """Raise `RunError` where there is no run yet."""
    if not folder.is_dir():
        raise RunError([f"{folder}: there is no such folder."])
    if (folder / SEARCH).exists() and not (folder / "plan.json").exists():
        go_on = f"go on with tierwise solve CASE --resume {folder}"
        raise RunError([f"{folder} holds no plan yet, because its search was cut off; {go_on}."])


def _read_files(folder: Path) -> RunFiles:
    _refuse_none(folder)
    problems: list[str] = []
    document = _reading(problems, read_plan_document, folder / "plan.json")
    manifest = _reading(problems, _manifest, folder / "manifest.json")
    tables, closest, audit = None, None, None
    planned, near = document is None or document.decisions is not None, document is not None and document.closest
    problems += [
        f"{name}: the run has no {what}, so this file must not be here."
        for name, what in _misplaced(folder, planned=planned, closest=bool(near))
    ]
    if planned:
        tables, faults = read_plan_tables(folder)
        problems += faults
    if near:
        closest, faults = read_plan_tables(folder / CLOSEST, wanted=CLOSEST_TABLES)
        problems += [f"{CLOSEST}/{fault}" for fault in faults]
    if planned or near:
        audit = _reading(problems, read_audit, folder / "audit.json")
    if problems or document is None or manifest is None:
        raise RunError(problems)
    return RunFiles(document, manifest, tables, audit, closest)


def _reading(problems: list[str], read: Callable[[object], T], path: Path) -> T | None:
    """What `read` makes of a JSON file; None, with the faults added to `problems`, if it cannot be read.

    Raises `OtherFormatError` for a file of another format: whatever else is odd in that run is no fault of its own.
    """
    try:
        return read(_read_json(path))
    except OtherFormatError:
        raise
    except RunError as error:
        problems += error.problems
        return None


def _manifest(values: object) -> Mapping[str, object]:
    if not isinstance(values, dict):
        raise RunError(["manifest.json: expected an object with keys and values."])
    return values


def _misplaced(folder: Path, *, planned: bool, closest: bool) -> list[tuple[str, str]]:
    """Files that a run of its kind must not hold, with what would have to be there for them."""
    files = [] if planned else [(name, "plan") for name in (*TABLE_FILES, *([] if closest else ["audit.json"]))]
    files += [] if closest else [(name, "closest delivery") for name in CLOSEST_FILES]
    return [(name, what) for name, what in files if (folder / name).exists()]


def _read_json(path: Path) -> object:
    """The values of a strict JSON file: UTF-8, no NaN, no key twice."""
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise RunError([f"{path.name}: this is not a file."])
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique_keys)
    except FileNotFoundError:
        raise RunError([f"{path.name}: the file is missing."]) from None
    except UnicodeDecodeError as error:
        raise RunError([f"{path.name}: byte {error.start + 1} is not UTF-8 text; save the file as UTF-8."]) from None
    except json.JSONDecodeError as error:
        raise RunError([f"{path.name} line {error.lineno}, column {error.colno}: not JSON ({error.msg})."]) from None
    except (ValueError, RecursionError) as error:
        raise RunError([f"{path.name}: {error}."]) from None
    except OSError as error:
        raise RunError([f"{path.name}: the file cannot be read ({error.strerror or error})."]) from None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number; an unknown value is null")


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} appears twice")
    return values


def _write_files(result: ResultRecord, folder: Path, keep: Case | None = None) -> None:
    write_json(folder / "plan.json", plan_document(result).model_dump(mode="json"))
    if result.state is not None:
        write_state_file(result.state, folder / SEARCH)
    if result.plan is not None:
        write_plan_tables(vars(result.plan), folder)
    if result.closest is not None:
        (folder / CLOSEST).mkdir()
        write_plan_tables(result.closest.tables, folder / CLOSEST, CLOSEST_TABLES)
    if result.audit is not None:
        write_json(folder / "audit.json", result.audit.to_document())
    if keep is not None:
        write_inputs(keep, folder)
    files = file_digests(folder, (*ALL_RUN_FILES, *kept_files(folder)))
    manifest = with_checksum({**result.manifest, FILES: files})
    write_json(folder / "manifest.json", dict(sorted(manifest.items())))
