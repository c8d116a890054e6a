"""`Frames`: the tables of one or more responses, as DataFrames, with where they came from."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames import export
from dfns_frames.dtypes import TEXT
from dfns_frames.plot import Plot
from dfns_frames.provenance import filtered, source_lines, visibility
from dfns_frames.schema import Kind, Table, compact
from dfns_frames.selection import belongs, mask
from dfns_frames.tables import TABLES

if TYPE_CHECKING:
    import os

    import numpy as np
    import numpy.typing as npt

_NULLABLE = {pa.bool_(): pd.BooleanDtype(), pa.int64(): pd.Int64Dtype()}
_PLAIN_INTEGERS = {pa.bool_(): pd.BooleanDtype(), pa.string(): TEXT}


class Frames(export.Exports, Mapping[str, pd.DataFrame]):
    """Tables of the tokens visible to one or more callers, and where they came from.

    A mapping of table name to pandas DataFrame; each table is an attribute too. The tables are held as
    Arrow and become a DataFrame when first asked for. That DataFrame is yours: changing it changes neither
    charts nor exports, which read the Arrow tables. To work on a part, use :meth:`filter`.

    Frames come from `Client.pats` or `read`, joined ones from `concat`.

    Attributes
    ----------
    tokens
        A row is one access token, as listed. Key: `source`, `token_no`; `token_id` joins.
    token_assignments
        A row is one permission assigned to one token. Key: `source`, `token_no`, `assignment_no`.
    token_operations
        A row is one operation that one assignment gives one token. Key: the same and `operation`.
    sources
        A row is one source that was asked: address, time, status, how many tokens it listed.
    drift
        A row is one thing in the response that this version does not know.
    rejected
        A row is one listed token that ``skip_invalid=True`` set aside.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.read({"items": []})
    >>> len(pats.tokens), str(pats.tokens.date_created.dtype)
    (0, 'datetime64[us, UTC]')
    """

    tokens: pd.DataFrame
    token_assignments: pd.DataFrame
    token_operations: pd.DataFrame
    sources: pd.DataFrame
    drift: pd.DataFrame
    rejected: pd.DataFrame

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = {name: tables[name] for name in TABLES if name in tables}
        self._frames: dict[str, pd.DataFrame] = {}

    def arrow(self, name: str) -> pa.Table:
        """Return one table as :class:`pyarrow.Table`, without a copy; for Polars, DuckDB and the like.

        Raises
        ------
        KeyError
            There is no such table; the message names those that exist.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> dff.read({"items": []}).arrow("tokens").num_rows
        0
        """
        try:
            return self._tables[name]
        except KeyError:
            raise KeyError(self._no_such_table(name)) from None

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._frames:
            self._frames[name] = _to_pandas(self.arrow(name), TABLES[name])
        return self._frames[name]

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_") or name not in self._tables:
            raise AttributeError(self._no_such_table(name))
        return self[name]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._tables})

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frames):
            return NotImplemented
        return self._tables.keys() == other._tables.keys() and all(
            table.equals(other._tables[name]) for name, table in self._tables.items()
        )

    __hash__ = None  # type: ignore[assignment]  # comparable by content and holding mutable frames

    def __getstate__(self) -> dict[str, Any]:
        return {"_tables": self._tables, "_frames": {}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    @property
    def fetched_at(self) -> datetime:
        """When the newest source was fetched, UTC; ages are relative to it unless you say otherwise."""
        newest = pc.max(self._tables["sources"]["fetched_at"]).as_py()
        return newest.astimezone(UTC) if newest else datetime.now(UTC)

    @property
    def plot(self) -> Plot:
        """The charts, one a method: ``pats.plot.creation_over_time()``."""
        return Plot(self)

    def filter(self, which: pd.Series | npt.NDArray[np.bool_] | Iterable[str] | str) -> Frames:
        """Keep some tokens, with their assignments and operations.

        Parameters
        ----------
        which
            A boolean mask over `tokens` (a Series is aligned by its index; missing counts as False), or
            token ids, or one token id.

        Returns
        -------
        Frames
            With the same sources, drift and rejected items; positions (`token_no`) stay as they were.

        Raises
        ------
        KeyError
            A token id is not among the tokens.
        ValueError
            A mask does not fit the tokens.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> pats = dff.read({"items": []})
        >>> len(pats.filter(pats.tokens.is_active).tokens)
        0
        """
        tokens = self._tables["tokens"]
        kept = tokens.filter(pa.array(mask(tokens, which)))
        tables = dict(self._tables)
        for name, table in self._tables.items():
            if name == "tokens":
                tables[name] = compact(kept)
            elif "token_no" in TABLES[name].key:
                tables[name] = compact(table.filter(belongs(table, kept)))
        return Frames(tables)

    @classmethod
    def from_parquet(cls, folder: str | os.PathLike[str]) -> Frames:
        """Read back what :meth:`to_parquet` wrote, equal, dtypes included.

        Raises
        ------
        ResponseError
            A file is damaged, of another origin, export or version.
        OSError
            The folder or a file in it does not exist, or cannot be read.

        Examples
        --------
        >>> dff.Frames.from_parquet("pats") == pats  # doctest: +SKIP
        """
        return cls(export.from_parquet(folder))

    def __repr__(self) -> str:
        lines = [f"Frames of the tokens {visibility(self)}{filtered(self)}"]
        lines += [f"  {line}" for line in source_lines(self)]
        width = max(map(len, self._tables), default=0)
        for name, table in self._tables.items():
            row = f"a row is {TABLES[name].row}"
            lines.append(f"  {name:<{width}}  {table.num_rows:>9,} rows  {row}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td><code>{escape(name)}</code></td><td style='text-align:right'>{table.num_rows:,}</td>"
            f"<td style='text-align:left'>{escape(TABLES[name].row)}</td></tr>"
            for name, table in self._tables.items()
        )
        sources = "<br>".join(map(escape, source_lines(self)))
        return (
            f"<div><b>Tokens {visibility(self)}{escape(filtered(self))}</b><br>{sources}"
            "<table><thead><tr><th style='text-align:left'>table</th><th>rows</th>"
            f"<th style='text-align:left'>a row is</th></tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def _no_such_table(self, name: object) -> str:
        near = difflib.get_close_matches(str(name), self._tables, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        return f"there is no table {name!r} here.{hint} There are: {', '.join(self._tables)}."


def _to_pandas(table: pa.Table, declared: Table) -> pd.DataFrame:
    """Make a DataFrame: positions as plain integers; counts and flags nullable, whatever they hold."""
    for i, column in enumerate(declared.columns):
        if column.kind is Kind.JOIN_ID:
            table = table.set_column(i, column.name, table[column.name].cast(pa.string()))
    categories = [column.name for column in declared.columns if column.kind.is_category]
    frame = table.drop_columns(categories).to_pandas(types_mapper=_PLAIN_INTEGERS.get)
    for i, column in enumerate(declared.columns):
        if column.kind is Kind.COUNT:
            frame[column.name] = table[column.name].to_pandas(types_mapper=_NULLABLE.get)
        elif column.kind.is_category:
            frame.insert(i, column.name, _categorical(table[column.name]))
    return frame


def _categorical(values: pa.ChunkedArray) -> pd.Categorical:
    """Make categories without an object for each, as Arrow's own conversion does it."""
    encoded = values.combine_chunks()
    categories = pd.Index(encoded.dictionary.to_pandas(), dtype=TEXT)
    return pd.Categorical.from_codes(encoded.indices.fill_null(-1).to_numpy(), categories)
