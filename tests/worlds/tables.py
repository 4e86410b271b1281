"""Tables written down in a test as a line of column names and a tuple a row."""

from __future__ import annotations

import pandas as pd


def rows(columns: str, *values: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(values, columns=columns.split())
