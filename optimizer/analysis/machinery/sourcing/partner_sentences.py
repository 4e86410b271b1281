"""What the tables on partners say, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ....results.one_off import LOWERED, beside_loss, yearly_loss
from ....results.record import Status
from ....results.summary import money, percent
from ..answers.proved_amount import UNDECIDED, ProvedAmount
from ..comparison.value_added import value_sentences
from ..sessions.context import AnalysisContext
from .failures import REPLANNED


def partner_sentences(tables: Mapping[str, pd.DataFrame], context: AnalysisContext) -> list[str]:
    """What the tables of `partners` say, the worth of providers first."""
    currency, goal = context.result.currency, context.result.objective_name.replace("_", " ")
    return [
        *_about_values(tables["values"], currency, context.result.objective_name),
        *_about_quality(tables["scorecard"]),
        *_about_bars(tables["barred"]),
        *_about_readiness(tables["readiness"], context.plan.decisions.providers, currency),
        *_about_make_or_buy(tables["make_or_buy"], currency, context.result.objective_name),
        *([] if context.session.stopped else _about_failures(tables["failures"], context, goal)),
    ]


def _about_values(values: pd.DataFrame, currency: str, kpi: str) -> list[str]:
    engaged = values[values["in_plan"]].sort_values("value", ascending=False, kind="stable")
    vital = engaged.loc[engaged["status"] == Status.INFEASIBLE, "provider"]
    said = [f"No plan does without {name} with all other rules held." for name in vital]
    unknown = values.loc[values["status"] == Status.NO_PLAN, "provider"]
    said += [f"Not known in the time allowed: {', '.join(unknown)}."] if len(unknown) else []
    held = "each left out by itself, with all other rules held and the rest planned anew"
    lead = f"Worth of each provider engaged, in {kpi.replace('_', ' ')} a year"
    return [*said, *value_sentences(engaged, "provider", lead, held, kpi, currency)]


def _about_quality(scorecard: pd.DataFrame) -> list[str]:
    poor = scorecard.loc[~scorecard["good_enough"].astype(bool), "provider"]
    return [f"Not good enough to be engaged: {', '.join(poor)}."] if len(poor) else []


def _about_bars(barred: pd.DataFrame) -> list[str]:
    rows = barred[["provider", "region", "family"]].drop_duplicates().to_dict("records")
    places = (" of ".join(filter(None, (row["family"], row["region"]))) for row in rows)
    named = [f"{row['provider']} from {place}" for row, place in zip(rows, places, strict=True)]
    return [f"Kept by scores under a minimum: {', '.join(named)}."] if named else []


def _about_readiness(readiness: pd.DataFrame, engaged: Sequence[str], currency: str) -> list[str]:
    gaps = readiness[(readiness["gap"] > 0) & readiness["provider"].isin(engaged)]
    if gaps.empty:
        return []
    once, spread = float(gaps["once"].sum()), float(gaps.loc[gaps["once"] == 0, "cost_to_close"].sum())
    cost = f"{money(once, currency)} once" if once or not spread else ""
    over = f"{money(spread, currency)} spread over contract_years" if spread else ""
    paid = " and ".join(filter(None, (cost, over)))
    last = gaps.sort_values("months", kind="stable").iloc[-1]
    names = gaps["provider"].nunique()
    return [
        f"{names} of the providers engaged must be made ready, for {paid}; the last, "
        f"{last['provider']}, takes {last['months']:g} months."
    ]


def _about_make_or_buy(table: pd.DataFrame, currency: str, kpi: str) -> list[str]:
    if table.empty:
        return ["The company has no team of its own, so there is nothing to make or buy."]
    own, goal = table.loc[table["in_plan"], "in_house_share"].iloc[0], kpi.replace("_", " ")
    tried = table[~table["in_plan"]]
    said = "Teams and partners do no work."
    if own == own:
        said = f"Own teams do {percent(own)} of the hours of teams and partners in the plan."
    lost, undecided = _costs_of_shares(table, kpi, currency)
    never = ", ".join(_whole(share) for share in tried.loc[tried["status"] == Status.INFEASIBLE, "in_house_share"])
    return [
        " ".join(
            [
                said,
                *([f"Forcing their share, with all rules held, costs in {goal} a year: {lost}."] if lost else []),
                *([f"With all rules held, {undecided}."] if undecided else []),
                *([f"Impossible with all rules held, proved: {never}."] if never else []),
            ]
        )
    ]


def _costs_of_shares(table: pd.DataFrame, kpi: str, currency: str) -> tuple[str, str]:
    """What forcing each share costs, and of which shares the proofs leave that open."""
    plan, decided, undecided = table[table["in_plan"]].iloc[0], [], []
    for row in table[~table["in_plan"]].dropna(subset=["objective"]).to_dict("records"):
        amount = ProvedAmount.of_loss(plan["objective"], plan["bound"], row["objective"], row["bound"])
        share, cost = _whole(float(row["in_house_share"])), plan["objective"] - row["objective"]
        more = row["one_off_cost"] - plan["one_off_cost"]
        if amount.decided:
            yearly = money(yearly_loss(cost, more, kpi), currency)
            decided.append(f"{share} {yearly}{beside_loss(more, kpi, currency)}")
        else:
            undecided.append(f"{share} costs {amount.undecided_in_words(currency)}")
    return ", ".join(decided), "; ".join(undecided)


def _whole(share: float) -> str:
    return f"{share * 100:.0f} %"


def _about_failures(table: pd.DataFrame, context: AnalysisContext, goal: str) -> list[str]:
    currency = context.result.currency
    if table.empty:
        return ["No partner is engaged that could fail."]
    possible = table[table["possible"]].drop_duplicates("partner")
    fatal = sorted(set(table["partner"]) - set(possible["partner"]))
    said = [_without(table, fatal)] if fatal else []
    if len(possible):
        worst = possible.sort_values("margin_loss", kind="stable").iloc[-1]
        means = possible[["loss_yearly", "margin_loss_yearly", "one_off_cost"]].mean()
        loss, margin = (money(float(means[name]), currency) for name in ("loss_yearly", "margin_loss_yearly"))
        mean_once, once = (beside_loss(float(row["one_off_cost"]), LOWERED[0], currency) for row in (means, worst))
        most = f"{money(worst['margin_loss_yearly'], currency)} a year{once}"
        lost = "" if goal.endswith("margin") else f"{loss} of {goal} and "
        said.append(
            f"When a partner fails, the mean loss is {lost}{margin} of margin a year{mean_once}; "
            f"most margin goes with {worst['partner']} ({worst['response']}): {most}. "
            "Until a new plan is made its menus and all rules but those on margins and cost to serve are held."
        )
    return [*said, *_unresolved(possible, context, goal)]


def _unresolved(possible: pd.DataFrame, context: AnalysisContext, goal: str) -> list[str]:
    """Failures that lose, or gain, no more than the proof of the plan itself leaves open."""
    plan = context.result
    assert plan.bound is not None
    assert plan.objective is not None
    left = plan.bound - plan.objective
    names = possible.loc[possible["loss"].abs() <= left, "partner"]
    if names.empty:
        return []
    amount = f"{money(left, plan.currency)} of {goal} a year, which the plan's own proof leaves open"
    return [f"The failure of {', '.join(names)} loses no more than {amount}: {UNDECIDED}."]


def _without(table: pd.DataFrame, fatal: Sequence[str]) -> str:
    """Partners after whose failure no plan is left: which of them by proof, all other rules held."""
    rows = table[table["partner"].isin(fatal) & (table["response"] == REPLANNED)]
    proved = sorted(rows.loc[rows["status"] == Status.INFEASIBLE, "partner"])
    open_ = [name for name in fatal if name not in proved]
    said = f"With all other rules held, no plan is possible after the failure of {', '.join(proved)}." if proved else ""
    return f"{said} None was found in the time allowed after that of {', '.join(open_)}.".strip() if open_ else said
