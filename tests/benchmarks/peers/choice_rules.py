"""Rules of the compact program on what customers choose."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from .market import Market
from .offer_rules import held
from .program import Array, Columns, Matrix, Program, Whole, columns, sums, times


def choice_columns(m: Market) -> Iterator[Columns]:
    """`none`, the share of each cohort without a contract, and `pick` of each cell.

    For logit `pick` is `none` where the option is offered and 0 elsewhere, so that the share is exp(u) pick; for
    first choice it is the share.
    """
    attraction = np.exp(m.utility)
    least = 1 / (1 + sums(m.cohort, len(m.offers.demand.cohorts)) @ _largest_of_tier(m, attraction))
    yield columns("none", len(least), low=least if m.logit else 0.0, high=1.0)
    yield columns("pick", len(m.cell), high=1 / (1 + attraction) if m.logit else 1.0)


def _largest_of_tier(m: Market, attraction: Array) -> Array:
    """Attraction of the cells that are the largest of their cohort and tier, 0 elsewhere."""
    order = np.lexsort((-attraction, m.offers.options.tier[m.option], m.cohort))
    pair = np.stack([m.cohort[order], m.offers.options.tier[m.option][order]])
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(pair, axis=1) != 0).any(axis=0)
    largest = np.zeros(len(order))
    largest[order[first]] = attraction[order[first]]
    return largest


def share_of_cells(program: Program, m: Market) -> Matrix:
    """Share of each cell."""
    return times(np.exp(m.utility), program.of("pick")) if m.logit else program.of("pick")


def require_choice(program: Program, m: Market) -> None:
    """What is not offered or covered is not bought; what is, by the choice model."""
    most = next(block.high for block in program.columns if block.name == "pick")
    _, _, pair = held(m)
    pick, none = program.of("pick"), program.of("none")
    offered, covered = program.of("offered")[m.option], program.of("covered")[pair[m.cohort]]
    cohorts = none.shape[0]
    program.require("shares add to one", sums(m.cohort, cohorts) @ share_of_cells(program, m) + none, low=1, high=1)
    program.require("only what is offered", pick - times(most, offered), high=0)
    program.require("only what is covered", pick - times(most, covered), high=0)
    if m.logit:
        pairs, group = np.unique(np.stack([m.cohort, m.offers.options.tier[m.option]]), axis=1, return_inverse=True)
        one_of_tier = sums(np.asarray(group).ravel(), pairs.shape[1]) @ pick
        program.require("in proportion, at most", one_of_tier - none[pairs[0]], high=0)
        program.require("in proportion, at least", none[m.cohort] - pick + offered + covered, high=2)
    else:
        liked = _liked_as_much(m)
        program.require("the best that is offered", liked @ pick - offered - covered, low=-1)


def _liked_as_much(m: Market) -> Matrix:
    """For each cell those of its cohort that come first: by utility, then payment, then rank."""
    options = m.offers.options
    order = np.lexsort((-options.tier[m.option], -m.offers.terms.yearly[m.cell], -m.utility, m.cohort))
    starts = np.flatnonzero(np.diff(m.cohort[order], prepend=-1))
    rows: list[Whole] = []
    firsts: list[Whole] = []
    for cells in np.split(order, starts[1:]):
        row, first = np.tril_indices(len(cells))
        rows.append(cells[row])
        firsts.append(cells[first])
    row, first = np.concatenate(rows), np.concatenate(firsts)
    return sparse.csr_array((np.ones(len(row)), (row, first)), shape=(len(order), len(order)))
