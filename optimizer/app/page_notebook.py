"""The notebook behind the page: a cell for each part of a run, and nothing in it that the case or a reader wrote."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from models.text.characters import shown

_ROOM = Path(__file__).parents[2]
"""Where the packages lie, which the page's processes need not find otherwise: they start in a folder of their own."""
_BEGIN = """import sys
sys.path.append({room})
from optimizer.jupyter.run_page import RunPage
page = RunPage({run}, {case})
"""
_PARTS = (
    ("The plan", "page.show_plan()"),
    ("What if", "page.show_what_if()"),
    ("What one goal costs in another", "page.show_frontier()"),
)


@dataclass(frozen=True)
class ServedRun:
    """What the page shows."""

    run: Path
    """The run folder."""
    case: Path
    case_name: str
    scenario: str

    @property
    def title(self) -> str:
        """What the browser's tab says."""
        return shown(f"{self.case_name}, scenario {self.scenario}")


def write_notebook(served: ServedRun, file: Path) -> Path:
    """Write the notebook of a run; paths are in it as Python literals of ASCII characters."""
    run, case, room = (ascii(str(path.resolve())) for path in (served.run, served.case, _ROOM))
    cells = [_code(0, _BEGIN.format(run=run, case=case, room=room))]
    for number, (heading, code) in enumerate(_PARTS, start=1):
        cells += [_text(number, f"## {heading}"), _code(number, code)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    about = {"title": served.title, "kernelspec": kernel}
    document = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def _text(number: int, text: str) -> dict[str, object]:
    return {"id": f"text-{number}", "cell_type": "markdown", "metadata": {}, "source": text}


def _code(number: int, code: str) -> dict[str, object]:
    own = {"id": f"code-{number}", "cell_type": "code", "metadata": {}, "source": code}
    return {**own, "outputs": [], "execution_count": None}
