"""The gap that is proved where none is asked for."""

DEFAULT_GAP = 1e-4
"""Relative gap, (bound - objective) / max(1, |objective|)."""
