"""A scorecard for each provider of a plan: its work, its money, and its measures against their targets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from models import Case
from models.economics.delivery_formulas import HOUR_SHARING_KINDS, PARTNER_KINDS, readiness_charge
from models.partner_scores import asked_of, barring_scores, general_scores
from models.plan import Plan
from models.scenario import Scenario

from ....results.audit_rules import TOLERANCE
from ..service.delivered import delivered_flows, measured
from .earnings import Year, earnings


@dataclass(frozen=True)
class Scorecard:
    """Tables by provider of a plan, ordered by provider; the case has its scenario's changes made. Money a year."""

    case: Case
    scenario: Scenario
    plan: Plan
    volume_swing: float = 0.2
    """A good year has this share more cases than expected, a bad year this share less."""
    response_swing: float = 0.2
    """A good year has response times this share shorter, a bad year this share longer."""

    @cached_property
    def providers(self) -> pd.DataFrame:
        """Every provider that is engaged or may be, indexed by name, with `engaged`."""
        table = self.case.tables["providers"].sort_values("provider").set_index("provider")
        engaged = table.index.isin(self.plan.decisions.providers)
        return table.assign(engaged=engaged)[engaged | (table["engage"] != "excluded")]

    @cached_property
    def criteria(self) -> pd.DataFrame:
        """Score of each partner by criterion, what it adds to the weighted score, and whether it is enough."""
        rows = general_scores(self.case.tables).sort_values(["provider", "criterion"])
        rows = rows[rows["provider"].isin(self.providers.index)]
        asked = {kind: asked_of(self.case.tables["criteria"], kind)["weight"].sum() for kind in rows["kind"].unique()}
        rows["contribution"] = rows["score"] * rows["weight"] / rows["kind"].map(asked).astype(float)
        rows["met"] = ~(rows["score"] < rows["minimum"])
        columns = ["provider", "criterion", "weight", "score", "minimum", "contribution", "met"]
        return rows[columns].reset_index(drop=True)

    @cached_property
    def barred(self) -> pd.DataFrame:
        """Scores for a region or family under their criterion's minimum: work from which each bars its partner."""
        rows = barring_scores(self.case.tables)
        rows = rows[rows["provider"].isin(self.providers.index)]
        columns = ["provider", "region", "family", "criterion", "score", "minimum"]
        return rows.sort_values(columns[:4])[columns].reset_index(drop=True)

    @cached_property
    def readiness(self) -> pd.DataFrame:
        """Capabilities of each provider against what is required, with what closing the gap costs and takes."""
        rows = self._own("readiness").sort_values(["provider", "capability"]).reset_index(drop=True)
        gap = (rows["required"] - rows["actual"]).clip(lower=0.0)
        left = {name: rows[name].where(gap > 0, 0.0) for name in ("cost_to_close", "months")}
        years, rate = self.providers["contract_years"], self.case.settings.discount_rate
        both = zip(left["cost_to_close"], years.reindex(rows["provider"]), strict=True)
        yearly = np.array([readiness_charge(float(cost), float(term), rate) for cost, term in both], dtype=float)
        once = left["cost_to_close"].where(years.reindex(rows["provider"]).isna().to_numpy(), 0.0)
        columns = ["provider", "capability", "required", "actual", "gap", "cost_to_close", "once", "yearly", "months"]
        return rows.assign(gap=gap, **left, once=once, yearly=yearly)[columns]

    @cached_property
    def work(self) -> pd.DataFrame:
        """What each engaged provider does and earns, in the year expected, in a good one and in a bad one."""
        engaged = self.plan.decisions.providers
        rows = self.flows.groupby("provider")[["cases", "true_hours"]].sum().reindex(list(engaged), fill_value=0.0)
        rows = rows.rename(columns={"true_hours": "hours"}).join(earnings(self.case, self.flows, engaged))
        kind = self.providers["kind"].reindex(rows.index)
        counted = rows["hours"].where(kind.isin(HOUR_SHARING_KINDS))
        net, settled = rows["case_cost"] - rows["volume_discount"], rows["settlement"]
        rows = rows.assign(
            kind=kind,
            capacity_used=rows["hours"] / self.providers["capacity_hours"].reindex(rows.index).replace(0.0, np.nan),
            share_of_hours=counted / (counted.sum() or np.nan),
            commitment_used=net / rows["commitment"].replace(0.0, np.nan),
            risk_borne=rows["borne"] / settled.where(settled != 0),
            fixed_cost=self.providers["fixed_cost"].reindex(rows.index),
            readiness_cost=self._gaps["yearly"].reindex(rows.index, fill_value=0.0),
            payment_good_year=self._payment(1.0),
            payment_bad_year=self._payment(-1.0),
        )
        return rows.rename_axis("provider").reset_index()

    @cached_property
    def measures(self) -> pd.DataFrame:
        """Financial, customer and delivery measures of each engaged provider; blank target: none is set."""
        done = measured(self.flows, ["provider"]).set_index("provider")
        work = self.work.set_index("provider").join(done.drop(columns=["cases", "hours"]))
        limits, busy = self._most_share.reindex(work.index), self._most_utilization.reindex(work.index)
        spread = work["payment"] + work["fixed_cost"] + work["readiness_cost"]
        full = work["cost_to_benchmark"] * spread / work["case_cost"].replace(0.0, np.nan)
        rows = [
            _measure("financial", "cost_to_benchmark", "share", work["cost_to_benchmark"], 1.0, at_most=True),
            _measure("financial", "full_cost_to_benchmark", "share", full, 1.0, at_most=True),
            _measure("financial", "commitment_used", "share", work["commitment_used"], 1.0, at_most=False),
            _measure("financial", "payment", "money a year", work["payment"], np.nan, at_most=True),
            _measure("customer", "csat", "points", work["csat"], work["csat_target"], at_most=False),
            _measure("customer", "loyalty_loss", "money a year", work["loyalty_loss"], 0.0, at_most=True),
            _measure("delivery", "attainment", "share", work["attainment"], work["min_attainment"], at_most=False),
            _measure("delivery", "capacity_used", "share", work["capacity_used"], busy, at_most=True),
            _measure("delivery", "share_of_hours", "share", work["share_of_hours"], limits, at_most=True),
        ]
        table = pd.concat(rows).sort_values("provider", kind="stable").dropna(subset=["value"])
        return table.reset_index(drop=True)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a provider: its score, its targets met, its pay, its gaps."""
        judged = self.measures.dropna(subset=["target"]).groupby("provider")["met"].agg(["sum", "count"])
        names = self.providers.index
        score = self.criteria.groupby("provider")["contribution"].sum().reindex(names)
        work = self.work.set_index("provider").reindex(names)
        rows = self.providers[["kind", "engaged"]].assign(
            score=score,
            good_enough=self._good_enough(score),
            targets_met=judged["sum"].reindex(names, fill_value=0),
            targets=judged["count"].reindex(names, fill_value=0),
            hours=work["hours"].fillna(0.0),
            payment=work["payment"].fillna(0.0),
            readiness_cost=self._gaps["cost"].reindex(names, fill_value=0.0),
            readiness_months=self._gaps["months"].reindex(names, fill_value=0.0),
        )
        return rows.rename_axis("provider").reset_index()

    # -- what the tables are made of -----------------------------------------------------------------

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Flows of the plan with their rates."""
        return delivered_flows(self.case, self.plan)

    def _own(self, table: str) -> pd.DataFrame:
        rows = self.case.tables[table]
        return rows[rows["provider"].isin(self.providers.index)]

    @cached_property
    def _gaps(self) -> pd.DataFrame:
        """Cost of closing a provider's gaps, and months until the last is closed when all are begun at once."""
        rows = self.readiness.groupby("provider").agg(
            cost=("cost_to_close", "sum"), yearly=("yearly", "sum"), months=("months", "max")
        )
        return rows.astype(float)

    def _payment(self, sign: float) -> pd.Series:
        year = Year(1 + sign * self.volume_swing, 1 - sign * self.response_swing)
        return earnings(self.case, self.flows, self.plan.decisions.providers, year)["payment"]

    @cached_property
    def _most_share(self) -> pd.Series:
        """Most of all team and partner hours that each provider may work; NaN where nothing limits it."""
        own, partner = self.providers["max_share"], self.providers["kind"].isin(PARTNER_KINDS)
        limit = self.scenario.max_provider_share
        both = own if limit is None else own.where(~partner, own.clip(upper=limit))
        return both.where(self.providers["kind"].isin(HOUR_SHARING_KINDS) & (both < 1))

    @cached_property
    def _most_utilization(self) -> pd.Series:
        """Share of its capacity that each provider may work."""
        limit = 1.0 if self.scenario.max_utilization is None else self.scenario.max_utilization
        return self.providers["kind"].isin(HOUR_SHARING_KINDS).map({True: limit, False: 1.0})

    def _good_enough(self, score: pd.Series) -> pd.Series:
        """Whether each provider passes the rule on partner quality."""
        least = self.scenario.min_provider_score
        low = score < (least if least is not None else 0.0) - TOLERANCE
        failing = self.criteria.loc[~self.criteria["met"], "provider"]
        partner = self.providers["kind"].isin(PARTNER_KINDS)
        return ~(partner & (low | score.index.isin(failing)))


def _measure(
    perspective: str, name: str, unit: str, value: pd.Series, target: pd.Series | float, *, at_most: bool
) -> pd.DataFrame:
    """A measure of every provider; without a target nothing is missed."""
    rows = pd.DataFrame({"perspective": perspective, "measure": name, "value": value, "target": target, "unit": unit})
    away = rows["value"] - rows["target"] if at_most else rows["target"] - rows["value"]
    rows["met"] = ~(away > TOLERANCE * rows["target"].abs().clip(lower=1.0))
    rows["wanted"] = "at most" if at_most else "at least"
    columns = ["provider", "perspective", "measure", "value", "wanted", "target", "unit", "met"]
    return rows.rename_axis("provider").reset_index()[columns]
