"""What a workbook may hold: the limits of Excel, and ours where a small file could ask for endless work."""

from __future__ import annotations

ROWS = 1_048_576
"""Rows of a sheet; Excel's limit."""
COLUMNS = 16_384
"""Columns of a sheet; Excel's limit."""
FILLED_COLUMNS = 256
"""Columns of a sheet that hold anything. No table has a tenth of them, and each one too many is told by itself."""
UNPACKED = 256 << 20
"""Bytes, unpacked, of all parts that are read. Some six million filled cells fit."""
SHEETS = 1_000
"""Sheets of a workbook."""
TITLE = 255
"""Characters of a sheet's name; Excel allows 31."""
STYLES = 65_490
"""Cell styles of a workbook; Excel's limit."""
FORMAT_CODE = 255
"""Characters of a number format; Excel's limit."""
PARTS = 10_000
"""Parts of the file, which is a zip archive."""
MARKUP = 1 << 20
"""Bytes of one tag or comment; some XML parsers begin anew with each piece of a longer one."""
MARKED = 64 << 20
"""Bytes, unpacked, of a workbook whose faults are marked, and of CSV files: marking holds the whole in memory."""
MARKED_CELLS = 1_000_000
"""Cells of a workbook whose faults are marked."""
