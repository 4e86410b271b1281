"""What LibreOffice makes of a workbook's formulas, once the values that they were written with are taken out."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
MISSING = "LibreOffice is not installed (soffice); as root `make test` gets it by apt-get"


def recomputed(file: Path, folder: Path) -> Workbook:
    """The workbook with every formula worked out anew."""
    if OFFICE is None:
        pytest.skip(MISSING)
    bare = folder / "bare" / file.name
    bare.parent.mkdir()
    openpyxl.load_workbook(file).save(bare)  # openpyxl keeps formulas and forgets their values
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [OFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "done"), str(bare)]
    subprocess.run(command, capture_output=True, check=True, timeout=180)
    return openpyxl.load_workbook(folder / "done" / file.name, data_only=True)


def formulas(file: Path) -> Iterator[tuple[str, str, str]]:
    """(sheet, cell, formula) of every formula."""
    for page in openpyxl.load_workbook(file):
        for row in page.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield page.title, cell.coordinate, str(cell.value)
