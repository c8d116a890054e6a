"""JSON that `to_json` wrote, read back: the tables of a `Frames`, with the types that they had."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from dfns_frames._api.tables import TABLES
from dfns_frames._api.vocabulary import Column, Kind, Table
from dfns_frames._facts.tables import compact
from dfns_frames.errors import ResponseError
from dfns_frames.export.records import ABOUT, SCHEMA_VERSION, VERSION

_WRITE = "pass a file that to_json() wrote"


def document(body: bytes, name: str) -> dict[str, Any]:
    """Return what a JSON file holds, if it is one that `to_json` wrote.

    Parameters
    ----------
    body
        Its bytes.
    name
        What messages call it.

    Raises
    ------
    ResponseError
        It is something else.
    """
    try:
        found = json.loads(body)
        problem = "" if isinstance(found, dict) and VERSION in found else f"it has no {VERSION!r}"
    except RecursionError:
        problem = "it is nested too deeply"
    except UnicodeDecodeError:
        problem = "it is not UTF-8"
    except json.JSONDecodeError as error:
        problem = f"it is no JSON (line {error.lineno}, column {error.colno}: {error.msg})"
    except ValueError:  # a number of more digits than Python turns into one
        problem = "it holds a number of too many digits"
    if problem:
        raise ResponseError(f"{name} is not what to_json() writes: {problem}; {_WRITE}")
    return found


def tables(found: dict[str, Any], name: str) -> dict[str, pa.Table]:
    """Return the tables of such a document.

    Raises
    ------
    ResponseError
        It was written by another version, or changed since; the message says what does not fit.
    """
    version = found[VERSION]
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise ResponseError(
            f"{name} has {VERSION} {str(version)[:20]!r}, and this version of dfns-frames reads "
            f"{SCHEMA_VERSION}; write it again with this version"
        )
    unknown = [key for key in found if key not in TABLES and key not in (VERSION, ABOUT)]
    if unknown:
        raise ResponseError(f"{name} holds {unknown[0][:60]!r}, which is no table of this version; {_WRITE}")
    return {key: _table(TABLES[key], found[key], name) for key in TABLES if key in found}


def _table(declared: Table, rows: object, name: str) -> pa.Table:
    names = {column.name for column in declared.columns}
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.keys() == names for row in rows):
        raise ResponseError(
            f"{name}: the table {declared.name!r} has other columns than this version writes; {_WRITE}"
        )
    columns = []
    for column in declared.columns:
        try:
            columns.append(_column(column, [row[column.name] for row in rows]))
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise ResponseError(
                f"{name}: the column {column.name!r} of {declared.name!r} holds something that is no "
                f"{column.kind.label.partition(';')[0]}; {_WRITE}"
            ) from error
    return compact(pa.Table.from_arrays(columns, schema=declared.arrow_schema))


def _column(column: Column, values: list[Any]) -> pa.Array:
    kind = column.kind.arrow
    if column.kind is Kind.TIME:
        return pa.array(values, pa.string()).cast(kind)
    if pa.types.is_integer(kind):
        # JSON numbers are exact only up to 2**53, so larger ones were written as text.
        return pa.array([int(value) if isinstance(value, str) else value for value in values], kind)
    if pa.types.is_dictionary(kind):
        return pa.array(values, pa.string()).dictionary_encode().cast(kind)
    return pa.array(values, kind)
