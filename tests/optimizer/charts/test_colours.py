"""A change for the better has one colour, and one for the worse another, wherever they are shown."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from rich.console import Console

from models.plan import KPIS
from optimizer import charts
from optimizer.charts.theme import GAIN, LOSS, PALETTE
from optimizer.cli.terminal import show_verdict
from optimizer.results.favour import ADVERSE, FAVOURABLE, LESS_IS_BETTER, UNJUDGED, change_colour, is_favourable
from optimizer.results.summary import SHOWN_KPIS, kpi_rows
from tests.optimizer.charts.made import compared, frontiered, result
from tests.optimizer.cli.showing import PLAN_VALUES, small_plan, small_result
from tests.optimizer.cli.test_terminal import audit_of


@pytest.mark.parametrize("kpi", KPIS)
def test_every_amount_has_a_better_side_or_none(kpi: str) -> None:
    assert kpi not in LESS_IS_BETTER & UNJUDGED
    if kpi in UNJUDGED:
        assert change_colour(kpi, 1.0) is change_colour(kpi, -1.0) is None
    else:
        assert {change_colour(kpi, 1.0), change_colour(kpi, -1.0)} == {FAVOURABLE, ADVERSE}
    assert change_colour(kpi, 0.0) is None


def test_more_revenue_and_less_cost_are_alike() -> None:
    for kpi, change in (("account_revenue", 5.0), ("service_cost", -5.0), ("cost_to_serve", -0.1)):
        assert is_favourable(kpi, change)
        assert not is_favourable(kpi, -change)
    assert (GAIN, LOSS) == (FAVOURABLE, ADVERSE)


def relative_luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("missing", ["red", "green"])
def test_the_pair_is_told_apart_without_red_or_green(missing: str) -> None:
    """Seen by those who lack a cone (Viénot, Brettel & Mollon 1999) one is blue and the other yellow."""
    for colour, is_blue in ((FAVOURABLE, True), (ADVERSE, False)):
        red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        seen = {"red": 0.11238 * red + 0.88762 * green, "green": 0.29275 * red + 0.70725 * green}[missing]
        assert (blue > seen + 0.1) is is_blue


def test_both_are_read_on_white() -> None:
    assert all(1.05 / (relative_luminance(colour) + 0.05) > 3.5 for colour in (FAVOURABLE, ADVERSE))


def colours_by_row(chart: charts.Chart, *names: str) -> list[tuple[Any, ...]]:
    rows = [row for rows in chart.to_dict()["datasets"].values() for row in rows]
    return [tuple(row[name] for name in names) for row in rows if all(name in row for name in names)]


def text_of(chart: charts.Chart) -> str:
    return str(chart.to_dict())


def test_the_waterfall_has_falling_costs_among_the_gains() -> None:
    drawn = dict(colours_by_row(charts.profit_waterfall(result(2)), "label", "kind"))
    assert drawn["Fulfilment cost"] == "gain"  # 130 today, 100 planned
    assert drawn["Delivery cost"] == "loss"
    assert f"'range': ['{GAIN}', '{LOSS}'" in text_of(charts.profit_waterfall(result(2)))


def test_the_frontier_has_rising_cost_among_the_losses() -> None:
    rows = colours_by_row(charts.frontier_chart(frontiered(3)), "kpi", "change", "better")
    assert rows
    assert all(better is (is_favourable(kpi, change) is True) for kpi, change, better in rows)


def test_plans_side_by_side_have_it_too() -> None:
    rows = colours_by_row(charts.scenario_chart(compared(3), ["service_cost"]), "value", "start", "colour")
    assert rows
    for value, start, colour in rows:
        assert colour == (change_colour("service_cost", value - start) or "#4D4D4D")


def test_few_names_never_have_the_colours_of_changes() -> None:
    assert not {GAIN, LOSS} & set(PALETTE[:5])
    assert all(first != second for first, second in pairwise(PALETTE))


def test_tables_have_the_same_colours() -> None:
    dearer = small_result(plan=replace(small_plan(), kpis=PLAN_VALUES | {"service_cost": 1_400_000.0}))
    rows = dict(zip(SHOWN_KPIS, kpi_rows(dearer), strict=True))
    assert rows["service_revenue"].colour == FAVOURABLE
    assert rows["service_cost"].colour == ADVERSE
    assert rows["loyalty_loss"].colour is None
    page = dearer._repr_html_()
    assert f"color:{FAVOURABLE}" in page
    assert f"color:{ADVERSE}" in page


def test_the_terminal_has_the_same_colours() -> None:
    for good, colour in ((True, FAVOURABLE), (False, ADVERSE)):
        stream = io.StringIO()
        show_verdict(Console(file=stream, force_terminal=True, color_system="truecolor"), audit_of(capacity_ok=good))
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert f"38;2;{red};{green};{blue}m" in stream.getvalue()
