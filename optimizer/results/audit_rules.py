"""Every rule an audit judges, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TOLERANCE = 1e-6
"""By how much both sides of a rule, and an amount claimed and recomputed, may differ, times max(1, both sides)."""


@dataclass(frozen=True)
class AuditRule:
    """One rule of the audit."""

    text: str
    """What must hold, one sentence."""
    on_menus: bool = False
    """Whether it is a rule on menus, tiers, models or prices, which given menus need not obey."""
    structural: bool = False
    """Whether it says how a plan is written or added up, so that no slack is normal and limits no business."""


RULES: Mapping[str, AuditRule] = {
    "names": AuditRule("every name in the plan is a name of the case.", structural=True),
    "rows": AuditRule("no row is there twice, none is missing and none is without a reason.", structural=True),
    "amounts": AuditRule("every price is finite, and no number of cases is negative.", structural=True),
    "one_option_per_tier": AuditRule("a price book offers at most one option per tier.", structural=True),
    "min_menu": AuditRule("a price book's menu has at least min_menu tiers.", on_menus=True),
    "max_menu": AuditRule("a price book's menu has at most max_menu tiers.", on_menus=True),
    "price_points": AuditRule("every price is a price point of its tier, model and price book.", on_menus=True),
    "min_tier_gap": AuditRule(
        "in one menu a higher-ranked tier's mean payment is at least 1 + min_tier_gap times a lower-ranked one's.",
        on_menus=True,
    ),
    "max_price_change": AuditRule(
        "a tier's mean payment lies within max_price_change of that of the price book's current option.", on_menus=True
    ),
    "decided_tiers": AuditRule(
        "the decided tiers are exactly those in a menu of a price book with units.", structural=True
    ),
    "decided_models": AuditRule(
        "the decided models are exactly those in a menu of a price book with units.", structural=True
    ),
    "required_tiers": AuditRule("a required tier is offered.", on_menus=True, structural=True),
    "required_models": AuditRule("a required pricing model is used.", on_menus=True, structural=True),
    "excluded_tiers": AuditRule("an excluded tier is in no menu.", on_menus=True, structural=True),
    "excluded_models": AuditRule("an excluded pricing model is in no menu.", on_menus=True, structural=True),
    "min_tiers": AuditRule("at least min_tiers tiers are offered.", on_menus=True),
    "max_tiers": AuditRule("at most max_tiers tiers are offered.", on_menus=True),
    "max_models": AuditRule("at most max_models pricing models are used.", on_menus=True),
    "supported": AuditRule("a product is covered only if it is supported.", structural=True),
    "required_products": AuditRule(
        "a required product is supported, and covered by every price book that holds it.", structural=True
    ),
    "excluded_products": AuditRule("an excluded product is neither supported nor covered.", structural=True),
    "required_providers": AuditRule("a required provider is engaged.", structural=True),
    "excluded_providers": AuditRule("an excluded provider is not engaged.", structural=True),
    "max_providers": AuditRule("at most max_providers providers are engaged."),
    "min_provider_score": AuditRule("an engaged partner's weighted mean score is at least min_provider_score."),
    "criteria_minimum": AuditRule("no score of an engaged partner is under its criterion's minimum."),
    "engaged": AuditRule("only engaged providers deliver.", structural=True),
    "rates": AuditRule("a provider delivers only where it has a rate.", structural=True),
    "flow_conservation": AuditRule("the flows of a work class sum to its cases.", structural=True),
    "rate_share": AuditRule("a provider delivers at most its rate's max_share of a work class's cases."),
    "capacity": AuditRule("a provider works at most capacity_hours."),
    "provider_share": AuditRule("a team or partner works at most its max_share of all team and partner hours."),
    "max_provider_share": AuditRule("a partner works at most max_provider_share of all team and partner hours."),
    "policies": AuditRule(
        "each product and tier with parts cases uses exactly one policy of the product.", structural=True
    ),
    "csat_floor": AuditRule("the case-weighted mean CSAT of a tier in a region is at least csat_floor."),
    "min_attainment": AuditRule("the share of a tier's cases in a region answered in time is at least min_attainment."),
    "max_csat_over_target": AuditRule(
        "the case-weighted mean CSAT of a tier in a region is at most csat_target + max_csat_over_target."
    ),
    "turnaround": AuditRule("the case-weighted mean parts turnaround of a tier is at most its turnaround_hours."),
    "min_service_margin": AuditRule("the service margin is at least min_service_margin of service revenue."),
    "min_account_margin": AuditRule("the account margin is at least min_account_margin of account revenue."),
    "max_cost_to_serve": AuditRule(
        "delivery, fulfilment and admin cost are at most max_cost_to_serve of service revenue."
    ),
    "contracts": AuditRule("contracts in force are kept as they are.", structural=True),
    "uptake": AuditRule("customers choose as the choice model says.", structural=True),
    "allocation": AuditRule("hours and cost of each flow follow from its cases.", structural=True),
    "fulfilment": AuditRule("parts cases and their cost follow from the units and the policy.", structural=True),
    "experience": AuditRule("experience.csv shows what the plan delivers.", structural=True),
    "objective": AuditRule("the objective is the plan's amount of that name.", structural=True),
    "bound": AuditRule(
        "the bound is not under the objective; that no plan has more rests on the search.", structural=True
    ),
    "gap": AuditRule("the gap is (bound - objective) / max(1, |objective|).", structural=True),
    "gain_gap": AuditRule(
        "the gain gap is (bound - objective) / max(1, objective - no_contract_objective).", structural=True
    ),
    "no_contract_objective": AuditRule("the objective without contracts is that of empty menus.", structural=True),
    "status": AuditRule("the status is optimal within the gap asked for, and feasible beyond it.", structural=True),
    "source": AuditRule("the run is of this case and scenario.", structural=True),
    "baseline": AuditRule(
        "today's KPIs are there, follow from today's menus, add up, and are what some delivery could come to.",
        structural=True,
    ),
    "inputs": AuditRule("the case's files are those the plan was made from.", structural=True),
    "broken_rules": AuditRule("what given menus break is what plan.json says of them.", structural=True),
    "files": AuditRule("the files of the run are as they were written.", structural=True),
    "audit_file": AuditRule("audit.json is what an audit of the plan says.", structural=True),
}
"""Name of each rule and what it asks. Rows of `Audit.rules` come in this order."""

RESTS_ON_SEARCH = (
    "That no plan has more than the bound, and so the gap and the status, rests on the search, and so does which "
    "delivery of today's menus is the best: an audit recomputes what a plan comes to, not what every other plan would."
)
"""What a passed audit does not say."""

RULES_ON_MENUS = frozenset(name for name, rule in RULES.items() if rule.on_menus)
"""Rules that menus given to `evaluate` need not obey."""
