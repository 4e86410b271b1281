"""Variables of a formulation, by what they decide."""

from __future__ import annotations

from typing import NamedTuple


class VariableKey(NamedTuple):
    """Key of a variable: its kind, and the codes of the tier, provider, route or the like that it is of."""

    kind: str
    """`total`; `tier`, `model`, `product`, `provider` (offered, used, supported, engaged); `flow`, `unserved`;
    `payment`, `spend`, `bracket`; `policy`, `choice`, `parts`; `missing` (of a floor)."""
    codes: tuple[int, ...]

    @property
    def name(self) -> str:
        """The variable's name, the same in every program of a case; it is compared as a whole and never taken apart."""
        return "_".join((self.kind, *map(str, self.codes)))
