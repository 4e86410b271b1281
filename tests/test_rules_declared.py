"""Every declared rule has a lever that drops it, a case on which it is tried, its rows by hand, and an oracle."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest

from models import Case, Change, Scenario, apply_scenario, load_case
from models.document_fields import Count
from models.rules import (
    MONEY_RULES,
    RULE_SPECS,
    SCENARIO_RULES,
    TABLE_RULES,
    RuleGroup,
    RuleSpec,
    ScenarioRules,
    _of_scenarios,
)
from models.schema import TABLES
from optimizer.analysis.machinery.feasibility.levers import Lever, levers
from optimizer.program.constraints import RULES as CONSTRAINTS
from optimizer.results import audit_rules
from tests.optimizer.auditing.test_judged_rules import BREAKS, SCENARIO_LIMITS, TABLE_LIMITS
from tests.optimizer.program.test_golden_rules import GOLDEN
from tests.optimizer.program.test_rules_bind import TRIALS
from tests.oracle.test_coverage_of_features import BINDING
from tests.worlds.small_case import write_small_case

NO_ROWS = {
    "min_menu": "menus",
    "max_menu": "menus",
    "min_tier_gap": "menus",
    "max_price_change": "menus",
    "min_provider_score": "routes",
    "criteria_minimum": "routes",
    **{f"{state}_{listed}": "bounds of a variable"
       for state in ("required", "excluded") for listed in ("tiers", "models", "products", "providers")},
}  # fmt: skip
"""Rules without rows, and what keeps them: which menus are proposed, which routes there are, what is fixed."""
DEFINITIONS = {
    "flow_conservation", "payment", "volume_discounts", "policies", "tiers_offered", "models_used", "coverage",
}  # fmt: skip
"""Rows of the program that say what its variables mean, which nobody can loosen."""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("rules")))


def on(spec: RuleSpec) -> Scenario:
    """A scenario in which the rule asks for something."""
    if spec.cell is None:
        limit = spec.ends[1] / 2
        return Scenario.model_validate({spec.key: round(limit) if spec.whole else limit})
    value: float | str = spec.key.partition("_")[0]
    if not spec.structural:
        value = spec.ends[1] / 2
    return Scenario(change=(Change(table=spec.cell.table, column=spec.cell.column, set=value),))


def levers_of(case: Case, scenario: Scenario, rule: str) -> list[Lever]:
    return [lever for lever in levers(*apply_scenario(case, scenario)) if lever.rule == rule]


def pulled(case: Case, spec: RuleSpec) -> bool:
    """Whether the rule has levers where it is on, and none once all of them are dropped."""
    scenario = on(spec)
    found = levers_of(case, scenario, spec.key)
    for lever in found:
        scenario = lever.dropped(scenario)
    return bool(found) and not levers_of(case, scenario, spec.key)


def lacking(rules: Collection[str], having: Mapping[str, Collection[str]]) -> list[str]:
    """What each rule lacks, one line each."""
    return [f"{rule} has no {what}" for what, those in having.items() for rule in rules if rule not in those]


@pytest.fixture(scope="module")
def evidence(case: Case) -> dict[str, set[str]]:
    """The rules that have a lever, a trial, rows by hand (or none, for a reason) and an oracle."""
    tried = {rule for rule, *_ in SCENARIO_LIMITS} | {limit.rule for limit in TABLE_LIMITS}
    golden = {path.stem for path in GOLDEN.iterdir()}
    stated = {rule.name for rule in CONSTRAINTS}
    return {
        "lever": {key for key, spec in RULE_SPECS.items() if pulled(case, spec)},
        "trial": (tried | {fault.rule for fault in BREAKS}) & (set(TRIALS) | set(NO_ROWS)),
        "golden LP": (golden & stated) | set(NO_ROWS),
        "oracle": set(BINDING),
    }


def test_no_rule_lacks_a_lever_a_trial_a_golden_lp_or_an_oracle(evidence: dict[str, set[str]]) -> None:
    assert lacking(RULE_SPECS, evidence) == []


@pytest.mark.parametrize("what", ["lever", "trial", "golden LP", "oracle"])
@pytest.mark.parametrize("rule", ["max_tiers", "capacity"])
def test_what_a_rule_lacks_is_told(evidence: dict[str, set[str]], what: str, rule: str) -> None:
    found = {**evidence, what: evidence[what] - {rule}}
    assert lacking(RULE_SPECS, found) == [f"{rule} has no {what}"]


def test_a_lever_that_drops_nothing_is_none(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lever, "dropped", lambda self, scenario: scenario)
    assert not pulled(case, RULE_SPECS["max_tiers"])
    assert not pulled(case, RULE_SPECS["capacity"])


def test_a_field_without_a_declaration_is_refused() -> None:
    class More(ScenarioRules):
        """Rules, one of which says nothing of itself."""

        min_models: Count | None = None
        """Least number of pricing models used anywhere."""

    with pytest.raises(TypeError, match="the rule min_models has 0 declarations"):
        list(_of_scenarios(More))


def test_rules_of_scenarios_are_all_that_a_scenario_may_ask_for() -> None:
    others = {"name", "description", "objective", "change"}
    assert set(Scenario.model_fields) == others | set(SCENARIO_RULES)
    assert list(SCENARIO_RULES) == [key for key in Scenario.model_fields if key not in others]


def test_the_program_states_declared_rules_and_definitions_only() -> None:
    stated = {rule.name for rule in CONSTRAINTS}
    assert stated - DEFINITIONS == set(RULE_SPECS) - set(NO_ROWS)
    assert stated >= DEFINITIONS


def test_the_audit_judges_declared_rules_and_how_a_plan_is_written() -> None:
    """A limit on business that an audit judges is one that a person can loosen; price points are the offer itself."""
    judged = {name for name, rule in audit_rules.RULES.items() if not rule.structural}
    assert judged - set(RULE_SPECS) == {"price_points"}
    assert set(RULE_SPECS) <= set(audit_rules.RULES)


@pytest.mark.parametrize("rule", TABLE_RULES)
def test_a_rule_of_the_tables_names_a_column(rule: str) -> None:
    cell = TABLE_RULES[rule].cell
    assert cell is not None
    table = TABLES[cell.table]
    assert {cell.key, cell.column} | ({cell.up_to} - {""}) <= set(table.by_name)
    column = table.by_name[cell.column]
    if isinstance(cell.off, str):
        assert cell.off in column.choices
    else:  # the loosest value that the column may hold asks for nothing
        loosest = column.bounds.low if TABLE_RULES[rule].least else min(column.bounds.high, column.largest)
        assert cell.off == loosest


def test_rules_on_money_say_which_share_they_limit() -> None:
    assert set(MONEY_RULES) == {key for key, spec in RULE_SPECS.items() if spec.group is RuleGroup.MONEY}
    assert all(spec.kpi for spec in MONEY_RULES.values())
