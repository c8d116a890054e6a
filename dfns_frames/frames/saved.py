"""`read`: saved responses, and folders that `to_parquet` wrote, become `Frames`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import IO, Any

import pyarrow.compute as pc

from dfns_frames import export
from dfns_frames._api.sources import SOURCES
from dfns_frames._facts.times import as_utc
from dfns_frames.errors import ConfigurationError, DriftWarning, Hint
from dfns_frames.frames.container import Frames
from dfns_frames.frames.endpoints import endpoint_of
from dfns_frames.frames.intake import to_frames, warn
from dfns_frames.frames.loading import Page, folder_of
from dfns_frames.frames.pages import Pages

_MINUTES = "%Y-%m-%d %H:%M UTC"

Saved = str | os.PathLike[str] | IO[bytes] | bytes | bytearray | memoryview | Mapping[str, Any]


def read(
    source: Saved | Sequence[Saved],
    *,
    endpoint: str | None = None,
    caller: str | None = None,
    fetched_at: date | str | None = None,
    skip_invalid: bool = False,
) -> Frames:
    """Read a saved response of any source, or a folder that `Frames.to_parquet` wrote.

    Parameters
    ----------
    source
        A path (``~`` is expanded, gzip unpacked), an open binary file, bytes, a parsed response (dict), or a
        list of parsed items. For several pages of one list, pass a list with one source per page; an item
        on two pages is kept once, as the last page lists it. A path may also be a folder of Parquet files,
        which comes back as it was written.
    endpoint
        The source of the response: a method of the client (``"policies"``), or the path or address that was
        asked (``"/v2/policies"``). By default the first item tells; an empty list counts as ``/auth/pats``.
        Members of a group need the path, since only that says whose they are:
        ``"/auth/user-groups/ug-…/members"``.
    caller
        Who asked, by any name; by default, the user that all its personal access tokens act for.
    fetched_at
        When the response was fetched: a datetime, or RFC 3339 text; UTC unless it has an offset. A date alone
        is the end of that day, never later than now. By default, the file's modification time, else now;
        `sources` says which (`fetched_at_basis`). Ages count up to it.
    skip_invalid
        Set items that do not fit the documented shape aside, in `rejected`, instead of raising.

    Returns
    -------
    Frames
        With the tables of that source, `sources`, `drift` and `rejected`. For a response without items they
        have no rows, but all columns with their dtypes.

    Raises
    ------
    ConfigurationError
        `source` cannot be read, or holds the lists of several people; `endpoint` is unknown; `fetched_at` is
        not a time, or in the future; or options are given for a folder.
    ResponseError
        It is not a saved list (empty, HTML, truncated, compressed, not JSON, of another shape), not of
        `endpoint`, or not of the same source as the pages before; or a file in the folder is damaged, or of
        another origin, export or version.
    SchemaError
        Items do not have the documented shape; the error lists every problem.
    OSError
        The file or folder cannot be read.

    Warns
    -----
    DriftWarning
        The response holds something unexpected, which `drift` lists; or the file's date, which stands in for
        the response's, is earlier than its newest item.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> saved = {
    ...     "items": [
    ...         {
    ...             "tokenId": "to-1", "name": "ci", "kind": "Pat", "isActive": True,
    ...             "dateCreated": "2026-03-01T09:30:00.000Z", "orgId": "or-1", "linkedUserId": "us-1",
    ...             "linkedAppId": "", "credId": "", "publicKey": "", "permissionAssignments": [],
    ...         }
    ...     ]
    ... }
    >>> dff.read(saved, fetched_at="2026-03-02T00:00:00Z").tokens[["token_id", "assignment_count"]]
      token_id  assignment_count
    0     to-1                 0

    A list of members does not say of which group they are; the path does:

    >>> members = {"items": [{"userId": "us-1"}, {"userId": "us-2"}]}
    >>> path = "/auth/user-groups/ug-7/members"
    >>> dff.read(members, endpoint=path).user_group_members[["group_id", "user_id"]]
      group_id user_id
    0     ug-7    us-1
    1     ug-7    us-2
    """
    folder = folder_of(source)
    if folder:
        _refuse_options(endpoint, caller, fetched_at, skip_invalid)
        return Frames(export.from_parquet(folder))
    pages = [Page(page) for page in (_pages(source) if isinstance(source, list | tuple) else [source])]
    del source
    when = None if fetched_at is None else as_utc(fetched_at, "fetched_at", past=True)
    taken = Pages(None if endpoint is None else endpoint_of(endpoint), skip_invalid=skip_invalid)
    for page in pages:
        taken.add(page, is_alone=len(pages) == 1)
    reader = taken.finish()
    basis = "given" if when else "file date" if taken.modified else "clock"
    frames = to_frames(
        reader,
        url=taken.place,
        fetched_at=when or taken.modified or datetime.now(UTC),
        basis=basis,
        caller=caller,
    )
    if basis == "file date":
        _warn_of_early(frames)
    return frames


def _refuse_options(*options: object) -> None:
    if any(option not in (None, False) for option in options):
        raise ConfigurationError(
            "a folder that to_parquet() wrote already says what it is of, who asked and when",
            hint=Hint.NO_OPTIONS,
        )


def _pages(source: Sequence[Any]) -> list[Any]:
    """Tell a list of items from a list of pages."""
    parsed = [isinstance(element, Mapping) and not isinstance(element, Frames) for element in source]
    if all(parsed) and not any("items" in element for element in source):
        return [{"items": list(source)}]
    return list(source)


def _warn_of_early(frames: Frames) -> None:
    """Warn where a file's date cannot be when what it lists was listed."""
    for source in SOURCES.values():
        table = next(iter(source.tables))
        if table not in frames or "date_created" not in frames.arrow(table).column_names:
            continue
        newest = pc.max(frames.arrow(table)["date_created"]).as_py()
        if newest and newest - frames.fetched_at >= timedelta(seconds=1):
            ages = ". Until then, tokens created after the file's date have no age" * (table == "tokens")
            warn(
                DriftWarning(
                    f"the file's date, {frames.fetched_at:{_MINUTES}}, is earlier than its newest "
                    f"{source.item}, created {newest:{_MINUTES}}{ages}",
                    hint=Hint.FILE_DATE,
                )
            )
            return
