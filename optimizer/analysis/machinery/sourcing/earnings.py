"""What the providers of a plan are paid, and what of the customers' settlements they bear, in a year good or bad."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models import Case
from models.catalog import Array
from models.economics.delivery_formulas import cost_per_case, payment
from models.economics.pricing_kinds import settlement_per_case

from ....accounting.money import discounts


@dataclass(frozen=True)
class Year:
    """How a year differs from the expected one."""

    volume: float = 1.0
    """Factor on cases, up to the provider's capacity."""
    response: float = 1.0
    """Factor on mean response hours, which settlements follow."""


EXPECTED = Year()


def earnings(case: Case, flows: pd.DataFrame, engaged: tuple[str, ...], year: Year = EXPECTED) -> pd.DataFrame:
    """Amounts of each engaged provider in a year, indexed by name; `flows` as of `delivered_flows`.

    Columns, money a year: case_cost (before discounts and commitment), volume_discount, payment (what is left, or the
    commitment where that is more), settlement (of all customers, on its cases), borne (its part: what its case cost
    changes by the settlements; negative when penalties outweigh bonuses).
    """
    cases = flows["cases"].to_numpy(dtype=float) * _volume(case, flows, year.volume)
    rate, risk, response, *terms = (
        flows[name].to_numpy(dtype=float)
        for name in ("cost_per_case", "risk_share", "mean_response", "promise", "bonus_per_hour", "penalty_per_hour")
    )
    settled = settlement_per_case(terms[0], response * year.response, *terms[1:])
    paid = cost_per_case(rate, risk, settled)
    amounts = {"case_cost": cases * paid, "settlement": cases * settled, "borne": cases * (paid - rate)}
    sums = pd.DataFrame({"provider": flows["provider"], **amounts}).groupby("provider").sum()
    sums = sums.reindex(pd.Index(engaged, name="provider"), fill_value=0.0)
    return _with_payments(case, sums)


def _volume(case: Case, flows: pd.DataFrame, factor: float) -> Array:
    """Factor on the cases of each flow: no provider works more than its capacity, or less than the plan for that."""
    capacity = case.tables["providers"].set_index("provider")["capacity_hours"]
    worked = flows.groupby("provider")["true_hours"].sum()
    most = (capacity / worked).clip(lower=1.0)
    return np.asarray(np.minimum(factor, flows["provider"].map(most).to_numpy(dtype=float)))


def _with_payments(case: Case, sums: pd.DataFrame) -> pd.DataFrame:
    commitments = case.tables["providers"].set_index("provider")["commitment"]
    saved = discounts(case, list(sums.index), sums["case_cost"].tolist())
    rows = sums.assign(volume_discount=np.array(saved, dtype=float), commitment=commitments.reindex(sums.index))
    net = (rows["case_cost"] - rows["volume_discount"]).tolist()
    paid = [payment(cost, least) for cost, least in zip(net, rows["commitment"].tolist(), strict=True)]
    columns = ["case_cost", "volume_discount", "commitment", "payment", "settlement", "borne"]
    return rows.assign(payment=np.array(paid, dtype=float))[columns]
