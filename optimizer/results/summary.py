"""A result in words and small tables, for whatever shows it: a terminal, a notebook, a page."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.decisions import DECISION_KINDS
from models.economics.pricing_kinds import KINDS, Quote
from models.plan import MONEY_KPIS, ONE_OFF_COST

from .audit_rules import RULES
from .favour import change_colour
from .findings import Audit
from .menu_reference import TODAY, Near
from .price_steps import end_sentences, stopped_options
from .record import ResultRecord, Status

SHOWN_KPIS = (
    "account_revenue",
    "product_revenue",
    "service_revenue",
    "service_cost",
    "service_margin",
    "account_margin",
    "loyalty_loss",
    "one_off_cost",
    "service_margin_share",
    "account_margin_share",
    "cost_to_serve",
    "contract_coverage",
    "contract_value_coverage",
)
"""KPIs of the comparison with today, in the order shown."""

NEAR = 1e-3
"""A rule binds when its slack is at most this, times max(1, both sides): menus and prices move in steps."""

MOST_CHANGE = 10.0
"""Relative changes above this, 1,000 %, are not shown."""

NO_BREAK = "\u00a0"
"""The blank at which no line breaks."""
_NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?:%|[A-Z]{3}\b|(?:M|k|bn)\b(?: [A-Z]{3}\b)?)")

_SCALES = ((1e9, " bn"), (1e6, " M"), (1e4, " k"))
_PRICES = {
    Quote.SHARE_OF_VALUE: "{percent:.4g} %",
    Quote.PER_INCIDENT: "{price:,.6g} {currency} an incident",
    Quote.PER_HOUR: "{price:,.6g} {currency} an hour",
    Quote.MARK_UP: "cost {percent:+.4g} %",
}


@dataclass(frozen=True)
class KpiRow:
    """One line of the comparison with today, in words. `today` and `change` are "" without a baseline."""

    label: str
    today: str
    plan: str
    change: str
    colour: str | None = None
    """The colour of the change where it is for the better or for the worse (`optimizer.results.favour`)."""


def money(amount: float | None, currency: str) -> str:
    """Amount in words, such as `1.23 M EUR`; `none` for None."""
    if amount is None:
        return "none"
    for scale, suffix in _SCALES:
        if abs(amount) >= scale * 0.999995:
            divisor = 1e3 if suffix == " k" else scale
            return f"{amount / divisor:,.2f}{suffix} {currency}"
    return f"{amount:,.2f} {currency}"


def unbroken(text: str) -> str:
    """Text that keeps each number and its per cent sign or unit in one line."""
    return _NUMBER_AND_UNIT.sub(lambda unit: unit[0].replace(" ", NO_BREAK), text)


def percent(share: float | None) -> str:
    """Share in per cent, such as `32.4 %`; small ones keep three figures, None is `none`."""
    if share is None:
        return "none"
    if share == 0 or abs(share) >= 0.01:
        return f"{share * 100:.2f} %"
    return f"{share * 100:.3g} %"


def price_in_words(kind: str | None, price: float, currency: str) -> str:
    """Price as its pricing-model kind quotes it; a model of unknown kind shows the bare number."""
    known = KINDS.get(kind or "")
    form = _PRICES[known.quote] if known else "{price:,.6g}"
    return form.format(price=price, percent=price * 100, currency=currency)


def status_sentence(result: ResultRecord) -> str:
    """What was found and what is proved, in one or two sentences."""
    goal = result.objective_name.replace("_", " ")
    found, bound = _to_the_unit(result.objective, result.currency), _to_the_unit(result.bound, result.currency)
    if result.status is Status.INFEASIBLE:
        because = result.reason or "No plan obeys every rule."
        return f"Infeasible, proved. {because}{_closest(result)}{_start(result)}"
    if result.status is Status.NO_PLAN:
        known = "" if result.bound is None else f" No plan can have more than {bound} of {goal} a year."
        because = f"{result.reason or 'A limit came first.'}{known}{_rests_on(result) if known else ''}"
        return f"No plan found. {because}{_start(result)}"
    verdict = "Optimal, proved" if result.status is Status.OPTIMAL else "Feasible, not proved best"
    gain = "" if result.gain_gap is None else f", {percent(result.gain_gap)} of what contracts add"
    proved = f"no plan can have more than {bound} (gap {percent(result.gap)}{gain})"
    return f"{verdict}: {found} of {goal} a year; {proved}.{_rests_on(result)}{_near(result.near)}"


def _near(near: Near | None) -> str:
    """How near the plan is to its reference, in a sentence."""
    if near is None:
        return ""
    books = f"{near.price_books} price book{' differs' if near.price_books == 1 else 's differ'}"
    changes = f"{near.differences} difference{'' if near.differences == 1 else 's'}"
    fewest = "no plan has fewer, proved" if near.proved else "that no plan has fewer is not proved"
    reference = "today's menus" if near.reference == TODAY else near.reference
    return f" Near {reference}, within {percent(near.give)} of the best: {books}, with {changes}; {fewest}."


def _start(result: ResultRecord) -> str:
    """Which rules the plan that the solve started from breaks, where nothing took its place."""
    judged = result.start_judged
    if judged is None:
        return ""
    as_it_was = "" if judged.fits else ", judged with the work of the numbers it was made for"
    broken = f"breaks {', '.join(judged.broken)}" if judged.broken else "breaks no rule"
    return f" The plan that it started from {broken}{as_it_was}."


def _closest(result: ResultRecord) -> str:
    """What the delivery that comes closest does and misses, or why there is none."""
    closest = result.closest
    if closest is None:
        return "" if result.closest_reason is None else f" {result.closest_reason}"
    rules = list(dict.fromkeys(closest.missed["rule"]))
    undone = f"{closest.unserved_hours:,.0f} hours of work a year undone" if "served" in rules else "no work undone"
    missed = ", ".join(rules) or "no rule by more than rounding"
    return f" What comes closest, with every product covered, leaves {undone} and misses {missed}."


def _rests_on(result: ResultRecord) -> str:
    return "" if result.bound_rests_on is None else f" The bound rests on {result.bound_rests_on}."


def _to_the_unit(amount: float | None, currency: str) -> str:
    """An objective and its bound often differ in their last figures only, so none is left out."""
    return "none" if amount is None else f"{amount:,.{0 if abs(amount) >= 1000 else 2}f} {currency}"


def plan_heading(result: ResultRecord) -> str:
    """What the column of a plan's amounts is headed."""
    return "plan" if result.closest is None else "these menus"


def kpi_rows(result: ResultRecord) -> list[KpiRow]:
    """The plan's KPIs beside today's. Empty without a plan."""
    if result.plan is None:
        return []
    return [_kpi_row(name, result.plan.kpis[name], result.baseline, result.currency) for name in SHOWN_KPIS]


def is_money(kpi: str) -> bool:
    """Whether one of `SHOWN_KPIS` is an amount of money; else it is a share."""
    return kpi in MONEY_KPIS or kpi == ONE_OFF_COST


def _kpi_row(name: str, value: float | None, baseline: Mapping[str, float | None] | None, currency: str) -> KpiRow:
    shown = _kpi_in_words(name, value, currency)
    if baseline is None:
        return KpiRow(heading(name), "", shown, "")
    today = baseline[name]
    change = _change(name, today, value, currency)
    by = None if value is None or today is None else value - today
    return KpiRow(heading(name), _kpi_in_words(name, today, currency), shown, change, change_colour(name, by))


def heading(name: str) -> str:
    """A table's or KPI's name in words: `Service margin`."""
    return _spelled(name).capitalize()


def _spelled(name: str) -> str:
    return name.replace("one_off", "one-off").replace("_", " ")


def cells_in_words(table: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Header and rows of any table as text: names without underscores, numbers of a readable length."""
    header = [_spelled(str(column)) for column in table.columns]
    return header, [[_cell(value) for value in row] for row in table.itertuples(index=False, name=None)]


def _cell(value: object) -> str:
    """Yes or no for flags, nothing for the unknown, whole numbers from ten thousand on, else four figures."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:,.4g}"
    return f"{value:,}" if isinstance(value, int | np.integer) else str(value)


def _kpi_in_words(name: str, value: float | None, currency: str) -> str:
    return money(value, currency) if is_money(name) else percent(value)


def _change(name: str, today: float | None, value: float | None, currency: str) -> str:
    if today is None or value is None:
        return ""
    sign = "+" if value >= today else "-"
    if not is_money(name):
        return f"{sign}{abs(value - today) * 100:.2f} points"
    return f"{sign}{money(abs(value - today), currency)}{_relative(value, today)}"


def _relative(value: float, today: float) -> str:
    """Change in per cent, left out where today's amount is too small for it to mean anything."""
    if abs(value - today) > MOST_CHANGE * abs(today):
        return ""
    return f" ({(value - today) / abs(today) * 100:+.1f} %)" if today else ""


def menu_grid(result: ResultRecord) -> pd.DataFrame:
    """Menus in words: a row per price book, a column per offered tier by rank, a cell like `fixed_warranty 8.5 %`.

    A tier that a book does not offer is ""; a book with an empty menu has a row of them. Raises `NoPlanError`
    without a plan.
    """
    menus = result.menus
    told = _options_in_words(result)
    words = [told[option] for option in zip(menus["model"], menus["price"], strict=True)]
    cells = menus.assign(words=words)
    grid = cells.pivot(index="price_book", columns="tier", values="words")
    books = pd.concat([result.coverage["price_book"], menus["price_book"]]).unique()
    return grid.reindex(index=books, columns=by_rank(list(grid.columns), result.tiers)).fillna("")


def by_rank(offered: list[str], ranked: tuple[str, ...]) -> list[str]:
    """Offered tiers in the case's order of rank; by name where the case's order is not known."""
    known = [tier for tier in ranked if tier in offered]
    return known + sorted(set(offered) - set(known))


def decision_lines(result: ResultRecord) -> list[str]:
    """What the plan chooses, a line for each kind of choice. Empty without a plan."""
    if result.plan is None:
        return []
    chosen = {kind.name: list(getattr(result.plan.decisions, kind.listed)) for kind in DECISION_KINDS.values()}
    chosen["tier"] = by_rank(chosen["tier"], result.tiers)
    return [f"{DECISION_KINDS[kind].heading}: {', '.join(names) or 'none'}" for kind, names in chosen.items()]


def binding_rules(audit: Audit) -> list[tuple[str, str]]:
    """Rules within `NEAR` of their limit, or in the way of a price's next step on its ladder.

    What each asks, and the first of the places where it binds. Checks that only say whether a plan fits together are
    left out; `Audit.rules` has them all.
    """
    rules = audit.rules[[not RULES[name].structural for name in audit.rules["rule"]]]
    sides = rules[["value", "limit"]].abs().max(axis=1)
    near = (sides > 0) & (rules["slack"] <= NEAR * sides.clip(lower=1.0))
    places = {
        str(name): list(map(place_in_words, scopes))
        for name, scopes in rules[near].groupby("rule", sort=False)["scope"]
    }
    for name, stopped in stopped_options(audit.price_steps).items():
        places[name] = [*places.get(name, []), *stopped]
    return [(rule.text, first_places(places[name])) for name, rule in RULES.items() if name in places]


def ladder_ends(result: ResultRecord) -> list[str]:
    """Prices of the plan at the end of their ladders, a sentence for each end. Empty where that is not known."""
    if result.plan is None or result.audit is None:
        return []
    return end_sentences(result.audit.price_steps, _options_in_words(result))


def _options_in_words(result: ResultRecord) -> dict[tuple[str, float], str]:
    """Each model and price of the menus, such as `fixed_warranty 8.5 %`."""
    pairs = dict.fromkeys(zip(result.menus["model"], result.menus["price"], strict=True))
    kinds, currency = result.model_kinds, result.currency
    return {(model, price): f"{model} {price_in_words(kinds.get(model), price, currency)}" for model, price in pairs}


def first_places(places: list[str], shown: int = 3) -> str:
    """The first of the places, and how many more there are."""
    hidden = len(places) - shown
    return "; ".join(places[:shown]) + (f"; and {hidden} more" if hidden > 0 else "")


def place_in_words(scope: str) -> str:
    """Names of a scope such as `tier=gold; region=east; model=`, without the columns: `gold, east`."""
    names = (part.partition("=")[2] if "=" in part else part for part in scope.split("; "))
    return ", ".join(filter(None, names))
