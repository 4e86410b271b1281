"""The rules that a plan must obey, each a small class: its name, its formula, and its rows.

Left and right sides are kept apart and in natural units, so that a row can be read, loosened or
relaxed without knowing the rule. To add a rule, write its class where its subject is and list it here.
Its docstring is "what it says in words: formula", in the letters of `guide/model.md`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from ..lp.expressions import Row
from .delivery_constraints import (
    Capacity,
    FlowBalance,
    MaxProviderShare,
    MaxUtilization,
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
    MaxUtilization(),
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


def rules_without(names: Collection[str]) -> tuple[Constraint, ...]:
    """Every rule but those of these names."""
    return tuple(rule for rule in RULES if rule.name not in names)


def labelled_rows(formulation: Formulation, constraints: Iterable[Constraint] = RULES) -> Iterator[tuple[str, Row]]:
    """Every row of the constraints, with the constraint's name."""
    for constraint in constraints:
        for row in constraint.rows(formulation):
            yield constraint.name, row
