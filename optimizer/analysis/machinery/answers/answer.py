"""`Answer`: what every analysis returns, and the folder it is saved as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from models.files import write_folder, write_json

from ....assurance.result import Result
from ....results.digests import with_checksum
from ....results.record import Status
from ....results.run_owner import Owner
from ....results.run_reference import RunReference
from ....version import FORMAT
from .answer_page import answer_page
from .answer_targets import AnswerIdentity, check_answer_target


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
    case_path: str | None = None
    """Where the case lies, if that is known."""
    unchecked: str | None = None
    """What was not checked of the runs it tells of, or of its own files, to be shown wherever it is."""
    interrupted: bool = False
    """Whether Ctrl-C, a kernel's interrupt or `should_stop` ended it before everything was asked."""
    run: RunReference | None = None
    """The run that it is about; None where it is about none, or about several scenarios alike."""
    arguments: Mapping[str, object] = field(default_factory=dict)
    """What was asked, as far as it is not the default; values that JSON can hold."""
    failed: tuple[str, ...] = ()
    """What could not be asked because of a fault of Tierwise or of the machine, by name."""

    def __post_init__(self) -> None:
        for name in sorted({*self.tables, *self.columns}):
            found = list(self.tables[name].columns) if name in self.tables else []
            explained = list(self.columns.get(name, ()))
            if found != explained:
                raise ValueError(f"table {name} has the columns {found}, but explained are {explained}")

    def _repr_html_(self) -> str:
        """What a notebook shows: the sentences, and the tables that belong to the summary."""
        title = f"{self.case_name}, scenario {self.scenario_name}: {self.name}"
        return answer_page(title, self.sentences, {name: self.tables[name] for name in self.shown}, self.unchecked)

    def to_document(self) -> dict[str, object]:
        """What NAME.json holds: everything but the rows of the tables, of which it has the digests, and its own."""
        document = {
            "format": FORMAT,
            "name": self.name,
            "case": self.case_name,
            "case_path": self.case_path,
            "scenario": self.scenario_name,
            "run": None if self.run is None else self.run._asdict(),
            "arguments": self.arguments,
            "currency": self.currency,
            "status": self.status,
            "gap": self.gap,
            "sentences": self.sentences,
            "facts": self.facts,
            "columns": self.columns,
            "numbers": {name: _numeric(table) for name, table in self.tables.items()},
            "shown": self.shown,
            "unchecked": self.unchecked,
            "files": {f"{name}.csv": sha256(_csv(table)).hexdigest() for name, table in self.tables.items()},
        }
        return with_checksum(document)

    @property
    def identity(self) -> AnswerIdentity:
        """Which answer it is, in whatever state."""
        owner = Owner(self.case_path, self.case_name, self.scenario_name)
        return AnswerIdentity(self.name, owner, dict(self.arguments), None if self.run is None else self.run.folder)

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write the folder `path`: a CSV file per table, NAME.json with everything else and their digests.

        The folder appears whole or not at all. An earlier answer to the same question about the same run is replaced,
        another one only by `force`; `RunError` refuses any other folder or file there.
        """
        check = partial(check_answer_target, identity=self.identity, force=force)
        return write_folder(path, partial(_write_files, self), check)


def worst_gap(results: Iterable[Result]) -> float | None:
    """Widest proved gap of some solves; None where one ended without a plan or a proof that there is none."""
    found = list(results)
    if any(result.status is Status.NO_PLAN for result in found):
        return None
    return max((result.gap for result in found if result.gap is not None), default=0.0)


def _write_files(answer: Answer, folder: Path) -> None:
    for name, table in answer.tables.items():
        (folder / f"{name}.csv").write_bytes(_csv(table))
    write_json(folder / f"{answer.name}.json", answer.to_document())


def _numeric(table: pd.DataFrame) -> list[str]:
    """Columns of numbers, so that they are read back as such even where every cell is blank."""
    return [str(name) for name in table.select_dtypes("number").columns]


def _csv(table: pd.DataFrame) -> bytes:
    """A table as its file holds it."""
    flags = {str(name): np.where(flag, "true", "false") for name, flag in table.select_dtypes(bool).items()}
    return table.assign(**flags).to_csv(index=False, lineterminator="\n").encode("utf-8")
