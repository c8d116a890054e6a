"""Which tables Frames can be made from, and what to say about one that they do not hold."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from dfns_frames._api.sources import SOURCES
from dfns_frames._api.tables import JUDGED, TABLES
from dfns_frames._api.vocabulary import Source, Table
from dfns_frames.errors import ConfigurationError, MissingTableError


def checked(tables: object) -> dict[str, pa.Table]:
    """Return tables in the order in which frames show them, each with the columns that are declared.

    Raises
    ------
    TypeError
        They are no Arrow tables by name.
    ConfigurationError
        One has a name that no table has; or a column is missing, unknown or of another type.
    """
    if not isinstance(tables, Mapping) or not all(isinstance(each, pa.Table) for each in tables.values()):
        raise TypeError(
            "Frames() takes Arrow tables by name, and is rarely called: `dff.read(…)` makes Frames of a "
            "saved response, `Client().pats()` fetches them, `dff.concat([…])` joins them. To write a "
            'DataFrame to a file, use `dff.write(df, "name.xlsx")`.'
        )
    unknown = [str(name) for name in tables if name not in TABLES]
    if unknown:
        raise ConfigurationError(f"no table is called {', '.join(unknown)}; there are: {', '.join(TABLES)}")
    return {name: _checked(tables[name], TABLES[name]) for name in TABLES if name in tables}


def _checked(table: pa.Table, declared: Table) -> pa.Table:
    types = {field.name: field.type for field in table.schema}
    problems = []
    for column in declared.columns:
        found = types.pop(column.name, None)
        if found is None:
            problems.append(f"the column {column.name!r} is missing")
        elif found != column.kind.arrow:
            problems.append(f"the column {column.name!r} must be {column.kind.arrow}, not {found}")
    problems += [f"the column {name!r} is unknown" for name in types]
    if problems or table.num_columns != len(declared.columns):
        what = "; ".join(problems) or "a column stands there twice"
        raise ConfigurationError(f"that is not the table {declared.name!r}: {what}")
    names = [column.name for column in declared.columns]
    # The same object where nothing is to be done: by it, joining tells pieces of one list.
    return table if table.column_names == names else table.select(names)


def lacking(name: str, held: Mapping[str, pa.Table]) -> MissingTableError:
    """Return the error for a declared table that frames do not hold: it says where that comes from."""
    sources = [source for source in SOURCES.values() if name in source.tables]
    there_are = f"There are: {', '.join(held) or 'none'}"
    for_python, plain = (
        f"there is no table {name!r} here"
        + f"; it comes from {', or '.join(_described(each, code=code) for each in sources)}" * bool(sources)
        for code in (True, False)
    )
    if name in JUDGED:
        for_python += f"; an audit makes it: `audit = frames.audit()`, then `audit.{name}`"
    return MissingTableError(f"{for_python}. {there_are}.", plain=f"{plain}. {there_are}")


def _described(source: Source, *, code: bool) -> str:
    needs = f", which needs the operation {source.operation}" if source.operation else ""
    method = f" (`Client().{source.method}()`)" if code and source.method else ""
    return f"GET {source.path}{method}{needs}"
