"""The plan an analysis is about: its case with the scenario's changes made, and the session that solves further."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Unpack

import pandas as pd

from models import Case, Change, Scenario, apply_scenario
from models.decisions import DECISION_KINDS, DecisionKindName
from models.plan import Plan

from ....assurance.result import Result
from ....interrupts import note_plan
from ....results.record import Status
from ....results.summary import status_sentence
from ..answers.answer import Answer, worst_gap
from .solver_session import ONE_OF_MANY, SolveOptions, SolverSession, at_work

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
        """An answer that rests on the plan and `others`; `{money}` in `columns` becomes the currency a year."""
        currency = self.result.currency
        limited = self.session.stopped or any(r.status in (Status.NO_PLAN, Status.FEASIBLE) for r in others)
        return Answer(
            name=name,
            case_name=self.result.case_name,
            scenario_name=self.scenario.name,
            currency=currency,
            tables=tables,
            columns={
                table: {column: text.replace("{money}", f"{currency} a year") for column, text in meanings.items()}
                for table, meanings in columns.items()
            },
            sentences=(*sentences, *self.session.shortfall),
            facts=facts,
            gap=worst_gap([self.result, *others]),
            shown=tuple(shown),
            status=Status.FEASIBLE if limited else self.result.status,
            interrupted=self.session.interrupted,
        )

    def nothing(self, name: str) -> Answer:
        """The answer where there is no plan to speak of."""
        answer = self.answer(name, {}, {}, [status_sentence(self.result)], {})
        return answer if self.result.plan is not None else replace(answer, status=self.result.status)


def context_of(
    case: Case | SolverSession, scenario: str | Scenario, result: Result | None, **options: Unpack[SolveOptions]
) -> AnalysisContext:
    """The scenario solved, or the `result` of solving it given."""
    session = at_work(case, **options)
    changed, wanted = apply_scenario(session.case, scenario)
    if result is None:
        session.expect(1)
        result = session.solve(wanted, label="the plan itself", share=ONE_OF_MANY)
    if result.plan is not None:
        note_plan()
    return AnalysisContext(session, wanted, changed, result)


def bar(provider: str) -> Change:
    """The change that keeps a provider from being engaged."""
    kind = DECISION_KINDS["provider"]
    return Change(table=kind.table, where={kind.name: provider}, column=kind.switch, set="excluded")
