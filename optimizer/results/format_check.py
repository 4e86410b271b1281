"""Whether a file of a run, or of an answer, is of the form that this version of Tierwise writes and reads."""

from __future__ import annotations

from models.plan_tables import OtherFormatError

from ..version import FORMAT, __version__


def check_format(values: object, file: str, again: str) -> None:
    """Raise `OtherFormatError` unless the values of a JSON file have the `format` of this version.

    `again` is the sentence that says how to get one that has. What is no object at all is for others to refuse.
    """
    if not isinstance(values, dict):
        return
    found = values.get("format")
    if type(found) is int and found == FORMAT:
        return
    if found is None:
        told = "has no format, so that a version before 0.2.0 wrote it"
    elif type(found) is int and found > FORMAT:
        told = f"is of format {found}, which a later version wrote"
        again = f"Read it with that version. Or {again[0].lower()}{again[1:]}"
    else:
        told = f"has the format {found!r}"
    raise OtherFormatError([f"{file} {told}; Tierwise {__version__} reads format {FORMAT}. {again}"])
