"""What to do next: the commands that most users want after the one that has just ended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..assurance.result import Result
from ..results.asked_of_runs import questions_of
from ..results.record import Status
from ..results.typed_command import Step, as_typed


def after_template(workbook: Path) -> tuple[Step, ...]:
    """Once the workbook is filled in."""
    return (Step(as_typed("validate", workbook), "once it is filled in, find every fault in it"),)


def after_validate(case: Path, scenarios: Sequence[str]) -> tuple[Step, ...]:
    """The case is sound."""
    named = [] if "base" in scenarios or not scenarios else ["--scenario", scenarios[0]]
    return (Step(as_typed("solve", case, *named), "find the best plan"),)


def after_search(result: Result, case: Path, run: Path) -> tuple[Step, ...]:
    """By how the search ended: why there is no plan, how to prove it, or what the plan changes."""
    named = _named(result.scenario_name)
    if result.status is Status.INFEASIBLE and result.menus_given:
        told = Step(as_typed("report", run, "-o", "report.html"), "write what these menus come to, to read and print")
        kept = Step(as_typed("solve", case, *named), "find the best menus that keep every rule")
        return (kept,) if result.closest is None else (told, kept)
    if result.status is Status.INFEASIBLE:
        return (Step(as_typed("diagnose", run), "say which rules contradict each other, and how little helps"),)
    go_on = as_typed("solve", case, "--resume", run)
    if result.status is Status.NO_PLAN:
        command = as_typed("solve", case, *named) if result.state is None else go_on
        longer = "search for longer: name a larger --time-limit, or none"
        return (Step(command, "search again, to its end" if result.interrupted else longer),)
    return (
        *([Step(go_on, "go on with the search, to find or prove more")] * (result.state is not None)),
        *([Step(as_typed("compare", run), "say what changes against today, and why")] * bool(result.baseline)),
        *([Step(as_typed("explain", run), "say what each rule costs")] * (not result.menus_given)),
        Step(as_typed("report", run, "-o", "report.html"), "write the recommendation, to read and print"),
        Step(as_typed("workbook", run, "-o", "plan.xlsx"), "write the workbook for finance"),
    )


def after_audit(case: Path, scenario: str, *, passed: bool) -> tuple[Step, ...]:
    """A plan that failed is to be made anew."""
    purpose = "make the plan anew from the case as it is now"
    return () if passed else (Step(as_typed("solve", case, *_named(scenario)), purpose),)


_AFTER_ANSWERS = {
    "compare": ("explain", "say what each rule costs"),
    "frontier": ("alternatives", "find other plans that are as good"),
    "explain": ("frontier", "trade revenue against margin, from end to end"),
    "alternatives": ("partners", "say what each provider is worth, and what its failure costs"),
    "levels": ("partners", "say what each provider is worth, and what its failure costs"),
    "partners": ("roadmap", "go from today to the plan in waves"),
    "portfolio": ("alternatives", "find other plans that are as good"),
}


def after_answer(question: str, run: Path, about: Result | None = None) -> tuple[Step, ...]:
    """The question about the same run that mostly follows the one just answered, where it can be asked of it."""
    command, purpose = _AFTER_ANSWERS.get(question, ("", ""))
    barred = not command or (about is not None and command not in questions_of(about))
    return () if barred else (Step(as_typed(command, run), purpose),)


def _named(scenario: str) -> list[str]:
    return [] if scenario == "base" else ["--scenario", scenario]
