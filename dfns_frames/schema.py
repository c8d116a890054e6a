"""The vocabulary that declarations are written in: what a column and a table are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any, Protocol

import pyarrow as pa

TIME = pa.timestamp("us", tz="UTC")
DICTIONARY = pa.dictionary(pa.int32(), pa.string())
ELEMENT = ""  # as `Column.json`: the element of the array itself


class Kind(Enum):
    """What the values of a column are; decides the Arrow type and so the pandas dtype."""

    TEXT = ("text", pa.string())
    ID = ("text id; an empty one is missing", pa.string())
    CATEGORY = ("categorical text", DICTIONARY)
    CATEGORY_ID = ("categorical text id; an empty one is missing", DICTIONARY)
    # In Arrow and Parquet as `CATEGORY_ID`, since Polars joins equal types only; in pandas as `ID`.
    JOIN_ID = ("text id; an empty one is missing; a dictionary in Arrow", DICTIONARY)
    FLAG = ("true or false", pa.bool_())
    TIME = ("time, UTC, microseconds", TIME)
    COUNT = ("count; missing where unknown", pa.int64())
    POSITION = ("position, from 0", pa.int64())

    def __init__(self, label: str, arrow: pa.DataType) -> None:
        self.label = label
        self.arrow = arrow

    @property
    def is_id(self) -> bool:
        """Whether an empty text stands for "there is none" and becomes missing."""
        return self in (Kind.ID, Kind.CATEGORY_ID, Kind.JOIN_ID)

    @property
    def is_category(self) -> bool:
        """Whether it is a categorical in pandas."""
        return self.arrow == DICTIONARY and self is not Kind.JOIN_ID


@dataclass(frozen=True)
class Column:
    """One column of a table: its meaning and where its value comes from.

    Parameters
    ----------
    name
        The column's name in the frame.
    kind
        What its values are.
    meaning
        One sentence for the data dictionary.
    json
        The field of the response that it is read from; None for a value that the table's parent hands
        down or that is computed.
    required
        Whether the API promises the field.
    known
        The values known so far, of an open vocabulary; another value is kept and reported as drift.
    counts
        The descendant table whose rows it counts.
    distinct
        With `counts`: count the different values of this column of it, not the rows.
    """

    name: str
    kind: Kind
    meaning: str
    json: str | None = None
    required: bool = False
    known: frozenset[str] | None = None
    counts: str | None = None
    distinct: str | None = None


@dataclass(frozen=True)
class Table:
    """One table: what a row is, what identifies it, and its columns in order.

    Parameters
    ----------
    name
        The table's name in the frames.
    row
        What a row is, completing "a row is …".
    key
        The columns that identify a row.
    columns
        The columns, in order.
    json
        The array of the response that the rows are read from, a field of the parent's objects; None for
        a table of our own. Where its elements are texts, one column has ``json=ELEMENT``.
    required
        Whether the API promises that array. Where it does not, an array that is absent means "unknown".
    secret
        A field that may hold a secret: read to know that it came (`secret_returned`), never kept.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    json: str | None = None
    required: bool = True
    secret: str | None = None
    _by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {column.name: column for column in self.columns})

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    @cached_property
    def fields(self) -> tuple[Column, ...]:
        """The columns that are read from a field of the response."""
        return tuple(column for column in self.columns if column.json is not None)

    @cached_property
    def element(self) -> Column | None:
        """The column that holds a row whose element is a text, not an object; None otherwise."""
        return next((column for column in self.columns if column.json == ELEMENT), None)

    @cached_property
    def identity(self) -> Column:
        """The column with the id of a row, of a table whose rows have one."""
        return next(column for column in self.fields if column.kind.is_id)

    @property
    def arrow_schema(self) -> pa.Schema:
        """The Arrow schema of the table, with each column's meaning as field metadata."""
        return pa.schema(
            [
                pa.field(column.name, column.kind.arrow, metadata={"description": column.meaning})
                for column in self.columns
            ],
            metadata={"row": self.row},
        )

    def empty(self) -> pa.Table:
        """Return the table without rows."""
        return self.arrow_schema.empty_table()

    def from_rows(self, rows: list[dict[str, Any]]) -> pa.Table:
        """Return the table with these rows; a column that a row leaves out is missing there."""
        return pa.Table.from_pylist(rows, schema=self.arrow_schema)


@dataclass(frozen=True)
class Endpoint:
    """One way in: where the API serves it and the tables it becomes, each nested in the one before.

    Parameters
    ----------
    path
        The path below the base address; also the value of the column `source`.
    operation
        The operation that a token needs to read it; None if any valid token may.
    tables
        From the outermost array to the innermost.
    """

    path: str
    operation: str | None
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a response. They may hold a secret, so no repr, and no traceback's local, shows them."""

    data: bytes = field(repr=False)


def compact(table: pa.Table) -> pa.Table:
    """Encode categories anew, so that they stand for the values that occur, in order of first appearance."""
    for i, column in enumerate(table.schema):
        if column.type == DICTIONARY:
            table = table.set_column(i, column, reencode(table.column(i).combine_chunks()))
    return table


def reencode(values: pa.DictionaryArray) -> pa.DictionaryArray:
    """Encode categories anew, without touching a text."""
    codes = values.indices.dictionary_encode()
    return pa.DictionaryArray.from_arrays(codes.indices, values.dictionary.take(codes.dictionary))


class Tables(Protocol):
    """What measures, charts and exports ask of the frames: the Arrow tables, and when they were fetched."""

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the tables."""
        ...

    def arrow(self, name: str) -> pa.Table:
        """Return one table as Arrow."""
        ...

    @property
    def fetched_at(self) -> datetime:
        """When the newest source was fetched, UTC."""
        ...
