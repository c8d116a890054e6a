"""The engine: items and declarations in, Arrow tables out. Pure; knows no endpoint by name."""

from __future__ import annotations

import contextlib
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._engine.times import parse_time
from dfns_frames.drift import Drift
from dfns_frames.parsing import shorten
from dfns_frames.schema import DICTIONARY, ELEMENT, TIME, Column, Endpoint, Kind, Table, reencode

_BITMAP = 1 << 20  # bytes in which values are marked as seen; so few stay in the processor's cache
_SPARSE = 1 << 8  # with more bytes a row to mark, hashing is faster
_ISO = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$"
_FIRST, _LAST = (pa.scalar(time.replace(tzinfo=UTC), TIME) for time in (datetime.min, datetime.max))


def read_columns(items: pa.StructArray, endpoint: Endpoint, drift: Drift) -> list[dict[str, pa.Array]]:
    """Read what the response itself says: the columns of each table, outermost first.

    Parameters
    ----------
    items
        The elements of the outermost array.
    endpoint
        The declaration.
    drift
        Unknown values and texts that are not timestamps are added here.

    Returns
    -------
    list of dict
        Columns by name; and by the name of the table further in, how many of its rows each row holds.
    """
    read = []
    rows: pa.Array = items
    path = ""
    for table, inner in zip(endpoint.tables, [*endpoint.tables[1:], None], strict=True):
        path = f"{path}{table.json}[]"
        columns = _read_columns(table, rows, path, drift)
        if inner:
            children = rows.field(str(inner.json))
            columns[inner.name] = pc.list_value_length(children).cast(pa.int64())
            rows = children.flatten()
        read.append(columns)
        path += "."
    return read


def build(parts: list[list[dict[str, pa.Array]]], item_count: int, endpoint: Endpoint) -> dict[str, pa.Table]:
    """Build an endpoint's tables, outermost first, each handing values down to the next.

    Parameters
    ----------
    parts
        What `read_columns` gave, for each part of the response. Each is emptied, to have its room.
    item_count
        How many items that were, of all parts.
    endpoint
        The declaration.
    """
    built: dict[str, dict[str, pa.Array]] = {}
    above: dict[str, pa.Array] = {}
    lengths = np.array([item_count])
    for table, inner in zip(endpoint.tables, [*endpoint.tables[1:], None], strict=True):
        each = [part.pop(0) for part in parts]
        columns = {name: pa.concat_arrays([part.pop(name) for part in each]) for name in list(each[0])}
        # Ids are encoded once for all parts: hardly one comes twice, so each part's codes would gain nothing.
        columns |= {
            c.name: columns[c.name].dictionary_encode() for c in table.fields if c.kind is Kind.JOIN_ID
        }
        columns |= _hand_down(table, above, lengths)
        columns["source"] = _constant(endpoint.path, int(lengths.sum()))
        columns |= {name: _positions(lengths) for name in _positions_of(table) if name not in above}
        if inner:
            counted = columns.pop(inner.name)
            columns |= {c.name: counted for c in table.columns if c.counts == inner.name and not c.distinct}
            lengths = counted.fill_null(0).to_numpy()
        built[table.name] = above = columns
    _count_distinct(endpoint, built)
    return {
        table.name: pa.Table.from_arrays(
            [built[table.name][column.name] for column in table.columns], schema=table.arrow_schema
        )
        for table in endpoint.tables
    }


def _read_columns(table: Table, rows: pa.Array, path: str, drift: Drift) -> dict[str, pa.Array]:
    """Return the columns that are read from the rows' own fields."""
    columns = {}
    for column in table.fields:
        values = rows if column.json == ELEMENT else rows.field(column.json)
        where = path if column.json == ELEMENT else f"{path}.{column.json}"
        if column.kind.is_id:
            values = _blank_to_null(values)
        if column.kind.is_category:
            values = values.dictionary_encode()
            _note_unknown_values(column, values, where, drift)
        elif column.kind is Kind.TIME:
            values, strange = _times(values)
            for text, count in strange.items():
                drift.note("not a timestamp", where, shorten(text), count)
        columns[column.name] = values
    if table.secret:
        columns["secret_returned"] = pc.not_equal(rows.field(table.secret), "").fill_null(False)
    return columns


def _blank_to_null(values: pa.Array) -> pa.Array:
    blank = pc.equal(values, "")
    return pc.if_else(blank, None, values) if pc.any(blank).as_py() else values


def _note_unknown_values(column: Column, values: pa.DictionaryArray, where: str, drift: Drift) -> None:
    known = column.known
    if known is None or known.issuperset(values.dictionary.to_pylist()):
        return
    counted = pc.value_counts(values)
    for value, count in zip(*(part.to_pylist() for part in counted.flatten()), strict=True):
        if value not in known:
            drift.note("unknown value", where, shorten(value), count)


def _hand_down(
    table: Table, above: dict[str, pa.Array], lengths: npt.NDArray[np.int64]
) -> dict[str, pa.Array]:
    """Repeat each parent's values for its children.

    Categories are encoded once a parent, and only of parents that have children: a category stands for
    values that occur.
    """
    fertile = np.flatnonzero(lengths)
    repeats = lengths[fertile]
    columns = {}
    for column in table.columns:
        if column.name not in above or column.json is not None or column.name == "source":
            continue
        values = above[column.name].take(pa.array(fertile))
        if column.kind.arrow != DICTIONARY:
            columns[column.name] = pa.array(np.repeat(values.to_numpy(), repeats))
            continue
        encoded = reencode(values) if pa.types.is_dictionary(values.type) else values.dictionary_encode()
        codes = np.repeat(encoded.indices.fill_null(-1).to_numpy(), repeats)
        indices = pa.array(codes, mask=codes < 0 if encoded.null_count else None)
        columns[column.name] = pa.DictionaryArray.from_arrays(indices, encoded.dictionary)
    return columns


def _constant(value: str, count: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(count, dtype=np.int32)), pa.array([value][:count], type=pa.string())
    )


def _positions_of(table: Table) -> list[str]:
    """Return the position columns, its parents' first; its own, if it has one, stands last."""
    return [column.name for column in table.columns if column.kind is Kind.POSITION]


def _positions(lengths: npt.NDArray[np.int64]) -> pa.Array:
    """Count from 0 within each parent."""
    positions = np.arange(lengths.sum())
    positions -= np.repeat(np.cumsum(lengths) - lengths, lengths)
    return pa.array(positions)


def _count_distinct(endpoint: Endpoint, built: dict[str, dict[str, pa.Array]]) -> None:
    """Add the outermost table's counts of different values in a table further in."""
    outer, *between, _ = endpoint.tables
    position = _positions_of(outer)[-1]
    total = len(built[outer.name][position])
    for column in outer.columns:
        if not (column.counts and column.distinct):
            continue
        rows = built[column.counts]
        encoded = rows[column.distinct]
        counts = _distinct_per(
            rows[position].to_numpy(), encoded.indices.to_numpy(), total, len(encoded.dictionary)
        )
        unknown = np.zeros(total, dtype=bool)
        for table in between:
            for counter in table.columns:
                if counter.counts == column.counts:
                    listed = built[table.name]
                    unknown[listed[position].filter(listed[counter.name].is_null()).to_numpy()] = True
        built[outer.name][column.name] = pa.array(counts, mask=unknown)


def _distinct_per(
    groups: npt.NDArray[np.int64], codes: npt.NDArray[np.int32], group_count: int, code_count: int
) -> npt.NDArray[np.int64]:
    """Count the different codes of each group; rows of a group stand together, in the groups' order."""
    if group_count * code_count > _SPARSE * len(codes):
        distinct = pa.array(groups * code_count + codes).unique().to_numpy()
        return np.bincount(distinct // code_count, minlength=group_count).astype(np.int64)
    counts = np.zeros(group_count, dtype=np.int64)
    step = max(_BITMAP // max(code_count, 1), 1)
    for first in range(0, group_count, step):
        start, end = np.searchsorted(groups, (first, first + step))
        seen = np.zeros((min(step, group_count - first), code_count), dtype=bool)
        seen.ravel()[(groups[start:end] - first) * code_count + codes[start:end]] = True
        counts[first : first + step] = np.count_nonzero(seen, axis=1)
    return counts


def _times(texts: pa.Array) -> tuple[pa.Array, Counter[str]]:
    """Read timestamps; what is not a timestamp becomes missing and is counted."""
    regular = pc.and_not(pc.match_substring_regex(texts, _ISO), pc.starts_with(texts, "0000"))
    if pc.all(regular).as_py() is not False:
        # A 30th of February or a leap second: each text is looked at alone, as all are if one is of year 0.
        with contextlib.suppress(pa.ArrowInvalid):
            times = texts.cast(TIME)
            if not pc.any(pc.or_(pc.less(times, _FIRST), pc.greater(times, _LAST))).as_py():
                return times, Counter()
    strange: Counter[str] = Counter()
    read: list[datetime | None] = []
    for text in texts.to_pylist():
        time = None if text is None else parse_time(text)
        read.append(time)
        if time is None and text is not None:
            strange[text] += 1
    return pa.array(read, type=TIME), strange
