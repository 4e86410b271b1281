"""Conditions checked against the names of a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .case import Case
from .conditions import Condition, CountLimit, Cover, Decision, MenuOption, Unlike, WorkShare
from .decisions import DECISION_KINDS
from .problems import CaseError, Problem, cut, listed, suggestion

_TABLES: Mapping[str, tuple[str, str]] = {
    **{kind.name: (kind.table, kind.name) for kind in DECISION_KINDS.values()},
    "price_book": ("segments", "price_book"),
    "service": ("services", "service"),
    "family": ("products", "family"),
    "region": ("accounts", "region"),
}
"""Table and column that hold the names of each kind."""


def names_of(case: Case, kind: str) -> tuple[str, ...]:
    """Every name of a kind (tier, model, product, provider, price_book, service, family, region), sorted."""
    table, column = _TABLES[kind]
    return tuple(sorted(case.tables[table][column].unique()))


def check_conditions(case: Case, conditions: Iterable[Condition]) -> None:
    """Raise `CaseError` that lists every name in the conditions that the case does not have."""
    problems = [problem for condition in conditions for problem in _problems(case, condition)]
    if problems:
        raise CaseError(problems)


def problem_of(condition: object, message: str, expected: str) -> Problem:
    """A fault of one condition."""
    return Problem("conditions", message, found=str(condition), expected=expected)


def _problems(case: Case, condition: Condition) -> Iterator[Problem]:
    for kind, name in _named(condition):
        known = names_of(case, kind)
        if name not in known:
            word = kind.replace("_", " ")
            message = f"there is no {word} {cut(name)!r}{suggestion(name, known)}"
            yield problem_of(condition, message, f"one of {listed(known)}")
    if isinstance(condition, Cover):
        yield from _uncoverable(case, condition)
    if isinstance(condition, CountLimit) and condition.least is condition.most is None:
        yield problem_of(condition, "no number is given", "a least or a most number")


def _named(condition: Condition) -> Iterator[tuple[str, str]]:
    """(kind, name) of everything that a condition names."""
    match condition:
        case Decision(kind, name):
            yield kind, name
        case MenuOption(price_book, tier, model):
            yield from ((kind, name) for kind, name in (("price_book", price_book), ("model", model)) if name)
            yield "tier", tier
        case Cover(price_book, product):
            yield from (("price_book", price_book), ("product", product))
        case WorkShare(providers=providers, where=where):
            yield from (("provider", name) for name in providers)
            yield from where
        case Unlike(tiers, models, partners):
            for kind, names in (("tier", tiers), ("model", models), ("provider", partners)):
                yield from ((kind, name) for name in sorted(names))


def _uncoverable(case: Case, condition: Cover) -> Iterator[Problem]:
    """Why a price book cannot be told to cover a product, or not to."""
    products = case.tables["products"].set_index("product")["support"]
    support = products.get(condition.product, "optional")
    if support == ("excluded" if condition.wanted else "required"):
        expected = f"a product that is optional, or the condition `support {condition.product}` or `drop` beside it"
        yield problem_of(condition, f"{condition.product} is {support} in every price book", expected)
