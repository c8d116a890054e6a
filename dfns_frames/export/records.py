"""JSON: rows as objects, with the types that JSON has; Frames as an object of tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._facts.tables import Tables
from dfns_frames.export.columns import Values
from dfns_frames.export.header import header
from dfns_frames.export.values import EXACT, as_json, told_apart

SCHEMA_VERSION = 1  # of the JSON of Frames: another number is another form, which nothing here reads
VERSION, ABOUT = "schema_version", "about"

_ROWS = 1 << 14  # at a time


def array_lines(found: list[Values], rows: int) -> Iterator[str]:
    """Return the text of an array of rows, a line each."""
    names = told_apart([each.name for each in found])
    columns = [_json(each.array) if each.objects is None else map(as_json, each.objects) for each in found]
    objects = zip(*columns, strict=True) if columns else ((),) * rows
    return _array(dict(zip(names, cells, strict=True)) for cells in objects)


def tables_lines(tables: Tables, *, ascii_only: bool = False) -> Iterator[str]:
    """Return the text of an object: its version, what it is, and an array of rows for each table."""
    yield f"{{{json.dumps(VERSION)}: {SCHEMA_VERSION},\n"
    yield f"{json.dumps(ABOUT)}: {json.dumps(header(tables), ensure_ascii=ascii_only, indent=1)}"
    for name in tables:
        yield f",\n{json.dumps(name)}: "
        yield from _array(_rows(tables.arrow(name)), ascii_only=ascii_only)
    yield "}\n"


def _array(rows: Iterator[dict[str, Any]], *, ascii_only: bool = False) -> Iterator[str]:
    yield "["
    for number, row in enumerate(rows):
        yield ",\n" if number else "\n"
        yield json.dumps(row, ensure_ascii=ascii_only, allow_nan=False)
    yield "\n]\n"


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for start in range(0, table.num_rows, _ROWS):
        part = table.slice(start, _ROWS)
        columns = [_json(column.combine_chunks()) for column in part.columns]
        for cells in zip(*columns, strict=True):
            yield dict(zip(table.column_names, cells, strict=True))


def _json(array: pa.Array) -> list[Any]:
    kind = array.type
    if pa.types.is_timestamp(kind):
        array = pc.strftime(array, format="%Y-%m-%dT%H:%M:%S" + "Z" * (kind.tz is not None))
    elif pa.types.is_date(kind):
        array = array.cast(pa.string())
    values = array.to_pylist()
    if pa.types.is_integer(kind):
        return [value if value is None or abs(value) <= EXACT else str(value) for value in values]
    return values
