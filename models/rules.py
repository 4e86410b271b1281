"""Every rule that a plan must obey and a person can loosen, each declared once.

A rule of scenarios is a field of `ScenarioRules`; a rule of the case's tables is an entry of `TABLE_RULES`. Scenario
files, levers, what is diagnosed, what an audit judges, sets of rules that are set aside together and the reference
pages follow from these. How a rule is kept is stated by the program, and how it is judged by the audit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Annotated, Literal

from .decisions import DECISION_KINDS, DecisionKindName
from .document_fields import Count, Margin, Points, Score, Share, Strict
from .economics.delivery_formulas import HOUR_SHARING_KINDS
from .schema.fields import LARGEST


class RuleGroup(Enum):
    """What a rule is about; an audit goes through the groups in this order."""

    MENU = "how long one menu is"
    PRICE = "prices in one menu"
    RANGE = "which tiers and pricing models are sold"
    PRODUCT = "which products are supported"
    PROVIDER = "which providers are engaged"
    SCORE = "scores of engaged partners"
    WORK = "who does how much of the work"
    EXPERIENCE = "what customers experience"
    PARTS = "how soon parts are there"
    MONEY = "margins and cost to serve"


ON_MENUS = frozenset({RuleGroup.MENU, RuleGroup.PRICE, RuleGroup.RANGE})
"""Groups that menus given to `evaluate` need not obey."""


@dataclass(frozen=True)
class Cell:
    """Where the tables hold a rule: a column, in the rows of one tier, provider or criterion."""

    table: str
    key: str
    """Column that names what the rule is about."""
    column: str
    off: float | str
    """Value at which the rule asks for nothing."""
    up_to: str = ""
    """Column of the same row that a limit never exceeds."""
    kinds: tuple[str, ...] = ()
    """Kinds of provider that the rule is for; none means all."""


@dataclass(frozen=True)
class Measure:
    """Where a plan shows what it makes of a rule, in the rule's unit."""

    table: Literal["kpis", "decisions", "experience", "allocation"]
    name: str
    """KPI, list of decisions that is counted, metric whose worst value tells, or column that is summed."""


@dataclass(frozen=True)
class RuleSpec:
    """One rule: what it asks, in which unit, which way it gives and how far."""

    title: str
    """What it is called in a few words, as it stands within a sentence."""
    text: str
    """What must hold, one sentence."""
    group: RuleGroup
    unit: str = "on or off"
    """Unit of the limit."""
    step: float | None = None
    """Stated step of loosening, in `unit`; None for a rule that is on or off."""
    least: bool = False
    """Whether the limit is a least value, so that a lower one is looser."""
    ends: tuple[float, float] = (0.0, 1.0)
    """Least and most limit that makes sense."""
    whole: bool = False
    """Whether limits are whole numbers."""
    relative: bool = False
    """Whether `step` is a share of the limit in force; it is then rounded to whole units, 1 at least."""
    measure: Measure | None = None
    """Where a plan shows what it makes of the rule; None where no table of a plan does."""
    target: bool = False
    """Whether it is a target: how far it can go is looked for without being asked."""
    structural: bool = False
    """Whether it is kept or broken by name, so that no slack is normal and limits no business."""
    bars_providers: bool = False
    """Whether it keeps providers out before anything is decided, so that no row of an audit shows it binding."""
    cell: Cell | None = None
    """Where the tables hold it; None for a rule of scenarios."""
    key: str = ""
    """The rule's name in scenarios, audits, program and answers."""

    @property
    def on_menus(self) -> bool:
        """Whether it is about menus, tiers, models or prices, which given menus need not obey."""
        return self.group in ON_MENUS

    @property
    def kpi(self) -> str | None:
        """The KPI that the rule limits, if it limits one."""
        return self.measure.name if self.measure is not None and self.measure.table == "kpis" else None


# -- rules of scenarios ----------------------------------------------------------------------------


def _ratio(title: str, text: str, unit: str, kpi: str, *, least: bool) -> RuleSpec:
    ends = (-10.0, 1.0) if least else (0.0, 1.0)
    return RuleSpec(title, text, RuleGroup.MONEY, unit, 0.01, least, ends, measure=Measure("kpis", kpi), target=True)


def _number(title: str, text: str, group: RuleGroup, unit: str, *, least: bool = False, most: float = 99) -> RuleSpec:
    return RuleSpec(title, text, group, unit, 1, least, (0, most), whole=True)


def _listed(kind: DecisionKindName) -> Measure:
    return Measure("decisions", DECISION_KINDS[kind].listed)


def _counted(
    title: str, text: str, group: RuleGroup, kind: DecisionKindName, unit: str, *, least: bool = False
) -> RuleSpec:
    most = 999 if kind == "provider" else 99
    spec = _number(title, text, group, unit, least=least, most=most)
    return replace(spec, measure=_listed(kind), target=not least)


class ScenarioRules(Strict):
    """The rules of a scenario; one that is None is off."""

    min_service_margin: Annotated[
        Margin | None,
        _ratio("service margin floor", "the service margin is at least min_service_margin of service revenue.",
               "share of service revenue", "service_margin_share", least=True),
    ] = None  # fmt: skip
    """Least service margin, as a share of service revenue."""
    min_account_margin: Annotated[
        Margin | None,
        _ratio("account margin floor", "the account margin is at least min_account_margin of account revenue.",
               "share of account revenue", "account_margin_share", least=True),
    ] = None  # fmt: skip
    """Least account margin, as a share of account revenue."""
    max_cost_to_serve: Annotated[
        Share | None,
        _ratio("cap on cost to serve",
               "delivery, fulfilment and admin cost are at most max_cost_to_serve of service revenue.",
               "share of service revenue", "cost_to_serve", least=False),
    ] = None  # fmt: skip
    """Most (delivery + fulfilment + admin) cost, as a share of service revenue."""
    min_tiers: Annotated[
        Count | None,
        _counted("least number of tiers", "at least min_tiers tiers are offered.",
                 RuleGroup.RANGE, "tier", "tiers", least=True),
    ] = None  # fmt: skip
    """Least number of tiers offered anywhere."""
    max_tiers: Annotated[
        Count | None,
        _counted("cap on the number of tiers", "at most max_tiers tiers are offered.",
                 RuleGroup.RANGE, "tier", "tiers"),
    ] = None  # fmt: skip
    """Most tiers offered anywhere."""
    max_models: Annotated[
        Count | None,
        _counted("cap on the number of pricing models", "at most max_models pricing models are used.",
                 RuleGroup.RANGE, "model", "pricing models"),
    ] = None  # fmt: skip
    """Most pricing models used anywhere."""
    min_menu: Annotated[
        Count | None,
        _number("shortest menu", "a price book's menu has at least min_menu tiers.",
                RuleGroup.MENU, "tiers in a menu", least=True),
    ] = None  # fmt: skip
    """Fewest tiers in one price book's menu."""
    max_menu: Annotated[
        Count | None,
        _number("longest menu", "a price book's menu has at most max_menu tiers.",
                RuleGroup.MENU, "tiers in a menu"),
    ] = None  # fmt: skip
    """Most tiers in one price book's menu."""
    max_providers: Annotated[
        Count | None,
        _counted("cap on the number of providers", "at most max_providers providers are engaged.",
                 RuleGroup.PROVIDER, "provider", "providers"),
    ] = None  # fmt: skip
    """Most providers engaged."""
    max_provider_share: Annotated[
        Share | None,
        RuleSpec("cap on a partner's share of hours",
                 "a partner works at most max_provider_share of all team and partner hours.",
                 RuleGroup.WORK, "share of team and partner hours", 0.05),
    ] = None  # fmt: skip
    """Most of all team and partner hours that one partner may work."""
    max_utilization: Annotated[
        Share | None,
        RuleSpec("cap on the use of capacity", "a team or partner works at most max_utilization of its capacity_hours.",
                 RuleGroup.WORK, "share of capacity", 0.05),
    ] = None  # fmt: skip
    """Most of its capacity_hours that a team or partner may work."""
    min_provider_score: Annotated[
        Score | None,
        RuleSpec("least score of a partner", "an engaged partner's weighted mean score is at least min_provider_score.",
                 RuleGroup.PROVIDER, "points of 0 to 10", 0.5, least=True, ends=(0.0, 10.0), bars_providers=True),
    ] = None  # fmt: skip
    """Least weighted score of an engaged partner, 0..10."""
    min_tier_gap: Annotated[
        Points | None,
        RuleSpec("least step from tier to tier",
                 "in one menu a higher-ranked tier's mean payment is at least 1 + min_tier_gap times a "
                 "lower-ranked one's.",
                 RuleGroup.PRICE, "share of the lower tier's mean payment", 0.02, least=True, ends=(0.0, 10.0)),
    ] = None  # fmt: skip
    """Least relative step of mean payment from a tier to a higher-ranked one in a menu."""
    max_price_change: Annotated[
        Points | None,
        RuleSpec("cap on price changes",
                 "a tier's mean payment lies within max_price_change of that of the price book's current option.",
                 RuleGroup.PRICE, "share of today's mean payment", 0.05, ends=(0.0, 10.0)),
    ] = None  # fmt: skip
    """Most relative change of mean payment against the current menu's option of the tier."""
    max_csat_over_target: Annotated[
        Points | None,
        RuleSpec("cap on CSAT over target",
                 "the case-weighted mean CSAT of a tier in a region is at most csat_target + max_csat_over_target.",
                 RuleGroup.EXPERIENCE, "CSAT points", 1.0, ends=(0.0, 100.0),
                 measure=Measure("experience", "csat_over_target")),
    ] = None  # fmt: skip
    """Most CSAT points by which a tier's mean may exceed its target in a region."""


def _of_scenarios(model: type[ScenarioRules]) -> Iterator[RuleSpec]:
    """The declaration of each field, named as the field is; raises TypeError for a field without one."""
    for key, field in model.model_fields.items():
        declared = [part for part in field.metadata if isinstance(part, RuleSpec)]
        if len(declared) != 1:
            raise TypeError(f"the rule {key} has {len(declared)} declarations; expected one RuleSpec")
        yield replace(declared[0], key=key)


SCENARIO_RULES: Mapping[str, RuleSpec] = {spec.key: spec for spec in _of_scenarios(ScenarioRules)}
"""Rules of scenarios by key, in the order in which a scenario lists them."""


# -- rules of the tables ---------------------------------------------------------------------------


def _switched(state: str, name: DecisionKindName, group: RuleGroup, text: str) -> RuleSpec:
    kind = DECISION_KINDS[name]
    cell = Cell(kind.table, name, kind.switch, "optional")
    title = f"{state} {kind.word}s"
    return RuleSpec(title, text, group, structural=True, cell=cell, key=f"{state}_{kind.listed}")


TABLE_RULES: Mapping[str, RuleSpec] = {
    spec.key: spec
    for spec in (
        _switched("required", "tier", RuleGroup.RANGE, "a required tier is offered."),
        _switched("required", "model", RuleGroup.RANGE, "a required pricing model is used."),
        _switched("excluded", "tier", RuleGroup.RANGE, "an excluded tier is in no menu."),
        _switched("excluded", "model", RuleGroup.RANGE, "an excluded pricing model is in no menu."),
        _switched("required", "product", RuleGroup.PRODUCT,
               "a required product is supported, and covered by every price book that holds it."),
        _switched("excluded", "product", RuleGroup.PRODUCT, "an excluded product is neither supported nor covered."),
        _switched("required", "provider", RuleGroup.PROVIDER, "a required provider is engaged."),
        _switched("excluded", "provider", RuleGroup.PROVIDER, "an excluded provider is not engaged."),
        RuleSpec("cap on the cases", "a provider delivers at most its rate's max_share of a work class's cases.",
                 RuleGroup.WORK, cell=Cell("rates", "provider", "max_share", 1.0), key="rate_share"),
        RuleSpec("capacity", "a provider works at most capacity_hours.",
                 RuleGroup.WORK, "hours a year", 0.05, relative=True, ends=(0.0, LARGEST),
                 measure=Measure("allocation", "hours"),
                 cell=Cell("providers", "provider", "capacity_hours", LARGEST), key="capacity"),
        RuleSpec("cap on the share of hours",
                 "a team or partner works at most its max_share of all team and partner hours.",
                 RuleGroup.WORK, "share of team and partner hours", 0.05,
                 cell=Cell("providers", "provider", "max_share", 1.0, kinds=HOUR_SHARING_KINDS),
                 key="provider_share"),
        RuleSpec("promise of parts turnaround",
                 "the case-weighted mean parts turnaround of a tier is at most its turnaround_hours.",
                 RuleGroup.PARTS, "hours", 4.0, ends=(0.01, LARGEST),
                 measure=Measure("experience", "turnaround_hours"), target=True,
                 cell=Cell("tiers", "tier", "turnaround_hours", LARGEST), key="turnaround"),
        RuleSpec("CSAT floor", "the case-weighted mean CSAT of a tier in a region is at least csat_floor.",
                 RuleGroup.EXPERIENCE, "CSAT points", 1.0, least=True,
                 measure=Measure("experience", "csat"), target=True,
                 cell=Cell("tiers", "tier", "csat_floor", 0.0, up_to="csat_target"), key="csat_floor"),
        RuleSpec("promise of cases answered in time",
                 "the share of a tier's cases in a region answered in time (compliance) is at least min_attainment.",
                 RuleGroup.EXPERIENCE, "share of cases", 0.01, least=True,
                 measure=Measure("experience", "attainment"), target=True,
                 cell=Cell("tiers", "tier", "min_attainment", 0.0), key="min_attainment"),
        RuleSpec("least score in a criterion", "no score of an engaged partner is under its criterion's minimum.",
                 RuleGroup.SCORE, "points of 0 to 10", 0.5, least=True, ends=(0.0, 10.0), bars_providers=True,
                 cell=Cell("criteria", "criterion", "minimum", 0.0), key="criteria_minimum"),
    )
}  # fmt: skip
"""Rules of the case's tables by key, those of one table in the order in which they are tried."""


# -- all of them -----------------------------------------------------------------------------------

RULE_SPECS: Mapping[str, RuleSpec] = {
    spec.key: spec
    for group in RuleGroup
    for spec in (*TABLE_RULES.values(), *SCENARIO_RULES.values())
    if spec.group is group
}
"""Every rule by key, group by group: the order in which an audit judges them."""

MONEY_RULES: Mapping[str, RuleSpec] = {
    key: spec for key, spec in SCENARIO_RULES.items() if spec.group is RuleGroup.MONEY
}
"""Rules on margins and cost to serve, under which neither today's price book nor a failed partner is judged."""
MEASURED_RULES: Mapping[str, RuleSpec] = {
    key: spec
    for key, spec in RULE_SPECS.items()
    if spec.group in (RuleGroup.EXPERIENCE, RuleGroup.PARTS, RuleGroup.MONEY)
}
"""Rules that a delivery which may leave work undone is measured by, and need not keep."""
NO_MONEY_RULES: Mapping[str, None] = dict.fromkeys(MONEY_RULES)
"""Each of them off."""


def rules_of(group: RuleGroup) -> Mapping[str, RuleSpec]:
    """The rules of a group by key, in order."""
    return {key: spec for key, spec in RULE_SPECS.items() if spec.group is group}


def count_rule(kind: DecisionKindName, *, least: bool) -> str | None:
    """The rule of scenarios on the least or most number of a kind; None where there is none."""
    same = (key for key, spec in SCENARIO_RULES.items() if spec.measure == _listed(kind) and spec.least is least)
    return next(same, None)
