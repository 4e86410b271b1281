"""Runs choice-learn on a problem in a JSON file; started in choice-learn's own environment, so it imports no other.

python choice_learn_program.py PROBLEM.json FOUND.json
"""

import json
import sys
import time
from importlib.metadata import version
from typing import Any

from choice_learn.toolbox.assortment_optimizer import LatentClassPricingOptimizer
from ortools.linear_solver import pywraplp

NOBODY_WANTS = 1e-12
STATUS = {pywraplp.Solver.OPTIMAL: "optimal", pywraplp.Solver.FEASIBLE: "time limit reached"}


def solve(problem: dict[str, Any]) -> dict[str, Any]:
    start = time.monotonic()
    total = sum(problem["weights"])
    optimizer = LatentClassPricingOptimizer(
        solver="or-tools",
        class_weights=[weight / total for weight in problem["weights"]],
        class_utilities=[[*items, [NOBODY_WANTS]] for items in problem["attraction"]],
        itemwise_values=[*problem["value"], [0.0]],  # the last item is never offered
        assortment_size=problem["size"],
    )
    optimizer.solver.SetTimeLimit(int(1000 * problem["time_limit"]))
    optimizer.base_set_objective_function()
    parameters = pywraplp.MPSolverParameters()
    parameters.SetDoubleParam(parameters.RELATIVE_MIP_GAP, problem["gap"])
    status = optimizer.solver.Solve(parameters)
    bound = optimizer.solver.Objective().BestBound() * total
    found = {"status": STATUS.get(status, "no plan"), "bound": bound, "menu": None, "note": note()}
    if status in STATUS:
        chosen = [(i, k) for (i, k), y in optimizer.y.items() if i > 0 and y.solution_value() > 0.5]
        found["menu"] = [[i - 1, k] for i, k in chosen]
    return {**found, "seconds": time.monotonic() - start}


def note() -> str:
    return f"choice-learn {version('choice-learn')}, OR-Tools {version('ortools')}, CBC"


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        answer = solve(json.load(file))
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(answer, file)
