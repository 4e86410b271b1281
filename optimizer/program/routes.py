"""Work classes and the routes that can serve them: who may deliver what, at what cost and experience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.catalog import Array, Catalog, Codes, codes
from models.economics.delivery_formulas import (
    HOUR_SHARING_KINDS,
    PARTNER_KINDS,
    attainment,
    cost_per_case,
    loyalty_loss_per_case,
    partner_score,
    readiness_charge,
)
from models.partner_scores import barring_scores, general_scores, is_barred
from models.scenario import Scenario

from ..lp.tolerances import FEASIBILITY
from .totals import TotalsIndex


@dataclass(frozen=True)
class WorkClasses:
    """Region x family x service x tier (x performance group), with cases linear in the demand totals; codes (classes,).

    Cases of class w = sum over `terms` of coefficient x total.
    """

    region: Codes
    family: Codes
    service: Codes
    tier: Codes
    group: Codes
    terms: tuple[tuple[tuple[int, float], ...], ...]
    """Per class: (position of a total, cases per unit of it)."""

    def __len__(self) -> int:
        return len(self.region)

    def cases(self, totals: Array) -> Array:
        """Cases a year of each class at given totals (an upper bound at an upper bound of the totals)."""
        return np.array([sum(rate * totals[at] for at, rate in terms) for terms in self.terms], dtype=float)


def work_classes(catalog: Catalog, index: TotalsIndex) -> WorkClasses:
    """Every work class that some unit under contract could cause."""
    groups = 1 + len(catalog.settling_models)
    rows: list[tuple[int, int, int, int, int]] = []
    terms: list[tuple[tuple[int, float], ...]] = []
    shape = (len(catalog.regions), len(catalog.families), len(catalog.services), len(catalog.tiers))
    for region, family, service, tier in np.ndindex(*shape):
        per_incident = float(catalog.cases_per_incident[tier, service])
        per_unit = float(catalog.cases_per_unit[tier, service])
        incidents = index.incidents[region, family, tier]
        if per_incident == 0 and per_unit == 0:
            continue
        if catalog.on_response_clock[service]:
            for group in range(groups):
                rows.append((region, family, service, tier, group))
                terms.append(((int(incidents[group]), per_incident),))
            continue
        rows.append((region, family, service, tier, 0))
        parts = [(int(at), per_incident) for at in incidents if per_incident]
        parts += [(int(index.units[region, family, tier]), per_unit)] if per_unit else []
        terms.append(tuple(parts))
    table = np.array(rows, dtype=np.int64).reshape(-1, 5)
    region_codes, family_codes, service_codes, tier_codes, group_codes = table.T
    return WorkClasses(region_codes, family_codes, service_codes, tier_codes, group_codes, tuple(terms))


@dataclass(frozen=True)
class Routes:
    """Work class x provider pairs with a rate; arrays of shape (routes,), ordered by class, provider."""

    work_class: Codes
    provider: Codes
    cost: Array
    """Paid to the provider per case."""
    settlement: Array
    """m: change of the customer's payment per case."""
    hours: Array
    """Hours per case."""
    csat: Array
    """Satisfaction with the provider's work there, points of 0 to 100."""
    attainment: Array
    """Share of cases answered within the tier's promise."""
    response_hours: Array
    """Mean response time of a case, hours; 0 for services on which no response promise is measured."""
    loyalty_loss: Array
    """Product revenue lost per case."""
    max_share: Array
    """Most of the class's cases."""

    def __len__(self) -> int:
        return len(self.work_class)

    def only(self, keep: NDArray[np.bool_]) -> Routes:
        """The routes marked in `keep`."""
        return Routes(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))

    @cached_property
    def by_class(self) -> Mapping[int, list[int]]:
        """Positions of each work class's routes."""
        return _positions(self.work_class)

    @cached_property
    def by_provider(self) -> Mapping[int, list[int]]:
        """Positions of each provider's routes."""
        return _positions(self.provider)


def _positions(keys: Codes) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    for position, key in enumerate(keys):
        groups.setdefault(int(key), []).append(position)
    return groups


def _rate_rows(catalog: Catalog) -> pd.DataFrame:
    """Rates with codes, a row per tier: a blank tier stands for every tier without a row of its own."""
    rates = catalog.case.tables["rates"]
    keys = ["provider", "region", "family", "service"]
    coded = pd.DataFrame(
        {
            "provider": codes(catalog.providers, rates["provider"]),
            "region": codes(catalog.regions, rates["region"]),
            "family": codes(catalog.families, rates["family"]),
            "service": codes(catalog.services, rates["service"]),
            "tier": codes(catalog.tiers, rates["tier"]),
        }
    ).join(rates[["cost_per_case", "response_hours", "csat", "max_share"]].reset_index(drop=True))
    coded = coded[(coded["region"] >= 0) & (coded["family"] >= 0)]
    own = coded[coded["tier"] >= 0]
    general = coded[coded["tier"] < 0].drop(columns="tier")
    general = general.merge(pd.DataFrame({"tier": range(len(catalog.tiers))}), how="cross")
    every = pd.concat([own, general], ignore_index=True)
    return every.drop_duplicates([*keys, "tier"], keep="first")


def build_routes(catalog: Catalog, classes: WorkClasses) -> Routes:
    """Every route of every provider, engaged or not."""
    keys = ["region", "family", "service", "tier"]
    work = pd.DataFrame({name: getattr(classes, name) for name in [*keys, "group"]})
    work["work_class"] = np.arange(len(classes))
    rows = work.merge(_rate_rows(catalog), on=keys).sort_values(["work_class", "provider"], kind="stable")
    provider, tier, service = (rows[name].to_numpy(dtype=np.int64) for name in ("provider", "tier", "service"))
    response = rows["response_hours"].to_numpy(dtype=float)
    settlement = np.zeros(len(rows))
    for place, model in enumerate(catalog.settling_models):
        for level in range(len(catalog.tiers)):
            at = np.flatnonzero((rows["group"].to_numpy() == place + 1) & (tier == level))
            settlement[at] = catalog.settlement(model, level, response[at])
    tiers, csat = catalog.tier_table, rows["csat"].to_numpy(dtype=float)
    loss, target = (tiers[name].to_numpy(dtype=float)[tier] for name in ("loyalty_loss", "csat_target"))
    risk = catalog.provider_table["risk_share"].to_numpy(dtype=float)[provider]
    return Routes(
        work_class=rows["work_class"].to_numpy(dtype=np.int64),
        provider=provider,
        cost=np.asarray(cost_per_case(rows["cost_per_case"].to_numpy(dtype=float), risk, settlement)),
        settlement=settlement,
        hours=catalog.service_table["hours_per_case"].to_numpy(dtype=float)[service],
        csat=csat,
        attainment=np.asarray(attainment(catalog.promise[tier], response)),
        response_hours=response * catalog.on_response_clock[service],
        loyalty_loss=np.asarray(loyalty_loss_per_case(loss, target, csat)),
        max_share=rows["max_share"].to_numpy(dtype=float),
    )


def shares_hours(catalog: Catalog) -> NDArray[np.bool_]:
    """Whether each provider's hours count as delivered by teams and partners."""
    return np.asarray(catalog.provider_table["kind"].isin(HOUR_SHARING_KINDS), dtype=bool)


def is_partner(catalog: Catalog) -> NDArray[np.bool_]:
    """Whether each provider is a partner."""
    return np.asarray(catalog.provider_table["kind"].isin(PARTNER_KINDS), dtype=bool)


def most_utilization(catalog: Catalog, scenario: Scenario) -> Array:
    """Share of its capacity that each provider may work under the scenario's rule, which teams and partners obey."""
    limit = 1.0 if scenario.max_utilization is None else scenario.max_utilization
    return np.where(shares_hours(catalog), limit, 1.0)


def passes_quality(catalog: Catalog, scenario: Scenario) -> NDArray[np.bool_]:
    """Whether each provider passes the partner-quality rule (every provider that is no partner does)."""
    passed = np.ones(len(catalog.providers), dtype=bool)
    if catalog.case.tables["criteria"].empty:
        return passed
    merged = general_scores(catalog.case.tables)
    for code in np.flatnonzero(is_partner(catalog)):
        own = merged[merged["provider"] == catalog.providers[code]]
        if own.empty:
            continue
        mean = partner_score(own["weight"].tolist(), own["score"].tolist())
        under = bool((own["score"] < own["minimum"]).any())
        low = scenario.min_provider_score is not None and mean < scenario.min_provider_score - FEASIBILITY
        passed[code] = not (under or low)
    return passed


def is_open(catalog: Catalog, classes: WorkClasses, routes: Routes) -> NDArray[np.bool_]:
    """Whether no score for its region or family bars each route's partner from it, shape (routes,)."""
    bars = barring_scores(catalog.case.tables)
    if bars.empty:
        return np.ones(len(routes), dtype=bool)
    places = pd.DataFrame(
        {
            "provider": np.array(catalog.providers, dtype=object)[routes.provider],
            "region": np.array(catalog.regions, dtype=object)[classes.region[routes.work_class]],
            "family": np.array(catalog.families, dtype=object)[classes.family[routes.work_class]],
        }
    )
    return ~is_barred(places, bars)


def readiness_cost(catalog: Catalog) -> Array:
    """What closing every readiness gap of each provider costs a year, once it is engaged."""
    years, rate = _contract_years(catalog), catalog.case.settings.discount_rate
    costs = zip(closing_cost(catalog).tolist(), years.tolist(), strict=True)
    return np.array([readiness_charge(cost, term, rate) for cost, term in costs], dtype=float)


def one_off_cost(catalog: Catalog) -> Array:
    """The part of `readiness_cost` of each provider that is paid once and counted whole."""
    return np.where(np.isnan(_contract_years(catalog)), closing_cost(catalog), 0.0)


def _contract_years(catalog: Catalog) -> Array:
    return catalog.provider_table["contract_years"].to_numpy(dtype=float)


def closing_cost(catalog: Catalog) -> Array:
    """Money that closing every readiness gap of each provider takes, whenever it is counted."""
    rows = catalog.case.tables["readiness"]
    gaps = rows[rows["actual"] < rows["required"]]
    sums = np.bincount(
        codes(catalog.providers, gaps["provider"]),
        weights=gaps["cost_to_close"].to_numpy(dtype=float),
        minlength=len(catalog.providers),
    )
    return sums.astype(np.float64)
