"""The one door in: response bytes, from wherever they come, become `Frames`."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pyarrow.compute as pc

from dfns_frames._api.readings import DRIFT, REJECTED, SOURCES
from dfns_frames._api.sources.pats import PATS
from dfns_frames._engine.reader import Reader
from dfns_frames._facts.times import as_utc
from dfns_frames.errors import DfnsFramesError, DriftWarning
from dfns_frames.frames.container import Frames
from dfns_frames.frames.jupyter import calm_warnings
from dfns_frames.frames.loading import Loaded, Page, load
from dfns_frames.frames.making import caller_of, organisation_of, with_caller

_DRIFT_SHOWN = 5
_MINUTES = "%Y-%m-%d %H:%M UTC"

Saved = str | os.PathLike[str] | IO[bytes] | bytes | bytearray | memoryview | Mapping[str, Any]


def read(
    source: Saved | Sequence[Saved],
    *,
    fetched_at: date | str | None = None,
    skip_invalid: bool = False,
) -> Frames:
    """Read a saved response of ``GET /auth/pats``; offline, without a token.

    Parameters
    ----------
    source
        A path (``~`` is expanded, gzip unpacked), an open binary file, bytes, a parsed response (dict), or a
        list of parsed tokens. For several pages of one listing, pass a list with one source per page; a
        token on two pages is kept once, as the last page lists it.
    fetched_at
        When the response was made: a datetime, or RFC 3339 text; UTC unless it has an offset. A date alone
        is the end of that day, never later than now. Defaults to the file's modification time, else now;
        `sources` says which (`fetched_at_basis`). Ages count from here.
    skip_invalid
        Set tokens that do not fit the documented shape aside, in `rejected`, instead of raising.

    Returns
    -------
    Frames
        A response without tokens gives frames without rows, all columns and dtypes in place.

    Raises
    ------
    ConfigurationError
        `source` is not something that can be read, or `fetched_at` is not a time, or in the future.
    ResponseError
        It is not a token list: empty, HTML, truncated, compressed, not JSON, another shape.
    SchemaError
        Tokens do not fit the documented shape; every problem is listed.
    OSError
        The file cannot be read.

    Warns
    -----
    DriftWarning
        The response holds something unexpected, which `drift` lists; or the file's date, which stands for
        the time of the response, is earlier than its newest token.

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
    """
    pages = [Page(page) for page in (_pages(source) if isinstance(source, list | tuple) else [source])]
    del source
    when = None if fetched_at is None else as_utc(fetched_at, "fetched_at", past=True)
    reader = Reader(PATS, skip_invalid=skip_invalid, saved=True)
    places, newest = [], None
    for number, page in enumerate(pages, start=1):
        loaded = load(page)
        try:
            reader.add(loaded.body)
        except DfnsFramesError as error:
            raise _named(error, loaded, number if len(pages) > 1 else None) from None
        places.append(loaded.place)
        newest = max(filter(None, (newest, loaded.modified)), default=None)
        del loaded
    place = places[0] if len(places) == 1 else f"{places[0]} and {len(places) - 1:,} more"
    basis = "given" if when else "file date" if newest else "clock"
    frames = to_frames(reader, url=place, fetched_at=when or newest or datetime.now(UTC), basis=basis)
    if basis == "file date":
        _warn_of_early(frames)
    return frames


def _named(error: DfnsFramesError, loaded: Loaded, number: int | None) -> DfnsFramesError:
    """Say in an error which of the files or pages it is about."""
    where = repr(loaded.place) if loaded.is_named else f"page {number:,}" if number else ""
    if where:
        error.args = (f"{where}: {error.args[0]}",)
    return error


def _warn_of_early(frames: Frames) -> None:
    """Warn where a file's date cannot be when its tokens were listed."""
    newest = pc.max(frames.arrow("tokens")["date_created"]).as_py()
    if newest and newest - frames.fetched_at >= timedelta(seconds=1):
        warn(
            f"the file's date, {frames.fetched_at:{_MINUTES}}, is earlier than its newest token, created "
            f"{newest:{_MINUTES}}: pass fetched_at= to say when the tokens were listed. Until then, tokens "
            "created after the file's date have no age"
        )


def to_frames(
    reader: Reader,
    *,
    url: str,
    fetched_at: datetime,
    basis: str,
    caller: str | None = None,
    **more: Any,
) -> Frames:
    """Make frames of what a reader took in, and warn of what drifted.

    Parameters
    ----------
    reader
        The reader, which has taken every page.
    url
        The address that was asked, or the file that was read.
    fetched_at
        When the response was made.
    basis
        What that time rests on: ``response`` (its own Date header), ``file date``, ``given`` or ``clock``.
    caller
        The name that the user gave whoever asked.
    **more
        Further columns of `sources` that only an answer of the API has.
    """
    reading = reader.finish()
    if reading.drift:
        warn(_drift_message(reading.drift))
    listed = {
        "source_no": 0,
        "source": reader.source.path,
        "url": url,
        "fetched_at": fetched_at,
        "fetched_at_basis": basis,
        "status": "incomplete" if reading.next_page else "ok",
        "item_count": reading.item_count,
        "rejected_count": len(reading.rejected),
        "needs_operation": reader.source.operation,
        "org_id": organisation_of(reading.tables),
        "body_sha256": reading.body_sha256,
        **more,
    }
    tables = {
        **reading.tables,
        "sources": SOURCES.from_rows([listed]),
        "drift": DRIFT.from_rows(reading.drift),
        "rejected": REJECTED.from_rows(reading.rejected),
    }
    return Frames(with_caller(tables, caller or caller_of(tables)))


def warn(message: str, category: type[Warning] = DriftWarning) -> None:
    """Warn at the first line of the caller that is not this package's."""
    own = str(Path(__file__).parents[1]) + os.sep
    level, frame = 2, sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith(own):
        frame, level = frame.f_back, level + 1
    calm_warnings()
    warnings.warn(message, category, stacklevel=level)


def _drift_message(drift: list[dict[str, Any]]) -> str:
    lines = []
    for row in drift:
        often = "once" if row["count"] == 1 else f"{row['count']:,} times"
        lines.append(f"{row['what']} at {row['path']}: {row['detail']!r} ({often})")
    more = [f"and {len(lines) - _DRIFT_SHOWN:,} more"] if len(lines) > _DRIFT_SHOWN else []
    listed = "\n  ".join([*lines[:_DRIFT_SHOWN], *more])
    return f"the response holds something unexpected; all of it is listed in .drift:\n  {listed}"


def _pages(source: Sequence[Any]) -> list[Any]:
    """Tell a list of tokens from a list of pages."""
    parsed = [isinstance(element, Mapping) and not isinstance(element, Frames) for element in source]
    if all(parsed) and not any("items" in element for element in source):
        return [{"items": list(source)}]
    return list(source)
