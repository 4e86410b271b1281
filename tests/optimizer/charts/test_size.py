"""Charts of results that are large in any dimension: drawn, small, within a page, and with a word on what they show."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import altair as alt
import pandas as pd
import pytest
import vl_convert

from models.plan import Decisions
from optimizer import charts
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.assurance.result import Result
from optimizer.charts.size import MOST_DATA, first_named, largest, merged, thinned
from optimizer.charts.theme import REST, titled
from tests.optimizer.charts.made import (
    answer,
    compared,
    explained,
    frame,
    frontiered,
    owned,
    partnered,
    priced,
    result,
    swept,
)

TIERS = tuple(f"tier {n:03}" for n in range(300))
REGIONS = tuple(f"region {n:04}" for n in range(2000))
VEGA_LITE = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])


@cache
def huge() -> Result:
    """3,000 price books, 300 tiers, 300 pricing models, 300 segments, 60 providers, 2,000 regions."""
    menus = [(f"book {n:04}", TIERS[n % 300], f"model {n % 300}", 0.05) for n in range(3000)]
    menus += [("book 0000", tier, "model 0", 0.05) for tier in TIERS[1:]]
    uptake = [
        (f"segment {s:03}", "all", "pump", tier, "", 0.05, 1 / 40, 10.0 + t, 5.0, 40.0)
        for s, (t, tier) in product(range(300), enumerate((*TIERS[:39], "none")))
    ]
    work = [
        (region, "pumps", "repair", TIERS[r % 12], "", f"team {j:02}", 4.0, 8.0 + j + r / 100, 80.0)
        for j, (r, region) in product(range(60), enumerate(REGIONS))
        if (j + r) % 3 == 0
    ]
    felt = [(TIERS[r % 12], region, "csat", 80.0, 75.0, True) for r, region in enumerate(REGIONS)]
    made = result(1)
    plan = replace(
        made.decided,
        decisions=Decisions(TIERS, tuple(f"model {n}" for n in range(300)), ("pump",), ("team 00",)),
        menus=frame("menus", menus),
        uptake=frame("uptake", uptake),
        allocation=frame("allocation", work),
        experience=frame("experience", felt),
    )
    kinds = {f"model {n}": ("fixed_warranty", "pay_per_use", "cost_plus")[n % 3] for n in range(300)}
    return replace(made, plan=plan, tiers=TIERS, model_kinds=kinds)


def levelled() -> Answer:
    level = (78.0, 75.0, 80.0, 20.0, 25.0, "sweet spot", "")
    rows = [(f"segment {n % 300}", TIERS[n % 40], REGIONS[n % 2000], 1.0 + n, *level) for n in range(6000)]
    columns = ["segment", "tier", "region", "cases", "csat", "csat_floor", "csat_target", "cost_per_case",
               "benchmark_per_case", "verdict", "reason"]  # fmt: skip
    return answer("levels", segments=pd.DataFrame(rows, columns=columns))


def scored() -> Answer:
    rows = [(f"team {j}", f"criterion {c:02}", 1.0 + c, 7.0, 5.0) for j, c in product(range(400), range(30))]
    return answer(
        "partners", criteria=pd.DataFrame(rows, columns=["provider", "criterion", "weight", "score", "minimum"])
    )


DRAWN: dict[str, tuple[Callable[[], charts.Chart], str]] = {
    "menu_heat_map": (
        lambda: charts.menu_heat_map(huge()),
        "The 7 largest of 300 tiers, 2 % of menus. The first 40 of 71 price books with them.",
    ),
    "menu_chart": (
        lambda: charts.menu_chart(huge().menus, huge().model_kinds, TIERS, "CHF"),
        "The 7 largest of 300 tiers, 21 % of menus. The first 12 of 70 price books with them.",
    ),
    "uptake_chart": (lambda: charts.uptake_chart(huge()), "The 40 largest of 300 segments, 13 % of units."),
    "profit_waterfall": (lambda: charts.profit_waterfall(huge()), ""),
    "bridge_chart": (lambda: charts.bridge_chart(compared(6000)), ""),
    "rule_cost_chart": (lambda: charts.rule_cost_chart(explained(6000)), "The 40 dearest of 6,000 rules."),
    "tornado_chart": (lambda: charts.tornado_chart(tornado(), "CHF"), "The 40 that matter most of 6,000."),
    "scenario_chart": (lambda: charts.scenario_chart(swept(6000)), "The first 40 of 6,001 plans."),
    "provider_chart": (lambda: charts.provider_chart(huge()), "The 40 largest of 60 providers, 81 % of hours."),
    "experience_chart": (
        lambda: charts.experience_chart(huge().experience, huge().allocation, TIERS, "CHF"),
        "The 1,000 of 1,169 tiers in a region with most cases, 86 % of their cases.",
    ),
    "sweet_spot_map": (lambda: charts.sweet_spot_map(levelled(), huge()), "The 8 largest of 40 tiers, 20 % of cases."),
    "ownership_chart": (
        lambda: charts.ownership_chart(answer("levels", ownership=owned(6000))),
        "The 40 largest of 6,000 places, 1 % of units.",
    ),
    "make_or_buy_chart": (lambda: charts.make_or_buy_chart(partnered(6000)), "500 of 5,999 points, evenly spread."),
    "scorecard_chart": (lambda: charts.scorecard_chart(partnered(6000)), "The first 40 of 6,000 providers."),
    "criteria_chart": (lambda: charts.criteria_chart(scored()), "The 7 largest of 30 criteria, 41 % of weight."),
    "frontier_chart": (lambda: charts.frontier_chart(frontiered(6000)), "of 6,000 points, evenly spread."),
    "price_response_chart": (
        lambda: charts.price_response_chart(priced(6000)),
        "of 6,000 points, evenly spread.",
    ),
}


def tornado() -> pd.DataFrame:
    rows = [
        (f"input {n}", sign, float(n) * (1 if sign == "up" else -1)) for n in range(6000) for sign in ("up", "down")
    ]
    return pd.DataFrame(rows, columns=["input", "setting", "effect"])


def subtitle(spec: dict[str, Any]) -> str:
    return " ".join(spec["title"].get("subtitle", []))


def test_every_public_chart_is_tried_here() -> None:
    assert set(DRAWN) == {name for name in charts.__all__ if name.endswith(("_chart", "_map", "_waterfall"))}


@pytest.mark.parametrize("name", DRAWN)
def test_it_is_drawn_small_and_says_what_it_shows(name: str) -> None:
    draw, told = DRAWN[name]
    spec = draw().to_dict()

    assert told in subtitle(spec)
    assert len(json.dumps(spec)) < 500_000
    assert max(len(rows) for rows in spec["datasets"].values()) <= MOST_DATA
    picture = vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE)
    width, height = struct.unpack(">II", picture[16:24])
    assert 150 < width < 1700
    assert 20 < height < 2600


def test_the_settings_of_the_process_are_left_alone() -> None:
    assert alt.data_transformers.active == "default"
    assert "max_rows" not in alt.data_transformers.options


def test_regions_beyond_the_largest_are_one() -> None:
    spec = charts.provider_chart(huge()).to_dict()
    rows = [row for rows in spec["datasets"].values() for row in rows if "region" in row]
    work = huge().allocation
    kept = work.groupby("provider")["hours"].sum().nlargest(40)

    assert sorted({row["region"] for row in rows})[0] == "1,993 other regions"
    assert len({row["region"] for row in rows}) == 8
    assert sum(row["hours"] for row in rows) == pytest.approx(kept.sum())


def test_tiers_beyond_the_largest_are_one_and_shares_stay_whole() -> None:
    spec = charts.uptake_chart(huge()).to_dict()
    rows = pd.DataFrame([row for rows in spec["datasets"].values() for row in rows])

    assert "32 other tiers" in set(rows["tier"])
    assert "none" in set(rows["tier"])
    assert rows.groupby("segment")["share"].sum().to_list() == pytest.approx([100.0] * 40)


def test_every_price_book_drawn_has_options_and_every_name_a_colour_of_its_own() -> None:
    spec = charts.menu_heat_map(huge()).to_dict()
    rows = pd.DataFrame([row for rows in spec["datasets"].values() for row in rows])
    books = next(iter(spec["layer"]))["encoding"]["y"]["scale"]["domain"]
    assert len(books) == 40
    assert set(books) == set(rows["price_book"])

    parts = charts.provider_chart(huge()).to_dict()["hconcat"]
    scale = parts[0]["layer"][0]["encoding"]["color"]["scale"]
    uptake = charts.uptake_chart(huge()).to_dict()["encoding"]["color"]["scale"]
    for drawn, rest in ((scale, "1,993 other regions"), (uptake, "32 other tiers")):
        assert len(set(drawn["range"])) == len(drawn["domain"])
        assert dict(zip(drawn["domain"], drawn["range"], strict=True))[rest] == REST


def test_causes_beyond_the_largest_are_one_step() -> None:
    spec = charts.bridge_chart(compared(6000)).to_dict()
    rows = pd.DataFrame([row for rows in spec["datasets"].values() for row in rows])

    assert len(rows) == 40
    assert rows.set_index("label").loc["5,963 other causes", "amount"] == pytest.approx(59_630.0)
    assert rows["to"].iloc[-1] == pytest.approx(100.0 + 60_000.0)


def test_what_fits_is_left_as_it_is() -> None:
    table = pd.DataFrame({"name": ["a", "b"], "part": ["x", "x"], "amount": [1.0, 2.0]})
    assert merged(table, "name", "amount", "names") is table
    assert largest(table, "name", "amount", "names") == (table, "")
    assert thinned(table, 2) == (table, "")
    assert first_named(["a", "b"], "names") == (["a", "b"], "")


def test_the_rest_is_summed_by_what_else_tells_rows_apart() -> None:
    rows = [("a", "x", 9.0), ("b", "x", 1.0), ("c", "x", -2.0), ("c", "y", 4.0), ("d", "y", 1.0)]
    table = pd.DataFrame(rows, columns=["name", "part", "amount"])
    few = merged(table, "name", "amount", "names", most=1)

    expected = [("a", "x", 9.0), ("3 other names", "x", -1.0), ("3 other names", "y", 5.0)]
    assert list(few.itertuples(index=False, name=None)) == expected


def test_rows_that_must_be_there_are_kept_when_thinned() -> None:
    table = pd.DataFrame({"at": range(100), "kept": [at == 37 for at in range(100)]})
    few, note = thinned(table, 4, table["kept"])

    assert few["at"].tolist() == [0, 33, 37, 66, 99]
    assert note == "5 of 100 points, evenly spread."


@pytest.mark.parametrize("kind", ["plain", "layers", "beside", "below", "panels"])
def test_no_chart_is_refused_for_its_rows(kind: str) -> None:
    """Whatever a chart draws, its data is cut to what Altair takes, and the chart says so."""
    one, other = (pd.DataFrame({"x": range(n), "panel": ["a"] * n}) for n in (20_000, 10))
    first, second = (alt.Chart(rows).mark_point().encode(x="x:Q") for rows in (one, other))
    made = {
        "plain": lambda: first,
        "layers": lambda: first + second,
        "beside": lambda: alt.hconcat(first, first + second),
        "below": lambda: alt.vconcat(second, first),
        "panels": lambda: (first + first).facet("panel:N"),
    }[kind]()
    spec = titled(made, "Many").to_dict()

    assert max(len(rows) for rows in spec["datasets"].values()) == MOST_DATA
    assert subtitle(spec) == "The first 4,000 of 20,000 rows are drawn."
