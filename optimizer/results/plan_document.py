"""plan.json: what a run claims about its plan, and back to a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import pandas as pd
from pydantic import Field, ValidationError

from models.document_fields import Strict
from models.plan import KPIS, PLAN_TABLES, Decisions, Plan
from models.plan_tables import RunError

from ..version import FORMAT
from .closest_delivery import MISSED_COLUMNS, ClosestDelivery
from .format_check import check_format
from .menu_reference import Near
from .record import ResultRecord, Status

Amount = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class DecisionLists(Strict):
    """What the plan chooses, names sorted."""

    tiers: tuple[str, ...]
    models: tuple[str, ...]
    products: tuple[str, ...]
    providers: tuple[str, ...]
    engagements: tuple[()]
    """How providers are engaged, where a case says in which ways they can be; none does."""
    territories: tuple[()]
    """Who holds which territory, where revenue is shared; no case does."""

    @property
    def chosen(self) -> Decisions:
        """What is chosen, as a plan holds it."""
        return Decisions(**self.model_dump(exclude={"engagements", "territories"}))


class MissedRule(Strict):
    """A rule that is missed, in the words of audit.json, and by how much."""

    rule: str
    scope: str
    value: Amount
    limit: Amount
    shortfall: Amount


class ClosestDocument(Strict):
    """What comes closest to the rules where given menus cannot keep them all."""

    decisions: DecisionLists
    kpis: dict[str, Amount | None]
    unserved_hours: Amount
    shortfall: Amount
    missed: tuple[MissedRule, ...]

    @classmethod
    def of(cls, closest: ClosestDelivery) -> ClosestDocument:
        """What plan.json says of a closest delivery."""
        return cls(
            decisions=DecisionLists(**vars(closest.decisions), engagements=(), territories=()),
            kpis={name: closest.kpis[name] for name in KPIS},
            unserved_hours=closest.unserved_hours,
            shortfall=closest.shortfall,
            missed=tuple(MissedRule.model_validate(row) for row in closest.missed.to_dict("records")),
        )

    def delivery(self, tables: Mapping[str, pd.DataFrame]) -> ClosestDelivery:
        """The closest delivery that this and its tables describe."""
        decisions, rows = self.decisions.chosen, [row.model_dump() for row in self.missed]
        plan = Plan(decisions=decisions, kpis=self.kpis, **{name: tables[name] for name in PLAN_TABLES})
        missed = pd.DataFrame(rows, columns=list(MISSED_COLUMNS))
        return ClosestDelivery(plan, tables["unserved"], self.unserved_hours, self.shortfall, missed)


class PlanDocument(Strict):
    """Contents of plan.json, in the order they are written. Without a plan there are no values: null."""

    format: int
    """`optimizer.version.FORMAT`."""
    status: Status
    objective_name: str
    objective: Amount | None
    bound: Amount | None
    gap: Amount | None
    case: str
    scenario: str
    seconds: Amount
    currency: str
    menus_given: bool
    bound_rests_on: str | None
    decisions: DecisionLists | None
    kpis: dict[str, Amount | None] | None
    no_contract_objective: Amount | None
    gain_gap: Amount | None
    baseline: dict[str, Amount | None] | None
    baseline_reason: str | None
    broken_rules: tuple[str, ...]
    reason: str | None
    closest: ClosestDocument | None
    closest_reason: str | None
    tiers_by_rank: tuple[str, ...]
    model_kinds: dict[str, str]
    near: Near | None
    tiers_sold_today: tuple[str, ...] | None
    models_sold_today: tuple[str, ...] | None


def plan_document(result: ResultRecord) -> PlanDocument:
    """What plan.json says of a result."""
    plan = result.plan
    return PlanDocument(
        format=FORMAT,
        status=result.status,
        objective_name=result.objective_name,
        objective=result.objective,
        bound=result.bound,
        gap=result.gap,
        case=result.case_name,
        scenario=result.scenario_name,
        seconds=result.seconds,
        currency=result.currency,
        menus_given=result.menus_given,
        bound_rests_on=result.bound_rests_on,
        decisions=DecisionLists(**vars(plan.decisions), engagements=(), territories=()) if plan else None,
        kpis={name: plan.kpis[name] for name in KPIS} if plan else None,
        no_contract_objective=result.no_contract_objective,
        gain_gap=result.gain_gap,
        baseline=dict(result.baseline) if result.baseline is not None else None,
        baseline_reason=result.baseline_reason,
        broken_rules=result.broken_rules,
        near=result.near,
        reason=result.reason,
        closest=None if result.closest is None else ClosestDocument.of(result.closest),
        closest_reason=result.closest_reason,
        tiers_by_rank=result.tiers,
        model_kinds=dict(result.model_kinds),
        tiers_sold_today=result.tiers_sold_today,
        models_sold_today=result.models_sold_today,
    )


def claims(result: ResultRecord) -> dict[str, object]:
    """What a result claims, for `audit`: the values of plan.json and, where the manifest has them, the
    gap asked for (`asked_gap`), what it was to stay near (`asked_near`), the hashes of the input files (`inputs`),
    `command`, `resumed` and `taken_from_store`."""
    return claims_of(plan_document(result), result.manifest)


def claims_of(document: PlanDocument, manifest: Mapping[str, object]) -> dict[str, object]:
    """The claims of a plan.json and its manifest."""
    options = manifest.get("options")
    asked = options.get("gap") if isinstance(options, Mapping) else None
    extra = {
        "asked_gap": asked,
        "asked_near": manifest.get("near"),
        **{key: manifest.get(key) for key in ("inputs", "command", "resumed", "taken_from_store")},
    }
    return document.model_dump(mode="json") | {key: value for key, value in extra.items() if value is not None}


def read_plan_document(values: object) -> PlanDocument:
    """Check the parsed plan.json; raises `RunError` that lists every fault, `OtherFormatError` for another format."""
    check_format(values, "plan.json", "Solve the case again.")
    try:
        document = PlanDocument.model_validate(values)
    except ValidationError as error:
        raise RunError([_sentence(fault["loc"], fault["msg"], fault["input"]) for fault in error.errors()]) from None
    problems = _completeness(document)
    if problems:
        raise RunError(problems)
    return document


def _sentence(place: tuple[int | str, ...], message: str, found: object) -> str:
    key = ".".join(map(str, place)) or "the whole file"
    if message == "Field required":
        return f"plan.json: {key} is missing."
    if message.startswith("Extra inputs"):
        return f"plan.json: {key} is not a key of this file; remove it."
    return f"plan.json: {key} is {found!r}. {message}."


def _completeness(document: PlanDocument) -> list[str]:
    """Values that a plan must have, or must not have without a plan."""
    planned = document.status in (Status.OPTIMAL, Status.FEASIBLE)
    problems = []
    for key in ("objective", "decisions", "kpis"):
        if (getattr(document, key) is None) == planned:
            expected = "a value" if planned else "null"
            problems.append(f"plan.json: the status is {document.status}, so {key} must be {expected}.")
    valueless: tuple[str, ...] = () if planned else ("gap", "gain_gap")
    valueless += ("bound",) if document.status is Status.INFEASIBLE else ()
    told = [key for key in valueless if getattr(document, key) is not None]
    problems += [f"plan.json: the status is {document.status}, so {key} must be null." for key in told]
    missing = document.status is Status.INFEASIBLE and document.menus_given
    for key, there in (("closest", missing), ("closest_reason", missing and document.closest is None)):
        if getattr(document, key) is not None and not there:
            problems.append(f"plan.json: {key} must be null, unless given menus are infeasible.")
    parts = {"kpis": document.kpis, "baseline": document.baseline}
    for part, names in {**parts, "closest.kpis": document.closest and document.closest.kpis}.items():
        if names is not None:
            problems += [f"plan.json: {part}.{name} is missing." for name in KPIS if name not in names]
            problems += [f"plan.json: {part}.{name} is not a KPI; remove it." for name in names if name not in KPIS]
    return problems


def to_result(
    document: PlanDocument,
    tables: Mapping[str, pd.DataFrame] | None,
    manifest: Mapping[str, object],
    closest: Mapping[str, pd.DataFrame] | None = None,
) -> ResultRecord:
    """The result that a checked plan.json, its tables and those of its closest delivery describe."""
    apart = {"format", "case", "scenario", "decisions", "kpis", "gain_gap", "tiers_by_rank", "near", "closest"}
    values = document.model_dump(exclude=apart)
    plan = None
    if tables is not None and document.decisions is not None and document.kpis is not None:
        plan = Plan(decisions=document.decisions.chosen, kpis=document.kpis, **tables)
    return ResultRecord(
        case_name=document.case,
        scenario_name=document.scenario,
        tiers=document.tiers_by_rank,
        plan=plan,
        near=document.near,
        closest=None if closest is None or document.closest is None else document.closest.delivery(closest),
        manifest=manifest,
        interrupted=manifest.get("interrupted") is True,
        **values,
    )
