"""How long cases wait for one of several alike people: the M/M/c queue, Erlang's C formula.

Cases come at random (Poisson) and take exponential time; a case that finds everybody busy waits, first come first
served. Erlang (1917); Gans, Koole & Mandelbaum (2003), Manufacturing & Service Operations Management 5:79.
"""

from __future__ import annotations

from math import exp, inf


def blocking_probability(people: int, offered: float) -> float:
    """Erlang B: share of cases that find all `people` busy, where such cases leave. Raises ValueError under 1 person.

    `offered` is cases an hour x hours a case, 0 or more. By the recurrence over people, whose terms are shares, so that
    no number of people is too large for it.
    """
    if people < 1 or not offered >= 0:
        raise ValueError(f"found {people!r} people and {offered!r} offered; expected at least 1, and at least 0")
    share = 1.0
    for busy in range(1, people + 1):
        share = offered * share / (busy + offered * share)
    return share


def probability_of_wait(people: int, offered: float) -> float:
    """Erlang C: share of cases that wait; all of them where as much is offered as all `people` can do, or more.

    `offered` is cases an hour x hours a case. Raises ValueError under 1 person or 0 offered.
    """
    blocked = blocking_probability(people, offered)
    load = offered / people
    return 1.0 if load >= 1 else blocked / (1 - load * (1 - blocked))


def mean_wait(people: int, load: float, handling_hours: float) -> float:
    """Mean hours until work on a case begins, over all cases; infinite at a load of 1 or more.

    `load` is the share of their time that `people` are busy, and `handling_hours` what a case takes.
    """
    if load >= 1:
        return inf
    return probability_of_wait(people, people * load) * handling_hours / (people * (1 - load))


def service_level(people: int, load: float, handling_hours: float, within_hours: float) -> float:
    """Share of cases on which work begins within so many hours; 0 at a load of 1 or more."""
    if load >= 1:
        return 0.0
    late = exp(-people * (1 - load) * within_hours / handling_hours)
    return 1 - probability_of_wait(people, people * load) * late
