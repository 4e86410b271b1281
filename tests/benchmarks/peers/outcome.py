"""What a peer found, as it is handed from its process to the benchmark."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    """Objective and bound in money a year; None where there is none."""

    status: str
    objective: float | None = None
    bound: float | None = None
    build_seconds: float | None = None
    solve_seconds: float | None = None
    note: str = ""

    def write(self, file: Path) -> None:
        """To a JSON file."""
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Outcome:
        """From a JSON file."""
        return cls(**json.loads(file.read_text(encoding="utf-8")))
