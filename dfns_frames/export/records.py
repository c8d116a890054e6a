"""JSON: rows as objects, with the types that JSON has; Frames as an object of tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from json.encoder import encode_basestring, encode_basestring_ascii
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
_NULL = "null"


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
        yield from _bracketed(_lines(tables.arrow(name), ascii_only=ascii_only))
    yield "}\n"


def _array(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    return _bracketed(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows)


def _bracketed(lines: Iterator[str]) -> Iterator[str]:
    yield "["
    for number, line in enumerate(lines):
        yield ",\n" if number else "\n"
        yield line
    yield "\n]\n"


def _lines(table: pa.Table, *, ascii_only: bool) -> Iterator[str]:
    """Return the rows as objects; column by column, since an encoder for each row takes six times as long."""
    quote = encode_basestring_ascii if ascii_only else encode_basestring
    names = [json.dumps(name).replace("%", "%%") for name in table.column_names]
    row = f"{{{', '.join(f'{name}: %s' for name in names)}}}"
    for start in range(0, table.num_rows, _ROWS):
        part = table.slice(start, _ROWS)
        columns = [_cells(column.combine_chunks(), quote) for column in part.columns]
        for cells in zip(*columns, strict=True):
            yield row % cells


def _cells(array: pa.Array, quote: Callable[[str], str]) -> list[str]:
    """Return the text of each value."""
    if pa.types.is_dictionary(array.type):
        texts = _cells(array.dictionary, quote)
        return [_NULL if place is None else texts[place] for place in array.indices.to_pylist()]
    return [
        _NULL if value is None else quote(value) if isinstance(value, str) else _number(value)
        for value in _json(array)
    ]


def _number(value: float) -> str:
    """Return the text of a number or a flag."""
    return json.dumps(value, allow_nan=False)


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
