"""Arrow tables as measures, charts and exports get them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from dfns_frames._api.vocabulary import DICTIONARY
from dfns_frames._engine.values import reencode


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


def with_column(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    """Return a table with other values in one of its columns, whose type and place stay."""
    place = table.column_names.index(name)
    return table.set_column(place, table.schema.field(place), values)


def compact(table: pa.Table) -> pa.Table:
    """Encode categories anew, so that they stand for the values that occur, in order of first appearance."""
    for i, column in enumerate(table.schema):
        if column.type == DICTIONARY:
            table = table.set_column(i, column, reencode(table.column(i).combine_chunks()))
    return table
