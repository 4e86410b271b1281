"""What tests read: the checkout, the cases that are shipped with it, the files of the product."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
TINY = DATA / "tiny"
IMAGING = DATA / "imaging"
SOURCES = sorted(path for package in ("models", "optimizer") for path in (ROOT / package).rglob("*.py"))
"""Every module of the product."""
