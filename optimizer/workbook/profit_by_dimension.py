"""The profit and loss account of a plan by one dimension, as a table."""

from __future__ import annotations

import pandas as pd

from models import Case, apply_scenario

from ..assurance.result import Result
from .attribution import attribute
from .lines import AMOUNTS, LINES, with_sums

DIMENSIONS = ("segment", "region", "product", "tier", "model")
UNALLOCATED, TOTAL = "unallocated", "total"


def profit_by(case: Case, result: Result, dimension: str) -> pd.DataFrame:
    """Lines of the account (rows, by title) by the names of `dimension` (columns), money a year.

    Cost that no customer causes alone is shared by the drivers of `optimizer.workbook.lines`; what has no driver is
    the column `unallocated`. The column `total` is the plan's. Raises `NoPlanError` without a plan, ValueError for a
    dimension other than segment, region, product, tier and model.
    """
    if dimension not in DIMENSIONS:
        raise ValueError(f"dimension is {dimension!r}; expected one of {', '.join(DIMENSIONS)}")
    changed, _ = apply_scenario(case, result.scenario_name)
    found = attribute(changed, result.decided)
    sums = found.rows.groupby(dimension)[list(AMOUNTS)].sum()
    sums.loc[UNALLOCATED], sums.loc[TOTAL] = found.unallocated, found.totals
    return with_sums(sums).rename(columns={line.name: line.title for line in LINES}).T
