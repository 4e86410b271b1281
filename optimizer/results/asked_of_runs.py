"""Which questions can be asked of a run, by whether it holds a plan and who chose its menus."""

from __future__ import annotations

from .record import ResultRecord

ASKED_OF_A_RUN = ("compare", "explain", "levels", "partners", "portfolio", "alternatives", "frontier", "roadmap")
"""Questions that need nothing but a run with a plan, in the order in which a document shows their answers."""
OF_GIVEN_MENUS = frozenset({"compare", "levels", "roadmap"})
"""Those that compare with no best plan, so that any menus will do."""


def questions_of(run: ResultRecord) -> tuple[str, ...]:
    """The questions whose answers tell of a run, in the order in which a document shows them."""
    if run.plan is None:
        return () if run.menus_given else ("diagnose",)
    return tuple(name for name in ASKED_OF_A_RUN if name in OF_GIVEN_MENUS or not run.menus_given)
