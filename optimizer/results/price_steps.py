"""The prices next to a plan's on their ladders, in words: which of them rules forbid, and where ladders end.

A ladder holds the price points of a tier and pricing model in a price book. Rows are those of
`optimizer.accounting.next_prices.price_steps`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from models.rules import RuleGroup, rules_of

PRICE_RULES = tuple(rules_of(RuleGroup.PRICE))
"""Rules that may forbid a price because of other prices, each a column of flags."""
UP, DOWN = "up", "down"
STOPPED = {
    "rule": "rule that forbids the next price while the rest of the menu stays",
    "price_book": "price book of the option",
    "tier": "tier of the option",
    "model": "pricing model of the option",
    "price": "price of the option in the plan, in the unit of its pricing model",
    "direction": "up or down its ladder",
    "next_price": "next price on its ladder",
}
"""Columns of next prices that rules forbid, and what they mean."""
_ENDS = {
    (UP,): "the highest of {their} ladder{s}",
    (DOWN,): "the lowest of {their} ladder{s}",
    (UP, DOWN): "alone on {their} ladder{s}",
}
SHOWN_ENDS = 6
"""Prices at the end of their ladders that a sentence spells out."""


def stopped_steps(steps: pd.DataFrame) -> pd.DataFrame:
    """A row for each rule and each next price that it forbids, columns `STOPPED`."""
    rows = [steps[steps[rule].astype(bool)].assign(rule=rule) for rule in PRICE_RULES]
    return pd.concat(rows, ignore_index=True)[list(STOPPED)]


def stopped_options(steps: pd.DataFrame | None) -> dict[str, list[str]]:
    """Options whose next price a rule forbids, by rule: `health, gold (next price up)`. Rules without any lack."""
    ways: dict[str, dict[str, list[str]]] = {}
    if steps is not None:
        cells = stopped_steps(steps)[["rule", "price_book", "tier", "direction"]]
        for rule, book, tier, direction in cells.itertuples(index=False, name=None):
            ways.setdefault(rule, {}).setdefault(f"{book}, {tier}", []).append(direction)
    return {
        rule: [f"{option} (next price {' and '.join(told)})" for option, told in options.items()]
        for rule, options in ways.items()
    }


def end_sentences(steps: pd.DataFrame | None, words: Mapping[tuple[str, float], str]) -> list[str]:
    """Prices at an end of their ladders, a sentence for each end; `words` holds each model and price in words."""
    if steps is None or steps.empty:
        return []
    ended = steps[steps["next_price"].isna()]
    keys = ["price_book", "tier", "model", "price"]
    ways: dict[tuple[str, str, str, float], tuple[str, ...]] = {}
    for *option, direction in ended[[*keys, "direction"]].itertuples(index=False, name=None):
        ways[tuple(option)] = (*ways.get(tuple(option), ()), direction)
    total, sentences = len(steps.drop_duplicates(keys)), []
    for ends, text in _ENDS.items():
        named = [f"{tier} {words[model, price]}" for (_, tier, model, price), found in ways.items() if found == ends]
        if named:
            sentences.append(_end_sentence(len(named), total, text, list(dict.fromkeys(named))))
    return sentences


def _end_sentence(count: int, total: int, text: str, told: Sequence[str]) -> str:
    more = f" and {len(told) - SHOWN_ENDS} more" if len(told) > SHOWN_ENDS else ""
    one = count == 1
    where = text.format(their="its" if one else "their", s="" if one else "s")
    counted = f"{count} of {total} price{'' if total == 1 else 's'} {'is' if one else 'are'}"
    return f"{counted} {where}: {', '.join(told[:SHOWN_ENDS])}{more}."
