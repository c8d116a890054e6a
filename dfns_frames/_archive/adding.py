"""Adding a snapshot: whose it is and from when, what is refused, and how it gets into place."""

from __future__ import annotations

import errno
import secrets
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._archive.layout import STAGING, Snapshot, snapshot_path, snapshots
from dfns_frames._archive.opening import opened
from dfns_frames._archive.reading import only_columns, stored
from dfns_frames._facts.provenance import filtered
from dfns_frames._facts.tables import compact
from dfns_frames._files import sync_folder
from dfns_frames.errors import ConfigurationError, ResponseError
from dfns_frames.export import to_parquet
from dfns_frames.frames.container import Frames
from dfns_frames.frames.intake import warn
from dfns_frames.frames.making import with_caller, with_organisation

ADDING = "add-"
_AHEAD = timedelta(minutes=5)
_TRIES = 100
_LISTED = {"sources": ["source", "status"], "tokens": ["source", "token_id"]}


def add(folder: Path, frames: Frames, org: str | None, caller: str | None) -> Path:
    """Put frames into an archive; `Archive.add` says how."""
    _refuse_parts(frames)
    org, caller = _org_of(frames, org), _caller_of(frames, caller)
    look = _look_of(frames)
    target = snapshot_path(opened(folder), org, caller, look)
    owned = _owned(frames, org, caller)
    is_new = not target.exists() and _put(owned, folder, target)
    if is_new:
        _warn_of_vanished(folder, owned, Snapshot(look, org, caller, target))
    elif stored(target) != owned:
        raise ConfigurationError(
            f"the archive already has another snapshot of this organisation, caller and second: "
            f"{str(target)!r}. It is kept and this one is not added; fetch again a second later"
        )
    return target


def _refuse_parts(frames: Frames) -> None:
    """Refuse frames that lack something that one caller was shown: it would seem to be gone.

    Raises
    ------
    ConfigurationError
        They are filtered or joined, or do not say where they come from.
    """
    if not isinstance(frames, Frames):
        raise ConfigurationError(
            f"an archive keeps Frames, not {type(frames).__name__}; read() makes them from a saved response"
        )
    if "sources" not in frames or not frames.arrow("sources").num_rows:
        raise ConfigurationError(
            "these frames do not say where they come from; add what a client or read() returned"
        )
    if filtered(frames) or frames.was_listed:
        raise ConfigurationError(
            "these frames are filtered, and what the filter left out would seem to be gone; add the frames "
            "that you filtered"
        )
    sources = frames.arrow("sources")
    callers = sources["caller"].drop_null().unique().to_pylist()
    if len(callers) > 1:
        raise ConfigurationError(
            f"these frames join the lists of {len(callers):,} callers; add each caller's frames instead of "
            "concat()'s result. The archive's at() joins them again"
        )
    for name in pc.value_counts(sources["source"]).to_pylist():
        if name["counts"] > 1:
            raise ConfigurationError(
                f"these frames hold {name['counts']:,} lists of {name['values']}, and a snapshot holds one "
                "list of each source; add what each was read from instead of concat()'s result"
            )


def _org_of(frames: Frames, given: str | None) -> str:
    named = [
        frames.arrow(name)["org_id"].cast(pa.string()).unique().drop_null().to_pylist()
        for name in frames
        if "org_id" in frames.arrow(name).column_names
    ]
    found = sorted({org for each in named for org in each})
    if len(found) > 1:
        raise ConfigurationError(
            f"these frames are of {len(found):,} organisations ({', '.join(found[:3])}"
            f"{', …' * (len(found) > 3)}); add the frames of each one separately"
        )
    if given is None and not found:
        raise ConfigurationError(
            "must be given: nothing in these frames says which organisation they are of", option="org"
        )
    if given is not None and found and given != found[0]:
        raise ConfigurationError(
            f"does not fit: these frames are of {found[0]}; leave it out", option="org", given=repr(given)
        )
    return given if given is not None else found[0]


def _caller_of(frames: Frames, given: str | None) -> str:
    found = frames.arrow("sources")["caller"].drop_null().unique().to_pylist()
    if given is None and not found:
        raise ConfigurationError("must be given: nothing in these frames says who asked", option="caller")
    return given if given is not None else found[0]


def _look_of(frames: Frames) -> datetime:
    """Return when the newest list was fetched, to the second; refuse a time that nobody vouches for."""
    sources = frames.arrow("sources").select(["source", "fetched_at", "fetched_at_basis"]).to_pylist()
    for row in sources:
        if row["fetched_at_basis"] == "file date":
            raise ConfigurationError(
                f"nothing says when {row['source']} was fetched, only when its file was last changed; say so "
                "when you read it: read(…, fetched_at=…)"
            )
    times = [row["fetched_at"] for row in sources if row["fetched_at"]]
    if not times:
        raise ConfigurationError(
            "nothing says when these frames were fetched; say so when you read them: read(…, fetched_at=…)"
        )
    newest, now = max(times).astimezone(UTC), datetime.now(UTC)
    if newest - now > _AHEAD:
        raise ConfigurationError(
            f"these frames are from {newest:%Y-%m-%dT%H:%M:%SZ}, which is in the future: it is now "
            f"{now:%Y-%m-%dT%H:%M:%SZ} by this computer's clock; correct the clock, or fetched_at"
        )
    return newest.replace(microsecond=0)


def _owned(frames: Frames, org: str, caller: str) -> Frames:
    """Return the frames with the caller and the organisation under which they are kept."""
    tables = with_caller({name: frames.arrow(name) for name in frames}, caller)
    tables = with_organisation(tables, org)
    return Frames({name: compact(table.combine_chunks()) for name, table in tables.items()})


def _put(frames: Frames, folder: Path, target: Path) -> bool:
    """Write to the staging area, sync to disk, and move into place by one rename.

    Returns False if another process put its own there first.

    Raises
    ------
    OSError
        It cannot be written; nothing of it is left behind.
    """
    staged = folder / STAGING / f"{ADDING}{secrets.token_hex(8)}"
    try:
        staged.mkdir(parents=True)
        written = to_parquet(frames, staged / target.name)
        for below in (*written.iterdir(), written):
            if below.is_dir():
                sync_folder(below)
        is_there = _move(written, target)
        for above in target.parents[: len(target.relative_to(folder).parts)]:
            sync_folder(above)
        return is_there
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(target)) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _move(written: Path, target: Path) -> bool:
    """Rename; if the organisation is forgotten after the folders above were made, make them again."""
    for _ in range(_TRIES):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            written.rename(target)
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno in (errno.EEXIST, errno.ENOTEMPTY) and target.is_dir():
                return False
            raise
        return True
    raise FileNotFoundError(
        errno.ENOENT,
        "the folders above it vanish as fast as they are made; does something tidy up the archive?",
    )


def _warn_of_vanished(folder: Path, frames: Frames, added: Snapshot) -> None:
    """Warn about a list that is ok but lacks most of what the one before had: the API may be at fault."""
    for source, ids in _ids(frames).items():
        before = _ids_before(folder, added, source)
        gone = len(before - ids)
        if 2 * gone > len(before):
            warn(
                f"{gone:,} of the {len(before):,} tokens that {source} listed last time are missing now. The "
                "snapshot is kept; if you doubt it, add another, and changes() shows what is back",
                UserWarning,
            )


def _ids(tables: Any) -> dict[str, set[str]]:
    """Return the token ids of each source that was answered in full."""
    if "tokens" not in [*tables]:
        return {}
    sources, tokens = tables.arrow("sources"), tables.arrow("tokens")
    found: dict[str, set[str]] = {}
    for row in sources.filter(pc.equal(sources["status"], "ok")).select(["source"]).to_pylist():
        own = tokens["token_id"].filter(pc.equal(tokens["source"], row["source"]))
        found[row["source"]] = set(own.cast(pa.string()).drop_null().to_pylist())
    return found


def _ids_before(folder: Path, added: Snapshot, source: str) -> set[str]:
    for each in reversed(snapshots(folder, added.org, added.caller)):
        if each < added:
            try:
                found = _ids(only_columns(each.path, _LISTED))
            except (ResponseError, OSError):
                continue  # damaged, which check() and every question say; this one is added all the same
            if source in found:
                return found[source]
    return set()
