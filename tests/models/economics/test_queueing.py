"""The M/M/c queue: a published example, one and two people by hand, and very many by the Poisson distribution."""

from __future__ import annotations

from math import exp, inf

import pytest
from scipy.stats import poisson

from models.economics.queueing import blocking_probability, mean_wait, probability_of_wait, service_level


def test_the_published_call_centre() -> None:
    """14 agents, 100 calls in 30 minutes, 3 minutes each: 10 erlangs; answered within 20 seconds."""
    assert probability_of_wait(14, 100 * 3 / 30) == pytest.approx(0.1741319, abs=5e-8)
    level = service_level(14, 10 / 14, 3 / 60, 20 / 3600)
    assert level == pytest.approx(0.8883500, abs=5e-8)
    assert level == pytest.approx(1 - 0.1741319 * exp(-4 * 20 / 180), abs=1e-7)


@pytest.mark.parametrize("load", [0.0, 0.25, 0.5, 0.9, 0.999])
def test_one_and_two_people_by_hand(load: float) -> None:
    assert probability_of_wait(1, load) == pytest.approx(load)
    assert mean_wait(1, load, 3.0) == pytest.approx(3 * load / (1 - load))
    assert probability_of_wait(2, 2 * load) == pytest.approx(2 * load**2 / (1 + load))
    assert mean_wait(2, load, 3.0) == pytest.approx(3 * load**2 / (1 - load**2))


@pytest.mark.parametrize("people", [3, 50, 4_000, 200_000])
@pytest.mark.parametrize("load", [0.3, 0.95, 0.9999])
def test_many_people_are_blocked_as_poisson_says(people: int, load: float) -> None:
    """Erlang B is the Poisson probability of `people` given at most so many."""
    offered = people * load
    expected = poisson.pmf(people, offered) / poisson.cdf(people, offered)
    assert blocking_probability(people, offered) == pytest.approx(expected, rel=1e-6, abs=1e-290)


def test_a_team_with_too_much_to_do_is_never_done() -> None:
    assert probability_of_wait(3, 3.0) == probability_of_wait(3, 7.0) == 1
    assert mean_wait(3, 1.0, 2.0) == mean_wait(3, 1.5, 2.0) == inf
    assert service_level(3, 1.0, 2.0, 5.0) == 0


def test_more_people_at_the_same_load_wait_less() -> None:
    waits = [mean_wait(people, 0.8, 1.0) for people in (1, 2, 5, 20, 100)]
    assert waits == sorted(waits, reverse=True)


@pytest.mark.parametrize(("people", "offered"), [(0, 1.0), (3, -0.1), (3, float("nan"))])
def test_what_is_no_queue(people: int, offered: float) -> None:
    with pytest.raises(ValueError, match="expected at least 1, and at least 0"):
        probability_of_wait(people, offered)
