"""How much is read: the limits of every file and table, each told in the refusal of what lies beyond it."""

from __future__ import annotations

MAX_TABLE_BYTES = 8 << 30
"""Bytes of one CSV or Parquet file: some hundred million rows."""
MAX_DOCUMENT_BYTES = 4 << 20
"""Bytes of `case.toml`, a scenario or a grid: ten thousands of changes."""
MAX_ROWS = 200_000_000
"""Rows of one table; beyond it a few bytes of a well-compressed file would fill the memory."""
MAX_FILLED_IN = 20_000_000
"""Rows of rates with every blank region and family filled in: a few rows of many names must not fill the memory."""
MAX_COLUMNS = 1_000
"""Columns of one table; a case's own have at most some twenty, a table of scenarios one for each key that varies."""
MAX_CELL = 32_767
"""Characters of one cell, which is also the most that a workbook can hold."""
MAX_UNPACKED = 2 << 30
"""Bytes of text of a Parquet column in one row group, with every row spelled out; the file may hold each word once."""
MAX_NESTING = 20
"""Levels of tables and lists inside each other in a document; a scenario needs four."""
MAX_INTEGER = 2**63 - 1
"""Largest whole number of a document, as TOML has it."""
MAX_ENTRIES = 20_000
"""Files in one folder of a case."""
MAX_FAULTS = 100
"""Faults of one document that are listed; the others are counted."""
MAX_SCENARIOS = 100_000
"""Scenarios of one sweep."""
