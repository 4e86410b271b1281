"""Charts as a page holds them: compiled, with the script that draws them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup

from ..charts.theme import for_our_pages
from .parts import Figure


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


def script() -> Markup:
    """Vega, Vega-Lite and Vega-Embed as they are installed, and the few lines that draw each chart."""
    own = (Path(__file__).parent / "page.js").read_text(encoding="utf-8")
    bundle = vl_convert.javascript_bundle(own, vl_version=_vega_lite())
    return Markup(bundle.replace("</script", "<\\/script"))


def _vega_lite() -> str:
    """Version of Vega-Lite that the charts are written in, such as `6.1`."""
    return ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])


def _in_script(spec: Mapping[str, Any]) -> str:
    """JSON that no text in it can end the script element of."""
    text = json.dumps(spec, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
