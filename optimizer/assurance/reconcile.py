"""Reconciliation: today's price book as the model sees it, held against the books."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models import Case, CaseError, Problem
from models.plan_tables import RunError

from ..results.record import ResultRecord

BOOKS_TOLERANCE = 0.02
"""Difference from the books, as a share of the amount booked, that is let pass when no other is stated."""


@dataclass(frozen=True)
class Reconciliation:
    """Lines of the table `actuals` beside today's baseline."""

    lines: pd.DataFrame
    """line, actual, baseline, difference (baseline - actual), money a year; share (of the actual; NaN where that is
    0) and ok."""
    tolerance: float
    """Share of the actual that a difference may be."""

    @property
    def ok(self) -> bool:
        """Whether every line is within the tolerance."""
        return bool(self.lines["ok"].all())

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        wrong = self.lines.loc[~self.lines["ok"], "line"].tolist()
        within = f"{len(self.lines)} lines within {self.tolerance:.4g} of the books"
        if not wrong:
            return f"Reconciled: {within}."
        return f"Not reconciled: {', '.join(wrong)} differ by more than {self.tolerance:.4g} of the amount booked."

    def to_document(self) -> dict[str, object]:
        """The same for a program."""
        return {"ok": self.ok, "tolerance": self.tolerance, "lines": self.lines.to_dict("records")}


def reconcile(case: Case, result: ResultRecord, tolerance: float = BOOKS_TOLERANCE) -> Reconciliation:
    """Compare the baseline of a result (today's menus, best delivered) with the case's table `actuals`.

    A line passes where |baseline - actual| <= tolerance x |actual|. The baseline is that of the result's scenario, with
    its changes made. Raises `CaseError` where the case has no actuals, `RunError` where the result has no baseline.
    """
    actuals = case.tables["actuals"]
    if actuals.empty:
        expected = "a table actuals with the columns line and amount"
        raise CaseError([Problem("actuals", "there is nothing to reconcile with", expected=expected)])
    if result.baseline is None:
        raise RunError([f"The run has no baseline to reconcile. {result.baseline_reason or ''}".strip()])
    rows = actuals.rename(columns={"amount": "actual"}).reset_index(drop=True)
    rows["baseline"] = [float(result.baseline[name] or 0.0) for name in rows["line"]]
    rows["difference"] = rows["baseline"] - rows["actual"]
    size = rows["actual"].abs()
    rows["share"] = rows["difference"] / size.where(size > 0)
    slack = 1e-9 * np.maximum(
        size, rows["baseline"].abs()
    )  # rounding must not decide a difference of just the tolerance
    rows["ok"] = rows["difference"].abs() <= tolerance * size + slack
    return Reconciliation(rows, tolerance)
