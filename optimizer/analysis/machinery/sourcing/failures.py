"""What happens when a partner fails: who takes its work, and what is lost until and after a new plan is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from models import Scenario
from models.conditions import Decision
from models.economics.delivery_formulas import PARTNER_KINDS
from models.rules import NO_MONEY_RULES

from ....assurance.result import Result
from ....program.delivery import MARGIN_OF
from ....results.one_off import extra_once, yearly_loss
from ..comparison.value_added import amount_of
from ..service.delivered import delivered_flows
from ..sessions.context import AnalysisContext, bar
from ..sessions.solver_session import SolverSession

SAME, OTHERS, REPLANNED = "same partners", "other partners", "new plan"
FAILURE_COLUMNS = {
    "partner": "partner that fails",
    "response": f"{SAME}: the plan's menus, done by its other providers; {OTHERS}: the same menus, done by any "
    f"provider; {REPLANNED}: everything decided anew. The first two save what margin they can, and no rule on margins "
    "and cost to serve binds them",
    "possible": "whether the work can be done within the rules",
    "status": "how the search ended",
    "loss": "objective lost against the plan, {money}",
    "loss_yearly": "the loss without what is paid once, {money}",
    "margin_loss": "margin lost of the objective's scope, {money}",
    "margin_loss_yearly": "the same without what is paid once, {money}",
    "one_off_cost": "one-off cost after the failure less that of the plan, {once}; negative where some was paid for "
    "nothing",
    "newly_engaged": "providers engaged that the plan does not engage",
}
TAKEOVER_COLUMNS = {
    "partner": "partner that fails",
    "response": "the first response that is possible",
    "provider": "provider that works on",
    "hours_before": "hours a year in the plan",
    "hours_after": "hours a year after the failure",
    "hours_taken": "hours a year more than before",
}
_DIGITS = 6
"""Digits after the point of hours that are no rounding."""


@dataclass(frozen=True)
class Failure:
    """A partner's failure answered in one way."""

    partner: str
    response: str
    result: Result


@dataclass(frozen=True)
class FailureSolves:
    """The responses to a partner's failure with the plan's menus; the second only where the first is impossible."""

    partner: str
    responses: Mapping[str, Scenario]
    menus: pd.DataFrame

    @property
    def name(self) -> str:
        """What is asked."""
        return f"{self.partner} fails"

    def run(self, session: SolverSession) -> list[Failure]:
        """Those solved."""
        found: list[Failure] = []
        for response, scenario in self.responses.items():
            result = session.evaluate(scenario, menus=self.menus, label=f"{self.name}, {response}")
            found.append(Failure(self.partner, response, result))
            if result.plan is not None:
                break
        return found


def failure_solves(context: AnalysisContext) -> list[FailureSolves]:
    """Those of each engaged partner."""
    kinds = context.case.tables["providers"].set_index("provider")["kind"]
    partners = [name for name in context.plan.decisions.providers if kinds[name] in PARTNER_KINDS]
    margin = MARGIN_OF[context.scenario.objective]
    gone = {name: context.changed(bar(name), **NO_MONEY_RULES, objective=margin) for name in partners}
    return [
        FailureSolves(name, {SAME: _only(context, gone[name]), OTHERS: gone[name]}, context.plan.menus)
        for name in partners
    ]


def partner_failures(context: AnalysisContext) -> list[Failure]:
    """Each engaged partner's failure, answered in the three ways; the second only where the first is impossible."""
    solves = failure_solves(context)
    context.session.expect(len(solves))  # two questions each
    asked = context.session.each(solves, lambda one: one.name)
    return [answered for one in asked for answered in (*one.run(context.session), _replanned(context, one))]


def _replanned(context: AnalysisContext, failing: FailureSolves) -> Failure:
    label, asked = f"{failing.name}, {REPLANNED}", Decision("provider", failing.partner, wanted=False)
    result = context.session.solve(context.scenario, conditions=[asked], label=label)
    return Failure(failing.partner, REPLANNED, result)


def _only(context: AnalysisContext, scenario: Scenario) -> Scenario:
    """The scenario with the plan's providers alone."""
    table = context.case.tables["providers"]
    idle = table[~table["provider"].isin(context.plan.decisions.providers) & (table["engage"] != "excluded")]
    bars = tuple(bar(name) for name in sorted(idle["provider"]))
    return scenario.model_copy(update={"change": (*scenario.change, *bars)})


def failure_table(context: AnalysisContext, failures: list[Failure]) -> pd.DataFrame:
    """One row a failure and response."""
    rows = [_row(context.result, failure) for failure in failures]
    return pd.DataFrame(rows, columns=list(FAILURE_COLUMNS)).astype({"possible": bool})


def _row(planned: Result, failure: Failure) -> dict[str, object]:
    result = failure.result
    row: dict[str, object] = {
        "partner": failure.partner,
        "response": failure.response,
        "possible": result.plan is not None,
        "status": str(result.status),
        "newly_engaged": "",
    }
    if result.plan is None:
        return row
    new = set(result.plan.decisions.providers) - set(planned.decided.decisions.providers)
    goal, margin = planned.objective_name, MARGIN_OF[planned.objective_name]
    once = extra_once(result, planned)
    for name, kpi in (("loss", goal), ("margin_loss", margin)):
        loss = amount_of(planned, kpi) - amount_of(result, kpi)
        row |= {name: loss, f"{name}_yearly": yearly_loss(loss, once, kpi)}
    return {**row, "one_off_cost": once, "newly_engaged": ", ".join(sorted(new))}


def takeover_table(context: AnalysisContext, failures: list[Failure]) -> pd.DataFrame:
    """Hours of each provider before and after, under the first response to each failure that is possible."""
    before = _hours(context, context.result)
    pages = []
    for failure in first_possible(failures):
        after = _hours(context, failure.result)
        page = pd.DataFrame({"hours_before": before, "hours_after": after}).fillna(0.0)
        page = page.assign(partner=failure.partner, response=failure.response)
        page["hours_taken"] = (page["hours_after"] - page["hours_before"]).round(_DIGITS)
        pages.append(page.drop(index=failure.partner, errors="ignore").rename_axis("provider").reset_index())
    columns = list(TAKEOVER_COLUMNS)
    return pd.concat(pages, ignore_index=True)[columns] if pages else pd.DataFrame(columns=columns)


def first_possible(failures: list[Failure]) -> list[Failure]:
    """The first response to each failure that is possible."""
    found: dict[str, Failure] = {}
    for failure in failures:
        if failure.result.plan is not None:
            found.setdefault(failure.partner, failure)
    return list(found.values())


def _hours(context: AnalysisContext, result: Result) -> pd.Series:
    return delivered_flows(context.case, result.decided).groupby("provider")["true_hours"].sum()
