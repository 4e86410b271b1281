"""Where the time of a solve goes: seconds by phase, and how often things were done."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Phases:
    """Stopwatches by name. Time spent in an inner phase does not count for the outer one."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.counts: Counter[str] = Counter()
        self._running: list[str] = []
        self._since = time.perf_counter()

    def go_on(self, seconds: Mapping[str, float], counts: Mapping[str, int]) -> None:
        """Begin from the seconds and counts by name of an earlier session."""
        self.seconds.update(seconds)
        self.counts.update(counts)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Count the time of the block, and the block itself, for a phase."""
        self._lap()
        self._running.append(name)
        self.counts[name] += 1
        try:
            yield
        finally:
            self._lap()
            self._running.pop()

    def _lap(self) -> None:
        now = time.perf_counter()
        if self._running:
            name = self._running[-1]
            self.seconds[name] = self.seconds.get(name, 0.0) + now - self._since
        self._since = now
