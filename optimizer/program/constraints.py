"""The rules a plan must obey, each a small class: a name, when it is on, and its rows.

Left and right sides are kept apart and in natural units, so that a row can be read, loosened or
relaxed without knowing the rule. To add a rule, write its class where its subject is and list it here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ..lp.expressions import Row
from .delivery_constraints import (
    Capacity,
    FlowBalance,
    MaxProviderShare,
    PartsPolicies,
    Payment,
    ProviderMaxShare,
    RateMaxShare,
    Turnaround,
    VolumeDiscounts,
)
from .experience_constraints import Attainment, CsatFloor, MaxCsatOverTarget
from .formulation import Formulation
from .offer_constraints import (
    Coverage,
    MaxCostToServe,
    MaxModels,
    MaxProviders,
    MaxTiers,
    MinAccountMargin,
    MinServiceMargin,
    MinTiers,
    ModelsUsed,
    TiersOffered,
)


class Constraint(Protocol):
    """A rule of the model or of the scenario."""

    @property
    def name(self) -> str:
        """The rule's key, the same in scenarios, audits and reports."""
        ...

    def rows(self, program: Formulation) -> Iterator[Row]:
        """The rule's rows; none when the rule is off."""
        ...


RULES: tuple[Constraint, ...] = (
    FlowBalance(),
    RateMaxShare(),
    Capacity(),
    ProviderMaxShare(),
    MaxProviderShare(),
    Payment(),
    VolumeDiscounts(),
    PartsPolicies(),
    Turnaround(),
    CsatFloor(),
    MaxCsatOverTarget(),
    Attainment(),
    MinServiceMargin(),
    MinAccountMargin(),
    MaxCostToServe(),
    TiersOffered(),
    ModelsUsed(),
    Coverage(),
    MinTiers(),
    MaxTiers(),
    MaxModels(),
    MaxProviders(),
)
"""Every rule of the program. Rules on one menu alone (size, price points, ladder, price change) are kept
by the menus the search proposes, and partner quality by the routes that exist."""
