"""How many price books move when a rate does, without and with `near`.

python -m tests.benchmarks.steadiness [CASE] [--by provider,service] [--move 0.01] [--give 1e-4] [--scenario NAME]

The case is solved once. Then, for each group of its rates, what they cost is moved up and down by a share, and the case
is solved again: as it is, and near the first plan. A row says by how many price books, and in how many places, either
plan differs from the first.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import optimizer
from models import Case, Change, load_case
from optimizer.results.menu_reference import MenuReference, Near
from tests.folders import IMAGING


@dataclass(frozen=True)
class Moved:
    """What became of the plan when some rates moved by a share."""

    rates: str
    share: float
    without: tuple[int, int]
    """Price books and differences of the best plan."""
    near: Near
    gain: float
    """Share of the objective that the near plan has more than the best that was found (less, if negative)."""

    @property
    def cells(self) -> list[object]:
        """A row of the table."""
        proved = "yes" if self.near.proved else "no"
        return [self.rates, f"{self.share:+.0%}", *self.without, self.near.price_books, self.near.differences, proved,
                f"{self.gain:+.1e}"]  # fmt: skip


HEADER = ["rates", "moved", "price books", "differences", "near: price books", "differences", "proved", "objective"]


def changes(case: Case, by: list[str], move: float) -> Iterator[tuple[str, float, Change]]:
    """Each group of rates by its names, and how it is moved."""
    for names in sorted(set(case.tables["rates"][by].itertuples(index=False, name=None))):
        where = dict(zip(by, names, strict=True))
        for share in (move, -move):
            change = Change(table="rates", where=where, column="cost_per_case", multiply=1 + share)
            yield ", ".join(map(str, names)), share, change


def moved(case: Case, scenario: str, by: list[str], move: float, give: float) -> Iterator[Moved]:
    """Every group of rates moved, one after the other."""
    first = optimizer.solve(case, scenario)
    reference, asked = MenuReference.of_tables("first", first.menus, first.coverage), case.scenarios[scenario]
    for rates, share, change in changes(case, by, move):
        other = asked.model_copy(update={"change": (*asked.change, change)})
        best = optimizer.solve(case, other)
        steady = optimizer.solve(case, other, near=first, give=give)
        differing = reference.changes(best.decided)
        assert steady.near is not None
        assert steady.objective is not None
        assert best.objective is not None
        gain = (steady.objective - best.objective) / max(1.0, abs(best.objective))
        yield Moved(rates, share, (len(differing), differing.total()), steady.near, gain)


def table(rows: list[Moved]) -> str:
    """The rows with their sums, as Markdown."""
    books = [sum(row.without[0] for row in rows), sum(row.near.price_books for row in rows)]
    places = [sum(row.without[1] for row in rows), sum(row.near.differences for row in rows)]
    total = ["all", "", books[0], places[0], books[1], places[1], "", ""]
    lines = [HEADER, ["---"] * len(HEADER), *(row.cells for row in rows), total]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def main() -> int:
    """Move every rate and print what became of the plan."""
    parser = ArgumentParser("python -m tests.benchmarks.steadiness", description=__doc__)
    parser.add_argument("case", type=Path, nargs="?", default=IMAGING, metavar="CASE")
    parser.add_argument("--scenario", default="base", metavar="NAME")
    parser.add_argument("--by", default="provider", metavar="COLUMNS", help="columns of rates that tell groups apart")
    parser.add_argument("--move", type=float, default=0.01, metavar="SHARE")
    parser.add_argument("--give", type=float, default=1e-4, metavar="SHARE")
    asked = parser.parse_args()
    rows = []
    for row in moved(load_case(asked.case), asked.scenario, asked.by.split(","), asked.move, asked.give):
        print(*row.cells, sep="  ", file=sys.stderr, flush=True)
        rows.append(row)
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
