"""Rules on providers, flows, experience and parts."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from models.case import Case
from models.economics.delivery_formulas import NEGLIGIBLE_CASES, PARTNER_KINDS
from models.plan import Decisions
from models.scenario import Scenario

from ..accounting.experience import all_experience, counted, experience_sums, turnaround_sums
from ..accounting.offered import required_and_excluded
from ..accounting.rows import Matched, total
from ..accounting.scored import asked_scores, barred, bars, everywhere
from ..accounting.work import WORK_CLASS, Work
from .ledger import Ledger, scopes


def check_providers(ledger: Ledger, case: Case, scenario: Scenario, decided: Decisions) -> None:
    """Required, excluded and number of providers; scores of engaged partners."""
    check_engaged(ledger, case, decided)
    check_number(ledger, scenario, decided)
    check_scores(ledger, case, scenario, decided.providers)


def check_engaged(ledger: Ledger, case: Case, decided: Decisions) -> None:
    """Required providers are engaged, excluded ones are not."""
    engaged = set(decided.providers)
    required, excluded = required_and_excluded(case, "provider")
    ledger.none("required_providers", "providers", (f"provider={name}" for name in sorted(required - engaged)))
    ledger.none("excluded_providers", "providers", (f"provider={name}" for name in sorted(excluded & engaged)))


def check_number(ledger: Ledger, scenario: Scenario, decided: Decisions) -> None:
    """Not too many providers are engaged."""
    if scenario.max_providers is not None:
        ledger.at_most("max_providers", ["decisions"], len(set(decided.providers)), scenario.max_providers)


def check_scores(ledger: Ledger, case: Case, scenario: Scenario, engaged: Collection[str]) -> None:
    """Weighted mean score of engaged partners, as sums over the criteria, and each criterion's minimum."""
    scores = asked_scores(case)
    scores = scores.where(everywhere(scores))
    scores = scores.where(scores.named("provider", engaged))
    if scenario.min_provider_score is not None:
        rows = scores.assign(points=scores["weight"] * scores["score"])
        sums = rows.sums(["provider"], ["points", "weight"])
        limit = scenario.min_provider_score * sums["weight"]
        ledger.at_least("min_provider_score", scopes(sums, "provider"), sums["points"], limit)
    rows = scores.where(~np.isnan(scores["minimum"]))
    ledger.at_least("criteria_minimum", scopes(rows, "provider", "criterion"), rows["score"], rows["minimum"])


def check_bars(ledger: Ledger, case: Case, done: Work) -> None:
    """No partner works where its score for the region or family is under the criterion's minimum."""
    bar = bars(case)
    broken = bar.where(np.flatnonzero(barred(done.flows, bar).any(axis=0)))
    scope = scopes(broken, "provider", "criterion", "region", "family")
    ledger.at_least("criteria_minimum", scope, broken["score"], broken["minimum"])


def check_flows(ledger: Ledger, done: Work, decided: Decisions) -> None:
    """Flows have a rate and an engaged provider, sum to the cases with what is undone and keep to each rate's share."""
    flow = done.flows
    keys = [*WORK_CLASS, "provider"]
    ledger.none("engaged", "allocation", scopes(flow.where(~flow.named("provider", decided.providers)), *keys))
    ledger.none("rates", "allocation", scopes(flow.where(~flow["has_rate"]), *keys))
    both = Matched.of(done.classes, done.all_cases(*WORK_CLASS, "cases").sums(WORK_CLASS, ["cases"]), WORK_CLASS)
    delivered, needed = both.of_right("cases", 0.0), both.of_left("cases", 0.0)
    ledger.equal("flow_conservation", scopes(both.keys, *WORK_CLASS), delivered, needed)
    limited = flow.where(flow["has_rate"] & (flow["rate_share"] < 1))
    ledger.at_most(
        "rate_share", scopes(limited, *keys), limited["cases"], limited["rate_share"] * limited["class_cases"]
    )


def check_hours(ledger: Ledger, done: Work, scenario: Scenario, decided: Decisions) -> None:
    """Capacity, the part of it that teams and partners may work, and shares of all team and partner hours."""
    rows = done.providers
    rows = rows.where(rows.named("provider", decided.providers) | (rows["true_hours"] > 0))
    open_hours = np.where(rows.named("provider", decided.providers), rows["capacity_hours"], 0.0)
    ledger.at_most("capacity", scopes(rows, "provider"), rows["true_hours"], open_hours)
    sharing = rows.where(rows["shares_hours"])
    whole = total(sharing["true_hours"])
    limited = sharing.where(sharing["max_share"] < 1)
    ledger.at_most("provider_share", scopes(limited, "provider"), limited["true_hours"], limited["max_share"] * whole)
    if scenario.max_provider_share is not None:
        partners = sharing.where(sharing.named("kind", PARTNER_KINDS))
        limit = scenario.max_provider_share * whole
        ledger.at_most("max_provider_share", scopes(partners, "provider"), partners["true_hours"], limit)
    if scenario.max_utilization is not None:
        limits = scenario.max_utilization * sharing["capacity_hours"]
        ledger.at_most("max_utilization", scopes(sharing, "provider"), sharing["true_hours"], limits)


def check_experience(ledger: Ledger, done: Work, scenario: Scenario) -> None:
    """CSAT floor, over-delivery cap and attainment of each tier and region, as sums."""
    rows = experience_sums(counted(all_experience(done)))
    ledger.at_least("csat_floor", scopes(rows, "tier", "region"), rows["csat"], rows["csat_floor"] * rows["cases"])
    if scenario.max_csat_over_target is not None:
        served = experience_sums(counted(done.flows))
        limit = (served["csat_target"] + scenario.max_csat_over_target) * served["cases"]
        ledger.at_most("max_csat_over_target", scopes(served, "tier", "region"), served["csat"], limit)
    rows = rows.where((rows["min_attainment"] > 0) & (rows["clock_cases"] > 0))
    limit = rows["min_attainment"] * rows["clock_cases"]
    ledger.at_least("min_attainment", scopes(rows, "tier", "region"), rows["in_time"], limit)


def check_parts(ledger: Ledger, case: Case, done: Work) -> None:
    """One policy of the product for each product and tier with parts cases; turnaround promises."""
    rows, keys = done.policies, ["product", "tier"]
    ledger.none("policies", "policies of the product", scopes(rows.where(~rows["has_policy"]), *keys, "policy"))
    used = rows.distinct([*keys, "policy"]).assign(used=1.0).sums(keys, ["used"])
    both = Matched.of(done.parts, used, keys)
    cases, count = both.of_left("cases", 0.0), both.of_right("used", 0.0)
    wrong = (count > 1) | ((count == 0) & (cases > NEGLIGIBLE_CASES)) | (cases == 0)
    ledger.none("policies", "one policy each", scopes(both.keys.where(wrong), *keys))
    turn = turnaround_sums(case, rows.where(rows["parts_cases"] > NEGLIGIBLE_CASES))
    ledger.at_most("turnaround", scopes(turn, "tier"), turn["hours"], turn["turnaround_hours"] * turn["parts_cases"])
