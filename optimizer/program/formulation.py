"""The formulation: variables over demand totals, stated with PuLP, and every amount of money they make.

All variables are in natural units (cases, money, units) and have finite bounds, so that a bound on the
objective can be computed from any duals. Rows come from `constraints`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from models.economics.delivery_formulas import NEGLIGIBLE_CASES

from ..lp.expressions import Binary, Expression, Variable, binary, combine, continuous, highest, number
from ..lp.pulp_reader import FormulationArrays
from ..lp.tolerances import ROUNDING
from .instance import Instance
from .routes import readiness_cost, shares_hours
from .spending import PolicyChoice, Spending
from .totals import MONEY, Box
from .unserved_work import unserved_loss_per_case
from .variables import VariableKey


@dataclass(frozen=True)
class Fixings:
    """Decisions fixed before a formulation is built; None where they are left to it."""

    supported: frozenset[int] | None = None
    """Products supported, by code."""
    tiers: frozenset[int] | None = None
    """Tiers offered, by code. Rules on what is offered then have nothing to decide, and are left out."""
    models: frozenset[int] | None = None
    """Pricing models used, by code; known together with the tiers."""
    providers: frozenset[int] | None = None
    """Providers engaged, by code."""
    policies: Mapping[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    """Rows of `Instance.policies` that a (product, tier) may use. One row alone is used, and its fixed cost paid, also
    where there are no parts cases."""


class Formulation:
    """Variables and amounts of the program for demand totals inside a box.

    With a box of one vector it is the delivery program of given menus; with a wide box it is what the
    search adds menu columns to.
    """

    def __init__(
        self, instance: Instance, box: Box, fixings: Fixings | None = None, *, may_leave_work: bool = False
    ) -> None:
        """With `may_leave_work` cases may stay unserved, as many as there are."""
        self.instance, self.box, self.fixings = instance, box, fixings or Fixings()
        self.may_leave_work = may_leave_work
        self.keys: dict[str, VariableKey] = {}
        """Key of each variable by its name."""
        self.totals = [self._continuous("total", (at,), box.low[at], box.high[at]) for at in range(len(box.low))]
        self._add_offer()
        self._add_flows()
        self.spending = {int(j): self._spending(int(j)) for j in np.flatnonzero(instance.may_engage)}
        self._add_policies()
        self.amounts = self._amounts()

    # -- variables -------------------------------------------------------------------------------

    def columns(self, arrays: FormulationArrays) -> dict[VariableKey, int]:
        """Column of each variable by its key, where rows or the cost use it."""
        return {key: arrays.columns[name] for name, key in self.keys.items() if name in arrays.columns}

    def _named(self, kind: str, codes: tuple[int, ...]) -> str:
        key = VariableKey(kind, codes)
        self.keys[key.name] = key
        return key.name

    def _continuous(self, kind: str, codes: tuple[int, ...], low: float, high: float) -> Expression:
        """A variable, or a number where its bounds leave nothing to decide."""
        if high <= low:
            return number(low)
        return Expression({continuous(self._named(kind, codes), low, high): 1.0})

    def _binary(self, kind: str, *codes: int) -> Variable:
        return binary(self._named(kind, codes))

    def _offered(self, kind: str, code: int, offer: str) -> Binary:
        """Whether what is required, optional or excluded is there."""
        return self._binary(kind, code) if offer == "optional" else int(offer == "required")

    def _used(self, kind: str, code: int, at: int, offer: str, known: frozenset[int] | None) -> Binary:
        """Whether a tier, model or product is there, by its offer and by whether any menu can use it."""
        if known is not None:
            return int(code in known)
        if offer == "optional" and self.box.high[at] <= 0:
            return 0
        return self._offered(kind, code, offer)

    def _add_offer(self) -> None:
        catalog, index, offer = self.instance.catalog, self.instance.index, self.instance.catalog.offer
        self.tiers = [
            self._used("tier", i, int(index.tier_uses[i]), offer["tiers"][name], self.fixings.tiers)
            for i, name in enumerate(catalog.tiers)
        ]
        self.models = [
            self._used("model", i, int(index.model_uses[i]), offer["models"][name], self.fixings.models)
            for i, name in enumerate(catalog.models)
        ]
        self.products = [
            self._used("product", i, int(index.coverages[i]), offer["products"][name], self.fixings.supported)
            for i, name in enumerate(catalog.products)
        ]
        self.engaged = [self._engaged(i, offer["providers"][name]) for i, name in enumerate(catalog.providers)]

    def _engaged(self, provider: int, engage: str) -> Binary:
        if self.fixings.providers is not None:
            return int(provider in self.fixings.providers)
        return self._offered("provider", provider, engage) if self.instance.may_engage[provider] else 0

    def _add_flows(self) -> None:
        instance, routes = self.instance, self.instance.routes
        self.most_cases = instance.classes.cases(self.box.high)
        capacity = instance.catalog.provider_table["capacity_hours"].to_numpy(dtype=float)
        high = np.minimum(self.most_cases[routes.work_class] * np.minimum(routes.max_share, 1.0),
                          capacity[routes.provider] / routes.hours)  # fmt: skip
        needed = self.most_cases > NEGLIGIBLE_CASES
        self.flows = [
            self._continuous("flow", (i,), 0.0, high[i] if needed[routes.work_class[i]] else 0.0)
            for i in range(len(routes))
        ]
        self.classes = [int(w) for w in np.flatnonzero(needed)]
        left = np.where(needed, self.most_cases, 0.0) if self.may_leave_work else np.zeros(len(needed))
        self.unserved = [self._continuous("unserved", (w,), 0.0, most) for w, most in enumerate(left)]
        """Cases of each work class that nobody does: 0 where no work may be left."""

    def cases(self, work_class: int) -> Expression:
        """Cases of a work class."""
        return combine((self.totals[at], rate) for at, rate in self.instance.classes.terms[work_class])

    def always_served(self, work_class: int) -> bool:
        """Whether even a negligible number of cases can be delivered, whoever is engaged."""
        terms = self.instance.classes.terms[work_class]
        if all(self.box.low[at] == self.box.high[at] for at, _ in terms):
            return True
        routes = self.instance.routes
        at = routes.by_class.get(work_class, [])
        return bool(routes.max_share[at][self.instance.must_engage[routes.provider[at]]].sum() >= 1)

    def most_hours(self, positions: Iterable[int]) -> float:
        """Most hours that the routes at `positions` could be asked to work."""
        return sum(highest(self.flows[i]) * float(self.instance.routes.hours[i]) for i in positions) * (1 + ROUNDING)

    def delivered(self, weights: Iterable[float], positions: Iterable[int] | None = None) -> Expression:
        """Sum of weight x flow over routes (all, or those at `positions`; one weight each)."""
        chosen = range(len(self.flows)) if positions is None else positions
        return combine((self.flows[i], weight) for i, weight in zip(chosen, weights, strict=True) if weight != 0)

    def undone(self, weights: Iterable[float], classes: Iterable[int] | None = None) -> Expression:
        """Sum of weight x unserved cases over work classes (all, or those in `classes`; one weight each)."""
        chosen = range(len(self.unserved)) if classes is None else classes
        return combine((self.unserved[w], weight) for w, weight in zip(chosen, weights, strict=True) if weight != 0)

    def hours_of(self, provider: int) -> Expression:
        """Hours a provider works."""
        at = self.instance.routes.by_provider.get(provider, [])
        return self.delivered(self.instance.routes.hours[at], at)

    @cached_property
    def shared_hours(self) -> Expression:
        """Hours of all teams and partners; worked out once, as many rows compare with it."""
        counted = shares_hours(self.instance.catalog)[self.instance.routes.provider]
        return self.delivered(self.instance.routes.hours * counted)

    # -- providers' payments ---------------------------------------------------------------------

    def _spending(self, provider: int) -> Spending:
        routes = self.instance.routes
        at = routes.by_provider.get(provider, [])
        case_cost = self.delivered(routes.cost[at], at)
        most = self._most_spending(provider, at)
        steps = self._discount_steps(provider, most)
        commitment = float(self.instance.catalog.provider_table["commitment"].iloc[provider])
        brackets, reached = self._brackets(provider, steps, most) if steps else ((), ())
        net = combine([(case_cost, 1.0), *((spend, -discount) for spend, _, discount in brackets)])
        payment = net if commitment == 0 else self._continuous("payment", (provider,), 0.0, max(most, commitment))
        return Spending(case_cost, brackets, reached, net, payment)

    def _most_spending(self, provider: int, at: list[int]) -> float:
        routes = self.instance.routes
        capacity = float(self.instance.catalog.provider_table["capacity_hours"].iloc[provider])
        by_flow = sum(float(routes.cost[i]) * highest(self.flows[i]) for i in at)
        dearest = max((float(routes.cost[i] / routes.hours[i]) for i in at), default=0.0)
        return min(by_flow, capacity * dearest) * (1 + ROUNDING)

    def _discount_steps(self, provider: int, most: float) -> list[tuple[float, float]]:
        rows = self.instance.case.tables["volume_discounts"]
        own = rows[rows["provider"] == self.instance.catalog.providers[provider]].sort_values("above")
        return [(a, d) for a, d in zip(own["above"], own["discount"], strict=True) if a < most and d > 0]

    def _brackets(
        self, provider: int, steps: list[tuple[float, float]], most: float
    ) -> tuple[tuple[tuple[Expression, float, float], ...], tuple[Binary, ...]]:
        edges = [0.0, *(above for above, _ in steps), most]
        discounts = [0.0, *(discount for _, discount in steps)]
        widths = np.diff(edges)
        spends = [self._continuous("spend", (provider, k), 0.0, width) for k, width in enumerate(widths)]
        reached = tuple(self._binary("bracket", provider, k) for k in range(1, len(spends)))
        return tuple(zip(spends, map(float, widths), discounts, strict=True)), reached

    # -- parts -----------------------------------------------------------------------------------

    def _add_policies(self) -> None:
        parts = self.instance.index.parts
        self.policies = self.instance.policies
        self._policy_rows: list[Any] = list(self.policies.itertuples(index=False))
        self.policy_used: dict[int, Binary] = {}
        self.policy_choices: list[PolicyChoice] = []
        for product, tier in np.ndindex(*parts.shape):
            allowed = self.fixings.policies.get((product, tier))
            if allowed is not None or self.box.high[parts[product, tier]] > NEGLIGIBLE_CASES:
                rows = self.instance.policies_of(product) if allowed is None else [*allowed]
                self.policy_choices.append(self._policy_choice(product, tier, rows))

    def _policy_choice(self, product: int, tier: int, rows: list[int]) -> PolicyChoice:
        at = self.instance.index.parts[product, tier]
        if len(rows) == 1 and (product, tier) in self.fixings.policies:
            self.policy_used[rows[0]] = 1
            return PolicyChoice(product, tier, tuple(rows), (1,), (self.totals[at],), self.totals[at])
        rows = [row for row in rows if not any(self._outdone(row, other, tier) for other in rows if other != row)]
        volume = self.totals[at]
        if len(rows) == 1 and self.policies["fixed_cost"].iloc[rows[0]] == 0:
            return PolicyChoice(product, tier, tuple(rows), (1,), (volume,), volume)
        for row in rows:
            if row not in self.policy_used:
                free = self.policies["fixed_cost"].iloc[row] == 0
                self.policy_used[row] = 1 if free else self._binary("policy", row)
        chosen = tuple(self._binary("choice", product, tier, row) for row in rows)
        cases = tuple(self._continuous("parts", (product, tier, row), 0.0, self.box.high[at]) for row in rows)
        return PolicyChoice(product, tier, tuple(rows), chosen, cases, volume)

    def _outdone(self, row: int, other: int, tier: int) -> bool:
        """Whether `other` is at least as good as `row` in every respect (the first of equals stays)."""
        promised = not np.isnan(self.instance.catalog.tier_table["turnaround_hours"].iloc[tier])
        mine, theirs = self._policy_rows[row], self._policy_rows[other]
        if theirs.fixed_cost > 0 or theirs.parts_cost > mine.parts_cost:
            return False
        if promised and theirs.turnaround_hours > mine.turnaround_hours:
            return False
        same = theirs.parts_cost == mine.parts_cost and mine.fixed_cost == 0
        same = same and (not promised or theirs.turnaround_hours == mine.turnaround_hours)
        return not same or other < row

    # -- money -----------------------------------------------------------------------------------

    def _fulfilment_cost(self) -> Expression:
        cost, fixed = self.policies["parts_cost"], self.policies["fixed_cost"]
        per_case = [
            (cases, float(cost.iloc[row]))
            for choice in self.policy_choices
            for row, cases in zip(choice.policies, choice.cases, strict=True)
        ]
        return combine([*per_case, *((used, float(fixed.iloc[row])) for row, used in self.policy_used.items())])

    def _fixed_cost(self) -> Expression:
        return combine(
            [*self._fixed_of_tiers_and_models(), *self._support_cost(), *self._fixed_of_providers()],
        )

    def _fixed_of_tiers_and_models(self) -> Iterator[tuple[Binary, float]]:
        catalog, locked = self.instance.catalog, self.instance.demand.locked
        for decisions, costs, held in (
            (self.tiers, catalog.tier_table["fixed_cost"], set(locked.tier.tolist())),
            (self.models, catalog.model_table["fixed_cost"], set(locked.model.tolist())),
        ):
            for code, decision in enumerate(decisions):
                yield (1 if code in held else decision), float(costs.iloc[code])

    def _support_cost(self) -> Iterator[tuple[Binary, float]]:
        held = set(self.instance.demand.locked.product.tolist())
        costs = self.instance.catalog.product_table["support_cost"]
        for code, supported in enumerate(self.products):
            yield (1 if code in held else supported), float(costs.iloc[code])

    def _fixed_of_providers(self) -> Iterator[tuple[Binary, float]]:
        fixed = self.instance.catalog.provider_table["fixed_cost"].to_numpy(dtype=float)
        for engaged, cost in zip(self.engaged, fixed + readiness_cost(self.instance.catalog), strict=True):
            yield engaged, float(cost)

    def _unserved_loss(self) -> Expression:
        return self.undone(unserved_loss_per_case(self.instance)) if self.may_leave_work else number(0)

    def _amounts(self) -> dict[str, Expression]:
        """Every amount of money by its KPI name."""
        routes, money = self.instance.routes, dict(zip(MONEY, self.totals, strict=False))
        a = {
            "service_revenue": combine([(money["billed"], 1), (self.delivered(routes.settlement), 1)]),
            "delivery_cost": combine((self.spending[j].payment, 1.0) for j in self.spending),
            "fulfilment_cost": self._fulfilment_cost(),
            "admin_cost": money["admin"],
            "capital_cost": money["capital"],
            "fixed_cost": self._fixed_cost(),
            "loyalty_loss": combine([(self.delivered(routes.loyalty_loss), 1), (self._unserved_loss(), 1)]),
        }
        costs = ("delivery_cost", "fulfilment_cost", "admin_cost", "capital_cost", "fixed_cost")
        a["service_cost"] = combine((a[name], 1.0) for name in costs)
        a["service_margin"] = combine([(a["service_revenue"], 1.0), (a["service_cost"], -1.0)])
        a["product_revenue"] = combine([(money["product_revenue"], 1.0), (a["loyalty_loss"], -1.0)])
        a["account_revenue"] = combine([(a["product_revenue"], 1.0), (a["service_revenue"], 1.0)])
        a["account_margin"] = combine(
            [
                (money["product_margin"], 1.0),
                (a["loyalty_loss"], -self.instance.mean_margin),
                (a["service_margin"], 1.0),
            ]
        )
        return a
