"""How little a process of our own looks for cyclic garbage: loading libraries makes none, and takes most of its time.

Loose in `optimizer`, as both the command and the processes of a sweep begin with it.
"""

from __future__ import annotations

import gc

_YOUNG_OBJECTS = 20_000
"""Objects made until garbage is looked for among them. By Python's own number that is a seventh of a short command's
time, spent on looking through libraries."""
_YOUNG_PASSES = 50
"""Such passes until garbage is looked for among what they left."""


def collect_seldom() -> None:
    """Look for garbage seldom from now on in this process, which must be ours."""
    gc.set_threshold(_YOUNG_OBJECTS, _YOUNG_PASSES)


def leave_alone() -> None:
    """Never look again through what there is by now, not even as the process ends, or that would take it all apart."""
    gc.freeze()
