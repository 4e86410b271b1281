"""`alternatives`: the best plans that differ in structure, and the decisions that all near-best plans share."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import inf
from typing import Unpack

import pandas as pd

from models import Case, CaseError, Problem, Scenario
from models.conditions import Condition, NoTokenPartners, Unlike
from models.decisions import DECISION_KINDS
from models.economics.delivery_formulas import PARTNER_KINDS
from models.plan import Plan

from ..assurance.result import Result
from ..results.one_off import beside_loss, extra_once, yearly_loss
from ..results.record import Status
from ..results.summary import money, percent
from .machinery.answers.answer import Answer
from .machinery.answers.proved_amount import ProvedAmount
from .machinery.comparison.moves import menu_moves, structure_moves
from .machinery.sessions.context import AnalysisContext, context_of
from .machinery.sessions.solver_session import AskedOf, SolveOptions, question

COUNT, WITHIN, LEAST_SHARE = 5, 0.02, 0.01
_COLUMNS = {
    "alternatives": {
        "rank": "1 for the best",
        "objective": "objective of the plan, {money}",
        "loss": "objective lost against the best alternative, {money}",
        "loss_yearly": "the loss without what is paid once, {money}",
        "one_off_cost": "one-off cost less that of the best alternative, {once}",
        "at_most": "proved bound on every plan of a structure not found before it, all rules held and no partner "
        "engaged for less than the least share of hours, {money}",
        "gap": "relative gap between the plan and that bound",
        "tiers": "tiers offered",
        "models": "pricing models used",
        "partners": "partners engaged",
        "differs": "tiers, models, products and providers that differ from the first",
        "menu_changes": "options of price books that differ from the first",
    },
    "decisions": {
        "kind": "tier, pricing model, product, provider, or option (price book, tier, model and price)",
        "decision": "its name",
        "share": "share of the alternatives that take it, 0 to 1",
        "safe": "whether all the alternatives found do; plans that were not looked for may not",
    },
    "likeness": {
        "rank": "one alternative",
        "other": "another",
        "alike": "decisions shared over decisions of either (Jaccard), 0 to 1",
    },
}


@question
def alternatives(
    case: AskedOf,
    scenario: str | Scenario | None = None,
    *,
    count: int = COUNT,
    within: float = WITHIN,
    least_share: float = LEAST_SHARE,
    result: Result | None = None,
    **options: Unpack[SolveOptions],
) -> Answer:
    """The `count` best plans that differ in tiers, pricing models or partners, no worse than `within` of the best.

    Each is the best plan of any structure not found before it, proved within its gap. A partner counts as engaged
    when it works at least `least_share` of the hours of teams and partners; no alternative has one that works less,
    but for those the case requires. Tables: `alternatives`, `decisions` (which all of them share: the safe ones) and
    `likeness` of each pair. Raises `CaseError` for numbers that make no sense.
    """
    if count < 1 or not 0 <= within < inf or not 0 <= least_share <= 1:
        given = f"count {count}, within {within}, least_share {least_share}"
        raise CaseError(
            [
                Problem(
                    "alternatives", "the numbers do not fit", found=given, expected=">= 1, a finite number >= 0, 0 to 1"
                )
            ]
        )
    context = context_of(case, scenario, result, **options)
    if context.result.plan is None:
        return context.nothing("alternatives")
    found, last = _search(context, count, within, least_share)
    if not found:
        return context.about(last).nothing("alternatives")
    return _answer(context, found, last, count, within, least_share)


def _search(context: AnalysisContext, count: int, within: float, least_share: float) -> tuple[list[Result], Result]:
    """Plans, best first (within their gaps they may be found in another order), and the last result, which may hold
    one that is too far off or none."""
    found: list[Result] = []
    result = context.result
    conditions: tuple[Condition, ...] = (NoTokenPartners(least_share),)
    for rank in context.session.each(range(1, count + 1), named=lambda rank: f"alternative {rank}"):
        result = context.session.solve(context.scenario, conditions=conditions, label=f"alternative {rank}")
        if result.plan is None or (found and _loss(found[0], result) > within * abs(found[0].objective or 0.0)):
            break
        found.append(result)
        conditions = (*conditions, _cut(context.case, result.plan))
    return sorted(found, key=lambda one: -(one.objective or 0.0)), result


def _loss(best: Result, result: Result) -> float:
    assert best.objective is not None
    assert result.objective is not None
    return best.objective - result.objective


def _partners(case: Case, plan: Plan) -> frozenset[str]:
    providers = case.tables["providers"]
    partners = providers.loc[providers["kind"].isin(PARTNER_KINDS), "provider"]
    return frozenset(partners) & frozenset(plan.decisions.providers)


def _cut(case: Case, plan: Plan) -> Unlike:
    return Unlike(frozenset(plan.decisions.tiers), frozenset(plan.decisions.models), _partners(case, plan))


def _taken(plan: Plan) -> frozenset[tuple[str, str]]:
    """Everything a plan decides, as (kind, name)."""
    kinds = DECISION_KINDS.values()
    chosen = {(kind.word, name) for kind in kinds for name in getattr(plan.decisions, kind.listed)}
    rows = plan.menus.itertuples(index=False)
    return frozenset(chosen | {("option", f"{r.price_book} {r.tier} {r.model} {r.price:.12g}") for r in rows})


def _rows(context: AnalysisContext, found: list[Result]) -> Iterator[dict[str, object]]:
    first = found[0].decided
    for rank, result in enumerate(found, 1):
        plan, bound = result.decided, result.bound
        loss, once = _loss(found[0], result), extra_once(result, found[0])
        assert bound is not None
        yield {
            "rank": rank,
            "objective": result.objective,
            "loss": loss,
            "loss_yearly": yearly_loss(loss, once, result.objective_name),
            "one_off_cost": once,
            "at_most": bound,
            "gap": result.gap,
            "tiers": ", ".join(plan.decisions.tiers),
            "models": ", ".join(plan.decisions.models),
            "partners": ", ".join(sorted(_partners(context.case, plan))),
            "differs": "; ".join(structure_moves(first, plan)),
            "menu_changes": len(menu_moves(first, plan)),
        }


def _decisions(found: list[Result]) -> pd.DataFrame:
    taken = [_taken(result.decided) for result in found]
    shares = {one: sum(one in plan for plan in taken) / len(taken) for one in frozenset().union(*taken)}
    ranked = sorted(shares, key=lambda one: (one[0] == "option", one[0], -shares[one], one[1]))
    rows = [(*one, shares[one], shares[one] == 1.0) for one in ranked]
    return pd.DataFrame(rows, columns=list(_COLUMNS["decisions"]))


def _likeness(found: list[Result]) -> pd.DataFrame:
    taken = {rank: _taken(result.decided) for rank, result in enumerate(found, 1)}
    rows = [(a, b, len(taken[a] & taken[b]) / len(taken[a] | taken[b])) for a, b in combinations(taken, 2)]
    return pd.DataFrame(rows, columns=list(_COLUMNS["likeness"]))


def _answer(
    context: AnalysisContext, found: list[Result], last: Result, count: int, within: float, least_share: float
) -> Answer:
    table = pd.DataFrame(list(_rows(context, found)), columns=list(_COLUMNS["alternatives"]))
    tables = {"alternatives": table, "decisions": _decisions(found), "likeness": _likeness(found)}
    facts = {"count": len(found), "within": within, "best": found[0].objective, "plan": context.result.objective}
    headline = _headline(found, last, count, within, least_share)
    sentences = [headline, *_sentences(table, context), *_safe(tables["decisions"], len(found))]
    others = found if last.status is Status.INFEASIBLE else [*found, last]
    return context.answer("alternatives", tables, _COLUMNS, sentences, facts, others, ["alternatives"])


def _headline(found: list[Result], last: Result, count: int, within: float, least_share: float) -> str:
    one = "1 plan of a structure of tiers, pricing models and partners"
    lead = one if len(found) == 1 else f"{len(found)} plans that differ in tiers, pricing models or partners"
    if len(found) == count:
        return f"{lead}; the last loses {percent(_loss(found[0], found[-1]) / abs(found[0].objective or 1.0))}."
    if last.status is Status.INFEASIBLE:
        held = f"with all rules held and each partner at work for no hours or at least {percent(least_share)}"
        return f"{lead}; {held}, it is proved that no other structure has a plan."
    if last.plan is None or any(last is one for one in found):  # a stop came before another was looked for
        return f"{lead}; no other was found in the time allowed."
    return f"{lead}; the next best found loses more than {percent(within)}."


def _sentences(table: pd.DataFrame, context: AnalysisContext) -> Iterator[str]:
    currency, first = context.result.currency, table.iloc[0]
    for row in table.iloc[1:].to_dict("records"):
        ends = (float(plan[end]) for plan in (first, row) for end in ("objective", "at_most"))
        amount = ProvedAmount.of_loss(*ends)
        once = beside_loss(float(row["one_off_cost"]), context.result.objective_name, currency)
        loss = f"{money(float(row['loss_yearly']), currency)} a year{once}"
        told = loss if amount.decided else amount.undecided_in_words(currency)
        yield f"Alternative {row['rank']} loses {told}: {row['differs']}; menu changes: {row['menu_changes']}."


def _safe(decisions: pd.DataFrame, count: int) -> Iterator[str]:
    coarse = decisions[(decisions["kind"] != "option") & decisions["safe"]]
    names = [f"{kind} {name}" for kind, name in zip(coarse["kind"], coarse["decision"], strict=True)]
    options = decisions[decisions["kind"] == "option"]
    if count == 1:
        return
    yield f"Safe among these {count} plans, since all of them share it: {', '.join(names) or 'nothing'}."
    yield f"Of {len(options)} options on their menus all share {int(options['safe'].sum())}."
