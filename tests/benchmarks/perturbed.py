"""Perturbed copies of a case, so that figures are the engine's and not the example's.

python -m tests.benchmarks.perturbed CASE FOLDER [--seed N]

Every name is another one and every number of the tables lies a few per cent beside its own, by seed. What belongs
together moves together: the prices of a model, a partner's discounts, the units of a contract and those installed, a
tier's satisfaction. Numbers with a top move by a share of the smaller distance to either end, so that 0 and the top
stay; whole numbers, words of fixed lists and the rules of scenarios stay too, and so does the name `base`.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any

import pandas as pd

from models import Case, Change, Scenario, build_case, load_case, write_case
from models.schema import TABLES, Column, ColumnKind

BASE = "base"
"""The scenario that commands take where none is named, which keeps its name."""
MOST = 0.03
"""Share by which a number moves at most."""
DIGITS = 6
"""Significant digits of the numbers that are written."""
TOGETHER: dict[tuple[str, str], tuple[str, ...]] = {
    **{(table, "price"): ("model",) for table in ("price_points", "current_menus", "contracts")},
    **{(table, "units"): ("account_id", "product") for table in ("installed_base", "contracts")},
    **{("volume_discounts", column): ("provider",) for column in ("above", "discount")},
    **{("tiers", column): ("tier",) for column in ("csat_floor", "csat_target")},
}
"""Columns whose numbers move together where these columns agree, by table and column."""
GROUP = {"csat_floor": "csat", "csat_target": "csat"}
"""What columns of one row that move together are known by; any other column by its own name."""


@dataclass(frozen=True)
class Perturbation:
    """Other names and slightly other numbers, the same for the same seed."""

    seed: int

    def name(self, name: str) -> str:
        """Another name for a name; what is blank stays."""
        return f"n{self._digest(name)[:10]}" if name else name

    def scenario_name(self, name: str) -> str:
        """Another name for a scenario, but for `base`."""
        return name if name == BASE else self.name(name)

    def factor(self, *key: object) -> float:
        """From 1 - `MOST` to 1 + `MOST`."""
        return 1 + MOST * (2 * int(self._digest(*key)[:13], 16) / 16**13 - 1)

    def number(self, value: float, top: float, *key: object) -> float:
        """Another number between 0 and its top, if it has one."""
        moved = value * self.factor(*key) if value <= top / 2 else top - (top - value) * self.factor(*key)
        return float(f"{moved:.{DIGITS}g}")

    def _digest(self, *key: object) -> str:
        return sha256(repr((self.seed, *map(str, key))).encode()).hexdigest()

    def table(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """A table of a case with its names and numbers changed."""
        columns = TABLES[name].by_name
        changed = {column: self._column(name, columns[column], frame) for column in frame.columns}
        moved = pd.DataFrame(changed, index=frame.index)
        return _whole_shares(moved) if name == "customer_classes" else moved

    def _column(self, table: str, column: Column, frame: pd.DataFrame) -> Sequence[Any]:
        cells = frame[column.name].tolist()
        if column.kind is ColumnKind.TEXT:
            return [cell if pd.isna(cell) or cell in column.also else self.name(cell) for cell in cells]
        if column.kind is not ColumnKind.NUMBER:
            return cells
        keys = frame[list(TOGETHER.get((table, column.name), TABLES[table].key))].astype(str).to_numpy().tolist()
        known_by = GROUP.get(column.name, column.name)
        own = "" if (table, column.name) in TOGETHER else table
        top = column.bounds.high
        return [
            cell if pd.isna(cell) else self.number(cell, top, own, known_by, *key)
            for cell, key in zip(cells, keys, strict=True)
        ]

    def scenario(self, scenario: Scenario) -> Scenario:
        """A scenario whose changes are made to the renamed rows."""
        changes = tuple(map(self._change, scenario.change))
        return scenario.model_copy(update={"name": self.scenario_name(scenario.name), "change": changes})

    def _change(self, change: Change) -> Change:
        columns = TABLES[change.table].by_name if change.table in TABLES else {}
        names = {name for name, column in columns.items() if column.kind is ColumnKind.TEXT}
        where = {name: self._wanted(wanted) if name in names else wanted for name, wanted in change.where.items()}
        value = self.name(str(change.set)) if change.set is not None and change.column in names else change.set
        return change.model_copy(update={"where": where, "set": value})

    def _wanted(self, wanted: Any) -> Any:
        return [self.name(str(one)) for one in wanted] if isinstance(wanted, list) else self.name(str(wanted))


def _whole_shares(classes: pd.DataFrame) -> pd.DataFrame:
    """Customer classes whose shares sum to 1 in each segment again."""
    return classes.assign(share=classes["share"] / classes.groupby("segment")["share"].transform("sum"))


def perturbed(case: Case, seed: int) -> Case:
    """A perturbed copy of a case, checked as any case is."""
    by_seed = Perturbation(seed)
    settings = case.settings.model_dump() | {
        "name": by_seed.name(case.settings.name),
        "discount_rate": by_seed.number(case.settings.discount_rate, inf, "discount_rate"),
    }
    tables = {name: by_seed.table(name, table) for name, table in case.tables.items() if len(table)}
    return build_case(settings, tables, _dumped(map(by_seed.scenario, case.scenarios.values())))


def _dumped(scenarios: Iterable[Scenario]) -> dict[str, dict[str, Any]]:
    return {one.name: one.model_dump(exclude={"name"}, exclude_none=True) for one in scenarios}


def perturbed_folder(source: Path, home: Path, seed: int) -> Path:
    """The folder below `home` that holds a perturbed copy of the case in a folder, made unless it is there."""
    sources = [Path(__file__), *(file for file in sorted(source.rglob("*")) if file.suffix in (".csv", ".toml"))]
    digest = sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()[:8]
    folder = home / f"{source.name}-{seed}-{digest}"
    return folder if folder.exists() else write_case(perturbed(load_case(source), seed), folder)


def main() -> int:
    """Write a perturbed copy of a case."""
    parser = ArgumentParser("python -m tests.benchmarks.perturbed", description="Write a perturbed copy of a case.")
    parser.add_argument("case", type=Path, metavar="CASE", help="case folder or .xlsx workbook")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="folder to write; must not exist")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="which copy (default: 0)")
    arguments = parser.parse_args()
    print(write_case(perturbed(load_case(arguments.case), arguments.seed), arguments.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
