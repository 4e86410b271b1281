"""Folders that tests read: the checkout, and the cases that are shipped with it."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
TINY = DATA / "tiny"
IMAGING = DATA / "imaging"
