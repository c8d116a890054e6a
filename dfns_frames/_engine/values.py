"""Columns from arrays of raw values: times, categories, ids; and what in them is news."""

from __future__ import annotations

import contextlib
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.vocabulary import TIME, Column, Kind
from dfns_frames.drift import Drift
from dfns_frames.parsing import shorten
from dfns_frames.times import parse_time

Ints = npt.NDArray[np.int64]

_BITMAP = 1 << 20  # bytes in which values are marked as seen; so few stay in the processor's cache
_SPARSE = 1 << 8  # with more bytes a row to mark, hashing is faster
_ISO = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$"
_FIRST, _LAST = (pa.scalar(time.replace(tzinfo=UTC), TIME) for time in (datetime.min, datetime.max))


def to_column(column: Column, values: pa.Array, where: str, drift: Drift) -> pa.Array:
    """Make a column of the raw values of a field; unknown values and texts that are no times are noted."""
    if column.kind is not Kind.CATEGORY and pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if column.kind is Kind.ID:
        return blank_to_null(values)
    if column.kind is Kind.CATEGORY:
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
    if kind is not Kind.CATEGORY or value is None:
        return pa.repeat(pa.scalar(value, kind.arrow), count)
    codes = pa.array(np.zeros(count, dtype=np.int32))
    return pa.DictionaryArray.from_arrays(codes, pa.array([value][:count], type=pa.string()))


def reencode(values: pa.DictionaryArray) -> pa.DictionaryArray:
    """Encode categories anew, without touching a text: they stand for values that occur, in their order."""
    codes = values.indices.dictionary_encode()
    return pa.DictionaryArray.from_arrays(codes.indices, values.dictionary.take(codes.dictionary))


def distinct_per(groups: Ints, codes: npt.NDArray[Any], group_count: int, code_count: int) -> Ints:
    """Count the different codes of each group; rows of a group stand together, in the groups' order.

    Where most groups hold a fair part of all codes, each code of a group is marked in a row of bytes, and the
    marks are counted: no sorting, no hashing. That is done for as many groups at a time as fit the cache.
    """
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
