"""The names that people read in place of keys: the labels of a case, or its keys without their underscores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from .case import Case
from .problems import listed, quoted
from .text.lookalikes import looks

LABELLED: Mapping[str, str] = {
    "segment": "segments",
    "product": "products",
    "tier": "tiers",
    "model": "pricing_models",
    "service": "services",
    "provider": "providers",
}
"""Table that may hold labels, by the column that holds its keys in every other table."""
UNLABELLED: Mapping[str, tuple[str, ...]] = {
    "region": ("accounts", "rates"),
    "family": ("products",),
    "customer_class": ("customer_classes",),
    "policy": ("fulfilment",),
    "criterion": ("criteria",),
    "capability": ("readiness",),
}
"""Tables in which other names stand that people read, by their column."""
PRICE_BOOK = "price_book"
LABEL = "label"

Names = Mapping[str, str]
"""Names that people read, by key."""


@dataclass(frozen=True)
class Labels:
    """The names that people read for the keys of a case, by the column that keys stand in (`tier`, `price_book`).

    They decide nothing: files, commands and conditions hold keys. A key that the case does not know is shown as
    written, and so are account ids, by which other systems know an account.
    """

    names: Mapping[str, Names] = field(default_factory=dict)

    @classmethod
    def of(cls, case: Case) -> Labels:
        """The names of a case."""
        names = {column: _of_table(case, table, column) for column, table in LABELLED.items()}
        names |= {column: in_words(_known(case, tables, column)) for column, tables in UNLABELLED.items()}
        return cls({**names, PRICE_BOOK: _of_price_books(case, names["segment"])})

    def name(self, column: str, key: str) -> str:
        """The name of one key: `name("tier", "gold")`."""
        return self.names.get(column, {}).get(key, key)

    def several(self, column: str, keys: Iterable[str]) -> list[str]:
        """The names of several keys of one column, in their order."""
        return [self.name(column, key) for key in keys]

    def in_table(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table with names in place of keys, in every column that is called as one of keys is."""
        keyed = [column for column in table.columns if column in self.names]
        return table.assign(**{column: self.several(column, table[column]) for column in keyed})


def in_words(keys: Iterable[str]) -> Names:
    """Keys with underscores shown as blanks, but as written where two of them would then read alike."""
    plain = {key: key.replace("_", " ").strip() for key in keys}
    seen = Counter(looks(name) for name in plain.values())
    return {key: name if name and seen[looks(name)] == 1 else key for key, name in plain.items()}


def _of_table(case: Case, table: str, column: str) -> Names:
    frame = case.tables[table]
    return dict(zip(frame[column], frame[LABEL], strict=True)) if LABEL in frame else in_words(frame[column])


def _known(case: Case, tables: Iterable[str], column: str) -> dict[str, None]:
    """Every name in that column of these tables, each once."""
    return {name: None for table in tables for name in case.columns(table).categorical(column).known.to_pylist()}


def _of_price_books(case: Case, segments: Names) -> Names:
    """A price book of one segment whose name it bears has that segment's; any other its own in words."""
    table = case.tables["segments"]
    books: list[str] = table[PRICE_BOOK].tolist()
    shared = Counter(books)
    pairs = zip(books, table["segment"], strict=True)
    own = {book: segments[book] for book, segment in pairs if book == segment and shared[book] == 1}
    names = {**in_words(books), **own}
    seen = Counter(map(looks, names.values()))
    return {book: name if book in own or seen[looks(name)] == 1 else book for book, name in names.items()}


def misleading_labels(case: Case) -> Iterator[str]:
    """Warnings of labels that are the key of another row: who reads one and types it names the wrong row."""
    for column, table in LABELLED.items():
        frame = case.tables[table]
        if LABEL in frame:
            keys = set(frame[column])
            pairs = zip(frame[column], frame[LABEL], strict=True)
            odd = [f"{quoted(label)} of {quoted(key)}" for key, label in pairs if label != key and label in keys]
            if odd:
                yield f"{table}, column label: {listed(odd)}: a label that is another row's key names the wrong row."
