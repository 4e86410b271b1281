"""`choice-learn`'s latent-class pricing optimizer, on the part of the problem that it can state.

One price book, logit, no delivery, no rules but the size of the menu. It runs in an environment of its own
(`.venv-peers`), because it brings TensorFlow; `choice_learn_program.py` is what runs there.

Known faults of choice-learn 1.3.3, and what is done about each:
- "utilities" must be given as exp(utility). They are.
- The pricing optimizer never offers the last item (its count of items is one short). An item that nobody
  wants is put last.
- With `assortment_size=None` it fails, although its rule is written for that. The number of items is given.
- Variables for classes 0 to 2 are made whether there are such classes or not; they bind nothing.
- It takes no time limit and no gap, and does not tell a limit from an optimum; both are set and read on the
  OR-Tools solver inside.
- An item counts as offered when its binary is above 0, so that rounding may offer it. The menu is read from the
  binaries at 0.5 here, and its value computed anew.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from models import Case
from models.economics.uptake import shares_at
from tests.folders import ROOT

from .market import Market, market
from .outcome import Outcome

PYTHON = ROOT / ".venv-peers" / "bin" / "python"
PROGRAM = Path(__file__).with_name("choice_learn_program.py")
STATED = {"name", "objective", "max_menu", "description", "change"}


def solve_with_choice_learn(case: Case, scenario_name: str, gap: float, time_limit: float) -> Outcome:
    """Hand the problem over and value the menu that comes back."""
    if not PYTHON.exists():
        return Outcome("not installed", note="choice-learn: run `make bench-peers`")
    start = time.monotonic()
    m = market(case, scenario_name)
    problem = stated(m) | {"gap": gap, "time_limit": time_limit}
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder, "problem.json"), Path(folder, "found.json")
        given.write_text(json.dumps(problem), encoding="utf-8")
        built = time.monotonic()
        done = subprocess.run([PYTHON, PROGRAM, given, found], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return Outcome("failed", note=(done.stderr.strip().splitlines() or ["no message"])[-1][:200])
        answer = json.loads(found.read_text(encoding="utf-8"))
    if answer["menu"] is None:
        return Outcome("no plan", None, answer["bound"], built - start, answer["seconds"])
    value = value_of(m, [tuple(item) for item in answer["menu"]])
    return Outcome(answer["status"], value, answer["bound"], built - start, answer["seconds"], answer["note"])


def stated(m: Market) -> dict[str, object]:
    """The problem in choice-learn's terms: items are tiers, one list of prices each.

    Raises ValueError for a case that it cannot state.
    """
    catalog, options, offers = m.instance.catalog, m.offers.options, m.offers
    rules = set(m.scenario.model_dump(exclude_none=True)) - STATED
    one_price = len(set(map(float, offers.demand.cohorts.discount))) == 1
    one_product = len(catalog.products) == 1 and len(catalog.models) == 1
    if rules or not (m.logit and one_price and one_product and len(catalog.books) == 1):
        raise ValueError("choice-learn states one price book of logit customers, one product, no rules")
    per_tier = [np.flatnonzero(options.tier == tier) for tier in range(len(catalog.tiers))]
    attraction = np.exp(offers.block(offers.utility, 0))
    yearly = offers.block(offers.terms.yearly, 0)[0]
    return {
        "weights": offers.demand.cohorts.units.tolist(),
        "attraction": [[attraction[c, of].tolist() for of in per_tier] for c in range(len(attraction))],
        "value": [yearly[of].tolist() for of in per_tier],
        "size": m.scenario.max_menu or len(catalog.tiers),
    }


def value_of(m: Market, menu: list[tuple[int, int]]) -> float:
    """Money a year of a menu of (tier, place among the tier's prices)."""
    options = [int(np.flatnonzero(m.offers.options.tier == tier)[place]) for tier, place in menu]
    cohorts = np.array(m.offers.cohorts_of(0))
    shares = shares_at(m.offers, m.offers.cells(cohorts, np.tile(options, (len(cohorts), 1))))
    yearly = m.offers.block(m.offers.terms.yearly, 0)[:, options]
    return float((m.offers.demand.cohorts.units[:, None] * shares * yearly).sum())
