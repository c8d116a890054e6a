"""Which of the lists that were read each row comes from, and when that list was made.

A row says its source and its caller, and most frames hold one list of these. After a join they may hold
several: two lists of one caller. Only then do the rows' lists stand beside them, in the metadata of the Arrow
table, as pairs of a `source_no` and of how many rows in a row are of it. Files keep that too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._facts.keys import item_rows, items_of

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Flags, Ints
    from dfns_frames._facts.tables import Tables

LISTS = b"lists"


def lists_of(tables: Tables, name: str) -> Ints:
    """Return the `source_no` of the list that each row of a table comes from; -1 where that is not known."""
    items = items_of(name)
    if items != name:
        return lists_of(tables, items)[item_rows(tables, name)]
    table = tables.arrow(name)
    noted = (table.schema.metadata or {}).get(LISTS)
    if noted is not None:
        numbers, counts = np.array(json.loads(noted), dtype=np.int64).reshape(-1, 2).T
        return np.repeat(numbers, counts)
    numbers_of = _lists(tables)
    found = [numbers_of.get(pair, []) for pair in pairs_of(table)]
    return np.array([each[0] if len(each) == 1 else -1 for each in found], dtype=np.int64)


def pairs_of(table: pa.Table) -> list[tuple[str | None, str | None]]:
    """Return source and caller of each row."""
    columns = [table[name].cast(pa.string()).to_pylist() for name in ("source", "caller")]
    return list(zip(*columns, strict=True))


def _lists(tables: Tables) -> Mapping[tuple[str | None, str | None], list[int]]:
    found: dict[tuple[str | None, str | None], list[int]] = {}
    if "sources" in [*tables]:
        sources = tables.arrow("sources")
        for pair, number in zip(pairs_of(sources), sources["source_no"].to_pylist(), strict=True):
            found.setdefault(pair, []).append(number)
    return found


def listed_at(tables: Tables, name: str) -> npt.NDArray[np.datetime64]:
    """Return when the list that each row of a table comes from was made, UTC.

    Where that is not known it is the time of the newest list.
    """
    numbers = lists_of(tables, name)
    newest = np.datetime64(tables.fetched_at.replace(tzinfo=None), "us")
    times = np.full(len(numbers), newest)
    if "sources" not in [*tables]:
        return times
    sources = tables.arrow("sources")
    known = sources["fetched_at"].cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]")
    place = pc.index_in(pa.array(numbers), value_set=sources["source_no"].combine_chunks())
    rows = place.fill_null(-1).to_numpy()
    found = (rows >= 0) & ~np.isnat(np.append(known, np.datetime64("NaT", "us")))[rows]
    times[found] = known[rows[found]]
    return times


def note_lists(table: pa.Table, numbers: Ints) -> pa.Table:
    """Note on a table which list each of its rows comes from."""
    starts = np.flatnonzero(np.diff(numbers, prepend=-2))
    counts = np.diff(starts, append=len(numbers))
    runs = np.stack([numbers[starts], counts], axis=1).tolist()
    metadata = {**(table.schema.metadata or {}), LISTS: json.dumps(runs).encode()}
    return table.replace_schema_metadata(metadata)


def keep(tables: Tables, name: str, rows: Flags) -> pa.Table:
    """Return some rows of a table, with what it notes of their lists."""
    table = tables.arrow(name)
    kept = table.filter(pa.array(rows))
    if LISTS not in (table.schema.metadata or {}):
        return kept
    return note_lists(kept, lists_of(tables, name)[rows])
