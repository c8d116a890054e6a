"""The frame of changes: its columns, their types and the order of its rows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.catalogue import SEVERITIES, UNKNOWN
from dfns_frames._api.sources import SOURCES
from dfns_frames._api.tables import TABLES
from dfns_frames._api.vocabulary import TIME
from dfns_frames._facts.dtypes import TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dfns_frames._api.vocabulary import Table

APPEARED, CHANGED, DISAPPEARED, UNTOLD = "appeared", "changed", "disappeared", "unknown"
CHANGES = (APPEARED, CHANGED, DISAPPEARED, UNTOLD)
"""What happened; the last is what one side cannot tell."""

ID_COLUMNS = ("token_id", "permission_id", "assignment_id", "user_id", "policy_id", "group_id")
_TEXTS = (
    "change",
    "object",
    *ID_COLUMNS,
    "name",
    "owner_id",
    "field",
    "old",
    "new",
    "operation",
    "severity",
)
SCHEMA = pa.schema([*((name, pa.string()) for name in _TEXTS), ("after", TIME), ("by", TIME)])
"""The columns of a frame of changes, before those with few values become categories."""

WORST_FIRST = (*(each for each in SEVERITIES if each not in (UNKNOWN, "none")), UNKNOWN, "none")
"""The severities, the worst first; what cannot be judged may be worse than none."""

SOURCE_OBJECT = "source"


@cache
def followed() -> tuple[Table, ...]:
    """Return the tables that are compared, those that sources feed: items before what is inside them."""
    fed = {name for source in SOURCES.values() for name in source.tables}
    return tuple(table for table in TABLES.values() if table.name in fed and table.ids)


def object_of(table: str) -> str:
    """Return what a row of a table is called: a token, and what a token holds, an assignment or operation."""
    one = f"{table[:-3]}y" if table.endswith("ies") else table.removesuffix("s")
    return one.removeprefix("token_")


@cache
def objects() -> tuple[str, ...]:
    """Return the objects in the order in which changes list them."""
    return (*(object_of(table.name) for table in followed()), SOURCE_OBJECT)


def rows(count: int, columns: dict[str, Any]) -> pa.Table:
    """Make rows of some columns: each an array, or the one value that all rows have; the rest are missing."""
    made = []
    for field in SCHEMA:
        given = columns.get(field.name)
        if isinstance(given, pa.ChunkedArray):
            given = given.combine_chunks()
        if isinstance(given, pa.Array):
            made.append(given.cast(field.type))
        elif isinstance(given, np.ndarray):
            made.append(pa.array(given, field.type))
        else:
            made.append(pa.array([given] * count, field.type))
    return pa.Table.from_arrays(made, schema=SCHEMA)


def as_changes(parts: Iterable[pa.Table], whose: tuple[str, ...] = ()) -> pd.DataFrame:
    """Bring rows together as a frame of changes, the worst first.

    Parameters
    ----------
    parts
        Rows.
    whose
        The columns that they have before those of `SCHEMA`, which say whose they are.
    """
    schema = pa.schema([*((name, pa.string()) for name in whose), *SCHEMA])
    found = pa.concat_tables([schema.empty_table(), *parts]).combine_chunks()
    order = pa.table(
        {
            "severity": _places(found["severity"], WORST_FIRST),
            "change": _places(found["change"], CHANGES),
            "object": _places(found["object"], objects()),
            **{
                name: found[name]
                for name in (*ID_COLUMNS, "operation", "field", "old", "new", "after", "by", *whose)
            },
        }
    )
    found = found.take(pc.sort_indices(order, sort_keys=[(name, "ascending") for name in order.column_names]))
    frame = found.to_pandas(types_mapper={pa.string(): TEXT}.get)
    words: dict[str, Sequence[str]] = {"change": CHANGES, "object": objects(), "severity": SEVERITIES[::-1]}
    words |= {
        name: sorted(found[name].drop_null().unique().to_pylist()) for name in ("field", "operation", *whose)
    }
    for name, known in words.items():
        places = _places(found[name], known).fill_null(-1).to_numpy()
        index = pd.Index([*known], dtype=TEXT)
        frame[name] = pd.Categorical.from_codes(places, index, ordered=name == "severity")
    return frame


def _places(texts: pa.ChunkedArray, words: Sequence[str]) -> pa.ChunkedArray:
    """Return the place of each text among words; missing where it is not among them."""
    return pc.index_in(texts, value_set=pa.array(words, pa.string()))
