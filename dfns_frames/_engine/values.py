"""Columns from arrays of raw values: times, categories, ids; and what in them is news."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.vocabulary import DICTIONARY, TIME, Column, Kind
from dfns_frames._engine.drift import Drift, shorten
from dfns_frames._engine.times import parse_time

Ints = npt.NDArray[np.int64]

BITMAP = 1 << 20  # bytes in which values are marked as seen; so few stay in the processor's cache
SPARSE = 1 << 8  # with more bytes a row to mark, hashing is faster
_ISO = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$"
_FIRST, _LAST = (pa.scalar(time.replace(tzinfo=UTC), TIME) for time in (datetime.min, datetime.max))


def to_column(column: Column, values: pa.Array, where: str, drift: Drift) -> pa.Array:
    """Make a column of the raw values of a field; unknown values and texts that are no times are noted."""
    if column.kind is not Kind.CATEGORY and pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if column.kind.is_id:
        values = blank_to_null(values)
    if column.kind.is_category:
        values = values.dictionary_encode()
        _note_unknown(column, values, where, drift)
    elif column.kind is Kind.TIME:
        values, strange = _times(values)
        for text, count in strange.items():
            drift.note("not a timestamp", where, shorten(text), count)
    return values


def blank_to_null(values: pa.Array) -> pa.Array:
    """Return ids; an empty one says that there is none."""
    blank = pc.equal(values, "")
    return pc.if_else(blank, None, values) if pc.any(blank).as_py() else values


def constant(value: Any, count: int, kind: Kind) -> pa.Array:
    """Return a column that holds the same in each row."""
    if kind.arrow != DICTIONARY or value is None:
        return pa.repeat(pa.scalar(value, kind.arrow), count)
    codes = pa.array(np.zeros(count, dtype=np.int32))
    return pa.DictionaryArray.from_arrays(codes, pa.array([value][:count], type=pa.string()))


def reencode(values: pa.DictionaryArray) -> pa.DictionaryArray:
    """Encode categories anew, without touching a text: they stand for values that occur, in their order."""
    codes = values.indices.dictionary_encode()
    return pa.DictionaryArray.from_arrays(codes.indices, values.dictionary.take(codes.dictionary))


def distinct_per(lengths: Ints, codes: npt.NDArray[Any], code_count: int) -> Ints:
    """Count the different codes of each group; groups follow each other, `lengths` codes long."""
    if _is_sparse(lengths, codes, code_count):
        pairs = np.repeat(np.arange(len(lengths)) * code_count, lengths) + codes
        distinct = pa.array(pairs).unique().to_numpy()
        return np.bincount(distinct // max(code_count, 1), minlength=len(lengths))
    counted = [np.count_nonzero(seen, axis=1) for seen in _marked(lengths, codes, code_count)]
    return np.concatenate(counted, dtype=np.int64) if counted else np.zeros(0, dtype=np.int64)


def are_distinct(lengths: Ints, codes: npt.NDArray[Any], code_count: int) -> bool:
    """Tell whether no group holds a code twice; this takes a third of the time of counting."""
    if _is_sparse(lengths, codes, code_count):
        return np.array_equal(distinct_per(lengths, codes, code_count), lengths)
    return sum(int(np.count_nonzero(seen)) for seen in _marked(lengths, codes, code_count)) == len(codes)


def _is_sparse(lengths: Ints, codes: npt.NDArray[Any], code_count: int) -> bool:
    return len(lengths) * code_count > SPARSE * len(codes)


def _marked(
    lengths: Ints, codes: npt.NDArray[Any], code_count: int
) -> Iterator[np.ndarray[tuple[int, int], np.dtype[np.bool_]]]:
    """Mark each code of a group in a row of bytes, of as many groups at a time as fit the cache.

    Where most groups hold a fair part of all codes, this needs no sorting and no hashing.
    """
    step = max(BITMAP // max(code_count, 1), 1)
    start = 0
    for first in range(0, len(lengths), step):
        some = lengths[first : first + step]
        end = start + int(some.sum())
        seen = np.zeros((len(some), code_count), dtype=bool)
        seen.ravel()[np.repeat(np.arange(len(some)) * code_count, some) + codes[start:end]] = True
        yield seen
        start = end


def _note_unknown(column: Column, values: pa.DictionaryArray, where: str, drift: Drift) -> None:
    known = column.known
    if known is None or known.issuperset(values.dictionary.to_pylist()):
        return
    counted = pc.value_counts(values)
    for value, count in zip(*(part.to_pylist() for part in counted.flatten()), strict=True):
        if value is not None and value not in known:
            drift.note("unknown value", where, shorten(value), count)


def _times(texts: pa.Array) -> tuple[pa.Array, Counter[str]]:
    """Read timestamps; a text that is none becomes missing and is counted."""
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
