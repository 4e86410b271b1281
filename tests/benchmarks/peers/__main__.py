"""Runs one peer on a case: python -m tests.benchmarks.peers NAME CASE OUT.json --gap 1e-3 --time-limit 60."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import optimizer

from .outcome import Outcome

PEERS = {
    "pulp": ("with_pulp", "solve_with_pulp"),
    "linopy": ("with_linopy", "solve_with_linopy"),
    "choice-learn": ("with_choice_learn", "solve_with_choice_learn"),
    "exchange": ("exchange", "solve_by_exchange"),
    "greedy": ("greedy", "solve_greedily"),
}
"""Module and function of each peer; imported when it runs, for its libraries may not be there."""


def main() -> None:
    arguments = _arguments()
    _outcome(arguments).write(arguments.out)


def _arguments() -> Namespace:
    parser = ArgumentParser("tests.benchmarks.peers", description="Solve a case with another program.")
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("case", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scenario", default="base")
    parser.add_argument("--gap", type=float, default=1e-3)
    parser.add_argument("--time-limit", type=float, default=60.0)
    return parser.parse_args()


def _outcome(arguments: Namespace) -> Outcome:
    module, name = PEERS[arguments.peer]
    try:
        solve: Callable[..., Outcome] = getattr(import_module(f"{__package__}.{module}"), name)
    except ModuleNotFoundError as error:
        return Outcome("not installed", note=f"{error.name} is not installed: pip install '.[bench]'")
    case = optimizer.load_case(arguments.case)
    try:
        return solve(case, arguments.scenario, arguments.gap, arguments.time_limit)
    except ValueError as error:
        return Outcome("cannot state it", note=str(error))


if __name__ == "__main__":
    main()
