"""One scenario solved in whatever process or thread it is sent to, until that is told to stop."""

from __future__ import annotations

import time
from dataclasses import replace
from multiprocessing.synchronize import Event

from models import Case, Scenario

from ....assurance.result import Result
from ....results.progress import StopCheck
from ....search.state.parameters import SearchParameters
from ....solving.solve import solve

_stop: Event | None = None
"""Set once the solves of this process are to end."""


def obey(stop: Event | None) -> None:
    """Let every solve of this process end once `stop` is set; None lets nothing end them."""
    global _stop
    _stop = stop


def due_in(seconds: float | None) -> float | None:
    """When what has so many seconds left is due, on the clock of this computer (`time.time`); None without a limit."""
    return None if seconds is None else time.time() + seconds


def solve_one(
    case: Case,
    scenario: Scenario,
    gap: float,
    time_limit: float | None,
    start: Result | None,
    due: float | None = None,
    should_stop: StopCheck | None = None,
    params: SearchParameters | None = None,
) -> Result:
    """The scenario's result, without the warm start for further searches: another one starts from its plan.

    `time_limit` is in seconds; `due` is when the answer is to be there, on the clock of this computer (`time.time`),
    whatever the limit.
    """
    if due is not None and time_limit is not None:
        time_limit = max(0.0, min(time_limit, due - time.time()))
    stop = should_stop or is_stopped
    result = solve(case, scenario, gap=gap, time_limit=time_limit, start=start, should_stop=stop, params=params)
    return replace(result, warm_start_left=None)


def is_stopped() -> bool:
    """Whether the solves of this process are to end."""
    return _stop is not None and _stop.is_set()
