"""A session: one of the solves that together answer a question, each resuming the search that the one before left."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from pathlib import Path

import numpy as np

from models import Case, named_scenario
from models.book_menu import BookMenu
from models.conditions import Condition
from models.plan_tables import RunError
from models.scenario import Scenario
from models.text.characters import path_in_utf8

from ..program.delivery import Delivery
from ..results.checkpoint import Checkpoint, SavedPlan, SavedQuestion, SavedSearch, read_state, write_state
from ..results.identity import content_of, input_digest, input_files, source_digest
from ..search.master.restricted_master import RestrictedMaster
from ..search.state.parameters import SearchParameters
from ..search.state.timers import Phases
from ..search.tree.checkpointing import is_menu, misfit, restored_menu, saved_menu
from ..version import __version__

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Identity:
    """What tells one question from another; worked out only when it is needed."""

    case: Case
    scenario: str | Scenario
    conditions: Sequence[Condition] = ()

    @cached_property
    def asked(self) -> SavedQuestion:
        """The question as it stands in a file."""
        wanted = named_scenario(self.case, self.scenario)
        return SavedQuestion(
            tierwise=__version__,
            source=source_digest(),
            case=input_digest(self.case),
            files=input_files(self.case),
            scenario=wanted.name,
            rules=content_of(wanted),
            conditions=tuple(map(repr, self.conditions)),
            case_path=path_in_utf8(self.case.path),
        )


def checkpoint_of(run: str | Path, identity: Identity, params: SearchParameters | None = None) -> Checkpoint:
    """The checkpoint in a run folder, if it is of this very question and these parameters; raises `RunError` else."""
    checkpoint = read_state(run)
    texts = checkpoint.asked.differences(identity.asked)
    others = [] if params is None else _searched_with(checkpoint).differences(params)
    texts += [f"it was searched with other parameters ({', '.join(others)})"] if others else []
    if texts:
        raise RunError([f"The search in {run} cannot be continued: {'; '.join(texts)}. Solve without --resume."])
    return checkpoint


def _searched_with(checkpoint: Checkpoint) -> SearchParameters:
    """Search parameters of a checkpoint; raises `RunError` for what no search has."""
    try:
        return SearchParameters.from_dict(checkpoint.params)
    except ValueError:
        raise misfit() from None


class Session:
    """One session of a search: the checkpoint that it resumes, if any, and the folder for its own, if any.

    A search goes on with the parameters it began with: without `params`, those of the run resumed, or the defaults.
    Raises `RunError` where `resume` names a run without a state, or with one of another question or other `params`.
    """

    def __init__(
        self,
        identity: Identity,
        resume: str | Path | None = None,
        folder: str | Path | None = None,
        params: SearchParameters | None = None,
    ) -> None:
        asked = SearchParameters.of(params)
        self.before = None if resume is None else checkpoint_of(resume, identity, params)
        self.params = _searched_with(self.before) if params is None and self.before is not None else asked
        self.near = None if self.before is None else self.before.near
        """What the plan is to stay near: at first, what the run resumed was to."""
        self._identity, self._folder = identity, folder
        self._began = time.monotonic()
        self._due = self._began + self.params.checkpoint.every_seconds
        self._warned = False

    @property
    def seconds_before(self) -> float:
        """Seconds of the sessions before this one."""
        return 0.0 if self.before is None else self.before.seconds

    @property
    def number(self) -> int:
        """Which session of the search this is, from 1."""
        return 1 if self.before is None else self.before.sittings + 1

    def checkpoint(self, search: SavedSearch, plan: SavedPlan | None, phases: Phases) -> Checkpoint:
        """All that the next session needs."""
        return Checkpoint(
            asked=self._identity.asked,
            sittings=self.number,
            seconds=self.seconds_before + time.monotonic() - self._began,
            phases=phases.seconds,
            counts=dict(phases.counts),
            params=self.params.to_dict(),
            search=search,
            plan=plan,
            near=self.near,
        )

    def write_when_due(self, checkpoint: Callable[[], Checkpoint]) -> None:
        """Write a checkpoint into the folder, if there is one and it is time to."""
        began = time.monotonic()
        if self._folder is None or began < self._due:
            return
        try:
            write_state(checkpoint(), self._folder)
            _log.debug("state of the search written to %s", self._folder)
        except (OSError, RunError) as error:
            self._warn_once(error)
        done = time.monotonic()
        writing = self.params.checkpoint
        self._due = done + max(writing.every_seconds, (done - began) / writing.writing_share)

    def _warn_once(self, error: Exception) -> None:
        """Warn once that checkpoints cannot be written: the search goes on, and writing is tried whenever it is due."""
        if not self._warned:
            self._warned = True
            _log.warning("The search goes on, but what --resume needs could not be written: %s", error)


def saved_plan(master: RestrictedMaster, menus: tuple[BookMenu, ...], delivery: Delivery) -> SavedPlan:
    """A plan in the form of the file."""
    working = np.flatnonzero(delivery.flows).tolist()
    return SavedPlan(
        menus=tuple(saved_menu(master, menu) for menu in menus),
        flows=tuple((route, float(delivery.flows[route])) for route in working),
        policies=delivery.policies,
        engaged=delivery.engaged,
        supported=delivery.supported,
        objective=delivery.objective,
    )


def _can_be_delivered(master: RestrictedMaster, saved: SavedPlan) -> bool:
    """Whether everything that a saved delivery names exists, and its amounts are amounts."""
    instance, catalog = master.instance, master.instance.catalog
    codes = [
        *((route, len(instance.routes.provider)) for route, _ in saved.flows),
        *((product, len(catalog.products)) for product, *_ in saved.policies),
        *((tier, len(catalog.tiers)) for _, tier, *_ in saved.policies),
        *((row, len(instance.policies)) for _, _, row, _ in saved.policies),
        *((code, len(catalog.providers)) for code in saved.engaged),
        *((code, len(catalog.products)) for code in saved.supported),
    ]
    cases = [*(cases for _, cases in saved.flows), *(cases for *_, cases in saved.policies)]
    amounts = all(isfinite(amount) and amount >= 0 for amount in cases) and isfinite(saved.objective)
    return amounts and all(0 <= code < count for code, count in codes)


def restored_plan(master: RestrictedMaster, saved: SavedPlan) -> tuple[tuple[BookMenu, ...], Delivery]:
    """The columns of a saved plan and their delivery; raises `RunError` where it is of another program."""
    whole = sorted(book for book, *_ in saved.menus) == list(range(len(master.books)))
    if not (whole and all(is_menu(master, menu) for menu in saved.menus) and _can_be_delivered(master, saved)):
        raise misfit()
    flows = np.zeros(len(master.instance.routes.provider))
    for route, cases in saved.flows:
        flows[route] = cases
    menus = tuple(restored_menu(master, menu) for menu in saved.menus)
    return menus, Delivery(flows, saved.policies, saved.engaged, saved.supported, saved.objective)
