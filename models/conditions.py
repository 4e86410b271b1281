"""Conditions: what a person forces or forbids in one question, beyond the rules of the scenario.

A condition is data only, said in the case's names. Where it speaks of the same thing as the case or the
scenario does (whether a tier is offered, how many tiers there are), it takes the place of what they say;
all other rules go on to bind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .decisions import DECISION_KINDS, FORBIDDING, DecisionKindName
from .plan import KPIS

COSTS = (
    "delivery_cost",
    "fulfilment_cost",
    "fixed_cost",
    "service_cost",
    "cost_to_serve",
    "one_off_cost",
    "partner_payments",
)
"""Amounts that a plan could raise by waste alone."""
UNKNOWN_TO_PROGRAM = ("partner_profit",)
"""Amounts that the program does not state, so that no condition can hold them."""
BOUNDED = tuple(name for name in KPIS if name not in UNKNOWN_TO_PROGRAM)
"""Amounts that a condition can hold."""
MARGINS = ("service_margin", "account_margin", "service_margin_share", "account_margin_share")
"""Amounts that a plan could lower by waste alone."""
LEAST_HOURS = 1.0
"""Hours a year that an engaged provider works at least where a least number of providers is asked for."""


@dataclass(frozen=True)
class Decision:
    """A tier is offered, a model used, a product supported or a provider engaged - or not."""

    kind: DecisionKindName
    name: str
    wanted: bool = True

    def __str__(self) -> str:
        return f"{DECISION_KINDS[self.kind].verbs[0] if self.wanted else FORBIDDING} {self.name}"


@dataclass(frozen=True)
class CountLimit:
    """Least and most number of tiers offered, models used, products supported or providers engaged.

    A provider that is engaged to make up a least number works `LEAST_HOURS` a year at least.
    """

    kind: DecisionKindName
    least: int | None = None
    most: int | None = None

    def __str__(self) -> str:
        one = self.most if self.least is None else self.least
        plural = DECISION_KINDS[self.kind].word + ("" if self.least in (None, self.most) and one == 1 else "s")
        return f"{_range_of_counts(self.least, self.most)} {plural}"


@dataclass(frozen=True)
class MenuOption:
    """A price book's menu has an option of the tier (under the model, at the price) - or has none such.

    `price_book` is blank for every price book, `model` for any model, `price` None for any price.
    """

    price_book: str
    tier: str
    model: str = ""
    price: float | None = None
    wanted: bool = True

    def __str__(self) -> str:
        price = "" if self.price is None else f"{self.price:.12g}"
        place = self.price_book or "everywhere"
        return " ".join(filter(None, [place, "" if self.wanted else "no", self.tier, self.model, price]))


@dataclass(frozen=True)
class Cover:
    """A price book covers an optional product - or does not."""

    price_book: str
    product: str
    wanted: bool = True

    def __str__(self) -> str:
        return f"{self.price_book} {'covers' if self.wanted else 'without'} {self.product}"


@dataclass(frozen=True)
class Amount:
    """Least and most value of an amount of the plan, by its KPI name, in its unit (`models.plan.kpi_unit`).

    A share without a denominator (no service revenue, say) is not bound. Costs have a most and margins a
    least only: the opposite would ask for waste.
    """

    kpi: str
    least: float | None = None
    most: float | None = None

    def __post_init__(self) -> None:
        if self.kpi not in BOUNDED:
            raise ValueError(f"kpi is {self.kpi!r}; expected one of {', '.join(BOUNDED)}")
        if self.kpi in COSTS and self.least is not None:
            raise ValueError(f"{self.kpi} is a cost: it can have a most, not a least")
        if self.kpi in MARGINS and self.most is not None:
            raise ValueError(f"{self.kpi} is a margin: it can have a least, not a most")

    def __str__(self) -> str:
        return _range_of(self.kpi, self.least, self.most)


@dataclass(frozen=True)
class CsatOverFloor:
    """Mean CSAT of every tier in every region with cases is at least csat_floor + `points`."""

    points: float

    def __str__(self) -> str:
        return f"csat_over_floor >= {self.points:.12g}"


@dataclass(frozen=True)
class WorkShare:
    """Least and most share of some work's hours that providers do together; 0 at most forbids it.

    The whole is the hours of all teams and partners on that work. `where` narrows the work by region,
    family, service or tier; empty means all work.
    """

    providers: tuple[str, ...]
    least: float | None = None
    most: float | None = None
    where: tuple[tuple[str, str], ...] = ()
    """(region, family, service or tier; its name) pairs."""

    def __str__(self) -> str:
        narrowed = "".join(f" in {name}" for _, name in self.where)
        return _range_of(f"share of {' + '.join(self.providers)}{narrowed}", self.least, self.most)


@dataclass(frozen=True)
class NoTokenPartners:
    """Each partner is either left out or works at least `share` of the hours of all teams and partners."""

    share: float

    def __str__(self) -> str:
        return f"each partner works nothing or at least {self.share:.4g} of the hours"


@dataclass(frozen=True)
class Unlike:
    """Tiers, models and partners are not exactly these."""

    tiers: frozenset[str]
    models: frozenset[str]
    partners: frozenset[str]

    def __str__(self) -> str:
        named = (", ".join(sorted(names)) or "none" for names in (self.tiers, self.models, self.partners))
        return f"not exactly {' / '.join(named)}"


Condition: TypeAlias = (
    Decision | CountLimit | MenuOption | Cover | Amount | CsatOverFloor | WorkShare | NoTokenPartners | Unlike
)


def _range_of(name: str, least: float | None, most: float | None) -> str:
    if least is not None and most is not None:
        return f"{name} == {least:.12g}" if least == most else f"{least:.12g} <= {name} <= {most:.12g}"
    return f"{name} >= {least:.12g}" if least is not None else f"{name} <= {most:.12g}"


def _range_of_counts(least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        return f"exactly {least}" if least == most else f"between {least} and {most}"
    return f"at least {least}" if least is not None else f"at most {most}"
