"""Checking an archive: what is damaged, left over or foreign in its folder, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from dfns_frames._api.tables import TABLES
from dfns_frames._archive.adding import ADDING
from dfns_frames._archive.forgetting import FORGETTING
from dfns_frames._archive.layout import (
    MARKER,
    SNAPSHOTS,
    STAGING,
    Snapshot,
    all_snapshots,
    is_name,
    look_name,
    parse_look,
    quoted,
)
from dfns_frames._archive.opening import MARKER_REMEDY
from dfns_frames._archive.reading import stored
from dfns_frames.errors import ConfigurationError, DfnsFramesError

_Problem = tuple[Path, str, str]
_RESTORE = "restore the folder from a backup, or delete it to go on without this snapshot"
_FOREIGN = "move it out of the archive"
_HARMLESS = ("desktop.ini", "thumbs.db")
_README = "README.txt"
_DEPTH = ("org", "caller", "look")


def problems(folder: Path) -> list[dict[str, str]]:
    """Return a row for each problem; `Archive.check` says which there are."""
    found = [*_around(folder), *_left_over(folder / STAGING), *_foreign(folder / SNAPSHOTS, _DEPTH)]
    for each in all_snapshots(folder):
        found += _inside(each)
    return [
        {"path": _told(path.relative_to(folder)), "problem": _told(problem), "remedy": _told(remedy)}
        for path, problem, remedy in found
    ]


def _said(error: Exception) -> str:
    """Return what went wrong; the path of a file only below the snapshot's, which stands beside."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.strerror}: {Path(error.filename).name}"
    return str(error)


def _told(text: str | Path) -> str:
    """Return a text that any file can hold; names of files may be bytes that are no letters."""
    return str(text).encode(errors="backslashreplace").decode()


def _around(folder: Path) -> Iterator[_Problem]:
    if not (folder / MARKER).is_file():
        yield folder / MARKER, "missing", MARKER_REMEDY
    for path in _entries(folder):
        if path.name not in (MARKER, SNAPSHOTS, STAGING):
            yield path, "not part of an archive", _FOREIGN


def _left_over(staging: Path) -> Iterator[_Problem]:
    for path in _entries(staging):
        if path.name.startswith(ADDING):
            yield (
                path,
                "left over from an add that was killed, or written by one that is running",
                "delete it when no add is running; it holds no snapshot that was added",
            )
        elif path.name.startswith(FORGETTING):
            yield path, "left over from a forget that was killed, or still running", "call forget() again"
        else:
            yield path, "not part of an archive", _FOREIGN


def _foreign(folder: Path, keys: tuple[str, ...]) -> Iterator[_Problem]:
    """Find names that no archive gives; such folders are never read."""
    for path in _entries(folder):
        key, _, text = path.name.partition("=")
        is_read = is_name(text) if keys[0] != "look" else parse_look(text) is not None
        if key != keys[0] or not is_read or not path.is_dir():
            yield path, "not part of an archive, so it is not read", _unread(key, text, keys[0])
        elif len(keys) > 1:
            yield from _foreign(path, keys[1:])


def _unread(key: str, text: str, expected: str) -> str:
    """Say what to do about a name that no archive gives; perhaps an archive gives it otherwise."""
    try:
        name = quoted(text, key)
    except ConfigurationError:
        return _FOREIGN
    if key != expected or key == "look" or name == text:
        return _FOREIGN
    return f"{_FOREIGN}; or, if it holds the snapshots of {text!r}, rename it {key}={name}"


def _entries(folder: Path) -> list[Path]:
    """Return what is in a folder, except files that systems leave everywhere, which do no harm."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_dir() or not (path.name.startswith(".") or path.name.lower() in _HARMLESS)
    )


def _inside(each: Snapshot) -> Iterator[_Problem]:
    try:
        frames = stored(each.path)
    except (DfnsFramesError, OSError, pa.ArrowException) as error:
        if each.path.is_dir():  # else it was forgotten meanwhile
            yield each.path, _said(error), _RESTORE
        return
    for path in _entries(each.path):
        if path.name not in {*TABLES, _README}:
            yield path, "not part of a snapshot", _FOREIGN
        # Spark reads whatever is in the folder of a table.
        for below in _entries(path):
            if below.name != f"{path.name}.parquet" and path.name in TABLES:
                yield below, "not part of a snapshot", _FOREIGN
    sources = frames.arrow("sources").select(["org_id", "caller", "fetched_at"]).to_pylist()
    said = {(row["org_id"], row["caller"]) for row in sources if row["org_id"] is not None} | {
        (each.org, each.caller)
    }
    if len(said) > 1 or look_name(frames.fetched_at) != look_name(each.look):
        yield (
            each.path,
            "its folder names another organisation, caller or time than the files in it",
            "somebody moved or renamed it: move it back, or delete it and add the frames again",
        )
