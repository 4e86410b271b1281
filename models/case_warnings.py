"""Warnings: what is legal in a case or a scenario but likely a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .case import Case
from .economics.delivery_formulas import PARTNER_KINDS
from .installed_base import InstalledBase
from .intake.plausibility.case_view import PLACE, CaseView
from .intake.plausibility.checks import odd_values
from .intake.plausibility.scenario_checks import odd_rules
from .labels import misleading_labels
from .partner_scores import barring_scores, general_scores, is_barred
from .problems import listed, quoted, suggestion
from .rules import MONEY_RULES
from .scenario import Scenario
from .schema import TABLES, ColumnKind
from .text.lookalikes import ODD, difference, looks, twins

Tables = Mapping[str, pd.DataFrame]
MOST_PAIRS = 5
"""Pairs of names that look alike told one by one for each column."""
_NAMED = 8
"""Names that one sentence spells out."""
LEAST_MARGINS = tuple(key for key, spec in MONEY_RULES.items() if spec.least)


@dataclass(eq=False, repr=False)
class LazyWarnings(Sequence[str]):
    """Warnings of a case, looked for when they are first asked for: few of those who change a case read them."""

    case: Case
    notes: tuple[str, ...] = ()
    """What was noted in reading it."""

    @cached_property
    def found(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.notes, *case_warnings(self.case))

    def __len__(self) -> int:
        return len(self.found)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[str, ...]: ...

    def __getitem__(self, place: int | slice) -> str | tuple[str, ...]:
        return self.found[place]

    def __eq__(self, other: object) -> bool:
        return self.found == tuple(other) if isinstance(other, Sequence) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.found)

    def __repr__(self) -> str:
        return repr(self.found)


def case_warnings(case: Case) -> tuple[str, ...]:
    """Warnings that hold whatever the scenario, one sentence each."""
    tables, view = case.tables, CaseView(case)
    held = _held(view.holdings)
    checks = (
        _strange_regions(case),
        _strange_scores(tables, regions_with_accounts(case)),
        _unserved_tiers(view),
        _unkept_promises(tables),
        _idle_partners(tables, regions_with_accounts(case)),
        _idle_scores(tables),
        _unbilled_options(tables, held),
        _products_without_parts(tables),
        _look_alikes(case),
        misleading_labels(case),
        odd_values(view),
    )
    return tuple(sentence for sentences in checks for sentence in sentences)


def _look_alikes(case: Case) -> Iterator[str]:
    """Two names of one kind that look the same. They are two names, so this is no error; nobody can mean it, though."""
    for name in case.tables:
        schema = TABLES[name].with_columns(case.columns(name).columns)
        paired = {column for columns, _ in schema.pairs for column in columns}
        for column in schema.columns:
            if column.kind is ColumnKind.TEXT and not column.refers and column.name not in paired:
                yield from _pairs(f"{name}, column {column.name}", case.columns(name).categorical(column.name).known)
    yield from _pairs("scenarios", pa.array(case.scenarios, pa.large_string()))


def _pairs(where: str, known: pa.LargeStringArray) -> Iterator[str]:
    odd = known.filter(pc.match_substring_regex(known, ODD)).to_pylist()
    alike = pa.array({*map(looks, odd)}, pa.large_string())
    found = list(twins([*known.filter(pc.is_in(known, value_set=alike)).to_pylist(), *odd]))
    for one, other in found[:MOST_PAIRS]:
        yield (
            f"{where}: {quoted(one)} and {quoted(other)} are two names that look alike; "
            f"the second {difference(other, one)}. Write them the same way if one is meant."
        )
    if len(found) > MOST_PAIRS:
        yield f"{where}: {len(found) - MOST_PAIRS} more pairs of names look alike."


def regions_with_accounts(case: Case) -> frozenset[str]:
    """Names of the regions in which some account stands."""
    return frozenset(case.columns("accounts").categorical("region").known.to_pylist())


def _held(holdings: InstalledBase) -> pd.DataFrame:
    """segment, region, product with the hours of use a year of the units there."""
    return holdings.groups.assign(hours=holdings.sums(holdings.hours))


def scenario_warnings(case: Case, scenario: Scenario) -> tuple[str, ...]:
    """Warnings about one scenario of a case (with its changes made, if any), one sentence each."""
    return (*_revenue_without_margin(scenario), *_low_partners(case.tables, scenario), *odd_rules(case, scenario))


def _revenue_without_margin(scenario: Scenario) -> Iterator[str]:
    if scenario.objective.endswith("_revenue") and all(getattr(scenario, rule) is None for rule in LEAST_MARGINS):
        yield (
            f"Scenario {scenario.name} maximizes {scenario.objective} without {' or '.join(LEAST_MARGINS)}: "
            "nothing keeps the plan from buying revenue at a loss."
        )


def _low_partners(tables: Tables, scenario: Scenario) -> Iterator[str]:
    least = scenario.min_provider_score
    if least is None:
        return
    for provider, score in weighted_scores(tables).items():
        if score < least and provider in set(_engageable(tables)["provider"]):
            yield (
                f"Partner {provider} can never be engaged in scenario {scenario.name}: "
                f"its score {score:.3g} is under min_provider_score {least:g}."
            )


def weighted_scores(tables: Tables) -> dict[str, float]:
    """Weighted mean score of each scored provider over the criteria asked of its kind, 0..10."""
    scores = general_scores(tables)
    scores["weighted"] = scores["score"] * scores["weight"]
    sums = scores.groupby("provider")[["weighted", "weight"]].sum()
    return {str(name): float(row["weighted"] / row["weight"]) for name, row in sums.iterrows()}


def _engageable(tables: Tables) -> pd.DataFrame:
    """Partners that are not excluded."""
    providers = tables["providers"]
    return providers[providers["kind"].isin(PARTNER_KINDS) & (providers["engage"] != "excluded")]


def _strange_regions(case: Case) -> Iterator[str]:
    """Regions that rates name but no account does: a rate card wider than today's customers, or a slip."""
    regions, words = regions_with_accounts(case), case.columns("rates").categorical("region")
    strange = sorted(set(words.known.to_pylist()) - regions)
    if strange:
        known = sorted(regions)
        places = [f"{quoted(name)}{suggestion(name, known)}" for name in strange[:_NAMED]]
        count = f"{int(words.among(strange).sum()):,} of {len(words):,} rows"
        named = listed([*places, *strange[_NAMED:]], _NAMED)
        yield f"Rates for a region without accounts have no effect ({count}): {named}."


def _strange_scores(tables: Tables, regions: frozenset[str]) -> Iterator[str]:
    """Regions that scores name but no account does."""
    strange = sorted(set(tables["scores"]["region"]) - regions - {""})
    if strange:
        places = [f"{quoted(name)}{suggestion(name, sorted(regions))}" for name in strange]
        yield f"Scores for a region without accounts have no effect: {listed(places, _NAMED)}."


def _idle_partners(tables: Tables, regions: frozenset[str]) -> Iterator[str]:
    scores = general_scores(tables)
    failed = scores[scores["score"] < scores["minimum"]]
    rates, bars = tables["rates"], barring_scores(tables)
    there = (rates["max_share"] > 0) & rates["region"].isin(regions)
    usable = set(rates.loc[there, "provider"])
    free = set(rates.loc[there & ~is_barred(rates, bars), "provider"])
    for provider in _engageable(tables).itertuples():
        low = failed.loc[failed["provider"] == provider.provider, "criterion"]
        reasons = {f"its score on {name} is under the criterion's minimum": True for name in low}
        reasons["it has no rate with a max_share over 0 in a region with accounts"] = provider.provider not in usable
        barred = provider.provider in usable - free
        reasons["its scores for a region or family are under the minimum wherever it has a rate"] = barred
        reasons["its capacity_hours is 0"] = bool(provider.capacity_hours == 0)
        reasons["its max_share is 0"] = bool(provider.max_share == 0)
        if any(reasons.values()):
            why = ", and ".join(reason for reason, holds in reasons.items() if holds)
            yield f"Partner {provider.provider} can never be engaged to any use: {why}."


def _idle_scores(tables: Tables) -> Iterator[str]:
    """Scores of providers that are no partners, which no rule reads."""
    providers = tables["providers"]
    partners = providers.loc[providers["kind"].isin(PARTNER_KINDS), "provider"]
    idle = sorted(set(tables["scores"]["provider"]) - set(partners))
    if idle:
        yield f"Scores of {listed(idle)} have no effect: only partners are chosen by their scores."
    kinds = dict(zip(tables["criteria"]["criterion"], tables["criteria"]["kind"], strict=True))
    own = dict(zip(providers["provider"], providers["kind"], strict=True))
    pairs = tables["scores"].loc[tables["scores"]["provider"].isin(partners), ["provider", "criterion"]]
    rows = sorted(set(pairs.itertuples(index=False, name=None)))
    unasked = [f"{name} on {criterion}" for name, criterion in rows if kinds[criterion] not in ("", own[name])]
    if unasked:
        yield f"Scores of {listed(unasked, _NAMED)} have no effect: the criterion is not asked of that kind of partner."


def _unkept_promises(tables: Tables) -> Iterator[str]:
    clocked = set(tables["services"].loc[tables["services"]["response_clock"], "service"])
    mix = tables["service_mix"]
    promised = set(mix.loc[mix["service"].isin(clocked) & (mix["cases_per_incident"] > 0), "tier"])
    for tier in _not_excluded(tables["tiers"]).itertuples():
        if tier.tier in promised and tier.min_attainment == 0:
            yield (
                f"Tier {tier.tier} promises a response within {tier.response_hours:g} hours but has no min_attainment: "
                "nothing holds the plan to the promise."
            )


def _not_excluded(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["offer"] != "excluded"]


def _unserved_tiers(view: CaseView) -> Iterator[str]:
    """Work that the tier brings in a region and family, and for which no provider has a rate."""
    served = _served(view.usable_rates)
    places = sorted(set(view.places[PLACE].itertuples(index=False, name=None)))
    for tier, services in _services(view.case.tables).items():
        for region, family in places:
            rated = served.get((region, family, tier), set())
            if not rated.issuperset(services):
                yield (
                    f"Tier {tier} cannot be served for family {family} in region {region}: "
                    f"no provider has a rate for {listed(sorted(services - rated))}."
                )


def _served(rates: pd.DataFrame) -> Mapping[tuple[str, str, str], set[str]]:
    """Services with a rate by region, family and tier."""
    served: dict[tuple[str, str, str], set[str]] = {}
    for region, family, tier, service in rates[[*PLACE, "tier", "service"]].itertuples(index=False, name=None):
        served.setdefault((region, family, tier), set()).add(service)
    return served


def _services(tables: Tables) -> Mapping[str, set[str]]:
    """Services that contracts on each open tier can bring, in the order of the alphabet."""
    mix, open_tiers = tables["service_mix"], _not_excluded(tables["tiers"])["tier"]
    brought = mix[mix["tier"].isin(open_tiers) & ((mix["cases_per_incident"] > 0) | (mix["cases_per_unit"] > 0))]
    services: dict[str, set[str]] = {tier: set() for tier in sorted(brought["tier"].unique())}
    for tier, service in zip(brought["tier"], brought["service"], strict=True):
        services[tier].add(service)
    return services


def _unbilled_options(tables: Tables, held: pd.DataFrame) -> Iterator[str]:
    """Cohorts for which an option's yearly payment T is not > 0."""
    models = _not_excluded(tables["pricing_models"])
    models = models[models["model"].isin(tables["price_points"]["model"])]
    by_kind = models.groupby("kind")["model"].agg(sorted).to_dict()
    still = tables["products"].loc[tables["products"]["incident_rate"] == 0, "product"]
    if "pay_per_use" in by_kind and len(still):
        names = listed(by_kind["pay_per_use"])
        yield f"Nobody buys {names} for {listed(list(still))}: without incidents nothing is billed per incident."
    if "usage_based" in by_kind:
        for segment, product in _without_usage(held):
            yield (
                f"Segment {segment} never buys {listed(by_kind['usage_based'])} for {product}: "
                "its units have no usage_hours, so nothing is billed."
            )
    if "cost_plus" in by_kind:
        yield from _costless_tiers(tables, by_kind["cost_plus"])


def _costless_tiers(tables: Tables, models: list[str]) -> Iterator[str]:
    mix = tables["service_mix"].merge(tables["services"], on="service")
    mix["cost"] = (mix["cases_per_incident"] + mix["cases_per_unit"]) * mix["standard_cost"]
    costly = set(mix.loc[mix["cost"] > 0, "tier"])
    points = tables["price_points"]
    for tier in sorted(set(points.loc[points["model"].isin(models), "tier"]) - costly):
        yield f"Nobody buys tier {tier} under {listed(models)}: its services have no standard cost to mark up."


def _without_usage(held: pd.DataFrame) -> list[tuple[str, str]]:
    """(segment, product) pairs that are held and whose units have no usage hours at all."""
    hours = held.groupby(["segment", "product"])["hours"].sum()
    return [(str(segment), str(product)) for segment, product in hours.index[(hours == 0).to_numpy(bool)]]


def _products_without_parts(tables: Tables) -> Iterator[str]:
    """Products that tiers send parts cases to but that have no fulfilment policy."""
    parts = tables["service_mix"].merge(tables["services"][["service", "needs_parts"]], on="service")
    works = (parts["cases_per_incident"] > 0) | (parts["cases_per_unit"] > 0)
    if not (parts["needs_parts"] & works).any():
        return
    products = tables["products"].loc[tables["products"]["support"] != "excluded", "product"]
    bare = sorted(set(products) - set(tables["fulfilment"]["product"]))
    if bare:
        yield f"No fulfilment policy for {listed(bare)}: where a tier's services need parts, they cannot be covered."
