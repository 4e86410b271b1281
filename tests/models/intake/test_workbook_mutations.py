"""Workbooks with random damage: read or refused, never anything else."""

from __future__ import annotations

import random
import re
import zipfile
from pathlib import Path

import pytest

from models import CaseError, load_case
from tests.models.intake.books import STYLES, WORKBOOK, part
from tests.slow import one_in

MUTATIONS = 50
"""In each quarter of them."""
PARTS = (WORKBOOK, STYLES, "_rels/.rels", "xl/_rels/workbook.xml.rels", *map(part, ("case", "changes", "tiers")))
PIECES = (b"9" * 400, b"&a;", b"<c/>", b"</row><row>", b"<f>1</f>", b"\x00", b"\xff", b"1e999", b"-", b'"', b"_xD800_")
MOST = 60
"""Bytes that one change touches."""


def mutated(data: bytes, random: random.Random) -> bytes:
    """The bytes with one change: others, fewer, doubled, or something put in between."""
    at, length = random.randrange(len(data)), random.randrange(1, MOST)
    inside = (
        bytes(random.randrange(256) for _ in range(length)),
        b"",
        data[at : at + length] * 2,
        random.choice(PIECES) + data[at : at + length],
    )
    return data[:at] + random.choice(inside) + data[at + length :]


@pytest.mark.parametrize("quarter", one_in(4, range(4)))
def test_whatever_is_damaged_a_workbook_is_read_or_refused(quarter: int, book: Path, tmp_path: Path) -> None:
    chance, outcomes = random.Random(20_250_101 + quarter), set()
    with zipfile.ZipFile(book) as archive:
        names = [name for name in archive.namelist() if not re.search("comment|theme|docProps|sheets/_rels", name)]
        whole = {name: archive.read(name) for name in names}
    for _ in range(MUTATIONS):
        file, hit = tmp_path / "case.xlsx", chance.choice([*PARTS, None])
        with zipfile.ZipFile(file, "w") as target:
            for name, data in whole.items():
                target.writestr(name, mutated(data, chance) if name == hit else data)
        if hit is None:
            file.write_bytes(mutated(file.read_bytes(), chance))
        try:
            load_case(file)
            outcomes.add("read")
        except CaseError:
            outcomes.add("refused")
        except Exception as error:
            pytest.fail(f"{hit}: {error!r}")
    assert outcomes == {"read", "refused"}
