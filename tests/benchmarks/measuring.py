"""Runs the rows: every program as a process of its own, so that a slow one cannot take the benchmark with it."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from .case_folders import case_folder
from .peers.outcome import Outcome
from .processes import ROOT, Ran, run_process
from .records import COUNTS, OURS, PHASES, Record, relative_gap
from .rows import PEER_LIMIT, QUICK_LIMIT, QUICK_PEER_LIMIT, Measure, Row, Task

REPEATS = 5
"""Starts of which the quickest counts: the others waited for the disk or for other programs."""
GRACE = 120.0
"""Seconds beyond its limit after which a process is ended: reading, the last steps, saving."""
PEER_GRACE = 45.0
"""Such seconds for a peer; some know no limit."""
ROUNDING = 2e-6
"""Gap beyond the one asked for that the second stage and rounding may leave."""


@dataclass(frozen=True)
class Bench:
    """Where a benchmark keeps its cases and runs, and how long it may take."""

    home: Path
    quick: bool
    seed: int = 0
    peer_seconds: float | None = None
    """Seconds for a peer, where its form's limit is not meant."""

    def limit(self, row: Row) -> float:
        """Seconds for our solve of a row."""
        return min(row.limit, QUICK_LIMIT) if self.quick else row.limit

    @property
    def peer_limit(self) -> float:
        """Seconds for a peer."""
        if self.peer_seconds is not None:
            return self.peer_seconds
        return QUICK_PEER_LIMIT if self.quick else PEER_LIMIT

    def run(self, row: Row) -> Iterator[Record]:
        """Our record of a row, then its peers' records, each as soon as it is there."""
        row = row.seeded(self.seed)
        if row.shape is None:
            yield self._start_up(row)
            return
        folder = case_folder(row.shape, self.home / "cases")
        work = self.home / "work" / row.name
        work.mkdir(parents=True, exist_ok=True)
        ours = {Task.SOLVE: self._solve, Task.READ: self._read, Task.RESOLVE: self._resolve}[row.task]
        yield ours(row, folder, work)
        for peer in row.peers:
            yield self._peer(peer, row, folder, work)

    def warm_up(self) -> float:
        """Seconds of a first small solve, which compiles the menu search after an installation."""
        row = Row("warm-up", "", Measure.PROCESS, 0.0)
        folder, work = ROOT / "data" / "tiny", self.home / "work" / row.name
        work.mkdir(parents=True, exist_ok=True)
        return self._solve(row, folder, work).process or 0.0

    def _record(self, row: Row, program: str, limit: float | None, status: str, **values: Any) -> Record:
        now = datetime.now(UTC).isoformat(timespec="minutes")
        return Record(row.name, program, self.seed, now, limit, status, **values)

    def _start_up(self, row: Row) -> Record:
        places = {"python": sys.executable, "tierwise": str(Path(sys.executable).with_name("tierwise"))}
        command = [places[row.command[0]], *row.command[1:]]
        log = self.home / "start.log"
        ran = min((run_process(command, GRACE, log) for _ in range(1 + REPEATS)), key=lambda ran: ran.seconds)
        values = {"process": ran.seconds, "peak_mib": ran.peak_mib, "measured": ran.seconds}
        return self._record(
            row, OURS, None, "done" if ran.code == 0 else "failed", **values, reached=ran.seconds <= row.target
        )

    def _solve(self, row: Row, folder: Path, work: Path) -> Record:
        run, log, limit = work / "run", work / "log.jsonl", self.limit(row)
        log.unlink(missing_ok=True)
        command = [sys.executable, "-m", "optimizer", "solve", str(folder), "--out", str(run)]
        command += ["--gap", str(row.gap), "--time-limit", str(limit)]
        command += ["--log", str(log)] if _can_log() else []
        ran = run_process(command, limit + GRACE, work / "output.txt")
        if ran.killed or ran.code not in (0, 1, 3):
            return self._failed(row, OURS, limit, ran)
        plan, end = _json(run / "plan.json"), last_event(log)
        values: dict[str, Any] = {name: plan[name] for name in ("objective", "bound", "gap")}
        values |= {"solve_part": plan["seconds"], "process": ran.seconds, "peak_mib": ran.peak_mib, **phases(end)}
        measured = plan["seconds"] if row.measure is Measure.SOLVE_PART else ran.seconds
        record = self._record(row, OURS, limit, plan["status"], **values, measured=measured)
        return with_verdict(record, row)

    def _read(self, row: Row, folder: Path, work: Path) -> Record:
        out = work / "read.json"
        ran = run_process(_module("reading", folder, out), self.limit(row) + GRACE, work / "output.txt")
        if ran.killed or ran.code != 0:
            return self._failed(row, OURS, None, ran)
        found = _json(out)
        note = f"{found['cohorts']:,} cohorts; read holds the checks too"
        values = {"process": ran.seconds, "peak_mib": ran.peak_mib, "measured": ran.seconds, **phases(found)}
        return with_verdict(self._record(row, OURS, None, "done", note=note, **values), row)

    def _resolve(self, row: Row, folder: Path, work: Path) -> Record:
        asked, out, limit = work / "question.json", work / "resolve.json", self.limit(row)
        limits = {"gap": row.gap, "limit": limit}
        question = {"case": str(folder), "scenario": "base", "limits": limits, "changes": [row.change], "afresh": True}
        asked.write_text(json.dumps(question), encoding="utf-8")
        ran = run_process(_module("resolving", asked, out), 3 * limit + GRACE, work / "output.txt")
        if ran.killed or ran.code != 0:
            return self._failed(row, OURS, limit, ran)
        first, again, afresh = (_json(out)["first"], *_json(out)["again"], *_json(out)["afresh"])
        # Two solves that a limit ended say nothing about which is quicker.
        status = again["status"] if first["status"] == "optimal" else f"first {first['status']}"
        times = [solve["seconds"] for solve in (first, again, afresh)]
        note = "first {:.2f} s, again {:.2f} s, from nothing {:.2f} s".format(*times)
        values = {name: again[name] for name in ("objective", "bound", "gap")} | {"solve_part": times[1], "note": note}
        values |= {"process": ran.seconds, "peak_mib": ran.peak_mib, "measured": times[1] / times[0]}
        return with_verdict(self._record(row, OURS, limit, status, **values), row)

    def _peer(self, peer: str, row: Row, folder: Path, work: Path) -> Record:
        out, limit = work / f"{peer}.json", self.peer_limit
        out.unlink(missing_ok=True)
        options = ["--gap", row.gap, "--time-limit", limit]
        ran = run_process(_module("peers", peer, folder, out, *options), limit + PEER_GRACE, work / f"{peer}.txt")
        if ran.killed or ran.code != 0:
            return self._failed(row, peer, limit, ran)
        found = Outcome.read(out)
        seconds = [part for part in (found.build_seconds, found.solve_seconds) if part is not None]
        values: dict[str, Any] = {"objective": found.objective, "bound": found.bound, "note": found.note}
        values |= {"gap": relative_gap(found.objective, found.bound), "solve_part": sum(seconds) if seconds else None}
        return self._record(row, peer, limit, found.status, process=ran.seconds, peak_mib=ran.peak_mib, **values)

    def _failed(self, row: Row, program: str, limit: float | None, ran: Ran) -> Record:
        status = "ended: out of time" if ran.killed else f"failed ({ran.code})"
        note = "" if ran.killed else (ran.output.splitlines() or [""])[-1][:200]
        reached = False if program == OURS else None
        values = {"process": ran.seconds, "peak_mib": ran.peak_mib, "note": note, "reached": reached}
        return self._record(row, program, limit, status, **values)


def with_verdict(record: Record, row: Row) -> Record:
    """The record with `reached`: proved (or done), in the time and memory to reach."""
    proved = record.status == "done" or (record.status == "optimal" and (record.gap or 0.0) <= row.gap + ROUNDING)
    in_time = record.measured is not None and record.measured <= row.target
    in_memory = row.most_mib is None or (record.peak_mib or math.inf) <= row.most_mib
    return Record(**{**vars(record), "reached": proved and in_time and in_memory})


def phases(end: Mapping[str, Any]) -> dict[str, float | None]:
    """Seconds by phase and counts from the last event of a log; what it lacks is left out."""
    seconds = end.get("phases", {})
    return {name: seconds[name] for name in PHASES if name in seconds} | {
        name: end[name] for name in COUNTS if isinstance(end.get(name), int | float)
    }


def last_event(log: Path) -> Mapping[str, Any]:
    """The event `end` of a log of JSON lines; empty where there is none."""
    if not log.exists():
        return {}
    lines = log.read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines[-1:]]
    return next((event for event in events if event.get("event") == "end"), {})


def _json(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="utf-8")))


def _module(name: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"tests.benchmarks.{name}", *map(str, arguments)]


@cache
def _can_log() -> bool:
    """Whether this version of `tierwise solve` writes a log."""
    command = [sys.executable, "-m", "optimizer", "solve", "--help"]
    return "--log" in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
