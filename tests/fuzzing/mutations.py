"""Seeded damage to files: to their bytes, and to what their format is made of (cells, keys, members, values)."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from random import Random
from typing import Any

Mutation = Callable[[bytes, Random], bytes]

NUMBERS = ("0", "-0", "-1", "1e308", "-1e308", "1e-308", "1e12", "1e13", "1e999", "nan", "inf", "9" * 400, "1" * 5000,
           "0x10", "1_000", "1,5", "1e", "٣", "2.5", "true")  # fmt: skip
TEXTS = ("", " ", "\t", "\x00", "\x1b[31m", "\x9b31m", "a\nb", "a\rb", "\u202eabc", "\u200b", "\u00a0", "e\u0301",
         "../../x", "/etc/passwd", "CON", "[bold]", "[/]", "[/red]", "<script>", "=1+1", "{}", "'", '"', '""', ",", ";",
         "|", "none", "contract", "#N/A", "NULL", "x" * 200_000, "日本" * 30, "\ufeff", "\U0001f600", "\\", "${HOME}",
         "%s")  # fmt: skip
BYTES = (b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\x80", b"\r", b"\n\n", b'"', b"'''", b"[" * 20_000,
         b"{" * 20_000, b"<" * 100, b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"\x1b]0;x\x07")  # fmt: skip


MARKS = (b"", b"<c/>", b'<c r="XFD1048576"><v>1</v></c>', b'<c r="A2000000000"/>', b"&#0;", b"&x;", b"<row r='3'/>",
         b"<f>1+1</f>", b'<mergeCell ref="A1:B9"/>', b"<!DOCTYPE x>", b"<is><t>x</t></is>")  # fmt: skip


def _word(rng: Random) -> str:
    return rng.choice(rng.choice((NUMBERS, TEXTS)))


def of_bytes(data: bytes, rng: Random) -> bytes:
    """One to three stretches flipped, left out, doubled, cut off or written over."""
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.choice((1, 1, 2, 8, 64, 1000)))
        piece = rng.choice(
            (
                bytes(byte ^ (1 << rng.randrange(8)) for byte in data[at:end]),
                b"",
                data[at:end] * 2,
                rng.randbytes(end - at),
                rng.choice(BYTES),
                _word(rng).encode(),
            )
        )
        data = data[:at] if rng.random() < 0.05 else data[:at] + piece + data[end:]
    return data


def of_csv(data: bytes, rng: Random) -> bytes:
    """Cells, rows and columns written over, left out, doubled or moved."""
    rows = list(csv.reader(io.StringIO(data.decode())))
    for _ in range(rng.randint(1, 2)):
        row = rng.choice(rows)
        at = rng.randrange(max(1, len(row)))
        rng.choice(_STEPS)(rows, row, at, rng)
    text = io.StringIO()
    csv.writer(text, delimiter=rng.choice(",,,,;\t|"), lineterminator=rng.choice(("\n", "\r\n"))).writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


Rows = list[list[str]]


def _cell(rows: Rows, row: list[str], at: int, rng: Random) -> None:
    row[at : at + 1] = [_word(rng)]


def _number(rows: Rows, row: list[str], at: int, rng: Random) -> None:
    row[at : at + 1] = [rng.choice(NUMBERS)]


def _header(rows: Rows, row: list[str], at: int, rng: Random) -> None:
    rows[0][at : at + 1] = [_word(rng)]


def _column(rows: Rows, row: list[str], at: int, rng: Random) -> None:
    moved = rng.choice(("left out", "doubled", "new"))
    for cells in rows:
        cells[at : at + 1] = {"left out": [], "doubled": cells[at : at + 1] * 2, "new": [_word(rng)]}[moved]


def _row(rows: Rows, row: list[str], at: int, rng: Random) -> None:
    new: list[str] = rng.choice((row[:], [], ["1"] * 1000, row[::-1]))
    rows.insert(rng.randrange(len(rows)), new)


def _fewer(rows: Rows, row: list[str], at: int, rng: Random) -> None:
    del rows[rng.randrange(len(rows)) + 1 :]


_STEPS = (_cell, _cell, _number, _number, _header, _column, _row, _fewer)


def of_toml(data: bytes, rng: Random) -> bytes:
    """Lines left out, doubled, moved; values and keys written over."""
    lines = data.decode().splitlines()
    at = rng.randrange(len(lines))
    key = lines[at].partition("=")[0].strip() or "name"
    values = ('"' + _word(rng).replace("\\", "\\\\").replace('"', '\\"') + '"', rng.choice(NUMBERS), "[" * 5000, "{}",
              "{ a = { b = 1 } }", "[[1], [2]]", "1979-05-27", "07:32:00", "'''\n'''", '"\\u001b[31m\\u202e"', "[]",
              '["a", 1, true]', "1" * 5000)  # fmt: skip
    new = rng.choice(
        (
            f"{key} = {rng.choice(values)}",
            f"{key} = {rng.choice(values)}",
            f"{_word(rng)} = {rng.choice(values)}",
            f'"{key}" = {rng.choice(values)}\n{lines[at]}',
            f"[[change]]\n{rng.choice(_CHANGES)}",
            f"[{'.'.join(['a'] * 3000)}]",
            "",
            lines[rng.randrange(len(lines))],
        )
    )
    return "\n".join([*lines[:at], new, *lines[at + rng.randint(0, 1) :]]).encode("utf-8", "surrogatepass")


_CHANGES = (
    'table = "rates"\ncolumn = "csat"\nset = 1e308',
    'table = "rates"\ncolumn = "cost_per_case"\nmultiply = 1e17',
    'table = "rates"\nwhere = { provider = ["Own", 3, true] }\ncolumn = "csat"\nadd = -1e9',
    'table = "case"\ncolumn = "discount_rate"\nset = "x"',
    'table = "tiers"\nwhere = { tier = "" }\ncolumn = "tier"\nset = "../x"',
    'table = "nothing"\ncolumn = 3\nset = nan',
    'table = "products"\ncolumn = "unit_value"\nmultiply = 0',
    f'table = "tiers"\ncolumn = "rank"\nset = {10**60}',
)


def of_zip(data: bytes, rng: Random) -> bytes:
    """One member of an archive damaged, renamed, left out or doubled; the rest of it stays sound."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(list(members))
    step = rng.random()
    if step < 0.08:
        del members[name]
    elif step < 0.14:
        members[rng.choice(list(members))] = members.pop(name)
    else:
        members[name] = rng.choice((of_bytes, of_xml, of_xml, of_xml))(members[name], rng)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return target.getvalue()


def of_xml(data: bytes, rng: Random) -> bytes:
    """A mark-up, a reference or a text of an XML file written over."""
    marks = [at for at, byte in enumerate(data) if byte in b'<>"']
    if not marks:
        return of_bytes(data, rng)
    start = rng.randrange(len(marks))
    at, end = marks[start], marks[min(len(marks) - 1, start + rng.randint(1, 3))]
    new = (data[at:end] * 2, f'"{rng.choice(NUMBERS)}"'.encode(), f">{_word(rng)}<".encode("utf-8", "surrogatepass"))
    piece = rng.choice((*new, *MARKS))
    return data[:at] + piece + data[end:]


def of_json(data: bytes, rng: Random) -> bytes:
    """A value, a key or a whole part written over, left out or doubled."""
    values = json.loads(data)
    holders: list[Any] = [values]
    for holder in holders:
        parts = holder.values() if isinstance(holder, dict) else holder
        holders += [part for part in parts if isinstance(part, dict | list)]
    holder = rng.choice([one for one in holders if one] or [values])
    key = rng.choice(list(holder)) if isinstance(holder, dict) else rng.randrange(len(holder))
    wild: tuple[Any, ...] = (
        None,
        True,
        0,
        -1,
        2.5,
        1e308,
        10**400,
        "",
        "x",
        _word(rng),
        [],
        {},
        [[]],
        {"a": 1},
        holder[key],
        [holder[key]],
    )
    step = rng.random()
    if step < 0.2:
        del holder[key]
    elif step < 0.3 and isinstance(holder, dict):
        holder[_word(rng)] = rng.choice(wild)
    else:
        holder[key] = rng.choice(wild)
    return json.dumps(values, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")


def of_state(data: bytes, rng: Random) -> bytes:
    """A value of a search's state written over, and the digest in its header made to fit."""
    header, _, body = data.partition(b"\n")
    changed = of_json(body, rng)
    fitting = {**json.loads(header), "sha256": sha256(changed).hexdigest()}
    return json.dumps(fitting).encode() + b"\n" + changed + b"\n"
