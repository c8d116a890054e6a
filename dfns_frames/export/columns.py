"""DataFrames of any content, as columns of the few kinds that every format can hold."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames.export.values import as_text, plain

Numbers = list[bool | int | float | None]
_DIGITS = 15  # of a number that every spreadsheet shows as it is
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Values:
    """One column.

    Parameters
    ----------
    name
        Its header; may be empty, and need not be unique.
    array
        Texts, flags, 64-bit numbers (finite ones), dates or timestamps (UTC, or without a zone).
    unit
        Of the numbers, where the original had one: ``"days"`` of durations.
    numbers
        Of a column of several kinds, which `array` has as texts: its numbers and flags, None elsewhere.
    objects
        Of durations and of Python objects, the objects, where `array` cannot say all that they are.
    """

    name: str
    array: pa.Array
    unit: str = ""
    numbers: Numbers | None = None
    objects: list[Any] | None = None


def columns(frame: pd.DataFrame) -> list[Values]:
    """Return the columns of a DataFrame, those of its index first unless it only counts the rows."""
    return [replace(_values(series), name=name) for name, series in _parts(frame)]


def _parts(frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series[Any]]]:
    index = frame.index
    if not _only_counts(index):
        for level in range(index.nlevels):
            name = index.names[level]
            default = "index" if index.nlevels == 1 else f"level {level}"
            yield default if name is None else _label(name), pd.Series(index.get_level_values(level))
    parted = isinstance(frame.columns, pd.MultiIndex)
    for i, label in enumerate(frame.columns):
        levels = [_label(part) for part in label] if parted else [_label(label)]
        yield " / ".join(level for level in levels if level), frame.iloc[:, i]


def _label(label: Any) -> str:
    return as_text(label) or ""


def _only_counts(index: pd.Index[Any]) -> bool:
    """Whether an index holds nothing but the numbers of the rows, be they sorted otherwise since."""
    if index.nlevels > 1 or index.name is not None:
        return False
    if not len(index):
        return True
    if not pd.api.types.is_integer_dtype(index.dtype):
        return False
    return bool(not index.hasnans and np.array_equal(np.sort(index.to_numpy()), np.arange(len(index))))


def _values(series: pd.Series[Any]) -> Values:
    dtype = series.dtype
    if isinstance(dtype, pd.SparseDtype):
        series = pd.Series(series.array.to_dense())
        dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _decoded(_values(pd.Series(dtype.categories)), series.cat.codes.to_numpy())
    known = (
        pd.api.types.is_bool_dtype,
        pd.api.types.is_integer_dtype,
        pd.api.types.is_float_dtype,
        pd.api.types.is_datetime64_any_dtype,
        pd.api.types.is_timedelta64_dtype,
    )
    if isinstance(dtype, pd.StringDtype | pd.ArrowDtype) or any(is_kind(dtype) for is_kind in known):
        try:
            return _arrow(pa.array(series, from_pandas=True), series)
        except UnicodeEncodeError:
            pass  # half characters, which are mended one by one
    return _objects(list(series))


def _decoded(categories: Values, codes: Any) -> Values:
    places = pa.array(codes, mask=codes < 0, type=pa.int64())

    def take(values: list[Any] | None) -> list[Any] | None:
        return None if values is None else [values[code] if code >= 0 else None for code in codes]

    return replace(
        categories,
        array=categories.array.take(places),
        numbers=take(categories.numbers),
        objects=take(categories.objects),
    )


def _arrow(array: pa.Array | pa.ChunkedArray, series: pd.Series[Any]) -> Values:
    """Return what Arrow made of a column, where that is of a kind that every format can hold."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _arrow(array.dictionary_decode(), series)
    if pa.types.is_boolean(kind):
        return Values("", array)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return Values("", array.cast(pa.string()))
    if pa.types.is_integer(kind) and (kind != pa.uint64() or (pc.max(array).as_py() or 0) < 2**63):
        return Values("", array.cast(pa.int64()))
    if pa.types.is_float32(kind) or pa.types.is_float64(kind):
        array = pc.if_else(pc.is_nan(array), None, array).cast(pa.float64())
        if pc.all(pc.is_finite(array)).as_py() is not False:
            return Values("", array)
    if pa.types.is_timestamp(kind):
        return Values("", _microseconds(array.cast(pa.timestamp(kind.unit, tz=kind.tz and "UTC"))))
    if pa.types.is_date(kind):
        return Values("", array.cast(pa.date32()))
    if pa.types.is_duration(kind):
        return _days([pd.Timedelta(value) for value in series])
    return _objects(list(series))


def _microseconds(times: pa.Array) -> pa.Array:
    """Count in microseconds, unless that would lose something, so that equal times look alike."""
    try:
        return times.cast(pa.timestamp("us", tz=times.type.tz))
    except pa.ArrowInvalid:
        return times


def _objects(values: list[Any]) -> Values:
    """Return a column of Python objects: of one kind if they all are, as texts otherwise."""
    known = [plain(value) for value in values]
    kinds = {_kind(value) for value in known if value is not None}
    try:
        array = _of_one_kind(known, kinds)
    except (pa.ArrowException, OverflowError, ValueError):
        array = None  # beyond what that kind can hold
    if array is not None:
        return array
    texts = pa.array([as_text(value) for value in known], type=pa.string())
    numbers = [_number(value) for value in known]
    some = any(number is not None for number in numbers)
    return Values("", texts, numbers=numbers if some else None, objects=values)


def _kind(value: Any) -> type | str:
    if isinstance(value, dt.datetime):
        return "local" if value.tzinfo is None else "aware"
    for kind in (bool, int, float, str, dt.date, dt.timedelta):
        if isinstance(value, kind):
            return kind
    return "other"


def _of_one_kind(values: list[Any], kinds: set[type | str]) -> Values | None:
    if not kinds:
        return Values("", pa.nulls(len(values), pa.string()))
    if len(kinds) > 1:
        return None
    (kind,) = kinds
    if kind is dt.timedelta:
        return _days(values)
    arrow = {
        bool: pa.bool_(),
        int: pa.int64(),
        dt.date: pa.date32(),
        "local": pa.timestamp("us"),
        "aware": pa.timestamp("us", tz="UTC"),
    }
    if kind is float:
        finite = all(value is None or math.isfinite(value) for value in values)
        return Values("", pa.array(values, type=pa.float64())) if finite else None
    if kind not in arrow or any(getattr(value, "nanosecond", 0) for value in values):
        return None
    return Values("", pa.array(values, type=arrow[kind]))


def _days(values: list[Any]) -> Values:
    days = [None if value is None or value is pd.NaT else value / _DAY for value in values]
    return Values("", pa.array(days, type=pa.float64()), unit="days", objects=values)


def _number(value: Any) -> bool | int | float | None:
    """Return a value as a number that a spreadsheet shows as it is; None if there is none."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) < 10**_DIGITS else None
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Decimal) and value.is_finite() and len(value.as_tuple().digits) <= _DIGITS:
        return float(value)
    return None
