"""Today's amounts under scenarios of one case, each worked out once."""

from __future__ import annotations

from models.rules import MONEY_RULES
from models.scenario import Scenario

from ..program.instance import Instance
from ..results.audit_rules import RULES_ON_MENUS
from .time_limit import Limit
from .todays_plan import baseline

Baseline = tuple[dict[str, float | None] | None, str | None]
"""KPIs of today's price book, or why there are none."""


class Baselines:
    """Keeps what today's price book comes to: it depends neither on margin rules nor on rules on menus."""

    def __init__(self) -> None:
        self._known: dict[str, Baseline] = {}

    def of(self, instance: Instance, limit: Limit) -> Baseline:
        """The baseline of a scenario of the case that every other call was about."""
        asked = _asked(instance.scenario)
        if asked not in self._known:
            found = baseline(instance, limit)
            if found[0] is None and limit.deadline is not None:
                return found  # with more time there may be one
            self._known[asked] = found
        return self._known[asked]


def _asked(scenario: Scenario) -> str:
    """What of a scenario the baseline depends on."""
    return scenario.model_dump_json(exclude={"name", "description", *MONEY_RULES, *RULES_ON_MENUS}, exclude_none=True)
