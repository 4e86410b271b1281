"""Whether two runs are of two versions of one case, so that each has to be judged by the inputs that it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models.plan import INPUTS
from models.plan_tables import FaultyRunError

from ..results.digests import differing
from ..results.identity import files_asked_of
from ..results.run_case import noted_inputs
from ..results.run_folder import read_documents


def are_versions(old: Path, new: Path) -> bool:
    """Whether two runs are of one case, by its name, with other data or other scenarios of theirs.

    Raises `FaultyRunError` where they are and one of them keeps no inputs, `RunError` where one cannot be read.
    """
    (plan, manifest), (other, manifest_of_other) = read_documents(old), read_documents(new)
    if plan.case != other.case:
        return False
    files, others = _made_from(old, manifest), _made_from(new, manifest_of_other)
    if not files or not others or not _differ(files, others, {plan.scenario, other.scenario}):
        return False
    kept = ((old, manifest), (new, manifest_of_other))
    without = [run for run, told in kept if not noted_inputs(run, told)]
    if without:
        runs, verb = " and ".join(map(str, without)), "keep" if len(without) > 1 else "keeps"
        told = f"{old} and {new} are of two versions of the case {plan.case}, and {runs} {verb} no inputs to judge by."
        again = "Solve again, from the version that it is of, with tierwise solve CASE --keep-inputs."
        raise FaultyRunError([f"{told} {again}"])
    return True


def _made_from(run: Path, manifest: Mapping[str, object]) -> dict[str, str]:
    """SHA-256 of what a run was made from: the case's files, or of a case in memory the inputs that it keeps."""
    noted = manifest.get("inputs")
    if isinstance(noted, dict) and noted:
        return {str(name): str(digest) for name, digest in noted.items()}
    return {name.removeprefix(f"{INPUTS}/"): digest for name, digest in noted_inputs(run, manifest).items()}


def _differ(files: Mapping[str, str], others: Mapping[str, str], scenarios: set[str]) -> bool:
    """Whether two versions' files differ, scenarios of neither run left out."""
    return any(differing(files_asked_of(files, name), files_asked_of(others, name)) for name in scenarios)
