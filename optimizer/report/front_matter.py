"""What stands over and under a report: its title, day and author, and how and with what its run was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ..assurance.result import Result
from .readable import rule_title, sentence_of

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip


@dataclass(frozen=True)
class FrontMatter:
    """What a person says of a report; None where nobody did."""

    title: str | None = None
    """By default what the case is called."""
    author: str | None = None
    signed: str | None = None
    """Who signed the run off, and when, in words."""


def title_of(result: Result, front: FrontMatter) -> str:
    """The title given, or what is recommended of which case."""
    return front.title or f"{sentence_of(result.case_name)}: service tiers and prices"


def kind_of(result: Result) -> str:
    """What kind of paper it is."""
    if result.menus_given:
        return "What given menus come to"
    return "No plan" if result.plan is None else "Recommendation"


def byline(result: Result, front: FrontMatter) -> str:
    """Day, author and sign-off. The day is that on which the run ended, so that a report of it is always the same."""
    return " · ".join(filter(None, [day(result.manifest.get("end")), front.author, front.signed]))


def day(stamp: object) -> str:
    """A time of a manifest as a day: `28 November 2026`; blank where it is not known."""
    try:
        at = datetime.fromisoformat(str(stamp)).astimezone(UTC)
    except ValueError:
        return ""
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def signed_words(document: Mapping[str, object]) -> str:
    """A sign-off in a few words."""
    on = day(document.get("signed"))
    return f"signed off by {document.get('by')}{f' on {on}' if on else ''}"


def facts(result: Result) -> list[tuple[str, str]]:
    """What stands at the foot: how and with what the run was made."""
    manifest = result.manifest
    command = manifest.get("command")
    options, versions = mapping(manifest.get("options")), mapping(manifest.get("versions"))
    told = {rule_title(name): "off" if value is None else value for name, value in options.items()}
    found = {
        "Solved": f"{_moment(manifest.get('start'))} to {_moment(manifest.get('end'))}",
        "Command": " ".join(map(str, command)) if isinstance(command, list) else "",
        "Options": ", ".join(f"{name} {value}" for name, value in told.items()),
        "Versions": ", ".join(f"{name} {value}" for name, value in versions.items()),
    }
    return [(name, value) for name, value in found.items() if value]


def _moment(stamp: object) -> str:
    """A time of the manifest to the second, such as `2026-03-01 09:30:00 UTC`."""
    try:
        return datetime.fromisoformat(str(stamp)).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except ValueError:
        return "unknown"


def mapping(value: object) -> Mapping[str, object]:
    """A part of a manifest; empty where it is none."""
    return value if isinstance(value, Mapping) else {}
