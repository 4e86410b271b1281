"""Whether the checkout can be released: one version everywhere, told in the changelog, and nothing uncommitted."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from optimizer import __version__

HEADING = re.compile(r"^## \[(?P<version>[^\]]+)\](?: - (?P<date>\S+))?$", re.MULTILINE)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
UNRELEASED = "Unreleased"


def faults(root: Path) -> list[str]:
    """What stands in the way of a release of the checkout in a folder."""
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    return [*changelog_faults(changelog, __version__), *tree_faults(root)]


def changelog_faults(changelog: str, version: str) -> Iterator[str]:
    """The newest version told is the one released, it has a date, and nothing is told as unreleased."""
    headings = list(HEADING.finditer(changelog))
    ends = [heading.start() for heading in headings[1:]] + [len(changelog)]
    told = {heading["version"]: changelog[heading.end() : end] for heading, end in zip(headings, ends, strict=True)}
    if re.search(r"^- ", told.get(UNRELEASED, ""), re.MULTILINE):
        yield f"CHANGELOG.md tells changes under [{UNRELEASED}]; move them under [{version}]"
    released = [heading for heading in headings if heading["version"] != UNRELEASED]
    newest = released[0]["version"] if released else "none"
    if newest != version:
        yield f"the version is {version} (optimizer/version.py), the newest in CHANGELOG.md {newest}"
    elif not DATE.fullmatch(released[0]["date"] or ""):
        yield f"[{version}] in CHANGELOG.md has no date, such as ## [{version}] - 2026-01-31"


def tree_faults(root: Path) -> Iterator[str]:
    """Files that are not as they were committed, or not committed at all."""
    command = ["git", "status", "--porcelain"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        yield f"git cannot tell what is committed: {done.stderr.strip()}"
    elif done.stdout:
        yield "not committed: " + ", ".join(line[3:] for line in done.stdout.splitlines())
