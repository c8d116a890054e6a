"""Cells of any kind and columns of any dtype, in every format."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.export_samples import SUFFIXES, written

PLUS_5 = dt.timezone(dt.timedelta(hours=5))


class Color(Enum):
    RED = "red"


CASES: dict[str, tuple[list[Any], list[Any] | None, list[Any] | None]] = {
    # what a column holds, what a workbook shows, what JSON has
    "mapping": (
        [{"ip": "192.0.2.7", "count": 3}],
        ["ip: 192.0.2.7, count: 3"],
        [{"ip": "192.0.2.7", "count": 3}],
    ),
    "bytes": ([b"abc", b"\xff\x00"], ["abc", "ff00"], ["abc", "ff00"]),
    "infinity": ([1.5, math.inf, -math.inf], [1.5, "inf", "-inf"], [1.5, "inf", "-inf"]),
    "durations": ([dt.timedelta(hours=36), None], [1.5, None], ["P1DT12H0M0S", None]),
    "large": ([2**70, 2**60 + 1, 7], [str(2**70), str(2**60 + 1), 7], [str(2**70), str(2**60 + 1), 7]),
    "huge": ([10**5000], [hex(10**5000)], [hex(10**5000)]),
    "decimals": (
        [Decimal("1.10"), Decimal("NaN"), Decimal("1E20")],
        [1.1, None, 10**20],
        ["1.10", None, "1E+20"],
    ),
    "complex": ([1 + 2j], ["(1+2j)"], ["(1+2j)"]),
    "lists": (
        [[1, [2, None]], [], ("a", "b")],
        ["1, [2, none]", None, "a, b"],
        [[1, [2, None]], [], ["a", "b"]],
    ),
    "sets": ([{"b", "a"}, frozenset({3})], ["a, b", "3"], [["a", "b"], [3]]),
    "arrays": ([np.array([1, 2]), np.array(3)], ["1, 2", 3], [[1, 2], 3]),
    "missing": ([pd.NA, None, np.nan, pd.NaT, "x"], [None] * 4 + ["x"], [None] * 4 + ["x"]),
    "mixed": (
        [1, "a", True, 2.5, dt.date(2026, 1, 2)],
        [1, "a", True, 2.5, "2026-01-02"],
        [1, "a", True, 2.5, "2026-01-02"],
    ),
    "days": ([dt.date(2026, 1, 2), None], [dt.datetime(2026, 1, 2), None], ["2026-01-02", None]),
    "hours": ([dt.time(12, 30)], ["12:30:00"], ["12:30:00"]),
    "zones": (
        [dt.datetime(2026, 1, 1, 2, tzinfo=PLUS_5), dt.datetime(2026, 1, 1, 1, tzinfo=dt.UTC)],
        [dt.datetime(2025, 12, 31, 21), dt.datetime(2026, 1, 1, 1)],
        ["2025-12-31T21:00:00.000000Z", "2026-01-01T01:00:00.000000Z"],
    ),
    "ends": ([dt.datetime.min.replace(tzinfo=PLUS_5), dt.datetime.max.replace(tzinfo=dt.UTC)], None, None),
    "both": (
        [dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)],
        ["2026-01-01T00:00:00", "2026-01-01T00:00:00Z"],
        ["2026-01-01T00:00:00", "2026-01-01T00:00:00Z"],
    ),
    "others": (
        [Fraction(1, 3), Color.RED, pd.Period("2026-01", "M"), pd.Interval(0, 90)],
        ["1/3", "Color.RED", "2026-01", "(0, 90]"],
        ["1/3", "Color.RED", "2026-01", "(0, 90]"],
    ),
    "surrogates": (["a\ud800", "\ud83d\ude00"], ["a\ufffd", "\U0001f600"], ["a\ufffd", "\U0001f600"]),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_objects_of_any_kind(name: str, suffix: str, tmp_path: Path) -> None:
    """Each says in every format what it is: numbers stay numbers, the rest is text."""
    values, in_workbook, in_json = CASES[name]
    frame = pd.DataFrame({"value": pd.Series(values, dtype=object)})
    header, *rows = written(frame, tmp_path, suffix)
    assert len(rows) == len(values)
    assert header[0].startswith("value")
    wanted = {".xlsx": in_workbook, ".json": in_json}.get(suffix)
    if wanted is not None:
        assert [row[0] for row in rows] == wanted
    if suffix == ".json":
        assert json.dumps([row[0] for row in rows]) == json.dumps([row[0] for row in rows], allow_nan=False)


made: Any = pd.array  # whose stubs know fewer dtypes than pandas has
TYPED: dict[str, tuple[Any, list[Any]]] = {
    "intervals": (pd.cut([10, np.nan], [0, 90, 365]), ["(0, 90]", None]),
    "categories": (pd.Categorical([1, None]), [1, None]),
    "mixed categories": (pd.Categorical(["a", 1, None]), ["a", 1, None]),
    "days": (pd.Categorical([dt.date(2026, 1, 2), None]), [dt.datetime(2026, 1, 2), None]),
    "texts": (pd.Categorical(["=1", None]), ["=1", None]),
    "nothing": (pd.Categorical([None, None]), [None, None]),
    "periods": (pd.PeriodIndex(["2026-01", None], freq="M"), ["2026-01", None]),
    "sparse": (pd.arrays.SparseArray([0, 1]), [0, 1]),
    "sparse floats": (pd.arrays.SparseArray([np.nan, 1.5]), [None, 1.5]),
    "unsigned": (np.array([2**64 - 1, 1], dtype="uint64"), [str(2**64 - 1), 1]),
    "unsigned, missing": (made([2**64 - 1, None], dtype="UInt64"), [str(2**64 - 1), None]),
    "integers": (made([1, None], dtype="Int8"), [1, None]),
    "flags": (made([True, None], dtype="boolean"), [True, None]),
    "halves": (np.array([0.5, np.nan], dtype="float16"), [0.5, None]),
    "floats": (np.array([np.inf, 0.5], dtype="float32"), ["inf", 0.5]),
    "durations": (pd.to_timedelta([36, None], unit="h"), [1.5, None]),
    "nanoseconds": (
        pd.array(pd.to_datetime(["2026-01-01", None]).as_unit("ns")),
        [dt.datetime(2026, 1, 1), None],
    ),
    "zones": (pd.DatetimeIndex(["2026-01-01", None], tz="Asia/Tokyo"), [dt.datetime(2025, 12, 31, 15), None]),
    "numbers": (np.array([1 + 1j, 0]), ["(1+1j)", "0j"]),
    "lists": (made([[1, 2], None], dtype=pd.ArrowDtype(pa.list_(pa.int64()))), ["1, 2", None]),
    "decimals": (made([Decimal("1.5"), None], dtype=pd.ArrowDtype(pa.decimal128(5, 2))), [1.5, None]),
    "hours": (made([dt.time(1), None], dtype=pd.ArrowDtype(pa.time64("us"))), ["01:00:00", None]),
    "bytes": (made([b"a", None], dtype=pd.ArrowDtype(pa.binary())), ["a", None]),
    "codes": (made(["a", None], dtype=pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))), ["a", None]),
    "nulls": (made([None, None], dtype=pd.ArrowDtype(pa.null())), [None, None]),
}


@pytest.mark.parametrize("name", TYPED)
def test_columns_of_any_dtype(name: str, tmp_path: Path) -> None:
    """Whatever dtype pandas has for a column, its values are in the workbook, and every format is written."""
    values, wanted = TYPED[name]
    frame = pd.DataFrame({"value": values})
    assert [row[0] for row in written(frame, tmp_path)[1:]] == wanted
    for suffix in SUFFIXES:
        assert len(written(frame, tmp_path, suffix)) == 1 + len(frame)


def test_lists_that_hold_themselves(tmp_path: Path) -> None:
    """They end."""
    loop: list[Any] = [1]
    loop.append(loop)
    frame = pd.DataFrame({"a": [loop, {"x": loop}]})
    for suffix in SUFFIXES:
        assert "…" in json.dumps(written(frame, tmp_path, suffix), ensure_ascii=False)
