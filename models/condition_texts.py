"""Conditions as short texts: `offer platinum`, `clinics gold pay_per_use 900`, `drop Orbis`, `exactly 2 tiers`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .case import Case
from .condition_checks import names_of, problem_of
from .conditions import (
    BOUNDED,
    Amount,
    Condition,
    CountLimit,
    Cover,
    CsatOverFloor,
    Decision,
    MenuOption,
    WorkShare,
)
from .decisions import DECISION_KINDS, FORBIDDING
from .document_fields import MOST_COUNTED
from .problems import CaseError, cut, listed, suggestion
from .schema.fields import LARGEST_TOTAL

_KINDS = tuple(DECISION_KINDS.values())
_FORCING = ", ".join(f"{kind.verbs[0]} {kind.name.upper()}" for kind in _KINDS)
FORMS = f"""\
{_FORCING}, {FORBIDDING} NAME;
PRICE_BOOK [no] TIER [MODEL [PRICE]] (everywhere for all price books);
PRICE_BOOK covers PRODUCT, PRICE_BOOK without PRODUCT;
exactly | at least | at most N {" | ".join(kind.listed for kind in _KINDS)};
AMOUNT >= VALUE or <= VALUE, with an amount of plan.json or csat_over_floor;
share of PROVIDER [+ PROVIDER] [in REGION] >= VALUE, <= VALUE or == VALUE, or share of in_house ..."""
"""What a text may say."""

_COUNTED = {word: kind.name for kind in _KINDS for word in (kind.name, kind.word)}
_COUNT = re.compile(rf"(exactly|at least|at most)\s+(\d+)\s+({'|'.join(_COUNTED)})s?")
_LIMIT = re.compile(r"(.+?)\s*(>=|<=|==)\s*([-+0-9.eE]+)\s*(%?)")


def parse_conditions(case: Case, text: str) -> tuple[Condition, ...]:
    """Conditions of a text, apart by `;`; raises `CaseError` that says what is not understood."""
    parts = [" ".join(part.split()) for part in text.split(";")]
    return tuple(_parsed(case, part) for part in parts if part)


def _parsed(case: Case, text: str) -> Condition:
    for read in _READERS:
        found = next(read(case, text), None)
        if found is not None:
            return found
    words = [name for kind in (*DECISION_KINDS, "price_book") for name in names_of(case, kind)]
    hint = suggestion(text.split()[-1], words)
    raise CaseError([problem_of(text, f"this is not understood{hint}", " ".join(FORMS.split()))])


def _count(case: Case, text: str) -> Iterator[Condition]:
    match = _COUNT.fullmatch(text)
    if match:
        number, kind = _counted(match[2], text), _COUNTED[match[3]]
        least = None if match[1] == "at most" else number
        yield CountLimit(kind, least, None if match[1] == "at least" else number)


def _counted(digits: str, text: str) -> int:
    if len(digits) > len(str(MOST_COUNTED)) or int(digits) > MOST_COUNTED:
        raise CaseError([problem_of(text, "the number is too large", f"a number of at most {MOST_COUNTED}")])
    return int(digits)


def _decision(case: Case, text: str) -> Iterator[Condition]:
    verb, _, name = text.partition(" ")
    meant = [kind.name for kind in _KINDS if verb in (*kind.verbs, FORBIDDING)]
    kinds = [kind for kind in meant if name in names_of(case, kind)]
    if len(kinds) > 1:
        expected = " or ".join(f"`exactly`, or the name of one {kind}" for kind in kinds)
        raise CaseError([problem_of(text, f"{name} is the name of a {' and of a '.join(kinds)}", expected)])
    if kinds:
        yield Decision(kinds[0], name, wanted=verb != FORBIDDING)


def _limit(case: Case, text: str) -> Iterator[Condition]:
    match = _LIMIT.fullmatch(text)
    if not match:
        return
    value = _number(match[3], match[4], text)
    least = value if match[2] in (">=", "==") else None
    most = value if match[2] in ("<=", "==") else None
    if match[1] in BOUNDED:
        try:
            yield Amount(match[1], least, most)
        except ValueError as error:
            raise CaseError([problem_of(text, str(error), "the other way round")]) from error
    elif match[1] == "csat_over_floor" and most is None:
        yield CsatOverFloor(value)
    elif match[1].startswith("share of "):
        yield _work_share(case, text, match[1].removeprefix("share of "), least, most)


def _work_share(case: Case, text: str, whose: str, least: float | None, most: float | None) -> WorkShare:
    names, *places = re.split(r" in (?=\S)", whose)
    providers = case.tables["providers"]
    known = {kind: tuple(sorted(rows)) for kind, rows in providers.groupby("kind")["provider"]}
    meant = known.get(names) or tuple(name.strip() for name in names.split("+"))
    where = tuple(_place(case, text, place) for place in places)
    return WorkShare(meant, least, most, where)


def _place(case: Case, text: str, name: str) -> tuple[str, str]:
    """The kind of a region, family, service or tier of that name."""
    kinds = [kind for kind in ("region", "family", "service", "tier") if name in names_of(case, kind)]
    if len(kinds) != 1:
        message = f"{name} is {'the name of several things' if kinds else 'no region, family, service or tier'}"
        raise CaseError([problem_of(text, message, f"one of {listed(names_of(case, 'region'))}")])
    return kinds[0], name


def _on_menu(case: Case, text: str) -> Iterator[Condition]:
    for book in ("everywhere", *_longest_first(names_of(case, "price_book"))):
        if text.startswith(f"{book} "):
            name, rest = "" if book == "everywhere" else book, text.removeprefix(f"{book} ")
            yield from _coverage(case, name, rest)
            yield from _option(case, name, rest.removeprefix("no "), wanted=not rest.startswith("no "))


def _coverage(case: Case, book: str, rest: str) -> Iterator[Condition]:
    verb, _, product = rest.partition(" ")
    if book and verb in ("covers", "without") and product in names_of(case, "product"):
        yield Cover(book, product, wanted=verb == "covers")


def _option(case: Case, book: str, rest: str, wanted: bool) -> Iterator[Condition]:
    for tier in _longest_first(names_of(case, "tier")):
        if rest == tier:
            yield MenuOption(book, tier, wanted=wanted)
        elif rest.startswith(f"{tier} "):
            yield from _with_price(case, book, tier, rest.removeprefix(f"{tier} "), wanted)


def _with_price(case: Case, book: str, tier: str, rest: str, wanted: bool) -> Iterator[Condition]:
    for model in _longest_first(names_of(case, "model")):
        if rest == model:
            yield MenuOption(book, tier, model, wanted=wanted)
        match = re.fullmatch(r"([-+0-9.eE]+)\s*(%?)", rest.removeprefix(f"{model} "))
        if match and rest.startswith(f"{model} "):
            yield MenuOption(book, tier, model, _number(match[1], match[2], rest), wanted)


def _longest_first(names: tuple[str, ...]) -> list[str]:
    return sorted(names, key=lambda name: (-len(name), name))


def _number(digits: str, percent: str, text: str) -> float:
    try:
        number = float(digits) / (100.0 if percent else 1.0)
    except ValueError as error:
        message = f"{cut(digits)} is not a number"
        raise CaseError([problem_of(text, message, "a number such as 900, 0.08 or 8 %")]) from error
    if not abs(number) <= LARGEST_TOTAL:
        expected = f"a number of at most {LARGEST_TOTAL:g} in size"
        raise CaseError([problem_of(text, f"{cut(digits)} is too large for the arithmetic", expected)])
    return number


_READERS: tuple[Callable[[Case, str], Iterator[Condition]], ...] = (_count, _decision, _limit, _on_menu)
