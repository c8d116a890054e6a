"""Which items of several lists are the same thing, and which of them counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.tables import TABLES
from dfns_frames._api.vocabulary import Kind
from dfns_frames._facts.codes import Ints
from dfns_frames._facts.keys import item_rows, items_of
from dfns_frames._facts.tables import Tables
from dfns_frames.frames.parts import Parts

_UNHELD = frozenset({"source", "caller"})  # where a row is from, not what it says


@dataclass(frozen=True)
class Differing:
    """One thing that the lists say different things about."""

    source: str
    caller: str | None
    item: str
    id: str
    count: int


@dataclass(frozen=True)
class Order:
    """Which items are kept, and in what order.

    Parameters
    ----------
    rank, position
        For each part, each item's place among all that are kept (-1: not kept), and its new position.
    lists
        For each item that is kept, in order, the list that it is of.
    differing
        What the lists differ about.
    """

    rank: list[Ints]
    position: list[Ints]
    lists: Ints
    differing: list[Differing]


def same_items(joining: Parts, name: str) -> Order:
    """Find out which items of a table are the same in several lists, and order those that are kept.

    The same thing is told by its id, within its organisation where the parts are of several. Of the lists
    that hold it the one made last counts, then the later one; where the last ones are of one time and agree,
    the first of them. It stands where it first stood. What one list holds several times stays so.
    """
    holding = joining.holding(name)
    tables = [joining.parts[part].arrow(name) for part in holding]
    lists = np.concatenate([joining.lists_of(part, name) for part in holding])
    sources = np.concatenate([_texts(table, "source") for table in tables])
    ends = np.cumsum([table.num_rows for table in tables])[:-1]
    if _all_differ(tables, name):  # as the sources of one organisation do: most joins end here
        return Order(np.split(np.arange(len(lists)), ends), np.split(_numbered(sources), ends), lists, [])
    part = np.repeat(np.arange(len(holding)), [table.num_rows for table in tables])
    rows = pd.DataFrame({"part": part, "list": lists, "source": sources})
    rows["thing"] = _things(tables, name, rows, joining.lists)
    rows["time"] = _times(joining.lists)[rows["list"]]
    copies = rows.drop_duplicates(["thing", "list", "part"])
    shared = copies["thing"].value_counts()
    several = set(shared.index[shared > 1])
    rows["content"] = np.uint64(0)
    is_shared = rows["thing"].isin(several).to_numpy()
    if several:
        contents = np.concatenate([_contents(joining.parts[part], name) for part in holding])
        rows.loc[is_shared, "content"] = contents[is_shared]
    kept = _kept(rows, is_shared)
    # An item sorts by the row at which its thing was first seen, whichever of its rows is kept.
    first = rows.groupby("thing", sort=False)["part"].transform(lambda each: each.index[0])
    order = np.lexsort([np.arange(len(rows)), first.to_numpy()])
    order = order[kept[order]]
    rank = np.full(len(rows), -1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    position = np.full(len(rows), -1, dtype=np.int64)
    position[order] = _numbered(sources[order])
    return Order(
        np.split(rank, ends),
        np.split(position, ends),
        rows["list"].to_numpy()[order],
        _differing(rows, is_shared & kept, tables, name) if several else [],
    )


def _all_differ(tables: list[pa.Table], name: str) -> bool:
    """Tell whether no id comes twice: then no two rows are the same thing, whatever else keeps ids apart."""
    ids = pa.chunked_array([_id(table, name) for table in tables])
    return pc.count_distinct(ids).as_py() == len(ids) - ids.null_count


def _numbered(sources: npt.NDArray[np.object_]) -> Ints:
    """Return the number of each row within its source, from 0."""
    numbers = np.zeros(len(sources), dtype=np.int64)
    for source in {*sources}:
        here = sources == source
        numbers[here] = np.arange(np.count_nonzero(here))
    return numbers


def _texts(table: pa.Table, column: str) -> npt.NDArray[np.object_]:
    return np.array(table[column].cast(pa.string()).to_pylist(), dtype=object)


def _times(lists: pa.Table) -> npt.NDArray[np.int64]:
    """Return when each list was made, as a number; an unknown time, and the last, of no list, is earliest."""
    times = lists["fetched_at"].cast(pa.int64()).fill_null(np.iinfo(np.int64).min)
    return np.append(times.to_numpy(), np.iinfo(np.int64).min)


def _things(tables: list[pa.Table], name: str, rows: pd.DataFrame, lists: pa.Table) -> Ints:
    """Return a number for each row, equal where it is the same thing: by id, and by what keeps ids apart."""
    declared = TABLES[name]
    ids = pd.DataFrame(
        {column: np.concatenate([_texts(table, column) for table in tables]) for column in declared.ids}
    )
    unknown = ids.isna().any(axis=1).to_numpy()
    if not declared.merges:
        ids["source"] = rows["source"]
    organisations = lists["org_id"].to_pylist()
    if len({*organisations} - {None}) > 1:
        ids["org_id"] = np.array([*organisations, None], dtype=object)[rows["list"]]
    things = ids.groupby(list(ids.columns), sort=False, dropna=False).ngroup().to_numpy()
    return np.where(unknown, len(rows) + np.arange(len(rows)), things)


def _contents(frames: Tables, name: str) -> npt.NDArray[np.uint64]:
    """Return a number for each item that is equal where all that is said about it is, in whatever order.

    Each row is hashed, with its table, and the hashes of an item's rows are added up.
    """
    total = np.zeros(frames.arrow(name).num_rows, dtype=np.uint64)
    for number, inner in enumerate(each for each in TABLES if items_of(each) == name):
        if inner not in [*frames]:
            continue
        columns = [
            column.name
            for column in TABLES[inner].columns
            if column.kind is not Kind.POSITION and column.name not in _UNHELD
        ]
        table = frames.arrow(inner).select(columns)
        values = pd.DataFrame({column: _hashable(table[column]) for column in columns})
        hashes = pd.util.hash_pandas_object(values, index=False).to_numpy() * np.uint64(2 * number + 1)
        rows = np.arange(table.num_rows) if inner == name else item_rows(frames, inner)
        np.add.at(total, rows[rows >= 0], hashes[rows >= 0])
    return total


def _hashable(values: pa.ChunkedArray) -> pd.Series:
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.int64())
    if pa.types.is_dictionary(values.type):
        return values.to_pandas()
    return values.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}.get)


def _kept(rows: pd.DataFrame, is_shared: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which rows are kept: of a thing that several lists hold, those of the list that counts."""
    kept = ~is_shared
    some = rows[is_shared]
    if some.empty:
        return kept
    # Two steps. The list made last wins; of equally old ones, the later argument. But lists of the same time
    # that say the same as the winner are as good, and the first of those is kept: joining an equal list
    # again changes nothing.
    last = some.sort_values(["time", "list", "part"], kind="stable").drop_duplicates("thing", keep="last")
    winner = some[["thing"]].merge(last, on="thing", how="left").set_axis(some.index)
    agrees = (some["time"] == winner["time"]) & (some["content"] == winner["content"])
    first = some[agrees].sort_values(["list", "part"], kind="stable").drop_duplicates("thing")
    chosen = some[["thing"]].merge(first, on="thing", how="left").set_axis(some.index)
    kept[is_shared] = ((some["list"] == chosen["list"]) & (some["part"] == chosen["part"])).to_numpy()
    return kept


def _differing(
    rows: pd.DataFrame, counts: npt.NDArray[np.bool_], tables: list[pa.Table], name: str
) -> list[Differing]:
    """List the things that the lists differ about, as they are kept."""
    contents = rows.groupby(["thing", "list", "part"])["content"].sum()
    by_thing = contents.groupby("thing")
    differ = by_thing.nunique()
    wanted = set(differ.index[differ > 1])
    held = by_thing.size()
    ids = pa.chunked_array([_id(table, name) for table in tables])
    callers = np.concatenate([_texts(table, "caller") for table in tables])
    found = []
    shown = rows[counts].drop_duplicates("thing")
    for row, thing, source in zip(shown.index, shown["thing"], shown["source"], strict=True):
        if thing in wanted:
            named = str(ids[row].as_py())
            found.append(Differing(source, callers[row], TABLES[name].thing, named, int(held[thing])))
    return found


def _id(table: pa.Table, name: str) -> pa.Array:
    """Return what identifies each row, in words."""
    columns = [table[column].cast(pa.string()) for column in TABLES[name].ids]
    joined = pc.binary_join_element_wise(*columns, " in ") if len(columns) > 1 else columns[0]
    return joined.combine_chunks()
