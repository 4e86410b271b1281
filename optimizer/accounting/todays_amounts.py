"""What today's menus come to, and between what limits that lies which their delivery decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from models.case import Case
from models.economics.delivery_formulas import PARTNER_KINDS
from models.plan import Decisions

from .demand import Demand, chosen, locked_rows
from .money import (
    added_up,
    coverage,
    downtime,
    fixed_cost,
    hours_waited,
    mean_product_margin,
    one_off_cost,
    sales,
    shares_of,
)
from .offered import offer, required_and_excluded
from .rows import Column, Rows, group_peaks, total
from .sold import units_by_region, uptake_rows
from .work import WORK_CLASS, cases_by_service, flows, parts_cases, rates_by_tier, work_classes

_PLACE = ["region", "family", "service", "tier"]


@dataclass(frozen=True)
class AmountRange:
    """The least and the most that an amount of a delivery can be."""

    least: float
    most: float

    def __add__(self, amount: float) -> AmountRange:
        return AmountRange(self.least + amount, self.most + amount)


@dataclass(frozen=True)
class TodaysAmounts:
    """Amounts of today's menus, with every product covered but the excluded ones; money a year."""

    demand: Demand

    @cached_property
    def _choice(self) -> Rows:
        holdings = self.demand.holdings
        _, excluded = required_and_excluded(self.demand.case, "product")
        covered = holdings.where(~holdings.named("product", excluded))
        return chosen(self.demand, self.demand.case.tables["current_menus"], covered)

    @cached_property
    def _locked(self) -> Rows:
        return locked_rows(self.demand)

    @cached_property
    def uptake(self) -> Rows:
        """Who takes what today, contracts in force among them: what uptake.csv would hold, with `unit_value`."""
        return uptake_rows(self.demand, self._choice, self._locked)

    @cached_property
    def _sales(self) -> dict[str, float]:
        return sales(self.uptake, self.demand.case)

    def decided_by_menus(self, known: Mapping[str, float]) -> dict[str, float | None]:
        """Amounts that follow from today's menus, and from the other amounts that are `known` of today."""
        sold, loss = self._sales, known["loyalty_loss"]
        margin = sold["product_profit"] - mean_product_margin(self.demand) * loss + known["service_margin"]
        return {
            "admin_cost": sold["admin_cost"],
            "capital_cost": sold["capital_cost"],
            "product_revenue": sold["product_revenue"] - loss,
            "account_margin": margin,
            "partner_profit": None,
            **coverage(self.demand, sold),
            **downtime(sold["incidents"], known["downtime_hours"]),
            **added_up(known),
            **shares_of(known),
        }

    def decided_by_delivery(self) -> dict[str, AmountRange]:
        """The least and the most that each amount can be which the delivery of today's menus decides."""
        case = self.demand.case
        served = cases_by_service(case, units_by_region(self.demand, self._choice, self._locked))
        lanes = _lanes(case, work_classes(case, served))
        settled, lost, down = (_range_of(lanes, lanes[name]) for name in ("settled", "loss", "down"))
        return {
            "service_revenue": settled + self._sales["billed"],
            "delivery_cost": _payments(case, lanes),
            "partner_payments": _partner_payments(case, lanes),
            "fulfilment_cost": _parts(case, parts_cases(served)),
            "fixed_cost": _fixed(self.demand),
            "one_off_cost": _one_off(case),
            "loyalty_loss": lost,
            "downtime_hours": down,
        }


def _lanes(case: Case, classes: Rows) -> Rows:
    """Each work class with every provider that could do all of it, and what that would come to."""
    _, excluded = required_and_excluded(case, "provider")
    rates = rates_by_tier(case).pick("provider", *_PLACE)
    lanes = flows(case, classes.joined(rates.where(~rates.named("provider", excluded)), _PLACE).assign(hours=0.0))
    return lanes.assign(settled=lanes["cases"] * lanes["settlement"], down=hours_waited(lanes))


def _range_of(lanes: Rows, amount: Column) -> AmountRange:
    """Sums over the work classes of the least and the most of an amount."""
    group, first = lanes.grouped(WORK_CLASS)
    least, most = -group_peaks(-amount, group, len(first)), group_peaks(amount, group, len(first))
    return AmountRange(total(least), total(most))


def _payments(case: Case, lanes: Rows) -> AmountRange:
    """What is paid for case cost: all of it may be discounted, and every commitment may come on top."""
    discounts, cost = case.tables["volume_discounts"]["discount"], _range_of(lanes, lanes["true_cost"])
    off = float(discounts.max()) if len(discounts) else 0.0
    return AmountRange(cost.least * (1 - off), cost.most + float(case.tables["providers"]["commitment"].sum()))


def _partner_payments(case: Case, lanes: Rows) -> AmountRange:
    """What partners are paid: for none of the work, or for all that any of them could do."""
    partners = case.tables["providers"].query("kind in @PARTNER_KINDS")
    own = lanes.where(lanes.named("kind", PARTNER_KINDS))
    return AmountRange(0.0, _range_of(own, own["true_cost"]).most + float(partners["commitment"].sum()))


def _one_off(case: Case) -> AmountRange:
    """One-off cost of the required providers alone, and of all that are not excluded."""
    required, excluded = required_and_excluded(case, "provider")
    return AmountRange(
        one_off_cost(case, required), one_off_cost(case, set(case.tables["providers"]["provider"]) - excluded)
    )


def _parts(case: Case, parts: Rows) -> AmountRange:
    """Parts cost with the cheapest and the dearest policies, and no or every policy's fixed cost."""
    policies = Rows.of(case.tables["fulfilment"], "product", "parts_cost", "fixed_cost")
    rows = parts.joined(policies, ["product"])
    group, first = rows.grouped(["product", "tier"])
    cost = rows["cases"] * rows["parts_cost"]
    least, most = -group_peaks(-cost, group, len(first)), group_peaks(cost, group, len(first))
    return AmountRange(total(least), total(most) + total(policies["fixed_cost"]))


def _fixed(demand: Demand) -> AmountRange:
    """Fixed cost with the required providers alone, and with all that are not excluded."""
    case = demand.case
    required, excluded = required_and_excluded(case, "provider")
    _, unsold = required_and_excluded(case, "product")
    sold = tuple(name for name in case.tables["products"]["product"] if name not in unsold)
    open_to = tuple(name for name in case.tables["providers"]["provider"] if name not in excluded)
    least, most = (
        fixed_cost(case, offer(demand, case.tables["current_menus"], Decisions(products=sold, providers=engaged)))
        for engaged in (tuple(required), open_to)
    )
    return AmountRange(least, most)
