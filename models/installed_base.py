"""What accounts hold: the rows of installed_base under the segment and region of their account.

The one place where the large tables meet; everything after it works on a group per segment, region and product.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from .case import Case
from .column_tables import CategoricalColumn, Codes, ColumnTable
from .row_keys import SPARSE

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class InstalledBase:
    """Rows of the installed base of a checked case, by account and by group."""

    case: Case

    @property
    def base(self) -> ColumnTable:
        """The installed base."""
        return self.case.columns("installed_base")

    @property
    def accounts(self) -> ColumnTable:
        """The accounts."""
        return self.case.columns("accounts")

    @cached_property
    def account(self) -> Codes:
        """Row in accounts of each row's account."""
        names = self.accounts.categorical("account_id")
        row = np.empty(len(names.known), dtype=np.int32)
        row[names.codes] = np.arange(len(names), dtype=np.int32)
        return row[self.base.categorical("account_id").places(names)][self.base.categorical("account_id").codes]

    @cached_property
    def _grouped(self) -> tuple[Codes, NDArray[np.int64]]:
        """(group of each row, group codes): a code is (segment x regions + region) x products + product."""
        segment, region, product = self._axes
        regions, products = len(region.known), len(product.known)
        kinds = len(segment.known) * regions * products
        place = segment.codes.astype(np.int64) * regions + region.codes
        code = (place * products)[self.account] + product.codes
        if kinds > SPARSE * len(code):
            codes, group = np.unique(code, return_inverse=True)
            return group.astype(np.int32), codes.astype(np.int64)
        found = np.zeros(kinds, dtype=bool)
        found[code] = True
        codes = np.flatnonzero(found)
        number = np.zeros(kinds, dtype=np.int32)
        number[codes] = np.arange(len(codes), dtype=np.int32)
        return number[code], codes

    @property
    def _axes(self) -> tuple[CategoricalColumn, CategoricalColumn, CategoricalColumn]:
        return (
            self.accounts.categorical("segment"),
            self.accounts.categorical("region"),
            self.base.categorical("product"),
        )

    @property
    def group(self) -> Codes:
        """Row in `groups` of each row's segment, region and product."""
        return self._grouped[0]

    @cached_property
    def groups(self) -> pd.DataFrame:
        """segment, region, product: each combination that some row has."""
        segment, region, product = self._axes
        rest, products = np.divmod(self._grouped[1], max(1, len(product.known)))
        segments, regions = np.divmod(rest, max(1, len(region.known)))
        parts = {"segment": (segment, segments), "region": (region, regions), "product": (product, products)}
        return pd.DataFrame({name: words.known.take(pa.array(at)).to_pylist() for name, (words, at) in parts.items()})

    def sums(self, values: Array) -> Array:
        """Sum of a value of every row, by group."""
        groups = pd.Series(pd.Categorical.from_codes(self.group, categories=pd.RangeIndex(len(self._grouped[1]))))
        return np.asarray(pd.Series(values).groupby(groups, observed=False).sum(), dtype=np.float64)

    @property
    def units(self) -> Array:
        """Units of every row."""
        return self.base.numbers("units")

    @property
    def hours(self) -> Array:
        """Hours of use a year of every row's units together."""
        return self.units * self.base.numbers("usage_hours")
