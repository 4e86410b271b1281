"""Checkpoints: what a file keeps of a search, and a search that goes on from it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from models.book_menu import BookMenu
from models.plan_tables import RunError

from ...results.checkpoint import SavedMenu, SavedNode, SavedRestriction, SavedSearch
from ..assortment.columns import may_use
from ..assortment.restriction import Restriction
from ..master.nodes import Node
from ..master.restricted_master import RestrictedMaster
from .branch_and_price import BranchAndPrice


def saved_menu(master: RestrictedMaster, column: BookMenu) -> SavedMenu:
    """A column in the form of the file."""
    place = master.pricer.place[column.book]
    book = master.books[place]
    return place, book.places(column), tuple(sorted(column.covered - book.required))


def restored_menu(master: RestrictedMaster, menu: SavedMenu) -> BookMenu:
    """The column of a saved menu."""
    place, options, optional = menu
    return master.books[place].menu(options, optional)


def saved_search(tree: BranchAndPrice) -> SavedSearch:
    """The search in the form of the file: nodes, useful columns, pseudo-costs; taken at a report or a stop."""
    master = tree.master
    names = _binary_names(master)
    places = {column: place for place, column in enumerate(names)}
    return SavedSearch(
        switches=tuple(names.values()),
        nodes=tuple(_saved_node(node, places) for node in tree.remaining_nodes()),
        menus=tuple(saved_menu(master, column) for column in master.pool.useful),
        rises=tuple(
            (places[c], value, tuple(gains)) for (c, value), gains in sorted(tree.branching.pseudo_costs.items())
        ),
        looked=tree.heuristics.fractional_nodes,
    )


def restore(tree: BranchAndPrice, saved: SavedSearch) -> list[Node]:
    """Give a new search what the saved one knew, but its incumbent; the nodes to go on with.

    Raises `RunError` where the saved search is of another program.
    """
    master = tree.master
    columns = {name: column for column, name in _binary_names(master).items()}
    if list(columns) != list(saved.switches) or not _fits(master, saved):
        raise misfit()
    used = [restored_menu(master, menu) for menu in saved.menus]
    master.add(used)
    master.pool.use(np.array(master.numbers(used), dtype=np.int64))
    binaries = list(columns.values())
    tree.branching.pseudo_costs = {(binaries[place], value): list(gains) for place, value, gains in saved.rises}
    tree.heuristics.fractional_nodes = saved.looked
    return [_node(node, binaries) for node in saved.nodes]


def misfit() -> RunError:
    """The error for a checkpoint of another program, or an edited one, that claims to be of this one."""
    return RunError(["The state of the search does not fit this program. Solve without --resume."])


def _binary_names(master: RestrictedMaster) -> dict[int, str]:
    """Name of each integer variable of the formulation by column, in the order of the columns."""
    integer = set(np.flatnonzero(master.program.integer).tolist())
    names = sorted((column, name) for name, column in master.stated.columns.items() if column in integer)
    return dict(names)


def _saved_node(node: Node, places: dict[int, int]) -> SavedNode:
    return SavedNode(
        bound=node.bound if np.isfinite(node.bound) else None,
        on=tuple(places[column] for column, value in node.fixed.items() if value),
        off=tuple(places[column] for column, value in node.fixed.items() if not value),
        books=tuple(_saved_restriction(place, restriction) for place, restriction in node.books.items()),
    )


def _saved_restriction(place: int, of: Restriction) -> SavedRestriction:
    barred, must, covered, uncovered = map(sorted, (of.barred, of.must, of.covered, of.uncovered))
    return place, tuple(barred), tuple(must), tuple(covered), tuple(uncovered)


def _node(saved: SavedNode, binaries: Sequence[int]) -> Node:
    fixed = chain(((place, 1) for place in saved.on), ((place, 0) for place in saved.off))
    return Node(
        fixed={binaries[place]: value for place, value in fixed},
        books={place: Restriction(*map(frozenset, parts)) for place, *parts in saved.books},
        bound=-np.inf if saved.bound is None else saved.bound,
    )


def is_menu(master: RestrictedMaster, menu: SavedMenu) -> bool:
    """Whether a search may use a saved menu."""
    place, options, optional = menu
    if not 0 <= place < len(master.books):
        return False
    book, pricer = master.books[place], master.pricer
    if not all(0 <= option < len(book.allowed) for option in options) or not set(optional) <= set(book.optional):
        return False
    tiers = np.searchsorted(book.tier_start, np.asarray(options, dtype=np.int64), side="right")
    return bool((np.diff(tiers) > 0).all() and pricer.fewest <= len(options) <= pricer.most and may_use(book, options))


def _fits(master: RestrictedMaster, saved: SavedSearch) -> bool:
    """Whether everything that a saved search names by place exists in this one."""
    binaries = range(len(saved.switches))
    tried = all(
        place in binaries and value in (0, 1) and np.isfinite(rises).all() for place, value, rises in saved.rises
    )
    nodes = all(_is_node(master, node, len(binaries)) for node in saved.nodes)
    return tried and nodes and all(is_menu(master, menu) for menu in saved.menus)


def _is_node(master: RestrictedMaster, node: SavedNode, binaries: int) -> bool:
    """Whether a search may have such a node."""
    fixed, places = [*node.on, *node.off], [place for place, *_ in node.books]
    once = len(set(fixed)) == len(fixed) and len(set(places)) == len(places)
    known = all(0 <= place < binaries for place in fixed) and all(0 <= place < len(master.books) for place in places)
    return once and known and all(_restricts(master, restriction) for restriction in node.books)


def _restricts(master: RestrictedMaster, restriction: SavedRestriction) -> bool:
    """Whether a restriction names options, tiers and products of its price book."""
    place, barred, must, covered, uncovered = restriction
    book = master.books[place]
    options, tiers = range(len(book.allowed)), range(len(book.tier_start) - 1)
    named = all(option in options for option in barred) and all(tier in tiers for tier in must)
    return named and {*covered, *uncovered} <= set(book.optional) and set(covered).isdisjoint(uncovered)
