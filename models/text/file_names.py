"""Names that become files: plain on every system, so that nothing in the data decides where a file goes."""

from __future__ import annotations

import re
from pathlib import Path

from ..problems import CaseError, Problem, quoted
from .characters import barred

MOST_BYTES = 100
"""Bytes of a name in UTF-8: what it is made part of (`CASE-NAME.partial`) stays under the 255 that systems allow."""
ALLOWED = (
    f'a plain file name: at most {MOST_BYTES} bytes, without any of / \\ < > : " | ? *, '
    "not beginning with a point nor ending with one, and no name that Windows keeps for itself"
)
"""What a name that becomes a file must be, for messages."""

_SEPARATING = re.compile(r'[/\\<>:"|?*]')
_KEPT = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
"""Devices of Windows, whatever ending they have."""


def file_name_fault(name: str) -> str:
    """Why a name cannot be that of a file, as the end of a sentence about it; empty for a plain one."""
    if not name.strip():
        return "is blank"
    if len(name.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        return f"is longer than {MOST_BYTES} bytes"
    strange = barred(name) or " ".join(dict.fromkeys(_SEPARATING.findall(name)))
    if strange:
        return f"holds {strange}"
    if name != name.strip() or name.startswith(".") or name.endswith("."):
        return "begins or ends with a point or a blank"
    return "is a device of Windows" if _KEPT.fullmatch(name) else ""


def file_in(folder: Path, name: str, ending: str) -> Path:
    """The file of that name directly in the folder. Raises `CaseError` for a name that is none of a plain file."""
    file, fault = folder / f"{name}{ending}", file_name_fault(name)
    if fault or file.resolve().parent != folder.resolve():
        raise CaseError(
            [Problem("scenarios", f"the name {quoted(name)} {fault or 'leads elsewhere'}", expected=ALLOWED)]
        )
    return file
