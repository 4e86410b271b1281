"""What tests read: the checkout, the cases that are shipped with it, the files of the product."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
TINY = DATA / "tiny"
IMAGING = DATA / "imaging"
LEFT_BY_0_1_0 = ROOT / "tests" / "worlds" / "left_by_0_1_0"
"""A run of the tiny case, `old`, and what `compare` said of it, as version 0.1.0 wrote them."""
SOURCES = sorted(path for package in ("models", "optimizer") for path in (ROOT / package).rglob("*.py"))
"""Every module of the product."""
