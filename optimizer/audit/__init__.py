"""Recomputes a plan without the search: every amount and every rule, from the case and the plan alone."""

from .judge import audit
from .ledger import Audit, read_audit
from .registry import RULES, RULES_ON_MENUS, Rule

__all__ = ["RULES", "RULES_ON_MENUS", "Audit", "Rule", "audit", "read_audit"]
