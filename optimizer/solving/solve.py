"""`solve`: the best menus, coverage and delivery of a scenario, with proof and audit."""

from __future__ import annotations

import platform
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from models import Case, apply_scenario
from models.conditions import Condition
from models.economics.offers import sellable_options
from models.scenario import Scenario
from models.text.characters import path_in_utf8

from ..assurance.result import Result
from ..auditing import judge_plan
from ..auditing.condition_rules import judge_conditions
from ..interrupts import interruptible, stopping_on_interrupt
from ..program.constraints import RULES
from ..program.instance import Instance, build_instance
from ..results.default_gap import DEFAULT_GAP, DEFAULT_GIVE
from ..results.identity import source_digest
from ..results.menu_reference import MenuReference, Near, NearAsked
from ..results.progress import ProgressCallback, StopCheck
from ..results.record import ResultRecord, Status
from ..results.warm_start import WarmStart
from ..search.state.objective_scale import relative_gap
from ..search.state.parameters import SearchParameters
from ..search.state.stop_rule import StopRule
from ..search.state.timers import Phases
from ..version import __version__
from .baselines import Baselines
from .engine import DeliveryQuestion, Found, find_best, offers_of
from .imposed_conditions import constraints_of, node_of, scenario_under
from .kpis import no_contract_objective
from .near import Asked, NearSearches, breaches_of, reference_for
from .session import Identity, Session
from .solve_status import audited, status_of
from .time_limit import Limit
from .todays_plan import sold_today

CONTRADICTION = "No menus, coverage and delivery obey every rule of the scenario together."
EARLIER_SEARCH = "the state of an earlier search (search.jsonl), whose closed parts were not bounded again"
"""What the bound of a resumed search rests on: a file that anyone can rewrite."""
_PACKAGES = ("highspy", "numba", "numpy", "pandas", "pulp")


@interruptible
def solve(
    case: Case, scenario: str | Scenario = "base", *,
    gap: float = DEFAULT_GAP, time_limit: float | None = None,
    progress: ProgressCallback | None = None, should_stop: StopCheck | None = None,
    start: Result | None = None, conditions: Sequence[Condition] = (), baselines: Baselines | None = None,
    resume: str | Path | None = None, checkpoint: str | Path | None = None, params: SearchParameters | None = None,
    stop_rule: StopRule | None = None, near: str | Path | ResultRecord | None = None, give: float = DEFAULT_GIVE,
) -> Result:  # fmt: skip
    """Decide tiers, menus, prices, coverage, partners and delivery for the best objective of a scenario.

    The search ends when the relative gap (bound - objective) / max(1, |objective|) is proved to be at most `gap`,
    after `time_limit` seconds, once `should_stop()` is true, or by `stop_rule`; the bound is valid in every case.
    `progress` is called with the state of the search. `start` is an earlier result on a case or scenario like this
    one: its menus and decisions are tried first, and what it proved is taken over as far as it still holds; where
    this ends without a plan, `Result.start_judged` says what the start's plan breaks. With `conditions` things are
    forced or forbidden in this question alone. `baselines` keeps today's amounts for more.

    `resume` is the folder of a run of this very question that a limit, a stop or a kill cut short: the search goes
    on where that one was, with a bound and a plan no worse; gap and limits may be others. `checkpoint` is the folder
    that the result will be saved to: what `resume` needs is written there each minute. `params` steer the search: its
    path and time, not what holds of the result. Without them those of the run resumed hold, or else the defaults.
    In the main thread Ctrl-C ends the search with the best plan so far and `interrupted` set; a second one, or one
    before there is a plan, raises KeyboardInterrupt. After an installation the search is compiled first, in the time.

    `near` ("today", a run folder of which menus and coverage alone are read, or a result) asks for the plan with fewest
    changes among all that reach best - give x max(1, |best|): `optimizer.solving.near`. `Result.near` tells of it.

    Raises `CaseError` for an unknown scenario, and for changes or conditions that do not fit the case, `RunError`
    for a run that cannot be resumed (with these `params`) or read, ValueError for numbers without sense.
    """
    session = Session(Identity(case, scenario, conditions), resume, checkpoint, params)
    run = SolveRun(gap, time_limit, should_stop, baselines, session, session.params, stop_rule)
    with run.phases("cohorts"):
        changed, question = _posed(case, scenario, conditions, WarmStart() if start is None else start.warm_start)
    run.stay_near(session.near if near is None else near, give, question.instance, progress)
    found, claim = run.nearest(question, find_best(question, run.limit, progress, session, run.params))
    result = run.result(replace(changed, files=case.files), question.instance, found, near=claim)
    result = _conditioned(_beside_start(result, question.instance, start, conditions), changed, conditions)
    return result if run.near is None else _beside_reference(result, run.near.reference, question.instance)


def _beside_start(result: Result, instance: Instance, start: Result | None, conditions: Sequence[Condition]) -> Result:
    """The result; without a plan, with the start's plan held against what was asked."""
    if result.plan is not None or start is None or start.plan is None:
        return result
    return replace(result, start_judged=judge_plan(instance.case, instance.scenario, start.plan, conditions))


def _beside_reference(result: Result, reference: MenuReference, instance: Instance) -> Result:
    """The result; without a plan, its reason names rules that the menus break which it was to stay near."""
    broken = () if result.plan is not None else breaches_of(reference, instance)
    if not broken:
        return result
    named = " ".join(broken)
    return replace(result, reason=f"{result.reason} The menus to stay near ({reference.name}) break: {named}")


def _posed(
    case: Case, scenario: str | Scenario, conditions: Sequence[Condition], start: WarmStart
) -> tuple[Case, DeliveryQuestion]:
    """The case with the scenario's changes made, and what is searched of it."""
    changed, wanted = apply_scenario(case, scenario_under(case, scenario, conditions))
    instance = build_instance(changed, wanted)
    offers = offers_of(instance, sellable_options(instance.catalog))
    constraints = (*RULES, *constraints_of(conditions))
    return changed, DeliveryQuestion(
        instance, offers, root=node_of(offers, conditions), constraints=constraints, start=start
    )


def _conditioned(result: Result, case: Case, conditions: Sequence[Condition]) -> Result:
    """The result with its conditions on record; a plan that breaks one is never called optimal."""
    if not conditions:
        return result
    result = replace(result, manifest={**result.manifest, "conditions": [str(condition) for condition in conditions]})
    if result.reason == CONTRADICTION:
        named = "; ".join(map(str, conditions))
        result = replace(result, reason=f"{CONTRADICTION[:-1]} with what this question asks for: {named}.")
    judged = None if result.plan is None else judge_conditions(case, result.plan, conditions)
    if judged is None or judged["ok"].all() or result.status is not Status.OPTIMAL:
        return result
    broken = ", ".join(judged.loc[~judged["ok"], "condition"].drop_duplicates())
    return replace(result, status=Status.FEASIBLE, reason=f"The plan breaks a condition: {broken}.")


class SolveRun:
    """Time of one solve: its limits, and the result that is made when it ends."""

    def __init__(
        self,
        gap: float,
        time_limit: float | None,
        should_stop: StopCheck | None,
        baselines: Baselines | None = None,
        session: Session | None = None,
        params: SearchParameters | None = None,
        stop_rule: StopRule | None = None,
    ) -> None:
        if not 0 <= gap < float("inf"):
            raise ValueError(f"gap is {gap!r}; expected a number >= 0, such as 1e-4")
        if time_limit is not None and not time_limit >= 0:
            raise ValueError(f"time_limit is {time_limit!r}; expected seconds >= 0, or None for no limit")
        self.began, self.start = datetime.now(UTC), time.monotonic()
        self.time_limit, self.session = time_limit, session
        deadline = None if time_limit is None else self.start + time_limit
        self.params = SearchParameters.of(params)
        rule = stop_rule or StopRule()
        self.limit = Limit(gap, deadline, stopping_on_interrupt(should_stop), self.params.limits, rule)
        self.baselines = baselines or Baselines()
        self.phases = Phases()
        """Time outside of the search."""
        self.near: NearSearches | None = None
        """How a plan near a reference is looked for, if that is asked for."""

    def stay_near(self, near: Asked | None, give: float, instance: Instance, progress: ProgressCallback | None) -> None:
        """Ask for a plan near a reference; `give` is that of what was asked before, where that is taken over."""
        if near is not None:
            give = near.give if isinstance(near, NearAsked) else give
            reference = reference_for(near, instance)
            self.near = NearSearches(reference, give, self.limit, progress, self.params, self.start)
        if self.near is not None and self.session is not None:
            self.session.near = self.near.asked

    def nearest(self, question: DeliveryQuestion, found: Found) -> tuple[Found, Near | None]:
        """What was found, with the plan nearest to the reference in place of the best where that is asked for."""
        if self.near is None:
            return found, None
        with self.phases("near"):
            return self.near.run(question, found)

    def result(self, case: Case, instance: Instance, found: Found, **more: object) -> Result:
        """Result of what was found: status, gap, baseline, manifest, audit."""
        with self.phases("baseline"):
            today, reason = self.baselines.of(instance, self.limit)
        result = Result(
            status=status_of(found, self.limit.gap, None if self.near is None else self.near.give),
            case_name=case.settings.name,
            scenario_name=instance.scenario.name,
            objective_name=instance.scenario.objective,
            currency=case.settings.currency,
            objective=found.objective,
            bound=found.bound,
            gap=None if found.plan is None else relative_gap(found.bound or 0.0, found.objective or 0.0),
            seconds=self._seconds(),
            plan=found.plan,
            no_contract_objective=None if found.plan is None else no_contract_objective(instance),
            baseline=today,
            baseline_reason=reason,
            reason=_reason(instance, found, self.limit),
            manifest=self._manifest(case),
            bound_rests_on=self._rests_on(found),
            tiers=instance.catalog.tiers,
            model_kinds=dict(instance.catalog.model_table["kind"]),
            tiers_sold_today=sold_today(instance, "tier"),
            models_sold_today=sold_today(instance, "model"),
            warm_start_left=found.warm_start,
        )
        with self.phases("audit"):
            result = audited(case, instance.scenario, replace(result, **more))  # type: ignore[arg-type]
        # Within what the second stage may give up, a search cut short can be proved all the same.
        unproved = result.status in (Status.FEASIBLE, Status.NO_PLAN)
        result = replace(result, effort=self._effort(found), state=found.checkpoint if unproved else None)
        unproved |= result.near is not None and not result.near.proved
        return self._interrupted(result) if unproved and self.limit.stopped() else result

    @staticmethod
    def _interrupted(result: Result) -> Result:
        """The result of a search that someone ended, which its manifest says too."""
        return replace(result, interrupted=True, manifest={**result.manifest, "interrupted": True})

    def _seconds(self) -> float:
        """Time so far, with that of earlier sessions."""
        before = 0.0 if self.session is None else self.session.seconds_before
        return before + time.monotonic() - self.start

    def _effort(self, found: Found) -> dict[str, object]:
        searched = found.effort.get("phases", {})
        assert isinstance(searched, dict)
        return {**found.effort, "phases": {**searched, **self.phases.seconds}}

    def _manifest(self, case: Case) -> dict[str, object]:
        return {
            "case_path": path_in_utf8(case.path),
            "inputs": dict(case.files),
            "versions": {"tierwise": __version__, "python": platform.python_version()}
            | {name: version(name) for name in _PACKAGES},
            "source": source_digest(),
            "start": self.began.isoformat(),
            "end": datetime.now(UTC).isoformat(),
            "options": {"gap": self.limit.gap, "time_limit": self.time_limit},
            "params": self.params.to_dict(),
            **({} if self.near is None else {"near": self.near.asked.model_dump(mode="json")}),
        } | self._resumed()

    def _rests_on(self, found: Found) -> str | None:
        """What the bound rests on besides this search; that there is no plan at all is always proved by it alone."""
        resumed = self.session is not None and self.session.before is not None
        return EARLIER_SEARCH if resumed and not found.infeasible else None

    def _resumed(self) -> dict[str, object]:
        """Of a solve that goes on with another: which session it is, and seconds before it and in all."""
        if self.session is None or self.session.before is None:
            return {}
        before = self.session.seconds_before
        return {"resumed": {"sitting": self.session.number, "seconds_before": before, "seconds": self._seconds()}}


def _reason(instance: Instance, found: Found, limit: Limit) -> str | None:
    """What stands in the way of a plan, where it is known."""
    if found.plan is not None:
        return None
    if instance.hopeless_partners:
        names = ", ".join(instance.hopeless_partners)
        return f"Required partners fail the quality rule: {names}."
    if found.infeasible:
        return CONTRADICTION
    came = "A request to stop" if limit.stopped() else "The limit"
    if found.unprepared:
        return (
            f"{came} came while the search was being prepared, which takes some ten seconds once after an installation."
        )
    return f"{came} came before any plan was found."
