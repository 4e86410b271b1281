"""`Answer`: what every analysis returns, and the folder it is saved as."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from models.plan_tables import RunError

from ..result import Result, Status
from ..whole_folder import write_json, write_whole


@dataclass(frozen=True)
class Answer:
    """Tables that say their units, facts, and a summary in plain words, with the proved gap of what they state.

    Raises ValueError where a table has a column that `columns` does not explain, or the reverse.
    """

    name: str
    """The question, as the command is called: `frontier`."""
    case_name: str
    scenario_name: str
    currency: str
    tables: Mapping[str, pd.DataFrame]
    """Tidy tables by name; each becomes a CSV file of that name."""
    columns: Mapping[str, Mapping[str, str]]
    """Meaning and unit of each column of each table, such as `{"levers": {"loss": "objective lost, EUR a year"}}`."""
    sentences: tuple[str, ...]
    """The summary, a sentence or two each; the first says the most."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """Single values that JSON can hold: money a year in the case's currency unless the key says otherwise."""
    gap: float | None = None
    """Widest proved relative gap of the solves it rests on; None where one of them ended without a proof."""
    shown: tuple[str, ...] = ()
    """Tables that belong to the summary, in order."""
    status: Status = Status.OPTIMAL
    """`feasible` where a limit or Ctrl-C left some of the answer out or unproved; `infeasible` and `no_plan` where
    there is nothing to tell, proved or because a limit came first."""
    interrupted: bool = False
    """Whether Ctrl-C, a kernel's interrupt or `should_stop` ended it before everything was asked."""
    failed: tuple[str, ...] = ()
    """What could not be asked because of a fault of Tierwise or of the machine, by name."""

    def __post_init__(self) -> None:
        for name in sorted({*self.tables, *self.columns}):
            found = list(self.tables[name].columns) if name in self.tables else []
            explained = list(self.columns.get(name, ()))
            if found != explained:
                raise ValueError(f"table {name} has the columns {found}, but explained are {explained}")

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from ..notebook import answer_page

        return answer_page(self)

    def to_document(self) -> dict[str, object]:
        """What NAME.json holds: everything but the rows of the tables."""
        return {
            "name": self.name,
            "case": self.case_name,
            "scenario": self.scenario_name,
            "currency": self.currency,
            "status": self.status,
            "gap": self.gap,
            "sentences": self.sentences,
            "facts": self.facts,
            "columns": self.columns,
            "shown": self.shown,
        }

    def save(self, path: str | Path) -> Path:
        """Write the folder `path`: a CSV file per table and NAME.json with everything else.

        The folder appears whole or not at all. An earlier answer to the same question is replaced; `RunError`
        refuses any other folder or file there.
        """
        check_answer_target(path, self.name)
        return write_whole(path, partial(_write_files, self))


def worst_gap(results: Iterable[Result]) -> float | None:
    """Widest proved gap of some solves; None where one ended without a plan or a proof that there is none."""
    found = list(results)
    if any(result.status is Status.NO_PLAN for result in found):
        return None
    return max((result.gap for result in found if result.gap is not None), default=0.0)


def check_answer_target(path: str | Path, name: str) -> None:
    """Raise `RunError` unless the answer NAME may be written to `path`: nothing there, empty, or an earlier one."""
    target = Path(path)
    if not os.path.lexists(target):
        return
    if not target.is_dir():
        raise RunError([f"{target} is a file, not a folder; name another folder for the answer."])
    found = sorted(entry.name for entry in target.iterdir())
    strangers = [entry for entry in found if entry not in _files_of_earlier(target / f"{name}.json")]
    if strangers:
        raise RunError([f"{target} holds {strangers[0]}, which is no part of an earlier {name}; name another folder."])


def _files_of_earlier(document: Path) -> frozenset[str]:
    """Files that the answer saved with this JSON file wrote; none where there is no such answer."""
    try:
        tables = json.loads(document.read_text(encoding="utf-8"))["columns"]
        return frozenset({document.name, *(f"{table}.csv" for table in tables)})
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()


def _write_files(answer: Answer, folder: Path) -> None:
    for name, table in answer.tables.items():
        flags = {str(name): np.where(flag, "true", "false") for name, flag in table.select_dtypes(bool).items()}
        table.assign(**flags).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    write_json(folder / f"{answer.name}.json", answer.to_document())
