"""The oracle itself against numbers worked by hand: `tests.worlds.hand_case` and each pricing-model kind."""

from __future__ import annotations

from math import e

import pytest

from tests.worlds.hand_case import Rows, hand_case, offer, work

from .choice import first_choice, logit
from .contracts import annuity, contract_terms, settlement
from .enumeration import Enumeration, Optimum
from .settling import payment_pieces
from .volume import no_contract_objective
from .world import Option, World, read_world


def world(**tables: Rows) -> World:
    settings, frames, scenarios = hand_case(**tables)
    return read_world(settings, frames, scenarios["base"])


def optimum(**tables: Rows) -> Optimum:
    return Enumeration(world(**tables)).run()


def test_units_and_revenue() -> None:
    demand = Enumeration(world()).demand
    units = {(cohort.customer_class, cohort.product, region): u for (cohort, region), u in demand.units.items()}
    assert units == pytest.approx(
        {
            ("careful", "alpha", "north"): 0.75,
            ("careful", "alpha", "south"): 1.5,
            ("careful", "beta", "north"): 0.5,
            ("thrifty", "alpha", "north"): 2.25,
            ("thrifty", "alpha", "south"): 4.5,
            ("thrifty", "beta", "north"): 1.5,
        }
    )
    assert sum(demand.revenue.values()) == pytest.approx(1400)
    assert [lock.revenue for lock in demand.locked] == pytest.approx([100])


def test_locked_units_alone_make_the_optimum() -> None:
    assert optimum().objective == pytest.approx(476.85)


def test_a_sale_that_pays() -> None:
    found = optimum(price_points=[{"tier": "gold", "model": "flat", "price": 0.1}])
    assert found.objective == pytest.approx(476.85 + 14.5375)
    assert [offer.menu for offer in found.offers] == [(("gold", "flat", 0.1),)]


def test_nothing_sold() -> None:
    enumeration = Enumeration(world())
    assert no_contract_objective(enumeration.world, enumeration.demand) == pytest.approx(456)


def test_work_that_cannot_be_done_is_infeasible() -> None:
    assert optimum(rates=work()["rates"][1:]).status == "infeasible"  # the contract is in the north
    small = [{**work()["providers"][0], "capacity_hours": 1.99}]
    assert optimum(providers=small).status == "infeasible"
    exact = [{**work()["providers"][0], "capacity_hours": 2}]
    assert optimum(providers=exact).status == "optimal"
    hurried = [{**offer()["tiers"][0], "turnaround_hours": 19}]
    assert optimum(tiers=hurried).status == "infeasible"
    demanding = [{**offer()["tiers"][0], "csat_floor": 71}]
    assert optimum(tiers=demanding).status == "infeasible"
    prompt = [{**offer()["tiers"][0], "min_attainment": 0.87}]  # 1 - exp(-2) = 0.8647
    assert optimum(tiers=prompt).status == "infeasible"


KINDS: Rows = [
    {"model": "metered", "kind": "pay_per_use"},
    {"model": "flat", "kind": "fixed_warranty", "incident_factor": 0.5},
    {"model": "rental", "kind": "lease", "term_years": 4, "residual_share": 0.1, "displaced_share": 0,
     "buyout_probability": 0.5, "buyout_share": 0.3},
    {"model": "open", "kind": "cost_plus"},
    {"model": "outcome", "kind": "performance_based", "penalty_per_hour": 3, "bonus_per_hour": 1},
    {"model": "hours", "kind": "usage_based"},
]  # fmt: skip


@pytest.mark.parametrize(
    ("option", "billed", "per_incident"),
    [
        # Alpha: worth 100, 2 incidents a year, each half a repair at 4 (C = 2); 22 hours a year. A tenth off.
        (("gold", "metered", 10), 18, 9),
        (("gold", "flat", 0.2), 18, 0),
        (("gold", "rental", 0.3), 27, 0),
        (("gold", "open", 1), 7.2, 3.6),  # 2 x 0.9 = 1.8 times 4; 1.8 times 2
        (("gold", "outcome", 0.2), 18, -10 / e),  # half a case a incident, at -20/e
        (("gold", "hours", 0.5), 9.9, 0),
    ],
)
def test_terms_of_each_kind(option: Option, billed: float, per_incident: float) -> None:
    terms = contract_terms(world(pricing_models=KINDS, contracts=[]), "clinic", "alpha", option, 0.1)
    assert terms.billed == pytest.approx(billed)
    assert terms.per_incident == pytest.approx(per_incident)
    assert terms.incidents == pytest.approx(1 if option[1] == "flat" else 2)


def test_lease_amounts() -> None:
    terms = contract_terms(world(pricing_models=KINDS, contracts=[]), "clinic", "alpha", ("gold", "rental", 0.3), 0)
    assert terms.capital == pytest.approx(10)  # 100 x 0.5 x (1 - 0.2) / 4
    assert terms.ownership == pytest.approx(22.5)  # 100 x 0.9 / 4
    assert annuity(0.1, 2, 0.121) == pytest.approx(0.51857143)


def test_settlement() -> None:
    model = {"bonus_per_hour": 1.0, "penalty_per_hour": 3.0}
    assert settlement(model, 10, 20) == pytest.approx(-34.2612264)
    assert settlement(model, 10, 5) == pytest.approx(3.646647168)


def test_choice() -> None:
    low, high = ("silver", "flat", 1.0), ("gold", "flat", 1.0)
    assert logit({low: 0.0, high: 0.0}) == pytest.approx({low: 1 / 3, high: 1 / 3})
    tiers: Rows = [{**offer()["tiers"][0], "tier": "gold", "rank": 2}, {**offer()["tiers"][0], "tier": "silver"}]
    both = world(tiers=tiers, contracts=[])
    assert first_choice(both, {low: 1.0, high: 1.0}, {low: 5.0, high: 5.0}) == {high: 1.0}
    assert first_choice(both, {low: 1.0, high: 1.0}, {low: 6.0, high: 5.0}) == {low: 1.0}
    assert first_choice(both, {low: 1e-9}, {low: 5.0}) == {}


def test_payment_over_discount_brackets() -> None:
    brackets: Rows = [
        {"provider": "own", "above": 1000, "discount": 0.1},
        {"provider": "own", "above": 5000, "discount": 0.25},
    ]
    pieces = payment_pieces(world(volume_discounts=brackets), "own")
    paid = [piece.intercept + piece.slope * cost for piece, cost in zip(pieces, (800, 3000, 9000), strict=True)]
    assert paid == pytest.approx([800, 2800, 7600])
