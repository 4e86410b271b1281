"""Rules on who delivers what: flows, capacity, shares, payments, and parts policies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.economics.delivery_formulas import NEGLIGIBLE_CASES

from ..lp.expressions import Row, combine, number
from .formulation import Formulation
from .routes import is_partner, shares_hours

Rows = Iterator[Row]


class FlowBalance:
    """Flows of a work class sum to its cases: sum_j x[w,j] = cases(w).

    A class no provider can serve alone may have up to 1e-6 cases a year.
    """

    name = "flow_conservation"

    def rows(self, program: Formulation) -> Rows:
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

    def rows(self, program: Formulation) -> Rows:
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

    def rows(self, program: Formulation) -> Rows:
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

    def rows(self, program: Formulation) -> Rows:
        """One row per team or partner with a share under 1."""
        catalog = program.setting.catalog
        shares = catalog.provider_table["max_share"].to_numpy(dtype=float)
        for j in program.spending:
            if shares_hours(catalog)[j] and shares[j] < 1:
                yield _share_row(program, j, float(shares[j]))


class MaxProviderShare:
    """Hours of each partner <= max_provider_share x all team and partner hours."""

    name = "max_provider_share"

    def rows(self, program: Formulation) -> Rows:
        """One row per partner."""
        limit = program.setting.scenario.max_provider_share
        if limit is not None:
            for j in program.spending:
                if is_partner(program.setting.catalog)[j]:
                    yield _share_row(program, j, limit)


def _share_row(program: Formulation, provider: int, share: float) -> Row:
    scope = program.setting.catalog.providers[provider]
    return Row(scope, program.hours_of(provider), "<=", combine([(program.shared_hours(), share)]))


class Payment:
    """Payment to an engaged provider = max(case cost after discounts, commitment).

    Stated as two lower bounds: every use of a payment in an objective or rule favours a lower one.
    """

    name = "payment"

    def rows(self, program: Formulation) -> Rows:
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

    def rows(self, program: Formulation) -> Rows:
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

    def rows(self, program: Formulation) -> Rows:
        """Per (product, tier): one policy at most, cases by chosen policy, and all cases met."""
        catalog = program.setting.catalog
        for choice in program.policy_choices:
            scope = f"{catalog.products[choice.product]}, {catalog.tiers[choice.tier]}"
            if not choice.policies:
                yield Row(scope, choice.volume, "<=", number(NEGLIGIBLE_CASES))
            elif not isinstance(choice.chosen[0], int):  # tuples of variables do not compare: == makes a constraint
                yield Row(scope, combine((switch, 1.0) for switch in choice.chosen), "<=", number(1))
                yield Row(scope, combine((cases, 1.0) for cases in choice.cases), "==", choice.volume)
                most = float(program.box.high[program.setting.index.parts[choice.product, choice.tier]])
                for row, switch, cases in zip(choice.policies, choice.chosen, choice.cases, strict=True):
                    named = f"{scope}, {program.policies['policy'].iloc[row]}"
                    yield Row(named, cases, "<=", combine([(switch, most)]))
                    yield Row(named, combine([(switch, 1.0)]), "<=", combine([(program.policy_used[row], 1.0)]))


class Turnaround:
    """Case-weighted mean turnaround of the policies used <= the tier's promise."""

    name = "turnaround"

    def rows(self, program: Formulation) -> Rows:
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


def work_class_name(program: Formulation, w: int) -> str:
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
