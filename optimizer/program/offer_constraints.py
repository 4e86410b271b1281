"""Rules on money and on what is offered: margins, cost to serve, tiers, models, products, counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from models.catalog import Codes

from ..lp.expressions import Binary, Row, combine, number
from .formulation import Formulation

Rows = Iterator[Row]


class _Margin:
    """A margin is at least a share of its revenue."""

    name: ClassVar[str]
    margin: ClassVar[str]
    revenue: ClassVar[str]

    def rows(self, program: Formulation) -> Rows:
        """One row, when the scenario sets the share."""
        share = getattr(program.instance.scenario, self.name)
        if share is not None:
            right = combine([(program.amounts[self.revenue], float(share))])
            yield Row("", program.amounts[self.margin], ">=", right)


class MinServiceMargin(_Margin):
    """The service margin is a share of service revenue: service_margin >= min_service_margin * service_revenue."""

    name, margin, revenue = "min_service_margin", "service_margin", "service_revenue"


class MinAccountMargin(_Margin):
    """The account margin is a share of account revenue: account_margin >= min_account_margin * account_revenue."""

    name, margin, revenue = "min_account_margin", "account_margin", "account_revenue"


class MaxCostToServe:
    """Serving is capped: delivery_cost + fulfilment_cost + admin_cost <= max_cost_to_serve * service_revenue."""

    name = "max_cost_to_serve"

    def rows(self, program: Formulation) -> Rows:
        """One row, when the scenario sets the share."""
        share = program.instance.scenario.max_cost_to_serve
        if share is not None:
            costs = ("delivery_cost", "fulfilment_cost", "admin_cost")
            left = combine((program.amounts[name], 1.0) for name in costs)
            yield Row("", left, "<=", combine([(program.amounts["service_revenue"], float(share))]))


class TiersOffered:
    """A tier is offered exactly when some menu has it: offered_t <= uses_t <= books_t * offered_t.

    `uses_t` counts the price books whose menu has the tier, `books_t` those whose menu may have it.
    """

    name = "tiers_offered"

    def rows(self, program: Formulation) -> Rows:
        """Two rows per tier. One row over all books solves faster than one per book and tier."""
        yield from _uses(program, program.tiers, program.instance.index.tier_uses, program.instance.catalog.tiers)


class ModelsUsed:
    """A pricing model is used exactly when some menu has it: used_b <= uses_b <= options_b * used_b.

    `uses_b` counts the options of menus under the model, `options_b` those there may be.
    """

    name = "models_used"

    def rows(self, program: Formulation) -> Rows:
        """Two rows per model."""
        yield from _uses(program, program.models, program.instance.index.model_uses, program.instance.catalog.models)


def _uses(program: Formulation, decisions: list[Binary], positions: Codes, names: tuple[str, ...]) -> Rows:
    if program.fixings.tiers is not None:
        return
    for decision, at, name in zip(decisions, positions, names, strict=True):
        most = float(program.box.high[at])
        yield Row(name, program.totals[at], "<=", combine([(decision, most)]))
        yield Row(name, program.totals[at], ">=", combine([(decision, 1.0)]))


class Coverage:
    """A price book covers an optional product only if the plan supports it: coverages_p <= books_p * supported_p.

    `coverages_p` counts the price books that cover the product, `books_p` those that may.
    """

    name = "coverage"

    def rows(self, program: Formulation) -> Rows:
        """One row per optional product."""
        catalog, index = program.instance.catalog, program.instance.index
        for code, name in enumerate(catalog.products):
            if catalog.offer["products"][name] == "optional":
                at = index.coverages[code]
                most = float(program.box.high[at])
                yield Row(name, program.totals[at], "<=", combine([(program.products[code], most)]))


class _Count:
    """A limit on how many of one kind there are."""

    name: ClassVar[str]
    counted: ClassVar[str]
    sense: ClassVar[str] = "<="

    def rows(self, program: Formulation) -> Rows:
        """One row, when the scenario sets the count."""
        limit = getattr(program.instance.scenario, self.name)
        menus_known = program.fixings.tiers is not None and self.counted != "engaged"
        if limit is not None and not menus_known:
            left = combine((decision, 1.0) for decision in getattr(program, self.counted))
            yield Row("", left, self.sense, number(limit))


class MinTiers(_Count):
    """Enough tiers are offered anywhere: sum_t offered_t >= min_tiers."""

    name, counted, sense = "min_tiers", "tiers", ">="


class MaxTiers(_Count):
    """Not too many tiers are offered anywhere: sum_t offered_t <= max_tiers."""

    name, counted = "max_tiers", "tiers"


class MaxModels(_Count):
    """Not too many pricing models are used anywhere: sum_b used_b <= max_models."""

    name, counted = "max_models", "models"


class MaxProviders(_Count):
    """Not too many providers are engaged: sum_j engaged_j <= max_providers."""

    name, counted = "max_providers", "engaged"
