"""The integer program over columns at hand: what it finds is a plan, what it proves holds for those columns only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from ..program.solver import ScaledProgram
from .master import Master
from .nodes import Node


def integer_program(master: Master, node: Node, among: Sequence[int]) -> ScaledProgram:
    """The statement with the pool's columns at `among` as binaries, under the node's restrictions."""
    low, high = master.node_box(node)
    program, count = master.program, len(among)
    books = len(master.books)
    entries = np.array([master.entries[i] for i in among]).reshape(count, len(master.live))
    totals = sparse.vstack([sparse.csc_matrix((master.first_total_row, count)), -sparse.csc_matrix(entries).T])
    owner = np.array([master.pool[i].book for i in among], dtype=np.int64)
    pick = sparse.csc_matrix((np.ones(count), (owner, np.arange(count))), shape=(books, count))
    rows = sparse.bmat([[program.rows, totals], [None, pick]]).tocsc()
    return ScaledProgram(
        np.concatenate([program.cost, np.zeros(count)]),
        np.concatenate([low, np.zeros(count)]),
        np.concatenate([high, np.ones(count)]),
        np.concatenate([program.integer, np.ones(count, dtype=bool)]),
        rows,
        np.concatenate([program.row_low, np.ones(books)]),
        np.concatenate([program.row_high, np.ones(books)]),
    )
