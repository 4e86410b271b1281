"""`solve(near=...)` against full enumeration: fewest price books, fewest differences, best objective."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pandas as pd
import pytest

import optimizer
from models import CaseError, load_case
from models.case import Case
from models.conditions import MenuOption
from models.plan_tables import RunError
from optimizer.assurance.result import Result
from optimizer.results.progress import Progress
from optimizer.results.record import Status
from optimizer.search.state.parameters import NearParameters, SearchParameters
from tests.folders import TINY
from tests.optimizer.search.tree.test_checkpointing import stop_after
from tests.optimizer.solving.test_enumeration import Posed, pose, size
from tests.oracle.enumeration import Enumeration
from tests.oracle.menus import options
from tests.oracle.nearest import Nearest, nearest, reference_of
from tests.oracle.volume import book_cohorts
from tests.slow import one_in
from tests.worlds.small_case import write_small_case

GAP = 1e-7
GIVEN_UP = 1e-6
OFTEN = (1, 4, 7, 125, 127)
"""Of the last two, one price book at a time has no menu that a better plan could use."""
MORE = (0, 2, 12, 9, 11, 13, 17, 19, 21, 23, 25, 27, 29, 43, 89, 91, 109, 119, 121, 123)
GIVES = (1e-4, 0.03, 0.2)
Options = list[tuple[str, str, str, float]]
Covered = set[tuple[str, str]]


@cache
def posed(seed: int) -> tuple[Posed, Enumeration, Result]:
    """A random case, its enumeration, and its best plan."""
    drawn = pose(seed)
    return drawn, Enumeration(drawn.world), optimizer.solve(drawn.case, gap=GAP)


def write_run(folder: Path, menus: Iterable[tuple[str, str, str, float]], covered: Iterable[tuple[str, str]]) -> Path:
    """The two tables of a run that are read of it; there is nothing else in the folder."""
    folder.mkdir(exist_ok=True)
    table = pd.DataFrame(list(menus), columns=["price_book", "tier", "model", "price"])
    table.to_csv(folder / "menus.csv", index=False)
    pairs = [(*pair, "true") for pair in sorted(covered)]
    pd.DataFrame(pairs, columns=["price_book", "product", "covered"]).to_csv(folder / "coverage.csv", index=False)
    return folder


def drawn_reference(seed: int, draw: int) -> tuple[Options, Covered]:
    """Menus that break rules as they like, now and then with a price or a product that nobody has."""
    enumeration, rng = posed(seed)[1], Random(1000 * draw + seed)
    menus: Options = []
    covered: Covered = set()
    for book in enumeration.books():
        for offered in options(enumeration.world, book).values():
            if offered and rng.random() < 0.6:
                tier, model, price = rng.choice(offered)
                menus.append((book, tier, model, price * (1.07 if rng.random() < 0.1 else 1.0)))
        covered |= {(book, product) for product in rng.choice(list(enumeration.coverages(book)))}
        covered |= {(book, "sold no more")} if rng.random() < 0.1 else set()
    return menus, covered


def assert_nearest(result: Result, seed: int, give: float, menus: Options, covered: Covered) -> None:
    """As near as enumeration says, and as good; the floor may be missed by what a second stage gives up."""
    _, enumeration, best = posed(seed)
    assert best.objective is not None
    assert result.near is not None
    assert result.objective is not None
    floor, reference = best.objective - give * size(best.objective), reference_of(menus, covered)
    loose = nearest(enumeration, reference, floor - 3 * GIVEN_UP * size(best.objective))
    strict = nearest(enumeration, reference, floor)
    found = result.near.price_books, result.near.differences
    assert counts(loose) <= found <= counts(strict)
    if strict is not None and found == counts(loose) == counts(strict):
        assert abs(result.objective - strict.objective) <= (GIVEN_UP + 2 * GAP) * size(strict.objective)
    assert result.near.proved
    assert result.near.give == give
    assert result.status is Status.OPTIMAL
    assert result.bound is not None
    assert result.bound >= best.objective - GIVEN_UP * size(best.objective)
    assert result.audit is not None
    assert result.audit.ok


def counts(found: Nearest | None) -> tuple[float, float]:
    return (float("inf"),) * 2 if found is None else (found.price_books, found.differences)


@pytest.mark.parametrize("seed", [*OFTEN, *one_in(6, MORE)])
@pytest.mark.parametrize("draw", range(len(GIVES)))
def test_the_nearest_plan_is_that_of_enumeration(seed: int, draw: int, tmp_path: Path) -> None:
    drawn, _, best = posed(seed)
    if best.plan is None:
        pytest.skip("nothing is feasible")
    menus, covered = drawn_reference(seed, draw)
    run = write_run(tmp_path / "run", menus, covered)
    result = optimizer.solve(drawn.case, gap=GAP, near=run, give=GIVES[draw])
    assert result.near is not None
    assert result.near.reference == str(run)
    assert_nearest(result, seed, GIVES[draw], menus, covered)


@pytest.mark.parametrize("seed", one_in(3, [21, 17, 27, 11, 43, 13, 2, 91]))
def test_nearest_to_today(seed: int) -> None:
    drawn, enumeration, _ = posed(seed)
    world = drawn.world
    today = [
        (row["price_book"], row["tier"], row["model"], row["price"])
        for row in world.tables["current_menus"]
        if row["price_book"] in enumeration.books()
    ]
    sold = {row["product"] for row in world.tables["products"] if row["support"] != "excluded"}
    held = {
        (book, cohort.product)
        for book in enumeration.books()
        for cohort in book_cohorts(world, enumeration.demand, book)
    }
    result = optimizer.solve(drawn.case, gap=GAP, near="today", give=0.1)
    assert result.near is not None
    assert result.near.reference == "today"
    assert_nearest(result, seed, 0.1, today, {pair for pair in held if pair[1] in sold})


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("near") / "case"))


@pytest.fixture(scope="module")
def best(case: Case) -> Result:
    return optimizer.solve(case, "dear", gap=GAP)


def test_a_plan_is_nearest_to_itself(case: Case, best: Result, tmp_path: Path) -> None:
    """Also of a give of 0, and named as a result, a folder or its path."""
    folder = best.save(tmp_path / "run")
    for near in (best, folder, str(folder)):
        again = optimizer.solve(case, "dear", gap=GAP, near=near, give=0.0)
        assert again.near is not None
        assert (again.near.price_books, again.near.differences, again.near.proved) == (0, 0, True)
        assert again.objective == pytest.approx(best.objective, rel=GIVEN_UP)
        pd.testing.assert_frame_equal(again.menus, best.menus)
        pd.testing.assert_frame_equal(again.coverage, best.coverage)


def test_names_that_are_no_more_count_as_gone(case: Case, best: Result, tmp_path: Path) -> None:
    """A price book, a tier, a model, a price and a product: each is one difference, in three price books."""
    health = [row for row in rows(best.menus) if row[0] == "health"]
    menus = [row for row in rows(best.menus) if row[0] != "health"]
    held = {(book, product) for book, product, covered in rows(best.coverage) if covered}
    gone = [
        ("shops", "silver", "metered", 900.0),
        ("factory", "bronze", "metered", 900.0),
        ("health", "iron", "x", 1.0),
    ]
    run = write_run(tmp_path / "run", [*health, *menus, *gone], {*held, ("factory", "plotter")})
    result = optimizer.solve(case, "dear", gap=GAP, near=run)
    assert result.near is not None
    assert (result.near.price_books, result.near.differences, result.near.proved) == (3, 4, True)


def rows(table: pd.DataFrame) -> list[tuple[str, str, str, float]]:
    return list(table.itertuples(index=False, name=None))


def test_a_new_price_is_two_differences(case: Case, best: Result, tmp_path: Path) -> None:
    (book, tier, model, price), *others = rows(best.menus)
    held = {(name, product) for name, product, covered in rows(best.coverage) if covered}  # type: ignore[misc]
    run = write_run(tmp_path / "run", [(book, tier, model, price * 1.5), *others], held)
    result = optimizer.solve(case, "dear", gap=GAP, near=run)
    assert result.near is not None
    assert (result.near.price_books, result.near.differences) == (1, 2)


def test_the_larger_the_share_given_up_the_fewer_the_changes(case: Case, best: Result) -> None:
    assert best.objective is not None
    found = []
    for give in (0.0, 1e-3, 1e-2, 0.1, 0.5):
        result = optimizer.solve(case, "dear", gap=GAP, near="today", give=give)
        assert result.near is not None
        assert result.objective is not None
        assert result.near.proved
        assert result.status is Status.OPTIMAL
        assert result.objective >= best.objective - (give + 2 * GIVEN_UP) * size(best.objective)
        found.append((result.near.price_books, result.near.differences))
    assert found == sorted(found, reverse=True)
    assert found[0] > found[-1]


def test_with_hardly_a_node_the_best_that_is_known_is_counted(case: Case) -> None:
    """The counts are true all the same, and nothing is called proved that is not."""
    none = SearchParameters(near=NearParameters(node_limit=1))
    cut = optimizer.solve(case, "dear", gap=GAP, near="today", give=0.01, params=none)
    whole = optimizer.solve(case, "dear", gap=GAP, near="today", give=0.01)
    assert cut.near is not None
    assert whole.near is not None
    assert not cut.near.proved
    assert not cut.interrupted
    assert cut.status is Status.OPTIMAL
    assert (cut.near.price_books, cut.near.differences) >= (whole.near.price_books, whole.near.differences)
    assert cut.audit is not None
    assert cut.audit.ok


def test_one_that_is_stopped_leaves_a_true_plan(case: Case) -> None:
    """Stopped once the best is proved and fewer changes are looked for."""
    told: list[str] = []

    def hear(news: Progress) -> None:
        told.append(news.phase)
        assert news.objective is None or news.gap is None or news.bound is not None

    looking = "looking for fewer changes"
    stopped = optimizer.solve(
        case, "dear", gap=GAP, near="today", give=0.01, progress=hear, should_stop=lambda: looking in told
    )
    assert looking in told
    assert stopped.near is not None
    assert not stopped.near.proved
    assert stopped.status is Status.OPTIMAL
    assert stopped.interrupted
    assert stopped.audit is not None
    assert stopped.audit.ok


def test_a_search_that_is_resumed_stays_near_what_it_was_to(case: Case, best: Result, tmp_path: Path) -> None:
    """Its reference may be gone by then."""
    run = best.save(tmp_path / "before")
    whole = optimizer.solve(case, "dear", gap=GAP, near=run, give=0.05)
    cut = optimizer.solve(case, "dear", gap=GAP, near=run, give=0.05, **stop_after(2))
    assert cut.state is not None
    cut.save(tmp_path / "cut")
    run.rename(tmp_path / "elsewhere")
    resumed = optimizer.solve(case, "dear", gap=GAP, resume=tmp_path / "cut")
    assert resumed.near == whole.near
    other = optimizer.solve(case, "dear", gap=GAP, resume=tmp_path / "cut", near="today", give=0.05)
    assert other.near is not None
    assert (other.near.reference, other.near.give) == ("today", 0.05)


def test_conditions_hold_near_a_reference(case: Case, best: Result) -> None:
    option = MenuOption("health", "gold", wanted=False)
    held = optimizer.solve(case, "dear", gap=GAP, near=best, give=0.2, conditions=[option])
    assert held.near is not None
    assert held.near.price_books >= 1
    assert not ((held.menus["price_book"] == "health") & (held.menus["tier"] == "gold")).any()


def test_what_cannot_be_near_is_refused_before_anything_is_solved(case: Case, tmp_path: Path) -> None:
    def solved(news: Progress) -> None:
        raise AssertionError(news)

    bare = replace(case, tables={**case.tables, "current_menus": case.tables["current_menus"].iloc[:0]})
    with pytest.raises(CaseError, match="current_menus"):
        optimizer.solve(bare, near="today", progress=solved)
    (tmp_path / "empty").mkdir()
    for run, text in ((tmp_path / "none", "no such folder"), (tmp_path / "empty", "holds no plan")):
        with pytest.raises(RunError, match=text):
            optimizer.solve(case, near=run, progress=solved)
    write_run(tmp_path / "bad", [], set())
    (tmp_path / "bad" / "menus.csv").write_text("price_book,tier\n", encoding="utf-8")
    with pytest.raises(RunError, match=r"menus\.csv"):
        optimizer.solve(case, near=tmp_path / "bad", progress=solved)
    for give in (-0.1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="give"):
            optimizer.solve(case, near="today", give=give, progress=solved)


def test_nothing_feasible_is_near_nothing() -> None:
    tiny = load_case(TINY)
    scenario = tiny.scenarios["base"].model_copy(update={"min_service_margin": 0.999})
    result = optimizer.solve(tiny, scenario, near="today")
    assert (result.status, result.near) == (Status.INFEASIBLE, None)
