"""Solves a case, changes one number of its scenario, solves again from the earlier result, and from nothing.

python -m tests.benchmarks.resolving CASE OUT.json GAP TIME_LIMIT RULE ADDED
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import optimizer


@dataclass(frozen=True)
class Search:
    """One case and what is asked of each solve."""

    case: optimizer.Case
    gap: float
    time_limit: float

    def solve(self, scenario: optimizer.Scenario, **more: object) -> optimizer.Result:
        """One solve with the search's gap and limit."""
        return optimizer.solve(self.case, scenario, gap=self.gap, time_limit=self.time_limit, **more)  # type: ignore[arg-type]


def main(case_folder: str, out: str, gap: str, time_limit: str, rule: str, added: str) -> None:
    search = Search(optimizer.load_case(case_folder), float(gap), float(time_limit))
    Path(out).write_text(json.dumps(_times(search, rule, float(added))), encoding="utf-8")


def _times(search: Search, rule: str, added: float) -> dict[str, object]:
    base = search.case.scenarios["base"]
    now = getattr(base, rule)
    changed = base.model_copy(update={rule: added if now is None else type(now)(now + added)})
    first = search.solve(base)
    again, afresh = search.solve(changed, start=first), search.solve(changed)
    seconds = {"first": first.seconds, "again": again.seconds, "afresh": afresh.seconds}
    # Two solves that a limit ended say nothing about which is quicker.
    status = again.status if first.status is optimizer.Status.OPTIMAL else f"first {first.status}"
    return {**seconds, "status": str(status), "objective": again.objective, "bound": again.bound}


if __name__ == "__main__":
    main(*sys.argv[1:])
