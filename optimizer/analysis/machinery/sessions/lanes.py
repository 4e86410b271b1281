"""Two lanes: questions of one answer that need none of each other, worked off side by side in this process and another.

Every second question goes to the other lane, and each lane is a chain of warm starts of its own that begins with what
the session knows. So answers are the same, byte for byte, where both lanes are worked here one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass

from ....results.progress import Progress
from .lane_session import Lane, LaneNews, LaneState, LaneTask, begin_lane, work_in_lane
from .solved_question import SolvedQuestions
from .solver_session import SolverSession
from .worker_pool import POLL_SECONDS, WorkerPool, may_have_children, process_pool, processors
from .worker_solve import due_in

LANES = 2
"""How many there are, whatever the number of processors, since what a solve starts from depends on it."""
WORTH_A_PROCESS = 5.0
"""Seconds that the second lane is expected to take, by the quickest solve so far, to be given a process."""


def work_ahead(session: SolverSession, tasks: Sequence[LaneTask]) -> None:
    """Solve what some tasks ask, so that the session knows it once it is asked for; told row by row as it comes.

    A stop leaves out what had not begun. Nothing is done where there is but one task.
    """
    different = list({task.name: task for task in tasks}.values())
    if len(different) >= LANES and not session.stopped:
        _Lanes(session, different).run()


def is_worth_a_process(session: SolverSession, tasks: int) -> bool:
    """Whether another process, which takes a while to begin, is of use for so many tasks, and there may be one."""
    quickest = min((result.seconds for result in session.results), default=0.0)
    return tasks * quickest >= WORTH_A_PROCESS and processors() > 1 and may_have_children()


@dataclass
class _Other:
    """The second lane at work in a process: what it was asked, in order."""

    pool: WorkerPool
    begun: Future[None]
    futures: list[Future[LaneNews]]


class _Lanes:
    """One round of tasks; the session knows what they found at its end, in the order of the tasks."""

    def __init__(self, session: SolverSession, tasks: Sequence[LaneTask]) -> None:
        self.session, self.tasks = session, tasks
        self.first, self.second = tasks[::LANES], tasks[1::LANES]
        self.news: dict[str, LaneNews] = {}

    def run(self) -> None:
        """Work off both lanes; raises what a task raises."""
        self.session.expect(len(self.tasks))
        with self._other_process() as other:
            share = len(self.first) if other is not None else len(self.tasks)
            self._work(self.first, self._beginning(share), other)
            if other is not None:
                self._await(other)
        self._work(self.second, self._beginning(len(self.second)), None)  # no process, or it was lost
        for task in self.tasks:
            news = self.news[task.name]
            self.session.learn(news.solved, finished=task.name if news.begun else None)

    def _beginning(self, solves: int) -> LaneState:
        """What a lane begins with that has so many solves to share the time out among."""
        session = self.session
        due, known = due_in(session.seconds_left), SolvedQuestions(session.known)
        return LaneState(
            session.case, session.reference, known, session.asked_gap, session.time_limit, session.params, due, solves
        )

    def _work(self, tasks: Sequence[LaneTask], state: LaneState, other: _Other | None) -> None:
        """Work off here what is left of a lane; meanwhile, see what the other has found."""
        session = self.session

        def pass_on(news: Progress) -> None:
            session.tell(news)
            if other is not None:
                self._collect(other)

        for task in tasks:
            state.known.update(self.news[task.name].solved if task.name in self.news else {})
        lane = Lane(state, lambda: session.interrupted, pass_on)
        for task in tasks:
            if task.name not in self.news:
                self.news[task.name] = lane.work(task)

    @contextmanager
    def _other_process(self) -> Iterator[_Other | None]:
        """A process for the second lane, at work on it; None where there is none."""
        if not is_worth_a_process(self.session, len(self.second)):
            yield None
            return
        with process_pool(1) as pool:
            begun = pool.executor.submit(begin_lane, self._beginning(len(self.second)))
            yield _Other(pool, begun, [pool.executor.submit(work_in_lane, task) for task in self.second])

    def _collect(self, other: _Other) -> None:
        """Take what the other lane has found by now, and tell it."""
        while other.futures and other.futures[0].done():
            try:
                other.begun.result()
                news = other.futures.pop(0).result()
            except BrokenExecutor:
                other.futures.clear()
                return
            self.news[news.name] = news
            for told in news.told:
                self.session.tell(told)

    def _await(self, other: _Other) -> None:
        """Wait for the other lane, which ends once this is stopped."""
        while other.futures:
            if self.session.stopped and other.pool.stop is not None:
                other.pool.stop()
            wait(other.futures[:1], timeout=POLL_SECONDS)
            self._collect(other)
