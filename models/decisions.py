"""What a plan decides yes or no as a whole: tiers, pricing models, products and providers, a `DecisionKind` each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

DecisionKindName: TypeAlias = Literal["tier", "model", "product", "provider"]
"""What can be decided yes or no for the whole plan."""


@dataclass(frozen=True)
class DecisionKind:
    """One kind of thing that the plan has or has not: where the case speaks of it, where the plan does, its words."""

    name: DecisionKindName
    """Key column of `table`, and the kind's name in conditions."""
    table: str
    """Table of the case with one row for each."""
    switch: str
    """Column of `table` that says required, optional or excluded."""
    listed: str
    """Field of `Decisions` that lists those chosen: plan.json's `decisions`."""
    word: str
    """What one is called in sentences; an `s` makes the plural."""
    heading: str
    """What the list of those chosen is headed."""
    verbs: tuple[str, ...]
    """How one is forced in a text; the first is how it is told."""


DECISION_KINDS: Mapping[DecisionKindName, DecisionKind] = {
    kind.name: kind
    for kind in (
        DecisionKind("tier", "tiers", "offer", "tiers", "tier", "Tiers", ("offer",)),
        DecisionKind("model", "pricing_models", "offer", "models", "pricing model", "Pricing models", ("use", "offer")),
        DecisionKind("product", "products", "support", "products", "product", "Products supported", ("support",)),
        DecisionKind("provider", "providers", "engage", "providers", "provider", "Providers engaged", ("engage",)),
    )
}
"""Every kind, in the order in which a plan lists them."""
FORBIDDING = "drop"
"""How one of any kind is forbidden in a text."""
