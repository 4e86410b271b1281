"""Charts of money: the waterfall from today to the plan, the bridge between plans, what rules cost, the tornado."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan

import altair as alt
import pandas as pd

from ..analysis.machinery.answers.answer import Answer
from ..assurance.result import Result
from ..results.favour import change_colour
from ..results.summary import money
from .size import MOST_ROWS, first_named
from .theme import GAIN, LOSS, MARK, QUIET, TOTAL, WIDTH, Chart, money_axis, named, nothing, titled, tooltips

COSTS = ("delivery_cost", "fulfilment_cost", "admin_cost", "capital_cost", "fixed_cost")
_KINDS = {"gain": GAIN, "loss": LOSS, "total": TOTAL}
_FLAT = 0.35
"""Where the changes are less than this share of the totals, the axis starts near them and not at 0."""


def profit_waterfall(result: Result) -> Chart:
    """Account margin from today's price book to the plan, line by line; without a baseline from nothing to the plan.

    Product margin is account margin less service margin. Raises `NoPlanError` without a plan.
    """
    kpis = result.kpis.set_index("kpi")
    plan = _profit_lines(kpis["value"])
    if result.baseline is None:
        rows = waterfall_rows(plan, None, "Account margin", result.currency)
        return _waterfall(rows, "From revenue to account margin", result.currency)
    before = _profit_lines(kpis["baseline"])
    steps = {line: plan[line] - before[line] for line in plan}
    rows = waterfall_rows(steps, sum(before.values()), "Plan", result.currency)
    return _waterfall(rows, "Account margin: from today's price book to the plan", result.currency)


def _profit_lines(kpis: pd.Series) -> dict[str, float]:
    """Lines that add up to account margin, costs negative."""
    products = float(kpis["account_margin"] - kpis["service_margin"])
    costs = {named(cost): -float(kpis[cost]) for cost in COSTS}
    return {"Product margin": products, "Service revenue": float(kpis["service_revenue"]), **costs}


def bridge_chart(compared: Answer, measure: str = "account_revenue", plan: str | None = None) -> Chart:
    """The bridge of a comparison: what each cause adds to `measure` on the way from the first plan to another.

    `measure` is account_revenue, account_margin, service_revenue or service_margin; `plan` the plan the bridge leads
    to, by default the last compared. Causes beyond the 38 that matter most are one step. Raises ValueError for a plan
    that was not compared.
    """
    title = f"{named(measure)}: the bridge"
    if not compared.tables or compared.tables["bridge"].empty:
        return nothing(title, "The plans do not differ.")
    bridge, overview = compared.tables["bridge"], compared.tables["overview"].set_index("kpi")
    wanted = plan or str(bridge["plan"].iloc[-1])
    rows = bridge[bridge["plan"] == wanted]
    if rows.empty:
        raise ValueError(f"{wanted} was not compared; expected one of {', '.join(bridge['plan'].unique())}")
    first = str(rows["against"].iloc[0])
    steps = {
        named(str(part)): float(amount) for part, amount in zip(rows["part"], rows[measure], strict=True) if amount
    }
    steps = _few(steps, MOST_ROWS - 2)
    drawn = waterfall_rows(steps, float(overview[first][measure]), wanted, compared.currency, first)
    return _waterfall(drawn, f"{named(measure)}: from {first} to {wanted}", compared.currency)


def _few(steps: Mapping[str, float], most: int) -> dict[str, float]:
    """The steps that matter most in their order, all others as one last step."""
    if len(steps) <= most:
        return dict(steps)
    kept = set(sorted(steps, key=lambda name: -abs(steps[name]))[: most - 1])
    rest = sum(amount for name, amount in steps.items() if name not in kept)
    few = {name: amount for name, amount in steps.items() if name in kept}
    return {**few, f"{len(steps) - len(kept):,} other causes": rest}


def waterfall_rows(
    steps: Mapping[str, float], start: float | None, end: str, currency: str, first: str = "Today"
) -> pd.DataFrame:
    """Bars of a waterfall: label, low and high end, amount (money a year), kind (gain, loss, total) and words."""
    reached = start or 0.0
    rows = [] if start is None else [(first, 0.0, start, start, "total", money(start, currency))]
    for label, amount in steps.items():
        kind = "gain" if amount >= 0 else "loss"
        rows.append((label, reached, reached + amount, amount, kind, _signed(amount, currency)))
        reached += amount
    rows.append((end, 0.0, reached, reached, "total", money(reached, currency)))
    return pd.DataFrame(rows, columns=["label", "from", "to", "amount", "kind", "words"])


def _waterfall(rows: pd.DataFrame, title: str, currency: str) -> Chart:
    low, high = _ends(rows)
    shown = rows.assign(**{"from": rows["from"].clip(lower=low), "edge": rows[["from", "to"]].max(axis=1)})
    room = (high - low) * 0.28
    axis, scale = money_axis(f"{currency} a year"), alt.Scale(domain=[low, high + room], nice=False)
    base = alt.Chart(shown, width=WIDTH, height=alt.Step(30)).encode(
        y=alt.Y("label:N", title=None, scale=alt.Scale(domain=list(rows["label"])), axis=alt.Axis(grid=False)),
        tooltip=tooltips(("label", "Line"), ("amount", f"{currency} a year", ",.0f")),
    )
    kinds = alt.Scale(domain=list(_KINDS), range=list(_KINDS.values()))
    bars = base.mark_bar(height={"band": 0.72}).encode(
        x=alt.X("from:Q", axis=axis, scale=scale),
        x2="to:Q",
        color=alt.Color("kind:N", title=None, scale=kinds, legend=None),
    )
    words = base.mark_text(align="left", dx=6).encode(x=alt.X("edge:Q", scale=scale), text="words:N")
    return titled(bars + words, title, f"The axis starts at {money(low, currency)}." if low else "")


def _ends(rows: pd.DataFrame) -> tuple[float, float]:
    """Ends of the axis: from 0, unless the totals would dwarf the steps."""
    totals, steps = rows[rows["kind"] == "total"], rows[rows["kind"] != "total"]
    low = float(min(0.0, rows[["from", "to"]].min().min()))
    high = float(max(rows[["from", "to"]].max().max(), 1e-9))
    if len(steps) == 0 or len(totals) < 2 or low < 0:
        return low, high
    least = float(min(steps[["from", "to"]].min().min(), totals["to"].min()))
    spread = high - least
    return (least - 0.4 * spread, high) if spread < _FLAT * high else (0.0, high)


def rule_cost_chart(explained: Answer) -> Chart:
    """What each rule costs: the objective gained without it, how much more is not ruled out, and one step's gain.

    `explained` is the answer of `explain`; the 40 dearest rules are drawn.
    """
    title = "What each rule costs"
    if not explained.tables or explained.tables["costs"].empty:
        said = (line for line in explained.sentences if line.startswith("No rule leaves the plan without room"))
        return nothing(title, next(said, "What a rule costs was not found in the time allowed."))
    table, currency = explained.tables["costs"], explained.currency
    costs = table.head(MOST_ROWS)
    note = "" if len(table) <= MOST_ROWS else f"The {MOST_ROWS} dearest of {len(table):,} rules."
    rows = costs.assign(
        name=[
            f"{named(rule)}{f', {scope}' if scope else ''}"
            for rule, scope in zip(costs["rule"], costs["scope"], strict=True)
        ],
        words=[money(gain, currency) if pd.notna(gain) else "not known" for gain in costs["gain_dropped"]],
        edge=costs[["gain_dropped", "gain_dropped_at_most"]].max(axis=1).fillna(0.0),
    )
    scale = alt.Scale(domain=[0, float(max(rows["edge"].max(), 1.0)) * 1.25], nice=False)
    base = alt.Chart(rows, width=WIDTH, height=alt.Step(26)).encode(
        y=alt.Y("name:N", title=None, scale=alt.Scale(domain=list(rows["name"])), axis=alt.Axis(grid=False)),
        tooltip=_rule_tips(currency),
    )
    x = alt.X("gain_dropped:Q", axis=money_axis(f"Objective gained, {currency} a year"), scale=scale)
    bar = base.mark_bar(color=GAIN, height={"band": 0.6}).encode(x=x)
    most = base.mark_rule(color=TOTAL).encode(x=alt.X("gain_dropped:Q", scale=scale), x2="gain_dropped_at_most:Q")
    step = base.mark_tick(color=MARK, thickness=3, size=20).encode(x=alt.X("gain_step:Q", scale=scale))
    words = base.mark_text(align="left", dx=6).encode(x=alt.X("edge:Q", scale=scale), text="words:N")
    legend = (
        "All other rules held. Bar: without the rule. Line: up to what is proved out of extent. "
        "Upright tick: one step looser."
    )
    return titled(bar + most + step + words, title, legend, note)


def _rule_tips(currency: str) -> list[alt.Tooltip]:
    return tooltips(
        ("name", "Rule"),
        ("unit", "Unit of limit and step"),
        ("limit", "Limit", ",.4~r"),
        ("gain_dropped", f"Gained without it, {currency} a year", ",.0f"),
        ("gain_dropped_at_most", f"At most, {currency} a year", ",.0f"),
        ("step", "One step", ",.4~r"),
        ("gain_step", f"Gained by one step, {currency} a year", ",.0f"),
        ("moves", "What changes without it"),
    )


def tornado_rows(swept: Answer) -> pd.DataFrame:
    """Effects of one input at a time from a sweep: input, setting, effect on the objective (money a year).

    Effects are against the sweep's scenario that varies nothing, else its first; scenarios that vary more than one
    key, another objective, or that have no plan are left out.
    """
    table = swept.tables["scenarios"]
    keys = list(table.columns[1 : list(table.columns).index("status")])
    settings = table[keys].map(_setting_text)
    varied = (settings != "").sum(axis=1)
    base = table.iloc[int(varied.to_numpy().argmin())]
    rows = table[(varied == 1) & (table["objective_name"] == base["objective_name"]) & table["objective"].notna()]
    chosen = settings.loc[rows.index]
    return pd.DataFrame(
        {
            "input": [next(key for key in keys if row[key]) for row in chosen.to_dict("records")],
            "setting": ["".join(row) for row in chosen.to_numpy()],
            "effect": (rows["objective"] - base["objective"]).to_numpy(dtype=float),
        }
    )


def tornado_chart(effects: pd.DataFrame, currency: str, measure: str = "objective") -> Chart:
    """What a change of each input does to `measure`, the input that matters most on top.

    `effects` has the columns input, setting (what the input is changed to, as text) and effect (money a year). Of more
    than two settings the worst and the best are drawn.
    """
    title = f"What moves the {named(measure).lower().replace('csat', 'CSAT')} most"
    if effects.empty:
        return nothing(title, "No input was changed by itself.")
    order = _by_largest_effect(effects)
    rows = _ends_of(effects[effects["input"].isin(order[:MOST_ROWS])])
    labels, sides = _ends_in_words(rows, currency)
    rows = rows.assign(better=rows["effect"] >= 0, label=labels, place=rows.groupby("input").cumcount())
    extent = float(max(rows["effect"].abs().max(), 1e-9)) * 1.9
    scale = alt.Scale(domain=[-extent, extent], nice=False)
    base = alt.Chart(rows, width=WIDTH, height=alt.Step(20)).encode(
        x=alt.X("effect:Q", axis=money_axis(f"Change of {measure.replace('_', ' ')}, {currency} a year"), scale=scale),
        y=alt.Y("input:N", title=None, scale=alt.Scale(domain=order[:MOST_ROWS]), axis=alt.Axis(grid=False)),
        yOffset="place:O",
        tooltip=tooltips(("input", "Input"), ("setting", "Changed to"), ("effect", f"{currency} a year", "+,.0f")),
    )
    signs = alt.Scale(domain=[True, False], range=[GAIN, LOSS])
    bars = base.mark_bar(height={"band": 0.85}).encode(color=alt.Color("better:N", scale=signs, legend=None))
    up = base.transform_filter("datum.effect >= 0").mark_text(align="left", dx=5).encode(text="label:N")
    down = base.transform_filter("datum.effect < 0").mark_text(align="right", dx=-5).encode(text="label:N")
    note = "" if len(order) <= MOST_ROWS else f"The {MOST_ROWS} that matter most of {len(order):,}."
    return titled(bars + up + down, title, sides, note)


def _ends_in_words(rows: pd.DataFrame, currency: str) -> tuple[list[str], str]:
    """A label for each bar, and what either side stands for where that is the same for every input."""
    amounts = [_signed(float(effect), currency) for effect in rows["effect"]]
    left, right = (set(rows.loc[side, "setting"]) for side in (rows["effect"] < 0, rows["effect"] >= 0))
    if len(left) == len(right) == 1 and left != right:
        return amounts, f"Left: {left.pop()}. Right: {right.pop()}."
    return [f"{setting}: {amount}" for setting, amount in zip(rows["setting"], amounts, strict=True)], ""


def _setting_text(cell: object) -> str:
    """A setting as text, blank for one that is not varied; a table read back has numbers and NaN for them."""
    if isinstance(cell, float):
        return "" if isnan(cell) else f"{cell:.12g}"
    return str(cell)


def _ends_of(effects: pd.DataFrame) -> pd.DataFrame:
    """The settings of each input with the least and the most effect, as they stand in the table."""
    ranked = effects.sort_values("effect", kind="stable").groupby("input", sort=False)
    return effects.loc[sorted({*ranked.head(1).index, *ranked.tail(1).index})]


def _by_largest_effect(effects: pd.DataFrame) -> list[str]:
    extent = effects["effect"].abs().groupby(effects["input"], sort=False).max()
    return [str(name) for name in extent.sort_values(ascending=False, kind="stable").index]


def _signed(amount: float, currency: str) -> str:
    return f"{'+' if amount >= 0 else '−'}{money(abs(amount), currency)}"


def scenario_chart(answer: Answer, kpis: Sequence[str] = ()) -> Chart:
    """Plans or scenarios side by side: a panel for each KPI, a line for each plan, against the first plan.

    `answer` comes from `compare` or `sweep`; `kpis` are names of plan.json. The first 40 plans are drawn.
    """
    title = "Scenarios side by side"
    table = answer.tables.get("kpis", pd.DataFrame())
    if table.empty:
        return nothing(title, "There is no plan to show.")
    rows = table.rename(columns={"scenario": "plan"}).dropna(subset="value")
    wanted = list(kpis) or ["account_revenue", "service_revenue", "account_margin", "service_margin"]
    plans = list(rows["plan"].unique())
    rows = rows[rows["kpi"].isin(wanted) & rows["plan"].isin(plans[:MOST_ROWS])]
    start = rows["kpi"].map(rows[rows["plan"] == plans[0]].set_index("kpi")["value"])
    shares = rows["unit"] == "share"
    units = {"share": "%", answer.currency: f"{answer.currency} a year"}
    rows = rows.assign(
        panel=[f"{named(k)}, {units.get(u, u)}" for k, u in zip(rows["kpi"], rows["unit"], strict=True)],
        value=rows["value"].where(~shares, rows["value"] * 100),
        start=start.where(~shares, start * 100),
        colour=[
            change_colour(kpi, change) or TOTAL
            for kpi, change in zip(rows["kpi"], (rows["value"] - start).fillna(0.0), strict=True)
        ],
    )
    order = [rows.loc[rows["kpi"] == kpi, "panel"].iloc[0] for kpi in wanted if (rows["kpi"] == kpi).any()]
    shown, note = first_named(plans, "plans")
    return titled(
        _panels(rows, order, shown), title, f"Lines start at {plans[0]}. Blue: better than there, orange: worse.", note
    )


def _panels(rows: pd.DataFrame, panels: Sequence[str], plans: Sequence[str]) -> Chart:
    base = alt.Chart(rows, width=230, height=alt.Step(24)).encode(
        y=alt.Y("plan:N", title=None, scale=alt.Scale(domain=list(plans))),
        tooltip=tooltips(("plan", "Plan"), ("panel", "Amount"), ("value", "Value", ",.4~r")),
    )
    x = alt.X("value:Q", axis=money_axis("", ticks=3), scale=alt.Scale(zero=False, padding=12))
    lines = base.mark_rule(color=QUIET, strokeWidth=3).encode(x=x, x2="start:Q")
    dots = base.mark_point(size=110, opacity=1).encode(x=x, color=alt.Color("colour:N", scale=None))
    facet = alt.Facet("panel:N", title=None, sort=list(panels), header=alt.Header(labelAnchor="start"))
    drawn: Chart = (lines + dots).facet(facet=facet, columns=2).resolve_scale(x="independent")
    return drawn
