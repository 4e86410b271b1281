"""Numbers and totals that the arithmetic cannot carry: refused with the range, everything within it read."""

from __future__ import annotations

from math import inf

import pandas as pd
import pytest

from models import Case, CaseError, Scenario, apply_scenario, build_case, load_case
from models.intake.cells import parse
from models.intake.raw import from_objects
from models.schema import TABLES, Column, ColumnKind
from models.schema.fields import LARGEST, LARGEST_RATIO, SMALLEST
from tests.worlds.small_case import write_small_case

NUMBERS = [
    pytest.param(column, id=f"{table.name}.{column.name}")
    for table in TABLES.values()
    for column in table.columns
    if column.kind is ColumnKind.NUMBER
]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("small") / "case"))


@pytest.mark.parametrize("column", NUMBERS)
def test_every_number_has_a_largest_size(column: Column) -> None:
    assert LARGEST_RATIO <= column.largest < inf
    most = min(column.largest, column.bounds.high)
    parsed = parse(from_objects([most, most * 1.001, -1e300]), column)
    faulty = [row for fault in parsed.faults for row in fault.rows.nonzero()[0]]

    assert 0 not in faulty
    if column.bounds.high == inf:
        assert faulty.count(1) == 1
        assert faulty.count(2) == (0 if column.only_for and column.bounds.low == 0 else 1)


@pytest.mark.parametrize("column", NUMBERS)
def test_small_numbers_are_read_but_where_something_is_divided_by_them(column: Column) -> None:
    parsed = parse(from_objects([SMALLEST, 1e-300]), column)
    divides = column.bounds.low == 0 and column.bounds.low_open
    refused = [0, 1] if column.bounds.low >= 1 else [1] if divides else []

    assert [row for fault in parsed.faults for row in fault.rows.nonzero()[0]] == refused


def changed(case: Case, **cells: float) -> dict[str, pd.DataFrame]:
    """The case's tables with whole columns set: `table__column=value`."""
    tables = {name: frame.copy() for name, frame in case.tables.items()}
    for place, value in cells.items():
        table, _, column = place.partition("__")
        tables[table][column] = value
    return tables


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"installed_base__units": 1e12, "products__unit_value": 1e7}, "units and unit_value may come to 7e+19"),
        ({"accounts__product_revenue": 1e17, "loyalty__cross_sell": 9.0}, "may come to 5e+18 of product revenue"),
        ({"installed_base__units": 1e12, "rates__cost_per_case": 1e9}, "times cost_per_case may come to"),
        ({"installed_base__units": 1e12, "services__hours_per_case": 1e9}, "times hours_per_case may come to"),
        ({"installed_base__units": 1e10, "installed_base__usage_hours": 1e9}, "the prices of usage_based models"),
        ({"products__incident_rate": 1e6, "tiers__incident_factor": 1e6, "pricing_models__incident_factor": 1e6,
          "service_mix__cases_per_incident": 1e6}, "cases"),
    ],
)  # fmt: skip
def test_totals_beyond_the_range_are_refused(case: Case, cells: dict[str, float], told: str) -> None:
    tables = changed(case, **cells)
    if "installed_base__units" in cells:
        tables["contracts"] = tables["contracts"].iloc[:0]

    with pytest.raises(CaseError) as refusal:
        build_case(case.settings, tables)

    assert told in str(refusal.value)
    assert "at most 1e+18 in the whole case" in str(refusal.value)


def test_a_change_cannot_lead_out_of_the_range(case: Case) -> None:
    change = {"table": "rates", "column": "cost_per_case", "multiply": 1e12}
    scenario = Scenario.model_validate({"change": (change,)})

    with pytest.raises(CaseError, match=r"cost_per_case: too large for the arithmetic; .* at most 1e\+12"):
        apply_scenario(case, scenario)


def test_large_cases_of_a_small_currency_are_read(case: Case) -> None:
    tables = changed(case)
    for table, columns in {"accounts": ["product_revenue"], "products": ["unit_value"]}.items():
        tables[table][columns] *= 1e5

    assert build_case(case.settings, tables).tables["accounts"]["product_revenue"].max() == 4e10
    assert LARGEST > 4e10
