"""Arguments that commands of `tierwise` share: each is named, read and explained in one way."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from math import isfinite
from pathlib import Path

from ..results.default_gap import DEFAULT_GAP

CASE = "case folder or .xlsx workbook"
OUT_FLAGS = ("-o", "--out")
MOST_PORTS = 65_535
STORE = Path("runs", "store")
"""Where sweeps keep their results unless another folder is named."""


def add_output_options(parser: ArgumentParser) -> None:
    """Options for the form of output, which every command has."""
    said = parser.add_argument_group("output")
    said.add_argument("--json", action="store_true", help="print one JSON document for programs, and nothing else")
    said.add_argument("-q", "--quiet", action="store_true", help="print warnings and errors only")


def add_case(parser: ArgumentParser) -> None:
    """The case, first of the arguments."""
    parser.add_argument("case", metavar="CASE", type=Path, help=CASE)


def add_run(parser: ArgumentParser) -> None:
    """A run that is there."""
    parser.add_argument("run_folder", metavar="RUN", type=Path, help="folder written by solve or evaluate")


def add_subject(parser: ArgumentParser, made: str = "made") -> None:
    """A run, or a case whose run it is; `--case` says where the case of a run lies."""
    text = f"run folder, or {CASE}: then its run in runs/CASE-SCENARIO, which is {made} if there is none that fits"
    parser.add_argument("subject", metavar="RUN", type=Path, help=text)
    found = (
        "the case of RUN: folder or .xlsx workbook (default: the inputs that it keeps, or where its command found it)"
    )
    parser.add_argument("--case", metavar="CASE", type=Path, help=found)


def add_unchecked(parser: ArgumentParser) -> None:
    """The way past the checks of a run that is there."""
    text = "show a run whose digests or audit do not agree, or whose case is gone; everything made of it is marked"
    parser.add_argument("--unchecked", action="store_true", help=text)


def add_scenario(parser: ArgumentParser, text: str, default: str | None = "base") -> None:
    """One scenario of the case, completed in the shell from its files."""
    action = parser.add_argument("-s", "--scenario", metavar="NAME", default=default, help=text)
    action.completer = scenarios_of  # type: ignore[attr-defined]  # argcomplete looks for it here


def add_force(parser: ArgumentParser, text: str) -> None:
    """Whether what is there may be replaced."""
    parser.add_argument("-f", "--force", action="store_true", help=text)


def add_search(parser: ArgumentParser) -> None:
    """What a search for one plan takes."""
    add_scenario(parser, "scenario to solve (default: base)")
    parser.add_argument(*OUT_FLAGS, metavar="RUN", type=Path, help="run folder to write (default: runs/CASE-SCENARIO)")
    add_force(parser, "replace a run that is signed off or of another case, and any file that --log names")
    gap = "stop when proved this close to the best (default: 1e-4, that is 0.01 %%)"
    add_limits(parser, "stop then with the best plan so far (default: none)", gap, DEFAULT_GAP)
    kept = "keep the case in the run, in its folder inputs, so that it can be audited when the case has changed or gone"
    parser.add_argument("--keep-inputs", action="store_true", help=kept)
    parser.add_argument("--log", metavar="FILE", type=Path, help="write how the search went to FILE, as JSON lines")


def add_limits(parser: ArgumentParser, at_the_limit: str, at_the_gap: str, gap: float | None) -> None:
    """When a search may end; `gap` is the default."""
    parser.add_argument("--gap", metavar="SHARE", type=not_negative, default=gap, help=at_the_gap)
    parser.add_argument("--time-limit", metavar="SECONDS", type=_positive, help=at_the_limit)


def scenarios_of(parsed_args: Namespace, **_: object) -> Sequence[str]:
    """Names of the scenarios in the case folder named so far, for completion; a workbook is not opened for it."""
    case: Path | None = getattr(parsed_args, "case", None) or getattr(parsed_args, "subject", None)
    return [] if case is None else sorted(file.stem for file in (case / "scenarios").glob("*.toml"))


def not_negative(text: str) -> float:
    """A number of at least 0."""
    return _number(text, lambda value: value >= 0, "a number of at least 0, such as 0.001")


def _positive(text: str) -> float:
    return _number(text, lambda value: value > 0, "a number above 0, such as 60")


def whole(text: str) -> int:
    """A whole number."""
    if not text.strip().isdecimal():
        raise ArgumentTypeError(f"found {text!r}, expected a whole number, such as 12")
    return int(text)


def number_list(text: str) -> list[float]:
    """Numbers with commas between them."""
    return [_number(part, lambda value: True, "numbers with commas between them, such as 0.6,0.8")
            for part in text.split(",")]  # fmt: skip


def _number(text: str, allowed: Callable[[float], bool], expected: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not (isfinite(value) and allowed(value)):
        raise ArgumentTypeError(f"found {text!r}, expected {expected}")
    return value


def port(text: str) -> int:
    """A port that a program may listen on."""
    if not (text.isdecimal() and text.isascii() and 1 <= int(text) <= MOST_PORTS):
        raise ArgumentTypeError(f"found {text!r}, expected a whole number from 1 to {MOST_PORTS}, such as 8866")
    return int(text)


def workbook(text: str) -> Path:
    """The name of an Excel workbook."""
    return _file(text, ".xlsx")


def page(text: str) -> Path:
    """The name of a web page."""
    return _file(text, ".html")


def _file(text: str, ending: str) -> Path:
    path = Path(text)
    if path.suffix.lower() != ending:
        raise ArgumentTypeError(f"found {text!r}, expected a file name that ends in {ending}")
    return path
