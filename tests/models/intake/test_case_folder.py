"""Every file of a case folder is read, refused, or no table: by its name, and by what it is."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import pandas as pd
import pytest

from models import Case, CaseError, load_case
from models.authoring.annotated_faults import mark_faults
from models.intake.access import Stamp
from models.schema import TABLES
from tests.models.test_loading import assert_same
from tests.worlds.small_case import write_small_case

posix = pytest.mark.skipif(os.name != "posix", reason="pipes, sockets and odd bytes in names are POSIX's")
linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the file system tells fewer names apart")

OTHER_FORMS = (
    *(".csv.gz", ".csv.zst", ".tsv", ".txt", ".xlsx", ".XLS", ".feather", ".json", ".jsonl", ".parq", ".ods", ".zip"),
    *(".csv.txt", ".v2.csv", ".unheard_of"),
)

TABLES_BY_NAME = sorted(TABLES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_case(tmp_path / "case")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """What the folder holds as it was written."""
    return load_case(write_small_case(tmp_path_factory.mktemp("sound") / "case"))


def refusal(folder: Path) -> list[str]:
    with pytest.raises(CaseError) as refused:
        load_case(folder)
    return [str(problem) for problem in refused.value.problems]


def one_each(folder: Path, names: Collection[str]) -> dict[str, str]:
    """The refusal's sentences by what they name, if each of the names has one of its own and there are no others."""
    sentences = refusal(folder)
    found = {name: [one for one in sentences if name in one] for name in names}
    assert {name: len(said) for name, said in found.items()} == dict.fromkeys(names, 1), sentences
    assert len(sentences) == len(names), sentences
    return {name: said[0] for name, said in found.items()}


def parquet(folder: Path, table: str, *files: str) -> None:
    """Move a table from its CSV file into Parquet files."""
    frame = pd.read_csv(folder / f"{table}.csv")
    (folder / f"{table}.csv").unlink()
    for at, file in enumerate(files):
        (folder / file).parent.mkdir(exist_ok=True)
        frame.iloc[at :: len(files)].to_parquet(folder / file, index=False)


@pytest.mark.parametrize("name", ["contracts.CSV", "contracts.Csv"])
def test_endings_may_be_in_capitals(folder: Path, name: str, sound: Case) -> None:
    (folder / "contracts.csv").rename(folder / name)
    (folder / "scenarios" / "base.toml").rename(folder / "scenarios" / "base.TOML")

    assert_same(sound, load_case(folder))


@pytest.mark.parametrize("place", ["rates.parquet", "rates.PARQUET", "rates.parquet/part-00000.snappy.parquet"])
def test_parquet_is_read_from_a_file_or_a_folder_as_spark_writes_it(folder: Path, place: str, sound: Case) -> None:
    parquet(folder, "rates", place)
    if (folder / "rates.parquet").is_dir():
        (folder / "rates.parquet" / "_SUCCESS").touch()
        (folder / "rates.parquet" / ".part-00000.crc").touch()

    assert_same(sound, load_case(folder))


@pytest.mark.parametrize("tables", [TABLES_BY_NAME, TABLES_BY_NAME[::-1]], ids=["one way", "the other way"])
def test_tables_in_other_forms_are_named_with_what_to_save(folder: Path, tables: Sequence[str]) -> None:
    """Each form of a table of its own, twice, so that some are of tables that may be left out."""
    forms = dict(zip(tables, OTHER_FORMS, strict=False))
    for table, ending in forms.items():
        (folder / f"{table}.csv").rename(folder / f"{table}{ending}")

    sentences = refusal(folder)
    for table, ending in forms.items():
        named = [one for one in sentences if f"{table}{ending}" in one and f"{table}.csv or {table}.parquet" in one]
        assert len(named) == 1, sentences


def test_tables_under_almost_their_names_are_refused(folder: Path) -> None:
    """Tables that may be left out, so that nothing else would tell."""
    names = {
        "contracts": "contracts",
        "readiness": "Readiness.csv",
        "volume_discounts": "volume_discounts .csv",
        "actuals": " actuals.csv",
        "current_menus": "CURRENT_MENUS.csv.gz",
    }
    for table, name in names.items():
        (folder / f"{table}.csv").rename(folder / name)

    for table, sentence in zip(names, one_each(folder, names.values()).values(), strict=True):
        assert sentence.lower().count(table) > 1


@linux
def test_two_files_for_one_table_are_refused(folder: Path) -> None:
    twins = {
        "rates": "rates.CSV",
        "tiers": "Tiers.csv",
        "segments": "segments .csv",
        "services": "services.csv.gz",
        "products": "products.xlsx",
        "loyalty": "loyalty.parquet",
        "contracts": "contracts.parquet/1.parquet",
    }
    for table, name in twins.items():
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(folder / f"{table}.csv", folder / name)

    one_each(folder, [name.split("/")[0] for name in twins.values()])


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


LEFT_BEHIND = [
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
]


def test_what_systems_and_editors_leave_is_passed_over(folder: Path, sound: Case) -> None:
    for name in LEFT_BEHIND:
        (folder / name).write_bytes(b"\0\xff no table")

    after = load_case(folder)

    assert_same(sound, after)
    more = [sentence for sentence in after.warnings if sentence not in sound.warnings]
    assert [sum(text in sentence for sentence in more) for text in ("rates.csv is open", "rates.csv.bak")] == [2, 1]
    assert len(more) == 3


@posix
@pytest.mark.parametrize("names", [["case.toml", "rates.csv", "contracts.csv", "scenarios/base.toml"], ["scenarios"]])
@pytest.mark.parametrize("kind", ["pipe", "socket", "folder", "link out", "link to nowhere", "device"])
def test_only_files_inside_the_case_are_opened(
    folder: Path, tmp_path: Path, names: list[str], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if (kind, names) == ("folder", ["scenarios"]):
        return
    for name in names:
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / name, tmp_path / "out" / name)
        monkeypatch.chdir((folder / name).parent)  # a socket's whole path must be short
        make_no_file(kind, folder / name, Path(*[".."] * len(Path(name).parents), "out", name))

    said = {"link out": "leads out of the case", "device": "leads out", "link to nowhere": "leads nowhere"}
    for name, sentence in one_each(folder, names).items():
        assert sentence.startswith(name), sentence
        assert said.get(kind, f"is a {kind} and not") in sentence


def make_no_file(kind: str, place: Path, elsewhere: Path) -> None:
    """Put something else in place of a file of the folder one is in."""
    make: dict[str, Callable[[], object]] = {
        "pipe": lambda: os.mkfifo(place),
        "socket": lambda: socket.socket(socket.AF_UNIX).bind(place.name),
        "folder": lambda: place.mkdir(),
        "link out": lambda: place.symlink_to(elsewhere),
        "link to nowhere": lambda: place.symlink_to("nothing"),
        "device": lambda: place.symlink_to("/dev/zero"),
    }
    make[kind]()


@posix
def test_links_inside_a_case_and_to_a_case_are_followed(folder: Path, tmp_path: Path, sound: Case) -> None:
    (folder / "old").mkdir()
    (folder / "rates.csv").rename(folder / "old" / "rates 2024.csv")
    (folder / "rates.csv").symlink_to("old/rates 2024.csv")
    (tmp_path / "link").symlink_to(folder)

    assert_same(sound, load_case(tmp_path / "link"))


@posix
def test_marking_opens_nothing_outside_the_case(folder: Path, tmp_path: Path) -> None:
    (folder / "rates.csv").rename(tmp_path / "secret.csv")
    (folder / "rates.csv").symlink_to("../secret.csv")

    mark_faults(folder, tmp_path / "marked.xlsx")

    assert "rates" not in pd.ExcelFile(tmp_path / "marked.xlsx").sheet_names


@linux
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_case_may_lie_where_names_are_no_utf8(folder: Path, form: str, sound: Case) -> None:
    if form == "parquet":
        parquet(folder, "rates", "rates.parquet")
    odd = folder.rename(os.fsdecode(os.fsencode(folder) + b"\xff"))

    assert_same(sound, load_case(odd))


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


def test_files_that_cannot_be_opened_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original, closed = Path.read_bytes, ["case.toml", "rates.csv", "scenarios/base.toml"]

    def read_bytes(path: Path) -> bytes:
        if path in [folder / name for name in closed]:
            raise PermissionError(13, "Permission denied", str(path))
        return original(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)

    sentences = refusal(folder)
    for name in closed:
        assert [one for one in sentences if name in one and "Permission denied" in one], name


@pytest.mark.parametrize("change", ["grows", "goes"])
def test_files_that_change_while_they_are_read_are_refused(
    folder: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet(folder, "tiers", "tiers.parquet")
    original, names = Stamp.of.__func__, ["case.toml", "rates.csv", "tiers.parquet", "scenarios/base.toml"]  # type: ignore[attr-defined]

    def of(cls: type[Stamp], path: Path) -> Stamp:
        stamp: Stamp = original(cls, path)
        if path in [folder / name for name in names]:
            if change == "goes":
                path.unlink()
            else:
                with path.open("ab") as stream:
                    stream.write(b"\n")
        return stamp

    monkeypatch.setattr(Stamp, "of", classmethod(of))

    sentences = refusal(folder)
    for name in names:
        assert [one for one in sentences if name in one], name


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
