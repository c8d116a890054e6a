"""The words that declarations are written in.

A :class:`Table` says what a row and its columns mean, and knows nothing of JSON. A :class:`Source` says where
the API keeps the rows: a tree of :class:`Rows`, each of which feeds a table or leads to further ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, Literal

import pyarrow as pa

TIME = pa.timestamp("us", tz="UTC")
DICTIONARY = pa.dictionary(pa.int32(), pa.string())


class Kind(Enum):
    """What the values of a column are; decides the Arrow type and so the pandas dtype.

    An id that joins tables is a dictionary in each of them in Arrow and Parquet, since Polars joins equal
    types only: `JOIN_ID` where each row has its own, `CATEGORY_ID` where many rows share one.
    """

    TEXT = ("text", pa.string())
    ID = ("text id; an empty one is missing", pa.string())
    CATEGORY = ("categorical text", DICTIONARY)
    CATEGORY_ID = ("categorical text id; an empty one is missing", DICTIONARY)
    JOIN_ID = ("text id; an empty one is missing; a dictionary in Arrow", DICTIONARY)
    FLAG = ("true or false", pa.bool_())
    TIME = ("time, UTC, microseconds", TIME)
    COUNT = ("count; missing where unknown", pa.int64())
    WHOLE = ("whole number", pa.int64())
    NUMBER = ("number", pa.float64())
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
    """One column of a table.

    Parameters
    ----------
    name
        Its name in the frame.
    kind
        What its values are.
    meaning
        One sentence for the data dictionary.
    known
        The values known so far, of an open vocabulary; another value is kept and reported as drift.
    counts
        The table whose rows below this one it counts.
    distinct
        With `counts`: count the different values of this column of it, not the rows.
    since
        The version of the tables that has it first; files of an earlier one are read without it.
    order
        All its values, the least first, if they compare.
    """

    name: str
    kind: Kind
    meaning: str
    known: frozenset[str] | None = None
    counts: str | None = None
    distinct: str | None = None
    since: int = 1
    order: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Table:
    """One table: what a row is, what identifies it, and its columns in order.

    Parameters
    ----------
    name
        The table's name in the frames.
    row
        What a row is, completing "a row is …".
    key
        The columns that identify a row of one `Frames`.
    ids
        The columns that identify the same thing at another time, which `compare` joins on.
    columns
        The columns, in order.
    merges
        Whether rows of different sources with equal ids are one thing.
    """

    name: str
    row: str
    key: tuple[str, ...]
    ids: tuple[str, ...]
    columns: tuple[Column, ...]
    merges: bool = False

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def positions(self) -> tuple[str, ...]:
        """The position columns, those of the rows around it first."""
        return tuple(column.name for column in self.columns if column.kind is Kind.POSITION)

    @property
    def thing(self) -> str:
        """What a row is, in a word or two: token, policy, permission assignment."""
        words = self.name.replace("_", " ")
        return f"{words[:-3]}y" if words.endswith("ies") else words.removesuffix("s")

    @property
    def is_listed(self) -> bool:
        """Whether its rows are items of a list, and not of something inside these."""
        return "caller" in self._by_name and self.key == ("source", *self.positions)

    @cached_property
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
class Field:
    """A column that is more than a copy of a field.

    Parameters
    ----------
    path
        The field, an object of the response included.
    by
        A pure, vectorised function that makes the column of the field's values. A text that it takes apart
        stands in no report either, since what it leaves out may be secret.
    secret
        Whether the field may hold a secret: of whatever type it is, only the text "returned" reaches `by`.
    """

    path: str
    by: Callable[[pa.Array], pa.Array]
    secret: bool = False


@dataclass(frozen=True, eq=False)
class Rows:
    """One place in a response, below the place around it.

    Paths are names separated by dots. ``?`` marks what may be absent (null counts as absent), ``[]`` at the
    end of `at` an array; without it the place is an object, which is an array of one element, or of none.

    Parameters
    ----------
    at
        Where its elements are: ``items[]``, ``userInfo``, ``pendingChangeRequest?.body?.operations?[]``.
    into
        The table that each element is a row of; None if it only leads to further places.
    fields
        Column ← path of the field that it is read from. ``""`` is the element itself, where the elements
        are texts; ``userId|id`` is the first of several that is there.
    down
        Column ← column of a place around this one that is handed down. Positions need not be named.
    const
        Column ← value that is the same in each row.
    given
        Column ← name of the value that a request was made with, as ``{id}`` in a source's path.
    known
        Paths that are known and not wanted: neither columns nor drift. ``scopes[]`` is an array of texts,
        ``configuration.*`` whatever else that object holds.
    inner
        The places inside its elements.
    """

    at: str
    into: Table | None = None
    fields: Mapping[str, str | Field] = field(default_factory=dict)
    down: Mapping[str, str] = field(default_factory=dict)
    const: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    known: tuple[str, ...] = ()
    inner: tuple[Rows, ...] = ()


@dataclass(frozen=True, eq=False)
class Source:
    """One listing of the API, and the tables that it becomes.

    Parameters
    ----------
    path
        The path below the base address; also the value of the column `source`.
    item, items
        What it lists, in the singular and in the plural, for messages.
    operation
        The operation that a caller needs to read it; None if any valid token may.
    scope
        Whether it lists what is the caller's, or what the organisation has.
    rows
        Where the listed items are: an array of the response's object.
    item_id
        Path of the id of an item.
    page_size
        How many items to ask for at a time; None if it is not paged.
    each
        Table and column whose values are the ``{id}`` of the path, if each of them has a listing.
    next_page
        The response's field that holds the token of the next page.
    method
        The client's method that fetches it; None if it has none.
    """

    path: str
    item: str
    items: str
    operation: str | None
    scope: Literal["caller", "organization"]
    rows: Rows
    item_id: str
    page_size: int | None = None
    each: tuple[str, str] | None = None
    next_page: str = "nextPageToken"
    method: str | None = None

    @property
    def listing(self) -> str:
        """What its response is, for messages."""
        return f"{self.item} list"

    @property
    def constants(self) -> dict[str, str]:
        """The columns that hold the same in every row of every table it feeds."""
        return {"source": self.path}

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The tables that it feeds, outermost first."""
        return {rows.into.name: rows.into for _, rows in self.places() if rows.into}

    def places(self) -> Iterator[tuple[str, Rows]]:
        """Iterate over the places in pre-order, each with its path in the response."""
        waiting = [("", self.rows)]
        while waiting:
            around, rows = waiting.pop()
            path = f"{around}{rows.at.replace('?', '')}"
            yield path, rows
            waiting += [(f"{path}.", inner) for inner in reversed(rows.inner)]

    def origins(self) -> Iterator[tuple[str, str, str]]:
        """Iterate over table, column and the path in the response that the column is read from."""
        for path, rows in self.places():
            for column, read in rows.fields.items():
                name = (read if isinstance(read, str) else read.path).replace("?", "")
                yield rows.into.name if rows.into else "", column, f"{path}.{name}" if name else path


def same(*columns: str) -> dict[str, str]:
    """Hand columns down under their own names."""
    return {column: column for column in columns}
