"""Rules on who delivers what: flows, capacity, shares, payments, and parts policies.

Cases that may be left unserved (`Formulation.unserved`) are cases of their work class all the same: they stand beside
its flows, and shares of cases are of both. Shares of hours are of the hours worked.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.economics.delivery_formulas import NEGLIGIBLE_CASES

from ..lp.expressions import Row, combine, number
from .formulation import Formulation
from .routes import is_partner, shares_hours

Rows = Iterator[Row]


class FlowBalance:
    """All cases of a work class are worked: sum_j x_wj = cases_w.

    A class no provider can serve alone may have up to 1e-6 cases a year.
    """

    name = "flow_conservation"

    def rows(self, program: Formulation) -> Rows:
        """One row per work class, two where the class may be left unserved."""
        for w in program.classes:
            at = program.instance.routes.by_class.get(w, [])
            flows = combine([(program.delivered([1.0] * len(at), at), 1.0), (program.unserved[w], 1.0)])
            cases = program.cases(w)
            scope = work_class_name(program, w)
            if program.may_leave_work or program.always_served(w):
                yield Row(scope, flows, "==", cases)
                continue
            yield Row(scope, flows, "<=", cases)
            yield Row(scope, flows, ">=", combine([(cases, 1.0), (NEGLIGIBLE_CASES, -1.0)]))


class RateMaxShare:
    """A provider takes at most its share of a work class: x_wj <= max_share_wj * sum_k x_wk."""

    name = "rate_share"

    def rows(self, program: Formulation) -> Rows:
        """One row per route with a share under 1."""
        routes = program.instance.routes
        needed = set(program.classes)
        for i in np.flatnonzero(routes.max_share < 1):
            w = int(routes.work_class[i])
            if w in needed:
                at = routes.by_class[w]
                share = float(routes.max_share[i])
                whole = combine([(program.delivered([share] * len(at), at), 1.0), (program.unserved[w], share)])
                provider = program.instance.catalog.providers[routes.provider[i]]
                yield Row(f"{work_class_name(program, w)}, {provider}", program.flows[i], "<=", whole)


class Capacity:
    """A provider works within its capacity, and only where engaged: hours_j <= capacity_hours_j * engaged_j."""

    name = "capacity"

    def rows(self, program: Formulation) -> Rows:
        """One row per provider that may be engaged."""
        capacity = program.instance.catalog.provider_table["capacity_hours"].to_numpy(dtype=float)
        for j in program.spending:
            at = program.instance.routes.by_provider.get(j, [])
            hours = program.hours_of(j)
            # No more than all it could be asked to do: a tight factor gives better bounds.
            most = min(float(capacity[j]), program.most_hours(at))
            yield Row(program.instance.catalog.providers[j], hours, "<=", combine([(program.engaged[j], most)]))


class MaxUtilization:
    """A team or partner keeps to a share of its capacity: hours_j <= max_utilization * capacity_hours_j * engaged_j.

    The rule looks at the whole capacity, whatever part of it an engagement leaves; both hold.
    """

    name = "max_utilization"

    def rows(self, program: Formulation) -> Rows:
        """One row per team or partner that could be asked to work more."""
        catalog, limit = program.instance.catalog, program.instance.scenario.max_utilization
        capacity = catalog.provider_table["capacity_hours"].to_numpy(dtype=float)
        if limit is None:
            return
        for j in program.spending:
            most = limit * float(capacity[j])
            at = program.instance.routes.by_provider.get(j, [])
            if shares_hours(catalog)[j] and most < program.most_hours(at):
                yield Row(catalog.providers[j], program.hours_of(j), "<=", combine([(program.engaged[j], most)]))


class ProviderMaxShare:
    """A team or partner works at most its share of the hours of all of them: hours_j <= max_share_j * sum_k hours_k."""

    name = "provider_share"

    def rows(self, program: Formulation) -> Rows:
        """One row per team or partner with a share under 1."""
        catalog = program.instance.catalog
        shares = catalog.provider_table["max_share"].to_numpy(dtype=float)
        for j in program.spending:
            if shares_hours(catalog)[j] and shares[j] < 1:
                yield _share_row(program, j, float(shares[j]))


class MaxProviderShare:
    """A partner works at most a share of all team and partner hours: hours_j <= max_provider_share * sum_k hours_k."""

    name = "max_provider_share"

    def rows(self, program: Formulation) -> Rows:
        """One row per partner."""
        limit = program.instance.scenario.max_provider_share
        if limit is not None:
            for j in program.spending:
                if is_partner(program.instance.catalog)[j]:
                    yield _share_row(program, j, limit)


def _share_row(program: Formulation, provider: int, share: float) -> Row:
    scope = program.instance.catalog.providers[provider]
    return Row(scope, program.hours_of(provider), "<=", combine([(program.shared_hours, share)]))


class Payment:
    """A provider is paid for its cases, or its commitment if more: payment_j = max(net_j, commitment_j * engaged_j).

    `net_j` is the case cost after discounts. Stated as two lower bounds: every use of a payment in an objective
    or rule favours a lower one.
    """

    name = "payment"

    def rows(self, program: Formulation) -> Rows:
        """Two rows per provider with a commitment."""
        commitments = program.instance.catalog.provider_table["commitment"].to_numpy(dtype=float)
        for j, spending in program.spending.items():
            if commitments[j] > 0:
                scope = program.instance.catalog.providers[j]
                yield Row(scope, spending.payment, ">=", spending.net)
                yield Row(scope, spending.payment, ">=", combine([(program.engaged[j], float(commitments[j]))]))


class VolumeDiscounts:
    """Brackets fill one by one, lowest first: width_jk * reached_j(k+1) <= spend_jk <= width_jk * reached_jk.

    Case cost is what is spent in all, `sum_k spend_jk`; the first bracket is always reached.
    """

    name = "volume_discounts"

    def rows(self, program: Formulation) -> Rows:
        """For each provider with discounts: the sum, and two rows per bracket after the first."""
        for j, spending in program.spending.items():
            if not spending.brackets:
                continue
            scope = program.instance.catalog.providers[j]
            spends = combine((spend, 1.0) for spend, _, _ in spending.brackets)
            yield Row(scope, spends, "==", spending.case_cost)
            for k, reached in enumerate(spending.reached, start=1):
                below, width_below, _ = spending.brackets[k - 1]
                spend, width, _ = spending.brackets[k]
                yield Row(f"{scope}, bracket {k}", spend, "<=", combine([(reached, width)]))
                yield Row(f"{scope}, bracket {k}", below, ">=", combine([(reached, width_below)]))


class PartsPolicies:
    """One policy meets all parts cases there are: sum_q met_ptq = parts_pt, met_ptq <= parts_pt * chosen_ptq.

    For each product and tier at most one is chosen, `sum_q chosen_ptq <= 1`, and its fixed cost is paid once,
    `chosen_ptq <= used_q`.
    """

    name = "policies"

    def rows(self, program: Formulation) -> Rows:
        """Per (product, tier): one policy at most, cases by chosen policy, and all cases met."""
        catalog = program.instance.catalog
        for choice in program.policy_choices:
            scope = f"{catalog.products[choice.product]}, {catalog.tiers[choice.tier]}"
            if not choice.policies:
                yield Row(scope, choice.volume, "<=", number(NEGLIGIBLE_CASES))
            elif not isinstance(choice.chosen[0], int):  # tuples of variables do not compare: == makes a constraint
                yield Row(scope, combine((chosen, 1.0) for chosen in choice.chosen), "<=", number(1))
                yield Row(scope, combine((cases, 1.0) for cases in choice.cases), "==", choice.volume)
                most = float(program.box.high[program.instance.index.parts[choice.product, choice.tier]])
                for row, chosen, cases in zip(choice.policies, choice.chosen, choice.cases, strict=True):
                    named = f"{scope}, {program.policies['policy'].iloc[row]}"
                    yield Row(named, cases, "<=", combine([(chosen, most)]))
                    yield Row(named, combine([(chosen, 1.0)]), "<=", combine([(program.policy_used[row], 1.0)]))


class Turnaround:
    """Parts come in time on average: sum_pq turnaround_hours_q * met_ptq <= turnaround_hours_t * sum_pq met_ptq."""

    name = "turnaround"

    def rows(self, program: Formulation) -> Rows:
        """One row per tier with a promise."""
        hours = program.policies["turnaround_hours"].to_numpy(dtype=float)
        promises = program.instance.catalog.tier_table["turnaround_hours"].to_numpy(dtype=float)
        for t in np.flatnonzero(~np.isnan(promises)):
            met = [
                (cases, float(hours[row]))
                for choice in program.policy_choices
                if choice.tier == t
                for row, cases in zip(choice.policies, choice.cases, strict=True)
            ]
            if met:
                promised = combine((cases, float(promises[t])) for cases, _ in met)
                yield Row(program.instance.catalog.tiers[t], combine(met), "<=", promised)


def work_class_name(program: Formulation, w: int) -> str:
    """Region, family, service, tier (and model) of a work class."""
    catalog, classes = program.instance.catalog, program.instance.classes
    names = [
        catalog.regions[classes.region[w]],
        catalog.families[classes.family[w]],
        catalog.services[classes.service[w]],
        catalog.tiers[classes.tier[w]],
    ]
    if classes.group[w]:
        names.append(catalog.models[catalog.settling_models[classes.group[w] - 1]])
    return ", ".join(names)
