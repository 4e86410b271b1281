"""The rules a plan must obey, each a small class: a name, when it is on, and its rows.

Left and right sides are kept apart and in natural units, so that a row can be read, loosened or
relaxed without knowing the rule. To add a rule, write its class and list it in `RULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar, Protocol

import numpy as np

from models.catalog import Codes
from models.delivery import NEGLIGIBLE_CASES

from .expressions import Expression, Row, Switch, combine
from .routes import is_partner, shares_hours
from .statement import Statement

Rows = Iterator[Row]


class Rule(Protocol):
    """A rule of the model or of the scenario."""

    @property
    def name(self) -> str:
        """The rule's key, the same in scenarios, audits and reports."""
        ...

    def rows(self, program: Statement) -> Rows:
        """The rule's rows; none when the rule is off."""
        ...


def _number(value: float) -> Expression:
    return combine([(float(value), 1.0)])


class FlowBalance:
    """Flows of a work class sum to its cases: sum_j x[w,j] = cases(w).

    A class no provider can serve alone may have up to 1e-6 cases a year.
    """

    name = "flow_conservation"

    def rows(self, program: Statement) -> Rows:
        """One row per work class, two where the class may be left unserved."""
        for w in program.classes:
            at = program.setting.routes.by_class.get(w, [])
            flows, cases = program.delivered([1.0] * len(at), at), program.cases(w)
            scope = work_class_name(program, w)
            if program.always_served(w):
                yield Row(scope, flows, "==", cases)
                continue
            yield Row(scope, flows, "<=", cases)
            yield Row(scope, flows, ">=", combine([(cases, 1.0), (NEGLIGIBLE_CASES, -1.0)]))


class RateMaxShare:
    """A route serves at most its share of a class: x[w,j] <= max_share x sum_j x[w,j]."""

    name = "rate_share"

    def rows(self, program: Statement) -> Rows:
        """One row per route with a share under 1."""
        routes = program.setting.routes
        needed = set(program.classes)
        for i in np.flatnonzero(routes.max_share < 1):
            w = int(routes.work_class[i])
            if w in needed:
                at = routes.by_class[w]
                whole = program.delivered([float(routes.max_share[i])] * len(at), at)
                provider = program.setting.catalog.providers[routes.provider[i]]
                yield Row(f"{work_class_name(program, w)}, {provider}", program.flows[i], "<=", whole)


class Capacity:
    """Hours of a provider <= capacity_hours when engaged, 0 otherwise."""

    name = "capacity"

    def rows(self, program: Statement) -> Rows:
        """One row per provider that may be engaged."""
        capacity = program.setting.catalog.provider_table["capacity_hours"].to_numpy(dtype=float)
        for j in program.spending:
            at = program.setting.routes.by_provider.get(j, [])
            hours = program.hours_of(j)
            # No more than all it could be asked to do: a tight factor on the switch gives better bounds.
            most = min(float(capacity[j]), program.most_hours(at))
            yield Row(program.setting.catalog.providers[j], hours, "<=", combine([(program.engaged[j], most)]))


class ProviderMaxShare:
    """Hours of a team or partner <= providers.max_share x all team and partner hours."""

    name = "provider_share"

    def rows(self, program: Statement) -> Rows:
        """One row per team or partner with a share under 1."""
        catalog = program.setting.catalog
        shares = catalog.provider_table["max_share"].to_numpy(dtype=float)
        for j in program.spending:
            if shares_hours(catalog)[j] and shares[j] < 1:
                yield _share_row(program, j, float(shares[j]))


class MaxProviderShare:
    """Hours of each partner <= max_provider_share x all team and partner hours."""

    name = "max_provider_share"

    def rows(self, program: Statement) -> Rows:
        """One row per partner."""
        limit = program.setting.scenario.max_provider_share
        if limit is not None:
            for j in program.spending:
                if is_partner(program.setting.catalog)[j]:
                    yield _share_row(program, j, limit)


def _share_row(program: Statement, provider: int, share: float) -> Row:
    scope = program.setting.catalog.providers[provider]
    return Row(scope, program.hours_of(provider), "<=", combine([(program.shared_hours(), share)]))


class Payment:
    """Payment to an engaged provider = max(case cost after discounts, commitment).

    Stated as two lower bounds: every use of a payment in an objective or rule favours a lower one.
    """

    name = "payment"

    def rows(self, program: Statement) -> Rows:
        """Two rows per provider with a commitment."""
        commitments = program.setting.catalog.provider_table["commitment"].to_numpy(dtype=float)
        for j, spending in program.spending.items():
            if commitments[j] > 0:
                scope = program.setting.catalog.providers[j]
                yield Row(scope, spending.payment, ">=", spending.net)
                yield Row(scope, spending.payment, ">=", combine([(program.engaged[j], float(commitments[j]))]))


class VolumeDiscounts:
    """Case cost is spent bracket by bracket: a bracket opens only when the one below is full."""

    name = "volume_discounts"

    def rows(self, program: Statement) -> Rows:
        """For each provider with discounts: the sum, and two rows per bracket after the first."""
        for j, spending in program.spending.items():
            if not spending.brackets:
                continue
            scope = program.setting.catalog.providers[j]
            spends = combine((spend, 1.0) for spend, _, _ in spending.brackets)
            yield Row(scope, spends, "==", spending.case_cost)
            for k, reached in enumerate(spending.reached, start=1):
                below, width_below, _ = spending.brackets[k - 1]
                spend, width, _ = spending.brackets[k]
                yield Row(f"{scope}, bracket {k}", spend, "<=", combine([(reached, width)]))
                yield Row(f"{scope}, bracket {k}", below, ">=", combine([(reached, width_below)]))


class PartsPolicies:
    """Each (product, tier) with parts cases uses exactly one policy, which meets all of them."""

    name = "policies"

    def rows(self, program: Statement) -> Rows:
        """Per (product, tier): one policy at most, cases by chosen policy, and all cases met."""
        catalog = program.setting.catalog
        for choice in program.policy_choices:
            scope = f"{catalog.products[choice.product]}, {catalog.tiers[choice.tier]}"
            if not choice.policies:
                yield Row(scope, choice.volume, "<=", _number(NEGLIGIBLE_CASES))
            elif not isinstance(choice.chosen[0], int):  # tuples of variables do not compare: == makes a constraint
                yield Row(scope, combine((switch, 1.0) for switch in choice.chosen), "<=", _number(1))
                yield Row(scope, combine((cases, 1.0) for cases in choice.cases), "==", choice.volume)
                most = float(program.box.high[program.setting.index.parts[choice.product, choice.tier]])
                for row, switch, cases in zip(choice.policies, choice.chosen, choice.cases, strict=True):
                    named = f"{scope}, {program.policies['policy'].iloc[row]}"
                    yield Row(named, cases, "<=", combine([(switch, most)]))
                    yield Row(named, combine([(switch, 1.0)]), "<=", combine([(program.policy_used[row], 1.0)]))


class Turnaround:
    """Case-weighted mean turnaround of the policies used <= the tier's promise."""

    name = "turnaround"

    def rows(self, program: Statement) -> Rows:
        """One row per tier with a promise."""
        hours = program.policies["turnaround_hours"].to_numpy(dtype=float)
        promises = program.setting.catalog.tier_table["turnaround_hours"].to_numpy(dtype=float)
        for t in np.flatnonzero(~np.isnan(promises)):
            met = [
                (cases, float(hours[row]))
                for choice in program.policy_choices
                if choice.tier == t
                for row, cases in zip(choice.policies, choice.cases, strict=True)
            ]
            if met:
                promised = combine((cases, float(promises[t])) for cases, _ in met)
                yield Row(program.setting.catalog.tiers[t], combine(met), "<=", promised)


def _means(program: Statement, keep: Callable[[int], bool]) -> Iterator[tuple[int, str, list[int]]]:
    """(tier, scope, positions of routes) of every (tier, region) with work classes that `keep` accepts."""
    setting = program.setting
    groups: dict[tuple[int, int], list[int]] = {}
    for w in program.classes:
        if keep(w):
            key = int(setting.classes.tier[w]), int(setting.classes.region[w])
            groups.setdefault(key, []).extend(setting.routes.by_class.get(w, []))
    for (tier, region), at in sorted(groups.items()):
        if at:
            yield tier, f"{setting.catalog.tiers[tier]}, {setting.catalog.regions[region]}", at


class CsatFloor:
    """Case-weighted mean CSAT of a tier in a region >= csat_floor: sum x csat >= floor x sum x."""

    name = "csat_floor"

    def rows(self, program: Statement) -> Rows:
        """One row per tier and region with work."""
        floors = program.setting.catalog.tier_table["csat_floor"].to_numpy(dtype=float)
        csat = program.setting.routes.csat
        for tier, scope, at in _means(program, lambda _: True):
            right = program.delivered([float(floors[tier])] * len(at), at)
            yield Row(scope, program.delivered(csat[at], at), ">=", right)


class MaxCsatOverTarget:
    """Case-weighted mean CSAT of a tier in a region <= csat_target + max_csat_over_target."""

    name = "max_csat_over_target"

    def rows(self, program: Statement) -> Rows:
        """One row per tier and region with work."""
        over = program.setting.scenario.max_csat_over_target
        if over is None:
            return
        targets = program.setting.catalog.tier_table["csat_target"].to_numpy(dtype=float)
        csat = program.setting.routes.csat
        for tier, scope, at in _means(program, lambda _: True):
            right = program.delivered([float(targets[tier]) + over] * len(at), at)
            yield Row(scope, program.delivered(csat[at], at), "<=", right)


class Attainment:
    """Case-weighted mean attainment of a tier's response-clock cases in a region >= min_attainment."""

    name = "min_attainment"

    def rows(self, program: Statement) -> Rows:
        """One row per tier and region with response-clock work, where the tier promises a share."""
        setting = program.setting
        floors = setting.catalog.tier_table["min_attainment"].to_numpy(dtype=float)
        clock = setting.catalog.on_response_clock
        for tier, scope, at in _means(program, lambda w: bool(clock[setting.classes.service[w]])):
            if floors[tier] > 0:
                right = program.delivered([float(floors[tier])] * len(at), at)
                yield Row(scope, program.delivered(setting.routes.attainment[at], at), ">=", right)


class _Margin:
    """margin >= share x revenue."""

    name: ClassVar[str]
    margin: ClassVar[str]
    revenue: ClassVar[str]

    def rows(self, program: Statement) -> Rows:
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

    def rows(self, program: Statement) -> Rows:
        """One row, when the scenario sets the share."""
        share = program.setting.scenario.max_cost_to_serve
        if share is not None:
            costs = ("delivery_cost", "fulfilment_cost", "admin_cost")
            left = combine((program.amounts[name], 1.0) for name in costs)
            yield Row("", left, "<=", combine([(program.amounts["service_revenue"], float(share))]))


class TiersOffered:
    """A tier is offered exactly when some menu has it: uses <= books x offered, uses >= offered."""

    name = "tiers_offered"

    def rows(self, program: Statement) -> Rows:
        """Two rows per tier. One row over all books solves faster than one per book and tier."""
        yield from _uses(program, program.tiers, program.setting.index.tier_uses, program.setting.catalog.tiers)


class ModelsUsed:
    """A pricing model is used exactly when some menu has it."""

    name = "models_used"

    def rows(self, program: Statement) -> Rows:
        """Two rows per model."""
        yield from _uses(program, program.models, program.setting.index.model_uses, program.setting.catalog.models)


def _uses(program: Statement, switches: list[Switch], positions: Codes, names: tuple[str, ...]) -> Rows:
    if program.given.tiers is not None:
        return
    for switch, at, name in zip(switches, positions, names, strict=True):
        most = float(program.box.high[at])
        yield Row(name, program.totals[at], "<=", combine([(switch, most)]))
        yield Row(name, program.totals[at], ">=", combine([(switch, 1.0)]))


class Coverage:
    """A price book covers an optional product only if the plan supports it."""

    name = "coverage"

    def rows(self, program: Statement) -> Rows:
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

    def rows(self, program: Statement) -> Rows:
        """One row, when the scenario sets the count."""
        limit = getattr(program.setting.scenario, self.name)
        menus_given = program.given.tiers is not None and self.counted != "engaged"
        if limit is not None and not menus_given:
            left = combine((switch, 1.0) for switch in getattr(program, self.counted))
            yield Row("", left, self.sense, _number(limit))


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


def work_class_name(program: Statement, w: int) -> str:
    """Region, family, service, tier (and model) of a work class."""
    catalog, classes = program.setting.catalog, program.setting.classes
    names = [
        catalog.regions[classes.region[w]],
        catalog.families[classes.family[w]],
        catalog.services[classes.service[w]],
        catalog.tiers[classes.tier[w]],
    ]
    if classes.group[w]:
        names.append(catalog.models[catalog.settling_models[classes.group[w] - 1]])
    return ", ".join(names)


RULES: tuple[Rule, ...] = (
    FlowBalance(),
    RateMaxShare(),
    Capacity(),
    ProviderMaxShare(),
    MaxProviderShare(),
    Payment(),
    VolumeDiscounts(),
    PartsPolicies(),
    Turnaround(),
    CsatFloor(),
    MaxCsatOverTarget(),
    Attainment(),
    MinServiceMargin(),
    MinAccountMargin(),
    MaxCostToServe(),
    TiersOffered(),
    ModelsUsed(),
    Coverage(),
    MinTiers(),
    MaxTiers(),
    MaxModels(),
    MaxProviders(),
)
"""Every rule of the program. Rules on one menu alone (size, price points, ladder, price change) are kept
by the menus the search proposes, and partner quality by the routes that exist."""
