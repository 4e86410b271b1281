"""Page one: the headline, the year in numbers, and what changes for whom, what it costs, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from models.decisions import DECISION_KINDS
from models.plan import ONE_OFF_COST

from ..analysis.machinery.answers.answer import Answer
from ..assurance.result import Result
from ..results.audit_rules import NEAREST_RESTS_ON_SEARCH, RESTS_ON_SEARCH
from ..results.busy_providers import busy_sentence
from ..results.new_offers import new_offers
from ..results.one_off import counted_once, yearly_gain
from ..results.record import Status
from ..results.summary import by_rank, status_sentence
from .assumptions import assumptions
from .broken_rules import broken_sentences, missed_sentences
from .capacity import idle_sentences
from .cost_of_more import MOST, trade_offs
from .price_lists import PriceLists
from .readable import rule_title, sentence_of
from .rounded import about, about_percent, at_most_percent, count
from .rules_without_room import rules_without_room

MOST_BOOKS = 8
"""Price books told of one by one."""
MOST_IN_A_MINUTE = 3
"""The same on one page."""
MOST_PROVIDERS = 5
MOST_NAMES = 40
"""Names that one sentence spells out."""


@dataclass(frozen=True)
class KeyPoint:
    """One heading of page one with its sentences, and the files of the run that its numbers come from."""

    heading: str
    sentences: tuple[str, ...]
    source: str


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: `a`, `a and b`, `a, b and c`; `none` for nothing, the tail counted where they are many."""
    if len(names) > MOST_NAMES:
        return f"{', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES:,} more"
    if len(names) < 2:
        return names[0] if names else "none"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def headline(result: Result) -> str:
    """The one sentence to remember."""
    if result.closest is not None:
        return "These menus cannot keep every rule; this is what comes closest."
    if result.plan is None:
        proved = result.status is Status.INFEASIBLE
        return "No plan obeys every rule." if proved else "No plan was found in the time allowed."
    tiers = by_rank(list(result.decided.decisions.tiers), result.tiers)
    ended = by_rank(sorted({*(result.tiers_sold_today or ())} - {*tiers}), result.tiers)
    offer = f"Offer {listed(tiers)}{f', and end {listed(ended)}' if ended else ''}" if tiers else "Offer no contracts"
    goal = result.objective_name
    return f"{'With these menus' if result.menus_given else offer}: {rule_title(goal)} {_reached(result, goal)}."


def _reached(result: Result, kpi: str) -> str:
    """What an amount comes to, and what that is against today: `rises by 34.1 M EUR a year (12.7 %)`."""
    value, today = result.decided.kpis[kpi], (result.baseline or {}).get(kpi)
    if value is None or today is None:
        return f"is {about(value, result.currency)} a year"
    once = (result.decided.kpis[ONE_OFF_COST] or 0.0) - ((result.baseline or {}).get(ONE_OFF_COST) or 0.0)
    by = yearly_gain(value - today, once, kpi)
    share = f" ({about_percent(abs(by / today))})" if today else ""
    verb, paid = "rises" if by >= 0 else "falls", counted_once(once, kpi)
    beside = f", {'less' if paid > 0 else 'plus'} {about(abs(paid), result.currency)} once" if abs(paid) >= 1 else ""
    return f"{verb} by {about(abs(by), result.currency)} a year{share}{beside}"


def recommendation(
    result: Result, lists: PriceLists, answers: Sequence[Answer] = (), *, in_a_minute: bool = False
) -> list[KeyPoint]:
    """The points of page one, in order; `in_a_minute` tells the most of each.

    Without a plan there is one: why there is none, and what comes closest.
    """
    if result.closest is not None:
        return _closest(result, lists)
    if result.plan is None:
        return [KeyPoint("No plan", (status_sentence(result),), "plan.json")]
    cost_more = trade_offs(answers, 2 if in_a_minute else MOST)
    most = MOST_IN_A_MINUTE if in_a_minute else MOST_BOOKS
    what = "What is offered" if result.menus_given else "What to offer"
    points = [
        KeyPoint(what, tuple(_offer(result)), "plan.json (decisions)"),
        KeyPoint(
            "What changes for customers",
            tuple(_changes(lists, most)),
            "menus.csv; today's: the case",
        ),
        KeyPoint("Who delivers it", tuple(_delivery(result, lists)), "plan.json (decisions), allocation.csv"),
        KeyPoint("What it costs", tuple(_costs(result)), "plan.json (kpis)"),
        KeyPoint("What more would cost", tuple(cost_more), "the answers beside the run"),
        KeyPoint("How sure this is", tuple(certainty(result, lists)), "plan.json, audit.json, uptake.csv"),
    ]
    return [as_sentences(point, MOST_IN_A_MINUTE + 1 if in_a_minute else None) for point in points if point.sentences]


def as_sentences(point: KeyPoint, most: int | None = None) -> KeyPoint:
    """The point with its first sentences, each beginning as one does."""
    return replace(point, sentences=tuple(map(sentence_of, point.sentences[:most])))


def _closest(result: Result, lists: PriceLists) -> list[KeyPoint]:
    """What given menus come to that cannot keep every rule."""
    seen, source = result.with_closest, "plan.json (closest)"
    no_plan = (lists.words.text(status_sentence(result)), _CLOSEST, _audited(result))
    missed = [*missed_sentences(result, lists.words), *broken_sentences(result, lists.words)]
    points = [
        KeyPoint("No plan", no_plan, "plan.json"),
        KeyPoint("What these menus miss", tuple(missed[:MOST_NAMES]), source),
        KeyPoint("Who delivers it", tuple(_delivery(seen, lists)), "closest/allocation.csv"),
        KeyPoint("What it costs", tuple(_costs(seen)), source),
    ]
    return [as_sentences(point) for point in points if point.sentences]


_CLOSEST = (
    "What follows is not a plan: of all deliveries of these menus it is the one with the least work undone, then the "
    "least missed of attainment and CSAT, then the most margin."
)


def _offer(result: Result) -> Iterator[str]:
    decided = result.decided.decisions
    if decided.tiers:
        yield f"Paid by {listed(decided.models)}."
    else:
        yield "Offer no contracts: no price book is better off with one."
    yield f"Support {listed(decided.products)}."


def _changes(lists: PriceLists, most: int) -> Iterator[str]:
    """Tiers that end and who is on them; that nothing is offered, where that is so."""
    if not any(lists.plan.values()):
        yield "No price book is offered anything."
        return
    ending = list(lists.ending())
    yield from ending[:most]
    if len(ending) > most:
        yield f"{len(ending) - most:,} more moves like these in other price books."
    if lists.today:
        moves = [
            lists.moved(book, tier)
            for book, menu in lists.plan.items()
            for tier in {**menu, **lists.today.get(book, {})}
        ]
        dearer, cheaper = (sum(move.startswith(sign) for move in moves) for sign in "+−")
        counts = {"dearer": dearer, "cheaper": cheaper, "new": moves.count("new")}
        told = [f"{number} {how}" for how, number in counts.items() if number]
        yield from [f"Of {len(moves) - moves.count('ends')} prices {listed(told)}."] if told else []


def _delivery(result: Result, lists: PriceLists) -> Iterator[str]:
    hours = result.allocation.groupby("provider")["hours"].sum().sort_values(ascending=False, kind="stable")
    engaged = result.decided.decisions.providers
    if not hours.sum() > 0:
        yield f"Engage {listed(engaged)}." if engaged else "No provider is engaged."
        return
    shares = [f"{name} {about_percent(worked / hours.sum())}" for name, worked in hours.head(MOST_PROVIDERS).items()]
    rest = f", and {len(hours) - MOST_PROVIDERS:,} more do the rest" if len(hours) > MOST_PROVIDERS else ""
    yield f"Of {count(float(hours.sum()))} hours of work a year: {', '.join(shares)}{rest}."
    idle = sorted(set(engaged) - set(hours[hours > 0].index))
    if idle:
        yield f"Engaged without work in the plan: {listed(idle)}."
    yield from filter(None, [busy_sentence(result.audit, short=True)])
    yield from idle_sentences(result, lists)


def _costs(result: Result) -> Iterator[str]:
    kpis, currency = result.decided.kpis, result.currency
    once, lost = kpis[ONE_OFF_COST], kpis["loyalty_loss"]
    if once:
        told = f"{about(once, currency)} are paid once, to make providers ready"
        yield f"{told}; every margin here counts them whole, as if they came every year."
    if lost:
        yield f"Service under the CSAT target loses {about(lost, currency)} of product revenue a year; it is taken off."


def certainty(result: Result, lists: PriceLists) -> Iterator[str]:
    """What is proved, what was recomputed, and what matters most."""
    yield _proved(result)
    if result.baseline is None:
        yield result.baseline_reason or "There is no price book of today to compare with."
    yield _audited(result)
    yield from _matters_most(result)
    new = [f"{DECISION_KINDS[offer.kind].word} {offer.name} ({about_percent(offer.share)} of service revenue)"
           for offer in new_offers(result)]  # fmt: skip
    if new:
        yield f"Not sold today, so that who buys it is assumed and not observed: {listed(new)}."
    yield from broken_sentences(result, lists.words)
    rules = rules_without_room(result)
    if rules:
        leave = "kind of rule leaves" if len(rules) == 1 else "kinds of rules leave"
        yield f"{len(rules)} {leave} no room; see what holds the plan back."


def _proved(result: Result) -> str:
    """How much more another plan could have, in per cent."""
    goal = rule_title(result.objective_name)
    least = "an unknown share" if result.gap is None else at_most_percent(result.gap)
    if result.status is Status.OPTIMAL:
        return f"Proved: no plan under these rules has more than {least} more {goal}."
    return f"Not proved best: the search ended before its proof, and a plan could have up to {least} more {goal}."


def _audited(result: Result) -> str:
    """What the audit says of the numbers shown."""
    if result.audit is None:
        return "The plan has not been audited."
    if result.unchecked is not None:
        return "Nothing was recomputed for this page: the audit that the run holds is shown as it was found."
    if not result.audit.ok:
        return "The audit found faults: do not use this plan."
    counts = f"{len(result.audit.rules):,} rules and {len(result.audit.kpis)} amounts"
    return f"An independent recomputation of {counts} agrees with it."


def rests_on(result: Result) -> str:
    """What no recomputation tells."""
    return RESTS_ON_SEARCH if result.closest is None else NEAREST_RESTS_ON_SEARCH


def _matters_most(result: Result) -> Iterator[str]:
    table = assumptions(result)
    table = table[table["effect"] < 0]
    if table.empty:
        return
    first = table.iloc[0]
    name, effect = str(first["assumption"]).lower(), about(abs(float(first["effect"])), result.currency)
    told = f"What matters most is {name}: a tenth worse costs {effect} of account margin a year"
    if pd.isna(first["break_even"]):
        yield f"{told}."
    else:
        yield f"{told}, and the gain over today is gone at {about_percent(float(first['break_even']))} worse."
