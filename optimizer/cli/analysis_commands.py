"""The commands of `tierwise` that answer a question beyond one plan: what each takes, and what it asks.

A command is one entry of `ANALYSES`. What it asks is imported when it runs, so that `tierwise --help` need not wait.
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .arguments import STORE, add_unchecked

if TYPE_CHECKING:
    from ..analysis.machinery.answers.answer import Answer


class AskedArguments(NamedTuple):
    """Arguments of an analysis after the session."""

    named: Mapping[str, object] = {}
    given: tuple[object, ...] = ()
    """By place, the scenario first; without any, the scenario is given by name."""


@dataclass(frozen=True)
class AnalysisCommand:
    """One command: `--scenario`, `--gap`, `--time-limit` and `--out` are there for all of them."""

    name: str
    """Also the name of its answer."""
    summary: str
    """What it does, in a few words."""
    detail: str
    """A sentence or two more."""
    asked: Callable[[Namespace], AskedArguments]
    """What the analysis is given of the parsed arguments, after the session."""
    add_arguments: Callable[[ArgumentParser], None] = lambda parser: None
    """Adds arguments of its own."""

    @property
    def ask(self) -> Callable[..., Answer]:
        """The analysis: module and function have its name."""
        module = import_module(f"..analysis.{self.name}", __package__)
        ask: Callable[..., Answer] = getattr(module, self.name)
        return ask


def _nothing(arguments: Namespace) -> AskedArguments:
    return AskedArguments()


def _compare(arguments: Namespace) -> AskedArguments:
    return AskedArguments({"plans": arguments.plans, "unchecked": arguments.unchecked})


def _add_plans(parser: ArgumentParser) -> None:
    plans = "another run folder, a scenario, which is solved, or `today`; the run asked is what they are compared with"
    default = "(default: the run against today)"
    parser.add_argument("plans", metavar="PLAN", nargs="*", help=f"{plans}, unless it is among them {default}")
    add_unchecked(parser)


def _sweep(arguments: Namespace) -> AskedArguments:
    grid = dict(arguments.vary) if arguments.vary else arguments.scenarios
    return AskedArguments({"scenarios": grid, "workers": arguments.workers, "store": arguments.store})


def _add_scenarios(parser: ArgumentParser) -> None:
    given = parser.add_mutually_exclusive_group()
    table = "a .csv table with a scenario in each row, or a .toml grid (default: every scenario of the case)"
    given.add_argument("scenarios", metavar="FILE", type=Path, nargs="?", help=table)
    grid = "vary a rule or a number of --scenario, such as max_tiers=2,3,off; given again, every combination is solved"
    given.add_argument("--vary", metavar="KEY=VALUES", action="append", type=_varied, help=grid)
    parser.add_argument("--workers", metavar="N", type=_count, help="solves at a time (default: one per processor)")
    store = "folder that keeps each result, so that it is not solved again (default: runs/store)"
    parser.add_argument("--store", metavar="FOLDER", type=Path, default=STORE, help=store)


def _varied(text: str) -> tuple[str, list[str]]:
    """The key and its values: the key of a change has `=` in it too."""
    key, _, values = text.rpartition("=")
    found = [value.strip() for value in values.split(",")]
    if not key.strip() or not all(found):
        raise ArgumentTypeError(f"found {text!r}, expected a key and its values, such as max_tiers=2,3,off")
    return key.strip(), found


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"found {text!r}, expected a whole number of at least 1")
    return int(text)


def _partners(arguments: Namespace) -> AskedArguments:
    return AskedArguments({"shares": arguments.in_house})


def _add_in_house(parser: ArgumentParser) -> None:
    shares = "shares of the work that own teams do, to be tried for make or buy (default: 0,0.25,0.5,0.75,1)"
    parser.add_argument("--in-house", metavar="SHARES", type=_shares, default=_shares("0,0.25,0.5,0.75,1"), help=shares)


def _shares(text: str) -> tuple[float, ...]:
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if not found or not all(0 <= share <= 1 for share in found):
        raise ArgumentTypeError(f"found {text!r}, expected numbers from 0 to 1, such as 0,0.5,1")
    return found


def _roadmap(arguments: Namespace) -> AskedArguments:
    return AskedArguments({"most_books": arguments.most_books, "catch_up": arguments.catch_up})


def _add_waves(parser: ArgumentParser) -> None:
    most = "price books that may move in one wave (default: any number)"
    parser.add_argument("--most-books", metavar="N", type=_count, help=most)
    misses = "let a wave miss a rule on margins or cost to serve that the state before it misses, by no more than that"
    parser.add_argument("--catch-up", action="store_true", help=misses)


def _frontier(arguments: Namespace) -> AskedArguments:
    goals = arguments.goals or ["account_revenue", "service_margin"]
    return AskedArguments({"goals": goals, "points": arguments.points, "step": arguments.step})


def _add_goals(parser: ArgumentParser) -> None:
    goals = "two or three amounts of plan.json, or csat_over_floor; the first can be an objective"
    parser.add_argument("goals", metavar="GOAL", nargs="*", help=f"{goals} (default: account_revenue service_margin)")
    points = "points wanted over the second goal's range (default: 7)"
    parser.add_argument("--points", metavar="N", type=_count, default=7, help=points)
    parser.add_argument(
        "--step", metavar="STEP", type=float, help="rise of the second goal from point to point instead"
    )


def _explain(arguments: Namespace) -> AskedArguments:
    return AskedArguments({"rules": arguments.rules or None})


def _add_rules(parser: ArgumentParser) -> None:
    rules = "rule to look at, such as min_service_margin or csat_floor (default: every rule that binds)"
    parser.add_argument("rules", metavar="RULE", nargs="*", help=rules)


def _whynot(arguments: Namespace) -> AskedArguments:
    return AskedArguments(given=(arguments.scenario, *arguments.requests))


def _add_requests(parser: ArgumentParser) -> None:
    example = "'offer platinum', 'clinics gold pay_per_use 900', 'drop Orbis; exactly 2 tiers'"
    requests = f"what is forced or forbidden, such as {example}; what stands between ; holds together"
    parser.add_argument("requests", metavar="REQUEST", nargs="+", help=requests)


def _diagnose(arguments: Namespace) -> AskedArguments:
    return AskedArguments({"targets": arguments.targets or None})


def _add_targets(parser: ArgumentParser) -> None:
    targets = "rule whose furthest limit is wanted, such as min_service_margin (default: margins, experience, counts)"
    parser.add_argument("targets", metavar="TARGET", nargs="*", help=targets)


def _alternatives(arguments: Namespace) -> AskedArguments:
    return AskedArguments({"count": arguments.count, "within": arguments.within})


def _add_count(parser: ArgumentParser) -> None:
    parser.add_argument("--count", metavar="N", type=_count, default=5, help="most plans wanted (default: 5)")
    within = "most loss, as a share of the best objective (default: 0.02)"
    parser.add_argument("--within", metavar="SHARE", type=float, default=0.02, help=within)


def _price(arguments: Namespace) -> AskedArguments:
    return AskedArguments({"prices": arguments.prices}, (arguments.scenario, arguments.price_book, arguments.tier))


def _add_option(parser: ArgumentParser) -> None:
    parser.add_argument("price_book", metavar="PRICE_BOOK", help="price book whose menu has the option")
    parser.add_argument("tier", metavar="TIER", help="tier of the option")
    prices = "prices to try, in the unit of the pricing model, such as 0.08,0.09 (default: a range)"
    parser.add_argument("--prices", metavar="PRICES", type=_prices, help=prices)


def _prices(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ArgumentTypeError(f"found {text!r}, expected numbers, such as 0.08,0.09") from None


ANALYSES: tuple[AnalysisCommand, ...] = (
    AnalysisCommand(
        "compare",
        "compare plans and today's price book",
        "Says what changed, and bridges the change: uptake, mix of tiers, pricing models, prices, loyalty, costs.",
        _compare,
        _add_plans,
    ),
    AnalysisCommand(
        "sweep",
        "solve many scenarios side by side",
        "Solves a grid or a table of scenarios. What was solved before is taken from the store.",
        _sweep,
        _add_scenarios,
    ),
    AnalysisCommand(
        "frontier",
        "trade one goal against another",
        "Points that no plan beats in both goals, with the price between them and the knee.",
        _frontier,
        _add_goals,
    ),
    AnalysisCommand(
        "explain",
        "say what each rule costs",
        "The objective gained without each binding rule, and by loosening it one step; each solved again.",
        _explain,
        _add_rules,
    ),
    AnalysisCommand(
        "whynot",
        "force or forbid something and see what it loses",
        "The best plan under each request, the loss, the rules that bind then, and what moved.",
        _whynot,
        _add_requests,
    ),
    AnalysisCommand(
        "diagnose",
        "find what stands in the way of a plan",
        "Rules that contradict each other, how little would have to give, and how far each target can go.",
        _diagnose,
        _add_targets,
    ),
    AnalysisCommand(
        "alternatives",
        "find the best plans that are built otherwise",
        "The best plans that differ in tiers, pricing models or partners, and the decisions they all share.",
        _alternatives,
        _add_count,
    ),
    AnalysisCommand(
        "price",
        "move one price and see demand, revenue and margin",
        "Demand and money of a price book against the price of one option of the plan's menu, all else as planned.",
        _price,
        _add_option,
    ),
    AnalysisCommand(
        "levels",
        "find who is under-served and who gets more than pays",
        "Judges what each segment gets in each tier and region against floor, target and promise, and says which "
        "way to move and what that gains.",
        _nothing,
    ),
    AnalysisCommand(
        "partners",
        "score providers, value them, and see them fail",
        "A scorecard and the value of each provider, make or buy, and what each partner's failure costs and who "
        "takes its work.",
        _partners,
        _add_in_house,
    ),
    AnalysisCommand(
        "portfolio",
        "value products, tiers and pricing models",
        "The worth of each, and of the 1st, 2nd, 3rd, ... tier and pricing model: how many are too few and too many.",
        _nothing,
    ),
    AnalysisCommand(
        "roadmap",
        "go from today to the plan in waves",
        "Says which partners to make ready when, and which price books take the plan's menus first; each wave is "
        "possible by itself.",
        _roadmap,
        _add_waves,
    ),
)
"""Every analysis, in the order of `tierwise --help`."""
