"""The case worked by hand, with a second provider who works better and dearer."""

from __future__ import annotations

from typing import Any

from models import Case, build_case
from tests.worlds.hand_case import Rows, hand_case, work

SEGMENT = {"segment": "lab", "discount": 0.0}


def two_providers(ace: dict[str, Any] | None = None, **more: Rows) -> Case:
    """Provider `own` (CSAT 70, 6 a case in the north, 8 in the south) and partner `ace` (CSAT 90, 10 a case)."""
    tables = work()
    row = {"provider": "ace", "kind": "specialist_partner", "capacity_hours": 100, "engage": "required", **(ace or {})}
    rates = [{**rate, "provider": "ace", "cost_per_case": 10, "csat": 90} for rate in tables["rates"]]
    providers = [{"max_share": 1, **tables["providers"][0]}, row]
    return build_case(*hand_case(providers=providers, rates=[*tables["rates"], *rates], **more))
