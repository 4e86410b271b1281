"""One of the two checkouts: asked for its answers, and timed, in processes of its own."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.measuring import GRACE
from tests.benchmarks.processes import Ran, run_process

from .comparison import Answer
from .questions import LIMIT, Question

ANSWERING = Path(__file__).with_name("answering.py")
SOLVED = (0, 1, 3)
"""Exit codes of a solve that came to its end: with a plan, infeasible, no plan in the time."""


class CheckoutError(RuntimeError):
    """A process of a checkout failed."""


@dataclass(frozen=True)
class Checkout:
    """A folder with the packages `models` and `optimizer`, and a folder for what its processes write."""

    root: Path
    work: Path

    def answers(self, questions: Sequence[Question]) -> list[Answer]:
        """Answers in the order of the questions; raises `CheckoutError`."""
        self.python(*self._answering(questions), limit=GRACE + sum(question.limit for question in questions))
        lines = (self.work / "answers.jsonl").read_text(encoding="utf-8").splitlines()
        return [Answer.of(json.loads(line)) for line in lines]

    def time_answers(self, questions: Sequence[Question]) -> Ran:
        """A process that answers all of these questions."""
        return self.python(*self._answering(questions), limit=LIMIT + GRACE)

    def time_solve(self, question: Question) -> Ran:
        """A process of the command `tierwise solve`."""
        run = self.work / "run"
        shutil.rmtree(run, ignore_errors=True)
        named = [str(question.case), "--scenario", question.scenario, "--out", str(run), "--quiet"]
        limits = ["--gap", str(question.gap), "--time-limit", str(question.limit)]
        return self.python("-m", "optimizer", "solve", *named, *limits, limit=question.limit + GRACE, ends=SOLVED)

    def time_command(self, *command: str) -> Ran:
        """A process of Python with these arguments."""
        return self.python(*command, limit=GRACE)

    def _answering(self, questions: Sequence[Question]) -> list[str]:
        asked, answers = self.work / "questions.json", self.work / "answers.jsonl"
        asked.write_text(json.dumps([asdict(question) for question in questions], default=str), encoding="utf-8")
        answers.unlink(missing_ok=True)
        return [str(ANSWERING), str(self.root), str(asked), str(answers)]

    def python(
        self, *arguments: str, limit: float, ends: Collection[int] = (0,), environment: Mapping[str, str] | None = None
    ) -> Ran:
        """A process of Python with these arguments; raises `CheckoutError` where it ends with no code of `ends`.

        -P and PYTHONPATH: neither the folder of a script nor the working folder comes before the checkout's.
        """
        variables = {"PYTHONPATH": str(self.root), "PYTHONSAFEPATH": "1", **(environment or {})}
        ran = run_process([sys.executable, "-P", *arguments], limit, self.work / "output.txt", variables)
        if ran.killed or ran.code not in ends:
            raise CheckoutError(f"{self.root}: {' '.join(arguments)} ended with {ran.code}: {ran.output}")
        return ran


def checkout(root: Path, work: Path) -> Checkout:
    """The checkout in a folder; raises `CheckoutError` where there is none."""
    if not (root / "optimizer" / "__init__.py").exists():
        raise CheckoutError(f"{root} has no package optimizer")
    work.mkdir(parents=True, exist_ok=True)
    return Checkout(root.resolve(), work.resolve())
