"""Page one: what to offer, to whom, at what price, by whom; what it earns and costs; how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from models.economics.pricing_kinds import KINDS, Quote
from models.plan import ONE_OFF_COST

from ..assurance.result import Result
from ..charts.menu_charts import heat_map_cells
from ..results.audit_rules import NEAREST_RESTS_ON_SEARCH, RESTS_ON_SEARCH
from ..results.busy_providers import busy_sentence
from ..results.closest_words import missed_in_words
from ..results.new_offers import new_offer_sentence
from ..results.one_off import beside_gain, yearly_gain
from ..results.summary import binding_rules, by_rank, ladder_ends, money, percent, status_sentence
from .assumptions import assumptions

MOST_BOOKS = 8
"""Price books told of one by one; more are in the table of menus."""
MOST_PROVIDERS = 5
MOST_NAMES = 40
"""Names that one sentence spells out."""


@dataclass(frozen=True)
class KeyPoint:
    """One heading of page one with its sentences, and the files of the run that its numbers come from."""

    heading: str
    sentences: tuple[str, ...]
    source: str


def recommendation(result: Result) -> list[KeyPoint]:
    """The points of page one, in order. Without a plan there is one: why there is none, and what comes closest."""
    if result.closest is not None:
        return _closest(result)
    if result.plan is None:
        return [KeyPoint("No plan", (status_sentence(result),), "plan.json")]
    return [
        KeyPoint("What to offer", tuple(_offer(result)), "plan.json (decisions, kpis), uptake.csv"),
        KeyPoint("To whom, at what price", tuple(_prices(result)), "menus.csv"),
        KeyPoint("Who delivers it", tuple(_delivery(result)), "plan.json (decisions), allocation.csv, audit.json"),
        KeyPoint("What it earns", tuple(_earnings(result)), "plan.json (kpis, baseline)"),
        KeyPoint("What it costs", tuple(_costs(result)), "plan.json (kpis, baseline)"),
        KeyPoint("How sure this is", tuple(_certainty(result)), "plan.json, audit.json, manifest.json"),
    ]


def _closest(result: Result) -> list[KeyPoint]:
    """What given menus come to that cannot keep every rule."""
    seen, source = result.with_closest, "plan.json (closest, baseline)"
    missed = tuple(
        f"{rule[0].upper()}{rule[1:].rstrip('.')}; {where}: {how}." for rule, where, how in missed_in_words(result)
    )
    return [
        KeyPoint("No plan", (status_sentence(result), _CLOSEST, _audited(result), *result.broken_rules), "plan.json"),
        KeyPoint("What these menus miss", missed[:MOST_NAMES], "plan.json (closest)"),
        KeyPoint("Who delivers it", tuple(_delivery(seen)), "plan.json (closest), closest/allocation.csv, audit.json"),
        KeyPoint("What it earns", tuple(_earnings(seen)), source),
        KeyPoint("What it costs", tuple(_costs(seen)), source),
    ]


_CLOSEST = (
    "What follows is not a plan: of all deliveries of these menus it is the one with the least work undone, then the "
    "least missed of attainment and CSAT, then the most margin."
)


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: `a`, `a and b`, `a, b and c`; `none` for nothing, the tail counted where they are many."""
    if len(names) > MOST_NAMES:
        return f"{', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES:,} more"
    if len(names) < 2:
        return names[0] if names else "none"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _offer(result: Result) -> Iterator[str]:
    decided = result.decided.decisions
    tiers = by_rank(list(decided.tiers), result.tiers)
    if not tiers:
        yield "Offer no contracts: no price book is better off with one."
    else:
        yield f"Offer {listed(tiers)}, paid by {listed(decided.models)}."
    yield f"Support {listed(decided.products)}."
    rate, before = result.decided.kpis["contract_coverage"], (result.baseline or {}).get("contract_coverage")
    if rate is not None:
        today = "" if before is None else f" (today's price book: {percent(before)})"
        by_value = percent(result.decided.kpis["contract_value_coverage"])
        yield f"{percent(rate)} of all units are then under contract{today}, {by_value} by their value."


def _prices(result: Result) -> Iterator[str]:
    cells = heat_map_cells(result)
    if cells.empty:
        yield "No price book is offered anything."
        return
    for book, rows in list(cells.groupby("price_book", sort=False))[:MOST_BOOKS]:
        ranked = by_rank(list(rows["tier"]), result.tiers)
        ordered = rows.set_index("tier").loc[ranked].reset_index()
        told = [f"{row['tier']} at {row['words']} ({row['model']})" for row in ordered.to_dict("records")]
        more = [f"and {len(told) - MOST_NAMES:,} more tiers"] if len(told) > MOST_NAMES else []
        yield f"{book}: {', '.join([*told[:MOST_NAMES], *more])}."
    hidden = cells["price_book"].nunique() - MOST_BOOKS
    if hidden > 0:
        yield f"{hidden:,} more price books are in menus.csv."
    if any(KINDS[kind].quote is Quote.SHARE_OF_VALUE for kind in cells["kind"] if kind in KINDS):
        yield "Prices in per cent are yearly shares of a unit's value."
    yield from ladder_ends(result)


def _delivery(result: Result) -> Iterator[str]:
    hours = result.allocation.groupby("provider")["hours"].sum().sort_values(ascending=False, kind="stable")
    engaged = result.decided.decisions.providers
    if not hours.sum() > 0:
        yield f"Engage {listed(engaged)}." if engaged else "No provider is engaged."
        return
    shares = [f"{name} ({percent(worked / hours.sum())})" for name, worked in hours.head(MOST_PROVIDERS).items()]
    yield f"Engage {listed(engaged)}."
    yield f"Of {hours.sum():,.0f} hours of work a year most are done by {listed(shares)}."
    idle = sorted(set(engaged) - set(hours[hours > 0].index))
    if idle:
        yield f"Engaged without work in the plan: {listed(idle)}."
    yield from filter(None, [busy_sentence(result.audit)])


def _earnings(result: Result) -> Iterator[str]:
    for kpi in dict.fromkeys((result.objective_name, "account_revenue", "account_margin", "service_margin")):
        yield f"{kpi.replace('_', ' ').capitalize()}: {_amount(result, kpi)}."
    if result.baseline is None:
        yield result.baseline_reason or "There is no price book of today to compare with."


def _costs(result: Result) -> Iterator[str]:
    yield f"Serving the contracts costs {_amount(result, 'service_cost')}."
    kpis, currency = result.decided.kpis, result.currency
    parts = {"delivery": "delivery_cost", "parts": "fulfilment_cost", "administration": "admin_cost",
             "capital for leases": "capital_cost", "fixed costs": "fixed_cost"}  # fmt: skip
    yield f"Of that, {listed([f'{name} {money(kpis[kpi], currency)}' for name, kpi in parts.items() if kpis[kpi]])}."
    if kpis[ONE_OFF_COST]:
        once = money(kpis[ONE_OFF_COST], currency)
        yield f"{once} of the fixed costs are paid once, to make providers ready; every margin here counts them whole."
    if kpis["loyalty_loss"]:
        lost = money(kpis["loyalty_loss"], currency)
        yield f"Service under the CSAT target loses {lost} of product revenue a year; it is taken off above."


def _amount(result: Result, kpi: str) -> str:
    value, currency = result.decided.kpis[kpi], result.currency
    told = f"{money(value, currency)} a year"
    today = None if result.baseline is None else result.baseline.get(kpi)
    if value is None or today is None:
        return told
    once = (result.decided.kpis[ONE_OFF_COST] or 0.0) - ((result.baseline or {}).get(ONE_OFF_COST) or 0.0)
    change = yearly_gain(value - today, once, kpi)
    share = f" ({abs(change / today) * 100:.1f} %)" if today else ""
    more = f"{money(abs(change), currency)}{share} {'more' if change >= 0 else 'less'}"
    beside = beside_gain(once, kpi, currency)
    return f"{told}, {more} than today's price book{',' if beside else ''}{beside}"


def _certainty(result: Result) -> Iterator[str]:
    yield status_sentence(result)
    yield _audited(result)
    yield from _matters_most(result)
    yield from filter(None, [new_offer_sentence(result)])
    yield from result.broken_rules
    rules = [] if result.audit is None else [text.rstrip(".") for text, _ in binding_rules(result.audit)]
    if rules:
        yield f"{len(rules)} kinds of rules leave no room; they are listed below under what holds the plan back."


def _audited(result: Result) -> str:
    """What the audit says of the numbers shown."""
    if result.audit is None:
        return "The plan has not been audited."
    if result.unchecked is not None:
        return "Nothing was recomputed for this page: the audit that the run holds is shown as it was found."
    if not result.audit.ok:
        return "The audit found faults: do not use this plan."
    counts = f"{len(result.audit.rules):,} rules and {len(result.audit.kpis)} amounts"
    rests = RESTS_ON_SEARCH if result.closest is None else NEAREST_RESTS_ON_SEARCH
    return f"An independent recomputation of {counts} agrees with it. {rests}"


def _matters_most(result: Result) -> Iterator[str]:
    table = assumptions(result)
    table = table[table["effect"] < 0]
    if table.empty:
        return
    told = [_effect_in_words(row["assumption"], row["effect"], result.currency) for _, row in table.head(3).iterrows()]
    yield f"What matters most for account margin, each a tenth worse with the decisions held: {listed(told)} a year."
    first = table.iloc[0]
    if pd.notna(first["break_even"]):
        worse = percent(float(first["break_even"]))
        yield f"The gain over today is gone when {str(first['assumption']).lower()} turn out {worse} worse."


def _effect_in_words(name: str, effect: float, currency: str) -> str:
    return f"{name.lower()} (−{money(abs(effect), currency)})"
