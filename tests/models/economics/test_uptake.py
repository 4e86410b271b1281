"""What cohorts take of the menus of all price books at once, in the case of `tests.models.economics.test_offers`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.catalog import Catalog
from models.economics.offers import Offers
from models.economics.uptake import uptake
from tests.models.economics.test_offers import offers

# The clinics' options are basic 5 % (0) and gold 10 % and 20 % (1, 2), the shop's basic 4 % (3) and so on.
MENUS = np.array([0, 1, 3])
EVERY = np.ones(5, dtype=bool)


def logit(made: Offers) -> Offers:
    case = made.catalog.case
    settings = case.settings.model_copy(update={"choice_model": "logit"})
    return replace(made, catalog=Catalog(replace(case, settings=settings)))


def test_cells_on_offer_by_cohort_and_tier() -> None:
    taken = uptake(offers(), MENUS, EVERY)
    assert taken.cell.tolist() == [[0, 1], [3, 4], [6, 7], [9, 10], [12, -1]]
    assert uptake(offers(), MENUS[:0], EVERY).cell.tolist() == [[-1, -1]] * 5


def test_first_choice_takes_what_is_best() -> None:
    """The careful clinics take gold (utility 1.2), the thrifty see no tier, the shop takes basic (18)."""
    taken = uptake(offers(), MENUS, EVERY)
    assert taken.share.tolist() == [[0, 1], [0, 1], [0, 0], [0, 0], [1, 0]]
    assert taken.none.tolist() == [0, 0, 1, 1, 0]


def test_what_is_not_covered_is_not_taken() -> None:
    taken = uptake(offers(), MENUS, np.array([True, False, True, True, False]))
    assert taken.share.tolist() == [[0, 1], [0, 0], [0, 0], [0, 0], [0, 0]]
    assert taken.none.tolist() == [0, 1, 1, 1, 1]


def test_logit_spreads_over_what_is_on_offer() -> None:
    """exp(1.2) / (1 + exp(1.2)) of the careful clinics; nearly all of the shop, whose utility is 18."""
    taken = uptake(logit(offers()), MENUS, EVERY)
    assert taken.share[:2] == pytest.approx(np.array([[0, 0.76852478], [0, 0.76852478]]))
    assert taken.share[2:4].tolist() == [[0, 0], [0, 0]]
    assert taken.share[4] == pytest.approx([1 / (1 + np.exp(-18)), 0])
    assert taken.none[0] == pytest.approx(1 - 0.76852478)
