"""The numbers that steer a search: each changes its path and its time, none what holds of a plan or a bound.

Tolerances, which decide what counts as feasible or whole, are no parameters (`optimizer.lp.tolerances`); nor are the
numbers that are compiled into the pricing problem's kernels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from .parameter_group import ParameterGroup, check_names, limited


@dataclass(frozen=True, kw_only=True)
class ColumnGenerationParameters(ParameterGroup):
    """The column generation loop of a node."""

    first_node_limit: int = limited(4_000, 1)
    """Nodes of a book's menu search in the first round of exact pricing. More: tighter bounds, slower rounds."""
    node_limit_growth: int = limited(8, 2)
    """Factor of that limit from one round without new columns to the next, up to `pricing.node_limit`."""
    near_feasible_node_limit: int = limited(100, 1)
    """Nodes of a book's menu search for the proof of a violation that is hardly one. More: fewer needless nodes."""
    convergence_share: float = limited(0.05, 0, 1)
    """Share of the search's tolerance by which a bound may fall short of its linear program. More: fewer rounds,
    and a weaker bound."""
    open_slack: float = limited(0.2, 0, 1)
    """Share of the way to the cutoff by which the bound of a node that must be branched on may fall short."""
    closed_slack: float = limited(0.95, 0, 1)
    """Share of the way back to the cutoff by which the bound of a node that lies beyond it may fall short."""
    columns_per_book: int = limited(4, 1, 10_000)
    """Columns of one book that a round adds at most. More: fewer rounds, larger linear programs."""
    heuristic_gain: float = limited(1e-4, 1e-9)
    """Relative gain over its book's dual that makes a heuristic menu a column. More: exact pricing sooner."""
    heuristic_size: float = limited(1e-6, 1e-12)
    """Size (scaled) that a dual counts as at least for that gain, so that one of nothing asks for some gain too."""


@dataclass(frozen=True, kw_only=True)
class DualSmoothingParameters(ParameterGroup):
    """Bounds at duals between the stability centre and a node's own, for nodes beyond the cutoff (Wentges 1997)."""

    trials: int = limited(3, 0)
    """Bounds tried in one node; 0 turns smoothing off."""
    steps: tuple[float, ...] = limited((0.0, 1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0), 0, 1)
    """Shares of the way from the stability centre to the node's duals that are looked at, in this order."""
    short_node_limit: int = limited(100, 1)
    """Nodes of a book's menu search in a trial. More: more nodes closed at once, dearer trials."""
    long_node_limit: int = limited(4_000, 1)
    """Nodes of it where the bound will reach the cutoff if nothing better is found."""
    open_share: float = limited(0.5, 0, 1)
    """Share of books that a short search may leave open to be worth a long one while columns still improve."""
    stop_factor: float = limited(4.0, 0)
    """How far beyond the cutoff an estimate must lie to look no further, by how far the least one lay below it."""
    slack_share: float = limited(0.97, 0, 1)
    """Share of what an estimate lies beyond the cutoff that is given up for a shorter menu search."""


@dataclass(frozen=True, kw_only=True)
class BranchingParameters(ParameterGroup):
    """Reliability branching on the program's binaries (Achterberg, Koch & Martin 2005)."""

    candidates_per_kind: int = limited(3, 1)
    """Fractional binaries of a kind that are ranked by trials. More: better choices, more trials."""
    reliable_trials: int = limited(20, 1)
    """Strong-branching trials of a binary's value after which its pseudo-cost is trusted."""
    trial_iterations: int = limited(100, 1)
    """Simplex iterations of one trial, whose cost is then a bound from below."""
    least_gain: float = limited(1e-7, 1e-12)
    """Least gain in (scaled) cost of a trial that enters the product score, so that one side of nothing hides not the
    other."""
    most_gain: float = limited(1.0, 1e-12)
    """Most gain in (scaled) cost that counts; an infeasible side counts as that."""
    remembered: int = limited(50, 0)
    """Branchings on binaries that are remembered for later searches."""
    handed_on: int = limited(12, 0)
    """Of these, how many a later search starts from: each costs it a node."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.least_gain > self.most_gain:
            raise ValueError(f"{type(self).__name__}.least_gain is {self.least_gain!r}, above its most_gain")


@dataclass(frozen=True, kw_only=True)
class PrimalHeuristicParameters(ParameterGroup):
    """Sub-MIPs over columns at hand, and diving (Sadykov et al. 2019)."""

    sub_mip_every: int = limited(5, 1)
    """Fractional nodes from one sub-MIP to the next; from one dive to the next while the incumbent is poor."""
    dive_every: int = limited(25, 1)
    """Fractional nodes from one dive to the next."""
    poor_gap: float = limited(10.0, 0)
    """Tolerances by which the incumbent costs more than a node's linear program to be poor. More: fewer dives."""
    near_columns: int = limited(150, 0)
    """Columns of least reduced cost in a sub-MIP beside those in use."""
    near_columns_per_book: int = limited(2, 0)
    """Those of the second try where the first gave no plan: so many a book, if that is more."""
    fixed_columns: int = limited(40, 0)
    """Those of a sub-MIP in which every binary of the program is fixed."""
    gap_share: float = limited(0.1, 0, 1)
    """Share of the search's tolerance that is the absolute gap of a sub-MIP."""
    node_limit: int = limited(200, 1)
    """Nodes of a sub-MIP's own search tree. More: better plans, slower nodes."""
    dive_rounds: int = limited(12, 0)
    """Rounds of heuristic pricing at each step of a dive."""


@dataclass(frozen=True, kw_only=True)
class EnumerationParameters(ParameterGroup):
    """Closing a node by a restricted master MIP over every column that could matter (Baldacci et al. 2008)."""

    open_columns: int = limited(300, 0, 1_000_000)
    """Columns of such a MIP while binaries of the program are open. More: nodes closed sooner, at dearer MIPs."""
    fixed_columns: int = limited(60_000, 0, 1_000_000)
    """Columns of it once they are all fixed."""
    open_node_limit: int = limited(4_000, 1)
    """Nodes of a book's search for those columns while binaries are open; `pricing.node_limit` once they are fixed."""
    gap_share: float = limited(0.2, 0, 1)
    """Share of the search's tolerance that is the absolute gap of the MIP."""
    exclusions: int = limited(20, 1)
    """Choices of columns that are delivered exactly and excluded before the node is branched on instead."""


@dataclass(frozen=True, kw_only=True)
class CleanUpParameters(ParameterGroup):
    """Most columns, evaluations, nodes and bounds kept in memory; beyond, the least useful half is dropped."""

    pool_columns: int = limited(20_000, 1)
    """Columns that any pool may hold. More: fewer menus found twice, slower rounds."""
    pool_columns_per_book: int = limited(40, 0)
    """Columns more for each price book."""
    lp_columns_per_row: int = limited(3, 2)
    """Columns per row of the restricted master LP. More: fewer brought back, slower solves."""
    evaluated_plans: int = limited(10_000, 0)
    """Plans of which it is remembered what they cost."""
    closed_nodes: int = limited(1_000, 0)
    """Closed nodes that are kept without asking whether they still matter."""
    known_bounds: int = limited(100, 0)
    """Nodes whose duals are kept for bounds in a later search."""

    def pool_size(self, books: int) -> int:
        """Columns that the pool of a search over so many price books may hold."""
        return self.pool_columns + self.pool_columns_per_book * books


@dataclass(frozen=True, kw_only=True)
class PricingParameters(ParameterGroup):
    """The pricing problem: the best menus of every price book."""

    node_limit: int = limited(300_000, 1)
    """Nodes of the compiled search of one book (a second or two), before relaxations take its place."""
    light_cells: int = limited(8_000, 0)
    """Cells (cohorts x options) up to which a book is light: its relaxations are quick."""
    light_node_limit: int = limited(30_000, 1)
    """Nodes of a light book's compiled search, before relaxations take its place."""
    batch_books: int = limited(16, 1)
    """Books searched one after the other in one thread. More: less overhead, later stops."""
    batch_node_limit: int = limited(4_000, 1)
    """Node limit up to which batches are whole: nothing ends one that has begun, so those of a higher limit are
    smaller."""
    threads: int | None = limited(None, 1)
    """Batches at a time; None for one a processor. The path is the same whatever the number."""


@dataclass(frozen=True, kw_only=True)
class MenuTreeParameters(ParameterGroup):
    """Branch and bound with linear relaxations, for books too hard for the compiled search."""

    reliable_trials: int = limited(2, 1)
    """Branchings on a tier, on each side, after which its pseudo-costs are trusted."""
    trials: int = limited(8, 1)
    """Most tiers tried at a node. More: smaller trees, slower nodes."""
    least_gain: float = limited(1e-12, 1e-300)
    """Least gain of a branching that enters the product score, as a pseudo-cost or by a trial."""
    rounds: int = limited(3, 1)
    """Most relaxations of one node, each without the options that the one before has ruled out."""
    threads: int = limited(2, 1)
    """Relaxations solved side by side."""


@dataclass(frozen=True, kw_only=True)
class LimitParameters(ParameterGroup):
    """How the gap asked for is shared out, and how late a solve may end."""

    proved_share: float = limited(0.98, 0.01, 1)
    """Share of the gap asked for that is the search's tolerance. The rest is room for rounding and the second stage."""
    delivery_share: float = limited(0.01, 1e-6, 0.5)
    """Share of the gap asked for that one delivery program may keep. More: quicker plans, less exact."""
    overrun_seconds: float = limited(0.5, 0)
    """Seconds after the deadline that a menu search may take, which nothing can interrupt."""
    grace_seconds: float = limited(3.0, 0)
    """Seconds after the deadline for all steps owed whatever the time: the plan of a start judged, or one like it found
    where the search found none, the second stage of the best plan, and today's plan."""
    second_stage_grace_seconds: float = limited(2.0, 0)
    """Seconds after the deadline for the first of these, up to the second stage of the best plan."""
    stopped_grace_seconds: float = limited(1.0, 0)
    """Seconds for each of these after a request to stop."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.proved_share + self.delivery_share > 1:
            raise ValueError(f"{type(self).__name__}: proved_share and delivery_share are more than 1 together")


@dataclass(frozen=True, kw_only=True)
class NearParameters(ParameterGroup):
    """Work of each of the searches for a plan near a reference: fewest price books, fewest differences, best objective.

    Where one ends before its proof, the best that it found is kept to, and plan.json says that it is not proved.
    """

    node_limit: int = limited(20_000, 1)
    """Nodes of a search and of its integer programs, a delivery counting as one. More: proofs of harder questions,
    longer solves."""


@dataclass(frozen=True, kw_only=True)
class CheckpointParameters(ParameterGroup):
    """When the state of a search is written to its run folder."""

    every_seconds: float = limited(60.0, 0)
    """Seconds from one state to the next. Less: less is lost, more is written."""
    writing_share: float = limited(0.01, 1e-6, 1)
    """Most share of the time that writing may take."""


@dataclass(frozen=True, kw_only=True)
class SearchParameters:
    """All numbers that steer a search, by what they steer; raises ValueError for one out of its limits.

    `SearchParameters(branching=BranchingParameters(reliable_trials=4))` has the defaults everywhere else.
    """

    column_generation: ColumnGenerationParameters = field(default_factory=ColumnGenerationParameters)
    smoothing: DualSmoothingParameters = field(default_factory=DualSmoothingParameters)
    branching: BranchingParameters = field(default_factory=BranchingParameters)
    heuristics: PrimalHeuristicParameters = field(default_factory=PrimalHeuristicParameters)
    enumeration: EnumerationParameters = field(default_factory=EnumerationParameters)
    clean_up: CleanUpParameters = field(default_factory=CleanUpParameters)
    pricing: PricingParameters = field(default_factory=PricingParameters)
    menu_tree: MenuTreeParameters = field(default_factory=MenuTreeParameters)
    limits: LimitParameters = field(default_factory=LimitParameters)
    near: NearParameters = field(default_factory=NearParameters)
    checkpoint: CheckpointParameters = field(default_factory=CheckpointParameters)

    def __post_init__(self) -> None:
        for name, kind in _groups(type(self)).items():
            if not isinstance(getattr(self, name), kind):
                raise ValueError(f"{name} is {getattr(self, name)!r}; expected {kind.__name__}")

    @classmethod
    def of(cls, params: SearchParameters | None) -> SearchParameters:
        """The parameters given, the defaults for None; raises ValueError for what are none."""
        if params is not None and not isinstance(params, cls):
            raise ValueError(f"params is {params!r}; expected SearchParameters or None")
        return params or cls()

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Every number by group and name, as the manifest of a run records it."""
        return {name: getattr(self, name).to_dict() for name in _groups(type(self))}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Mapping[str, Any]]) -> Self:
        """Parameters from numbers by group and name, defaults where left out; raises ValueError for any other name."""
        groups = _groups(cls)
        check_names(cls.__name__, plain, list(groups))
        return cls(**{name: groups[name].from_dict(numbers) for name, numbers in plain.items()})

    def differences(self, other: SearchParameters) -> list[str]:
        """The numbers that are not the same, each with its value here and there."""
        ours, theirs = self.to_dict(), other.to_dict()
        return [
            f"{group}.{name} was {value}, now {theirs[group][name]}"
            for group, numbers in ours.items()
            for name, value in numbers.items()
            if value != theirs[group][name]
        ]


def _groups(kind: type[SearchParameters]) -> dict[str, Any]:
    return {one.name: one.default_factory for one in fields(kind)}
