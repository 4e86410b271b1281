"""What an audit finds: its verdict, a row for each check, and the form that audit.json has."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from models.plan_tables import RunError

from .audit_rules import RULES

RULE_COLUMNS = ("rule", "scope", "value", "limit", "slack", "ok")


KPI_COLUMNS = ("kpi", "claimed", "recomputed", "difference", "ok")


@dataclass(frozen=True)
class Audit:
    """Verdict on a plan. `rules` has a row for each check, `kpis` a row for each amount.

    `rules`: rule (a key of `RULES`), scope (what it was checked on, as `column=name; ...`), value, limit,
    slack (room left, negative when broken), ok. Rules on means show sums on both sides.
    `kpis`: kpi, claimed, recomputed, difference, ok; NaN where an amount has no value.
    `price_steps`: what the rules make of the prices next to the plan's (`accounting.next_prices.price_steps`); not in
    audit.json, None where it was read from there or no rule on prices binds.
    `loads`: how busy teams and partners are that have no level of load (`accounting.work.loads`); not there either.
    """

    rules: pd.DataFrame
    kpis: pd.DataFrame
    price_steps: pd.DataFrame | None = None
    loads: pd.DataFrame | None = None

    @property
    def ok(self) -> bool:
        """Whether every rule holds and every KPI is as claimed."""
        return bool(self.rules["ok"].all() and self.kpis["ok"].all())

    @property
    def faults(self) -> tuple[str, ...]:
        """One sentence for each check that failed."""
        broken = self.rules[~self.rules["ok"]]
        wrong = self.kpis[~self.kpis["ok"]]
        return (
            *(_sentence(*row) for row in broken[["rule", "scope", "value", "limit"]].itertuples(index=False)),
            *(
                f"kpi {row['kpi']}: {row['claimed']:.9g} is claimed, {row['recomputed']:.9g} is true."
                for row in wrong.to_dict("records")
            ),
        )

    def to_document(self) -> dict[str, object]:
        """Contents of audit.json: `ok`, and `rules` and `kpis` as lists of rows."""
        return {"ok": self.ok, "rules": self.rules.to_dict("records"), "kpis": self.kpis.to_dict("records")}


def _sentence(rule: str, scope: str, value: float, limit: float) -> str:
    """What is broken, where, and by how much; an offender found by name has no numbers."""
    named = RULES[rule].structural and (value, limit) == (1.0, 0.0)
    numbers = "" if named else f" has {value:.9g} against {limit:.9g} and"
    return f"{rule} ({scope}){numbers} breaks the rule that {RULES[rule].text}"


def read_audit(values: object) -> Audit:
    """An audit from the parsed audit.json; raises `RunError` where it does not have that form."""
    if not isinstance(values, dict) or set(values) != {"ok", "rules", "kpis"}:
        raise RunError(["audit.json: expected the keys ok, rules and kpis."])
    audit = Audit(_rows(values["rules"], RULE_COLUMNS, "rules"), _rows(values["kpis"], KPI_COLUMNS, "kpis"))
    if values["ok"] is not audit.ok:
        raise RunError([f"audit.json: ok is {values['ok']!r}, but its rows say {audit.ok}."])
    return audit


def _rows(values: object, columns: tuple[str, ...], key: str) -> pd.DataFrame:
    """Rows of audit.json as a frame: the first text columns, then numbers, then ok."""
    fault = RunError([f"audit.json: {key} must be rows of {', '.join(columns)}."])
    if not isinstance(values, list) or not all(isinstance(row, dict) and tuple(row) == columns for row in values):
        raise fault
    frame = pd.DataFrame(values, columns=list(columns))
    texts = [cell for name in columns[:-4] for cell in frame[name]]
    if not all(isinstance(ok, bool) for ok in frame["ok"]) or not all(isinstance(text, str) for text in texts):
        raise fault
    try:
        numbers = {name: frame[name].astype(float) for name in columns[-4:-1]}
    except (TypeError, ValueError, OverflowError):  # the last for a whole number of hundreds of digits
        raise fault from None
    return frame.assign(**numbers).astype({"ok": bool})
