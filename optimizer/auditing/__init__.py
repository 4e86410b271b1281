"""Recomputes a plan without the search: every amount and every rule, from the case and the plan alone."""

from ..results.audit_rules import RESTS_ON_SEARCH, RULES, RULES_ON_MENUS, AuditRule
from ..results.findings import Audit, read_audit
from .breaches import broken_rules
from .judge import audit, audit_without_plan

__all__ = [
    "RESTS_ON_SEARCH",
    "RULES",
    "RULES_ON_MENUS",
    "Audit",
    "AuditRule",
    "audit",
    "audit_without_plan",
    "broken_rules",
    "read_audit",
]
