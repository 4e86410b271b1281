"""Which changes of a KPI are for the better, and the one pair of colours that says so wherever a change is shown.

The colours are blue and vermilion of Okabe & Ito (2008), which people with any colour vision tell apart; a sign always
stands beside them.
"""

from __future__ import annotations

from models.plan import ONE_OFF_COST

FAVOURABLE, ADVERSE = "#0072B2", "#D55E00"
"""Colours of a change for the better and for the worse."""
LESS_IS_BETTER = frozenset(
    {
        "delivery_cost", "fulfilment_cost", "admin_cost", "capital_cost", "fixed_cost", "service_cost", ONE_OFF_COST,
        "loyalty_loss", "cost_to_serve", "downtime_hours", "downtime_per_incident",
    }
)  # fmt: skip
"""KPIs that are better when they fall."""
UNJUDGED = frozenset({"contract_incidents", "partner_payments", "partner_profit"})
"""KPIs that are neither better nor worse when they change: they follow from how much is sold and by whom it is done."""


def is_favourable(kpi: str, change: float | None) -> bool | None:
    """Whether a change of a KPI is for the better; None where it is neither."""
    if not change or kpi in UNJUDGED:
        return None
    return (change > 0) != (kpi in LESS_IS_BETTER)


def change_colour(kpi: str, change: float | None) -> str | None:
    """The colour of a change of a KPI; None where it is neither for the better nor for the worse."""
    found = is_favourable(kpi, change)
    return None if found is None else FAVOURABLE if found else ADVERSE
