"""The cheapest way to deliver one tier in one region just at its CSAT target, everything else left as planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from models import Case
from models.catalog import Array
from models.economics.delivery_formulas import HOUR_SHARING_KINDS, PARTNER_KINDS
from models.plan import Plan
from models.scenario import Scenario

from ....accounting.scored import barred, bars
from ....accounting.work import WORK_CLASS, flows, rates_by_tier
from ....lp.expressions import Expression, Row, combine, continuous, number
from ....lp.integer_programs import solve_integer
from ....lp.pulp_reader import read_formulation
from ....lp.solver import Limits
from .delivered import delivered_flows

LEAST_CASES = 1e-9
"""Cases a year up to which a flow of the redelivery program is none."""
_PER_CASE = ["true_hours", "true_cost", "loss"]


@dataclass(frozen=True)
class Redelivery:
    """How a plan's providers could deliver a tier in a region."""

    at_target: pd.DataFrame | None
    """The cheapest flows that meet the CSAT target (columns of `delivered_flows`); None where none do."""
    reachable_csat: float
    """Highest case-weighted mean CSAT within reach."""


class Redeliverer:
    """Re-delivers a tier in a region with the providers a plan engages, in the hours that the rest leaves them.

    Promises kept, shares of work and the over-delivery cap stay rules, none stricter than the plan meets it now.
    Cost is that of cases, before discounts and commitments, less what settlements bring in.
    """

    def __init__(self, case: Case, scenario: Scenario, plan: Plan) -> None:
        self.case, self.scenario, self.plan = case, scenario, plan
        self.now = delivered_flows(case, plan)

    @cached_property
    def lanes(self) -> pd.DataFrame:
        """Every way for an engaged provider to do the plan's work: `delivered_flows` of one case each, and `needed`."""
        needed = self.now.groupby(WORK_CLASS, as_index=False)[["cases"]].sum().rename(columns={"cases": "needed"})
        every = rates_by_tier(self.case)
        rates = every.where(np.flatnonzero(~barred(every, bars(self.case)).any(axis=1))).frame
        rates = rates[rates["provider"].isin(self.plan.decisions.providers)]
        keys = ["region", "family", "service", "tier"]
        lanes = flows(self.case, needed.merge(rates[[*keys, "provider"]], on=keys).assign(cases=1.0)).frame
        return lanes.sort_values([*WORK_CLASS, "provider"]).reset_index(drop=True)

    def redeliver(self, tier: str, region: str) -> Redelivery:
        """Cheapest delivery whose mean CSAT is at least the tier's target, and the best CSAT there is."""
        lanes, now = (
            rows[(rows["tier"] == tier) & (rows["region"] == region)].reset_index(drop=True)
            for rows in (self.lanes, self.now)
        )
        program = _Program(self, lanes, now)
        best = program.cheapest(-lanes["csat"].to_numpy(dtype=float), [])
        reachable = np.nan if best is None else float(best @ lanes["csat"] / best.sum())
        cost = (lanes["true_cost"] - lanes["settlement"]).to_numpy(dtype=float)
        cases = program.cheapest(cost, [program.least_csat()])
        if cases is None:
            return Redelivery(None, reachable)
        done = lanes.assign(cases=cases, **{name: lanes[name] * cases for name in _PER_CASE})
        return Redelivery(done[done["cases"] > LEAST_CASES].reset_index(drop=True), reachable)


class _Program:
    """The linear program over the lanes of one tier in one region, in cases a year."""

    def __init__(self, redeliverer: Redeliverer, lanes: pd.DataFrame, now: pd.DataFrame) -> None:
        self.scenario, self.lanes, self.now = redeliverer.scenario, lanes, now
        self.providers = redeliverer.case.tables["providers"].set_index("provider")
        names = self.providers.index
        everywhere = redeliverer.now.groupby("provider")["true_hours"].sum().reindex(names, fill_value=0.0)
        self.here = now.groupby("provider")["true_hours"].sum().reindex(names, fill_value=0.0)
        self.elsewhere = everywhere - self.here
        self.counted = self.providers["kind"].isin(HOUR_SHARING_KINDS)
        most = lanes["needed"] * np.minimum(lanes["rate_share"], 1.0)
        self.cases = [continuous(f"cases_{i}", 0.0, float(high)) for i, high in enumerate(most)]

    def cheapest(self, cost: Array, more: list[Row]) -> Array | None:
        """Cases of each lane at least cost; None where the rules cannot be met."""
        rows = [("redelivery", row) for row in (*self._rows(), *more)]
        arrays = read_formulation(rows, self._sum(cost))
        if arrays.contradictions:
            return None
        values = solve_integer(arrays.scaled, Limits()).values
        if values is None:
            return None
        found = values * arrays.scaling.columns
        return np.array([max(0.0, arrays.value(combine([(one, 1.0)]), found)) for one in self.cases])

    def least_csat(self) -> Row:
        """Mean CSAT >= csat_target, as a sum over cases."""
        return self._at_least("csat", self.lanes["csat"] - self.lanes["csat_target"], 0.0)

    def _rows(self) -> Iterator[Row]:
        for at in self.lanes.groupby(WORK_CLASS).indices.values():
            chosen = np.isin(np.arange(len(self.lanes)), at).astype(float)
            yield Row("cases", self._sum(chosen), "==", number(float(self.lanes["needed"].iloc[at[0]])))
        yield from self._hours()
        on_clock = self.lanes["response_clock"].astype(float)
        timed = self.now[self.now["response_clock"].astype(bool)]
        kept = float(((timed["in_time"] - timed["min_attainment"]) * timed["cases"]).sum())
        yield self._at_least("attainment", on_clock * (self.lanes["in_time"] - self.lanes["min_attainment"]), kept)
        over = self.scenario.max_csat_over_target
        if over is not None:
            room = float(((self.now["csat_target"] + over - self.now["csat"]) * self.now["cases"]).sum())
            yield self._at_least("over-delivery", self.lanes["csat_target"] + over - self.lanes["csat"], room)

    def _hours(self) -> Iterator[Row]:
        """Capacity of each provider, and the most of all team and partner hours that each may work."""
        for name in self.lanes["provider"].unique():
            row, own = self.providers.loc[name], (self.lanes["provider"] == name).astype(float)
            hours = self._sum((own * self.lanes["true_hours"]).to_numpy())
            left = max(self._most_hours(row) - float(self.elsewhere[name]), float(self.here[name]))
            yield Row(f"{name}, capacity", hours, "<=", number(left))
            if self.counted[name]:
                share = self._most_share(row)
                counted = self.lanes["provider"].map(self.counted).astype(float)
                weights = (share * counted - own) * self.lanes["true_hours"]
                start = share * self.elsewhere[self.counted].sum() - self.elsewhere[name]
                room = share * self.here[self.counted].sum() - self.here[name]
                yield Row(f"{name}, share", self._sum(weights.to_numpy()), ">=", number(min(-start, room)))

    def _most_hours(self, provider: pd.Series) -> float:
        limit, capacity = self.scenario.max_utilization, float(provider["capacity_hours"])
        return capacity if limit is None or provider["kind"] not in HOUR_SHARING_KINDS else limit * capacity

    def _most_share(self, provider: pd.Series) -> float:
        limit = self.scenario.max_provider_share
        own = float(provider["max_share"])
        return own if limit is None or provider["kind"] not in PARTNER_KINDS else min(own, limit)

    def _at_least(self, scope: str, weights: pd.Series, now: float) -> Row:
        """Sum of weight x cases >= 0, or as much as it is now where that is less."""
        return Row(scope, self._sum(weights.to_numpy(dtype=float)), ">=", number(min(0.0, now)))

    def _sum(self, weights: Array) -> Expression:
        return combine(zip(self.cases, map(float, weights), strict=True))
