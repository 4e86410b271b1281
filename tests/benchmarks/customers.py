"""Customers of generated cases: segments, classes and loyalty, and accounts part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .generator import Size

Whole = NDArray[np.int64]


def customer_tables(size: Size, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Tables of segments, customer classes, their liking of tiers and their loyalty."""
    segments, classes = _segments(size), np.array([f"class_{i}" for i in range(size.classes)])
    segment, customer_class = np.repeat(segments, size.classes), np.tile(classes, size.books)
    pairs, tiers = len(segment), np.arange(size.tiers)
    shares = rng.dirichlet(np.full(size.classes, 4.0), size.books)
    shares[:, -1] = 1 - shares[:, :-1].sum(axis=1)
    level = np.arange(size.tiers + 1)
    retention = 0.84 + 0.025 * level + rng.normal(0, 0.008, (size.books, len(level)))
    appeal = rng.normal(-1.2 + 0.45 * tiers, 0.35, (pairs, size.tiers))
    return {
        "segments": pd.DataFrame({"segment": segments, "discount": np.round(rng.uniform(0, 0.1, size.books), 3)}),
        "customer_classes": pd.DataFrame(
            {
                "segment": segment,
                "customer_class": customer_class,
                "share": shares.ravel(),
                "price_sensitivity": np.round(rng.uniform(0.15, 0.7, pairs), 4),
                "risk_aversion": np.round(rng.uniform(0, 2e-5, pairs), 8),
            }
        ),
        "appeal": pd.DataFrame(
            {
                "segment": np.repeat(segment, size.tiers),
                "customer_class": np.repeat(customer_class, size.tiers),
                "tier": np.tile(np.array(size.tier_names), pairs),
                "appeal": np.round(appeal, 4).ravel(),
            }
        ),
        "loyalty": pd.DataFrame(
            {
                "segment": np.repeat(segments, len(level)),
                "tier": np.tile(np.array(["none", *size.tier_names]), size.books),
                "retention": np.round(np.minimum(0.99, retention), 4).ravel(),
                "cross_sell": np.tile(np.round(0.01 * np.maximum(level - 1, 0), 4), size.books),
            }
        ),
    }


def account_part(size: Size, start: int, stop: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Accounts `start` to `stop` and their installed base; the same for the same size, seed and start."""
    accounts, installed = account_arrow(size, start, stop)
    return accounts.to_pandas(), installed.to_pandas()


def account_arrow(size: Size, start: int, stop: int) -> tuple[pa.Table, pa.Table]:
    """As `account_part`, as Arrow tables."""
    rng = np.random.default_rng([size.seed, 1, start])
    number = np.arange(start, stop)
    names = account_names(number)
    turn = number // size.books
    accounts = {
        "account_id": names,
        "segment": _picked(_segments(size), number % size.books),
        "region": _picked(np.array(size.region_names), turn % size.regions),
        "product_revenue": np.round(rng.lognormal(11.5, 0.6, len(number)), 2),
    }
    held = size.held_count
    owner = np.repeat(np.arange(len(number)), held)
    product = (np.repeat(turn // size.regions, held) + np.tile(np.arange(held), len(number))) % size.products
    installed = {
        "account_id": names.take(pa.array(owner)),
        "product": _picked(np.array(size.product_names), product),
        "units": rng.integers(1, 12, len(owner)).astype(float),
        "usage_hours": np.round(rng.uniform(500, 3000, len(owner)), 1),
    }
    return pa.table(accounts), pa.table(installed)


def account_names(number: Whole) -> pa.Array:
    """`A00000042` for 42."""
    digits = pc.utf8_lpad(pc.cast(pa.array(number), pa.string()), 8, "0")
    return pc.binary_join_element_wise("A", digits, "")


def _segments(size: Size) -> NDArray[np.str_]:
    return np.array([f"segment_{i:05d}" for i in range(size.books)])


def _picked(names: NDArray[np.str_], places: Whole) -> pa.Array:
    """The names at the places, as text."""
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), pa.array(names)).cast(pa.string())
