"""Reads and checks a case and builds its cohorts: python -m tests.benchmarks.reading CASE OUT.json."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import optimizer
from models.catalog import Catalog
from models.economics.demand_base import demand_base


def main(case_folder: str, out: str) -> None:
    start = time.monotonic()
    case = optimizer.load_case(case_folder)
    checked = time.monotonic()
    demand = demand_base(Catalog(case))
    phases = {"read": checked - start, "cohorts": time.monotonic() - checked}
    answer = {"phases": phases, "cohorts": len(demand.cohorts), "units": demand.total_units}
    Path(out).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
