"""What cells of a workbook can hold: tables and frames, made ready for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames.export.about import Changes
from dfns_frames.export.text import is_text, rewrite, shorten, show_controls, unify_newlines

_NAIVE = pa.timestamp("us")
_TEXTS = (
    ("line breaks made line feeds", unify_newlines),
    ("control characters shown as U+FFFD", show_controls),
    ("shortened to what a cell holds", shorten),
)


def as_cells(sheet: str, table: pa.Table, changes: Changes) -> pa.Table:
    """Make a table ready: harmless texts, times as UTC without a zone and named so; count what changed."""
    columns, names = [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        kind = column.type
        header = _header(name)
        if pa.types.is_timestamp(kind):
            header += " (UTC)" * (kind.tz is not None)
            column = column.cast(pa.timestamp("us", tz=kind.tz), safe=False).cast(_NAIVE)
        elif is_text(kind):
            for what, change in _TEXTS:
                column, count = rewrite(column, change)
                if count:
                    changes[sheet, name, what] = changes.get((sheet, name, what), 0) + count
        columns.append(column)
        names.append(header)
    return pa.table(columns, names=_distinct(names))


def from_frame(frame: pd.DataFrame) -> pa.Table:
    """Make a table of a frame that a user passed, whatever its columns hold; a named index comes along."""
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    columns = [_column(frame.iloc[:, i]) for i in range(frame.shape[1])]
    return pa.table(columns, names=[str(name) for name in frame.columns])


def _column(values: pd.Series[Any]) -> pa.ChunkedArray | pa.Array:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if pd.api.types.is_timedelta64_dtype(values.dtype):
        values = values.dt.days.astype("Int64")
    try:
        column = pa.Array.from_pandas(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        column = pa.nulls(len(values))  # of several kinds: texts are what they have in common
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_boolean(kind) or is_text(kind):
        return column.cast(pa.string()) if pa.types.is_large_string(kind) else column
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        return column
    return pa.array([_text(value) for value in values], type=pa.string())


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, Iterable):
        return ", ".join(str(element) for element in value)
    return None if pd.isna(value) else str(value)


def _header(name: str) -> str:
    """Return what may stand in a table's header: no break, no control, nothing empty."""
    shown = show_controls(pa.array([" ".join(name.split())]))[0].as_py()
    return shown[:200] or "(no name)"


def _distinct(names: list[str]) -> list[str]:
    """Tell apart headers that differ by case at most, as a table of a workbook asks for."""
    taken: set[str] = set()
    told_apart = []
    for name in names:
        number, candidate = 1, name
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{name} ({number})"
        taken.add(candidate.casefold())
        told_apart.append(candidate)
    return told_apart


def widest(column: pa.ChunkedArray) -> int:
    """Return how many characters the longest text of a column has; 0 if it has none."""
    if not is_text(column.type):
        return 0
    texts = column.combine_chunks()
    if pa.types.is_dictionary(texts.type):
        texts = texts.dictionary
    return pc.max(pc.utf8_length(texts)).as_py() or 0
