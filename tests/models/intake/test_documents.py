"""TOML that is too deep, too large or of the wrong kind is refused in words, in time that its size justifies."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from models import CaseError, build_case, load_case, vary
from models.intake.documents import read_toml
from models.problems import ProblemList
from tests.worlds.small_case import write_small_case

DEEP = "nested too deeply"
LARGE = "an integer is too large"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_case(tmp_path_factory.mktemp("documents") / "case")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("max_tiers = " + "[" * 100_000, DEEP),
        ("max_tiers = " + "{a=" * 100_000, DEEP),
        ("a" + ".a" * 100_000 + " = 1", DEEP),
        ("[" + "a . " * 50_000 + "a]", DEEP),
        ('"\\""' + '."\\""' * 30_000 + " = 1", DEEP),
        ("x = {b = 1, " + "'a'." * 50_000 + "a = 1}", DEEP),
        ("x = " + "[" * 30 + "]" * 30, DEEP),
        ("max_tiers = " + "1" * 5_000, LARGE),
        ("max_tiers = -" + "1" * 400, LARGE),
        ("max_tiers = 0x" + "f" * 100_000, LARGE),
        ("max_tiers = 9223372036854775808", LARGE),
        ('[[change]]\ntable = "rates"\ncolumn = "csat"\nset = ' + "9" * 400, LARGE),
        ("#" * (4 << 20) + "\n", "bytes"),
        ("max_tiers = 2024-01-01", 'found "2024-01-01"; expected an integer'),
        ("min_service_margin = 10:00:00", 'found "10:00:00"; expected a number'),
        ("max_tiers = [1, 2]", 'found "[1, 2]"; expected an integer'),
        ("max_tiers = { a = 1 }", "expected an integer"),
        ("min_service_margin = 1e999", "expected a finite number"),
        ("change = 5", "expected [[change]] blocks"),
        ("change = [1]", "key change[1]: wrong value"),
        ('[change]\ntable = "rates"', "expected [[change]] blocks"),
        ('[[change]]\ntable = "rates"\ncolumn = "csat"\nset = 2024-01-01', "key change[1].set: wrong value"),
        ("description = [" + "1," * 100_000 + "]", "expected text in quotation marks"),
        ("".join(f"k{at} = 1\n" for at in range(20_000)), "and more keys at fault, 20,000 in all"),
    ],
    ids=range(24),
)
def test_a_scenario_that_cannot_be_read_is_told(folder: Path, text: str, told: str) -> None:
    file = folder / "scenarios" / "odd.toml"
    file.write_text(text)
    start = time.process_time()

    with pytest.raises(CaseError) as refused:
        load_case(folder)
    file.unlink()

    sentences = [str(problem) for problem in refused.value.problems]
    assert any(sentence.startswith("scenarios/odd.toml") and told in sentence for sentence in sentences), sentences[:3]
    assert max(map(len, sentences)) < 1_000
    assert len(sentences) < 110
    assert time.process_time() - start < 10


def test_twenty_levels_and_long_texts_with_points_are_read() -> None:
    problems = ProblemList()
    text = 'description = "' + "a.b," * 1_000 + '"\n' + ".".join("abcdefghijklmnopqrst") + " = 1\n"

    assert read_toml("x.toml", text.encode(), problems) is not None
    assert len(problems) == 0


def test_documents_in_memory_have_the_same_limits(folder: Path) -> None:
    case = load_case(folder)
    endless: dict[str, object] = {}
    endless["x"] = endless
    for document, told in (({"max_tiers": 10**5000}, LARGE), ({"x": endless}, "x"), (endless, "x")):
        with pytest.raises(CaseError, match=told):
            build_case(case.settings, case.tables, {"base": document})


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.toml", "[vary]\nmax_tiers = " + "[" * 100_000, DEEP),
        ("a.toml", "[vary]\nmax_tiers = [" + "1" * 5_000 + "]", LARGE),
        ("a.toml", "[vary]\nmax_tiers = 2024-01-01", "no lists of values"),
        ("a.toml", "[vary]\nmax_tiers = [2024-01-01]", "expected an integer"),
        ("a.csv", "scenario,max_tiers\nx," + "9" * 200_000 + "\n", "line 2"),
        ("a.csv", "scenario,max_tiers\nx,1\n,\nx,2\n", "two scenarios have this name"),
    ],
)
def test_files_of_scenarios_have_the_same_limits(folder: Path, tmp_path: Path, name: str, text: str, told: str) -> None:
    case = load_case(folder)
    (tmp_path / name).write_text(text)

    with pytest.raises(CaseError, match=told):
        vary(case, tmp_path / name, "base")
