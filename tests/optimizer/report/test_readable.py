"""Nothing that a reader sees of a report is an identifier."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import optimizer
from models import Case, named_scenario
from models.labels import Labels
from models.rules import RULE_SPECS, SCENARIO_RULES, RuleGroup, RuleSpec
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.report import FrontMatter, write_report
from optimizer.report.page import report_page
from optimizer.report.readable import Readable, rule_title
from optimizer.results.audit_rules import RULES
from optimizer.results.run_reference import RunReference
from tests.folders import IMAGING, TINY
from tests.optimizer.charts.made import explained
from tests.optimizer.report.pages import Outline

_IDENTIFIER = re.compile(r"\b[A-Za-z0-9]+_[A-Za-z0-9_]+\b(?!\.(?:json|csv))")


@pytest.fixture(scope="module")
def imaging() -> Case:
    return optimizer.load_case(IMAGING)


@pytest.fixture(scope="module")
def words(imaging: Case) -> Readable:
    limits = {key: getattr(named_scenario(imaging, "base"), key) for key in SCENARIO_RULES}
    return Readable(Labels.of(imaging), {key: value for key, value in limits.items() if value is not None})


@pytest.mark.parametrize("key", RULE_SPECS)
def test_every_rule_has_a_name_without_underscores(key: str) -> None:
    title = rule_title(key)
    assert title == RULE_SPECS[key].title
    assert title.strip() == title != ""
    assert "_" not in title
    assert not re.match("(min|max) ", title)


def test_no_two_rules_are_called_alike() -> None:
    titles = [spec.title for spec in RULE_SPECS.values()]
    assert sorted(set(titles)) == sorted(titles)


def test_no_rule_is_declared_without_a_title() -> None:
    with pytest.raises(TypeError, match="title"):
        RuleSpec(text="a tier is offered.", group=RuleGroup.RANGE)  # type: ignore[call-arg]


@pytest.mark.parametrize("key", RULES)
def test_what_every_rule_asks_is_said_without_identifiers(key: str, words: Readable) -> None:
    assert "_" not in words.rule(RULES[key].text)


def test_rules_are_said_with_the_limits_of_the_scenario(words: Readable) -> None:
    told = {key: words.rule(RULES[key].text) for key in ("min_service_margin", "max_tiers", "min_tier_gap", "capacity")}
    assert told["min_service_margin"] == "the service margin is at least 33 % of service revenue."
    assert told["max_tiers"] == "at most 4 tiers are offered."
    assert told["min_tier_gap"].endswith("mean payment is at least 1.1 times a lower-ranked one's.")
    assert told["capacity"] == "a provider works at most its capacity."


def test_sentences_name_things_as_people_do(words: Readable) -> None:
    told = "min_service_margin at 0.33 share of service revenue costs 5.00 EUR; excluded_models (uptime_pledge)"
    assert words.text(told) == (
        "service margin floor at 33 % of service revenue costs 5.00 EUR; excluded pricing models (Uptime pledge)"
    )


def test_plain_words_are_names_where_nothing_else_can_stand() -> None:
    words = Readable(Labels({"tier": {"silver": "Basis", "gold": "Komfort"}}))
    assert words.text("it rests on tier gold, not sold; csat_floor (silver) costs 5") == (
        "it rests on tier Komfort, not sold; CSAT floor (Basis) costs 5"
    )
    assert words.text("tiers silver lined") == "tiers silver lined"
    assert words.answer(explained_of("silver, east")).tables["costs"]["scope"].tolist() == ["Basis, east"]


def explained_of(scope: str) -> Answer:
    made = explained(1)
    return replace(made, tables={"costs": made.tables["costs"].assign(scope=scope)})


@pytest.mark.parametrize(
    "kept", ["tierwise explain runs/my_case-base", "the file my_menus.csv", "--time_limit", "a fixed price of gold"]
)
def test_what_is_typed_or_a_plain_word_stays(kept: str, words: Readable) -> None:
    assert words.text(kept) == kept


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readable")
    case = optimizer.load_case(TINY)
    asked = optimizer.solve(case).save(folder / "run")
    about = RunReference.of(asked)
    for answer in (optimizer.explain(case), optimizer.compare(case), optimizer.levels(case)):
        replace(answer, run=about).save(folder / f"run-{answer.name}")
    return asked


def pages(run: Path, folder: Path, **options: bool) -> str:
    file = write_report(run, folder / "page.html", case=optimizer.load_case(TINY), **options)
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("one_page", [False, True])
def test_no_page_shows_an_identifier(run: Path, one_page: bool, tmp_path: Path) -> None:
    text = "\n".join(Outline(pages(run, tmp_path, one_page=one_page)).text)
    assert one_page or "What each rule costs" in text
    before_sources = text.partition("SHA-256")[0]
    assert _IDENTIFIER.findall(before_sources) == []


def test_the_same_run_gives_the_same_bytes(run: Path, tmp_path: Path) -> None:
    assert pages(run, tmp_path) == pages(run, tmp_path)
    assert pages(run, tmp_path, one_page=True) == pages(run, tmp_path, one_page=True)


def test_title_day_and_author(run: Path, tmp_path: Path) -> None:
    result = replace(optimizer.Result.load(run), manifest={"end": "2026-03-01T23:30:00+00:00"})
    text = " ".join(Outline(report_page(result, {}, front=FrontMatter("Care 2027", "A. Rossi"))).text)
    assert "Care 2027" in text
    assert "1 March 2026 · A. Rossi" in text
    plain = " ".join(Outline(report_page(result, {}, one_page=True)).text)
    assert "Tiny: service tiers and prices" in plain


def test_who_signed_the_run_is_named(tmp_path: Path) -> None:
    case = optimizer.load_case(TINY)
    run = optimizer.solve(case).save(tmp_path / "run")
    optimizer.sign_off(case, run, "C. Weber")
    assert "signed off by C. Weber on " in write_report(run, tmp_path / "page.html", case=case).read_text("utf-8")


def test_digests_stand_at_the_very_end(run: Path, tmp_path: Path) -> None:
    text = pages(run, tmp_path)
    assert text.index("SHA-256") > max(text.index(f'<section id="{key}"') for key in ("menus", "rules", "assumptions"))
    assert "SHA-256" not in pages(run, tmp_path, one_page=True)
