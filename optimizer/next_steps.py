"""What to do next: the commands that most users want after the one that has just ended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .result import Result, Status
from .voice import Step, as_typed


def after_template(workbook: Path) -> tuple[Step, ...]:
    """Once the workbook is filled in."""
    return (Step(as_typed("validate", workbook), "once it is filled in, find every fault in it"),)


def after_validate(case: Path, scenarios: Sequence[str]) -> tuple[Step, ...]:
    """The case is sound."""
    named = [] if "base" in scenarios or not scenarios else ["--scenario", scenarios[0]]
    return (Step(as_typed("solve", case, *named), "find the best plan"),)


def after_search(result: Result, case: Path, run: Path) -> tuple[Step, ...]:
    """By how the search ended: why there is no plan, how to prove it, or what the plan changes."""
    named = [] if result.scenario_name == "base" else ["--scenario", result.scenario_name]
    if result.status is Status.INFEASIBLE:
        return (
            Step(as_typed("diagnose", case, *named), "say which rules contradict each other, and how little helps"),
        )
    if result.status is Status.NO_PLAN:
        return (Step(as_typed("solve", case, *named), "search for longer: name a larger --time-limit, or none"),)
    return (
        *([Step(as_typed("compare", case, run), "say what changes against today, and why")] * bool(result.baseline)),
        Step(as_typed("explain", case, *named), "say what each rule costs"),
    )


def after_audit(case: Path, scenario: str, *, passed: bool) -> tuple[Step, ...]:
    """A plan that failed is to be made anew."""
    named = [] if scenario == "base" else ["--scenario", scenario]
    return () if passed else (Step(as_typed("solve", case, *named), "make the plan anew from the case as it is now"),)
