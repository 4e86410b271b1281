"""Goals of a frontier: what is wanted more (or less) of, how a plan is measured by it, how it is bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.conditions import BOUNDED, Amount, Condition, CsatOverFloor
from models.plan import MONEY_KPIS, PARTNER_KPIS, SHARE_KPIS, Plan, kpi_unit
from models.scenario import OBJECTIVES

from ....results.favour import LESS_IS_BETTER

CSAT_OVER_FLOOR = "csat_over_floor"
GOALS = (*BOUNDED, CSAT_OVER_FLOOR)
"""Every goal by its name."""
_LESS = LESS_IS_BETTER | {"contract_incidents", "partner_payments"}
"""Amounts of which less is asked: of these two a frontier wants less, though a change of them is judged neither way."""
_REFINED: Mapping[str, float] = {CSAT_OVER_FLOOR: 0.01}
_SHARE = 1e-5
"""Finest difference of shares that is told apart."""


@dataclass(frozen=True)
class Goal:
    """An amount of a plan by its KPI name, or `csat_over_floor`: least points of any tier and region over its floor."""

    name: str

    def __post_init__(self) -> None:
        if self.name not in GOALS:
            raise ValueError(f"goal {self.name!r}; expected one of {', '.join(GOALS)}")

    @property
    def is_objective(self) -> bool:
        """Whether it can be the objective of a scenario, so that its best value is solved for and not searched."""
        return self.name in OBJECTIVES

    @property
    def more(self) -> bool:
        """Whether more of it is better."""
        return self.name not in _LESS

    def unit(self, currency: str) -> str:
        """Unit of its values."""
        if self.name == CSAT_OVER_FLOOR:
            return "CSAT points"
        yearly = self.name in (*MONEY_KPIS, *PARTNER_KPIS)
        return f"{currency} a year" if yearly else kpi_unit(self.name, currency)

    @property
    def _is_amount(self) -> bool:
        """Whether its values are money, incidents or hours, of any size."""
        return self.name not in (*SHARE_KPIS, CSAT_OVER_FLOOR)

    def finest(self, scale: float) -> float:
        """Least difference that is told apart, for values of this size."""
        if self._is_amount:
            return 1e-6 * max(1.0, abs(scale))
        return _REFINED.get(self.name, _SHARE)

    def step(self, scale: float) -> float:
        """Step of a sweep where none is given and the goal's best end is not known."""
        if self._is_amount:
            return 0.05 * max(1.0, abs(scale))
        return 1.0 if self.name == CSAT_OVER_FLOOR else 0.02

    def value(self, plan: Plan) -> float | None:
        """Value of a plan; None where it has none (no service revenue, no cases)."""
        if self.name != CSAT_OVER_FLOOR:
            return plan.kpis[self.name]
        csat = plan.experience[plan.experience["metric"] == "csat"]
        return float((csat["value"] - csat["limit"]).min()) if len(csat) else None

    def signed_value(self, plan: Plan) -> float | None:
        """Value of a plan with its sign turned where less is better, so that more is better; None where it has none."""
        value = self.value(plan)
        return value if value is None or self.more else -value

    def at_least(self, signed: float) -> Condition:
        """The condition that the signed value of a plan is at least this."""
        if self.name == CSAT_OVER_FLOOR:
            return CsatOverFloor(signed)
        return Amount(self.name, least=signed) if self.more else Amount(self.name, most=-signed)
