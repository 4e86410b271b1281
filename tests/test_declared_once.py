"""What is declared in one place is spelled out in no other: kinds of decision, of provider, gap, tolerances."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.decisions import DECISION_KINDS
from models.schema import PROVIDER_KINDS
from optimizer.results.default_gap import DEFAULT_GAP
from tests.folders import ROOT, SOURCES

HOMES = {"models/decisions.py", "models/economics/delivery_formulas.py", "models/schema/vocabulary.py"}
EXAMPLES = {"models/authoring/example_rows.py", "models/authoring/starter.py"}
"""Rows of example cases, which are data."""
LISTS = {kind.listed for kind in DECISION_KINDS.values()}
PROVIDERS = {*PROVIDER_KINDS, "_partner"}


def spelled_out(tree: ast.AST) -> Iterator[str]:
    """Tables of decision kinds, kinds of provider and gaps that a module spells out itself, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
            words = {value.value for value in node.values if isinstance(value, ast.Constant)}
            if keys >= LISTS and words >= {"tier", "product", "provider"}:
                yield f"{node.lineno}: a table of decision kinds"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in PROVIDERS:
            yield f"{node.lineno}: {node.value}"
        named = node.targets if isinstance(node, ast.Assign) else [node.arg] if isinstance(node, ast.keyword) else []
        value = getattr(node, "value", None)
        if (
            named
            and isinstance(value, ast.Constant)
            and value.value == DEFAULT_GAP
            and not isinstance(value.value, str)
        ):
            yield f"{value.lineno}: {value.value}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_spells_out_what_another_declares(path: Path) -> None:
    where = str(path.relative_to(ROOT))
    if where in HOMES | EXAMPLES | {"optimizer/results/default_gap.py"}:
        return
    assert list(spelled_out(ast.parse(path.read_text(encoding="utf-8")))) == []


def test_what_is_spelled_out_is_seen() -> None:
    text = (
        'PARTS = {"tiers": "tier", "models": "pricing model", "products": "product", "providers": "provider"}\n'
        'own = kind == "in_house"\n'
        'partner = kind.endswith("_partner")\n'
        "_GAP = 1e-4\n"
        "add(default=1e-4)\n"
    )
    assert sorted(spelled_out(ast.parse(text))) == [
        "1: a table of decision kinds",
        "2: in_house",
        "3: _partner",
        "4: 0.0001",
        "5: 0.0001",
    ]


SMALL = 1e-3
"""Numbers up to this are tolerances."""


def tolerances(tree: ast.Module) -> Iterator[tuple[str, float]]:
    """Name and number of each tolerance that a module declares, leading underscores aside."""
    for node in tree.body:
        value = node.value.value if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) else None
        if isinstance(node, ast.Assign) and isinstance(value, float) and 0 < value <= SMALL:
            yield from ((name.id.lstrip("_"), value) for name in node.targets if isinstance(name, ast.Name))


def test_no_two_tolerances_have_one_name() -> None:
    homes: dict[str, list[str]] = {}
    for path in SOURCES:
        for name, _ in tolerances(ast.parse(path.read_text(encoding="utf-8"))):
            homes.setdefault(name, []).append(str(path.relative_to(ROOT)))
    assert len(homes) > 10
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def test_tolerances_are_seen() -> None:
    assert list(tolerances(ast.parse("_CLOSE = 1e-6\nMOST = 40\nSHARE = 0.5\n"))) == [("CLOSE", 1e-6)]
