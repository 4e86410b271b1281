"""Ranges that a column's sound values keep to, whatever the business: what lies outside was given in another unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

import numpy as np

from ...case import CaseSettings
from ...problems import Problem
from .case_view import CaseView
from .oddity import Oddity

YEAR_HOURS = 8784.0
"""Hours of a leap year: nothing runs, waits or lasts longer in a year."""
MOST_INCIDENTS = 365.0
"""Incidents of one unit a year, beyond which it would fail more than once a day."""
MOST_DISCOUNT_RATE = 0.5
"""Yearly rate of capital: hurdle rates reach 30 %, lending rates of high inflation 50 %; 8 means 8 %."""


@dataclass(frozen=True)
class SoundRange:
    """Ends beyond which a cell of a column is odd; 0 never is, since it mostly means that there is none."""

    table: str
    column: str
    why: str
    """Why a value outside is odd, which is also the reason for the ends."""
    advice: str
    low: float = -inf
    high: float = inf
    kind: str = ""
    """Kind of pricing model whose rows it is about; blank for all."""


def _hours(table: str, column: str, what: str) -> SoundRange:
    why = f"{what} that takes longer than a year has hours (8,784)"
    return SoundRange(table, column, why, "hours, not minutes or seconds", high=YEAR_HOURS)


def _csat(table: str, column: str) -> SoundRange:
    why = "satisfaction counts in points of 100, and no service that is sold has so few"
    return SoundRange(table, column, why, "8.4 of 10 as 84, and 0.84 as 84", low=11)


def _factor(table: str) -> SoundRange:
    why = "it multiplies the incident rate: 1 changes nothing, and neither care nor payment makes a tenth or five times"
    return SoundRange(table, "incident_factor", why, "98 % as 0.98, and 2 % fewer incidents as 0.98", low=0.1, high=5)


def _discount(table: str) -> SoundRange:
    why = "more than four fifths of the price is given away"
    return SoundRange(table, "discount", why, "the share taken off, not the share left: 2 % off is 0.02", high=0.8)


def _mark_up(table: str) -> SoundRange:
    why = "a mark-up on standard cost is a share: beyond six times the cost, or under half of it, nobody sells service"
    return SoundRange(table, "price", why, "30 % as 0.3, and a factor of 1.3 as 0.3", -0.5, 5, "cost_plus")


SOUND_RANGES = (
    SoundRange("installed_base", "usage_hours", "no unit is used for more hours than a year has (8,784)",
               "hours of use of one unit a year, not of all units together", high=YEAR_HOURS),
    _discount("segments"),
    _discount("volume_discounts"),
    SoundRange("customer_classes", "price_sensitivity",
               "a thousandth of a unit's value more a year would cost 2 of utility, seven in eight buyers",
               "utility lost per 1 % of unit value, 0.2 to 2 for most customers", high=20),
    SoundRange("appeal", "appeal", "a utility of 15 leaves one customer in three million without the tier",
               "a utility of a few units around 0, not points or per cent", high=15),
    SoundRange("loyalty", "retention", "more than four fifths of product revenue would be lost every year",
               "the share that is kept, not the share that is lost: 5 % lost is 0.95", low=0.2),
    SoundRange("loyalty", "cross_sell", "the contract would more than double product revenue",
               "a share: 4 % more is 0.04", high=1),
    SoundRange("products", "incident_rate", "a unit would fail more than once a day",
               "incidents of one unit a year, not of a thousand units or of the whole base", high=MOST_INCIDENTS),
    _hours("products", "adhoc_hours", "an incident"),
    _hours("tiers", "response_hours", "a promised response"),
    _hours("tiers", "turnaround_hours", "a promised parts delivery"),
    _hours("rates", "response_hours", "a response"),
    _hours("fulfilment", "turnaround_hours", "a parts delivery"),
    _csat("tiers", "csat_floor"),
    _csat("tiers", "csat_target"),
    _csat("rates", "csat"),
    _factor("tiers"),
    _factor("pricing_models"),
    SoundRange("pricing_models", "term_years", "no lease of equipment runs for more than thirty years",
               "years, not months", high=30, kind="lease"),
    _mark_up("price_points"),
    _mark_up("current_menus"),
    _mark_up("contracts"),
    SoundRange("service_mix", "cases_per_incident", "one incident would bring more than ten cases of one service",
               "cases from one incident: 60 % of incidents is 0.6", high=10),
    SoundRange("service_mix", "cases_per_unit", "a unit would be visited every day",
               "scheduled cases of one unit a year", high=366),
    SoundRange("services", "hours_per_case", "one case would take more than a person works in a year",
               "hours of work of one case, not minutes", high=2000),
    SoundRange("readiness", "months", "no capability takes more than ten years to build", "months, not days", high=120),
)  # fmt: skip


def cells_out_of_range(view: CaseView) -> Iterator[Oddity]:
    """Cells beyond the ends of their column's sound range."""
    for sound in SOUND_RANGES:
        values = view.numbers(sound.table, sound.column)
        odd = ((values < sound.low) | (values > sound.high)) & (values != 0)
        if sound.kind and odd.any():
            odd &= _of_kind(view, sound)
        if odd.any():
            yield Oddity(sound.table, sound.column, np.flatnonzero(odd), sound.why, sound.advice)


def _of_kind(view: CaseView, sound: SoundRange) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Rows whose pricing model is of the range's kind."""
    return np.asarray(view.kind_of_rows(sound.table) == sound.kind, dtype=bool)


def odd_settings(settings: CaseSettings) -> Iterator[str]:
    """What is odd in case.toml."""
    rate = settings.discount_rate
    if rate > MOST_DISCOUNT_RATE:
        why = f"capital would cost {rate * 100:,.4g} % a year"
        expected = "a share: 8 % is 0.08"
        yield str(Problem("case.toml", why, column="discount_rate", found=f"{rate:g}", expected=expected, part="key"))
