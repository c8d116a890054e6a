"""The one door in: response bytes, from wherever they come, become `Frames`."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import sys
import warnings
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from dfns_frames.errors import ConfigurationError, DriftWarning, ResponseError
from dfns_frames.frames import Frames
from dfns_frames.jupyter import calm_warnings
from dfns_frames.parsing import clean
from dfns_frames.reading import MAX_BODY, Reader
from dfns_frames.schema import Body
from dfns_frames.tables import DRIFT, PATS, REJECTED, SOURCES
from dfns_frames.times import as_utc

_GZIP = b"\x1f\x8b"
_OTHER_FILES = {
    b"PK\x03\x04": "a workbook or another zip archive; of exports, only Parquet can be read back",
    b"PAR1": "Parquet; Frames.from_parquet() reads the folder that to_parquet() wrote",
}
_DRIFT_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Page:
    """What somebody wants read. It may hold a secret, so no traceback's local shows it."""

    source: Any = field(repr=False)


Saved = str | os.PathLike[str] | IO[bytes] | bytes | bytearray | memoryview | Mapping[str, Any]


def read(
    source: Saved | Sequence[Saved],
    *,
    fetched_at: datetime | str | None = None,
    skip_invalid: bool = False,
) -> Frames:
    """Read a saved response of ``GET /auth/pats``; offline, without a token.

    Parameters
    ----------
    source
        A path (gzip is recognised), an open binary file, bytes, a parsed response (dict), or a list of
        parsed tokens. Several pages of one listing: a list of any of these but the last.
    fetched_at
        When the response was made: an aware datetime, or RFC 3339 text; without an offset, UTC. Defaults
        to the file's modification time, else now. Ages count from here.
    skip_invalid
        Set tokens that do not fit the documented shape aside, in `rejected`, instead of raising.

    Returns
    -------
    Frames
        A response without tokens gives frames without rows, all columns and dtypes in place.

    Raises
    ------
    ResponseError
        It is no token list: empty, HTML, truncated, no JSON, another shape.
    SchemaError
        Tokens do not fit the documented shape; every problem is listed.
    OSError
        The file cannot be read.

    Warns
    -----
    DriftWarning
        The response holds something that this version does not know; see `drift`.

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
    pages = [_Page(page) for page in (_pages(source) if isinstance(source, list | tuple) else [source])]
    del source
    when = None if fetched_at is None else as_utc(fetched_at, "fetched_at")
    reader = Reader(PATS, skip_invalid=skip_invalid)
    places, newest = [], None
    for page in pages:
        body, place, modified = _load(page)
        reader.add(body)
        del body
        places.append(place)
        newest = max(filter(None, (newest, modified)), default=None)
    place = places[0] if len(places) == 1 else f"{places[0]} and {len(places) - 1:,} more"
    basis = "given" if when else "file date" if newest else "clock"
    return to_frames(reader, url=place, fetched_at=when or newest or datetime.now(UTC), basis=basis)


def to_frames(reader: Reader, *, url: str, fetched_at: datetime, basis: str) -> Frames:
    """Make frames of what a reader took in, and warn of what drifted."""
    tables, drift = reader.finish()
    source = {
        "source": reader.endpoint.path,
        "url": url,
        "fetched_at": fetched_at,
        "fetched_at_basis": basis,
        "status": "incomplete" if reader.next_page else "ok",
        "item_count": reader.item_count,
        "rejected_count": len(reader.rejected),
        "needs_operation": reader.endpoint.operation,
    }
    tables["sources"] = SOURCES.from_rows([source])
    tables["drift"] = DRIFT.from_rows(drift)
    tables["rejected"] = REJECTED.from_rows(reader.rejected)
    if drift:
        warn(_drift_message(drift))
    return Frames(tables)


def warn(message: str, category: type[Warning] = DriftWarning) -> None:
    """Warn at the first line of the caller that is not this package's."""
    own = str(Path(__file__).parent) + os.sep
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
    return f"the response holds what this version does not know; all of it is listed in .drift:\n  {listed}"


def _pages(source: Sequence[Any]) -> list[Any]:
    """Tell a list of tokens from a list of pages."""
    parsed = [isinstance(element, Mapping) for element in source]
    if all(parsed) and not any("items" in element for element in source):
        return [{"items": list(source)}]
    return list(source)


def _load(page: _Page) -> tuple[Body, str, datetime | None]:
    """Return one page's bytes, where they came from, and when that was last changed."""
    modified = None
    if isinstance(page.source, str | os.PathLike):
        if isinstance(page.source, str) and page.source.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
            raise ConfigurationError("read() takes a path, not JSON text; pass it as bytes: text.encode()")
        path = Path(page.source)
        if path.is_dir():
            wanted = "a folder, not a saved response; what to_parquet() wrote, Frames.from_parquet() reads"
            raise IsADirectoryError(errno.EISDIR, wanted, str(path))
        body, place = Body(path.read_bytes()), str(path)
        modified = _modified(path)
    elif isinstance(page.source, bytes | bytearray | memoryview):
        body, place = Body(bytes(page.source)), "bytes"
    elif isinstance(page.source, Mapping):
        body, place = _dump(page), "a dict"
    elif hasattr(page.source, "read"):
        body, place = Body(page.source.read()), str(getattr(page.source, "name", "a file"))
        if not isinstance(body.data, bytes):
            raise ConfigurationError("read() takes a file opened in binary mode: open(path, 'rb')")
    else:
        raise ConfigurationError(
            "read() takes a path, an open binary file, bytes, a dict, a list of tokens or a list of pages, "
            f"not {type(page.source).__name__}"
        )
    for opening, what in _OTHER_FILES.items():
        if body.data.startswith(opening):
            raise ResponseError(f"{clean(place)!r} is no saved response but {what}")
    return _unzip(body), clean(place), modified


def _modified(path: Path) -> datetime | None:
    """Return when a file was last changed; None if its file system says something impossible."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (ValueError, OverflowError):
        return None


def _dump(page: _Page) -> Body:
    try:
        return Body(json.dumps(page.source, allow_nan=False).encode())
    except (TypeError, ValueError, RecursionError):
        problem = "the dict holds something that JSON has no form for; pass what json.loads() returned"
    raise ResponseError(problem)


def _unzip(body: Body) -> Body:
    """Unpack gzip, as far as the reader can take it: a small file may unpack to any size."""
    if not body.data.startswith(_GZIP):
        return body
    problem = f"the file unpacks to more than {MAX_BODY:,} bytes"
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body.data)) as packed:
            unpacked = Body(packed.read(MAX_BODY + 1))
        if len(unpacked.data) <= MAX_BODY:
            return unpacked
    except (OSError, EOFError, zlib.error):
        problem = "the file begins as gzip but cannot be unpacked: truncated or damaged"
    raise ResponseError(problem)
