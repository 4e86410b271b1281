"""What differs between two checkouts: answers, and times."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.benchmarks.measuring import ROUNDING

SAME_OBJECTIVE = 1e-9
"""Relative difference of objectives that is rounding."""
LONG = 5.0
"""Seconds from which a row is long."""
MOST_SLOWER = {"short": 0.15, "long": 0.05}
"""How much slower a row may become, as a share."""
UNDECIDED = ("feasible", "no_plan")
"""Ends of a search whose limit came first."""


@dataclass(frozen=True)
class Answer:
    """How a solve ended, and what was decided."""

    status: str
    """Or what was raised."""
    objective: float | None = None
    bound: float | None = None
    menus: Sequence[Sequence[Any]] = ()
    coverage: Sequence[Sequence[Any]] = ()

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Answer:
        """An answer as `answering.py` writes it."""
        return cls(**found)


def differences(before: Answer, after: Answer, gap: float) -> list[str]:
    """What differs between two answers to a question that is proved to `gap`; nothing if they agree."""
    if before.status != after.status:
        return [f"status {before.status} became {after.status}"]
    if before.status not in ("optimal", "infeasible", *UNDECIDED):
        return [f"both failed: {before.status}"]
    return [*_decisions(before, after), *_objective(before, after), *_bounds(before, after, gap)]


def _decisions(before: Answer, after: Answer) -> Iterator[str]:
    for name in ("menus", "coverage"):
        old, new = ([tuple(row) for row in getattr(answer, name)] for answer in (before, after))
        gone, added = [row for row in old if row not in new], [row for row in new if row not in old]
        if gone or added or len(old) != len(new):
            yield f"{name}: {len(gone)} rows gone, {len(added)} added"


def _objective(before: Answer, after: Answer) -> Iterator[str]:
    old, new = before.objective, after.objective
    if old is None or new is None:
        if old is not new:
            yield f"objective {old} became {new}"
    elif not math.isclose(old, new, rel_tol=SAME_OBJECTIVE, abs_tol=SAME_OBJECTIVE):
        yield f"objective {old!r} became {new!r}"


def _bounds(before: Answer, after: Answer, gap: float) -> Iterator[str]:
    """Each bound holds for both plans and, of a search that ended with its proof, lies within the gap."""
    plans = [answer.objective for answer in (before, after) if answer.objective is not None]
    for name, answer in (("before", before), ("after", after)):
        if answer.bound is None:
            if plans:
                yield f"no bound {name}"
            continue
        for objective in plans:
            beyond = (answer.bound - objective) / max(1.0, abs(objective))
            if beyond < -SAME_OBJECTIVE:
                yield f"bound {name} {answer.bound!r} is less than the objective {objective!r}"
            if beyond > gap + ROUNDING and answer.status not in UNDECIDED:
                yield f"bound {name} {answer.bound!r} is {beyond:.1e} from the objective, more than the gap {gap:g}"


@dataclass(frozen=True)
class Speed:
    """Seconds of one row's runs."""

    before: Sequence[float]
    after: Sequence[float]

    @property
    def medians(self) -> tuple[float, float]:
        """Before and after."""
        return median(self.before), median(self.after)

    @property
    def slower(self) -> float:
        """How much slower it became, as a share; negative where it became quicker."""
        before, after = self.medians
        return after / before - 1

    @property
    def allowed(self) -> float:
        """How much slower it may become."""
        return MOST_SLOWER["long" if self.medians[0] > LONG else "short"]

    @property
    def differences(self) -> list[str]:
        """That it became too slow."""
        return [f"{self.slower:+.1%}, more than {self.allowed:.0%}"] if self.slower > self.allowed else []
