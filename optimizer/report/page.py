"""The report as one file: the page, its style, its charts and the script that draws them, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from models import Case, apply_scenario
from models.files import write_file
from models.text.characters import shown

from ..analysis.machinery.answers.answer import Answer
from ..analysis.machinery.answers.run_answers import RunAnswers, answers_of, in_words
from ..assurance.opening import OpenedRun, open_run
from ..assurance.result import Result
from ..charts.theme import for_our_pages
from ..results.summary import unbroken
from .answer_sections import answer_sections
from .parts import Figure, ReportSection
from .plan_sections import plan_sections
from .recommendation import recommendation

_HERE = Path(__file__).parent


def write_report(
    run: str | Path,
    path: str | Path,
    *,
    case: Case | None = None,
    answers: Sequence[Answer] = (),
    unchecked: bool = False,
) -> Path:
    """Write the report on a run folder to the HTML file `path` and return it; the file appears whole or not at all.

    `case` is the case of the run, by default where the run's command found it; the run is checked against it first, as
    `optimizer.assurance.opening.open_run` does, and `unchecked` skips that and marks every page. Answers about this
    very run add a section each: those that lie beside it, and `answers`. Nothing is solved; the commands for what was
    not asked are named. Raises `FaultyRunError` for a run that is not what it says, `RunError` for one that cannot be
    read or whose case is not found, and for answers about another run.
    """
    save_report(open_run(run, case, unchecked=unchecked), Path(run), path, answers=answers)
    return Path(path).absolute()


def save_report(opened: OpenedRun, run: Path, path: str | Path, *, answers: Sequence[Answer] = ()) -> RunAnswers:
    """Write the report on a run that was opened, and return the answers that it shows; see `write_report`."""
    result = opened.result
    of_run = answers_of(result, run, answers, unchecked=result.unchecked is not None)
    page = report_page(result, opened.digests, case=opened.case, answers=of_run.answers, notes=in_words(of_run))
    with write_file(Path(path).absolute()) as temporary:
        temporary.write_bytes(page.encode("utf-8", "backslashreplace"))  # a path may hold what is not UTF-8
    return of_run


def report_page(
    result: Result,
    files: Mapping[str, str],
    *,
    case: Case | None = None,
    answers: Sequence[Answer] = (),
    notes: Sequence[str] = (),
) -> str:
    """The page. Every name from the data is escaped; a strict policy lets it load nothing and call nobody."""
    changed = None if case is None else apply_scenario(case, result.scenario_name)[0]
    with for_our_pages():
        sections = [*plan_sections(result, changed), *answer_sections(result, answers)]
    if notes:
        sections.append(ReportSection("not-asked", "What else can be asked", notes))
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_safe
    )
    environment.filters["unbroken"] = unbroken
    page = environment.from_string(_text("page.html"))
    figures = [figure for section in sections for figure in section.figures]
    return page.render(
        result=result,
        mark=result.unchecked or next((answer.unchecked for answer in answers if answer.unchecked), None),
        points=recommendation(result),
        sections=sections,
        facts=_facts(result),
        files=files,
        inputs=_mapping(result.manifest.get("inputs")),
        style=Markup(_text("page.css")),
        charts={figure.key: drawing(figure) for figure in figures},
        script=Markup(_script()) if figures else "",
    )


@dataclass(frozen=True)
class Drawing:
    """A chart as the page holds it: its title and notes as text, and the rest compiled for Vega."""

    title: str
    notes: Sequence[str]
    spec: Markup
    """JSON, safe inside a script element."""


def drawing(figure: Figure) -> Drawing:
    """The chart taken apart; one that is not made of several takes the width of the page."""
    with for_our_pages():
        spec: dict[str, Any] = figure.chart.to_dict()
    title = spec.pop("title")
    single = not {"facet", "hconcat", "vconcat"} & set(spec)
    layers = [spec, *spec.get("layer", [])] if single else []
    widths = [layer for layer in layers if isinstance(layer.get("width"), (int, float))]
    if widths:
        for layer in widths:
            del layer["width"]
        spec["width"] = "container"
    compiled = vl_convert.vegalite_to_vega(spec, vl_version=_vega_lite())
    return Drawing(title["text"], title.get("subtitle", []), Markup(_in_script(compiled)))


def _vega_lite() -> str:
    """Version of Vega-Lite that the charts are written in, such as `6.1`."""
    return ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])


def _in_script(spec: Mapping[str, Any]) -> str:
    """JSON that no text in it can end the script element of."""
    text = json.dumps(spec, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _safe(value: Any) -> Any:
    """Text of the data without what would turn the text around it; the page's own parts as they are."""
    return shown(value, keep="\n") if isinstance(value, str) and not isinstance(value, Markup) else value


def _script() -> str:
    """Vega, Vega-Lite and Vega-Embed as they are installed, and the few lines that draw each chart."""
    bundle = vl_convert.javascript_bundle(_text("page.js"), vl_version=_vega_lite())
    return bundle.replace("</script", "<\\/script")


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _facts(result: Result) -> list[tuple[str, str]]:
    """What stands at the foot: how and with what the run was made."""
    manifest = result.manifest
    command = manifest.get("command")
    options = _mapping(manifest.get("options"))
    versions = _mapping(manifest.get("versions"))
    facts = {
        "Case": result.case_name,
        "Scenario": result.scenario_name,
        "Solved": f"{_moment(manifest.get('start'))} to {_moment(manifest.get('end'))}",
        "Command": " ".join(map(str, command)) if isinstance(command, list) else "",
        "Options": ", ".join(f"{name} {'off' if value is None else value}" for name, value in options.items()),
        "Versions": ", ".join(f"{name} {value}" for name, value in versions.items()),
    }
    return [(name, value) for name, value in facts.items() if value]


def _moment(stamp: object) -> str:
    """A time of the manifest to the second, such as `2026-03-01 09:30:00 UTC`."""
    try:
        return datetime.fromisoformat(str(stamp)).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except ValueError:
        return "unknown"


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
