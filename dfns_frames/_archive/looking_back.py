"""Frames as of a moment: the last complete list of each source up to then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.sources import SOURCES
from dfns_frames._archive.layout import Snapshot, check_whose, snapshots
from dfns_frames._archive.reading import of_each, only_columns, stored
from dfns_frames._facts.tables import compact
from dfns_frames.errors import ConfigurationError
from dfns_frames.frames.container import Frames
from dfns_frames.frames.joining import joined

_SECONDS = "%Y-%m-%d %H:%M:%S UTC"
_READINGS = ("sources", "drift", "rejected")
_COLUMNS = {"sources": ["source", "fetched_at", "status"]}


@dataclass(frozen=True)
class _Look:
    """One list: a source in one snapshot."""

    snapshot: Snapshot
    source: str
    fetched_at: datetime
    is_complete: bool


def at(folder: Path, when: datetime, org: str | None, caller: str | None) -> Frames:
    """Return what was known at a moment; `Archive.at` says how."""
    check_whose(folder, org, caller)
    found = _of_one_organisation(snapshots(folder, org, caller))
    every = [look for part in of_each(found, _looks) for look in part]
    # Snapshots are named by whole seconds, and the moment of such a name includes its look.
    until = when if when.microsecond else when.replace(microsecond=999_999)
    looks = [look for look in every if look.fetched_at <= until]
    if not looks:
        first = min((look.fetched_at for look in every), default=when)
        raise ConfigurationError(
            f"is before the first snapshot, of {first:{_SECONDS}}", option="when", given=f"{when:{_SECONDS}}"
        )
    wanted: dict[Snapshot, set[str]] = {}
    for look in _last(looks):
        wanted.setdefault(look.snapshot, set()).add(look.source)
    try:
        parts = [_only(stored(each.path), sources) for each, sources in sorted(wanted.items())]
    except FileNotFoundError:
        check_whose(folder, found[0].org, caller)  # it may have just been forgotten
        raise
    return parts[0] if len(parts) == 1 else joined(parts)


def _of_one_organisation(found: list[Snapshot]) -> list[Snapshot]:
    organisations = sorted({each.org for each in found})
    if not found:
        raise ConfigurationError("the archive has no snapshots yet; nothing was added to it")
    if len(organisations) > 1:
        raise ConfigurationError(
            f"is needed, since the archive has {len(organisations):,} organisations: pass one of "
            f"{', '.join(organisations[:10])}{', …' * (len(organisations) > 10)}",
            option="org",
        )
    return found


def _looks(snapshot: Snapshot) -> list[_Look]:
    rows = only_columns(snapshot.path, _COLUMNS).arrow("sources").to_pylist()
    return [
        _Look(snapshot, row["source"], row["fetched_at"] or snapshot.look, row["status"] == "ok")
        for row in rows
    ]


def _last(looks: Iterable[_Look]) -> list[_Look]:
    """Return the last complete list of each series; where none is complete, the last one."""
    last: dict[tuple[str | None, str], _Look] = {}
    for look in sorted(looks, key=lambda look: (look.is_complete, look.fetched_at, look.snapshot)):
        source = SOURCES.get(look.source)
        # What lists the whole organisation is one list, whoever asks for it.
        whose = None if source and source.scope == "organization" else look.snapshot.caller
        last[whose, look.source] = look
    return list(last.values())


def _only(frames: Frames, wanted: set[str]) -> Frames:
    """Return what some of the sources listed, without the tables that none of them feeds."""
    statuses = dict(frames.arrow("sources").select(["source", "status"]).to_pandas().itertuples(index=False))
    if statuses.keys() == wanted:
        return frames
    answered = [name for name in wanted if statuses[name] in ("ok", "incomplete")]
    fed = {name for path in answered if path in SOURCES for name in SOURCES[path].tables}
    tables = {name: frames.arrow(name) for name in frames if name in {*fed, *_READINGS}}
    listed = pa.array(sorted(wanted))
    return Frames(
        {
            name: compact(table.filter(pc.is_in(table["source"].cast(pa.string()), value_set=listed)))
            for name, table in tables.items()
        }
    )
