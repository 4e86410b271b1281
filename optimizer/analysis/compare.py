"""Compare plans and today's price book: what changed, and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias, Unpack

import pandas as pd

from models import Case, Scenario, apply_scenario, named_scenario
from models.plan import KPI_UNIT
from models.plan_tables import RunError

from ..assurance.opening import open_run
from ..assurance.result import Result
from ..results.one_off import beside_gain, extra_once, yearly_gain
from ..results.record import Status
from ..results.run_folder import read_documents
from ..results.summary import money, status_sentence
from .machinery.answers.answer import Answer, worst_gap
from .machinery.comparison.bridge import MEASURES, PARTS, Numbers, bridge
from .machinery.comparison.data_steps import difference_table
from .machinery.comparison.side_by_side import COLUMNS, overview, side_by_side
from .machinery.comparison.todays_book import today
from .machinery.comparison.unsold_shares import UNSOLD_COLUMNS, UnsoldShare, unsold_shares, unsold_table
from .machinery.comparison.version_bridge import DATA_COLUMNS, DIFFERENCE_COLUMNS, Version, VersionBridge
from .machinery.comparison.version_pair import opened_versions, version_folders
from .machinery.sessions.context import PosedQuestion, pose
from .machinery.sessions.solver_session import AskedOf, SolveOptions, SolverSession, question

TODAY = "today"
"""Stands for today's price book among plans to compare."""

LEAST_PART = 0.005
"""Parts of a bridge under this share of the largest are not said in words."""

PlanLike = Result | Scenario | str | Path
"""A result; a scenario or its name, which is solved; `today`; a run folder."""

ReadyPlan: TypeAlias = Result | Scenario | str
"""One of them whose folder is read and whose scenario is known; text is `today`."""


def compare(
    case: AskedOf,
    plans: PlanLike | Sequence[PlanLike] | Mapping[str, PlanLike] = (),
    scenario: str | Scenario | None = None,
    *,
    unchecked: bool = False,
    **options: Unpack[SolveOptions],
) -> Answer:
    """Plans side by side, and the bridge from the first to each other.

    `compare(run_old, run_new)` of two runs of two versions of a case says what changed in the data, in the decisions
    and in the money. Each is checked against the inputs that it keeps (`FaultyRunError` where it keeps none). Tables
    besides those below: data (what each table's change adds with the old run's menus, coverage, providers and shares
    of work held, largest first; worked out by the accounting, not solved) and differences (rows and cells). The bridge
    goes by the data first and then by the decisions.

    Asked of a run, that is the first plan where it is not among them. A single plan is compared with today's (if the
    case has current_menus), as delivered best under `scenario`; without any, the best plan of `scenario` is. A mapping
    names the plans. Tables: overview, kpis, decisions, menus, coverage, shares, providers, experience (each with the
    change against the first plan), bridge, bridge_causes (what adds up to the change), unsold (what share of a plan's
    gain over today rests on a tier or model that is not sold today: the best plan without each is solved for). A run
    folder is checked against the case first (`optimizer.assurance.opening.open_run`); `unchecked` skips that and marks
    the answer. Raises `CaseError` for unknown names, `FaultyRunError` for a run that is not what it says, `RunError`
    for one of another case or that cannot be read.
    """
    listed = [plans] if isinstance(plans, Result | Scenario | str | Path) else plans
    version_folders(case, listed)  # refuses those that keep no inputs, before the old one is held against the new case
    return _compare(case, listed, scenario, unchecked=unchecked, **options)


@question
def _compare(
    case: AskedOf,
    plans: Sequence[PlanLike] | Mapping[str, PlanLike] = (),
    scenario: str | Scenario | None = None,
    *,
    unchecked: bool = False,
    **options: Unpack[SolveOptions],
) -> Answer:
    """`compare`, as a question with a session."""
    posed = pose(case, scenario, **options)
    folders = version_folders(posed.session, plans)
    if folders is not None:
        posed.refer_to()
        return _of_versions(*opened_versions(posed.session, folders, unchecked=unchecked))
    session, asked = posed.session, posed.scenario
    named = dict(plans) if isinstance(plans, Mapping) else _by_name(plans, session)
    given = _with_today(_with_run(_ready(named, session, unchecked), posed), session.case)
    _refer(posed, given)
    session.expect(sum(not isinstance(plan, Result) for plan in given.values()))
    results = {name: _result(plan, session, asked) for name, plan in given.items()}
    mark = next((result.unchecked for result in results.values() if result.unchecked), None)
    answer = _answer(session.case, results, asked.name)
    if answer.tables:
        answer = _with_unsold(answer, unsold_shares(session, results, _scenarios(given, session.case)))
    sentences = (*answer.sentences, *session.shortfall)
    return replace(answer, sentences=sentences, unchecked=mark, interrupted=session.interrupted)


def _of_versions(old: Version, new: Version) -> Answer:
    """Two versions of a case: data, decisions and money."""
    results = {version.name: version.result for version in (old, new)}
    mark = next((result.unchecked for result in results.values() if result.unchecked), None)
    if any(result.plan is None for result in results.values()):
        return replace(_answer(new.case, results, new.result.scenario_name), unchecked=mark)
    found = VersionBridge(old, new)
    causes = found.causes().assign(plan=new.name, against=old.name)[list(_BRIDGE_COLUMNS["bridge_causes"])]
    answer = _answer(new.case, results, new.result.scenario_name, causes)
    order = [name for step in found.largest_first for name in step.tables]
    return replace(
        answer,
        tables={"data": found.data(), **answer.tables, "differences": difference_table(found.differences, order)},
        columns={"data": DATA_COLUMNS, **answer.columns, "differences": DIFFERENCE_COLUMNS},
        sentences=tuple(found.sentences()),
        shown=("overview", "data", "bridge"),
        unchecked=mark,
    )


def _scenarios(given: Mapping[str, ReadyPlan], case: Case) -> dict[str, Scenario]:
    """The scenarios of plans that are the best of one."""
    known: dict[str, Scenario] = {}
    for name, plan in given.items():
        if isinstance(plan, Scenario):
            known[name] = plan
        elif isinstance(plan, Result) and plan.scenario_name in case.scenarios and not plan.menus_given:
            known[name] = case.scenarios[plan.scenario_name]
    return known


def _with_unsold(answer: Answer, shares: list[UnsoldShare]) -> Answer:
    """The answer with what each plan's gain rests on that is not sold today."""
    unproved = any(one.without.status in (Status.FEASIBLE, Status.NO_PLAN) for one in shares)
    return replace(
        answer,
        tables={**answer.tables, "unsold": unsold_table(shares)},
        columns={**answer.columns, "unsold": UNSOLD_COLUMNS},
        sentences=(*answer.sentences, *(one.sentence() for one in shares)),
        status=Status.FEASIBLE if unproved else answer.status,
    )


def _by_name(plans: Sequence[PlanLike], session: SolverSession) -> dict[str, PlanLike]:
    """The plans by the name each goes by; a name met before gets a number."""
    given: dict[str, PlanLike] = {}
    for plan in plans:
        name, known = _name(plan, session), 1
        while (label := name if known == 1 else f"{name} ({known})") in given:
            known += 1
        given[label] = plan
    return given


def _name(plan: PlanLike, session: SolverSession) -> str:
    if isinstance(plan, Result):
        return plan.scenario_name
    if isinstance(plan, Scenario):
        return plan.name
    return str(plan) if plan == TODAY or plan in session.case.scenarios else Path(plan).resolve().name


def _ready(given: Mapping[str, PlanLike], session: SolverSession, unchecked: bool) -> dict[str, ReadyPlan]:
    """The plans as far as they are known without solving; raises `RunError` for all that are none."""
    faults = [fault for plan in given.values() for fault in _faults(plan, session.case)]
    if faults:
        raise RunError(faults)
    return {name: _read(plan, session, unchecked) for name, plan in given.items()}


def _faults(plan: PlanLike, case: Case) -> list[str]:
    """What is wrong with the name of a plan, or the case that it is of."""
    if isinstance(plan, Result):
        return _of_other_case(plan.case_name, case, plan.scenario_name)
    if isinstance(plan, Scenario) or plan == TODAY or plan in case.scenarios:
        return []
    if not Path(plan).exists():
        known = ", ".join(sorted(case.scenarios)) or "none"
        return [f"{plan} is neither {TODAY}, nor a scenario of the case ({known}), nor a run folder."]
    return _of_other_case(read_documents(plan)[0].case, case, str(plan))


def _of_other_case(name: str, case: Case, where: str) -> list[str]:
    expected = case.settings.name
    return [] if name == expected else [f"{where} is a plan of the case {name}; expected one of {expected}."]


def _read(plan: PlanLike, session: SolverSession, unchecked: bool) -> ReadyPlan:
    if isinstance(plan, Result) or plan == TODAY:
        return plan if isinstance(plan, Result) else TODAY
    if isinstance(plan, Scenario) or plan in session.case.scenarios:
        return named_scenario(session.case, plan if isinstance(plan, Scenario) else str(plan))
    return open_run(Path(plan), session.case, unchecked=unchecked).result


def _with_run(given: dict[str, ReadyPlan], posed: PosedQuestion) -> dict[str, ReadyPlan]:
    """The plans with the run that is asked about, or the scenario where nothing else is given."""
    run, asked = posed.session.run, posed.scenario
    if not given or (run is not None and not any(_is_run(plan, run, asked) for plan in given.values())):
        return {asked.name: asked, **given}
    return given


def _is_run(plan: ReadyPlan, run: Result, asked: Scenario) -> bool:
    """Whether a plan is the run, as its scenario or read from its folder."""
    if isinstance(plan, Result):
        return plan is run or (run.saved_as is not None and plan.saved_as == run.saved_as)
    return plan == asked


def _with_today(given: dict[str, ReadyPlan], case: Case) -> dict[str, ReadyPlan]:
    """A single plan with today's before it, where the case has that."""
    alone = len(given) == 1 and TODAY not in given and not case.tables["current_menus"].empty
    return {TODAY: TODAY, **given} if alone else given


def _refer(posed: PosedQuestion, given: Mapping[str, ReadyPlan]) -> None:
    """Let the answer be about the run of the scenario asked, or else about the first run among the plans."""
    session, runs = posed.session, [plan for plan in given.values() if isinstance(plan, Result)]
    if session.run is not None or posed.scenario in given.values():
        posed.refer_to()
    elif runs and runs[0].scenario_name in session.case.scenarios:
        pose(session, runs[0].scenario_name).refer_to(runs[0])


def _result(plan: ReadyPlan, session: SolverSession, scenario: Scenario) -> Result:
    if isinstance(plan, Result):
        return plan
    if isinstance(plan, str):
        return today(session, scenario)
    about = session.reference
    if about is not None and plan == about.scenario:
        return about.result
    known = None if session.kept_runs is None else session.kept_runs.find(plan)
    return known or session.solve(plan, label=plan.name)


def _answer(
    case: Case, results: Mapping[str, Result], scenario_name: str, causes: pd.DataFrame | None = None
) -> Answer:
    """The plans side by side, with the `causes` of each one's change against the first."""
    found = {name: result for name, result in results.items() if result.plan is not None}
    plans = {name: result.decided for name, result in found.items()}
    lost = [f"{name}: {status_sentence(result)}" for name, result in results.items() if name not in plans]
    currency = case.settings.currency
    if not plans:
        ends = {result.status for result in results.values()}
        status = Status.INFEASIBLE if ends == {Status.INFEASIBLE} else Status.NO_PLAN
        return Answer("compare", case.settings.name, scenario_name, currency, {}, {}, tuple(lost), status=status)
    causes = _bridges(case, found) if causes is None else causes
    unproved = any(result.status in (Status.FEASIBLE, Status.NO_PLAN) for result in results.values())
    return Answer(
        name="compare",
        case_name=case.settings.name,
        scenario_name=scenario_name,
        currency=currency,
        tables={
            "overview": overview(plans, currency),
            **side_by_side(plans, currency),
            "bridge": _parts(causes),
            "bridge_causes": causes,
        },
        columns={"overview": _overview_columns(plans), **COLUMNS, **_BRIDGE_COLUMNS},
        sentences=(*_sentences(found, causes, currency), *lost),
        facts={"first": next(iter(plans)), "objective_name": {name: found[name].objective_name for name in found},
               "status": {name: str(result.status) for name, result in results.items()}},
        gap=worst_gap(results.values()),
        shown=("overview", "bridge"),
        status=Status.FEASIBLE if unproved else Status.OPTIMAL,
    )  # fmt: skip


_MEANT = {name: f"what it adds to {name.replace('_', ' ')}, currency a year" for name in MEASURES}
_AGAINST = {"plan": "plan that the bridge leads to", "against": "plan that it starts from"}
_BRIDGE_COLUMNS = {
    "bridge": {**_AGAINST, "part": "part of the change, in the order the parts are taken", **_MEANT},
    "bridge_causes": {
        **_AGAINST,
        "step": "place in the order",
        "part": "part of the change",
        "cause": "cause within the part",
        **_MEANT,
    },
}


def _overview_columns(plans: Mapping[str, object]) -> dict[str, str]:
    meant = {"kpi": "amount or share, as in plan.json", "unit": KPI_UNIT}
    return {**meant, **{name: f"value of the plan {name}, in `unit`" for name in plans}}


def _bridges(case: Case, results: Mapping[str, Result]) -> pd.DataFrame:
    """Every cause of each plan's change against the first."""
    (first, start), *others = results.items()
    changed = apply_scenario(case, start.scenario_name)[0] if start.scenario_name in case.scenarios else case
    numbers = Numbers.of(changed)
    bridges = [bridge(start.decided, result.decided, numbers).assign(plan=name) for name, result in others]
    columns = list(_BRIDGE_COLUMNS["bridge_causes"])
    rows = pd.concat(bridges, ignore_index=True) if bridges else pd.DataFrame(columns=columns)
    return rows.assign(against=first)[columns]


def _parts(causes: pd.DataFrame) -> pd.DataFrame:
    """The causes added up by part, those of the data first and then `PARTS`; what changes nothing is left out."""
    parts = list(dict.fromkeys([*(part for part in causes["part"] if part not in PARTS), *PARTS]))
    order = {"plan": list(dict.fromkeys(causes["plan"])), "part": parts}
    ranked = causes.astype({name: pd.CategoricalDtype(names, ordered=True) for name, names in order.items()})
    rows = ranked.groupby(["plan", "against", "part"], observed=True, as_index=False)[list(MEASURES)].sum()
    rows = rows.astype(dict.fromkeys(order, str))
    return rows[(rows[list(MEASURES)] != 0).any(axis=1)].reset_index(drop=True)


def _sentences(results: Mapping[str, Result], causes: pd.DataFrame, currency: str) -> list[str]:
    """What each plan changes against the first in its own objective, and the parts that make most of it."""
    (first, start), *others = results.items()
    said = []
    for name, result in others:
        goal = result.objective_name
        change = float(causes.loc[causes["plan"] == name, goal].sum())
        parts = causes[causes["plan"] == name].groupby("part", sort=False)[goal].sum()
        largest = parts[parts.abs() > LEAST_PART * parts.abs().max()].sort_values(key=abs, ascending=False)
        told = ", ".join(f"{part} {_signed(amount, currency)}" for part, amount in largest.items())
        once, words = extra_once(result, start), goal.replace("_", " ")
        yearly = _signed(yearly_gain(change, once, goal), currency)
        lead = f"{name} against {first}: {yearly} of {words} a year{beside_gain(once, goal, currency)}"
        said.append(lead + (f": {told}." if told else "."))
    return said or [f"{first} is the only plan: {status_sentence(start)}"]


def _signed(amount: float, currency: str) -> str:
    return f"{'+' if amount >= 0 else '-'}{money(abs(amount), currency)}"
