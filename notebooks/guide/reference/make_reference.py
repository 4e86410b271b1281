"""Writes the reference from the program itself: commands, tables, scenarios, rules, Python.

    python notebooks/guide/reference/make_reference.py

A page is a function below; the tests compare what it returns with the file beside this one.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field, fields
from enum import Enum
from pathlib import Path
from types import FunctionType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

import optimizer
import optimizer.charts
from models import CaseSettings, Change, Scenario
from models.intake.raw import cell_text
from models.schema import TABLES, Column, Table
from models.schema.fields import LARGEST, LARGEST_RATIO, LARGEST_REVENUE, LARGEST_TOTAL, SMALLEST
from models.text.lookalikes import LONGEST
from optimizer.cli.arguments import add_output_options
from optimizer.cli.command_table import GROUPS, Command
from optimizer.program.constraints import RULES, Constraint
from optimizer.results import audit_rules
from optimizer.search.state.parameter_group import MOST_WHOLE
from optimizer.search.state.parameters import SearchParameters

HERE = Path(__file__).parent
MODEL = HERE.parent / "model.md"
BLOCK = (
    "<!-- constraints: made by `make reference` from the program itself; do not edit -->\n",
    "<!-- end of constraints",
)
"""What stands before and behind the constraints in the page of the model."""
MADE = "*Made by `make reference` from the program itself; do not edit.*"


def commands() -> str:
    """Every command with its arguments, in the groups of `tierwise --help`."""
    parts = ["# Commands", MADE, "Every command has these, too:", _arguments(add_output_options)]
    for group in GROUPS.values():
        for command in group:
            parts += [f"## tierwise {command.name}", _told(command), _arguments(command.add_arguments)]
    return _page(parts)


def _told(command: Command) -> str:
    return f"{command.summary[0].upper()}{command.summary[1:]}. {command.detail}"


def _arguments(add: Callable[[ArgumentParser], None]) -> str:
    parser = ArgumentParser("tierwise", add_help=False)
    add(parser)
    actions = [action for action in parser._actions if action.help is not SUPPRESS]
    return _table(["argument", "meaning"], ([_flags(action), (action.help or "") % vars(action)] for action in actions))


def _flags(action: Action) -> str:
    value = "" if action.nargs == 0 else f" {action.metavar or action.dest}"
    shown = ", ".join(f"`{flag}{value}`" for flag in action.option_strings)
    more = " ..." if action.nargs in ("*", "+") else ""
    return shown or f"`{value.strip()}{more}`"


def tables() -> str:
    """Every table of a case and every column of it."""
    parts = ["# Tables", MADE, "A blank cell takes the default; without one it is a fault.", _NAMES, _SIZES]
    for table in TABLES.values():
        parts += [f"## {table.name}", _about(table), _table(_COLUMNS, map(_column, table.columns))]
    return _page(parts)


_NAMES = (
    "Names tell upper from lower case, and are stripped of the white space around them (as Unicode has it, no-break "
    f"spaces included). They hold at most {LONGEST} characters, none that control a terminal, break the line or set "
    "the direction of writing. Two names that look alike and are not the same (a no-break space inside, a hidden "
    "character, an accent put together otherwise) are told apart by their code points; within one column that is a "
    "warning. The name of a scenario is also that of its file, and must be a plain one on every system."
)
_SIZES = (
    f"A number is at most {LARGEST:g} in size where it has a unit, {LARGEST_RATIO:g} where it is a factor, a rate or a "
    f"utility, {LARGEST_REVENUE:g} for `product_revenue`; what must be above 0 is at least {SMALLEST:g}. Totals of the "
    f"whole case (what customers pay, cases, hours, costs) are at most {LARGEST_TOTAL:g}. Beyond that the arithmetic "
    "carries no plan, and the case is refused: give money in thousands or millions."
)
_COLUMNS = ["column", "holds", "unit", "default", "meaning"]


def _about(table: Table) -> str:
    key = ", ".join(f"`{name}`" for name in table.key)
    rows = f"One row for each {key}." if table.unique else f"Rows are told apart by {key}."
    return f"{table.doc[0].upper()}{table.doc[1:]}. {rows}{' The table may be left out.' if table.optional else ''}"


def _column(column: Column) -> list[str]:
    refers = f", one of `{column.refers}`" if column.refers else ""
    only = f" (only for kind `{column.only_for}`)" if column.only_for else ""
    return [f"`{column.name}`", f"{column.expected}{refers}", column.unit, _default(column), f"{column.doc}{only}"]


def _default(column: Column) -> str:
    if column.default_from:
        return f"`{column.default_from}`"
    if column.required or column.only_for:
        return ""
    return "blank" if column.default is None else f"{column.default}".lower().removesuffix(".0")


def scenarios() -> str:
    """Keys of case.toml, of a scenario and of its changes."""
    parts = ["# Scenarios", MADE]
    for title, model in {"case.toml": CaseSettings, "scenarios/NAME.toml": Scenario, "[[change]]": Change}.items():
        fields = {name: field for name, field in model.model_fields.items() if name not in ("name", "change")}
        shown = model.model_fields if model is CaseSettings else fields
        parts += [f"## {title}", f"{_first_line(model)}", _table(["key", "default", "meaning"], _keys(model, shown))]
    return _page(parts)


def _keys(model: type[BaseModel], fields: Mapping[str, FieldInfo]) -> Iterator[list[str]]:
    said = {name: text for part in _own_classes(model) for name, text in _attribute_docs(part).items()}
    for name, field in fields.items():
        default = field.get_default(call_default_factory=True)
        known = "" if field.is_required() or default in (None, "", {}, ()) else f"`{cell_text(default)}`"
        words = f" One of {', '.join(get_args(field.annotation))}." if get_origin(field.annotation) is Literal else ""
        yield [f"`{name}`", known, said.get(name, "") + words]


def rules() -> str:
    """Everything that the audit judges."""
    told = "The audit judges all of these on every plan, from the plan and the case alone. `R` is a rule of the model;"
    told += " `F` is a check that the files of a run fit together."
    rows = ([f"`{name}`", "F" if rule.structural else "R", rule.text] for name, rule in audit_rules.RULES.items())
    return _page(["# Rules", MADE, told, _table(["rule", "", "what it asks"], rows)])


def parameters() -> str:
    """Every number that steers a search."""
    told = inspect.getdoc(SearchParameters) or ""
    parts = [
        "# Parameters",
        MADE,
        told,
        f"A number left out has its default. Whole numbers are at most {MOST_WHOLE:,}. They stand in manifest.json "
        "under `params`.",
    ]
    for group in fields(SearchParameters):
        numbers = getattr(SearchParameters(), group.name)
        said = _attribute_docs(type(numbers))
        rows = ([f"`{one.name}`", _plain(one.default), _limits(one), said[one.name]] for one in fields(numbers))
        parts += [f"## {group.name}", _first_line(type(numbers)), _table(_NUMBER, rows)]
    return _page(parts)


_NUMBER = ["number", "default", "limits", "meaning"]


def _plain(value: object) -> str:
    return ", ".join(map(_plain, value)) if isinstance(value, tuple) else f"{value:,g}" if value is not None else "None"


def _limits(one: Field[Any]) -> str:
    least, most = one.metadata["least"], one.metadata["most"]
    return f">= {least:g}" if most in (MOST_WHOLE, float("inf")) else f"{least:g} to {most:,.10g}"


def python() -> str:
    """Public names of `optimizer` and `optimizer.charts`."""
    parts = ["# Python", MADE, "## optimizer", (optimizer.__doc__ or "").partition("\n\n")[0]]
    for name in optimizer.__all__:
        parts += _documented(name, getattr(optimizer, name))
    parts += ["## optimizer.charts", (optimizer.charts.__doc__ or "").strip()]
    for name in optimizer.charts.__all__:
        parts += _documented(name, getattr(optimizer.charts, name))
    return _page(parts)


def _documented(name: str, thing: Any) -> Iterator[str]:
    yield f"### {name}"
    if isinstance(thing, FunctionType):
        yield f"```python\n{name}{_signature(thing)}\n```"
    if callable(thing):
        yield inspect.getdoc(thing) or ""
    if isinstance(thing, type) and not issubclass(thing, BaseModel):
        members = [row for part in _own_classes(thing) for row in (*_fields(part), *_members(part))]
        yield from ([_table(["member", "meaning"], members)] if members else [])


def _signature(function: Callable[..., Any]) -> str:
    """A parameter on each line, as it stands in the source; defaults that are long objects are left to the text."""
    parameters = [f"    {parameter}," for parameter in inspect.signature(function).parameters.values()]
    names = inspect.signature(function).parameters.values()
    first = next((place for place, one in enumerate(names) if one.kind is one.KEYWORD_ONLY), None)
    if first is not None and not any(one.kind is one.VAR_POSITIONAL for one in names):
        parameters.insert(first, "    *,")
    return "\n".join(["(", *parameters, f") -> {function.__annotations__.get('return', 'None')}"])


def _own_classes(thing: type) -> list[type]:
    """The class and the classes of this project that it is made of, these first."""
    return [part for part in reversed(thing.__mro__) if part.__module__.partition(".")[0] in ("models", "optimizer")]


def _members(thing: type) -> Iterator[list[str]]:
    """Public attributes, methods, properties and enumerated values that the class itself defines."""
    said = _attribute_docs(thing)
    for name, member in vars(thing).items():
        if name.startswith("_") or name in vars(thing).get("__annotations__", {}):
            continue
        if isinstance(member, FunctionType | staticmethod | classmethod):
            yield [f"`{name}()`", _first_line(member)]
        elif isinstance(member, property):
            yield [f"`{name}`", _first_line(member)]
        elif isinstance(member, Enum):
            yield [f"`{name}` = {member.value!r}", said.get(name, "")]


def _fields(thing: type) -> Iterator[list[str]]:
    said = _attribute_docs(thing)
    names = [name for name in vars(thing).get("__annotations__", {}) if not name.startswith("_")]
    return ([f"`{name}`", said.get(name, "")] for name in names)


def _attribute_docs(thing: type) -> dict[str, str]:
    """The string under each attribute in the class's source, on one line."""
    [source] = ast.parse(textwrap.dedent(inspect.getsource(thing))).body
    pairs = itertools.pairwise(source.body if isinstance(source, ast.ClassDef) else [])
    return {
        ast.unparse(target): " ".join(below.value.value.split())
        for attribute, below in pairs
        for target in _targets(attribute)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
    }


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.AnnAssign):
        return [node.target]
    return node.targets if isinstance(node, ast.Assign) else []


def _first_line(thing: object) -> str:
    return (inspect.getdoc(thing) or "").partition("\n\n")[0].replace("\n", " ")


def _table(header: list[str], rows: Iterable[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def model() -> str:
    """The page of the model with the formula of each constraint of the program, as its class states it."""
    rows = [[f"`{rule.name}`", _formula(rule)] for rule in RULES]
    before, _, rest = MODEL.read_text(encoding="utf-8").partition(BLOCK[0])
    _, _, after = rest.partition(BLOCK[1])
    return before + BLOCK[0] + _table(["constraint", "formula"], rows) + "\n" + BLOCK[1] + after


def _formula(rule: Constraint) -> str:
    """The docstring of a constraint on one line."""
    return " ".join((inspect.getdoc(type(rule)) or "").split())


PAGES: Mapping[str, Callable[[], str]] = {
    "commands": commands,
    "tables": tables,
    "scenarios": scenarios,
    "rules": rules,
    "parameters": parameters,
    "python": python,
}

if __name__ == "__main__":
    for page, made in PAGES.items():
        (HERE / f"{page}.md").write_text(made(), encoding="utf-8", newline="\n")
    MODEL.write_text(model(), encoding="utf-8", newline="\n")
