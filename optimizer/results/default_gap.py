"""The gap that is proved where none is asked for."""

DEFAULT_GAP = 1e-4
"""Relative gap, (bound - objective) / max(1, |objective|)."""
DEFAULT_GIVE = 1e-4
"""Share of the best objective that may be given up for fewer changes, unless another is named."""
