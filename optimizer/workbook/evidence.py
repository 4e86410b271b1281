"""The sheets that say what the plan rests on: providers, experience, rules, audit, inputs and manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from ..results.audit_rules import RESTS_ON_SEARCH, RULES
from .attribution import provider_amounts
from .sheets import VERSION, ExcelBook, column
from .workbook_data import WorkbookData


def write_providers(book: ExcelBook, data: WorkbookData) -> None:
    """The sheet of engaged providers: load against capacity, and what is paid."""
    note = f"{data.currency} a year. Payment = case cost - volume discounts + commitment beyond the work done."
    sheet = book.sheet("Providers", "Providers, today and plan", note)
    parts = [
        provider_amounts(data.case, plan).reset_index(names="provider").assign(version=version)
        for version, plan in data.versions.items()
    ]
    rows = pd.concat(parts, ignore_index=True)
    costs = rows[["payment", "providers_fixed", "readiness", "readiness_spread"]].sum(axis=1)
    load = rows["hours"] / rows["capacity_hours"].where(rows["capacity_hours"] > 0)
    sheet.table(
        [
            column(VERSION, rows["version"]),
            column("Provider", rows["provider"]),
            column("Kind", rows["kind"]),
            column("Cases", rows["cases"], "number", summed=True),
            column("Hours", rows["hours"], "number", summed=True),
            column("Capacity in hours", rows["capacity_hours"], "number", summed=True),
            column("Load", load, "share", formula='=IF(F{0}>0,E{0}/F{0},"")'.format),
            column("Case cost", rows["case_cost"], "money", summed=True),
            column("Volume discounts", rows["saved"], "money", summed=True),
            column("Commitment beyond the work", rows["commitments"], "money", summed=True),
            column("Payment", rows["payment"], "money", formula="=H{0}-I{0}+J{0}".format, summed=True),
            column("Fixed cost", rows["providers_fixed"], "money", summed=True),
            column("Readiness, paid once", rows["readiness"], "money", summed=True),
            column("Readiness, spread over contracts", rows["readiness_spread"], "money", summed=True),
            column("Total", costs, "money", formula="=K{0}+L{0}+M{0}+N{0}".format, summed=True),
        ]
    )  # fmt: skip
    sheet.finish()


def write_experience(book: ExcelBook, data: WorkbookData) -> None:
    """The sheet of what customers get against what was promised."""
    note = "csat in points; attainment as a share of cases answered in time; turnaround in hours. Blank: no limit."
    sheet = book.sheet("Experience", "What customers get, today and plan", note)
    tables = [plan.experience.assign(version=version) for version, plan in data.versions.items()]
    rows = pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)
    sheet.table(
        [
            column(VERSION, rows["version"]),
            column("Tier", rows["tier"]),
            column("Region", rows["region"]),
            column("Measure", rows["metric"]),
            column("Value", rows["value"], "number"),
            column("Limit", rows["limit"], "number"),
            column("Kept", rows["ok"]),
        ]
    )
    sheet.finish()


def write_rules(book: ExcelBook, data: WorkbookData) -> None:
    """The sheet of every rule with its room."""
    note = "Recomputed against the case as it is now. Slack is the room left; below 0 the rule is broken."
    sheet = book.sheet("Rules", "Rules of the scenario and of every plan", note)
    rows = data.audit.rules
    sheet.table(
        [
            column("Rule", rows["rule"], width=24),
            column("It asks that", [RULES[name].text for name in rows["rule"]], width=60),
            column("Where", rows["scope"], width=48),
            column("Value", rows["value"], "number"),
            column("Limit", rows["limit"], "number"),
            column("Slack", rows["slack"], "number"),
            column("Kept", rows["ok"]),
        ]
    )
    sheet.finish()


def write_audit(book: ExcelBook, data: WorkbookData) -> None:
    """The sheet of every amount as claimed and as recomputed."""
    audit = data.audit
    said = "passed" if audit.ok else f"FAILED, {len(audit.faults)} faults: do not use this plan"
    note = f"The audit {said}. It works every amount out anew from the case, without the program that made the plan."
    note = f"{note} {RESTS_ON_SEARCH}" if audit.ok else note
    sheet = book.sheet("Audit", "Amounts as claimed and as recomputed", note)
    rows = audit.kpis
    sheet.table(
        [
            column("Amount", rows["kpi"], width=28),
            column("Claimed", rows["claimed"], "number", width=20),
            column("Recomputed", rows["recomputed"], "number", width=20),
            column("Difference", rows["difference"].round(9), "number", formula="=ROUND(B{0}-C{0},9)".format, width=20),
            column("Agrees", rows["ok"]),
        ]
    )
    for fault in audit.faults:
        sheet.line(fault)
    sheet.finish()


def write_inputs(book: ExcelBook, data: WorkbookData) -> None:
    """The sheet of what went in: settings, the scenario, its changes, the digest of every file, and the manifest."""
    sheet = book.sheet("Inputs and manifest", "What the plan was made from, and how")
    result = data.result
    found = [
        *_flat("case", data.original.settings.model_dump()),
        *_flat("scenario", data.scenario.model_dump(exclude_none=True)),
        *(("rows", name, f"{count:,}") for name, count in data.original.sizes.items() if count),
        *_flat("manifest", result.manifest),
        *_flat("run", {"status": str(result.status), "objective": result.objective, "bound": result.bound}),
    ]
    sheet.table(
        [
            column("Part", [part for part, _, _ in found], width=14),
            column("Name", [name for _, name, _ in found], width=40),
            column("Value", [value for _, _, value in found], width=90),
        ]
    )
    sheet.finish()


def _flat(part: str, values: object, name: str = "") -> Iterator[tuple[str, str, str]]:
    """Nested values as rows of (part, dotted name, text)."""
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield from _flat(part, value, f"{name}.{key}" if name else str(key))
    elif isinstance(values, list | tuple):
        for at, value in enumerate(values, 1):
            yield from _flat(part, value, f"{name}[{at}]")
    else:
        yield part, name, "" if values is None else str(values)
