"""What plan.json and the manifest claim, against the plan."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from models.case import Case
from models.plan import KPIS
from models.scenario import Scenario

from .demand import Demand, chosen, locked_rows
from .ledger import Ledger
from .menu_rules import names_by_word
from .money import added_up, no_contract_objective, sales, shares_of
from .rows import total
from .table_rules import uptake

_DEFAULT_GAP = 1e-4
_STAGE_TWO = 1e-6

Claims = Mapping[str, object]


def _number(claims: Claims, key: str) -> float | None:
    value = claims.get(key)
    return float(value) if isinstance(value, (int, float)) else None


def check_claims(
    ledger: Ledger, demand: Demand, scenario: Scenario, claims: Claims, kpis: Mapping[str, float | None]
) -> None:
    """Everything claimed of the plan as a whole. A key that is not in `claims` is not checked."""
    _check_source(ledger, demand.case, scenario, claims)
    _check_proof(ledger, claims, kpis[scenario.objective])
    _check_gain(ledger, demand, scenario, claims)
    if "baseline" in claims:
        _check_baseline(ledger, demand, claims)
    inputs = claims.get("inputs")
    if isinstance(inputs, Mapping) and demand.case.files:
        _check_inputs(ledger, demand.case, inputs)


def _check_source(ledger: Ledger, case: Case, scenario: Scenario, claims: Claims) -> None:
    names: dict[str, object] = {
        "case": case.settings.name,
        "currency": case.settings.currency,
        "scenario": scenario.name,
        "objective_name": scenario.objective,
    }
    shown = {
        "tiers_by_rank": list(case.tables["tiers"].sort_values("rank")["tier"]),
        "model_kinds": dict(case.tables["pricing_models"][["model", "kind"]].itertuples(index=False, name=None)),
    }
    names |= {key: value for key, value in shown.items() if claims.get(key)}
    odd = [f"{key}={claims[key]}, expected {name}" for key, name in names.items() if claims.get(key, name) != name]
    ledger.none("source", ", ".join(names), odd)


def _check_proof(ledger: Ledger, claims: Claims, recomputed: float | None) -> None:
    """Objective, bound, gap and status."""
    objective, bound, gap = (_number(claims, key) for key in ("objective", "bound", "gap"))
    if "objective" in claims:
        ledger.equal("objective", ["plan.json"], _or_nan(objective), _or_nan(recomputed))
    if "bound" in claims and bound is not None:
        ledger.at_least("bound", ["plan.json"], bound, _or_nan(objective))
    if "gap" in claims:
        ledger.none("gap", "plan.json", _faults_of_ratio("gap", gap, bound, objective, abs(objective or 0.0)))
    if "status" in claims:
        ledger.none("status", "plan.json", _faults_of_status(claims["status"], gap, _number(claims, "asked_gap")))


def _faults_of_status(status: object, gap: float | None, asked: float | None) -> list[str]:
    """`optimal` within the gap asked for (or the usual one, where that is not known), `feasible` beyond it."""
    wanted = _DEFAULT_GAP if asked is None else asked
    # The second solve, for margin, may give up 1e-6 of the objective; the rest is rounding.
    proved = gap is not None and gap <= wanted + _STAGE_TWO + 1e-9
    unproved = gap is None or asked is None or gap > asked
    if (status == "optimal" and proved) or (status == "feasible" and unproved):
        return []
    return [f"status={status}; gap={gap}; asked={wanted:.3g}"]


def _check_gain(ledger: Ledger, demand: Demand, scenario: Scenario, claims: Claims) -> None:
    objective, bound, without = (_number(claims, key) for key in ("objective", "bound", "no_contract_objective"))
    if "no_contract_objective" in claims:
        true = no_contract_objective(demand, scenario.objective)
        ledger.equal("no_contract_objective", ["plan.json"], _or_nan(without), true)
    if "gain_gap" in claims:
        gain = (objective or 0.0) - (without or 0.0)
        whole = objective if without is not None else None
        faults = _faults_of_ratio("gain_gap", _number(claims, "gain_gap"), bound, whole, gain)
        ledger.none("gain_gap", "plan.json", faults)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _faults_of_ratio(
    name: str, claimed: float | None, bound: float | None, objective: float | None, scale: float
) -> list[str]:
    """What is wrong with a claimed (bound - objective) / max(1, scale); nothing to claim without a bound."""
    if bound is None or objective is None:
        return [] if claimed is None else [f"{name}={claimed}, expected null"]
    true = (bound - objective) / max(1.0, scale)
    if claimed is not None and abs(claimed - true) <= 1e-9 * max(1.0, abs(true)):
        return []
    return [f"{name}={claimed}, expected {true:.9g}"]


def _check_inputs(ledger: Ledger, case: Case, inputs: Mapping[str, object]) -> None:
    """Hashes of the case's files now against those in the manifest."""
    changed = [
        f"file={name}" for name in sorted({*case.files, *map(str, inputs)}) if case.files.get(name) != inputs.get(name)
    ]
    ledger.none("inputs", "manifest.json", changed)


def _check_baseline(ledger: Ledger, demand: Demand, claims: Claims) -> None:
    """A baseline is there just when today's menus are and nothing says why not; its amounts hold."""
    baseline, today = claims["baseline"], not demand.case.tables["current_menus"].empty
    if isinstance(baseline, Mapping):
        ledger.none("baseline", "plan.json", [] if today else ["baseline given; the case has no current_menus"])
        _check_amounts_today(ledger, demand, {name: _number(baseline, name) for name in KPIS})
    else:
        excused = claims.get("baseline_reason") or not today
        ledger.none("baseline", "plan.json", [] if excused else ["baseline missing, and no baseline_reason"])


def _check_amounts_today(ledger: Ledger, demand: Demand, claimed: Mapping[str, float | None]) -> None:
    """What today's menus alone decide of the baseline, and that its amounts add up."""
    _, excluded = names_by_word(demand.case, "products", "product", "support")
    covered = demand.holdings.where(~demand.holdings.named("product", excluded))
    choice = chosen(demand, demand.case.tables["current_menus"], covered)
    sold = sales(uptake(demand, choice, locked_rows(demand)), demand.case)
    known = {name: _or_nan(value) for name, value in claimed.items()}
    units = total(demand.installed["units"])
    expected: dict[str, float | None] = {
        "admin_cost": sold["admin_cost"],
        "capital_cost": sold["capital_cost"],
        "product_revenue": sold["product_revenue"] - known["loyalty_loss"],
        "attach_rate": sold["units"] / units if units else None,
        **added_up(known),
        **shares_of(known),
    }
    pairs = pd.DataFrame({"claimed": claimed, "expected": expected}, dtype=float).dropna(how="all")
    pairs = pairs[pairs.index.isin(list(expected))]
    ledger.equal("baseline", [f"kpi={name}" for name in pairs.index], pairs["claimed"], pairs["expected"])
