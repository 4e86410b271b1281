"""Recomputes a plan without the search: every amount and every rule, from the case and the plan alone."""

from ..results.audit_rules import RESTS_ON_SEARCH, RULES, RULES_ON_MENUS, AuditRule
from ..results.findings import Audit, read_audit
from .breaches import broken_rules
from .closest_rules import audit_closest, judge_closest
from .judge import audit, audit_without_plan
from .plan_judgement import judge_plan

__all__ = [
    "RESTS_ON_SEARCH",
    "RULES",
    "RULES_ON_MENUS",
    "Audit",
    "AuditRule",
    "audit",
    "audit_closest",
    "audit_without_plan",
    "broken_rules",
    "judge_closest",
    "judge_plan",
    "read_audit",
]
