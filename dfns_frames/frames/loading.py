"""From what a user passes to `read` to the bytes of a response body, or an error that says what it is."""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import json
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from dfns_frames._engine.arrow import MAX_BODY
from dfns_frames._engine.drift import clean
from dfns_frames._hidden import Body
from dfns_frames.errors import ConfigurationError, Hint, ResponseError
from dfns_frames.frames.container import Frames

_GZIP = b"\x1f\x8b"
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+):/", re.IGNORECASE)  # one letter alone is a drive
_CELL = r'(?:"\w[^"]*"|\w[\w .-]*)'
_CSV = re.compile(rf"{_CELL}(?:,{_CELL})+|{_CELL}(?:;{_CELL})+|{_CELL}(?:\t{_CELL})+")
_TO_JSON = '{"schema_version": '  # how what `to_json` writes begins


@dataclass(frozen=True, slots=True)
class Page:
    """One page to read. It may hold a secret, so no local in a traceback shows it."""

    source: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The body of one page.

    Attributes
    ----------
    body
        Its bytes, unpacked.
    place
        Where they came from: a path, or what was passed.
    is_named
        Whether that is the name of a file.
    modified
        When the file was last changed; None if it is not a file or its file system does not tell.
    """

    body: Body
    place: str
    is_named: bool = False
    modified: datetime | None = None


def load(page: Page) -> Loaded:
    """Return one page's bytes, where they came from, and when that was last changed.

    Raises
    ------
    ConfigurationError
        It is not something that `read` takes.
    ResponseError
        It is something else than a saved response, or cannot be unpacked.
    OSError
        The file cannot be read.
    """
    if isinstance(page.source, str | os.PathLike):
        loaded = _from_path(page)
    elif isinstance(page.source, bytes | bytearray | memoryview):
        loaded = Loaded(Body(bytes(page.source)), "bytes")
    elif isinstance(page.source, Frames):
        raise ConfigurationError(
            "these are Frames already: use them as they are, or join several with concat()"
        )
    elif isinstance(page.source, Mapping):
        loaded = Loaded(_dump(page), "a dict")
    elif hasattr(page.source, "read"):
        loaded = _from_open_file(page)
    else:
        raise ConfigurationError(_no_source(page))
    _refuse_other_files(loaded)
    body = _unzip(loaded)
    return Loaded(body, loaded.place, loaded.is_named, loaded.modified)


def _from_path(page: Page) -> Loaded:
    problem, hint = _not_a_path(page)
    if problem:
        raise ConfigurationError(
            f"must be the path of a file or folder to read, {problem}", option="source", hint=hint
        )
    path = Path(os.fsdecode(page.source))
    with contextlib.suppress(RuntimeError):  # nobody has that home: then it is a name like any other
        path = path.expanduser()
    if path.is_dir():
        raise IsADirectoryError(
            errno.EISDIR, "a folder is not a page: read it separately, and join them with concat()", str(path)
        )
    return Loaded(Body(path.read_bytes()), clean(str(path)), True, _modified(path))


def folder_of(source: object) -> Path | None:
    """Return the folder that somebody named; None if it is none."""
    if not isinstance(source, str | os.PathLike) or not os.fsdecode(source).strip():
        return None
    name = os.path.expanduser(os.fsdecode(source))  # noqa: PTH111 - unlike Path's, it takes any text
    return Path(name) if os.path.isdir(name) else None  # noqa: PTH112 - the same


def _not_a_path(page: Page) -> tuple[str, Hint | None]:
    """Say what a text is instead of a path, and what to do; nothing if it may be one: any name is a path."""
    text = os.fsdecode(page.source).strip("\ufeff \t\r\n")
    if os.path.exists(page.source):  # noqa: PTH110 - unlike Path.exists, it takes any text
        return "", None
    if not text:
        return "and this one is empty", None
    if text[0] in "{[":
        return "not JSON text", Hint.JSON_TEXT
    if "\0" in text:
        return "and no path holds a NUL character", None
    address = _ADDRESS.match(text)
    if not address:
        return "", None
    if address[1].lower() in ("http", "https"):
        return "not a web address", Hint.ASK
    if address[1].lower() == "file":
        return "not an address; leave out `file://`", None
    return "not an address", Hint.OPENED


def _from_open_file(page: Page) -> Loaded:
    name = getattr(page.source, "name", None)
    body = Body(page.source.read())
    if not isinstance(body.data, bytes):
        raise ConfigurationError("read() takes a file opened in binary mode: open(path, 'rb')")
    return Loaded(body, clean(str(name)), True) if isinstance(name, str) else Loaded(body, "a file")


def _no_source(page: Page) -> str:
    kind = type(page.source).__name__
    if isinstance(page.source, pd.DataFrame | pd.Series):
        return f"read() takes a saved response, not a {kind}; work on that with pandas as it is"
    advice = "; make a list of it: list(…)" if isinstance(page.source, Iterable) else ""
    return (
        "read() takes a path, an open binary file, bytes, a dict, a list of items or a list of pages, "
        f"not {kind}{advice}"
    )


def _modified(path: Path) -> datetime | None:
    """Return when a file was last changed; None if its file system says something impossible."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):  # a pipe or a device was not "changed"
        return None
    try:
        return datetime.fromtimestamp(found.st_mtime, UTC)
    except (ValueError, OverflowError):
        return None


def _dump(page: Page) -> Body:
    try:
        return Body(json.dumps(page.source, allow_nan=False, default=_plain).encode())
    except (TypeError, ValueError, RecursionError) as error:
        problem = error.args[0] if isinstance(error, _OddError) else "something that JSON cannot hold"
    raise ResponseError(f"the dict holds {problem}; pass what json.loads() returned")


class _OddError(TypeError):
    """A value that JSON has no form for; named by its type."""


def _plain(value: object) -> Any:
    """Return a mapping of any kind as a dict, for the encoder."""
    if isinstance(value, Mapping) and not isinstance(value, Frames):
        return dict(value)
    raise _OddError(f"a value of type {type(value).__name__}, which JSON cannot hold")


def _refuse_other_files(loaded: Loaded) -> None:
    what, hint = _other_file(loaded.body)
    if what:
        subject = repr(loaded.place) if loaded.is_named else "this"
        raise ResponseError(f"{subject} is not a saved response but {what}", hint=hint)


def _other_file(body: Body) -> tuple[str, Hint | None]:
    """Say what a file is that is often taken for a response, and what to do; nothing if it may be one."""
    if body.data.startswith(b"PAR1"):
        return "a file of Parquet", Hint.SAVED
    if body.data.startswith(b"PK\x03\x04"):
        if _is_workbook(body):
            return "a workbook", Hint.SAVED
        return "a zip archive: it is compressed, unpack it first", None
    first, *_ = body.data[:4096].decode("utf-8-sig", errors="replace").lstrip().splitlines() or [""]
    if first.startswith(("|", "# ")):
        return "Markdown", Hint.SAVED
    if _CSV.fullmatch(first.rstrip()):
        return "CSV", Hint.SAVED
    if first.startswith(_TO_JSON):
        return "the JSON that to_json() wrote", Hint.BASELINE
    return "", None


def _is_workbook(body: Body) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(body.data)) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return b"[Content_Types].xml" in body.data[:4096]


def _unzip(loaded: Loaded) -> Body:
    """Unpack gzip, as far as the reader can take it: a small file may unpack to any size."""
    body = loaded.body
    if not body.data.startswith(_GZIP):
        return body
    problem = f"unpacks to more than {MAX_BODY:,} bytes"
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body.data)) as packed:
            unpacked = Body(packed.read(MAX_BODY + 1))
        if len(unpacked.data) <= MAX_BODY:
            return unpacked
    except (OSError, EOFError, zlib.error):
        problem = "begins as gzip but cannot be unpacked: truncated or damaged"
    raise ResponseError(f"{loaded.place!r} {problem}" if loaded.is_named else f"the response {problem}")
