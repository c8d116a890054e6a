"""Questions on Spark: the same texts over the same files, in a session of the user's own."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pyarrow as pa

from dfns_frames._archive.asking import KEYS, PREFIX, Question, Wanted, columns_of, text_of
from dfns_frames._archive.layout import SNAPSHOTS
from dfns_frames.errors import ConfigurationError

_FEW = 3
_SILENT = (AttributeError, TypeError, ConnectionError)
_TYPES = {pa.string(): "string", pa.int64(): "bigint", pa.float64(): "double", pa.bool_(): "boolean"}


class Spark:
    """A Spark session, which reads the snapshots from wherever it can read: a disk, or an object store.

    Parameters
    ----------
    session
        The session; of Spark 4 or later, classic or Connect.
    """

    def __init__(self, session: Any) -> None:
        if not all(hasattr(session, name) for name in ("sql", "read", "createDataFrame")):
            raise ConfigurationError(
                f"must be a Spark session, or None for DuckDB, not {type(session).__name__}", option="engine"
            )
        self._session = session

    def ask(self, folder: str, question: Question, wanted: Wanted, given: Mapping[str, pa.Table]) -> pa.Table:
        """Return the answer of a question; it is an error where the session is stopped, or before Spark 4."""
        views: list[str] = []
        try:
            for name, table in given.items():
                self._view(views, name, self._session.createDataFrame(table))
            for name in question.tables:
                self._view(views, name, self._files(folder, name, wanted))
            for name in question.after:
                self._view(views, name, self._step(name, len(question.after)))
            return self._session.sql(text_of(question.name)).toArrow()
        except Exception as error:
            # A context that is stopped has lost its Java side; what Java says of that differs.
            context = getattr(self._session, "sparkContext", None)
            if getattr(context, "_jsc", self) is not None and not isinstance(error, _SILENT):
                raise
            raise ConfigurationError(
                "the Spark session does not answer: it is stopped, or older than Spark 4; make a new one "
                f"({type(error).__name__})"
            ) from error
        finally:
            self._forget(views)

    def _step(self, name: str, steps: int) -> Any:
        """Return the answer of a question that others read several times, kept while they do."""
        # As rows where there are many, for plans of plans outgrow everything; else as a plan, for Spark 4.3
        # loses columns of such rows in some plans ("key not found").
        frame = self._session.sql(text_of(name))
        return frame.localCheckpoint() if steps > _FEW else frame.persist()

    def _view(self, views: list[str], name: str, frame: Any) -> None:
        frame.createOrReplaceTempView(PREFIX + name)
        views.append(PREFIX + name)

    def _files(self, folder: str, name: str, wanted: Wanted) -> Any:
        """Return a table of all snapshots; Spark reads only the folders that the filter leaves."""
        schema = columns_of(name)
        words = ", ".join(f"`{field.name}` {_TYPES.get(field.type, 'timestamp')}" for field in schema)
        root = posixpath.join(folder, SNAPSHOTS)
        reader = self._session.read.schema(words).option("basePath", root)
        try:
            frame = reader.parquet(f"{root}/org=*/caller=*/look=*/{name}/{name}.parquet")
        except Exception as error:
            if getattr(error, "getCondition", lambda: "")() != "PATH_NOT_FOUND":
                raise
            if name == "sources" and "://" in folder:  # which a misspelt address would look like
                raise ConfigurationError(f"there are no snapshots at {root!r}") from None
            frame = self._session.createDataFrame(schema.empty_table(), words)  # no snapshot has the table
        for column, value in zip(KEYS, (wanted.org, wanted.caller), strict=False):
            frame = frame if value is None else frame.where(frame[column] == value)
        if wanted.snapshots is None:
            return frame
        from pyspark.sql import functions

        return frame.where(functions.concat_ws("/", *KEYS).isin(sorted(wanted.snapshots)))

    def _forget(self, views: list[str]) -> None:
        """Leave nothing behind in the user's session; one that is stopped has nothing left."""
        with suppress(Exception):
            for view in views:
                self._session.table(view).unpersist()
                self._session.catalog.dropTempView(view)
