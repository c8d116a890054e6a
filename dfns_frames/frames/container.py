"""`Frames`: the tables of one or more responses, as DataFrames, with where they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames import export, measures
from dfns_frames._api.tables import JUDGED, TABLES
from dfns_frames._facts.keys import item_rows, items_of
from dfns_frames._facts.lists import keep
from dfns_frames._facts.provenance import note_filter
from dfns_frames._facts.tables import compact
from dfns_frames._hints import UNCHANGING, did_you_mean, no_such_attribute
from dfns_frames.frames import showing
from dfns_frames.frames.auditing import audit
from dfns_frames.frames.dataframes import own, to_pandas
from dfns_frames.frames.holding import checked, lacking
from dfns_frames.frames.making import with_kinds
from dfns_frames.frames.selection import Which, chosen
from dfns_frames.plot import Plot


class Frames(Mapping[str, pd.DataFrame]):
    """Tables of what is visible to one or more callers, and where it came from.

    A mapping of table name to pandas DataFrame; each table is an attribute too. Frames come from a method of
    `Client` or from `read`; `concat` joins them.

    Each access gives you a DataFrame of your own. Take it once, then change it: ``tokens = pats.tokens``,
    ``tokens["team"] = …``. Your changes appear in no chart, no file and no later ``pats.tokens``, and
    ``pats.tokens["team"] = …`` is lost at once. For charts and files of some of the tokens, use
    :meth:`filter`; to write a DataFrame of your own, ``dff.write``.

    Attributes
    ----------
    tokens
        A row is one access token, as listed. Key: `source`, `token_no`; `token_id` joins.
    token_assignments
        A row is one permission assigned to one token. Key: `source`, `token_no`, `assignment_no`.
    token_operations
        A row is one operation that one assignment gives one token. Key: the same and `operation`.
    sources
        A row is one source that was asked: address, time, status, how many items it listed.
    drift
        A row is one thing in a response that this version does not know, or that joined lists disagree
        about.
    rejected
        A row is one listed item that ``skip_invalid=True`` set aside.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> token = {
    ...     "tokenId": "to-1", "name": "ci", "kind": "Pat", "isActive": True, "orgId": "or-1",
    ...     "dateCreated": "2026-03-01T09:30:00Z", "linkedUserId": "us-1", "linkedAppId": "",
    ...     "credId": "", "publicKey": "", "permissionAssignments": [],
    ... }
    >>> pats = dff.read({"items": [token, {**token, "tokenId": "to-2", "name": "old", "isActive": False}]})
    >>> tokens = pats.tokens
    >>> tokens["team"] = tokens["linked_user_id"].map({"us-1": "treasury"})
    >>> tokens[["token_id", "name", "is_active", "team"]]
      token_id name  is_active      team
    0     to-1   ci       True  treasury
    1     to-2  old      False  treasury
    """

    tokens: pd.DataFrame
    token_assignments: pd.DataFrame
    token_operations: pd.DataFrame
    sources: pd.DataFrame
    drift: pd.DataFrame
    rejected: pd.DataFrame

    audit = audit
    __repr__ = showing.text
    _repr_html_ = showing.html
    to_csv = export.to_csv
    to_excel = export.to_excel
    to_json = export.to_json
    to_parquet = export.to_parquet

    who_can = measures.who_can
    explain = measures.explain

    _tables: dict[str, pa.Table]
    _frames: dict[str, pd.DataFrame]
    _was_listed: frozenset[str]

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._hold(checked(tables), frozenset())

    def _hold(self, tables: Mapping[str, pa.Table], was_listed: frozenset[str]) -> None:
        # Past `__setattr__`, which lets nobody put other tables in later.
        made = with_kinds(tables, was_listed)
        self.__dict__.update(_tables=made, _frames={}, _was_listed=was_listed)

    @classmethod
    def _made(cls, tables: Mapping[str, pa.Table], was_listed: frozenset[str]) -> Frames:
        """Make frames that remember which tokens a filter left out."""
        frames = cls.__new__(cls)
        frames._hold(checked(tables), was_listed)
        return frames

    @property
    def was_listed(self) -> frozenset[str]:
        """The ids of the tokens that :meth:`filter` left out: they exist, though they are not here.

        Files do not hold them: read back, frames only know that they were filtered.
        """
        return self._was_listed

    def arrow(self, name: str) -> pa.Table:
        """Return one table as :class:`pyarrow.Table`, without a copy; for Polars, DuckDB and the like.

        Raises
        ------
        MissingTableError
            These frames do not hold it; the message says how to get it.
        KeyError
            There is no table of that name; the message lists those that exist.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> token = {
        ...     "tokenId": "to-1", "name": "ci", "kind": "Pat", "isActive": True, "orgId": "or-1",
        ...     "dateCreated": "2026-03-01T09:30:00Z", "linkedUserId": "us-1", "linkedAppId": "",
        ...     "credId": "", "publicKey": "", "permissionAssignments": [],
        ... }
        >>> tokens = dff.read({"items": [token]}).arrow("tokens")
        >>> tokens.select(["token_id", "name", "is_active"]).to_pylist()
        [{'token_id': 'to-1', 'name': 'ci', 'is_active': True}]
        """
        try:
            return self._tables[name]
        except KeyError:
            if name in TABLES:
                raise lacking(name, self._tables) from None
            raise KeyError(self._no_such_table(name)) from None

    def __getitem__(self, name: str) -> pd.DataFrame:
        if not isinstance(name, str):
            raise KeyError("pats[…] takes the name of a table; for some of the tokens, use `pats.filter(…)`")
        made = self._frames.get(name)
        if made is None:
            # Two threads may get here at once; both go on with the one that was first.
            made = self._frames.setdefault(name, to_pandas(self.arrow(name), TABLES[name]))
        return own(made, name)

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_"):
            raise AttributeError(f"Frames have no attribute {name!r}")
        if name in TABLES and name not in self._tables:
            raise AttributeError(str(lacking(name, self._tables)))
        if name not in self._tables:
            public = [each for each in dir(self) if not each.startswith("_")]
            raise AttributeError(no_such_attribute(name, public, self._tables))
        return self[name]

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"cannot set {name!r}: {UNCHANGING}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"cannot delete {name!r}: {UNCHANGING}")

    def __setitem__(self, name: str, value: object) -> NoReturn:
        raise TypeError(f"cannot set {name!r}: {UNCHANGING}")

    def __delitem__(self, name: str) -> NoReturn:
        raise TypeError(f"cannot delete {name!r}: {UNCHANGING}")

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._tables)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._tables})

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __contains__(self, name: object) -> bool:
        return name in self._tables  # a Mapping's own would make the DataFrame to find out

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
        return {"_tables": self._tables, "_frames": {}, "_was_listed": self._was_listed}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    @property
    def fetched_at(self) -> datetime:
        """When the newest source was fetched, UTC; ages are relative to it unless you say otherwise."""
        sources = self._tables.get("sources")
        newest = pc.max(sources["fetched_at"]).as_py() if sources else None
        return newest.astimezone(UTC) if newest else datetime.now(UTC)

    @property
    def plot(self) -> Plot:
        """The charts, one a method: ``pats.plot.creation_over_time()``."""
        return Plot(self)

    def filter(self, which: Which) -> Frames:
        """Keep some tokens, with their assignments and operations.

        Parameters
        ----------
        which
            A mask, token ids, or a single token id; or a function that takes `tokens` and returns one of
            these.

            A mask says true or false for each token; missing counts as False. A Series made from `tokens`, or
            from a measure that lists tokens, is matched by its index; so is one whose index holds token ids.
            A Series with renumbered rows (``sort_values(ignore_index=True)``, ``reset_index()``,
            ``merge()``) is refused, because nothing says which token each value is for. A list or an array is
            in the order of `tokens`.

        Returns
        -------
        Frames
            With the same sources, drift and rejected items; positions (`token_no`) stay as they were. The
            tables of an audit are dropped: audit the result again.

        Raises
        ------
        KeyError
            A token id is not among the tokens.
        ValueError
            A mask does not fit the tokens, or its order is not clear.
        TypeError
            `which` is none of these.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> token = {
        ...     "tokenId": "to-1", "name": "ci", "kind": "Pat", "isActive": True, "orgId": "or-1",
        ...     "dateCreated": "2026-03-01T09:30:00Z", "linkedUserId": "us-1", "linkedAppId": "",
        ...     "credId": "", "publicKey": "", "permissionAssignments": [],
        ... }
        >>> pats = dff.read({"items": [token, {**token, "tokenId": "to-2", "isActive": False}]})
        >>> pats.filter(lambda t: t.is_active).tokens[["token_id", "is_active"]]
          token_id  is_active
        0     to-1       True
        >>> pats.filter(["to-2"]).tokens[["token_id", "is_active"]]
          token_id  is_active
        0     to-2      False
        """
        tokens, listed = self.arrow("tokens"), self["tokens"]
        rows = chosen(tokens, which(listed) if callable(which) else which, listed.index)
        tables = {name: table for name, table in self._tables.items() if name not in JUDGED}
        for name in tables:
            if name == "tokens":
                tables[name] = compact(note_filter(keep(self, name, rows), tokens))
            elif items_of(name) == "tokens":
                inside = np.append(rows, False)[item_rows(self, name)]
                tables[name] = compact(tables[name].filter(pa.array(inside)))
        left_out = tokens["token_id"].filter(pa.array(~rows)).drop_null().to_pylist()
        return self._made(tables, self.was_listed | frozenset(left_out))

    def _no_such_table(self, name: str) -> str:
        hint = did_you_mean(name, self._tables)
        return f"there is no table {name!r} here.{hint} There are: {', '.join(self._tables)}."
