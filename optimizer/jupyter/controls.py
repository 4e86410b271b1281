"""Sliders of the live what-if: what each asks of a scenario, and nothing where it stands at its neutral value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import ipywidgets as widgets
import pandas as pd

from models import Case, Change, Scenario
from models.conditions import Condition, MenuOption
from models.labels import Labels
from models.plan import Plan

from ..results.summary import price_in_words

OFF = -1.0
"""Stands for a rule that is off: a slider cannot stand at None."""
FREE = "free"
"""Stands for what the search decides."""
MARGINS = tuple(share / 100 for share in range(61))
PRICE_CHANGES = tuple(share / 100 for share in range(0, 51, 5))
FACTORS = tuple(share / 100 for share in range(50, 151, 5))
"""Factors on a number of the case."""
_WIDTH = "43em"
_LABEL_WIDTH = "19em"
"""For the longest label of a slider."""


@dataclass(frozen=True)
class ScenarioEdit:
    """What sliders ask beyond the scenario that they began with."""

    rules: Mapping[str, object] = field(default_factory=dict)
    """Limits of rules by key."""
    changes: tuple[Change, ...] = ()
    conditions: tuple[Condition, ...] = ()

    def __add__(self, other: ScenarioEdit) -> ScenarioEdit:
        return ScenarioEdit(
            {**self.rules, **other.rules}, self.changes + other.changes, self.conditions + other.conditions
        )


@dataclass(frozen=True)
class Control:
    """A slider and what it asks at a value."""

    slider: widgets.SelectionSlider
    neutral: float | str
    """Value at which it asks nothing."""
    ask: Callable[[Any], ScenarioEdit]
    subject: widgets.Dropdown | None = None
    """What it is about, where that can be chosen."""

    @property
    def asked(self) -> ScenarioEdit:
        """What it asks where it stands."""
        return ScenarioEdit() if self.slider.value == self.neutral else self.ask(self.slider.value)


def controls(case: Case, scenario: Scenario, plan: Plan | None, currency: str) -> dict[str, Control]:
    """Every slider that the case has, at what the scenario says; `plan` holds the options whose price can be moved."""
    return {
        **dict(_of_rules(case, scenario)),
        **({} if plan is None or plan.menus.empty else {"price": _of_one_price(case, plan.menus, currency)}),
        **_of_providers(case),
        "incident_rate": _factor("Incident rates", partial(_multiplied, "products", "incident_rate")),
        **({"price_sensitivity": _sensitivity()} if len(case.tables["current_menus"]) else {}),
    }


def _of_rules(case: Case, scenario: Scenario) -> Iterator[tuple[str, Control]]:
    yield "min_service_margin", _rule("Service margin at least", "min_service_margin", MARGINS, scenario)
    lowest, highest = _room(case)
    points = [(f"{points:+d} points" if points else "0", points) for points in range(lowest, highest + 1)]
    yield "csat_points", Control(_slider("CSAT floors moved by", points, 0), 0, _csat_moved)
    if len(case.tables["current_menus"]):
        yield "max_price_change", _rule("Prices change by at most", "max_price_change", PRICE_CHANGES, scenario)


def _rule(label: str, rule: str, shares: Sequence[float], scenario: Scenario) -> Control:
    """`off`, then shares in per cent with the one that the scenario has among them."""
    value = getattr(scenario, rule)
    known = sorted({*shares, *([] if value is None else [value])})
    options = [("off", OFF), *((f"{share * 100:g} %", share) for share in known)]
    neutral = OFF if value is None else value
    return Control(
        _slider(label, options, neutral),
        neutral,
        lambda limit: ScenarioEdit(rules={rule: None if limit == OFF else limit}),
    )


def _room(case: Case) -> tuple[int, int]:
    """CSAT points by which the floors of all tiers can fall and rise: to 0, and to their targets."""
    tiers = case.tables["tiers"]
    lowest = max(-10, -int(tiers["csat_floor"].min()))
    return lowest, min(10, int((tiers["csat_target"] - tiers["csat_floor"]).min()))


def _csat_moved(points: int) -> ScenarioEdit:
    return ScenarioEdit(changes=(Change(table="tiers", column="csat_floor", add=float(points)),))


def _multiplied(table: str, column: str, factor: float) -> ScenarioEdit:
    return ScenarioEdit(changes=(Change(table=table, column=column, multiply=factor),))


def _sensitivity() -> Control:
    """Uptake of today's menus is held: a higher sensitivity alone also weighs more what having no contract costs."""

    def ask(factor: float) -> ScenarioEdit:
        column = "price_sensitivity"
        return ScenarioEdit(
            changes=(Change(table="customer_classes", column=column, multiply=factor, hold_uptake=True),)
        )

    return _factor("Price sensitivity, today's uptake held", ask)


def _factor(label: str, ask: Callable[[float], ScenarioEdit], subject: widgets.Dropdown | None = None) -> Control:
    options = [(f"{100 * (factor - 1):+.0f} %" if factor != 1 else "0", factor) for factor in FACTORS]
    return Control(_slider(label, options, 1.0), 1.0, ask, subject)


def _of_one_price(case: Case, menus: pd.DataFrame, currency: str) -> Control:
    """The price of an option of the plan's menus, at one of its price points; all others stay free."""
    rows = menus.to_dict("records")
    named = Labels.of(case).in_table(menus)
    places = (named["price_book"] + ", " + named["tier"]).tolist()
    subject = _choice("Price of", [(place, at) for at, place in enumerate(places)])
    slider = _slider("is", _prices(case, rows[0], currency), FREE)

    def ask(price: float) -> ScenarioEdit:
        row = rows[subject.value]
        return ScenarioEdit(conditions=(MenuOption(row["price_book"], row["tier"], row["model"], price),))

    def free_again(_: object) -> None:
        slider.options = _prices(case, rows[subject.value], currency)
        slider.value = FREE

    subject.observe(free_again, names="value")
    return Control(slider, FREE, ask, subject)


def _prices(case: Case, row: Mapping[Any, Any], currency: str) -> list[tuple[str, float | str]]:
    """`free`, then the prices that a price book may ask for its tier and pricing model."""
    points, models = case.tables["price_points"], case.tables["pricing_models"]
    own = points["price_book"].isin(["", row["price_book"]])
    found = points.loc[own & (points["tier"] == row["tier"]) & (points["model"] == row["model"]), "price"]
    kind = models.loc[models["model"] == row["model"], "kind"].iloc[0]
    shown = [(price_in_words(kind, price, currency), price) for price in sorted(set(map(float, found)))]
    return [(FREE, FREE), *shown]


def _of_providers(case: Case) -> dict[str, Control]:
    """One provider's rates, and whether it is in or out."""
    rated = sorted(set(case.tables["rates"]["provider"]))
    labels = Labels.of(case)
    subject = _choice("Provider", [(labels.name("provider", key), key) for key in rated])

    def dearer(factor: float) -> ScenarioEdit:
        name = str(subject.value)
        return ScenarioEdit(
            changes=(Change(table="rates", where={"provider": name}, column="cost_per_case", multiply=factor),)
        )

    def engaged(state: str) -> ScenarioEdit:
        name = str(subject.value)
        return ScenarioEdit(changes=(Change(table="providers", where={"provider": name}, column="engage", set=state),))

    states = [("as in the case", FREE), ("in", "required"), ("out", "excluded")]
    return {
        "rate": _factor("costs a case", dearer, subject),
        "engaged": Control(_slider("is engaged", states, FREE), FREE, engaged, subject),
    }


def _choice(label: str, options: Sequence[tuple[str, object]]) -> widgets.Dropdown:
    return widgets.Dropdown(
        description=label,
        options=list(options),
        value=options[0][1],
        style={"description_width": _LABEL_WIDTH},
        layout=widgets.Layout(width=_WIDTH),
    )


def _slider(label: str, options: Sequence[tuple[str, object]], value: object) -> widgets.SelectionSlider:
    return widgets.SelectionSlider(
        description=label,
        options=list(options),
        value=value,
        continuous_update=False,
        style={"description_width": _LABEL_WIDTH},
        layout=widgets.Layout(width=_WIDTH),
    )
