"""What each account is expected to bring: the rows of an attribution spread over the accounts that hold their units.

What goes by units goes by the account's free units, or its own contracts in force; product revenue and its margin go
by the product revenue that the account already brings.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models import Case
from models.installed_base import InstalledBase
from models.row_keys import row_positions

from ..accounting.demand import Demand
from .attribution import Attribution
from .lines import with_sums

Array = NDArray[np.float64]

BY_UNITS = ("service_revenue", "service_cost", "loyalty_loss", "profit_lost")
BY_REVENUE = ("product_kept", "product_profit")
_GROUP = ["segment", "region", "product"]
_CONTRACT = [*_GROUP, "tier", "model", "price"]


@dataclass(frozen=True)
class Spreading:
    """How amounts of a case's segments, regions and products go to its accounts."""

    case: Case

    @cached_property
    def _demand(self) -> Demand:
        return Demand(self.case)

    @property
    def installed_base(self) -> InstalledBase:
        """The installed base by account."""
        return self._demand.installed_base

    @property
    def revenue(self) -> Array:
        """Product revenue of each row of the installed base, before contracts."""
        return self._demand.product_revenue

    @cached_property
    def contracts(self) -> pd.DataFrame:
        """Contracts in force with the account (by row) and the keys, units and revenue of each."""
        contracts, held = self.case.columns("contracts"), self.installed_base
        row = row_positions(contracts, held.base, ("account_id", "product"))
        units = contracts.numbers("units")
        place = held.groups.iloc[held.group[row]].reset_index(drop=True)
        terms = contracts.frame[["tier", "model", "price"]].reset_index(drop=True)
        revenue = self.revenue[row] * units / held.units[row]
        return pd.concat([place, terms], axis=1).assign(
            row=row, account=held.account[row], units=units, revenue=revenue
        )

    @cached_property
    def _taken(self) -> tuple[Array, Array]:
        """Units and revenue under contract of each row of the installed base."""
        count, found = len(self.installed_base.units), self.contracts
        rows = found["row"].to_numpy(dtype=np.int64)
        units, revenue = (_sums(rows, found[name].to_numpy(float), count) for name in ("units", "revenue"))
        return units, revenue

    def of_free(self, by_group: pd.Series, driver: str) -> Array:
        """Amounts by segment, region and product given to accounts by their free `units` or `revenue`."""
        held = self.installed_base
        own = (held.units - self._taken[0]) if driver == "units" else (self.revenue - self._taken[1])
        whole = held.sums(own)
        amount = by_group.reindex(pd.MultiIndex.from_frame(held.groups[_GROUP])).fillna(0.0).to_numpy(dtype=float)
        each = np.divide(amount, whole, out=np.zeros(len(whole)), where=whole > 0)
        return _sums(held.account, own * each[held.group], len(held.accounts))

    def of_locked(self, by_contract: pd.Series, driver: str) -> Array:
        """Amounts by contract terms given to the accounts that hold such contracts."""
        found = self.contracts
        whole = found.groupby(_CONTRACT)[driver].transform("sum").to_numpy(dtype=float)
        amount = by_contract.reindex(pd.MultiIndex.from_frame(found[_CONTRACT])).fillna(0.0).to_numpy(dtype=float)
        part = np.divide(found[driver].to_numpy(dtype=float), whole, out=np.zeros(len(found)), where=whole > 0)
        return _sums(found["account"].to_numpy(), amount * part, len(self.installed_base.accounts))


def _sums(groups: NDArray[Any], weights: Array, count: int) -> Array:
    return np.bincount(groups, weights=weights, minlength=count).astype(np.float64)


def account_amounts(spreading: Spreading, attribution: Attribution) -> pd.DataFrame:
    """Expected amounts of each account, in the order of the table accounts, money a year.

    Columns: service_revenue, service_cost, product_revenue, product_margin (both after loyalty lost), account_margin.
    Together with what the attribution leaves unallocated they are the plan's totals.
    """
    rows = pd.concat([attribution.rows[[*_CONTRACT, "locked"]], with_sums(attribution.rows)], axis=1)
    free, locked = (rows[np.asarray(rows["locked"] == flag)] for flag in (False, True))
    given = {}
    for names, driver in ((BY_UNITS, "units"), (BY_REVENUE, "revenue")):
        by_group, by_contract = free.groupby(_GROUP)[list(names)].sum(), locked.groupby(_CONTRACT)[list(names)].sum()
        for name in names:
            given[name] = spreading.of_free(by_group[name], driver) + spreading.of_locked(by_contract[name], driver)
    margin = given["product_profit"] - given["profit_lost"]
    return pd.DataFrame(
        {
            "service_revenue": given["service_revenue"],
            "service_cost": given["service_cost"],
            "product_revenue": given["product_kept"] - given["loyalty_loss"],
            "product_margin": margin,
            "account_margin": margin + given["service_revenue"] - given["service_cost"],
        }
    )
