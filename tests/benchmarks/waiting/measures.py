"""How long a person waits for a checkout: each measure asks one question of it, in processes of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks import resolving
from tests.benchmarks.case_folders import case_folder
from tests.benchmarks.checkouts.checkout import SOLVED, Checkout
from tests.benchmarks.checkouts.questions import Question
from tests.benchmarks.generator import Size
from tests.benchmarks.measuring import GRACE
from tests.benchmarks.one_book import Menus
from tests.benchmarks.perturbed import Perturbation, perturbed_folder
from tests.benchmarks.processes import Ran
from tests.folders import IMAGING, TINY

NEAR = 0.01
"""Share of the best value that a first plan may lack."""
HEAVY = ("pandas", "numba", "pydantic", "pulp", "highspy")
"""What any solve imports."""
PACKAGES = ("models", "optimizer")


class Figure(NamedTuple):
    """One number of a row: seconds on the clock and on a processor, or another number twice."""

    clock: float
    processor: float


Figures = Mapping[str, Figure]


@dataclass(frozen=True)
class Ground:
    """Where cases are kept, and which perturbed copy of the shipped case is meant, if any."""

    home: Path
    copy: int | None = None

    def imaging(self) -> Path:
        """The shipped case or its copy."""
        return IMAGING if self.copy is None else perturbed_folder(IMAGING, self.home, self.copy)

    def scenario(self, name: str) -> str:
        """What a scenario of the shipped case is called there."""
        return name if self.copy is None else Perturbation(self.copy).scenario_name(name)

    def generated(self, shape: Size | Menus) -> Path:
        """The generated case of a shape."""
        return case_folder(shape, self.home)


def took(ran: Ran) -> Figure:
    """Time of a process."""
    return Figure(ran.seconds, ran.processor_seconds)


def same(number: float) -> Figure:
    """A number that is no time."""
    return Figure(number, number)


def less(one: Figure, other: Figure) -> Figure:
    """What one took beyond another."""
    return Figure(one.clock - other.clock, one.processor - other.processor)


# -- whole processes -----------------------------------------------------------------------------


@dataclass(frozen=True)
class SolveProcess:
    """The command `tierwise solve`."""

    scenario: str = "base"
    shape: Size | None = None
    """Of a generated case; None for the shipped one."""
    gap: float = 1e-4
    limit: float = 120.0

    def __call__(self, checkout: Checkout, ground: Ground) -> Figures:
        """`process`, and the gap that it reached."""
        folder = ground.imaging() if self.shape is None else ground.generated(self.shape)
        scenario = ground.scenario(self.scenario) if self.shape is None else self.scenario
        ran = checkout.time_solve(Question("", folder, scenario, self.gap, self.limit))
        plan = json.loads((checkout.work / "run" / "plan.json").read_text(encoding="utf-8"))
        return {"process": took(ran), "gap": same(gap_of(plan))}


def tiny_warm(checkout: Checkout, ground: Ground) -> Figures:
    """`beyond imports`: a solve of the smallest case beyond what the heavy imports take."""
    imports = took(checkout.time_command("-c", f"import {', '.join(HEAVY)}"))
    solve = took(checkout.time_solve(Question("", TINY, "base", 1e-4)))
    return {"process": solve, "imports": imports, "beyond imports": less(solve, imports)}


def fresh(checkout: Checkout, ground: Ground) -> Figures:
    """`process`: a solve by a copy that was never run, for a user without files; again; another kind of case."""
    copied = checkout.work / "fresh"
    shutil.rmtree(copied, ignore_errors=True)
    for package in PACKAGES:
        no_caches = shutil.ignore_patterns("__pycache__")
        shutil.copytree(checkout.root / package, copied / package, ignore=no_caches)
    names = ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "LOCALAPPDATA")
    apart = {**dict.fromkeys(names, str(copied)), "NUMBA_CACHE_DIR": "", "PYTHONPATH": str(copied)}
    logit = ground.generated(Menus(4, classes=2))

    def solve(case: Path) -> Figure:
        arguments = ("-m", "optimizer", "solve", str(case), "--out", str(copied / "run"), "--quiet", "--force")
        return took(checkout.python(*arguments, limit=600.0, ends=SOLVED, environment=apart))

    first, again = solve(TINY), solve(TINY)
    return {"process": first, "again": again, "compilation": less(first, again), "another kind": solve(logit)}


@dataclass(frozen=True)
class SweepProcess:
    """The command `tierwise sweep` on the shipped case, two solves at a time, from an empty store."""

    vary: Sequence[str]
    """A grid, as `--vary` has it."""
    gap: float = 1e-3
    limit: float = 5_400.0

    def __call__(self, checkout: Checkout, ground: Ground) -> Figures:
        """`process`, and how many scenarios were proved, infeasible and neither."""
        store, out = checkout.work / "store", checkout.work / "sweep"
        for folder in (store, out):
            shutil.rmtree(folder, ignore_errors=True)
        grid = [word for keys in self.vary for word in ("--vary", keys)]
        asked = ("-m", "optimizer", "sweep", str(IMAGING), *grid, "--gap", str(self.gap), "--workers", "2")
        ran = checkout.python(
            *asked, "--store", str(store), "--out", str(out), "--quiet", limit=self.limit, ends=(0, 1, 2, 3)
        )
        counts = json.loads((out / "sweep.json").read_text(encoding="utf-8"))["facts"]["counts"]
        proved, infeasible = counts.get("optimal", 0), counts.get("infeasible", 0)
        found = {"proved": proved, "infeasible": infeasible, "neither": sum(counts.values()) - proved - infeasible}
        return {"process": took(ran), **{name: same(count) for name, count in found.items()}}


# -- solves in one process -----------------------------------------------------------------------


@dataclass(frozen=True)
class FirstPlan:
    """The first plan of a scenario, told while it is searched."""

    scenario: str = "base"
    limit: float = 120.0

    def __call__(self, checkout: Checkout, ground: Ground) -> Figures:
        """When there was a plan, one within 1 % of the best and the proof, and what the first one lacked."""
        question = _question(ground.imaging(), ground.scenario(self.scenario), (), 1e-4, self.limit)
        solve = _answers(checkout, question)["first"]
        first = solve["plans"][0] if solve["plans"] else (inf, inf, -inf)
        lacks = same((solve["bound"] - first[2]) / abs(solve["bound"]))
        return {"a plan": Figure(*first[:2]), "it lacks": lacks, "within 1 %": near(solve), "proof": proof(solve)}


@dataclass(frozen=True)
class Warm:
    """The base scenario of the shipped case, then other limits one after the other in the same session."""

    changes: Sequence[tuple[str, str]]
    gap: float = 1e-3
    limit: float = 60.0

    def __call__(self, checkout: Checkout, ground: Ground) -> Figures:
        """For each change when there was a plan within 1 % and when the proof; of both the longest; the worst gap."""
        found = _answers(checkout, _question(ground.imaging(), "base", self.changes, self.gap, self.limit))
        times = {
            value: (near(solve), proof(solve)) for (_, value), solve in zip(self.changes, found["again"], strict=True)
        }
        each = {
            f"{value}: {name}": time
            for value, both in times.items()
            for name, time in zip(("within 1 %", "proof"), both, strict=True)
        }
        longest = [_longest(column) for column in zip(*times.values(), strict=True)]
        worst = same(max(gap_of(solve) for solve in found["again"]))
        return {"longest within 1 %": longest[0], "longest proof": longest[1], "worst gap": worst, **each}


@dataclass(frozen=True)
class Again:
    """A generated case, then the same with one number changed."""

    shape: Size
    change: tuple[str, str]
    gap: float = 1e-3
    limit: float = 300.0

    def __call__(self, checkout: Checkout, ground: Ground) -> Figures:
        """`share`: the second solve's time by that of the first; and a solve of the second from nothing."""
        question = _question(ground.generated(self.shape), "base", [self.change], self.gap, self.limit)
        found = _answers(checkout, question | {"afresh": True})
        first, again, afresh = (proof(solve) for solve in (found["first"], *found["again"], *found["afresh"]))
        share = Figure(_share(again.clock, first.clock), _share(again.processor, first.processor))
        return {"share": share, "first": first, "again": again, "from nothing": afresh}


def _share(again: float, first: float) -> float:
    return again / first if first < inf else nan  # two solves that a limit ended say nothing


def _question(
    case: Path, scenario: str, changes: Sequence[tuple[str, str]], gap: float, limit: float
) -> dict[str, Any]:
    limits = {"gap": gap, "limit": limit}
    return {"case": str(case), "scenario": scenario, "limits": limits, "changes": list(changes)}


def _answers(checkout: Checkout, question: Mapping[str, Any]) -> dict[str, Any]:
    asked, answer = checkout.work / "question.json", checkout.work / "answer.json"
    asked.write_text(json.dumps(question), encoding="utf-8")
    solves = 1 + len(question["changes"]) * (1 + bool(question.get("afresh")))
    limit = solves * question["limits"]["limit"] + GRACE
    checkout.python(str(resolving.__file__), str(asked), str(answer), limit=limit)
    return dict(json.loads(answer.read_text(encoding="utf-8")))


def near(solve: Mapping[str, Any]) -> Figure:
    """When a solve had a plan within 1 % of its bound, or the proof that there is none."""
    if solve["status"] == "infeasible":
        return proof(solve)
    times = (
        Figure(seconds, processor)
        for seconds, processor, objective in solve["plans"]
        if solve["bound"] - objective <= NEAR * abs(solve["bound"])
    )
    return next(times, same(inf))


def proof(solve: Mapping[str, Any]) -> Figure:
    """When a solve had its proof; never where a limit came first."""
    ended = solve["status"] in ("optimal", "infeasible")
    return Figure(solve["seconds"], solve["processor"]) if ended else same(inf)


def gap_of(solve: Mapping[str, Any]) -> float:
    """The gap that a solve ended with: 0 where it proved that there is no plan, infinite where it found none."""
    return 0.0 if solve["status"] == "infeasible" else inf if solve["gap"] is None else float(solve["gap"])


def _longest(figures: Iterable[Figure]) -> Figure:
    return Figure(*map(max, zip(*figures, strict=True)))
