"""The version of Tierwise: here, so that no module imports the package to know it."""

from __future__ import annotations

__version__ = "0.1.0"
