"""What plan.json and the manifest claim, against the plan."""

from __future__ import annotations

from collections.abc import Mapping

from models.case import Case
from models.scenario import Scenario

from ..accounting.demand import Demand
from ..accounting.money import no_contract_objective
from ..results.default_gap import DEFAULT_GAP
from ..results.digests import differing
from ..results.identity import files_asked_of
from .baseline_rules import check_baseline
from .ledger import Claims, Ledger, number, or_nan
from .near_rules import given_up

_STAGE_TWO = 1e-6


def check_claims(
    ledger: Ledger, demand: Demand, scenario: Scenario, claims: Claims, kpis: Mapping[str, float | None]
) -> None:
    """Everything claimed of the plan as a whole. A key that is not in `claims` is not checked."""
    check_origin(ledger, demand, scenario, claims)
    _check_proof(ledger, claims, kpis[scenario.objective])
    _check_gain(ledger, demand, scenario, claims)
    if "reason" in claims:
        odd = claims["reason"] is not None and claims.get("status") != "feasible"
        ledger.none("status", "plan.json: reason", [f"reason={claims['reason']}, expected null"] if odd else [])


def check_origin(ledger: Ledger, demand: Demand, scenario: Scenario, claims: Claims) -> None:
    """What is claimed with a plan or without one: where the run comes from, and what today comes to."""
    _check_source(ledger, demand.case, scenario, claims)
    _check_making(ledger, claims)
    if "baseline" in claims:
        check_baseline(ledger, demand, claims)
    _check_sold_today(ledger, demand, claims)
    inputs = claims.get("inputs")
    if isinstance(inputs, Mapping) and demand.case.files:
        _check_inputs(ledger, demand.case, scenario.name, inputs)


def _check_sold_today(ledger: Ledger, demand: Demand, claims: Claims) -> None:
    """The tiers and pricing models of today's menus of price books with units; none without such a table."""
    current = demand.case.tables["current_menus"]
    sold = current[current["price_book"].isin(demand.cohorts["price_book"])]
    for key, column in (("tiers_sold_today", "tier"), ("models_sold_today", "model")):
        true = None if current.empty else sorted(set(sold[column]))
        said = claims.get(key, true)
        found = list(said) if isinstance(said, list | tuple) else said
        odd = [] if found == true else [f"{key}={found}, expected {true}"]
        ledger.none("sold_today", f"plan.json: {key}", odd)


def _check_making(ledger: Ledger, claims: Claims) -> None:
    """That plan.json and the manifest say the same of how the run was made."""
    odd, command = [], claims.get("command")
    if isinstance(command, list) and len(command) > 1 and command[1] in ("solve", "evaluate"):
        given = command[1] == "evaluate"
        odd += [f"menus_given={not given}, expected {given}"] if claims.get("menus_given", given) != given else []
    said, stored = claims.get("bound_rests_on"), claims.get("taken_from_store")
    relies = isinstance(claims.get("resumed"), Mapping) or isinstance(stored, str)
    # That there is no plan at all is proved anew, also by a search that was resumed.
    if "bound_rests_on" in claims and (said is not None) != (relies and claims.get("status") != "infeasible"):
        origin = "was resumed or taken from a store" if relies else "is whole"
        odd.append(f"bound_rests_on={said}, and the manifest says that the search {origin}")
    seconds = number(claims, "seconds")
    odd += [f"seconds={seconds}, expected 0 or more"] if seconds is not None and seconds < 0 else []
    ledger.none("source", "how the run was made", odd)


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
    objective, bound, gap = (number(claims, key) for key in ("objective", "bound", "gap"))
    if "objective" in claims:
        ledger.equal("objective", ["plan.json"], or_nan(objective), or_nan(recomputed))
    if "bound" in claims and bound is not None:
        ledger.at_least("bound", ["plan.json"], bound, or_nan(objective))
    if "gap" in claims:
        ledger.none("gap", "plan.json", _faults_of_ratio("gap", gap, bound, objective, abs(objective or 0.0)))
    if "status" in claims:
        give = given_up(claims)
        if give is not None and gap is not None:  # a share of the best, which the bound is no less than
            gap *= max(1.0, abs(objective or 0.0)) / max(1.0, abs(objective or 0.0), abs(bound or 0.0))
        ledger.none("status", "plan.json", _faults_of_status(claims["status"], gap, number(claims, "asked_gap"), give))


def _faults_of_status(status: object, gap: float | None, asked: float | None, give: float | None) -> list[str]:
    """`optimal` within the gap asked for (or the usual one, where that is not known), `feasible` beyond it.

    What may be given up for fewer changes comes to the gap.
    """
    wanted = (DEFAULT_GAP if asked is None else asked) + (give or 0.0)
    # The second solve, for margin, may give up 1e-6 of the objective; the rest is rounding.
    proved = gap is not None and gap <= wanted + _STAGE_TWO + 1e-9
    unproved = gap is None or asked is None or gap > wanted
    if (status == "optimal" and proved) or (status == "feasible" and unproved):
        return []
    return [f"status={status}; gap={gap}; asked={wanted:.3g}"]


def check_no_contract(ledger: Ledger, demand: Demand, scenario: Scenario, claims: Claims) -> None:
    """The objective without contracts, which the case alone decides."""
    true = no_contract_objective(demand, scenario.objective)
    ledger.equal("no_contract_objective", ["plan.json"], or_nan(number(claims, "no_contract_objective")), true)


def _check_gain(ledger: Ledger, demand: Demand, scenario: Scenario, claims: Claims) -> None:
    objective, bound, without = (number(claims, key) for key in ("objective", "bound", "no_contract_objective"))
    if "no_contract_objective" in claims:
        check_no_contract(ledger, demand, scenario, claims)
    if "gain_gap" in claims:
        gain = (objective or 0.0) - (without or 0.0)
        whole = objective if without is not None else None
        faults = _faults_of_ratio("gain_gap", number(claims, "gain_gap"), bound, whole, gain)
        ledger.none("gain_gap", "plan.json", faults)


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


def _check_inputs(ledger: Ledger, case: Case, scenario: str, inputs: Mapping[str, object]) -> None:
    """Hashes of the case's files now, other scenarios' left out, against those in the manifest."""
    noted = {str(name): str(digest) for name, digest in inputs.items()}
    changed = differing(files_asked_of(noted, scenario), files_asked_of(case.files, scenario))
    ledger.none("inputs", "manifest.json", (f"file={name}" for name in changed))
