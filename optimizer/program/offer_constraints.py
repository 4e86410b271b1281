"""Rules on money and on what is offered: margins, cost to serve, tiers, models, products, counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from models.catalog import Codes

from ..lp.expressions import Row, Switch, combine, number
from .formulation import Formulation

Rows = Iterator[Row]


class _Margin:
    """margin >= share x revenue."""

    name: ClassVar[str]
    margin: ClassVar[str]
    revenue: ClassVar[str]

    def rows(self, program: Formulation) -> Rows:
        """One row, when the scenario sets the share."""
        share = getattr(program.setting.scenario, self.name)
        if share is not None:
            right = combine([(program.amounts[self.revenue], float(share))])
            yield Row("", program.amounts[self.margin], ">=", right)


class MinServiceMargin(_Margin):
    """service_margin >= min_service_margin x service_revenue."""

    name, margin, revenue = "min_service_margin", "service_margin", "service_revenue"


class MinAccountMargin(_Margin):
    """account_margin >= min_account_margin x account_revenue."""

    name, margin, revenue = "min_account_margin", "account_margin", "account_revenue"


class MaxCostToServe:
    """delivery + fulfilment + admin cost <= max_cost_to_serve x service_revenue."""

    name = "max_cost_to_serve"

    def rows(self, program: Formulation) -> Rows:
        """One row, when the scenario sets the share."""
        share = program.setting.scenario.max_cost_to_serve
        if share is not None:
            costs = ("delivery_cost", "fulfilment_cost", "admin_cost")
            left = combine((program.amounts[name], 1.0) for name in costs)
            yield Row("", left, "<=", combine([(program.amounts["service_revenue"], float(share))]))


class TiersOffered:
    """A tier is offered exactly when some menu has it: uses <= books x offered, uses >= offered."""

    name = "tiers_offered"

    def rows(self, program: Formulation) -> Rows:
        """Two rows per tier. One row over all books solves faster than one per book and tier."""
        yield from _uses(program, program.tiers, program.setting.index.tier_uses, program.setting.catalog.tiers)


class ModelsUsed:
    """A pricing model is used exactly when some menu has it."""

    name = "models_used"

    def rows(self, program: Formulation) -> Rows:
        """Two rows per model."""
        yield from _uses(program, program.models, program.setting.index.model_uses, program.setting.catalog.models)


def _uses(program: Formulation, switches: list[Switch], positions: Codes, names: tuple[str, ...]) -> Rows:
    if program.given.tiers is not None:
        return
    for switch, at, name in zip(switches, positions, names, strict=True):
        most = float(program.box.high[at])
        yield Row(name, program.totals[at], "<=", combine([(switch, most)]))
        yield Row(name, program.totals[at], ">=", combine([(switch, 1.0)]))


class Coverage:
    """A price book covers an optional product only if the plan supports it."""

    name = "coverage"

    def rows(self, program: Formulation) -> Rows:
        """One row per optional product."""
        catalog, index = program.setting.catalog, program.setting.index
        for code, name in enumerate(catalog.products):
            if catalog.offer["products"][name] == "optional":
                at = index.coverages[code]
                most = float(program.box.high[at])
                yield Row(name, program.totals[at], "<=", combine([(program.products[code], most)]))


class _Count:
    """A bound on how many switches of one kind are on."""

    name: ClassVar[str]
    counted: ClassVar[str]
    sense: ClassVar[str] = "<="

    def rows(self, program: Formulation) -> Rows:
        """One row, when the scenario sets the count."""
        limit = getattr(program.setting.scenario, self.name)
        menus_given = program.given.tiers is not None and self.counted != "engaged"
        if limit is not None and not menus_given:
            left = combine((switch, 1.0) for switch in getattr(program, self.counted))
            yield Row("", left, self.sense, number(limit))


class MinTiers(_Count):
    """At least min_tiers tiers are offered anywhere."""

    name, counted, sense = "min_tiers", "tiers", ">="


class MaxTiers(_Count):
    """At most max_tiers tiers are offered anywhere."""

    name, counted = "max_tiers", "tiers"


class MaxModels(_Count):
    """At most max_models pricing models are used anywhere."""

    name, counted = "max_models", "models"


class MaxProviders(_Count):
    """At most max_providers providers are engaged."""

    name, counted = "max_providers", "engaged"
