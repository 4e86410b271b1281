"""The engine: search menus and coverage, deliver them exactly, and make a result of the best.

`solve` and `evaluate` differ only in which menus may be chosen and which rules bind.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd

from models.book_menu import BookMenu, options_of
from models.catalog import Array
from models.economics.offers import Offers, build_offers
from models.plan import Plan

from ..interrupts import note_plan
from ..lp.dual_bounds import widest_bound
from ..lp.solver import Limits
from ..program.constraints import RULES, Constraint
from ..program.delivery import Delivery, DeliveryProgram
from ..program.formulation import Fixings
from ..program.instance import Instance
from ..program.steadiness import Steadiness
from ..results.checkpoint import Checkpoint
from ..results.progress import Progress, ProgressCallback, logged
from ..results.warm_start import WarmStart
from ..search.assortment.columns import prepare_books
from ..search.assortment.compilation import compile_search
from ..search.master.nodes import Evaluation, Node, PlanCandidate, Proof
from ..search.master.restricted_master import RestrictedMaster
from ..search.state.incumbent import Incumbent
from ..search.state.limits import Stopped
from ..search.state.parameters import SearchParameters
from ..search.state.search_state import Progressed, SearchState
from ..search.state.timers import Phases
from ..search.tree.branch_and_price import BranchAndPrice
from ..search.tree.branching_history import branching_decisions, initial_nodes
from ..search.tree.checkpointing import restore, saved_search
from ..search.tree.warm_starting import known_menus, usable_columns, values_in_plan
from .plan_assembly import agrees_with_audit, assemble, plan_totals
from .session import Session, restored_plan, saved_plan
from .time_limit import Limit


@dataclass(frozen=True)
class DeliveryQuestion:
    """A question to search: an instance, the options that menus may use, and the decisions fixed before."""

    instance: Instance
    offers: Offers
    fixings: Fixings = field(default_factory=Fixings)
    root: Node = field(default_factory=Node)
    constraints: tuple[Constraint, ...] = RULES
    """Rules and conditions that bind."""
    menus_given: bool = False
    start: WarmStart = field(default_factory=WarmStart)
    """What an earlier search found on a question like this one."""
    steady: Steadiness | None = None
    """What is looked for instead of the best objective: few changes against reference menus."""

    def delivery_program(self, menus: Sequence[BookMenu]) -> DeliveryProgram:
        """The program of the best delivery of menus and coverage."""
        return DeliveryProgram(self.instance, self._totals(menus), self._fixings(menus), self.constraints)

    def _totals(self, menus: Sequence[BookMenu]) -> Array:
        return plan_totals(self.offers, self.instance.index, menus)

    def _fixings(self, menus: Sequence[BookMenu]) -> Fixings:
        decided = fixings_of(self.instance, self.offers, menus)
        return decided if self.fixings.supported is None else replace(decided, supported=self.fixings.supported)


@dataclass(frozen=True)
class Found:
    """Best plan of a search and its proof, objective and bound in money."""

    plan: Plan | None
    objective: float | None
    bound: float | None
    infeasible: bool
    warm_start: WarmStart = field(default_factory=WarmStart)
    effort: Mapping[str, object] = field(default_factory=dict)
    checkpoint: Checkpoint | None = None
    """What another session can resume; None where the search ended with its proof."""
    unprepared: bool = False
    """Whether a limit came before the search could begin, because it had to be compiled first."""


@dataclass(frozen=True)
class DeliveredPlan:
    """A menu of each price book with units, and their best delivery."""

    menus: tuple[BookMenu, ...]
    program: DeliveryProgram
    delivery: Delivery

    def second_stage(self, limits: Limits) -> Delivery:
        """The delivery of best margin among those about as good."""
        return self.program.second_stage(self.delivery, limits)


class Search:
    """Runs one question: delivers candidates exactly, and reports on the way."""

    def __init__(
        self,
        question: DeliveryQuestion,
        limit: Limit,
        progress: ProgressCallback | None,
        session: Session | None = None,
        params: SearchParameters | None = None,
    ) -> None:
        self.question, self.limit, self.progress, self.session = question, limit, progress, session
        self.params = SearchParameters.of(params)
        self.started, self.root = time.monotonic(), question.root
        if progress is not None:
            progress(Progress(0.0, "preparing"))
        instance, scenario = question.instance, question.instance.scenario
        free = not question.menus_given
        fewest = (scenario.min_menu or 0) if free else 0
        tiers = len(instance.catalog.tiers)
        most = min(tiers, scenario.max_menu) if free and scenario.max_menu is not None else tiers
        books = prepare_books(instance, question.offers, keep_price_rules=free)
        self.phases = Phases()
        self.master = RestrictedMaster(
            instance, question.offers, books, fewest, most, question.fixings, question.constraints,
            self.phases, self.params, question.steady,
        )  # fmt: skip
        self.incumbent = Incumbent[DeliveredPlan](self.master.scale, limit.rule.least_sought)
        self.state = SearchState(
            self.master.scale,
            self.incumbent,
            self.params.limits.proved_share * limit.gap,
            limit.watch,
            self.phases,
            self._report,
            self.params,
            limit.rule,
            self.started,
        )
        self.tree = BranchAndPrice(self.master, self.state, self._evaluate)

    def run(self) -> Proof:
        """Search; the proof is in scaled cost."""
        if self.master.stated.contradictions:
            return Proof(np.inf, np.inf)
        before = None if self.session is None else self.session.before
        if before is not None:
            proof = self.tree.search(*self._resume(before))
            # That nothing is left is no proof: what was closed before is known from a file that anyone can rewrite.
            return self.tree.search(self.question.root) if proof.bound == np.inf else proof
        proof = self.tree.search(*self._take_over(self.question.start), whole=self.root)
        if self._owes_plan and proof.bound < np.inf:
            with self._owed():
                self.tree.repair(self.question.root)
        return proof

    @property
    def _owes_plan(self) -> bool:
        """Whether the plan of an earlier search was given, none was found, and none is known that would do."""
        return bool(self.question.start.best) and self.incumbent.plan is None and self.limit.rule.reached is None

    @contextmanager
    def _owed(self) -> Iterator[None]:
        """Gives what is owed to whoever starts from a plan a few seconds after the deadline."""
        limit, limits = self.limit, self.state.limits
        self.limit = limit.with_grace()
        self.state.limits = self.limit.watch
        try:
            yield
        finally:
            self.limit, self.state.limits = limit, limits

    def _take_over(self, start: WarmStart) -> list[Node]:
        """Take over what an earlier search found: its menus as columns, its plan as the first incumbent, its bounds.

        The nodes to begin with are the leaves that its branching decisions make.
        """
        master, tree = self.master, self.tree
        master.add(list(usable_columns(master, start.useful)))
        plan, known = values_in_plan(master, start.chosen), list(usable_columns(master, start.best))
        whole = len({menu.book for menu in known}) == len(known) == len(master.books)
        if self.limit.rule.reached is not None:
            master.add(known)  # as good a plan is known: what is better may be near it, but it need not be delivered
        else:
            tree.heuristics.start_values = plan
            if whole:
                master.add(known)
                with self._owed():
                    tree.try_plan(self.question.root, master.numbers(known))
        tree.column_generation.known_bounds.take_over(start)
        nodes, tree.branched = initial_nodes(master, self.root, start.branching, plan)
        return nodes

    def _resume(self, before: Checkpoint) -> list[Node]:
        """Take over what an earlier session knew; the nodes that it left, or the root where it says that none are."""
        nodes = restore(self.tree, before.search)
        self.phases.go_on(before.phases, before.counts)
        if before.plan is not None:
            self._restore_plan(*restored_plan(self.master, before.plan))
        return nodes or [self.question.root]

    def _restore_plan(self, menus: tuple[BookMenu, ...], kept: Delivery) -> None:
        """Begin with the plan of a checkpoint, as far as it holds: its amounts are recomputed, or delivered anew."""
        question = self.question
        program = question.delivery_program(menus)
        holds = agrees_with_audit(question.instance, question.offers, menus, kept, menus_given=question.menus_given)
        delivery = kept if holds else program.solve(self.limit.of_delivery()).delivery
        if delivery is not None:
            self._offer(DeliveredPlan(menus, program, delivery))

    def _offer(self, plan: DeliveredPlan) -> float:
        """Make a plan the incumbent if it is the best; its scaled cost."""
        value = self._value(plan.menus, plan.delivery.objective)
        if value is not None and self.incumbent.offer(value, plan):
            note_plan()
        return self._cost(value)

    def _value(self, menus: tuple[BookMenu, ...], objective: float) -> float | None:
        """What menus with a delivery of some objective are worth; None where they do not keep to what is asked."""
        return objective if self.question.steady is None else self.question.steady.value(menus, objective)

    def _cost(self, value: float | None) -> float:
        return np.inf if value is None else self.master.scale.cost(value)

    def checkpoint(self, session: Session) -> Checkpoint:
        """All that another session needs to go on."""
        best = self.incumbent.plan
        plan = None if best is None else saved_plan(self.master, best.menus, best.delivery)
        return session.checkpoint(saved_search(self.tree), plan, self.phases)

    def warm_start(self) -> WarmStart:
        """What this search leaves to one on a case that differs a little."""
        master, tree = self.master, self.tree
        decisions = branching_decisions(master, tree.branched, self.state.cutoff)
        nodes, _ = initial_nodes(master, self.question.root, decisions, {})
        bounds = tree.column_generation.known_bounds.to_warm_start(nodes)
        return WarmStart(
            known_menus(master, master.pool.useful),
            known_menus(master, () if self.incumbent.plan is None else self.incumbent.plan.menus),
            branching=decisions,
            bounds=bounds,
            offers=master.pricer.digest if bounds else "",
        )

    def effort(self) -> dict[str, object]:
        """Seconds by phase, and how much there was of what."""
        counts, seconds = self.phases.counts, dict(self.phases.seconds)
        seconds["pricing"] = seconds.get("pricing", 0.0) + seconds.pop("local search", 0.0)
        return {
            "phases": seconds,
            "columns": len(self.master.pool),
            "nodes": counts["nodes"],
            "lp_solves": counts["lp"] + counts["branching"],
            "integer_programs": counts["mip"] + counts["delivery"],
        }

    def _evaluate(self, candidate: PlanCandidate) -> Evaluation:
        """A candidate's menus delivered, every rule checked exactly; the plan is offered as incumbent.

        With the decisions of a candidate that has some; where these do not hold exactly, with the best.
        """
        menus = tuple(self.master.pool[i] for i in candidate.columns)
        program = self.question.delivery_program(menus)
        delivery = None if candidate.decisions is None else program.with_decisions(candidate.decisions)
        if delivery is not None and self._value(menus, delivery.objective) is not None:
            return Evaluation(self._offer(DeliveredPlan(menus, program, delivery)), -np.inf, exact=False)
        outcome = program.solve(self.limit.of_delivery())
        if outcome.delivery is None:
            self.state.limits.check()  # a delivery cut short is no proof that there is none
            return Evaluation(np.inf, np.inf if outcome.proved else -np.inf)
        cost = self._offer(DeliveredPlan(menus, program, outcome.delivery))
        return Evaluation(cost, min(cost, self._cost(self._value(menus, outcome.bound))))

    def _report(self, state: Progressed) -> None:
        if self.session is not None:
            self.session.write_when_due(partial(self.checkpoint, self.session))
        if self.progress is None:
            return
        standing = self.master.scale.standing(state.best, state.bound)
        self.progress(Progress(time.monotonic() - self.started, state.phase, *standing))


def fixings_of(instance: Instance, offers: Offers, menus: Sequence[BookMenu]) -> Fixings:
    """What menus and coverage fix: tiers, models and products."""
    used = options_of(menus)
    covered = {product for menu in menus for product in menu.covered}
    support = instance.catalog.offer["products"]
    required = {code for code, name in enumerate(instance.catalog.products) if support[name] == "required"}
    return Fixings(
        supported=frozenset(covered | required),
        tiers=frozenset(offers.options.tier[used].tolist()),
        models=frozenset(offers.options.model[used].tolist()),
    )


def find_best(
    question: DeliveryQuestion,
    limit: Limit,
    progress: ProgressCallback | None,
    session: Session | None = None,
    params: SearchParameters | None = None,
) -> Found:
    """Search a question and finish its best plan: second stage on margin, tables, KPIs."""
    if question.instance.hopeless_partners:
        return Found(None, None, None, infeasible=True)
    progress = logged(progress)
    try:
        compile_search(limit.watch, lambda phase: progress(Progress(0.0, phase)))
    except Stopped:
        return Found(None, None, None, infeasible=False, unprepared=True)
    search = Search(question, limit, progress, session, params)
    proof = search.run()
    bound = search.master.scale.known_money(proof.bound)
    if search.incumbent.plan is not None and bound is None:
        bound = search.master.scale.money(widest_bound(search.master.program))  # a limit came before any other
    state = search.checkpoint(session) if session is not None and search.tree.unfinished else None
    left = Found(None, None, bound, bool(proof.bound == np.inf), search.warm_start(), search.effort(), state)
    best = search.incumbent.plan
    if best is None:
        return left
    plan = assemble(question.instance, question.offers, best.menus, best.second_stage(limit.of_second_stage()))
    objective = plan.kpis[question.instance.scenario.objective]
    assert objective is not None  # money KPIs always have a value
    bound = max(bound if bound is not None else np.inf, objective)
    return replace(left, plan=plan, objective=objective, bound=bound, infeasible=False)


def offers_of(instance: Instance, table: pd.DataFrame) -> Offers:
    """Offers of the options in `table` (price_book, tier, model, price)."""
    return build_offers(instance.catalog, instance.demand, table)
