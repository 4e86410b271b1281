"""What `tierwise init`, `validate --mark`, `diff` and `staffing` do: a case's beginning, faults, versions and rows."""

from __future__ import annotations

import os
from argparse import Namespace
from errno import EEXIST
from pathlib import Path

import pandas as pd
from rich.console import Console

from models import Case, CaseError, Problem, load_case
from models.differences import Difference, differences
from models.files import try_file, try_folder, write_file
from models.staffing import Staffing
from models.staffing import staffing as engagements_by_load

from ..results.typed_command import Step, as_typed
from .command_output import CommandOutcome, CommandOutput
from .exit_codes import DONE
from .targets import case_label, new_file
from .terminal import SHOWN_ROWS, print_line, show_table

_ROUGH, _SOON = 0.01, 20.0
"""Gap and seconds for the margins of a starter, which are told in whole per cent."""


def init(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    """Ask a few questions and write a starter case."""
    from models import write_case  # loads the writer of workbooks, as the next do what makes a case and what asks
    from models.authoring.starter import starter_case

    from .interview import interview

    target: Path = arguments.target
    _refuse_existing(target)
    (try_file if target.suffix.lower() == ".xlsx" else try_folder)(target)
    case = starter_case(interview(case_label(target), ask=not arguments.yes))
    write_case(case, target, "xlsx" if target.suffix.lower() == ".xlsx" else "csv")
    margins = _margins(case)
    sizes = {name: case.sizes[name] for name in ("accounts", "products", "tiers", "providers")}

    def show(console: Console) -> None:
        said = ", ".join(f"{count} {name}" for name, count in sizes.items())
        print_line(console, f"Wrote {target}: {said}. Every number is a placeholder: replace it by your own.")
        if margins:
            today, plan = margins["today"], margins["plan"]
            print_line(
                console, f"Service margin: {today:.0%} of service revenue today, {plan:.0%} under the best plan."
            )

    steps = (
        Step(as_typed("solve", target), "find the best plan; it solves as it is"),
        Step(as_typed("validate", target), "once numbers are replaced, find every fault"),
    )
    return CommandOutcome(
        DONE, show, {"case": case.settings.name, "sizes": sizes, "service_margin_share": margins}, target, steps
    )


def _margins(case: Case) -> dict[str, float]:
    """Service margin as a share of service revenue, `today` and in the best `plan`; empty where none was found soon."""
    from ..solving.solve import solve  # loads the solver, which few commands need

    result = solve(case, gap=_ROUGH, time_limit=_SOON)
    if result.plan is None or result.baseline is None:
        return {}
    shares = {"today": result.baseline["service_margin_share"], "plan": result.plan.kpis["service_margin_share"]}
    return {name: share for name, share in shares.items() if share is not None}


def mark(case: Path, target: Path, output: CommandOutput, *, force: bool = False) -> None:
    """Write the case with every faulty cell marked; nothing where there is no fault."""
    if target.exists() and os.path.samefile(case, target):
        raise CaseError([Problem(str(target), "this is the case itself", expected="another file for the marks")])
    new_file(target, force=force, inputs=[case])
    from models.authoring.annotated_faults import mark_faults  # loads the writer of workbooks

    if mark_faults(case, target):
        output.warn([f"Every faulty cell is marked and commented in {target}."])


def diff(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    """Say what changed between two versions of a case."""
    out: Path | None = arguments.out
    if out is not None:
        new_file(out, force=arguments.force, inputs=[arguments.case, arguments.other])
    before, after = load_case(arguments.case), load_case(arguments.other)
    found = differences(before, after)
    if out is not None:
        with write_file(out) as temporary:
            table = pd.DataFrame(found, columns=list(Difference._fields))
            table.to_csv(temporary, index=False, lineterminator="\n", encoding="utf-8")
    document = {"differences": [difference._asdict() for difference in found]}
    return CommandOutcome(DONE, lambda console: _show(console, found, out), document, out)


def _show(console: Console, found: tuple[Difference, ...], out: Path | None) -> None:
    if not found:
        print_line(console, "No differences.")
        return
    for table in dict.fromkeys(difference.table for difference in found):
        own = [difference for difference in found if difference.table == table]
        rows = [(row.change, row.key, row.column, row.before, row.after) for row in own[:SHOWN_ROWS]]
        show_table(console, f"{table}, {len(own)}", ["", "row", "column", "before", "after"], rows)
        if len(own) > SHOWN_ROWS:
            print_line(console, f"and {len(own) - SHOWN_ROWS:,} more in {table}; --out FILE.csv has them all")
    print_line(console, f"\nDifferences: {len(found):,}" + (f". File: {out}" if out else ""))


def staffing(arguments: Namespace, output: CommandOutput) -> CommandOutcome:
    """Work out engagements of a provider at several levels of load."""
    out: Path | None = arguments.out
    if out is not None:
        new_file(out, force=arguments.force, inputs=[arguments.case])
    asked = {name: getattr(arguments, name) for name in ("handling", "levels", "reference_load")}
    given = {name: value for name, value in asked.items() if value is not None}
    found = engagements_by_load(load_case(arguments.case), arguments.provider, arguments.people, **given)
    if out is not None:
        with write_file(out) as temporary:
            found.engagements.to_csv(temporary, index=False, lineterminator="\n", encoding="utf-8")
    document = {name: value for name, value in vars(found).items() if not isinstance(value, pd.DataFrame)}
    document |= {name: getattr(found, name).to_dict("records") for name in ("loads", "engagements")}
    return CommandOutcome(DONE, lambda console: _show_staffing(console, found, out), document, out)


def _show_staffing(console: Console, found: Staffing, out: Path | None) -> None:
    for line in found.engagements.to_csv(index=False, lineterminator="\n").splitlines():
        print_line(console, line)
    print_line(console, "")
    hours, given = f"{found.handling_hours:.6g} h a case", f"{found.response_hours:.6g} h"
    held = f"response {given} at a load of {found.reference_load * 100:.10g} %"
    print_line(console, f"{found.provider}: {found.people:,} people, {hours}, {held}.")
    for level, wait, response in found.loads.itertuples(index=False, name=None):
        told = f"mean wait {wait:.4g} h, mean response {response:.4g} h"
        print_line(console, f"At a load of {level * 100:.10g} %: {told}.")
    if out is not None:
        print_line(console, f"File: {out}")


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise FileExistsError(EEXIST, "it exists already; name another one", str(path))
