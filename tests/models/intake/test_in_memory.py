"""Tables in memory: every common form is read, any other is refused with its type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from models import Case, CaseError, build_case, check_menus, load_case, vary
from tests.worlds.small_case import write_small_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("memory") / "case"))


def build(case: Case, **tables: Any) -> Case:
    given = {name: table for name, table in case.tables.items() if len(table)}
    return build_case(case.settings, {**given, **tables}, case.scenarios)


def sentences(make: Callable[[], object]) -> list[str]:
    with pytest.raises(CaseError) as refused:
        make()
    return [str(problem) for problem in refused.value.problems]


class Stream:
    """A table of another library, which hands itself over as Arrow's C stream."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.table = pa.Table.from_pandas(frame, preserve_index=False)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    "form",
    [
        lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
        lambda frame: pa.RecordBatch.from_pandas(frame, preserve_index=False),
        lambda frame: frame.to_dict("records"),
        lambda frame: [{key: cell for key, cell in row.items() if cell == cell} for row in frame.to_dict("records")],
        lambda frame: frame.to_dict("list"),
        lambda frame: {name: frame[name] for name in frame},
        lambda frame: {name: frame[name].to_numpy() for name in frame},
        lambda frame: pa.Table.from_pandas(frame.set_index(pd.Index(range(len(frame))[::-1]))),
        Stream,
    ],
    ids=["table", "batch", "rows", "rows without blanks", "lists", "series", "arrays", "filtered", "stream"],
)
def test_a_table_may_have_any_common_form(case: Case, form: Callable[[pd.DataFrame], object]) -> None:
    built = build(case, tiers=form(case.tables["tiers"]), rates=form(case.tables["rates"]))

    for name in ("tiers", "rates"):
        pd.testing.assert_frame_equal(built.tables[name], case.tables[name])
    menus = form(case.tables["current_menus"])
    pd.testing.assert_frame_equal(check_menus(menus, case), case.tables["current_menus"])  # type: ignore[arg-type]


def generated() -> Iterator[dict[str, str]]:
    yield {"tier": "gold"}


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (None, "NoneType"),
        (5, "int"),
        ("tiers.csv", "str"),
        (Path("tiers.csv"), "PosixPath"),
        (np.zeros((2, 2)), "numpy.ndarray"),
        (pd.Series([1]), "Series"),
        ([["gold", 1]], "list"),
        ([{"tier": "gold"}, 5], "list"),
        ({"tier": "gold"}, "dict"),
        ({"tier": {0: "gold"}}, "dict"),
        (generated(), "generator"),
    ],
)
def test_any_other_object_is_refused_with_its_type(case: Case, given: object, kind: str) -> None:
    (sentence,) = sentences(lambda: build(case, tiers=given))

    assert sentence.startswith("tiers: ")
    assert kind in sentence or "cannot be read" in sentence
    assert len(sentences(lambda: check_menus(given, case))) == 1  # type: ignore[arg-type]


def test_labels_are_texts_and_differ_by_more_than_blanks(case: Case) -> None:
    tiers = case.tables["tiers"]
    levels = tiers.set_axis(pd.MultiIndex.from_product([["x"], tiers.columns]), axis=1)
    odd: list[tuple[object, str]] = [
        (tiers.assign(**{"rank ": 1}), "column rank: the column occurs twice"),
        ({**tiers.to_dict("list"), " rank": [1] * len(tiers)}, "column rank: the column occurs twice"),
        (pd.concat([tiers, tiers[["rank"]]], axis=1), "column rank: the column occurs twice"),
        (tiers.rename(columns={"rank": 3}), 'label is no text; found "3"'),
        (levels, "labels of several levels"),
        ({"tier": ["a", "b"], "rank": [1]}, "the columns differ in length"),
        (pd.DataFrame(columns=[str(at) for at in range(1001)]), "the table has 1,001 columns; expected at most 1,000"),
    ]
    for table, told in odd:
        (sentence,) = sentences(lambda table=table: build(case, tiers=table))
        assert told in sentence


def ids(case: Case, make: Callable[[list[int]], Any]) -> dict[str, pd.DataFrame]:
    """The tables with account_id as whole numbers, in one form in accounts and as int in the others."""
    tables = {}
    for name in ("accounts", "installed_base", "contracts"):
        numbers = [int(cell[1:]) for cell in case.tables[name]["account_id"]]
        tables[name] = case.tables[name].assign(account_id=make(numbers) if name == "accounts" else numbers)
    return tables


@pytest.mark.parametrize(
    "make",
    [
        lambda numbers: np.array(numbers, float),
        lambda numbers: [str(one) for one in numbers],
        lambda numbers: [Decimal(one) for one in numbers],
        lambda numbers: [Decimal(f"{one}.00") for one in numbers],
        lambda numbers: pd.Series([np.int16(one) for one in numbers], dtype=object),
        lambda numbers: pd.Series([1, 2.0, Decimal("3.0"), np.float32(4), "5"], dtype=object),
        lambda numbers: pd.array(numbers, dtype="Int64"),
        lambda numbers: pd.Categorical(np.array(numbers, float)),
    ],
)
def test_whole_numbers_are_one_name_however_they_are_stored(case: Case, make: Callable[[list[int]], Any]) -> None:
    assert build(case, **ids(case, make)).tables["accounts"]["account_id"].tolist() == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (1001.5, "1001.5"),
        (2.0**53 + 2, "9007199254740994.0"),
        (Decimal("1.5"), "1.5"),
        (Decimal("1E+100000"), "1E+100000"),
        (10**5000, "a whole number of about 5,001 digits"),
        (True, "true"),
        (1j, "1j"),
        (date(2024, 1, 1), "2024-01-01"),
        (float("nan"), "blank cell"),
        (Decimal("sNaN"), "blank cell"),
    ],
    ids=range(10),
)
def test_other_values_are_no_names(case: Case, first: object, told: str) -> None:
    tables = ids(case, lambda numbers: pd.Series([first, *numbers[1:]], dtype=object))

    assert told in sentences(lambda: build(case, **tables))[0]


def test_text_in_memory_that_is_no_utf8_is_refused(case: Case) -> None:
    broken = pa.Array.from_buffers(
        pa.large_string(), 1, [None, pa.py_buffer(bytes(8) + b"\1" + bytes(7)), pa.py_buffer(b"\xff")]
    )

    for table in ({"tier": broken}, pa.table({"tier": broken})):
        assert "tiers" in sentences(lambda table=table: build(case, tiers=table))[0]


def test_what_is_no_mapping_is_refused(case: Case) -> None:
    tables = dict(case.tables)
    for make, table in (
        (lambda: build_case([], tables), "settings"),  # type: ignore[arg-type, list-item]
        (lambda: build_case(case.settings, []), "tables"),  # type: ignore[arg-type]
        (lambda: build_case(case.settings, tables, {"base": 5}), "scenario base"),  # type: ignore[dict-item]
        (lambda: build_case(case.settings, tables, {"base": {}, "base ": {}}), "scenarios"),
        (lambda: build_case(case.settings, tables, {"base": {}, "Base": {}}), "scenarios"),
        (lambda: build_case(case.settings, tables, {"\u00e9": {}, "e\u0301": {}}), "scenarios"),
        (lambda: build_case(case.settings, {**tables, 5: tables["tiers"]}), "5"),  # type: ignore[dict-item]
        (lambda: build_case(case.settings, {**tables, "tiers ": tables["tiers"]}), "tiers "),
    ):
        assert sentences(make)[0].startswith(table)


def test_a_grid_of_too_many_scenarios_is_told_before_it_is_made(case: Case) -> None:
    many = {key: list(range(1000)) for key in ("max_tiers", "min_tiers", "max_models", "max_menu")}

    assert "at most 100,000" in sentences(lambda: vary(case, many, "base"))[0]


@pytest.mark.parametrize("given", [[], {}, pd.DataFrame(), pa.table({})], ids=["rows", "columns", "frame", "table"])
def test_a_table_that_may_be_empty_needs_no_columns_for_that(case: Case, given: object) -> None:
    assert build(case, contracts=given).tables["contracts"].empty
    assert "missing column" in sentences(lambda: build(case, accounts=given))[0]


@pytest.mark.parametrize("blank", [np.float32("nan"), np.datetime64("NaT"), np.timedelta64("NaT")])
def test_a_blank_of_any_type_is_a_blank(case: Case, blank: object) -> None:
    rates = case.tables["rates"]
    tiers = pd.Series([blank, *rates["tier"][1:]], dtype=object)

    assert build(case, rates=rates.assign(tier=tiers)).tables["rates"]["tier"][0] == ""


def test_numbers_of_numpy_may_stand_in_settings_and_scenarios(case: Case) -> None:
    change = {"table": "rates", "where": {"provider": np.array(["Orbis"])}, "column": "csat", "set": np.float64(70)}
    settings = {**case.settings.model_dump(), "discount_rate": np.float32(0.5)}
    made = build_case(settings, case.tables, {"base": {"max_tiers": np.int64(2), "change": [change]}})

    assert (made.settings.discount_rate, made.scenarios["base"].max_tiers) == (0.5, 2)
    assert made.scenarios["base"].change[0].where == {"provider": ["Orbis"]}


def test_a_description_is_text_that_files_can_hold(case: Case) -> None:
    settings = {**case.settings.model_dump(), "description": "\ud800"}

    assert "can be written as UTF-8" in sentences(lambda: build_case(settings, case.tables))[0]
