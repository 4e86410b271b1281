"""Alternatives against the full ranking of structures by enumeration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations
from typing import Any

import pytest

import optimizer
from models import CaseError
from optimizer.analysis.machinery.sessions.solver_session import SolverSession
from optimizer.assurance.result import Result
from tests.optimizer.analysis.posed import case_of, scenario_of, world_of
from tests.oracle.conditioned import Bound, best_within, share_of_hours
from tests.oracle.linear import Linear, plus
from tests.oracle.menus import Menu, used_models, used_tiers
from tests.oracle.rules import PARTNERS, hours
from tests.oracle.settling import Flow
from tests.oracle.world import World

SHARE = 0.05


def subsets(names: list[str]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))


def an_hour_at_least(partner: str) -> object:
    def rules(world: World, flow: Flow) -> list[Linear]:
        return [plus((1.0, hours(world, flow, partner)), (-1.0, {"": 1.0}))]

    return rules


def ranking(seed: int) -> list[float]:
    """Best objective of every structure: tiers, models, and partners with at least their share of the work."""
    world = world_of(seed, scenario_of(seed))
    tiers, models = world.names("tiers", "tier"), world.names("pricing_models", "model")
    chosen = [row["provider"] for row in world.tables["providers"] if row["kind"] in PARTNERS]
    free = [name for name in chosen if world.row("providers", provider=name)["engage"] == "optional"]
    found = []
    for engaged in subsets(free):
        states = {name: "required" if name in engaged else "excluded" for name in free}
        rows = [{**row, "engage": states.get(row["provider"], row["engage"])} for row in world.tables["providers"]]
        under = replace(world, tables={**world.tables, "providers": rows})
        work = tuple(rule for name in engaged for rule in (share_of_hours((name,), SHARE, 1.0), an_hour_at_least(name)))
        for wanted in ((set(t), set(m)) for t in subsets(tiers) for m in subsets(models)):

            def together(menus: list[Menu], wanted: tuple[set[str], set[str]] = wanted) -> bool:
                return (used_tiers(menus), used_models(menus)) == wanted

            best = best_within(under, Bound(together=together, more=work)).objective  # type: ignore[arg-type]  # rules
            found += [] if best is None else [best]
    return sorted(found, reverse=True)


@pytest.mark.parametrize("seed", [18, 25])
def test_alternatives_are_the_best_of_the_full_ranking(seed: int) -> None:
    expected = ranking(seed)
    answer = optimizer.alternatives(case_of(seed), count=4, within=1e9, least_share=SHARE, gap=1e-7)
    table = answer.tables["alternatives"]
    room = 3e-6 * max(1.0, abs(expected[0]))
    assert len(table) == min(4, len(expected))
    assert table["objective"].tolist() == pytest.approx(expected[: len(table)], abs=room)
    assert (table["at_most"] >= table["objective"]).all()
    assert not table.duplicated(["tiers", "models", "partners"]).any()


def test_alternatives_of_the_case_worked_by_hand() -> None:
    """By the tables of data/tiny: without Partner 60 less, per_call for silver 150 (its fixed cost) less."""
    answer = optimizer.alternatives(optimizer.load_case("data/tiny"), count=4, within=0.012)
    assert answer.tables["alternatives"]["loss"].tolist() == pytest.approx([0.0, 60.0, 150.0, 210.0], abs=1e-6)
    decisions = answer.tables["decisions"].set_index("decision")
    assert decisions.loc["Partner", "share"] == 0.5
    assert decisions.loc[["gold", "silver", "fixed", "Own"], "safe"].all()
    assert not decisions.loc["per_call", "safe"]
    likeness = answer.tables["likeness"].set_index(["rank", "other"])["alike"]
    assert likeness[1, 2] == pytest.approx(9 / 10)  # 2 tiers, 1 model, 2 products, 2 providers, 3 options; one less


def test_too_great_a_loss_ends_the_list() -> None:
    answer = optimizer.alternatives(optimizer.load_case("data/tiny"), within=0.005)
    assert len(answer.tables["alternatives"]) == 2
    assert "loses more than" in answer.sentences[0]


def test_a_stop_between_two_plans_is_no_finding_about_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    stop: list[str] = []
    solve = SolverSession.solve

    def noted(session: SolverSession, *asked: Any, **more: Any) -> Result:
        result = solve(session, *asked, **more)
        stop.extend([more["label"]] if more.get("label") == "alternative 2" else [])
        return result

    monkeypatch.setattr(SolverSession, "solve", noted)
    answer = optimizer.alternatives(optimizer.load_case("data/tiny"), count=4, should_stop=lambda: bool(stop))
    assert len(answer.tables["alternatives"]) == 2  # a third loses no more than the two per cent allowed
    assert answer.sentences[0].endswith("; no other was found in the time allowed.")


def test_numbers_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="count 0"):
        optimizer.alternatives(optimizer.load_case("data/tiny"), count=0)


@pytest.mark.parametrize("within", [float("inf"), float("nan"), -0.1])
def test_numbers_without_sense_are_refused(within: float) -> None:
    with pytest.raises(CaseError, match="a finite number >= 0"):
        optimizer.alternatives(optimizer.load_case("data/tiny"), within=within)


def test_what_was_not_asked_is_told_by_what_it_is() -> None:
    session = SolverSession(optimizer.load_case("data/tiny"), time_limit=60.0)
    with session.answering():
        session._deadline = 0.0
        assert list(session.each([2, 3], named=lambda rank: f"alternative {rank}")) == []
        assert session.shortfall[0] == "Not asked: alternative 2, alternative 3."
