"""A result, an answer and a sentence as their readers know the things: names in place of keys, rules in words.

Everything is put into words once, here, before anything is told or drawn of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from models import Case, named_scenario
from models.decisions import DECISION_KINDS
from models.labels import Labels, in_words
from models.plan import PLAN_TABLES, Plan
from models.rules import RULE_SPECS, SCENARIO_RULES, RuleSpec

from ..analysis.machinery.answers.answer import Answer
from ..assurance.result import Result
from ..results.findings import Audit
from ..results.summary import place_in_words
from .rounded import rounded_text

_AS_WRITTEN = frozenset({"kpi", "objective_name", "status", "measure", "goal", "unit"})
"""Columns of answers that charts look things up by."""
_LISTED: dict[str, str] = {kind.listed: name for name, kind in DECISION_KINDS.items()}
_IDENTIFIER = re.compile(r"(?<![\w/.=-])[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+(?![\w/]|\.\w|-\w)")
_NAMED_AFTER = ("tier", "pricing model", "product", "provider", "partner", "segment", "service")
_SHARE = re.compile(r"(?<![\w.])(0?\.\d+|0|1) share(?= of\b)")
_OF_TABLES = {
    "capacity_hours": "its capacity",
    "turnaround_hours": "the time promised",
    "csat_floor": "the tier's CSAT floor",
    "csat_target": "the tier's CSAT target",
    "min_attainment": "what the tier promises",
    "max_share": "largest share",
}
"""Columns of tables in the texts of rules."""


@dataclass(frozen=True)
class Readable:
    """The words of one run: labels of its case, and the limits of its scenario's rules."""

    labels: Labels = field(default_factory=Labels)
    limits: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, result: Result, case: Case | None) -> Readable:
        """From the case of the run, or without it from the run's own names."""
        if case is None:
            return cls(Labels(_own_names(result)))
        rules = named_scenario(case, result.scenario_name)
        limits = {key: getattr(rules, key) for key in SCENARIO_RULES if getattr(rules, key) is not None}
        return cls(Labels.of(case), limits)

    def text(self, sentence: str) -> str:
        """A sentence without identifiers: names of the case and of rules in words, shares in per cent."""
        named = self._of_kind.sub(lambda found: f"{found[1]}{self._names[found[2]]}", sentence)
        return _SHARE.sub(lambda found: _percent(float(found[1])), self._known.sub(self._named, named))

    @cached_property
    def _of_kind(self) -> re.Pattern[str]:
        """Names of one plain word that stand where nothing but a name does: after what it is a name of, in brackets."""
        plain = sorted((key for key in self._names if key.islower() and "_" not in key), key=len, reverse=True)
        either = "|".join(map(re.escape, plain)) or "(?!)"
        return re.compile(rf"(\b(?:{'|'.join(_NAMED_AFTER)}) |\()({either})(?![\w/]|\.\w|-\w| \w)")

    @cached_property
    def _known(self) -> re.Pattern[str]:
        """Names that read otherwise than they are written; those of one plain word stay, as they may be but a word."""
        odd = sorted((key for key in self._names if not key.islower() or "_" in key), key=len, reverse=True)
        either = "|".join(map(re.escape, odd))
        return re.compile(rf"(?<![\w/.=-])(?:{either})(?![\w/]|\.\w|-\w)|{_IDENTIFIER.pattern}" if odd else _IDENTIFIER)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        every = {key: name for names in self.labels.names.values() for key, name in names.items()}
        return {key: name for key, name in every.items() if key != name}

    def _named(self, found: re.Match[str]) -> str:
        key = found[0]
        return self._names.get(key) or rule_title(key)

    def rule(self, text: str) -> str:
        """What a rule asks, with the limits of the scenario in place of the names of its keys."""
        for key, limit in self.limits.items():
            text = text.replace(f"1 + {key}", f"{1 + limit:g}") if "gap" in key else text
            text = re.sub(rf"\b{key}\b", _limit_in_words(SCENARIO_RULES[key], limit), text)
        for column, words in _OF_TABLES.items():
            text = re.sub(rf"\b{column}\b", words, text)
        return self.text(text)

    def result(self, result: Result) -> Result:
        """The result with names in place of keys."""
        closest = result.closest
        if closest is not None:
            missed = closest.missed.assign(scope=[self._scope(scope) for scope in closest.missed["scope"]])
            unserved = self.labels.in_table(closest.unserved)
            closest = replace(closest, plan=self._plan(closest.plan), missed=missed, unserved=unserved)
        return replace(
            result,
            plan=None if result.plan is None else self._plan(result.plan),
            closest=closest,
            audit=None if result.audit is None else self._audit(result.audit),
            tiers=tuple(self.labels.several("tier", result.tiers)),
            model_kinds={self.labels.name("model", model): kind for model, kind in result.model_kinds.items()},
            tiers_sold_today=self._several("tier", result.tiers_sold_today),
            models_sold_today=self._several("model", result.models_sold_today),
            reason=None if result.reason is None else self.text(result.reason),
            closest_reason=None if result.closest_reason is None else self.text(result.closest_reason),
            baseline_reason=None if result.baseline_reason is None else self.text(result.baseline_reason),
        )

    def _several(self, column: str, keys: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if keys is None else tuple(self.labels.several(column, keys))

    def _plan(self, plan: Plan) -> Plan:
        tables: dict[str, Any] = {name: self.labels.in_table(getattr(plan, name)) for name in PLAN_TABLES}
        lists = {name: tuple(self.labels.several(column, getattr(plan.decisions, name)))
                 for name, column in _LISTED.items()}  # fmt: skip
        return replace(plan, decisions=replace(plan.decisions, **lists), **tables)

    def _audit(self, audit: Audit) -> Audit:
        rules = audit.rules.assign(scope=[self._scope(scope) for scope in audit.rules["scope"]])
        steps, loads = (None if one is None else self.labels.in_table(one) for one in (audit.price_steps, audit.loads))
        return replace(audit, rules=rules, price_steps=steps, loads=loads)

    def _scope(self, scope: str) -> str:
        """A row key such as `tier=gold; region=EMEA` with its names."""
        parts = (part.partition("=") for part in scope.split("; "))
        return "; ".join(f"{key}{sign}{self.labels.name(key, name)}" for key, sign, name in parts)

    def place(self, scope: str) -> str:
        """A row key such as `price_book=hospitals; tier=gold` as a place: `Hospitals, gold`."""
        return place_in_words(self._scope(scope))

    def answer(self, answer: Answer) -> Answer:
        """The answer with names in place of keys, and its sentences without identifiers."""
        tables = {name: self._table(table) for name, table in answer.tables.items()}
        if "overview" in tables:  # its columns are plans
            own = {name: name if name in _AS_WRITTEN else self.text(name) for name in tables["overview"].columns}
            tables["overview"] = tables["overview"].rename(columns=own)
        facts = {key: self.labels.name(key, value) if isinstance(value, str) else value
                 for key, value in answer.facts.items()}  # fmt: skip
        columns = {
            name: dict(zip(tables[name].columns, meanings.values(), strict=True))
            for name, meanings in answer.columns.items()
        }
        sentences = tuple(rounded_text(self.text(sentence)) for sentence in answer.sentences)
        return replace(answer, tables=tables, facts=facts, columns=columns, sentences=sentences)

    def _table(self, table: pd.DataFrame) -> pd.DataFrame:
        named = self.labels.in_table(table)
        ways: dict[str, Callable[[str], str]] = {"rule": rule_title, "scope": self._parts}
        for column in map(str, named.columns):
            told = ways.get(column, self.text)
            if column not in (*_AS_WRITTEN, *self.labels.names) and named[column].dtype.kind in "OTU":
                named[column] = [told(cell) if isinstance(cell, str) else cell for cell in named[column]]
        return named

    def _parts(self, scope: str) -> str:
        """Names one after the other, such as `gold, east`."""
        return ", ".join(self._names.get(part) or self.text(part) for part in scope.split(", "))


def rule_title(key: str) -> str:
    """A rule, a KPI or any other identifier as a few words: `max_price_change` is `cap on price changes`."""
    if key in RULE_SPECS:
        return RULE_SPECS[key].title
    return key.replace("one_off", "one-off").replace("_", " ").replace("csat", "CSAT")


def sentence_of(text: str) -> str:
    """A text that begins as a sentence does."""
    return f"{text[:1].upper()}{text[1:]}"


def _limit_in_words(spec: RuleSpec, limit: float) -> str:
    return _percent(limit) if spec.unit.startswith("share") else f"{limit:g}"


def _percent(share: float) -> str:
    return f"{share * 100:.4g} %"


def _own_names(result: Result) -> dict[str, Mapping[str, str]]:
    """Names of the keys that a run's own tables hold."""
    plan = result.with_closest.plan
    tables = [] if plan is None else [getattr(plan, name) for name in PLAN_TABLES]
    columns = {column for names in PLAN_TABLES.values() for column in names}
    found = {
        column: [table[column] for table in tables if column in table and table[column].dtype.kind in "OTU"]
        for column in columns - {"metric"}
    }
    keys = {column: pd.concat(parts).unique() for column, parts in found.items() if parts}
    listed = {} if plan is None else {column: getattr(plan.decisions, name) for name, column in _LISTED.items()}
    every = {column: [*map(str, keys.get(column, ())), *listed.get(column, ())] for column in {*keys, *listed}}
    every["tier"] = [*every.get("tier", ()), *result.tiers]
    every["model"] = [*every.get("model", ()), *result.model_kinds]
    return {column: in_words(dict.fromkeys(names)) for column, names in every.items()}
