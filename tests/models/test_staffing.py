"""Engagements at levels of load: by hand for one person, on the case's own times, and what is refused."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import optimizer
from models import Case, CaseError, build_case, load_case
from models.staffing import COLUMNS, LEVELS, staffing
from tests.folders import TINY
from tests.worlds.small_case import write_small_case


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case(TINY)


def factors(rows: pd.DataFrame) -> list[float]:
    return rows["response_factor"].tolist()


def test_one_person_by_hand(case: Case) -> None:
    """Own: 2 h a case, answered in 4 h. Alone, a case waits 2 x load / (1 - load): 2 h at 0.5, 6 h at 0.75."""
    found = staffing(case, "Own", 1, levels=[0.5, 0.75], reference_load=0.5)
    assert (found.handling_hours, found.response_hours) == (2, 4)
    assert found.loads["wait_hours"].tolist() == pytest.approx([2, 6])
    assert found.loads["response_hours"].tolist() == pytest.approx([4, 8])
    assert factors(found.engagements) == pytest.approx([1, 2])
    assert list(found.engagements.columns) == list(COLUMNS)
    assert found.engagements["engagement"].tolist() == ["load_50", "load_75"]
    assert found.engagements["max_utilization"].tolist() == [0.5, 0.75]


def test_handling_hours_may_be_named(case: Case) -> None:
    found = staffing(case, "Own", 1, handling=1.0, levels=[0.25, 0.75], reference_load=0.5)
    assert factors(found.engagements) == pytest.approx([(4 + 1 / 3 - 1) / 4, (4 + 3 - 1) / 4])


def test_the_response_of_the_case_holds_at_the_reference_load(case: Case) -> None:
    found = staffing(case, "Partner", 7)
    assert found.engagements["max_utilization"].tolist() == list(LEVELS)
    assert factors(found.engagements)[1] == 1
    assert factors(found.engagements) == sorted(factors(found.engagements))
    assert optimizer.staffing(case, "Partner", 7).engagements.equals(found.engagements)


def test_rates_on_the_response_clock_count_once_each(tmp_path_factory: pytest.TempPathFactory) -> None:
    small = load_case(write_small_case(tmp_path_factory.mktemp("case")))
    tables = small.tables
    services = tables["services"][tables["services"]["response_clock"].astype(bool)]
    own = tables["rates"][tables["rates"]["provider"] == "Orbis"].merge(services, on="service")
    found = staffing(small, "Orbis", 10)
    assert 0 < len(own) < (tables["rates"]["provider"] == "Orbis").sum() + 1
    assert found.response_hours == pytest.approx(own["response_hours"].mean())
    assert found.handling_hours == pytest.approx(own.drop_duplicates("service")["hours_per_case"].mean())
    terms = found.engagements[["commitment", "risk_share", "retainer", "cost_factor", "revenue_share"]]
    assert terms.drop_duplicates().to_numpy().tolist() == [[5000, 0.5, 0, 1, 0]]  # its own, and what is neutral


def test_the_case_stays_as_it_is(case: Case) -> None:
    before = {name: table.copy() for name, table in case.tables.items()}
    staffing(case, "Own", 2)
    assert all(case.tables[name].equals(table) for name, table in before.items())


def refused(case: Case, *asked: Any, **named: Any) -> list[str]:
    with pytest.raises(CaseError) as refusal:
        staffing(case, *asked, **named)
    return [str(problem) for problem in refusal.value.problems]


def test_everything_that_makes_no_sense_is_told_at_once(case: Case) -> None:
    told = refused(case, "Own", 0, handling=0.0, levels=[0.5, 1.0, -0.1, 0.5], reference_load=1.2)
    assert [sentence.partition(":")[0] for sentence in told] == [
        f"staffing, argument {name}" for name in ("people", "handling", "levels", "levels", "reference_load", "levels")
    ]
    assert "falls behind without end" in told[2]
    assert "the same level twice" in told[-1]


@pytest.mark.parametrize(("levels", "reason"), [([], "no level"), ([float("nan")], "no load"), ([2.0], "infinite")])
def test_levels_that_are_none(case: Case, levels: list[float], reason: str) -> None:
    (sentence,) = refused(case, "Own", 2, levels=levels)
    assert reason in sentence


def test_an_unknown_provider_is_named(case: Case) -> None:
    (sentence,) = refused(case, "Partnr", 2)
    assert 'did you mean "Partner"' in sentence


def test_a_provider_without_a_response_time_is_refused(case: Case) -> None:
    tables = {**case.tables, "services": case.tables["services"].assign(response_clock=False)}
    (sentence,) = refused(build_case(case.settings, tables, case.scenarios), "Own", 2)
    assert "no rate of a service on the response clock" in sentence


def test_a_response_of_less_than_nothing_is_refused(case: Case) -> None:
    """Alone and busy for 0.8 a case waits 8 h, which the 4 h of the case cannot hold: 4 + 0.5 - 8 at 0.2."""
    (sentence,) = refused(case, "Own", 1, levels=[0.2, 0.8], reference_load=0.8)
    assert "the mean response would be -3.5 hours" in sentence
    assert "a lower reference load" in sentence
