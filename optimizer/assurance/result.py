"""A result as its user holds it: the record of a solve with what can be done to it.

The record (`results.record.ResultRecord`) knows nothing of pages, folders and audits, so that all of these can be about
it. `Result` stands above them, in the lowest room from which a run can be checked before it is shown.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from models import Case
from models.files import read_folder

from ..results.html import result_page
from ..results.record import ResultRecord
from ..results.run_case import case_of_run
from ..results.run_folder import save_run
from .run_checks import CheckedRun, check_run, check_run_alone


class Result(ResultRecord):
    """Outcome of `solve` or `evaluate`: a `ResultRecord` that can be shown, saved and loaded.

    Without a plan, objective and gap are None, never zero.
    """

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return result_page(self)

    def save(self, path: str | Path, *, force: bool = False, keep_inputs: bool | Case = False) -> Path:
        """Write the run folder `path`, replacing an earlier run there (see `optimizer.results.run_folder.save_run`).

        A run of another case, or one that is signed off, is replaced only by `force`. With `keep_inputs` the case is
        kept in its folder `inputs`, so that the run can be audited when the case has changed or gone: the `Case` given,
        or (True) the one that the run was made from, which must lie unchanged where it was read; `RunError` where it
        does not.
        """
        kept = case_of_run(self) if keep_inputs is True else keep_inputs or None
        return save_run(self, path, force=force, keep=kept)

    @staticmethod
    def load(path: str | Path, case: Case | str | Path | None = None, *, unchecked: bool = False) -> Result:
        """Read a run folder, once its digests and its audit against its case agree with what it says.

        `case` is by default where the run's command found it; where that is not there, only what needs no case is
        checked, and the result says so wherever it is shown (`Result.unchecked`), as with `unchecked=True`. Raises
        `FaultyRunError` that says what differs, `RunError` that lists every fault of files that cannot be read.
        """
        return as_result(read_folder(path, partial(_checked, case=case, unchecked=unchecked)).record)


def as_result(record: ResultRecord) -> Result:
    """A record of what was read as its user holds it."""
    return Result(**vars(record))


def _checked(run: Path, *, case: Case | str | Path | None, unchecked: bool) -> CheckedRun:
    if case is None and not unchecked:
        return check_run_alone(run)
    return check_run(run, case=case, unchecked=unchecked)
