"""Every file of a case folder is read, refused, or no table: by its name, and by what it is."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from models import CaseError, load_case
from models.intake.access import Stamp
from models.marking import mark_faults
from tests.models.test_loading import assert_same
from tests.small_case import write_small_case

posix = pytest.mark.skipif(os.name != "posix", reason="pipes, sockets and odd bytes in names are POSIX's")
linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the file system tells fewer names apart")

OTHER_FORMS = (
    *(".csv.gz", ".csv.zst", ".tsv", ".txt", ".xlsx", ".XLS", ".feather", ".json", ".jsonl", ".parq", ".ods", ".zip"),
    *(".csv.txt", ".v2.csv", ".unheard_of"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_case(tmp_path / "case")


def refusal(folder: Path) -> list[str]:
    with pytest.raises(CaseError) as refused:
        load_case(folder)
    return [str(problem) for problem in refused.value.problems]


def parquet(folder: Path, table: str, *files: str) -> None:
    """Move a table from its CSV file into Parquet files."""
    frame = pd.read_csv(folder / f"{table}.csv")
    (folder / f"{table}.csv").unlink()
    for at, file in enumerate(files):
        (folder / file).parent.mkdir(exist_ok=True)
        frame.iloc[at :: len(files)].to_parquet(folder / file, index=False)


@pytest.mark.parametrize("name", ["contracts.CSV", "contracts.Csv"])
def test_endings_may_be_in_capitals(folder: Path, name: str) -> None:
    before = load_case(folder)
    (folder / "contracts.csv").rename(folder / name)
    (folder / "scenarios" / "base.toml").rename(folder / "scenarios" / "base.TOML")

    assert_same(before, load_case(folder))


@pytest.mark.parametrize("place", ["rates.parquet", "rates.PARQUET", "rates.parquet/part-00000.snappy.parquet"])
def test_parquet_is_read_from_a_file_or_a_folder_as_spark_writes_it(folder: Path, place: str) -> None:
    before = load_case(folder)
    parquet(folder, "rates", place)
    if (folder / "rates.parquet").is_dir():
        (folder / "rates.parquet" / "_SUCCESS").touch()
        (folder / "rates.parquet" / ".part-00000.crc").touch()

    assert_same(before, load_case(folder))


@pytest.mark.parametrize(
    ("table", "ending"),
    [("rates", ".csv.gz"), ("rates", ".unheard_of"), *(("contracts", ending) for ending in OTHER_FORMS)],
)
def test_a_table_in_another_form_is_named_with_what_to_save(folder: Path, table: str, ending: str) -> None:
    (folder / f"{table}.csv").rename(folder / f"{table}{ending}")

    sentences = refusal(folder)
    named = [one for one in sentences if f"{table}{ending}" in one and f"{table}.csv or {table}.parquet" in one]
    assert len(named) == 1, sentences


@pytest.mark.parametrize("name", ["contracts", "Contracts.csv", "contracts .csv", " contracts.csv", "CONTRACTS.csv.gz"])
def test_a_table_under_almost_its_name_is_refused(folder: Path, name: str) -> None:
    (folder / "contracts.csv").rename(folder / name)

    (sentence,) = refusal(folder)
    assert name in sentence
    assert sentence.lower().count("contracts") > 1


@linux
@pytest.mark.parametrize(
    "name",
    ["rates.CSV", "Rates.csv", "rates .csv", "rates.csv.gz", "rates.xlsx", "rates.parquet", "rates.parquet/1.parquet"],
)
def test_two_files_for_one_table_are_refused(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    shutil.copy(folder / "rates.csv", folder / name)

    (sentence,) = refusal(folder)
    assert name.split("/")[0] in sentence


@linux
@pytest.mark.parametrize("name", ["base .toml", "BASE.TOML", "base.TOML", " base.toml"])
def test_two_files_for_one_scenario_are_refused(folder: Path, name: str) -> None:
    shutil.copy(folder / "scenarios" / "base.toml", folder / "scenarios" / name)

    (sentence,) = refusal(folder)
    assert "base.toml" in sentence
    assert name in sentence


@linux
@pytest.mark.parametrize("name", ["case.TOML", "Case.toml", "case .toml"])
def test_the_settings_stand_in_one_file_of_one_name(folder: Path, name: str) -> None:
    shutil.copy(folder / "case.toml", folder / name)
    assert [name in one for one in refusal(folder)] == [True]

    (folder / "case.toml").unlink()
    assert any(name in one for one in refusal(folder))


@linux
@pytest.mark.parametrize("twin", ["1 .parquet", "1.PARQUET"])
def test_two_parts_whose_names_are_hard_to_tell_apart_are_refused(folder: Path, twin: str) -> None:
    parquet(folder, "rates", "rates/1.parquet", f"rates/{twin}")

    (sentence,) = refusal(folder)
    assert twin in sentence


def test_columns_of_two_parts_that_differ_by_blanks_are_refused(folder: Path) -> None:
    parquet(folder, "rates", "rates/1.parquet", "rates/2.parquet")
    part = folder / "rates" / "2.parquet"
    pd.read_parquet(part).rename(columns={"csat": "csat "}).to_parquet(part, index=False)

    (sentence,) = refusal(folder)
    assert "csat" in sentence
    assert "twice" in sentence


@pytest.mark.parametrize("stranger", ["2.csv", "2.parquet.gz", "region=north/2.parquet"])
def test_a_folder_of_parts_holds_nothing_else_that_could_be_one(folder: Path, stranger: str) -> None:
    parquet(folder, "rates", "rates/1.parquet")
    (folder / "rates" / stranger).parent.mkdir(exist_ok=True)
    (folder / "rates" / stranger).touch()

    (sentence,) = refusal(folder)
    assert f"rates/{stranger.split('/')[0]}" in sentence


@pytest.mark.parametrize(
    "name",
    [
        "._rates.csv",
        "~$rates.csv",
        ".~lock.rates.csv#",
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        "rates.csv~",
        ".rates.csv.swp",
        "#rates.csv#",
        "rates.csv.bak",
        "rates.csv.sha256",
        "rates.md",
        "scenarios/._base.toml",
        "scenarios/base.toml~",
        "scenarios/.DS_Store",
    ],
)
def test_what_systems_and_editors_leave_is_passed_over(folder: Path, name: str) -> None:
    before = load_case(folder)
    (folder / name).write_bytes(b"\0\xff no table")

    after = load_case(folder)

    assert_same(before, after)
    told = {"~$rates.csv", ".~lock.rates.csv#", "rates.csv.bak"}
    assert any("rates.csv" in sentence for sentence in after.warnings) == (name in told)


@posix
@pytest.mark.parametrize("name", ["case.toml", "rates.csv", "contracts.csv", "scenarios/base.toml", "scenarios"])
@pytest.mark.parametrize("kind", ["pipe", "socket", "folder", "link out", "link to nowhere", "device"])
def test_only_files_inside_the_case_are_opened(
    folder: Path, tmp_path: Path, name: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if (kind, name) == ("folder", "scenarios"):
        return
    place = folder / name
    shutil.move(place, tmp_path / "elsewhere")
    monkeypatch.chdir(place.parent)  # a socket's whole path must be short
    make: dict[str, Callable[[], object]] = {
        "pipe": lambda: os.mkfifo(place),
        "socket": lambda: socket.socket(socket.AF_UNIX).bind(place.name),
        "folder": lambda: place.mkdir(),
        "link out": lambda: place.symlink_to("../elsewhere" if place.parent == folder else "../../elsewhere"),
        "link to nowhere": lambda: place.symlink_to("nothing"),
        "device": lambda: place.symlink_to("/dev/zero"),
    }
    make[kind]()

    (sentence,) = refusal(folder)
    said = {"link out": "leads out of the case", "device": "leads out", "link to nowhere": "leads nowhere"}
    assert sentence.startswith(name), sentence
    assert said.get(kind, f"is a {kind} and not") in sentence


@posix
def test_links_inside_a_case_and_to_a_case_are_followed(folder: Path, tmp_path: Path) -> None:
    before = load_case(folder)
    (folder / "old").mkdir()
    (folder / "rates.csv").rename(folder / "old" / "rates 2024.csv")
    (folder / "rates.csv").symlink_to("old/rates 2024.csv")
    (tmp_path / "link").symlink_to(folder)

    assert_same(before, load_case(tmp_path / "link"))


@posix
def test_marking_opens_nothing_outside_the_case(folder: Path, tmp_path: Path) -> None:
    (folder / "rates.csv").rename(tmp_path / "secret.csv")
    (folder / "rates.csv").symlink_to("../secret.csv")

    mark_faults(folder, tmp_path / "marked.xlsx")

    assert "rates" not in pd.ExcelFile(tmp_path / "marked.xlsx").sheet_names


@linux
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_case_may_lie_where_names_are_no_utf8(folder: Path, form: str) -> None:
    before = load_case(folder)
    if form == "parquet":
        parquet(folder, "rates", "rates.parquet")
    odd = folder.rename(os.fsdecode(os.fsencode(folder) + b"\xff"))

    assert_same(before, load_case(odd))


@linux
@pytest.mark.parametrize("name", [b"rat\xffes.csv", b"scenarios/b\xff.toml", b"tiers/\xff.parquet", b"\xffnote.csv"])
def test_names_that_are_no_utf8_are_told_in_letters(folder: Path, name: bytes) -> None:
    place = Path(os.fsdecode(os.path.join(os.fsencode(folder), name)))
    if name.startswith(b"tiers"):
        parquet(folder, "tiers", "tiers/1.parquet")
        (folder / "tiers" / "1.parquet").rename(place)
    else:
        place.write_text("objective = 'service_margin'\n")

    try:
        sentences: list[str] = list(load_case(folder).warnings)
    except CaseError as error:
        sentences = str(error).splitlines()
    told = [sentence for sentence in sentences if "\\udcff" in sentence]
    assert len(told) == 1
    told[0].encode("utf-8")


@pytest.mark.parametrize("name", ["case.toml", "rates.csv", "scenarios/base.toml"])
def test_a_file_that_cannot_be_opened_is_named(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path == folder / name:
            raise PermissionError(13, "Permission denied", str(path))
        return original(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)

    assert [one for one in refusal(folder) if name in one and "Permission denied" in one]


@pytest.mark.parametrize("name", ["case.toml", "rates.csv", "tiers.parquet", "scenarios/base.toml"])
@pytest.mark.parametrize("change", ["grows", "goes"])
def test_a_file_that_changes_while_it_is_read_is_refused(
    folder: Path, name: str, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet(folder, "tiers", "tiers.parquet")
    original, file = Stamp.of.__func__, folder / name  # type: ignore[attr-defined]

    def of(cls: type[Stamp], path: Path) -> Stamp:
        stamp: Stamp = original(cls, path)
        if path == file and change == "goes":
            file.unlink()
        elif path == file:
            with file.open("ab") as stream:
                stream.write(b"\n")
        return stamp

    monkeypatch.setattr(Stamp, "of", classmethod(of))

    assert [one for one in refusal(folder) if name in one]


def test_a_folder_of_too_many_files_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.intake.access.MAX_ENTRIES", 5)

    assert any("at most 5" in one for one in refusal(folder))


@pytest.mark.parametrize("name", ["a" * 5000, "no\0name", "no\udcffname"])
def test_a_path_that_no_case_can_have_is_refused(name: str) -> None:
    with pytest.raises(CaseError, match="no such file or folder"):
        load_case(name)


@pytest.mark.parametrize("name", ["rates (1).csv", "rates_old.csv", "rate.csv", "rates.schema.json", "dear.toml"])
def test_a_copy_or_a_description_of_what_is_there_is_a_warning(folder: Path, name: str) -> None:
    (folder / name).write_text("x")

    assert f"{name} is no part of a case and was not read." in map(str, load_case(folder).warnings)


@pytest.mark.parametrize("name", ["Copy of rates.csv", "rates.csv.bak", ".rates.csv", "rates-00000-of-00001.csv"])
def test_a_missing_table_is_told_with_what_bears_its_name(folder: Path, name: str) -> None:
    (folder / "rates.csv").rename(folder / name)

    assert refusal(folder)[0].startswith(f"rates: the table is missing; not read: {name}; expected rates.csv")


@pytest.mark.parametrize("ledger", ["_delta_log", ".hoodie"])
def test_files_that_hold_deleted_rows_too_are_refused(folder: Path, ledger: str) -> None:
    parquet(folder, "rates", "rates/part-00000.snappy.parquet")
    (folder / "rates" / ledger).mkdir()

    assert f"{ledger} says which rows of these files still count" in refusal(folder)[0]
