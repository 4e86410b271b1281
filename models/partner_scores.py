"""What partners are scored on: the criteria asked of each kind, and the work from which a scoped score bars one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .economics.delivery_formulas import PARTNER_KINDS

Tables = Mapping[str, pd.DataFrame]
SCOPE = ("region", "family")
"""Columns of `scores` that say where a score is given; a blank one is everywhere."""


def asked_of(criteria: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The criteria asked of a partner of this kind: those of its kind, and those of both."""
    return criteria[criteria["kind"].isin(["", kind])]


def asked_scores(tables: Tables) -> pd.DataFrame:
    """Rows of `scores` whose criterion is asked of the provider's kind, with its weight and minimum."""
    criteria = tables["criteria"].rename(columns={"kind": "asked_of"})
    kinds = tables["providers"][["provider", "kind"]]
    rows = tables["scores"].merge(criteria, on="criterion").merge(kinds, on="provider")
    return rows[(rows["asked_of"] == "") | (rows["asked_of"] == rows["kind"])].reset_index(drop=True)


def is_scoped(scores: pd.DataFrame) -> NDArray[np.bool_]:
    """Rows of `scores` that are given for a region or a family alone."""
    return np.asarray((scores[list(SCOPE)] != "").any(axis=1), dtype=bool)


def general_scores(tables: Tables) -> pd.DataFrame:
    """Rows of `asked_scores` that hold everywhere: those that the partner-quality rule looks at."""
    rows = asked_scores(tables)
    return rows[~is_scoped(rows)].reset_index(drop=True)


def barring_scores(tables: Tables) -> pd.DataFrame:
    """Rows of `asked_scores` of partners that bar them from the work of a region or family: under the minimum."""
    rows = asked_scores(tables)
    under = is_scoped(rows) & rows["kind"].isin(PARTNER_KINDS) & (rows["score"] < rows["minimum"])
    return rows[under].reset_index(drop=True)


def is_barred(rows: pd.DataFrame, bars: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows (of provider, region and family) some row of `barring_scores` bars."""
    barred = np.zeros(len(rows), dtype=bool)
    for provider, region, family in bars[["provider", *SCOPE]].itertuples(index=False, name=None):
        here = (rows["provider"] == provider).to_numpy()
        for column, name in (("region", region), ("family", family)):
            here = here & (rows[column] == name).to_numpy() if name else here
        barred |= here
    return barred
