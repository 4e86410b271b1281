"""Rules at their limit, where customers and providers of what is offered meet them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ..assurance.result import Result
from ..results.summary import binding_rules


def rules_without_room(result: Result) -> list[tuple[str, str]]:
    """What each rule asks that leaves no room, and the first of the places, none of them a tier not offered."""
    if result.audit is None:
        return []
    rules, offered = result.audit.rules, result.decided.decisions.tiers
    told = rules[[_concerns(str(scope), offered) for scope in rules["scope"]]]
    return binding_rules(replace(result.audit, rules=told))


def _concerns(scope: str, offered: Collection[str]) -> bool:
    """Whether a row key such as `tier=gold; region=east` is of a tier that is offered, or of none."""
    parts = (part.partition("=") for part in scope.split("; "))
    return all(not name or name in offered for column, _, name in parts if column == "tier")
