"""Finding words of one column in another: hashed by Arrow, since pandas takes seconds over a million of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def among(values: pd.Series[Any], known: Iterable[Any]) -> NDArray[np.bool_]:
    """Which values occur among the known words."""
    return positions(values, known) >= 0


def positions(values: pd.Series[Any], known: Iterable[Any]) -> NDArray[np.int64]:
    """First position of each value among the known words; -1 where it does not occur."""
    found = pc.fill_null(pc.index_in(_words(values), value_set=_words(known)), -1)
    return np.asarray(found, dtype=np.int64)


def _words(values: Iterable[Any]) -> pa.Array:
    text = pa.array(values if isinstance(values, pd.Series) else list(values), pa.large_string())
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
