"""Rules of the compact program on what is done: who works, what is paid for it, how parts are met."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.economics.delivery_formulas import NEGLIGIBLE_CASES
from optimizer.program.routes import is_partner, shares_hours

from .market import Market
from .offer_rules import states
from .program import Array, Columns, Matrix, Program, Whole, columns, sums, switches, times, total


@dataclass(frozen=True)
class Brackets:
    """Discount brackets of all providers, lowest first in each; one entry a bracket."""

    provider: Whole
    width: Array
    discount: Array
    first: np.ndarray
    """Whether it is the provider's lowest."""


@dataclass(frozen=True)
class PolicyUses:
    """Product, tier and policy that may meet its parts; one entry each."""

    product: Whole
    tier: Whole
    policy: Whole
    """Row of the instance's policies."""
    pair: Whole
    """Number of the product and tier."""


def cases_of(m: Market) -> Matrix:
    """Cases of each work class from the totals, shape (classes, totals)."""
    terms = [(row, at, rate) for row, parts in enumerate(m.instance.classes.terms) for at, rate in parts]
    row, at, rate = np.array(terms).reshape(-1, 3).T
    shape = (len(m.instance.classes), m.instance.index.size)
    return sparse.csr_array((rate, (row.astype(np.int64), at.astype(np.int64))), shape=shape)


def most_flow(m: Market, high: Array) -> Array:
    """Most cases of each route, by the work there can be and by the provider's capacity."""
    routes = m.instance.routes
    capacity = m.instance.catalog.provider_table["capacity_hours"].to_numpy(dtype=float)
    work = (cases_of(m) @ high)[routes.work_class] * np.minimum(routes.max_share, 1.0)
    return np.asarray(np.minimum(work, capacity[routes.provider] / routes.hours))


def brackets(m: Market, high: Array) -> Brackets:
    """Discount brackets of the providers that have any."""
    catalog, routes = m.instance.catalog, m.instance.routes
    most = sums(routes.provider, len(catalog.providers), routes.cost) @ most_flow(m, high)
    rows = []
    for provider, own in m.instance.case.tables["volume_discounts"].groupby("provider"):
        code = catalog.providers.index(str(provider))
        own = own[own["above"] < most[code]].sort_values("above")
        edges = [0.0, *own["above"], most[code]]
        rows += [
            (code, wide, off, k == 0)
            for k, (wide, off) in enumerate(zip(np.diff(edges), [0.0, *own["discount"]], strict=True))
        ]
    table = np.array(rows, dtype=float).reshape(-1, 4)
    return Brackets(table[:, 0].astype(np.int64), table[:, 1], table[:, 2], table[:, 3].astype(bool))


def policy_uses(m: Market, high: Array) -> PolicyUses:
    """The policies of each product, for each tier that can have parts cases."""
    catalog, policies = m.instance.catalog, m.instance.policies
    rows = [
        (product, tier, policy, pair)
        for pair, (product, tier) in enumerate(np.ndindex(*m.instance.index.parts.shape))
        if high[m.instance.index.parts[product, tier]] > NEGLIGIBLE_CASES
        for policy in np.flatnonzero(policies["product"] == catalog.products[product])
    ]
    return PolicyUses(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


def delivery_columns(m: Market, high: Array, unit: float) -> Iterator[Columns]:
    """Providers engaged, flows, payments, discount brackets, policies; money in `unit`."""
    catalog, routes = m.instance.catalog, m.instance.routes
    low, most = states(catalog.offer["providers"][name] for name in catalog.providers)
    steps, uses = brackets(m, high), policy_uses(m, high)
    yield switches("provider", len(low), low, most * m.instance.may_engage)
    yield columns("flow", len(routes), high=most_flow(m, high))
    yield columns("payment", len(low))
    yield columns("spend", len(steps.width), high=steps.width / unit)
    yield switches("reached", len(steps.width), low=steps.first)
    yield columns("parts", len(uses.pair), high=high[m.instance.index.parts[uses.product, uses.tier]])
    yield switches("chosen", len(uses.pair))
    yield switches("policy", len(m.instance.policies))


def require_delivery(program: Program, m: Market, high: Array) -> None:
    """Work done, capacity and shares, payments, parts, experience."""
    _require_work(program, m)
    _require_payments(program, m, brackets(m, high))
    _require_parts(program, m, policy_uses(m, high), high)
    _require_experience(program, m)


def _require_work(program: Program, m: Market) -> None:
    catalog, routes = m.instance.catalog, m.instance.routes
    flow, cases = program.of("flow"), cases_of(m) @ program.of("total")
    program.require("delivered", sums(routes.work_class, len(m.instance.classes)) @ flow - cases, low=0, high=0)
    program.require("share of a class", flow - times(routes.max_share, cases[routes.work_class]), high=0)
    hours = sums(routes.provider, len(catalog.providers), routes.hours) @ flow
    capacity = catalog.provider_table["capacity_hours"].to_numpy(dtype=float)
    program.require("capacity", hours - times(capacity, program.of("provider")), high=0)
    most = catalog.provider_table["max_share"].to_numpy(dtype=float).copy()
    if m.scenario.max_provider_share is not None:
        most[is_partner(catalog)] = np.minimum(most[is_partner(catalog)], m.scenario.max_provider_share)
    bound = shares_hours(catalog) & (most < 1)
    shared = total(hours, shares_hours(catalog))
    program.require("share of hours", hours[bound] - times(most[bound], shared[np.zeros(bound.sum(), int)]), high=0)
    most_engaged = m.scenario.max_providers
    program.require("providers", total(program.of("provider")), high=np.inf if most_engaged is None else most_engaged)


def _require_payments(program: Program, m: Market, steps: Brackets) -> None:
    catalog, routes = m.instance.catalog, m.instance.routes
    payment, spend, reached = program.of("payment"), program.of("spend"), program.of("reached")
    providers = len(catalog.providers)
    cost = sums(routes.provider, providers, routes.cost / program.unit) @ program.of("flow")
    by_provider = sums(steps.provider, providers)
    some = np.unique(steps.provider)
    program.require("case cost by bracket", (cost - by_provider @ spend)[some], low=0, high=0)
    width, later = steps.width / program.unit, np.flatnonzero(~steps.first)
    program.require("bracket reached", spend - times(width, reached), high=0)
    program.require("brackets in order", spend[later - 1] - times(width[later - 1], reached[later]), low=0)
    program.require("paid for work", payment - cost + by_provider @ times(steps.discount, spend), low=0)
    commitment = catalog.provider_table["commitment"].to_numpy(dtype=float) / program.unit
    program.require("paid at least", payment - times(commitment, program.of("provider")), low=0)


def _require_parts(program: Program, m: Market, uses: PolicyUses, high: Array) -> None:
    parts, chosen, index = program.of("parts"), program.of("chosen"), m.instance.index.parts
    pairs = index.size
    volume = program.of("total")[index.ravel()]
    met = np.unique(uses.pair)
    program.require("parts met", (sums(uses.pair, pairs) @ parts - volume)[met], low=0, high=0)
    most = high[index[uses.product, uses.tier]]
    program.require("one policy", sums(uses.pair, pairs) @ chosen, high=1)
    program.require("by the policy", parts - times(most, chosen), high=0)
    program.require("policy used", chosen - program.of("policy")[uses.policy], high=0)
    turnaround = m.instance.policies["turnaround_hours"].to_numpy(dtype=float)[uses.policy]
    promise = m.instance.catalog.tier_table["turnaround_hours"].to_numpy(dtype=float)
    late = np.nan_to_num(turnaround - promise[uses.tier])  # blank is no promise
    program.require("turnaround", sums(uses.tier, len(promise), late) @ parts, high=0)


def _require_experience(program: Program, m: Market) -> None:
    catalog, routes, classes = m.instance.catalog, m.instance.routes, m.instance.classes
    tier, region = classes.tier[routes.work_class], classes.region[routes.work_class]
    place, places = tier * len(catalog.regions) + region, len(catalog.tiers) * len(catalog.regions)
    floor = catalog.tier_table["csat_floor"].to_numpy(dtype=float)[tier]
    program.require("satisfaction", sums(place, places, routes.csat - floor) @ program.of("flow"), low=0)
    least = catalog.tier_table["min_attainment"].to_numpy(dtype=float)[tier]
    on_clock = catalog.on_response_clock[classes.service[routes.work_class]]
    kept = (routes.attainment - least) * on_clock
    program.require("promises kept", sums(place, places, kept) @ program.of("flow"), low=0)
