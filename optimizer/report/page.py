"""The report as one file: the page, its style, its charts and the script that draws them, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from models import Case, apply_scenario
from models.files import write_file
from models.text.characters import shown

from ..analysis.machinery.answers.answer import Answer
from ..analysis.machinery.answers.run_answers import RunAnswers, answers_of, in_words
from ..assurance.opening import OpenedRun, open_run
from ..assurance.result import Result
from ..assurance.signed_files import read_sign_off
from ..results.favour import ADVERSE, FAVOURABLE
from ..results.run_folder import SIGN_OFF
from ..results.summary import plan_heading, status_sentence, unbroken
from .front_matter import FrontMatter, byline, facts, kind_of, mapping, signed_words, title_of
from .one_page import price_matrix
from .parts import ReportSection, ReportTable
from .price_lists import PriceLists
from .readable import Readable
from .recommendation import KeyPoint, headline, recommendation, rests_on
from .year import KEY_KPIS, year_table

_HERE = Path(__file__).parent
_LONGEST_WORD, _PIECE = 18, 8
"""Characters of a word from which it may be broken where there is no room for it, and of its pieces."""


def write_report(
    run: str | Path,
    path: str | Path,
    *,
    case: Case | None = None,
    answers: Sequence[Answer] = (),
    unchecked: bool = False,
    title: str | None = None,
    author: str | None = None,
    one_page: bool = False,
) -> Path:
    """Write the report on a run folder to the HTML file `path` and return it; the file appears whole or not at all.

    `case` is the case of the run, by default where the run's command found it; the run is checked against it first, as
    `optimizer.assurance.opening.open_run` does, and `unchecked` skips that and marks every page. Answers about this
    very run add a section each: those that lie beside it, and `answers`. Nothing is solved; the commands for what was
    not asked are named. The report bears the day on which the run ended, and `title` and `author` as given. With
    `one_page` it is what is read in a minute: one printed page. Raises `FaultyRunError` for a run that is not what it
    says, `RunError` for one that cannot be read or whose case is not found, and for answers about another run.
    """
    front = FrontMatter(title, author)
    opened = open_run(run, case, unchecked=unchecked)
    save_report(opened, Path(run), path, answers=answers, front=front, one_page=one_page)
    return Path(path).absolute()


def save_report(
    opened: OpenedRun,
    run: Path,
    path: str | Path,
    *,
    answers: Sequence[Answer] = (),
    front: FrontMatter | None = None,
    one_page: bool = False,
) -> RunAnswers:
    """Write the report on a run that was opened, and return the answers that it shows; see `write_report`."""
    result = opened.result
    of_run = answers_of(result, run, answers, unchecked=result.unchecked is not None)
    front = front or FrontMatter()
    if result.unchecked is None and (run / SIGN_OFF).exists():
        front = replace(front, signed=signed_words(read_sign_off(run / SIGN_OFF)))
    page = report_page(
        result, opened.digests, case=opened.case, answers=of_run.answers, notes=in_words(of_run), front=front,
        one_page=one_page,
    )  # fmt: skip
    with write_file(Path(path).absolute()) as temporary:
        temporary.write_bytes(page.encode("utf-8", "backslashreplace"))  # a path may hold what is not UTF-8
    return of_run


@dataclass(frozen=True)
class Told:
    """A run and the answers about it, with names in place of keys."""

    result: Result
    lists: PriceLists
    answers: tuple[Answer, ...]
    front: FrontMatter

    @property
    def seen(self) -> Result:
        """The result, or what comes closest."""
        return self.result.with_closest

    @property
    def mark(self) -> str | None:
        """What was not checked of it."""
        return self.result.unchecked or next((one.unchecked for one in self.answers if one.unchecked), None)

    @property
    def year(self) -> ReportTable | None:
        """The year in numbers."""
        if self.seen.plan is None:
            return None
        source = "plan.json (kpis, baseline)" if self.result.closest is None else "plan.json (closest, baseline)"
        both = "" if self.seen.baseline is None else f", today and {plan_heading(self.seen)}"
        return year_table(self.seen, f"A year in {self.seen.currency}{both}", KEY_KPIS, source)

    def points(self, *, in_a_minute: bool) -> list[KeyPoint]:
        """The points of page one."""
        return recommendation(self.result, self.lists, self.answers, in_a_minute=in_a_minute)


def report_page(
    result: Result,
    files: Mapping[str, str],
    *,
    case: Case | None = None,
    answers: Sequence[Answer] = (),
    notes: Sequence[str] = (),
    front: FrontMatter | None = None,
    one_page: bool = False,
) -> str:
    """The page. Every name from the data is escaped; a strict policy lets it load nothing and call nobody."""
    changed = None if case is None else apply_scenario(case, result.scenario_name)[0]
    words = Readable.of(result, case)
    readable = replace(words.result(result), case_name=words.text(result.case_name))
    lists = PriceLists(readable.with_closest, changed, words)
    told = Told(readable, lists, tuple(map(words.answer, answers)), front or FrontMatter())
    scenario = "" if case is None else case.scenarios[result.scenario_name].description
    shared = {
        "result": readable,
        "mark": told.mark,
        "kind": kind_of(readable),
        "title": title_of(readable, told.front),
        "byline": byline(readable, told.front),
        "scenario": words.text(scenario or f"Scenario {result.scenario_name}"),
        "headline": words.text(headline(readable)),
        "year": told.year,
        "points": told.points(in_a_minute=one_page),
        "style": _style(),
    }
    if one_page:
        return _template("one_page.html").render(**shared, prices=price_matrix(readable.with_closest, lists))
    return _whole(told, files, notes, shared)


def _whole(told: Told, files: Mapping[str, str], notes: Sequence[str], shared: Mapping[str, Any]) -> str:
    """The report with every section and chart."""
    from .all_sections import sections_of  # loads the charts, which one page does without
    from .drawings import drawing, script

    sections: list[ReportSection] = sections_of(told.result, told.lists, told.answers, notes)
    figures = [figure for section in sections for figure in section.figures]
    return _template("page.html").render(
        **shared,
        sections=sections,
        proof=[
            told.lists.words.text(status_sentence(told.result)),
            *([rests_on(told.result)] if told.seen.plan else []),
        ],
        facts=facts(told.result),
        files=files,
        inputs=mapping(told.result.manifest.get("inputs")),
        charts={figure.key: drawing(figure) for figure in figures},
        script=script() if figures else "",
    )


def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_safe,
    )  # fmt: skip
    environment.filters.update(unbroken=unbroken, breakable=_breakable)
    environment.globals["macros"] = environment.get_template("macros.html").module
    return environment.get_template(name)


def _safe(value: Any) -> Any:
    """Text of the data without what would turn the text around it; the page's own parts as they are."""
    return shown(value, keep="\n") if isinstance(value, str) and not isinstance(value, Markup) else value


def _breakable(cell: str) -> Markup:
    """A cell in which a word may be broken that is too long for a phone."""
    words = shown(cell, keep="\n").split(" ")
    pieces = (
        [word[at : at + _PIECE] for at in range(0, len(word), _PIECE)] if len(word) > _LONGEST_WORD else [word]
        for word in words
    )
    return Markup(" ").join(Markup("<wbr>").join(piece) for piece in pieces)


def _style() -> Markup:
    text = (_HERE / "page.css").read_text(encoding="utf-8")
    return Markup(text.replace("FAVOURABLE", FAVOURABLE).replace("ADVERSE", ADVERSE))
