"""Which variants of a test run each time, with `make test`, and which with `make test-full` alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def one_in(number: int, variants: Iterable[Any]) -> list[Any]:
    """All the variants, for `parametrize`: the first and every so-many-th after it, the others marked slow.

    A tuple is a variant of several arguments.
    """
    return [
        pytest.param(
            *(variant if isinstance(variant, tuple) else (variant,)), marks=[pytest.mark.slow] if place % number else []
        )
        for place, variant in enumerate(variants)
    ]
