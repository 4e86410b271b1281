"""Exit codes of the command `tierwise`."""

DONE = 0
"""The command did what was asked."""
FAILED = 1
"""The scenario is infeasible, or the audit found a fault."""
BAD_INPUT = 2
"""The input or the command is wrong."""
NO_PLAN = 3
"""A limit came before any plan was found."""
FAULT = 70
"""A fault of Tierwise itself, as sysexits.h numbers it."""
INTERRUPTED = 130
"""Stopped at once by Ctrl-C, as shells number it."""
BROKEN_PIPE = 141
"""Whoever read standard output or standard error left before all was said, as shells number it; files are whole."""
