"""The installed base under its accounts' segments and regions."""

from __future__ import annotations

import pytest

from models import Case, build_case
from models.installed_base import InstalledBase
from tests.worlds.hand_case import Rows, hand_case, market


def case(**more: Rows) -> Case:
    """Three accounts, named in another order than the rows that belong to them."""
    given = market()
    accounts = [
        {"account_id": "A2", "segment": "clinic", "region": "south", "product_revenue": 10},
        {"account_id": "A1", "segment": "clinic", "region": "north", "product_revenue": 20},
        {"account_id": "A3", "segment": "clinic", "region": "south", "product_revenue": 30},
    ]
    base = [
        {"account_id": "A3", "product": "beta", "units": 1, "usage_hours": 7},
        {"account_id": "A1", "product": "alpha", "units": 4, "usage_hours": 10},
        {"account_id": "A2", "product": "beta", "units": 2, "usage_hours": 5},
        {"account_id": "A3", "product": "alpha", "units": 8, "usage_hours": 1},
    ]
    return build_case(*hand_case(**{**given, "accounts": accounts, "installed_base": base, "contracts": [], **more}))


@pytest.mark.parametrize("sparse", [0, 64])
def test_rows_are_grouped_by_segment_region_and_product(sparse: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.installed_base.SPARSE", sparse)
    holdings = InstalledBase(case())

    groups = holdings.groups.assign(units=holdings.sums(holdings.units), hours=holdings.sums(holdings.hours))

    assert sorted(groups.itertuples(index=False, name=None)) == [
        ("clinic", "north", "alpha", 4, 40),
        ("clinic", "south", "alpha", 8, 8),
        ("clinic", "south", "beta", 3, 17),
    ]
    named = holdings.groups["product"].to_numpy(object)[holdings.group]
    assert named.tolist() == ["beta", "alpha", "beta", "alpha"]


def test_each_row_knows_its_account() -> None:
    assert InstalledBase(case()).account.tolist() == [2, 1, 0, 2]
