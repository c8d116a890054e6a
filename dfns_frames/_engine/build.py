"""From the pieces that `walk` gave to tables: join them, hand down, number, count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.vocabulary import DICTIONARY, Column, Rows, Source, Table
from dfns_frames._engine.values import Ints, constant, distinct_per, reencode
from dfns_frames._engine.walk import Place
from dfns_frames.errors import ResponseError

MOST_TEXT = 2**31 - 1  # bytes of text that one column of Arrow's holds


@dataclass(eq=False)
class _Level:
    """All elements of one place.

    Attributes
    ----------
    above
        The place around it; None around the listed items.
    lengths, unknown
        How many of the elements each element above holds, and whether the place is absent there.
    size
        How many elements there are.
    own, handed
        The columns of its own, and those of places around it that it or a place inside it wants.
    position
        The name of the position column that counts its elements, if one does.
    """

    rows: Rows
    above: _Level | None
    lengths: Ints
    unknown: np.ndarray[tuple[int], np.dtype[np.bool_]]
    own: dict[str, pa.Array]
    size: int = field(init=False)
    position: str | None = None
    handed: dict[str, pa.Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.size = int(self.lengths.sum())

    def around(self, position: str) -> _Level | None:
        """Return the nearest place around this one whose elements a position column counts."""
        level = self.above
        while level and level.position != position:
            level = level.above
        return level


def build(
    source: Source, pieces: list[list[Place]], constants: Mapping[str, str | None]
) -> dict[str, pa.Table]:
    """Build a source's tables.

    Parameters
    ----------
    source
        The declaration.
    pieces
        The places of each piece of the response. Each is emptied, to have its room.
    constants
        Column ← value that is the same in every table that has the column.
    """
    if not pieces:
        return {name: table.empty() for name, table in source.tables.items()}
    levels: list[_Level] = []
    numbered: dict[tuple[str, _Level | None], Ints] = {}
    waiting: list[tuple[Rows, _Level | None]] = [(source.rows, None)]
    while waiting:
        rows, above = waiting.pop()
        level = _join(rows, above, [piece.pop(0) for piece in pieces])
        level.handed = _hand_down(level)
        _number(level, numbered)
        levels.append(level)
        waiting += [(inner, level) for inner in reversed(rows.inner)]
    _count(levels)
    return {
        name: _table(table, [level for level in levels if level.rows.into is table], constants)
        for name, table in source.tables.items()
    }


def _join(rows: Rows, above: _Level | None, parts: list[Place]) -> _Level:
    columns = {
        name: pa.concat_arrays([part.columns.pop(name) for part in parts]) for name in list(parts[0].columns)
    }
    for name, values in columns.items():
        # Encoded once for all parts: of ids of which hardly one comes twice, each part's codes gain nothing.
        if rows.into and rows.into[name].kind.arrow == DICTIONARY and values.type != DICTIONARY:
            columns[name] = values.dictionary_encode()
    lengths = pa.concat_arrays([part.lengths for part in parts])
    if above is None:
        lengths = pa.array([pc.sum(lengths).as_py()])  # positions run through all pieces
    unknown = lengths.is_null().to_numpy(zero_copy_only=False)
    return _Level(rows, above, lengths.fill_null(0).to_numpy(), unknown, columns)


def _wanted(rows: Rows) -> set[str]:
    """Return the columns that a place, or one inside it, wants of the places around it."""
    inside = {name for inner in rows.inner for name in _wanted(inner)}
    positions = rows.into.positions if rows.into else ()
    own = rows.fields.keys() | rows.const.keys() | rows.given.keys()
    return set(rows.down.values()) | set(positions) | (inside - own)


def _hand_down(level: _Level) -> dict[str, pa.Array]:
    """Repeat the values of each element above for the elements inside it.

    Categories are handed down as codes, and only of elements that have something inside: a category stands
    for values that occur.
    """
    above = level.above
    if above is None:
        return {}
    visible = {**above.handed, **above.own}
    fertile = np.flatnonzero(level.lengths)
    repeats = level.lengths[fertile]
    handed = {}
    for name in sorted(_wanted(level.rows) & visible.keys()):
        values = visible[name].take(pa.array(fertile))
        if values.type == DICTIONARY:
            encoded = reencode(values)
            codes = np.repeat(encoded.indices.fill_null(-1).to_numpy(), repeats)
            indices = pa.array(codes, mask=codes < 0 if encoded.null_count else None)
            handed[name] = pa.DictionaryArray.from_arrays(indices, encoded.dictionary)
            continue
        if pa.types.is_integer(values.type) and not values.null_count:
            handed[name] = pa.array(np.repeat(values.to_numpy(), repeats))
            continue
        if pa.types.is_string(values.type):
            # A long id above many elements would take any amount of memory.
            size = int((pc.binary_length(values).fill_null(0).to_numpy() * repeats).sum())
            if size > MOST_TEXT:
                raise ResponseError(f"the response repeats {size:,} bytes of ids, more than can be read")
        handed[name] = values.take(pa.array(np.repeat(np.arange(len(fertile)), repeats)))
    return handed


def _number(level: _Level, numbered: dict[tuple[str, _Level | None], Ints]) -> None:
    """Count the elements of a place, from 0 within each element of the nearest place the table names.

    The position columns of a table that no place around it counts are its own; where several places feed one
    table, the later one counts on.
    """
    table = level.rows.into
    own = [name for name in table.positions if level.around(name) is None] if table else []
    if not own or table is None:
        return
    (level.position,) = own
    named = [level.around(name) for name in table.positions if name != level.position]
    restart = next((above for above in _above(level) if above in named), None)
    counts, _ = _per_element(restart, level)
    before = numbered.get((table.name, restart), np.zeros_like(counts))
    # The position is the row less the row with which its element of `restart` begins.
    start = np.cumsum(counts) - counts - before
    level.own[level.position] = pa.array(np.arange(level.size) - np.repeat(start, counts))
    numbered[table.name, restart] = before + counts


def _above(level: _Level) -> list[_Level]:
    found = []
    while level.above:
        level = level.above
        found.append(level)
    return found


def _per_element(
    outer: _Level | None, level: _Level
) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Count a place's elements for each element of a place further out; and say where some may be absent.

    Elements stand in pre-order, so those of one outer element are neighbours: their counts add up to the
    difference of two running totals.
    """
    counts, unknown = level.lengths, level.unknown
    while level.above is not outer:
        assert level.above is not None  # noqa: S101 - `outer` is a place around `level`
        level = level.above
        counts, absent = _sums(counts, level.lengths), _sums(unknown.astype(np.int64), level.lengths)
        unknown = level.unknown | (absent > 0)
    return counts, unknown


def _sums(values: Ints, lengths: Ints) -> Ints:
    """Add up neighbouring values, so many at a time."""
    totals = np.concatenate([[0], np.cumsum(values)])
    ends = np.cumsum(lengths)
    return totals[ends] - totals[ends - lengths]


def _count(levels: list[_Level]) -> None:
    """Add the columns that count what is inside the elements."""
    for level in levels:
        for column in level.rows.into.columns if level.rows.into else ():
            inside = [
                other
                for other in levels
                if other.rows.into and other.rows.into.name == column.counts and level in _above(other)
            ]
            if inside:
                level.own[column.name] = _counted(column, level, inside)


def _counted(column: Column, level: _Level, inside: list[_Level]) -> pa.Array:
    per = [_per_element(level, other) for other in inside]
    unknown = np.logical_or.reduce([absent for _, absent in per])
    total = np.sum([counts for counts, _ in per], axis=0)
    if column.distinct is None:
        return pa.array(total, mask=unknown)
    values = pa.concat_arrays([other.own[column.distinct] for other in inside])
    codes = values.indices.to_numpy()
    if len(inside) > 1:  # bring together what belongs to one element
        groups = np.concatenate([np.repeat(np.arange(level.size), counts) for counts, _ in per])
        codes = codes[np.argsort(groups, kind="stable")]
    return pa.array(distinct_per(total, codes, len(values.dictionary)), mask=unknown)


def _table(table: Table, levels: list[_Level], constants: Mapping[str, str | None]) -> pa.Table:
    """Make a table of the places that feed it, in the order of the response."""
    made = [_rows(table, level, constants) for level in levels]
    if len(made) == 1:
        return made[0]
    joined = pa.concat_tables(made).unify_dictionaries().combine_chunks()
    positions = [joined.column(name).to_numpy() for name in reversed(table.positions)]
    order = pa.array(np.lexsort(positions))  # which keeps equal ones in the order of the declaration
    return pa.Table.from_arrays(
        [_compact(column.combine_chunks().take(order)) for column in joined.columns],
        schema=table.arrow_schema,
    )


def _compact(values: pa.Array) -> pa.Array:
    return reencode(values) if values.type == DICTIONARY else values


def _rows(table: Table, level: _Level, constants: Mapping[str, str | None]) -> pa.Table:
    columns = []
    for column in table.columns:
        above = level.rows.down.get(column.name, column.name if column.name in table.positions else None)
        if column.name in constants:
            values = constant(constants[column.name], level.size, column.kind)
        elif column.name in level.own:
            values = level.own[column.name]
        elif above in level.handed:
            values = level.handed[above]
        else:
            values = pa.nulls(level.size, column.kind.arrow)
        columns.append(values)
    return pa.Table.from_arrays(columns, schema=table.arrow_schema)
