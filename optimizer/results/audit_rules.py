"""Every rule an audit judges, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.rules import RuleGroup, rules_of

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


def _declared(group: RuleGroup) -> dict[str, AuditRule]:
    """The rules of a group, as declared."""
    return {key: AuditRule(spec.text, spec.on_menus, spec.structural) for key, spec in rules_of(group).items()}


RULES: Mapping[str, AuditRule] = {
    "names": AuditRule("every name in the plan is a name of the case.", structural=True),
    "rows": AuditRule("no row is there twice, none is missing and none is without a reason.", structural=True),
    "amounts": AuditRule("every price is finite, and no number of cases is negative.", structural=True),
    "one_option_per_tier": AuditRule("a price book offers at most one option per tier.", structural=True),
    **_declared(RuleGroup.MENU),
    "price_points": AuditRule("every price is a price point of its tier, model and price book.", on_menus=True),
    **_declared(RuleGroup.PRICE),
    "decided_tiers": AuditRule(
        "the decided tiers are exactly those in a menu of a price book with units.", structural=True
    ),
    "decided_models": AuditRule(
        "the decided models are exactly those in a menu of a price book with units.", structural=True
    ),
    **_declared(RuleGroup.RANGE),
    "supported": AuditRule("a product is covered only if it is supported.", structural=True),
    **_declared(RuleGroup.PRODUCT),
    **_declared(RuleGroup.PROVIDER),
    **_declared(RuleGroup.SCORE),
    "engaged": AuditRule("only engaged providers deliver.", structural=True),
    "rates": AuditRule("a provider delivers only where it has a rate.", structural=True),
    "served": AuditRule("all work is done.", structural=True),
    "flow_conservation": AuditRule("the flows of a work class sum to its cases.", structural=True),
    **_declared(RuleGroup.WORK),
    "policies": AuditRule(
        "each product and tier with parts cases uses exactly one policy of the product.", structural=True
    ),
    **_declared(RuleGroup.EXPERIENCE),
    **_declared(RuleGroup.PARTS),
    **_declared(RuleGroup.MONEY),
    "contracts": AuditRule("contracts in force are kept as they are.", structural=True),
    "uptake": AuditRule("customers choose as the choice model says.", structural=True),
    "allocation": AuditRule("hours and cost of each flow follow from its cases.", structural=True),
    "unserved": AuditRule("hours of unserved work follow from its cases.", structural=True),
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
    "status": AuditRule(
        "the status is optimal within the gap asked for (and what fewer changes may cost), and feasible beyond it.",
        structural=True,
    ),
    "near": AuditRule(
        "the changes against the reference are as many as plan.json says; that no plan has fewer rests on the search.",
        structural=True,
    ),
    "sold_today": AuditRule("what is sold today is what today's menus hold.", structural=True),
    "source": AuditRule("the run is of this case and scenario.", structural=True),
    "baseline": AuditRule(
        "today's KPIs are there, follow from today's menus, add up, and are what some delivery could come to.",
        structural=True,
    ),
    "inputs": AuditRule("the case's files are those the plan was made from.", structural=True),
    "broken_rules": AuditRule("what given menus break is what plan.json says of them.", structural=True),
    "closest": AuditRule(
        "the closest delivery of given menus covers every product but the excluded ones, and has the quickest policies "
        "where none keep a turnaround promise.",
        structural=True,
    ),
    "missed": AuditRule(
        "what the closest delivery misses, and by how much, is what plan.json says of it.", structural=True
    ),
    "files": AuditRule("the files of the run are as they were written.", structural=True),
    "audit_file": AuditRule("audit.json is what an audit of the plan says.", structural=True),
}
"""Name of each rule and what it asks. Rows of `Audit.rules` come in this order."""

RESTS_ON_SEARCH = (
    "That no plan has more than the bound, and so the gap and the status, rests on the search, and so does which "
    "delivery of today's menus is the best: an audit recomputes what a plan comes to, not what every other plan would."
)
"""What a passed audit does not say."""

NEAREST_RESTS_ON_SEARCH = "That nothing comes closer, and that no plan is there, rests on the search."
"""The same of what comes closest to the rules where given menus cannot keep them all."""

RULES_ON_MENUS = frozenset(name for name, rule in RULES.items() if rule.on_menus)
"""Rules that menus given to `evaluate` need not obey."""
