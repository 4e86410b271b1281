"""The page a notebook shows."""

from __future__ import annotations

from html.parser import HTMLParser

import pandas as pd

from models.plan import PLAN_TABLES
from optimizer.results.findings import Audit
from optimizer.results.record import Status
from tests.optimizer.cli.showing import small_plan, small_result, table, without_plan


class Page(HTMLParser):
    """Collects texts and checks that every element is closed where it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_shows_status_menus_and_kpis() -> None:
    page = Page(small_result()._repr_html_())
    assert page.open == []
    assert page.tags == {"div", "p", "b", "br", "table", "thead", "tbody", "tr", "th", "td"}
    assert "clinic care, scenario base" in page.texts
    assert "flat fee 8.5 %" in page.texts
    assert "+400.00 k EUR (+25.0 %)" in page.texts


def test_without_today_there_is_no_comparison() -> None:
    page = Page(small_result(baseline=None)._repr_html_())
    assert "change" not in page.texts
    assert "2.00 M EUR" in page.texts


def test_names_are_escaped() -> None:
    menus = table("menus", ("<script>alert(1)</script>", "gold & silver", "flat fee", 0.085))
    plan = small_plan()
    tables = {name: getattr(plan, name) for name in PLAN_TABLES} | {"menus": menus}
    page = Page(small_result(plan=type(plan)(decisions=plan.decisions, kpis=plan.kpis, **tables))._repr_html_())
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.texts
    assert "gold & silver" in page.texts


def test_many_price_books_are_counted() -> None:
    menus = table("menus", *((f"book {i:02}", "gold", "flat fee", 0.085) for i in range(30)))
    plan = small_plan()
    tables = {name: getattr(plan, name) for name in PLAN_TABLES} | {"menus": menus, "coverage": table("coverage")}
    page = Page(small_result(plan=type(plan)(decisions=plan.decisions, kpis=plan.kpis, **tables))._repr_html_())
    assert "book 19" in page.texts
    assert "book 20" not in page.texts
    assert "and 10 more price books in " in page.texts


def test_without_a_plan_there_is_the_status_alone() -> None:
    page = Page(without_plan(Status.NO_PLAN)._repr_html_())
    assert page.texts == ["clinic care, scenario base", "No plan found. A limit came first."]


def test_a_failed_audit_is_said() -> None:
    rules = pd.DataFrame({"rule": ["capacity"], "scope": [""], "value": [2.0], "limit": [1.0], "slack": [-1.0]})
    kpis = pd.DataFrame({"kpi": ["contract_coverage"], "ok": [True]})
    page = Page(small_result(audit=Audit(rules.assign(ok=False), kpis))._repr_html_())
    assert "The audit found faults: do not use this plan." in page.texts
