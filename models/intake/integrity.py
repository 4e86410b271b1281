"""Constraints that span rows or tables, each checked in columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from ..column_tables import Flags
from ..economics.delivery_formulas import PARTNER_KINDS
from ..economics.pricing_kinds import KINDS
from ..partner_scores import SCOPE, asked_of, is_scoped
from ..problems import Problem, ProblemList
from ..row_keys import row_positions
from ..schema import NO_CONTRACT, OPTION_PRICE
from .ladders import TABLE as LADDERS
from .ladders import ladders_are_whole
from .magnitudes import READ, totals_can_be_carried
from .rate_places import TABLE as RATES
from .rate_places import rates_can_be_filled
from .tables import CleanTable, Tables

MARK_UPS = tuple(name for name, kind in KINDS.items() if kind.on_cost)
"""Kinds of pricing model whose price is a mark-up, and may be negative."""
SUM_TOLERANCE = 5e-6
"""Shares written with six decimals (0.333333 three times) pass."""
UNITS_TOLERANCE = 1e-9


@dataclass(frozen=True)
class TableRule:
    """A check and the tables it reads."""

    tables: tuple[str, ...]
    check: Callable[[Tables, ProblemList], None]


RULES: list[TableRule] = []


def _rule(*tables: str) -> Callable[[Callable[[Tables, ProblemList], None]], Callable[[Tables, ProblemList], None]]:
    def register(check: Callable[[Tables, ProblemList], None]) -> Callable[[Tables, ProblemList], None]:
        RULES.append(TableRule(tables, check))
        return check

    return register


_rule(*READ)(totals_can_be_carried)
_rule(LADDERS)(ladders_are_whole)
_rule(RATES, "accounts", "products")(rates_can_be_filled)


def check_rules(tables: Tables, changed: Collection[str], problems: ProblemList) -> None:
    """Run every rule that reads a changed table and whose tables are all there."""
    for rule in RULES:
        if set(rule.tables) & set(changed) and set(rule.tables) <= set(tables):
            rule.check(tables, problems)


@_rule("accounts", "installed_base")
def accounts_hold_products(tables: Tables, problems: ProblemList) -> None:
    """Every account has at least one row in installed_base."""
    accounts, base = tables["accounts"], tables["installed_base"]
    if "account_id" in base.faulty:
        return
    names = accounts.content.categorical("account_id")
    held = np.zeros(len(names.known) + 1, dtype=bool)
    held[base.content.categorical("account_id").places(names)] = True  # -1, for names of no account, is the last
    without = ~held[names.codes] & accounts.sound("account_id")
    accounts.report(
        problems,
        without,
        "account_id",
        "the account has no row in installed_base",
        "at least one product for every account",
    )


@_rule("segments", "customer_classes")
def shares_sum_to_one(tables: Tables, problems: ProblemList) -> None:
    """The shares of a segment's customer classes sum to 1; a segment without classes sums to 0."""
    segments, classes = tables["segments"], tables["customer_classes"]
    doubtful = set(classes.frame["segment"][~classes.sound("share")])
    if "segment" in classes.faulty:
        return
    sums = classes.frame.groupby("segment")["share"].sum()
    total = segments.frame["segment"].map(sums).fillna(0.0).to_numpy(float)
    wrong = (np.abs(total - 1) > SUM_TOLERANCE) & segments.sound("segment")
    for row in np.flatnonzero(wrong):
        name = segments.frame["segment"].iloc[row]
        if name not in doubtful:
            _report_sum(classes, str(name), float(total[row]), problems)


def _report_sum(classes: CleanTable, segment: str, total: float, problems: ProblemList) -> None:
    rows = np.flatnonzero((classes.frame["segment"] == segment).to_numpy(bool))
    place = classes.origin.place(int(rows[0]), "share") if len(rows) else classes.origin.name
    message = (
        f"the shares of segment {segment} sum to {total:.9g}"
        if len(rows)
        else f"segment {segment} has no customer class"
    )
    expected = f"shares that sum to 1 (within {SUM_TOLERANCE:g})"
    problems.add(Problem(classes.name, message, place, f"segment={segment}", "share", expected=expected))


@_rule("segments", "tiers", "loyalty")
def loyalty_is_complete(tables: Tables, problems: ProblemList) -> None:
    """Every segment has a loyalty row for `none` and for every tier."""
    segments, tiers, loyalty = (tables[name] for name in ("segments", "tiers", "loyalty"))
    if "tier" in loyalty.faulty or "segment" in loyalty.faulty:
        return
    names = [NO_CONTRACT, *tiers.frame.loc[tiers.sound("tier"), "tier"]]
    given_segments = segments.frame.loc[segments.sound("segment"), "segment"]
    expected = "a row for none and for every tier in every segment"
    wanted = product(given_segments, names)
    _report_missing(loyalty, loyalty.frame[["segment", "tier"]], wanted, expected, problems)


@_rule("tiers")
def target_reaches_floor(tables: Tables, problems: ProblemList) -> None:
    """csat_target is csat_floor or more."""
    tiers = tables["tiers"]
    low = (tiers.frame["csat_target"] < tiers.frame["csat_floor"]).to_numpy(bool) & tiers.sound(
        "csat_floor", "csat_target"
    )

    def expected(row: int) -> str:
        return f"a number from csat_floor ({tiers.frame['csat_floor'].iloc[row]:g}) to 100"

    tiers.report(problems, low, "csat_target", "csat_target is under csat_floor", expected)


@_rule("services", "service_mix")
def clocked_services_are_not_scheduled(tables: Tables, problems: ProblemList) -> None:
    """cases_per_unit is 0 for a service on the response clock."""
    services, mix = tables["services"].frame, tables["service_mix"]
    clocked = mix.frame["service"].isin(services.loc[services["response_clock"], "service"])
    wrong = (clocked & (mix.frame["cases_per_unit"] != 0)).to_numpy(bool) & mix.sound("service", "cases_per_unit")
    message = "scheduled cases of a service on the response clock"
    mix.report(problems, wrong, "cases_per_unit", message, "0, or response_clock = false for the service")


def _option_prices(name: str) -> None:
    """Register the limits of `price` in one table: they follow from the kind of its pricing model."""

    @_rule("pricing_models", name)
    def prices_fit_their_kind(tables: Tables, problems: ProblemList) -> None:
        models, table = tables["pricing_models"].frame, tables[name]
        marked_up = table.frame["model"].isin(models.loc[models["kind"].isin(MARK_UPS), "model"]).to_numpy(bool)
        price = table.frame["price"].to_numpy(float)
        known = table.sound("price", "model") & table.frame["model"].isin(
            models.loc[models["kind"] != "", "model"]
        ).to_numpy(bool)
        for bounds, rows in zip(OPTION_PRICE[name], (~marked_up, marked_up), strict=True):
            low = (price <= bounds.low) if bounds.low_open else (price < bounds.low)
            table.report(
                problems, known & rows & low, "price", "out of range for the model's kind", f"a number {bounds}"
            )


for _name in OPTION_PRICE:
    _option_prices(_name)


@_rule("installed_base", "contracts")
def contracts_fit_the_base(tables: Tables, problems: ProblemList) -> None:
    """Units under contract, summed over an account and product, are at most its units."""
    base, contracts = tables["installed_base"], tables["contracts"]
    if "units" in base.faulty or not len(contracts):
        return
    pair = ("account_id", "product")
    row = row_positions(contracts.content, base.content, pair)
    known = row >= 0
    units, first = np.zeros(len(contracts)), np.zeros(len(contracts), dtype=bool)
    _, at, place = np.unique(row[known], return_index=True, return_inverse=True)
    units[known] = np.bincount(place, contracts.content.numbers("units")[known])[place]
    first[np.flatnonzero(known)[at]] = True
    held = np.full(len(contracts), np.inf)
    held[known] = base.content.numbers("units")[row[known]]
    rows = first & (units > held * (1 + UNITS_TOLERANCE)) & contracts.sound("units", *pair)

    def message(row: int) -> str:
        return f"{units[row]:g} units are under contract but the account holds {held[row]:g}"

    contracts.report(problems, rows, "units", message, "contracts on at most the units held")


@_rule("volume_discounts")
def discounts_rise(tables: Tables, problems: ProblemList) -> None:
    """A provider's discount rises with its threshold."""
    table = tables["volume_discounts"]
    rows = table.sound("provider", "above", "discount")
    ordered = table.frame[rows].sort_values(["provider", "above"], kind="stable")
    step = ordered.groupby("provider")["discount"].diff()
    wrong = np.zeros(len(table.frame), dtype=bool)
    wrong[ordered.index[(step <= 0).to_numpy(bool)]] = True
    table.report(
        problems, wrong, "discount", "not larger than at the threshold before", "a discount that rises with above"
    )


@_rule("providers", "criteria", "scores")
def partners_have_scores(tables: Tables, problems: ProblemList) -> None:
    """With criteria, every partner that is not excluded has every score asked of its kind, for everywhere."""
    providers, scores = tables["providers"].frame, tables["scores"]
    if not scores.faulty.keys().isdisjoint(("provider", "criterion", *SCOPE)):
        return
    criteria = tables["criteria"]
    asked = criteria.frame[criteria.sound("criterion", "kind")]
    partners = providers.loc[_engageable_partners(providers), ["provider", "kind"]].itertuples(index=False, name=None)
    wanted = [(name, criterion) for name, kind in partners for criterion in asked_of(asked, kind)["criterion"]]
    held = scores.frame.loc[~is_scoped(scores.frame), ["provider", "criterion"]]
    expected = "a score of every partner that is not excluded, for every criterion asked of its kind"
    _report_missing(scores, held, wanted, expected, problems)


def _report_missing(
    table: CleanTable, held: pd.DataFrame, wanted: Iterable[tuple[str, str]], expected: str, problems: ProblemList
) -> None:
    """Report pairs of wanted names that no row holds, of those that the table's rows do (two columns)."""
    there = set(held.itertuples(index=False, name=None))
    missing = [pair for pair in dict.fromkeys(wanted) if pair not in there]
    for pair in missing[: problems.shown]:
        key = ", ".join(f"{column}={name}" for column, name in zip(held.columns, pair, strict=True))
        problems.add(Problem(table.name, "missing row", table.origin.name, key, expected=expected))
    if len(missing) > problems.shown:
        message = f"and {len(missing) - problems.shown} more missing rows"
        problems.add(Problem(table.name, message, table.origin.name, expected=expected))


def _engageable_partners(providers: pd.DataFrame) -> Flags:
    partner = providers["kind"].isin(PARTNER_KINDS) & (providers["engage"] != "excluded")
    return np.asarray((partner & (providers["provider"] != "")).to_numpy(), dtype=bool)
