"""The plan an analysis is about: its case with the scenario's changes made, and the session that solves further."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Unpack

import pandas as pd

from models import Case, Change, Scenario, apply_scenario, named_scenario
from models.decisions import DECISION_KINDS, DecisionKindName
from models.plan import Plan
from models.plan_tables import RunError

from ....assurance.result import Result
from ....interrupts import note_plan
from ....results.identity import content_of
from ....results.record import Status
from ....results.run_case import faults_of_case
from ....results.summary import money, status_sentence
from ..answers.answer import Answer, worst_gap
from .reference_run import ReferenceRun
from .solver_session import ONE_OF_MANY, AskedOf, SolveOptions, SolverSession, at_work

Columns = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class AnalysisContext:
    """What an analysis works on: a scenario, its case, its plan, and the session that solves further questions."""

    session: SolverSession
    scenario: Scenario
    case: Case
    """The case with the scenario's changes made."""
    result: Result

    @property
    def plan(self) -> Plan:
        """The plan; raises `NoPlanError` where there is none."""
        return self.result.decided

    def availability(self, kind: DecisionKindName, name: str) -> str:
        """Whether the case has a tier, model, product or provider required, optional or excluded."""
        where = DECISION_KINDS[kind]
        rows = self.case.tables[where.table]
        return str(rows.loc[rows[kind] == name, where.switch].iloc[0])

    def changed(self, *changes: Change, **rules: object) -> Scenario:
        """The scenario with more changes and other rules."""
        return self.scenario.model_copy(update={**rules, "change": (*self.scenario.change, *changes)})

    def answer(
        self,
        name: str,
        tables: Mapping[str, pd.DataFrame],
        columns: Columns,
        sentences: Sequence[str],
        facts: Mapping[str, object],
        others: Sequence[Result] = (),
        shown: Sequence[str] = (),
    ) -> Answer:
        """An answer that rests on the plan and `others`; `{money}` in `columns` is money a year, `{once}` once."""
        currency = self.result.currency
        limited = self.session.stopped or any(r.status in (Status.NO_PLAN, Status.FEASIBLE) for r in others)
        return Answer(
            name=name,
            case_name=self.result.case_name,
            scenario_name=self.scenario.name,
            currency=currency,
            tables=tables,
            columns={
                table: {column: _with_currency(text, currency) for column, text in meanings.items()}
                for table, meanings in columns.items()
            },
            sentences=(*sentences, *self._better_found(), *self.session.shortfall),
            facts=facts,
            gap=worst_gap([self.result, *others]),
            shown=tuple(shown),
            status=Status.FEASIBLE if limited else self.result.status,
            interrupted=self.session.interrupted,
        )

    def _better_found(self) -> list[str]:
        """That a better plan than the run's was found on the way, where one was."""
        reference = self.session.reference
        more = 0.0 if reference is None else reference.better_found(self.session.solves)
        if more == 0:
            return []
        amount, goal = money(more, self.result.currency), self.result.objective_name.replace("_", " ")
        return [
            f"The plan that this is about is not the best known: {amount} of {goal} a year more were found on the way, "
            "with all its rules held. Solve the case again to have that plan."
        ]

    def about(self, result: Result) -> AnalysisContext:
        """The same question with another of its results in the place of the plan."""
        return replace(self, result=result)

    def nothing(self, name: str) -> Answer:
        """The answer where there is no plan to speak of."""
        answer = self.answer(name, {}, {}, [status_sentence(self.result)], {})
        return answer if self.result.plan is not None else replace(answer, status=self.result.status)


def _with_currency(text: str, currency: str) -> str:
    return text.replace("{money}", f"{currency} a year").replace("{once}", f"{currency} once")


@dataclass(frozen=True)
class PosedQuestion:
    """A question before anything is solved, so that its arguments can be checked: session, scenario, and its case."""

    session: SolverSession
    scenario: Scenario
    case: Case
    """The case with the scenario's changes made."""

    def context(self, result: Result | None = None, *, any_menus: bool = False) -> AnalysisContext:
        """The question with the plan it is about: the `result` given, the session's run, or the one solved now.

        Raises `RunError` for a plan whose menus were given, unless any menus will do: of the best plan, which others
        are compared with, nothing is known then.
        """
        found = self.refer_to(result)
        if found.menus_given and not any_menus:
            raise RunError([_GIVEN])
        return AnalysisContext(self.session, self.scenario, self.case, found)

    def refer_to(self, result: Result | None = None) -> Result:
        """Make a plan what the question is about: the `result` given, the session's run, or the one solved now.

        Raises `RunError` for a result of other data than the session's case.
        """
        session, kept = self.session, self.session.kept_runs
        session.reference = None
        found = result or session.run or (None if kept is None else kept.begin(self.scenario))
        if found is None:
            found = self._made()
        elif found.plan is not None and not found.menus_given:
            session.know(self.scenario, found)
        changed = faults_of_case(session.case, found.manifest, found.scenario_name)
        if changed:
            raise RunError(changed)
        if found.status is not Status.NO_PLAN:
            session.reference = ReferenceRun(session.case, self.scenario, found)
        if found.plan is not None:
            note_plan()
        return found

    def _made(self) -> Result:
        """The best plan of the scenario, solved and kept where runs are."""
        session, kept = self.session, self.session.kept_runs
        session.expect(1)
        made = session.solve(self.scenario, label="the plan itself", share=ONE_OF_MANY)
        return made if kept is None or made.status is Status.NO_PLAN else kept.keep(made)

    def any_plan(self, result: Result | None = None) -> AnalysisContext:
        """The question with the plan it is about, where there is one, else with any that obeys every rule, or none."""
        if not (result is None and self.session.run is None and self.session.kept_runs is None):
            self.refer_to(result)
        found = self.session.any_plan(self.scenario, label="the scenario as it is")
        return AnalysisContext(self.session, self.scenario, self.case, found)


_GIVEN = (
    "The run was made by evaluate: its menus were given, so that nothing is known of the best plan to compare with. "
    "Ask of a run of solve."
)


def pose(case: AskedOf, scenario: str | Scenario | None, **options: Unpack[SolveOptions]) -> PosedQuestion:
    """A question on a run, a case or a session; raises `RunError` and `CaseError` for a scenario that does not fit."""
    session = at_work(case, **options)
    wanted = _scenario_asked(session, scenario)
    return PosedQuestion(session, wanted, apply_scenario(session.case, wanted)[0])


def _scenario_asked(session: SolverSession, scenario: str | Scenario | None) -> Scenario:
    """That of the run which the session is about, else the one given, by default `base`."""
    if session.run is None:
        return named_scenario(session.case, "base" if scenario is None else scenario)
    own = named_scenario(session.case, session.run.scenario_name)
    wanted = own if scenario is None else named_scenario(session.case, scenario)
    if content_of(wanted) != content_of(own):
        told = f"The run is of scenario {own.name}, so nothing can be asked of it under {wanted.name}."
        raise RunError([f"{told} Ask of the case instead, or of a run of that scenario."])
    return own


def context_of(
    case: AskedOf, scenario: str | Scenario | None, result: Result | None, **options: Unpack[SolveOptions]
) -> AnalysisContext:
    """A question whose arguments are checked, with the plan it is about."""
    return pose(case, scenario, **options).context(result)


def bar(provider: str) -> Change:
    """The change that keeps a provider from being engaged."""
    kind = DECISION_KINDS["provider"]
    return Change(table=kind.table, where={kind.name: provider}, column=kind.switch, set="excluded")
