"""The version of Tierwise, and of what its runs hold: here, so that no module imports the package to know it."""

from __future__ import annotations

__version__ = "0.2.0"
FORMAT = 2
"""Version of what plan.json, the tables of a run and answers must hold: one more with each change of that."""
