"""Engagements of a provider at several levels of load: how much slower its people answer the busier they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

import pandas as pd

from .case import Case
from .economics.queueing import mean_wait
from .problems import CaseError, Problem, listed, suggestion

LEVELS = (0.6, 0.7, 0.8, 0.9)
"""Shares of capacity at which engagements are worked out unless others are asked for."""
REFERENCE_LOAD = 0.7
"""Load at which the response times of the case are taken to hold unless another is named."""
MOST_PEOPLE = 1_000_000
"""Most people of one provider; a million take a tenth of a second a level."""
COLUMNS = (
    "provider", "engagement", "retainer", "commitment", "cost_factor", "risk_share", "revenue_share",
    "max_utilization", "response_factor",
)  # fmt: skip
"""Columns of the table `engagements`."""


@dataclass(frozen=True)
class Staffing:
    """What a queue says of a provider: the engagements at each level of load, and what they follow from."""

    provider: str
    people: int
    handling_hours: float
    """Hours a case takes."""
    response_hours: float
    """Mean response that the case gives, which holds at `reference_load`."""
    reference_load: float
    loads: pd.DataFrame
    """max_utilization, wait_hours (mean wait), response_hours (mean response) of each level."""
    engagements: pd.DataFrame
    """A row of the table `engagements` for each level (`COLUMNS`)."""


def staffing(
    case: Case,
    provider: str,
    people: int,
    *,
    handling: float | None = None,
    levels: Sequence[float] = LEVELS,
    reference_load: float = REFERENCE_LOAD,
) -> Staffing:
    """Rows of `engagements` for a provider of so many people, one a level of load, by the M/M/c queue.

    The mean response at a level is that of the case, plus the mean wait there, less the mean wait at `reference_load`;
    the case's is the mean of the provider's rates of response-clock services, each row once. `handling` is hours a
    case; by default the mean hours_per_case of those services. The case stays as it is. Raises `CaseError` for
    arguments that make no sense, and for a level at which the response would not be above 0.
    """
    _check(_arguments_odd(people, handling, levels, reference_load))
    _check(_provider_odd(case, provider))
    rates, services = _clocked(case, provider)
    _check(() if len(rates) else [_without_clock(provider)])
    hours = float(services["hours_per_case"].mean()) if handling is None else handling
    given = float(rates["response_hours"].mean())
    waits = [mean_wait(people, level, hours) for level in levels]
    responses = [given + wait - mean_wait(people, reference_load, hours) for wait in waits]
    _check(_too_quick(levels, responses, given))
    loads = pd.DataFrame({"max_utilization": levels, "wait_hours": waits, "response_hours": responses})
    rows = _rows(case, provider, levels, [response / given for response in responses])
    return Staffing(provider, people, hours, given, reference_load, loads, rows)


def _check(problems: Sequence[Problem] | Iterator[Problem]) -> None:
    found = list(problems)
    if found:
        raise CaseError(found)


def _odd(name: str, message: str, found: object, expected: str) -> Problem:
    return Problem("staffing", message, column=name, found=str(found), expected=expected, part="argument")


def _arguments_odd(
    people: int, handling: float | None, levels: Sequence[float], reference_load: float
) -> Iterator[Problem]:
    if people != int(people) or not 1 <= people <= MOST_PEOPLE:
        yield _odd("people", "no team", people, f"a whole number from 1 to {MOST_PEOPLE:,}")
    if handling is not None and not (isfinite(handling) and handling > 0):
        yield _odd("handling", "no time that a case takes", handling, "a number of hours > 0")
    for name, load in [*(("levels", level) for level in levels), ("reference_load", reference_load)]:
        if load >= 1:
            yield _odd(name, "so busy, a team falls behind without end and the mean wait is infinite", load, _SHARE)
        elif not load > 0:
            yield _odd(name, "no load", load, _SHARE)
    names = [_name(level) for level in levels]
    twice = sorted({level for level in levels if names.count(_name(level)) > 1})
    yield from (_odd("levels", "the same level twice", level, "each level once") for level in twice)
    if not levels:
        yield _odd("levels", "no level", "", _SHARE)


_SHARE = "a share of capacity_hours above 0 and under 1"


def _provider_odd(case: Case, provider: str) -> Iterator[Problem]:
    known = list(case.tables["providers"]["provider"])
    if provider not in known:
        message = f"no provider of that name{suggestion(provider, known)}"
        yield _odd("provider", message, provider, listed(known, 20))


def _clocked(case: Case, provider: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The provider's rates of response-clock services, and those services."""
    services, rates = case.tables["services"], case.tables["rates"]
    services = services[services["response_clock"].astype(bool)]
    rates = rates[(rates["provider"] == provider) & rates["service"].isin(services["service"])]
    return rates, services[services["service"].isin(rates["service"])]


def _without_clock(provider: str) -> Problem:
    message = "it has no rate of a service on the response clock, so that there is no response time to go from"
    return _odd("provider", message, provider, "a provider with such a rate")


def _too_quick(levels: Sequence[float], responses: Sequence[float], given: float) -> Iterator[Problem]:
    for level, response in zip(levels, responses, strict=True):
        if not response > 0:
            message = (
                f"at this load the mean response would be {response:.6g} hours: waiting at the reference load takes "
                f"more than the {given:.6g} hours that the case gives allow"
            )
            expected = "a lower reference load, more people, or a shorter handling time"
            yield _odd("levels", message, level, expected)


def _name(level: float) -> str:
    """What the engagement of a level is called: `load_60` for 0.6."""
    return f"load_{100 * level:.10g}"


def _rows(case: Case, provider: str, levels: Sequence[float], factors: Sequence[float]) -> pd.DataFrame:
    """A row a level, on the provider's own terms."""
    table = case.tables["providers"]
    (own,) = table[table["provider"] == provider].to_dict("records")
    rows = pd.DataFrame(
        {
            "provider": provider,
            "engagement": [_name(level) for level in levels],
            "retainer": 0.0,
            "commitment": float(own["commitment"]),
            "cost_factor": 1.0,
            "risk_share": float(own["risk_share"]),
            "revenue_share": 0.0,
            "max_utilization": list(levels),
            "response_factor": list(factors),
        }
    )
    return rows[list(COLUMNS)]
