"""Questions on DuckDB, in this process: the files are read where they are, and nothing else is kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dfns_frames._archive.asking import PREFIX, Question, Wanted, columns_of, text_of, wanted_of
from dfns_frames._archive.layout import Snapshot
from dfns_frames.errors import ConfigurationError, ResponseError

if TYPE_CHECKING:
    import duckdb

_TRIES = 5
# The empty table that is declared comes first, so that columns have their types even where no file has them.
# What folders are called is read as text, whatever it looks like: an organisation may be called 42.
_FILES = """
FROM {declared} UNION ALL BY NAME
FROM read_parquet($paths, hive_partitioning = true, hive_types_autocast = false, union_by_name = true)
"""


class Embedded:
    """DuckDB, imported when something is asked."""

    def ask(self, folder: str, question: Question, wanted: Wanted, given: Mapping[str, pa.Table]) -> pa.Table:
        """Return the answer of a question.

        Raises
        ------
        ConfigurationError
            DuckDB is not installed.
        ResponseError
            A file is damaged.
        """
        duckdb = _duckdb()
        for _ in range(_TRIES):
            found = wanted_of(Path(folder), wanted)
            try:
                with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
                    return _asked(connection, question, found, given)
            except duckdb.Error as error:
                # If one was forgotten since the snapshots were listed, ask again of those that are left.
                if all(each.path.is_dir() for each in found):
                    raise ResponseError(
                        f"a file of the archive cannot be read; check() names it and what to do: {error}"
                    ) from error
        raise ResponseError("snapshots vanish as fast as they are listed; ask again when forget() is done")


def _duckdb() -> Any:
    try:
        import duckdb
    except ModuleNotFoundError:
        raise ConfigurationError(
            "the questions of an archive need DuckDB: pip install 'dfns-frames[archive]' (or pass engine=, a "
            "Spark session)"
        ) from None
    return duckdb


def _asked(
    connection: duckdb.DuckDBPyConnection,
    question: Question,
    found: list[Snapshot],
    given: Mapping[str, pa.Table],
) -> pa.Table:
    connection.execute("SET parquet_metadata_cache = true")  # several steps read the same files
    for name, table in given.items():
        connection.register(PREFIX + name, table)
    for name in question.tables:
        _register(connection, name, found)
    for name in question.after:
        connection.sql(text_of(name)).create(PREFIX + name)
    return connection.sql(text_of(question.name)).to_arrow_table()


def _register(connection: duckdb.DuckDBPyConnection, name: str, found: list[Snapshot]) -> None:
    """Give a table of all snapshots its name; what an older version did not write is missing in it."""
    paths = [str(path) for each in found if (path := each.path / name / f"{name}.parquet").exists()]
    declared = f"declared_{name}"
    connection.register(declared, columns_of(name).empty_table())
    if paths:
        connection.sql(_FILES.format(declared=declared), params={"paths": paths}).create_view(PREFIX + name)
    else:
        connection.table(declared).create_view(PREFIX + name)
