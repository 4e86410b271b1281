"""How a question honours its conditions: changes of the scenario, restrictions of menus, and rows.

What each condition asks is in `models.conditions`; its rows are in `program.condition_constraints`. A plan is
judged a second time by `auditing.condition_rules`, which knows nothing of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from models import Case, CaseError, Change, Problem, Scenario, named_scenario
from models.condition_checks import check_conditions, problem_of
from models.conditions import Condition, CountLimit, Cover, Decision, MenuOption
from models.decisions import DECISION_KINDS
from models.economics.offers import Offers
from models.rules import count_rule

from ..lp.tolerances import ROUNDING
from ..program.condition_constraints import ConditionConstraint
from ..search.assortment.restriction import FREE_BOOK, Restriction
from ..search.master.nodes import Node


def scenario_under(case: Case, scenario: str | Scenario, conditions: Sequence[Condition]) -> Scenario:
    """The scenario with decisions and counts in place of what it says of the same; raises `CaseError`."""
    wanted = named_scenario(case, scenario)
    check_conditions(case, conditions)
    changes = tuple(_change(condition) for condition in conditions if isinstance(condition, Decision))
    rules = {
        name: limit
        for condition in conditions
        if isinstance(condition, CountLimit)
        for name, limit in _rules(condition)
    }
    return wanted.model_copy(update={**rules, "change": (*wanted.change, *changes)}) if conditions else wanted


def _change(decision: Decision) -> Change:
    kind, state = DECISION_KINDS[decision.kind], "required" if decision.wanted else "excluded"
    return Change(table=kind.table, where={kind.name: decision.name}, column=kind.switch, set=state)


def _rules(count: CountLimit) -> Iterator[tuple[str, int]]:
    for least, limit in ((True, count.least), (False, count.most)):
        rule = count_rule(count.kind, least=least)
        if rule is not None and limit is not None:
            yield rule, limit


def constraints_of(conditions: Iterable[Condition]) -> tuple[ConditionConstraint, ...]:
    """The conditions as constraints of the formulation."""
    return tuple(ConditionConstraint(condition) for condition in conditions)


def node_of(offers: Offers, conditions: Sequence[Condition]) -> Node:
    """Root node in which every menu obeys the conditions; raises `CaseError` where no option is what one asks for."""
    books = dict.fromkeys(range(len(offers.books_with_units)), FREE_BOOK)
    for condition in conditions:
        if isinstance(condition, MenuOption | Cover):
            for place in _places(offers, condition):
                books[place] = _restricted(offers, offers.books_with_units[place], books[place], condition)
    return Node(books={place: restriction for place, restriction in books.items() if restriction is not FREE_BOOK})


def _places(offers: Offers, condition: MenuOption | Cover) -> list[int]:
    """Places of the price books that the condition is about."""
    names = [offers.catalog.books[book] for book in offers.books_with_units]
    places = [place for place, name in enumerate(names) if condition.price_book in ("", name)]
    if not places:
        message = f"{condition.price_book} has no units without a contract, so it shows nobody a menu"
        raise CaseError([problem_of(condition, message, f"one of {', '.join(names)}")])
    return places


def _restricted(offers: Offers, book: int, known: Restriction, condition: MenuOption | Cover) -> Restriction:
    if isinstance(condition, Cover):
        product = frozenset({offers.catalog.products.index(condition.product)})
        if condition.wanted:
            return replace(known, covered=known.covered | product)
        return replace(known, uncovered=known.uncovered | product)
    tier = offers.catalog.tiers.index(condition.tier)
    places, meant = _options_meant(offers, book, condition)
    if not condition.wanted:
        return replace(known, barred=known.barred | meant)
    if not meant:
        raise CaseError([_not_for_sale(offers, book, condition)])
    return replace(known, must=known.must | {tier}, barred=known.barred | (places - meant))


def _options_meant(offers: Offers, book: int, condition: MenuOption) -> tuple[frozenset[int], frozenset[int]]:
    """Options of the condition's tier, and those of them that it means, by place in the book."""
    catalog, at = offers.catalog, offers.options.of(book)
    tier, model, price = (
        part[at.start : at.stop] for part in (offers.options.tier, offers.options.model, offers.options.price)
    )
    own = tier == catalog.tiers.index(condition.tier)
    meant = own.copy()
    if condition.model:
        meant &= model == catalog.models.index(condition.model)
    if condition.price is not None:
        meant &= np.isclose(price, condition.price, rtol=ROUNDING, atol=0.0)
    return frozenset(np.flatnonzero(own).tolist()), frozenset(np.flatnonzero(meant).tolist())


def _not_for_sale(offers: Offers, book: int, condition: MenuOption) -> Problem:
    """That a price book has no such option, with those it has."""
    catalog, options = offers.catalog, offers.options
    tier = catalog.tiers.index(condition.tier)
    own = [o for o in options.of(book) if options.tier[o] == tier]
    known = ", ".join(f"{catalog.models[options.model[o]]} {options.price[o]:.12g}" for o in own)
    name = catalog.books[book]
    return problem_of(
        condition,
        f"no such price point is open to {name}",
        f"one of {known}" if own else f"price points of {condition.tier} that are open to {name} and not excluded",
    )
