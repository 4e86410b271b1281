"""What changed between two versions of a case."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import Case, load_case
from models.differences import Difference, differences
from tests.worlds.small_case import write_small_case


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("before") / "case"))


def changed(tmp_path: Path, name: str, *edits: tuple[str, str]) -> Case:
    folder = write_small_case(tmp_path / "after")
    text = (folder / name).read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (folder / name).write_text(text)
    return load_case(folder)


def test_a_case_does_not_differ_from_itself(before: Case, tmp_path: Path) -> None:
    assert differences(before, load_case(write_small_case(tmp_path / "again"))) == ()


def test_cells_rows_and_their_keys_are_told(before: Case, tmp_path: Path) -> None:
    after = changed(
        tmp_path,
        "price_points.csv",
        ("silver,metered,900,\n", ""),
        ("gold,rental,0.25,\n", "gold,rental,0.25,\ngold,rental,0.27,health\n"),
    )
    assert differences(before, after) == (
        Difference("price_points", "removed", "tier=silver, model=metered, price=900", "", "", ""),
        Difference("price_points", "added", "tier=gold, model=rental, price=0.27, price_book=health", "", "", ""),
    )


def test_a_changed_cell_shows_both_values(before: Case, tmp_path: Path) -> None:
    after = changed(tmp_path, "providers.csv", ("own,in_house,600,8000", "own,in_house,650.5,8000"))
    assert differences(before, after) == (
        Difference("providers", "changed", "provider=own", "capacity_hours", "600", "650.5"),
    )


def test_the_order_of_rows_and_what_defaults_mean_do_not_count(before: Case, tmp_path: Path) -> None:
    after = changed(
        tmp_path,
        "segments.csv",
        ("clinic,health,0\nfactory,,0.02\n", "factory,factory,0.02\nclinic,health,\n"),
    )
    assert differences(before, after) == ()


def test_contracts_of_one_key_are_matched_one_by_one(before: Case, tmp_path: Path) -> None:
    line = "A4,gauge,silver,metered,950,1\n"
    after = changed(tmp_path, "contracts.csv", (line, line + "A4,gauge,silver,metered,960,2\n"))
    key = "account_id=A4, product=gauge, tier=silver, model=metered"
    assert differences(before, after) == (Difference("contracts", "added", key, "", "", "price=960; units=2"),)


def test_settings_and_scenarios_are_compared_too(before: Case, tmp_path: Path) -> None:
    folder = write_small_case(tmp_path / "after")
    (folder / "case.toml").write_text((folder / "case.toml").read_text().replace("0.08", "0.09"))
    (folder / "scenarios" / "dear.toml").unlink()
    base = folder / "scenarios" / "base.toml"
    base.write_text(base.read_text().replace("0.05", "0.06") + "max_tiers = 1\n")

    assert differences(before, load_case(folder)) == (
        Difference("case", "changed", "", "discount_rate", "0.08", "0.09"),
        Difference("scenarios", "changed", "scenario=base", "min_service_margin", "0.05", "0.06"),
        Difference("scenarios", "changed", "scenario=base", "max_tiers", "", "1"),
        differences(before, load_case(folder))[3],
    )
    gone = differences(before, load_case(folder))[3]
    assert (gone.change, gone.key) == ("removed", "scenario=dear")
    assert "change[1]=table=rates, where=provider=Orbis" in gone.before
