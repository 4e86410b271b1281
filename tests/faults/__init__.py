"""Corrupted cases, one fault each, with the place that the message must name."""

from __future__ import annotations

from tests.faults.cells import BOUNDS, NUMBERS
from tests.faults.corruptions import Fault
from tests.faults.documents import DOCUMENTS
from tests.faults.files import FILES, FOLDERS, SHEETS
from tests.faults.names import REFERENCES, TOGETHER, WORDS

FAULTS = (*NUMBERS, *BOUNDS, *WORDS, *REFERENCES, *TOGETHER, *FILES, *FOLDERS, *DOCUMENTS, *SHEETS)
"""Every fault; names are unique."""

__all__ = ["FAULTS", "Fault"]
