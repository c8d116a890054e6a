"""Which row of one side is the same thing as which row of the other, by the ids that the tables declare."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.sources import SOURCES
from dfns_frames._api.tables import TABLES
from dfns_frames._archive.comparing.frame import followed
from dfns_frames._facts.codes import codes

if TYPE_CHECKING:
    from dfns_frames._api.vocabulary import Table
    from dfns_frames._facts.codes import Flags, Ints

_Repeated = tuple[int, tuple[tuple[str, ...], ...], int]
"""A row's key, what it says, and where it stands."""

_KEYS_AT_MOST = 1 << 62
_UNTOLD = frozenset({"assignment_id"})
"""Columns that are often not told: nothing changed where one side lacks them."""


@cache
def parent_of(name: str) -> str | None:
    """Return the table whose rows a table's rows are inside, the nearest; None if they are listed."""
    key = TABLES[name].key
    around = [
        table for table in followed() if len(table.key) < len(key) and table.key == key[: len(table.key)]
    ]
    return max(around, key=lambda table: len(table.key)).name if around else None


@cache
def item_of(name: str) -> str:
    """Return the table whose rows are the listed items that a table's rows are inside; or are."""
    parent = parent_of(name)
    return item_of(parent) if parent else name


@cache
def fields_of(name: str) -> tuple[str, ...]:
    """Return the columns that a source reads for a table, ids aside: what can change in it."""
    table = TABLES[name]
    read = {column for source in SOURCES.values() for into, column, _ in source.origins() if into == name}
    return tuple(each.name for each in table.columns if each.name in read and each.name not in table.ids)


@dataclass(frozen=True)
class Part:
    """One side of one table.

    Parameters
    ----------
    table
        Its rows.
    parent
        For each row, the row that it is inside, in the table that `parent_of` names; itself without one.
    item
        For each row, the listed item that it is inside, or that it is.
    series
        For each row, the number of the series that it belongs to.
    organisation, listed_at
        For each item, a number that stands for its organisation, and when the list was made that it is from.
    """

    table: pa.Table
    parent: Ints
    item: Ints
    series: Ints
    organisation: Ints
    listed_at: npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Matching:
    """How the rows of both sides belong together; two of each, for the old side and the new one.

    Parameters
    ----------
    key
        For each row a number, equal for the same thing; -1 without an id, or if it is not compared.
    keys
        How many of these numbers there are.
    counts
        How often each stands there, and last, for -1, never.
    is_matched
        Which rows have one on the other side.
    pairs
        The rows that belong together; only of tables with fields that can change.
    """

    key: tuple[Ints, Ints]
    keys: int
    counts: tuple[Ints, Ints]
    is_matched: tuple[Flags, Flags]
    pairs: tuple[Ints, Ints]

    @property
    def is_shared(self) -> Flags:
        """For each key, and last of none, whether both sides have it."""
        return np.minimum(*self.counts) > 0

    def exceeds(self, side: int) -> Flags:
        """For each key, and last of none, whether a side has it more often than the other."""
        return self.counts[side] > self.counts[1 - side]


def rows_around(parents: pa.Table, child: pa.Table, positions: tuple[str, ...]) -> Ints:
    """Return, for each row of a table, the row that it is inside, by source and positions."""
    # Source and positions become the digits of one number, so that one search finds all parents. Rows of
    # both tables are numbered together, else equal sources could get different codes.
    both = pa.concat_tables([each.select(["source", *positions]) for each in (parents, child)])
    key, _ = codes(both, "source")
    for name in positions:
        numbers = both[name].to_numpy()
        key = key * (int(numbers.max(initial=0)) + 1) + numbers
    known, wanted = key[: parents.num_rows], key[parents.num_rows :]
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(known, kind="stable")
    rows = order[np.minimum(np.searchsorted(known, wanted, sorter=order), len(order) - 1)]
    return np.where(known[rows] == wanted, rows, -1)


def matched(name: str, old: Part, new: Part, around: Matching | None) -> Matching:
    """Bring the rows of both sides together.

    Parameters
    ----------
    name
        The table.
    old, new
        Its sides.
    around
        How the rows belong together that these are inside. What is inside something that only one side
        has is not compared.
    """
    key, keys = _keys(TABLES[name], old, new, around)
    parts = key[: old.table.num_rows], key[old.table.num_rows :]
    counts = tuple(np.append(np.bincount(part[part >= 0], minlength=keys), 0) for part in parts)
    both = np.minimum(*counts)
    if not fields_of(name):
        # Nothing tells rows of one key apart, so any of them may be those that are left.
        flags = [(part >= 0) & (counts[0] == counts[1])[part] for part in parts]
        for part, flag in zip(parts, flags, strict=True):
            odd = np.flatnonzero((part >= 0) & ~flag)
            flag[odd] = _rank(part[odd]) < both[part[odd]]
        none = np.empty(0, dtype=np.int64)
        return Matching(parts, keys, (counts[0], counts[1]), (flags[0], flags[1]), (none, none))
    once = (counts[0] == 1) & (counts[1] == 1)
    rows = [np.flatnonzero(once[part]) for part in parts]
    single = [each[np.argsort(part[each])] for part, each in zip(parts, rows, strict=True)]
    repeated = [np.flatnonzero(((both > 0) & ~once)[part]) for part in parts]
    more = _pairs_of_repeated(name, (old.table, new.table), parts, repeated)
    pairs = [np.concatenate(each) for each in zip(single, more, strict=True)]
    flags = [np.zeros(len(part), dtype=bool) for part in parts]
    for flag, found in zip(flags, pairs, strict=True):
        flag[found] = True
    return Matching(parts, keys, (counts[0], counts[1]), (flags[0], flags[1]), (pairs[0], pairs[1]))


def _keys(table: Table, old: Part, new: Part, around: Matching | None) -> tuple[Ints, int]:
    """Return the key of each row, of the old side and then of the new, and how many keys there are."""
    if around:
        # The ids of what is around come first among its own, so their number stands for them.
        key = np.concatenate([_handed_down(around, side, part) for side, part in enumerate((old, new))])
        bound, columns = around.keys, list(table.ids[len(TABLES[parent_of(table.name) or ""].ids) :])
    else:
        key = np.concatenate([old.organisation, new.organisation])
        bound, columns = int(key.max(initial=0)) + 1, [*table.ids]
        if not table.merges:
            columns.append("source")
    usable = key >= 0
    # As in `rows_around`, the ids become the digits of one number. Before it could overflow, the numbers that
    # occur are counted anew from 0.
    both = pa.concat_tables([part.table.select(columns) for part in (old, new)])
    for name in columns:
        code, words = codes(both, name)
        usable &= code >= 0
        if bound * (len(words) + 1) >= _KEYS_AT_MOST:
            key, left = pd.factorize(key)
            bound = len(left)
        key = key * len(words) + code
        bound *= max(len(words), 1)
    found = np.full(len(key), -1, dtype=np.int64)
    found[usable], different = pd.factorize(key[usable])
    return found, len(different)


def _handed_down(around: Matching, side: int, part: Part) -> Ints:
    """Return the key of what each row is inside; -1 where the other side does not have that."""
    keys = np.append(around.key[side], -1)[part.parent]
    return np.where(around.is_shared[keys], keys, -1)


def _rank(key: Ints) -> Ints:
    """Return the place of each row among those of the same key."""
    return np.asarray(pd.Series(key).groupby(key, sort=False).cumcount(), dtype=np.int64)


def _pairs_of_repeated(
    name: str, tables: tuple[pa.Table, pa.Table], keys: tuple[Ints, Ints], rows: list[Ints]
) -> list[Ints]:
    """Pair the rows of ids that stand in several rows: first those that are equal, then by what they say.

    So what is found does not depend on the order in which they are listed. Such ids are few.
    """
    columns = ["source", *fields_of(name)]
    left: list[list[_Repeated]] = []
    for table, key, where in zip(tables, keys, rows, strict=True):
        some = table.select(columns).take(pa.array(where))
        told = [as_told(some[column]).to_pylist() for column in columns]
        # What is missing comes first, as an empty tuple; texts stand in tuples of their own.
        says = [tuple(() if text is None else (text,) for text in row) for row in zip(*told, strict=True)]
        left.append(sorted(zip(key[where].tolist(), says, where.tolist(), strict=True)))
    found: list[tuple[int, int]] = []
    for shared in (len(columns), 1, 0):
        waiting: dict[Any, list[int]] = {}
        for number, said, row in reversed(left[0]):
            waiting.setdefault((number, said[:shared]), []).append(row)
        for number, said, row in left[1]:
            if same := waiting.get((number, said[:shared])):
                found.append((same.pop(), row))
        taken = [{pair[side] for pair in found} for side in (0, 1)]
        left = [
            [each for each in side if each[2] not in gone] for side, gone in zip(left, taken, strict=True)
        ]
    pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
    return [pairs[:, 0], pairs[:, 1]]


def differing(name: str, column: str, matching: Matching, old: pa.Table, new: pa.Table) -> tuple[Ints, Ints]:
    """Return the pairs that differ in a column."""
    here, there = (
        table[column].take(pa.array(rows)) for table, rows in zip((old, new), matching.pairs, strict=True)
    )
    if pa.types.is_dictionary(here.type):
        here, there = here.cast(pa.string()), there.cast(pa.string())
    differ = pc.fill_null(pc.not_equal(here, there), False)
    if column not in _UNTOLD:
        differ = pc.or_(differ, pc.xor(here.is_null(), there.is_null()))
    found = differ.to_numpy()
    return matching.pairs[0][found], matching.pairs[1][found]


def as_told(values: pa.ChunkedArray) -> pa.Array:
    """Return values as text: true and false, times as ISO 8601, numbers as they are written."""
    if pa.types.is_timestamp(values.type):
        texts = pc.strftime(values.cast(pa.timestamp("us")), format="%Y-%m-%dT%H:%M:%S")
        values = pc.binary_join_element_wise(pc.replace_substring_regex(texts, r"\.?0+$", ""), "Z", "")
    return values.cast(pa.string()).combine_chunks()
