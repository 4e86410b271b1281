"""search.jsonl: all that is needed to go on with a search that was cut short, checked before it is used.

The file has two lines of JSON. The first says what the second is: `format`, `version` of the format, and the SHA-256 of
the second line. The second is a `Checkpoint`. Numbers read back to the last bit; a bound of minus infinity is null.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError

from models.document_fields import Strict
from models.files import locked, place_of, write_file
from models.plan_tables import RunError

from .digests import differing
from .menu_reference import NearAsked

SEARCH = "search.jsonl"
"""The file of a run folder that holds the state of a search cut short."""
_FORMAT, _VERSION = "tierwise search", 4

Codes: TypeAlias = tuple[int, ...]
SavedMenu: TypeAlias = tuple[int, Codes, Codes]
"""Place of a price book among those with units, its options by place in the book, optional products covered by code."""
SavedRestriction: TypeAlias = tuple[int, Codes, Codes, Codes, Codes]
"""Place of a price book; options barred, tiers it must have, optional products covered and not covered."""


class SavedNode(Strict):
    """An open node of the branch-and-price tree."""

    bound: float | None
    """Lower bound on the scaled cost of a plan in it; null where none is known."""
    on: Codes
    """Binaries fixed at 1, by place among `SavedSearch.switches`."""
    off: Codes
    """Binaries fixed at 0."""
    books: tuple[SavedRestriction, ...]


class SavedSearch(Strict):
    """The state of a branch and price that was cut short, under the keys that the file has."""

    switches: tuple[str, ...]
    """Names of the program's binaries."""
    nodes: tuple[SavedNode, ...]
    """Open nodes: every plan better than the incumbent is in one of them."""
    menus: tuple[SavedMenu, ...]
    """Columns that some solution of the restricted master used."""
    rises: tuple[tuple[int, int, tuple[float, ...]], ...]
    """Pseudo-costs: binary, value, and what each trial of that value added to the scaled cost."""
    looked: int
    """Number of fractional nodes that primal heuristics have seen."""


class SavedPlan(Strict):
    """The incumbent: a menu of each price book with units, and its delivery (`program.delivery.Delivery`)."""

    menus: tuple[SavedMenu, ...]
    flows: tuple[tuple[int, float], ...]
    """Route and cases a year; the other routes have none."""
    policies: tuple[tuple[int, int, int, float], ...]
    engaged: Codes
    supported: Codes
    objective: float
    """Money a year."""


class SavedQuestion(Strict):
    """The question that was searched: with any other its state is worth nothing."""

    tierwise: str
    """Version of the program."""
    source: str
    """Digest of its source (`identity.source_digest`)."""
    case: str
    """Digest of the case (`identity.input_digest`)."""
    files: dict[str, str]
    """SHA-256 of its files, to say which one is another."""
    scenario: str
    """Name of the scenario."""
    rules: str
    """What it asks, as one line of JSON."""
    conditions: tuple[str, ...]
    case_path: str | None = None
    """Where the case lies, which decides nothing: whose run folder it is."""

    def differences(self, now: SavedQuestion) -> list[str]:
        """Why a state of this question is of no use for what is asked now, one sentence each."""
        texts = []
        if self.tierwise != now.tierwise:
            texts.append(f"it was written by Tierwise {self.tierwise}, and this is {now.tierwise}")
        elif self.source != now.source:
            texts.append(f"it was written by other source code of Tierwise {self.tierwise} than this one")
        if self.case != now.case:
            names = differing(self.files, now.files)
            texts.append("the case has changed since" + f" ({', '.join(names[:5])})" * bool(names))
        if self.rules != now.rules:
            other = f"it is of scenario {self.scenario}, not {now.scenario}"
            texts.append(f"scenario {now.scenario} has changed since" if self.scenario == now.scenario else other)
        if self.conditions != now.conditions:
            texts.append("it was searched under other conditions")
        return texts


class Checkpoint(Strict):
    """A search cut short, and the solve that it is part of."""

    asked: SavedQuestion
    sittings: int
    """How many solves have gone into it."""
    seconds: float
    """Time that they took."""
    phases: dict[str, float]
    """Seconds of the search by phase."""
    counts: dict[str, int]
    """How often each was done; `nodes`."""
    params: dict[str, dict[str, Any]]
    """Search parameters by group and name, with which it goes on."""
    search: SavedSearch
    plan: SavedPlan | None
    near: NearAsked | None = None
    """What the plan is to stay near once the search has ended."""


def write_state(state: Checkpoint, folder: str | Path) -> Path:
    """Write the state into a run folder, which is made if need be; the file appears whole or not at all.

    A power failure right after may leave it damaged, which is noticed: a search goes on sooner than a disk answers.
    """
    run = place_of(folder)
    run.parent.mkdir(parents=True, exist_ok=True)
    with locked(run), write_file(run / SEARCH, durable=False) as temporary:
        write_state_file(state, temporary)
    return run / SEARCH


def write_state_file(state: Checkpoint, file: Path) -> None:
    """Write the state as a file of a folder that is being written."""
    body = state.model_dump_json().encode()
    header = {"format": _FORMAT, "version": _VERSION, "sha256": sha256(body).hexdigest()}
    file.write_bytes(json.dumps(header).encode() + b"\n" + body + b"\n")


def read_state(run: str | Path) -> Checkpoint:
    """The state in a run folder; raises `RunError` where there is none, or it is not as it was written."""
    path = Path(run) / SEARCH
    if not Path(run).is_dir():
        raise RunError([f"{run}: there is no such folder."])
    if not path.is_file():
        text = f"{run} holds no search to continue: it ended with its proof, or never began"
        raise RunError([f"{text}. Solve without --resume."])
    try:
        first, _, rest = path.read_bytes().partition(b"\n")
    except OSError as error:
        raise RunError([f"{path}: the file cannot be read ({error.strerror or error})."]) from None
    body = rest.removesuffix(b"\n")
    header = _header(first)
    if header.get("format") == _FORMAT and header.get("version") != _VERSION:
        raise RunError([f"{path}: another version of Tierwise wrote it. Solve without --resume."])
    if header != {"format": _FORMAT, "version": _VERSION, "sha256": sha256(body).hexdigest()}:
        raise RunError([f"{path} is damaged: it is not as Tierwise wrote it. Solve without --resume."])
    try:
        state = Checkpoint.model_validate_json(body)
    except ValidationError:
        raise RunError([f"{path} is not the state of a search. Solve without --resume."]) from None
    if not _makes_sense(state):
        raise RunError([f"{path} holds numbers that no search has. Solve without --resume."])
    return state


def _makes_sense(state: Checkpoint) -> bool:
    """Whether its times and counts are what times and counts can be, and its bounds numbers."""
    times, counts = (
        [state.seconds, *state.phases.values()],
        [state.sittings, state.search.looked, *state.counts.values()],
    )
    bounds = [node.bound for node in state.search.nodes if node.bound is not None]
    finite = all(map(isfinite, [*times, *bounds]))
    return finite and min(times) >= 0 and min(counts) >= 0


def _header(line: bytes) -> Mapping[str, object]:
    try:
        header = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return header if isinstance(header, dict) else {}
