"""Teams and partners so busy that the response times of the case say too little of when they answer."""

from __future__ import annotations

import pandas as pd

from .findings import Audit

BUSIEST = 0.85
"""Load, as a share of capacity_hours, above which cases wait for someone to be free more than a mean shows."""
LOADS = ("provider", "load")
"""Columns of `Audit.loads`."""
_NAMED = 5


def busy_sentence(audit: Audit | None, *, short: bool = False) -> str | None:
    """Who is loaded above `BUSIEST` where no level of load was given; None where nobody is, or it is not known.

    `short` rounds loads, and names no command.
    """
    loads = pd.DataFrame(columns=list(LOADS)) if audit is None or audit.loads is None else audit.loads
    busy = loads[loads["load"] > BUSIEST].sort_values(["load", "provider"], ascending=[False, True])
    if busy.empty:
        return None
    in_words = "{:.3g} %".format if short else "{:.2f} %".format
    told = [f"{name} ({in_words(load * 100)})" for name, load in busy.head(_NAMED).itertuples(index=False, name=None)]
    more = f" and {len(busy) - _NAMED:,} more" if len(busy) > _NAMED else ""
    return (
        f"Loaded above {BUSIEST * 100:.0f} % of capacity: {', '.join(told)}{more}. The response times of the case do "
        f"not know of queues, and who is so busy answers later{'; tierwise staffing says by how much' * (not short)}."
    )
