"""How near a plan is to its reference, counted anew from today's menus, or from those that the manifest keeps of a run.

That no plan is nearer rests on the search.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from pydantic import ValidationError

from ..accounting.demand import Demand
from ..accounting.rows import Rows
from ..results.menu_reference import SAME_PRICE, TODAY, NearAsked
from .ledger import Claims, Ledger, number, or_nan
from .plan_rules import PlanRows

Prices: TypeAlias = Mapping[tuple[str, str, str], Sequence[float]]
"""Prices of options by price book, tier and model."""


def given_up(claims: Claims) -> float | None:
    """Share of the best objective that could be given up for fewer changes, by plan.json; None where none was."""
    said = claims.get("near")
    return number(said, "give") if isinstance(said, Mapping) else None


def check_near(ledger: Ledger, demand: Demand, plan: PlanRows, claims: Claims) -> None:
    """The entry `near` is there where the manifest says that it was asked for, and says what is so."""
    said, asked = claims.get("near"), claims.get("asked_near")
    if "near" not in claims or (said is None and asked is None):
        return
    if not isinstance(said, Mapping):
        ledger.none("near", "plan.json", ["near=null, and the manifest says that one was asked for"])
        return
    try:
        question = NearAsked.model_validate(asked)
    except ValidationError:
        ledger.none("near", "plan.json", [f"near={dict(said)}, and the manifest does not say what it is near to"])
        return
    ledger.none("near", "plan.json: reference, give", _faults_of_question(said, question))
    changed = list(_changes(demand, plan, question))
    for key, count in (("price_books", len(set(changed))), ("differences", len(changed))):
        ledger.equal("near", [f"plan.json: {key}"], or_nan(number(said, key)), count)


def _faults_of_question(said: Mapping[str, object], asked: NearAsked) -> Iterator[str]:
    for key, value in (("reference", asked.reference), ("give", asked.give)):
        if said.get(key) != value:
            yield f"{key}={said.get(key)}, expected {value}"
    for part in ("menus", "covered"):
        repeated = (row for row, count in Counter(getattr(asked, part)).items() if count > 1)
        yield from (f"manifest.json: near.{part} twice: {row}" for row in repeated)


def _changes(demand: Demand, plan: PlanRows, asked: NearAsked) -> Iterator[str]:
    """The price book of each option gone, each option new, and each product covered on one side alone."""
    if asked.reference == TODAY:
        before, covered = _todays_menus(demand), _todays_coverage(demand)
    else:
        before, covered = _prices(asked.menus), set(asked.covered)
    now = _prices(_tuples(plan.menus, "price_book", "tier", "model", "price"))
    for one, other in ((before, now), (now, before)):
        for option, prices in one.items():
            yield from (option[0] for price in prices if not _is_among(price, other.get(option, ())))
    shown = plan.coverage.where(plan.coverage["covered"].astype(bool))
    yield from (pair[0] for pair in covered ^ set(_tuples(shown, "price_book", "product")))


def _todays_menus(demand: Demand) -> Prices:
    """Today's options of the price books with free units."""
    menus = Rows.of(demand.case.tables["current_menus"])
    return _prices(
        _tuples(menus.where(menus.among(demand.holdings, ["price_book"])), "price_book", "tier", "model", "price")
    )


def _todays_coverage(demand: Demand) -> set[tuple[Any, ...]]:
    """Price books, each with the products it holds free units of that are not excluded."""
    products, held = demand.case.tables["products"], demand.holdings
    sold = set(products.loc[products["support"] != "excluded", "product"])
    return set(_tuples(held.where(held.named("product", sold)), "price_book", "product"))


def _prices(options: Iterable[tuple[Any, ...]]) -> Prices:
    """Prices of options by price book, tier and model."""
    found: dict[tuple[str, str, str], list[float]] = {}
    for book, tier, model, price in options:
        found.setdefault((book, tier, model), []).append(price)
    return found


def _is_among(price: float, others: Sequence[float]) -> bool:
    """Whether a price is among others, but for rounding."""
    return any(abs(price - other) <= SAME_PRICE * max(abs(price), abs(other)) for other in others)


def _tuples(rows: Rows, *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(rows[column].tolist() for column in columns), strict=True)
