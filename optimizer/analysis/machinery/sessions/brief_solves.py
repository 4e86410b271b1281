"""What ends the solves of an answer where no gap is asked for, and how that is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models import Scenario
from models.conditions import Condition

from ....assurance.result import Result
from ....results.record import Status
from ....search.state.stop_rule import StopRule
from .reference_run import ReferenceRun

NODES = 40
"""Most nodes of one solve, where no time limit is asked for either."""
WIDE = 0.01
"""Share of what contracts add that an interval is wide from."""


@dataclass(frozen=True)
class BriefSolves:
    """Ends each solve of an answer once its difference from the run is told, or after so many nodes."""

    reference: ReferenceRun
    timed: bool
    """Whether a time limit was asked for, which takes the place of that on nodes."""
    narrow: dict[str, bool | None]
    """Whether what was asked ended with a narrow interval, by label; None where it was compared with nothing, and
    nothing where the run's plan answered all."""

    def without_difference(self, nodes: int = NODES) -> StopRule:
        """The rule for a solve that is compared with nothing."""
        return StopRule(None if self.timed else nodes)

    def rule(
        self, scenario: Scenario, conditions: Sequence[Condition], nodes: int = NODES, *, differs: bool = True
    ) -> StopRule:
        """The rule for a scenario under conditions, whose difference from the run is wanted if `differs`."""
        run = self.reference.result
        if not differs or run.objective is None or run.objective_name != scenario.objective:
            return self.without_difference(nodes)
        reached = run.objective if self.reference.obeys(scenario, conditions) else None
        return StopRule(None if self.timed else nodes, run.objective, reached)

    def begin(self, label: str) -> None:
        """Note that something is solved, though how closely may tell nothing."""
        self.narrow.setdefault(label, None)

    def note(self, label: str, found: Result) -> None:
        """Note how closely a solve was proved, the last of its label; nothing of what was not asked."""
        if found.status is not Status.NO_PLAN or found.seconds > 0:
            self.narrow[label] = self._is_narrow(found)

    def _is_narrow(self, found: Result) -> bool:
        """Whether less is open than a hundredth of what contracts add, or there is proved to be no plan."""
        own, before = self.reference.result.objective, self.reference.result.no_contract_objective
        if found.status is Status.INFEASIBLE or own is None or before is None:
            return True
        return (
            found.objective is not None and found.bound is not None and not self.is_wide(found.bound - found.objective)
        )

    def is_wide(self, amount: float) -> bool:
        """Whether an interval of this width, money a year, is more than a hundredth of what contracts add."""
        own, before = self.reference.result.objective, self.reference.result.no_contract_objective
        return own is not None and before is not None and amount > WIDE * max(1.0, own - before)

    def in_words(self, *, stopped: bool) -> list[str]:
        """What ended the solves, unless a stop did, and which ended with a wide interval; nothing without solves."""
        if not self.narrow:
            return []
        end = "when the time was up" if self.timed else f"after {NODES} nodes at most"
        compared = any(narrow is not None for narrow in self.narrow.values())
        enough = "at the sign and two digits of its difference from the plan" if compared else "with what was asked"
        told = f"Each solve ended {enough}, or {end}."
        ended = [] if stopped else [f"{told} A gap or a time limit asks for more."]
        names = "; ".join(label for label, narrow in self.narrow.items() if label and narrow is False)
        wide = f"Proved less closely than {100 * WIDE:g} % of what contracts add: {names}."
        return [*ended, *([wide] if names else [])]
