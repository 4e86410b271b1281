"""How a process of the pool begins: silent before it loads any library. So this module loads none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..streams import silence_libraries

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event


def begin_silently(stop: Event, begun: Event) -> None:
    """Prepare a process of the pool, which is ours: what a library prints there goes nowhere."""
    silence_libraries()
    from .pool import begin  # loads the solver

    begin(stop, begun)
