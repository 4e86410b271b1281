"""Scenarios in bulk: a grid or a table of scenarios solved side by side, and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Unpack

import pandas as pd

from models import Case, Scenario, vary
from models.plan import KPI_UNIT, ONE_OFF_COST

from ..assurance.result import Result
from ..results.one_off import yearly_gain
from ..results.record import Status
from ..results.summary import money
from ..solving.store import open_store
from .machinery.answers.answer import Answer, worst_gap
from .machinery.sessions.context import pose
from .machinery.sessions.parallel_runner import ParallelRunner, ScenarioOutcome
from .machinery.sessions.solver_session import AskedOf, SolveOptions, at_work, question
from .machinery.sessions.worker_pool import pool_for, processors

STORED_PROOF = (
    "Their plans were recomputed, and what is infeasible was proved again; that no plan is better by more than the gap "
    "rests on the store."
)
"""What results from a store rest on: an audit recomputes a plan, not what every other plan would come to."""
Scenarios = Mapping[str, Sequence[object]] | pd.DataFrame | str | Path | Sequence[str | Scenario]
"""A grid (values by key), a table, a .csv or .toml file, or a list. Keys: see `models.variations`."""


@dataclass(frozen=True)
class Sweep(Answer):
    """The answer, with the results it tells of."""

    results: Mapping[str, Result] = field(default_factory=dict, repr=False)
    """Results by the name of their scenario; those that failed or were not solved are missing."""


@question
def sweep(
    case: AskedOf,
    scenarios: Scenarios | None = None,
    scenario: str | None = None,
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    store: str | Path | None = None,
    **options: Unpack[SolveOptions],
) -> Sweep:
    """Solve many scenarios side by side; without `scenarios`, all those of the case.

    A grid or table varies `scenario`, by default `base`; asked of a run, that of the run, whose plan is its result.
    Solves run on `executor` (any of `concurrent.futures`, or that of a Dask client), `workers` at a time; by default in
    as many processes as there are processors, which do not run the script that asks again. A scenario whose process is
    killed is tried once more, and a time limit is shared out among those still to come. With `store`, a folder, each
    result is kept as soon as it is there, by the content of its input: what was solved before is not solved again, also
    after a kill, but its plan is recomputed, and that there is none proved again. A scenario that fails is told with
    the others. Tables: scenarios, kpis, menus, decisions. Raises `CaseError` for scenarios that cannot be read,
    `RunError` for a store that is something else.
    """
    session = at_work(case, **options)
    if session.run is not None:
        posed = pose(session, scenario)
        posed.refer_to()
        scenario = posed.scenario.name
    scenario = scenario or "base"
    asked = vary(session.case, list(session.case.scenarios) if scenarios is None else scenarios, scenario)
    kept = None if store is None else open_store(store, session.case, session.params)
    if workers is not None and workers < 1:
        raise ValueError(f"workers is {workers}; expected at least 1")
    with pool_for(executor, min(workers or processors(), len(asked.scenarios))) as pool:
        outcomes = ParallelRunner(session, pool, kept).run(asked.scenarios)
    return replace(_answer(session.case, scenario, asked.settings, outcomes), interrupted=session.interrupted)


def _answer(case: Case, scenario: str, settings: pd.DataFrame, outcomes: Mapping[str, ScenarioOutcome]) -> Sweep:
    results = {name: outcome.result for name, outcome in outcomes.items() if outcome.result is not None}
    found = {name: result for name, result in results.items() if result.plan is not None}
    table = _scenarios(settings, outcomes)
    varied = {key: f"the value of {key}; blank where it is not varied" for key in settings.columns[1:]}
    return Sweep(
        name="sweep",
        case_name=case.settings.name,
        scenario_name=scenario,
        currency=case.settings.currency,
        tables={
            "overview": _overview(table),
            "scenarios": table,
            "kpis": _kpis(found),
            "menus": _menus(found),
            "decisions": _decisions(found),
        },
        columns={
            "overview": {**(varied or {"scenario": "its name"}), **_OVERVIEW},
            "scenarios": {"scenario": "its name", **varied, **_ENDS},
            **_COLUMNS,
        },
        sentences=(*_sentences(table, found, case.settings.currency), *_unkept(outcomes)),
        facts={"counts": table["status"].value_counts().sort_index().to_dict(), "reused": int(table["reused"].sum())},
        gap=worst_gap(results.values()) if len(results) == len(outcomes) else None,
        shown=("overview",),
        status=_status(table),
        results=results,
        failed=tuple(name for name, outcome in outcomes.items() if outcome.failure is not None),
    )


_OVERVIEW = {
    "status": "how it ended",
    "objective_name": "amount that is maximized",
    "objective": "that amount, currency a year",
    "change": "objective less that of the first scenario, currency a year; blank where another amount is maximized",
    "change_yearly": "the change without what is paid once, currency a year",
    "one_off_cost": "what its plan pays once, counted in its margins, currency",
    "gap": "proved relative gap",
}
_ENDS = {
    "status": "optimal, feasible, infeasible, no_plan, failed, or unsolved where a stop came first",
    "objective_name": "amount that is maximized",
    "objective": "that amount, currency a year",
    "bound": "proved upper bound on it, currency a year",
    "gap": "proved relative gap",
    "one_off_cost": "what the plan pays once, counted in its margins, currency",
    "tiers": "tiers offered",
    "models": "pricing models used",
    "providers": "number of providers engaged",
    "seconds": "time of the solve, seconds",
    "reused": "whether the result was in the store, on which its bound, gap and status then rest",
    "reason": "why there is no plan, where known",
}
_COLUMNS = {
    "kpis": {
        "scenario": "scenario",
        "kpi": "amount or share, as in plan.json",
        "unit": KPI_UNIT,
        "value": "value, in `unit`",
    },
    "menus": {
        "scenario": "scenario",
        "price_book": "price book",
        "tier": "tier",
        "model": "pricing model",
        "price": "price, in the unit of the pricing model",
    },
    "decisions": {"scenario": "scenario", "kind": "tiers, models, products or providers", "name": "what is chosen"},
}


def _scenarios(settings: pd.DataFrame, outcomes: Mapping[str, ScenarioOutcome]) -> pd.DataFrame:
    """A row per scenario: what varies, how it ended, what was decided."""
    ends = pd.DataFrame([_end(outcomes[name]) for name in settings["scenario"]], columns=list(_ENDS))
    numbers = dict.fromkeys(["objective", "bound", "gap", "one_off_cost", "providers", "seconds"], float)
    return pd.concat([settings.fillna(""), ends.astype(numbers)], axis=1)


def _overview(table: pd.DataFrame) -> pd.DataFrame:
    """What varies and what it changes against the first scenario, narrow enough to be read."""
    first = table.iloc[0]
    comparable = table["objective_name"] == first["objective_name"]
    change = (table["objective"] - first["objective"]).where(comparable)
    once = table["one_off_cost"] - first["one_off_cost"]
    yearly = [yearly_gain(gain, more, str(first["objective_name"])) for gain, more in zip(change, once, strict=True)]
    varied = list(table.columns[1 : list(table.columns).index("status")]) or ["scenario"]
    return table.assign(change=change, change_yearly=yearly)[[*varied, *_OVERVIEW]]


def _end(outcome: ScenarioOutcome) -> dict[str, object]:
    result = outcome.result
    if result is None:
        status = "unsolved" if outcome.failure is None else "failed"
        return {"status": status, "objective_name": "", "tiers": "", "models": "", "reused": False,
                "reason": outcome.failure or "a stop came first"}  # fmt: skip
    decided = None if result.plan is None else result.plan.decisions
    return {
        "status": str(result.status),
        "objective_name": result.objective_name,
        "objective": result.objective,
        "bound": result.bound,
        "gap": result.gap,
        "one_off_cost": None if result.plan is None else result.plan.kpis[ONE_OFF_COST],
        "tiers": "" if decided is None else ", ".join(decided.tiers),
        "models": "" if decided is None else ", ".join(decided.models),
        "providers": None if decided is None else len(decided.providers),
        "seconds": result.seconds,
        "reused": outcome.reused,
        "reason": result.reason or "",
    }


def _kpis(found: Mapping[str, Result]) -> pd.DataFrame:
    return _stacked("kpis", {name: result.kpis for name, result in found.items()})


def _menus(found: Mapping[str, Result]) -> pd.DataFrame:
    return _stacked("menus", {name: result.menus for name, result in found.items()})


def _decisions(found: Mapping[str, Result]) -> pd.DataFrame:
    rows = [
        (name, kind, chosen)
        for name, result in found.items()
        for kind, names in vars(result.decided.decisions).items()
        for chosen in names
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS["decisions"]))


def _stacked(name: str, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    columns = list(_COLUMNS[name])
    rows = [table.assign(scenario=scenario)[columns] for scenario, table in tables.items()]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)


def _status(table: pd.DataFrame) -> Status:
    ends = set(table["status"])
    if ends == {Status.INFEASIBLE}:
        return Status.INFEASIBLE
    if not ends & {Status.OPTIMAL, Status.FEASIBLE}:
        return Status.NO_PLAN
    return Status.OPTIMAL if ends <= {Status.OPTIMAL, Status.INFEASIBLE} else Status.FEASIBLE


def _sentences(table: pd.DataFrame, found: Mapping[str, Result], currency: str) -> Iterator[str]:
    counts = ", ".join(f"{count} {status}" for status, count in table["status"].value_counts(sort=False).items())
    reused = int(table["reused"].sum())
    known = f" {reused} {'was' if reused == 1 else 'were'} known from the store. {STORED_PROOF}" if reused else ""
    yield f"{len(table)} scenario{'s' if len(table) > 1 else ''}: {counts}.{known}"
    for goal, rows in table.dropna(subset="objective").groupby("objective_name"):
        if len(rows) > 1:
            worst, *_, best = rows.sort_values("objective", kind="stable").to_dict("records")
            words = str(goal).replace("_", " ")
            yield (
                f"Most {words}: {money(best['objective'], currency)} a year in {best['scenario']}; "
                f"least: {money(worst['objective'], currency)} in {worst['scenario']}."
            )
    if len(found) > 1:
        yield from _shared(found)
    for row in table[table["status"] == "failed"].to_dict("records"):
        yield f"{row['scenario']} failed: {row['reason']}"


def _unkept(outcomes: Mapping[str, ScenarioOutcome]) -> Iterator[str]:
    """What will be solved again, because the store would not take it."""
    for name, outcome in outcomes.items():
        if outcome.unkept is not None:
            yield f"{name} could not be put into the store, and will be solved again: {outcome.unkept}"


def _shared(found: Mapping[str, Result]) -> Iterator[str]:
    """What every plan decides alike."""
    decided = [vars(result.decided.decisions) for result in found.values()]
    alike = [(kind, sorted(set.intersection(*(set(one[kind]) for one in decided)))) for kind in ("tiers", "providers")]
    told = [f"{kind} {', '.join(names)}" for kind, names in alike if names]
    if told:
        yield f"In every plan: {'; '.join(told)}."
