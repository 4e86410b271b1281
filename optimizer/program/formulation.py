"""The program stated with PuLP: variables over demand totals, and every amount of money they make.

All variables are in natural units (cases, money, units) and have finite bounds, so that a bound on the
objective can be computed from any multipliers. Rows come from `rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.economics.delivery_formulas import NEGLIGIBLE_CASES
from models.economics.offers import ROUNDING

from ..lp.expressions import Expression, Switch, binary, combine, continuous, highest
from .instance import Instance
from .routes import readiness_cost, shares_hours
from .totals import MONEY, Box

if TYPE_CHECKING:
    from .constraints import Constraint


@dataclass(frozen=True)
class PolicyChoice:
    """How the parts cases of one (product, tier) may be met."""

    product: int
    tier: int
    policies: tuple[int, ...]
    """Rows of `Formulation.policies`."""
    chosen: tuple[Switch, ...]
    cases: tuple[Expression, ...]
    """Parts cases met by each policy."""
    volume: Expression
    """Parts cases to meet."""


@dataclass(frozen=True)
class Spending:
    """Yearly case cost of a provider, bracket by bracket, and what is paid for it."""

    case_cost: Expression
    brackets: tuple[tuple[Expression, float, float], ...]
    """(spend in the bracket, its width, its discount), lowest first; empty without discounts."""
    reached: tuple[Switch, ...]
    """Whether each bracket after the first is reached."""
    net: Expression
    """Case cost after discounts."""
    payment: Expression
    """Paid a year: `net`, or a variable where a commitment may be more."""


@dataclass(frozen=True)
class Fixings:
    """What is settled before a program is stated (None: left to decide)."""

    supported: frozenset[int] | None = None
    """Products supported, by code."""
    tiers: frozenset[int] | None = None
    """Tiers offered, by code. Rules on what is offered then have nothing to decide, and are left out."""
    models: frozenset[int] | None = None
    """Pricing models used, by code; given together with the tiers."""
    conditions: tuple[Constraint, ...] = ()
    """Rules of this question alone, beyond those of the model and the scenario."""


class Formulation:
    """Variables and amounts of the program for demand totals inside a box.

    With a box of one vector it is the delivery program of given menus; with a wide box it is what the
    search adds menu columns to.
    """

    def __init__(self, setting: Instance, box: Box, given: Fixings | None = None) -> None:
        self.setting, self.box, self.given = setting, box, given or Fixings()
        self.totals = [self._total(at) for at in range(setting.index.size)]
        self._state_switches()
        self._state_flows()
        self.spending = {int(j): self._spending(int(j)) for j in np.flatnonzero(setting.may_engage)}
        self._state_policies()
        self.amounts = self._amounts()

    # -- variables -------------------------------------------------------------------------------

    def _variable(self, name: str, low: float, high: float) -> Expression:
        if high <= low:
            return Expression({}, float(low))
        return Expression({continuous(name, low, high): 1.0})

    def _total(self, at: int) -> Expression:
        return self._variable(f"total_{at}", self.box.low[at], self.box.high[at])

    def _switch(self, name: str, state: str) -> Switch:
        if state == "optional":
            return binary(name)
        return int(state == "required")

    def _used(self, name: str, code: int, at: int, state: str, given: frozenset[int] | None) -> Switch:
        """Switch of a tier or model by its offer and by whether any menu can use it."""
        if given is not None:
            return int(code in given)
        if state == "optional" and self.box.high[at] <= 0:
            return 0
        return self._switch(name, state)

    def _state_switches(self) -> None:
        catalog, index, offer = self.setting.catalog, self.setting.index, self.setting.catalog.offer
        self.tiers = [
            self._used(f"tier_{i}", i, int(index.tier_uses[i]), offer["tiers"][name], self.given.tiers)
            for i, name in enumerate(catalog.tiers)
        ]
        self.models = [
            self._used(f"model_{i}", i, int(index.model_uses[i]), offer["models"][name], self.given.models)
            for i, name in enumerate(catalog.models)
        ]
        self.products = [self._supported(i, name) for i, name in enumerate(catalog.products)]
        self.engaged = [
            self._switch(f"provider_{i}", offer["providers"][name]) if self.setting.may_engage[i] else 0
            for i, name in enumerate(catalog.providers)
        ]

    def _supported(self, code: int, name: str) -> Switch:
        if self.given.supported is not None:
            return int(code in self.given.supported)
        state = self.setting.catalog.offer["products"][name]
        if state == "optional" and self.box.high[self.setting.index.coverages[code]] <= 0:
            return 0
        return self._switch(f"product_{code}", state)

    def _state_flows(self) -> None:
        setting, routes = self.setting, self.setting.routes
        self.most_cases = setting.classes.cases(self.box.high)
        capacity = setting.catalog.provider_table["capacity_hours"].to_numpy(dtype=float)
        high = np.minimum(self.most_cases[routes.work_class] * np.minimum(routes.max_share, 1.0),
                          capacity[routes.provider] / routes.hours)  # fmt: skip
        needed = self.most_cases > NEGLIGIBLE_CASES
        self.flows = [
            self._variable(f"flow_{i}", 0.0, high[i] if needed[routes.work_class[i]] else 0.0)
            for i in range(len(routes))
        ]
        self.classes = [int(w) for w in np.flatnonzero(needed)]

    def cases(self, work_class: int) -> Expression:
        """Cases of a work class."""
        return combine((self.totals[at], rate) for at, rate in self.setting.classes.terms[work_class])

    def always_served(self, work_class: int) -> bool:
        """Whether even a negligible number of cases can be delivered, whoever is engaged."""
        terms = self.setting.classes.terms[work_class]
        if all(self.box.low[at] == self.box.high[at] for at, _ in terms):
            return True
        routes = self.setting.routes
        at = routes.by_class.get(work_class, [])
        return bool(routes.max_share[at][self.setting.must_engage[routes.provider[at]]].sum() >= 1)

    def most_hours(self, positions: Iterable[int]) -> float:
        """Most hours that the routes at `positions` could be asked to work."""
        return sum(highest(self.flows[i]) * float(self.setting.routes.hours[i]) for i in positions) * (1 + ROUNDING)

    def delivered(self, weights: Iterable[float], positions: Iterable[int] | None = None) -> Expression:
        """Sum of weight x flow over routes (all, or those at `positions`; one weight each)."""
        chosen = range(len(self.flows)) if positions is None else positions
        return combine((self.flows[i], weight) for i, weight in zip(chosen, weights, strict=True) if weight != 0)

    def hours_of(self, provider: int) -> Expression:
        """Hours a provider works."""
        at = self.setting.routes.by_provider.get(provider, [])
        return self.delivered(self.setting.routes.hours[at], at)

    def shared_hours(self) -> Expression:
        """Hours of all teams and partners."""
        counted = shares_hours(self.setting.catalog)[self.setting.routes.provider]
        return self.delivered(self.setting.routes.hours * counted)

    # -- providers' payments ---------------------------------------------------------------------

    def _spending(self, provider: int) -> Spending:
        routes = self.setting.routes
        at = routes.by_provider.get(provider, [])
        case_cost = self.delivered(routes.cost[at], at)
        most = self._most_spending(provider, at)
        steps = self._discount_steps(provider, most)
        commitment = float(self.setting.catalog.provider_table["commitment"].iloc[provider])
        brackets, reached = self._brackets(provider, steps, most) if steps else ((), ())
        net = combine([(case_cost, 1.0), *((spend, -discount) for spend, _, discount in brackets)])
        payment = net if commitment == 0 else self._variable(f"payment_{provider}", 0.0, max(most, commitment))
        return Spending(case_cost, brackets, reached, net, payment)

    def _most_spending(self, provider: int, at: list[int]) -> float:
        routes = self.setting.routes
        capacity = float(self.setting.catalog.provider_table["capacity_hours"].iloc[provider])
        by_flow = sum(float(routes.cost[i]) * highest(self.flows[i]) for i in at)
        dearest = max((float(routes.cost[i] / routes.hours[i]) for i in at), default=0.0)
        return min(by_flow, capacity * dearest) * (1 + ROUNDING)

    def _discount_steps(self, provider: int, most: float) -> list[tuple[float, float]]:
        rows = self.setting.case.tables["volume_discounts"]
        own = rows[rows["provider"] == self.setting.catalog.providers[provider]].sort_values("above")
        return [(a, d) for a, d in zip(own["above"], own["discount"], strict=True) if a < most and d > 0]

    def _brackets(
        self, provider: int, steps: list[tuple[float, float]], most: float
    ) -> tuple[tuple[tuple[Expression, float, float], ...], tuple[Switch, ...]]:
        edges = [0.0, *(above for above, _ in steps), most]
        discounts = [0.0, *(discount for _, discount in steps)]
        widths = np.diff(edges)
        spends = [self._variable(f"spend_{provider}_{k}", 0.0, width) for k, width in enumerate(widths)]
        reached = tuple(self._switch(f"bracket_{provider}_{k}", "optional") for k in range(1, len(spends)))
        return tuple(zip(spends, map(float, widths), discounts, strict=True)), reached

    # -- parts -----------------------------------------------------------------------------------

    def _state_policies(self) -> None:
        catalog, index = self.setting.catalog, self.setting.index
        self.policies = self.setting.policies
        self.policy_used: dict[int, Switch] = {}
        self.policy_choices: list[PolicyChoice] = []
        for product, tier in np.ndindex(*index.parts.shape):
            if self.box.high[index.parts[product, tier]] > NEGLIGIBLE_CASES:
                rows = np.flatnonzero(self.policies["product"] == catalog.products[product])
                self.policy_choices.append(self._policy_choice(product, tier, rows.tolist()))

    def _policy_choice(self, product: int, tier: int, rows: list[int]) -> PolicyChoice:
        at = self.setting.index.parts[product, tier]
        rows = [row for row in rows if not any(self._outdone(row, other, tier) for other in rows if other != row)]
        volume, name = self.totals[at], f"{product}_{tier}"
        if len(rows) == 1 and self.policies["fixed_cost"].iloc[rows[0]] == 0:
            return PolicyChoice(product, tier, tuple(rows), (1,), (volume,), volume)
        for row in rows:
            if row not in self.policy_used:
                free = self.policies["fixed_cost"].iloc[row] == 0
                self.policy_used[row] = 1 if free else self._switch(f"policy_{row}", "optional")
        chosen = tuple(self._switch(f"choice_{name}_{row}", "optional") for row in rows)
        cases = tuple(self._variable(f"parts_{name}_{row}", 0.0, self.box.high[at]) for row in rows)
        return PolicyChoice(product, tier, tuple(rows), chosen, cases, volume)

    def _outdone(self, row: int, other: int, tier: int) -> bool:
        """Whether `other` is at least as good as `row` in every respect (the first of equals stays)."""
        promised = not np.isnan(self.setting.catalog.tier_table["turnaround_hours"].iloc[tier])
        mine, theirs = self.policies.iloc[row], self.policies.iloc[other]
        if theirs["fixed_cost"] > 0 or theirs["parts_cost"] > mine["parts_cost"]:
            return False
        if promised and theirs["turnaround_hours"] > mine["turnaround_hours"]:
            return False
        same = theirs["parts_cost"] == mine["parts_cost"] and mine["fixed_cost"] == 0
        same = same and (not promised or theirs["turnaround_hours"] == mine["turnaround_hours"])
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

    def _fixed_of_tiers_and_models(self) -> Iterator[tuple[Switch, float]]:
        catalog, locked = self.setting.catalog, self.setting.demand.locked
        for switches, costs, held in (
            (self.tiers, catalog.tier_table["fixed_cost"], set(locked.tier.tolist())),
            (self.models, catalog.model_table["fixed_cost"], set(locked.model.tolist())),
        ):
            for code, switch in enumerate(switches):
                yield (1 if code in held else switch), float(costs.iloc[code])

    def _support_cost(self) -> Iterator[tuple[Switch, float]]:
        held = set(self.setting.demand.locked.product.tolist())
        costs = self.setting.catalog.product_table["support_cost"]
        for code, switch in enumerate(self.products):
            yield (1 if code in held else switch), float(costs.iloc[code])

    def _fixed_of_providers(self) -> Iterator[tuple[Switch, float]]:
        fixed = self.setting.catalog.provider_table["fixed_cost"].to_numpy(dtype=float)
        for switch, cost in zip(self.engaged, fixed + readiness_cost(self.setting.catalog), strict=True):
            yield switch, float(cost)

    def _amounts(self) -> dict[str, Expression]:
        """Every amount of money by its KPI name."""
        routes, money = self.setting.routes, dict(zip(MONEY, self.totals, strict=False))
        a = {
            "service_revenue": combine([(money["billed"], 1), (self.delivered(routes.settlement), 1)]),
            "delivery_cost": combine((self.spending[j].payment, 1.0) for j in self.spending),
            "fulfilment_cost": self._fulfilment_cost(),
            "admin_cost": money["admin"],
            "capital_cost": money["capital"],
            "fixed_cost": self._fixed_cost(),
            "loyalty_loss": self.delivered(routes.loyalty_loss),
        }
        costs = ("delivery_cost", "fulfilment_cost", "admin_cost", "capital_cost", "fixed_cost")
        a["service_cost"] = combine((a[name], 1.0) for name in costs)
        a["service_margin"] = combine([(a["service_revenue"], 1.0), (a["service_cost"], -1.0)])
        a["product_revenue"] = combine([(money["product_revenue"], 1.0), (a["loyalty_loss"], -1.0)])
        a["account_revenue"] = combine([(a["product_revenue"], 1.0), (a["service_revenue"], 1.0)])
        a["account_margin"] = combine(
            [
                (money["product_margin"], 1.0),
                (a["loyalty_loss"], -self.setting.mean_margin),
                (a["service_margin"], 1.0),
            ]
        )
        return a
