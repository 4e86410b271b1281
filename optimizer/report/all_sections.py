"""The sections of a report beneath page one, in order."""

from __future__ import annotations

from collections.abc import Sequence

from ..analysis.machinery.answers.answer import Answer
from ..assurance.result import Result
from ..charts.theme import for_our_pages
from .answer_sections import answer_sections, how_closely
from .parts import ReportSection
from .plan_sections import plan_sections
from .price_lists import PriceLists


def sections_of(
    result: Result, lists: PriceLists, answers: Sequence[Answer], notes: Sequence[str]
) -> list[ReportSection]:
    """The plan, each answer, how closely they are proved, and what was not asked; names stand in place of keys."""
    with for_our_pages():
        sections = [*plan_sections(result, lists), *answer_sections(result, answers)]
    proofs = how_closely(answers)
    sections += [] if proofs is None else [proofs]
    return [*sections, *([ReportSection("not-asked", "What else can be asked", notes)] if notes else [])]
