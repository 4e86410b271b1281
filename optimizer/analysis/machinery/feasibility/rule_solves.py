"""The solves that tell what one rule costs: without it, and one stated step looser."""

from __future__ import annotations

from dataclasses import dataclass

from models import Scenario

from ....assurance.result import Result
from ....results.record import Status
from ..sessions.solver_session import SolverSession
from .levers import Lever


@dataclass(frozen=True)
class RuleSolves:
    """The scenario without a rule, and with it one step looser, to be solved in any process."""

    rule: str
    """Its name with what it is about."""
    dropped: Scenario
    looser: Scenario | None
    """None for a rule that is on or off."""

    @classmethod
    def of(cls, lever: Lever, scenario: Scenario) -> RuleSolves:
        """Those of a lever."""
        looser = None if lever.limit is None else lever.at(scenario, lever.loosened(lever.limit))
        return cls(lever.name, lever.dropped(scenario), looser)

    @property
    def name(self) -> str:
        """What is asked first."""
        return f"without {self.rule}"

    def run(self, session: SolverSession) -> tuple[Result, Result | None]:
        """Both results; one step gains no more than all of them, so that nothing more is asked where these gain
        nothing."""
        dropped = session.solve(self.dropped, label=self.name)
        if self.looser is None or (session.brief is not None and gains_nothing(session, dropped)):
            return dropped, None if self.looser is None else dropped
        return dropped, session.solve(self.looser, label=f"{self.rule} one step looser")


def gains_nothing(session: SolverSession, result: Result) -> bool:
    """Whether the run's plan is proved, to the gap, to be one of those sought under other rules."""
    base = None if session.reference is None else session.reference.result.objective
    if base is None or result.objective is None:
        return False
    return result.status is Status.OPTIMAL and result.objective <= base
