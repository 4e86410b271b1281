"""Scores that partners have on what is asked of their kind, and the work that one for a region or family bars."""

from __future__ import annotations

import numpy as np

from models.case import Case
from models.economics.delivery_formulas import PARTNER_KINDS

from .rows import Flags, Rows, Table


def asked_scores(case: Case) -> Rows:
    """Scores of partners on the criteria asked of their kind, with the criterion's `weight` and `minimum`."""
    criteria = Rows.of(case.tables["criteria"]).renamed(kind="asked_of")
    kinds = Rows.of(case.tables["providers"], "provider", "kind")
    rows = Rows.of(case.tables["scores"]).looked_up(criteria, ["criterion"]).looked_up(kinds, ["provider"])
    asked = rows.named("asked_of", [""]) | (rows["asked_of"] == rows["kind"])
    return rows.where(np.asarray(asked & rows.named("kind", PARTNER_KINDS), dtype=bool))


def everywhere(scores: Rows) -> Flags:
    """Scores that are given for no region or family of their own."""
    return np.asarray(scores.named("region", [""]) & scores.named("family", [""]), dtype=bool)


def bars(case: Case) -> Rows:
    """Scores for a region or family under their criterion's minimum."""
    rows = asked_scores(case)
    return rows.where(~everywhere(rows) & (rows["score"] < rows["minimum"]))


def barred(lanes: Table, bar: Rows) -> Flags:
    """Which lanes (provider, region, family) a row of `bars` bars, shape (lanes, bars)."""
    rows = Rows.of(lanes, "provider", "region", "family")
    met = rows["provider"][:, None] == bar["provider"]
    for name in ("region", "family"):
        met &= (bar[name] == "") | (rows[name][:, None] == bar[name])
    return np.asarray(met, dtype=bool)
