"""Rows that are also reached by a plan near the best value that any program found."""

from __future__ import annotations

from dataclasses import replace

from .records import OURS, Record, Records
from .rows import ROWS


def with_best_known(records: Records) -> dict[tuple[str, str, int], Record]:
    """The records, ours judged anew by the best objective in its row and seed where the row allows that."""
    return {key: _judged(record, records) for key, record in records.items()}


def _judged(record: Record, records: Records) -> Record:
    row = ROWS.get(record.row)
    if row is None or row.near is None or record.program != OURS or record.objective is None:
        return record
    same = [other for other in records.values() if (other.row, other.seed) == (record.row, record.seed)]
    best = max(other.objective for other in same if other.objective is not None)
    near = best - record.objective <= row.near * abs(best)
    in_time = record.measured is not None and record.measured <= row.target
    proved = record.status == "optimal"
    return replace(record, reached=in_time and (proved or near))
