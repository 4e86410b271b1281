"""From a search to what a file keeps of it, and back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from models.plan_tables import RunError

from ...results.checkpoint import SavedMenu, SavedNode, SavedRestriction, SavedSearch
from ..assortment.columns import MenuColumn
from ..assortment.pricing import PricedColumn
from ..assortment.restriction import Restriction
from ..master.nodes import Node
from ..master.restricted_master import RestrictedMaster
from .branch_and_price import BranchAndPrice
from .warm_starting import may_use


def saved_menu(master: RestrictedMaster, column: MenuColumn) -> SavedMenu:
    """A column as a file keeps it."""
    return column.book, master.local(column), tuple(sorted(column.optional))


def find_of(menu: SavedMenu) -> tuple[int, PricedColumn]:
    """A kept column as something found, with the place of its book."""
    place, options, optional = menu
    return place, PricedColumn(options, frozenset(optional), 0.0)


def saved_search(tree: BranchAndPrice) -> SavedSearch:
    """What a search knows, at any moment that it reports or has stopped at."""
    master = tree.master
    names = _switch_names(master)
    places = {column: place for place, column in enumerate(names)}
    return SavedSearch(
        switches=tuple(names.values()),
        nodes=tuple(_saved_node(node, places) for node in tree.left()),
        menus=tuple(saved_menu(master, column) for column in master.pool.useful),
        rises=tuple((places[c], value, tuple(rises)) for (c, value), rises in sorted(tree.switches.rises.items())),
        looked=tree.plans.looked,
    )


def restore(tree: BranchAndPrice, saved: SavedSearch) -> list[Node]:
    """Give a new search what the saved one knew, but its plan; the nodes to go on with.

    Raises `RunError` where the saved search is of another program.
    """
    master = tree.master
    columns = {name: column for column, name in _switch_names(master).items()}
    if list(columns) != list(saved.switches) or not _fits(master, saved):
        raise misfit()
    finds = [find_of(menu) for menu in saved.menus]
    master.add(finds)
    master.pool.use(np.array(master.positions(finds), dtype=np.int64))
    switches = list(columns.values())
    tree.switches.rises = {(switches[place], value): list(rises) for place, value, rises in saved.rises}
    tree.plans.looked = saved.looked
    return [_node(node, switches) for node in saved.nodes]


def misfit() -> RunError:
    """A state that was saved by another program, or edited, though it says that it was this one."""
    return RunError(["The state of the search does not fit this program. Solve without --resume."])


def _switch_names(master: RestrictedMaster) -> dict[int, str]:
    """Name of each integer column of the statement, in the order of the columns."""
    integer = set(np.flatnonzero(master.program.integer).tolist())
    names = sorted((column, name) for name, column in master.stated.columns.items() if column in integer)
    return dict(names)


def _saved_node(node: Node, places: dict[int, int]) -> SavedNode:
    return SavedNode(
        bound=node.bound if np.isfinite(node.bound) else None,
        on=tuple(places[column] for column, value in node.switches.items() if value),
        off=tuple(places[column] for column, value in node.switches.items() if not value),
        books=tuple(_saved_restriction(place, restriction) for place, restriction in node.books.items()),
    )


def _saved_restriction(place: int, known: Restriction) -> SavedRestriction:
    barred, must, covered, uncovered = map(sorted, (known.barred, known.must, known.covered, known.uncovered))
    return place, tuple(barred), tuple(must), tuple(covered), tuple(uncovered)


def _node(saved: SavedNode, switches: Sequence[int]) -> Node:
    settled = chain(((place, 1) for place in saved.on), ((place, 0) for place in saved.off))
    return Node(
        switches={switches[place]: value for place, value in settled},
        books={place: Restriction(*map(frozenset, parts)) for place, *parts in saved.books},
        bound=-np.inf if saved.bound is None else saved.bound,
    )


def is_menu(master: RestrictedMaster, menu: SavedMenu) -> bool:
    """Whether a search may use such a menu."""
    place, options, optional = menu
    if not 0 <= place < len(master.books):
        return False
    book, pricer = master.books[place], master.pricer
    if not all(0 <= option < len(book.allowed) for option in options) or not set(optional) <= set(book.optional):
        return False
    tiers = np.searchsorted(book.tier_start, np.asarray(options, dtype=np.int64), side="right")
    return bool((np.diff(tiers) > 0).all() and pricer.fewest <= len(options) <= pricer.most and may_use(book, options))


def _fits(master: RestrictedMaster, saved: SavedSearch) -> bool:
    """Whether everything that a saved search names by place is there in this one."""
    switches = range(len(saved.switches))
    tried = all(
        place in switches and value in (0, 1) and np.isfinite(rises).all() for place, value, rises in saved.rises
    )
    nodes = all(_is_part(master, node, len(switches)) for node in saved.nodes)
    return tried and nodes and all(is_menu(master, menu) for menu in saved.menus)


def _is_part(master: RestrictedMaster, node: SavedNode, switches: int) -> bool:
    """Whether a search has such a part."""
    settled, places = [*node.on, *node.off], [place for place, *_ in node.books]
    once = len(set(settled)) == len(settled) and len(set(places)) == len(places)
    known = all(0 <= place < switches for place in settled) and all(0 <= place < len(master.books) for place in places)
    return once and known and all(_restricts(master, restriction) for restriction in node.books)


def _restricts(master: RestrictedMaster, restriction: SavedRestriction) -> bool:
    """Whether a restriction names options, tiers and products of its price book."""
    place, barred, must, covered, uncovered = restriction
    book = master.books[place]
    options, tiers = range(len(book.allowed)), range(len(book.tier_start) - 1)
    named = all(option in options for option in barred) and all(tier in tiers for tier in must)
    return named and {*covered, *uncovered} <= set(book.optional) and set(covered).isdisjoint(uncovered)
