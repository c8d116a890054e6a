"""Where an archive keeps what, and under which names; pure, but for the listing of folders."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from dfns_frames.errors import ConfigurationError

MARKER = "archive.json"
SNAPSHOTS = "snapshots"
STAGING = "staging"
FORMAT = 1
"""The version of this layout; an archive of a higher one was written by a newer dfns-frames."""

_LOOK = "%Y-%m-%dT%H-%M-%SZ"  # colons are refused by Windows, and a bare number by Polars
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
_ESCAPED = re.compile(r"~([0-9a-f]{2})")
_NAMED = 10  # organisations or callers that a message names
_LONGEST = 200  # bytes; most file systems take names of 255


@dataclass(frozen=True, order=True)
class Snapshot:
    """One snapshot: whose, from when, and where. They sort by time.

    Parameters
    ----------
    look
        When its newest list was made, to the second.
    org, caller
        Whose it is.
    path
        Its folder.
    """

    look: datetime
    org: str
    caller: str
    path: Path = field(compare=False)


def quoted(value: str, option: str) -> str:
    """Return an id as it stands in the name of a folder, the same on every system, and reversible.

    Small letters, digits and ``-_.`` stand for themselves; any other byte of its UTF-8 is ``~`` and two
    digits. So are capitals, for "Ann" and "ann" are one folder on macOS and Windows. Not percent signs:
    engines decode those, each in its own way.

    Raises
    ------
    ConfigurationError
        It is empty, no text, or too long.
    """
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"must be a text that is not empty, not {value!r}", option=option)
    try:
        written = "".join(
            letter if letter in _PLAIN else "".join(f"~{byte:02x}" for byte in letter.encode())
            for letter in value
        )
    except UnicodeEncodeError:
        raise ConfigurationError(f"holds half a character: {value!r}", option=option) from None
    if value == "null":  # which engines take for a missing value
        written = f"~{ord('n'):02x}ull"
    if len(written) > _LONGEST:
        raise ConfigurationError(
            f"is too long to name a folder ({len(written):,} bytes, {_LONGEST} at most); pass a shorter one",
            option=option,
        )
    return written


def unquoted(text: str) -> str:
    """Return what `quoted` was given."""
    raw = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return raw.encode("latin-1", errors="replace").decode(errors="replace")


def is_name(text: str) -> bool:
    """Tell whether `quoted` writes a name so; any other was made by hand, and may stand for nobody."""
    try:
        return quoted(unquoted(text), "name") == text
    except ConfigurationError:
        return False


def look_name(look: datetime) -> str:
    """Return a time as it stands in the name of a folder."""
    return look.astimezone(UTC).strftime(_LOOK)


def parse_look(text: str) -> datetime | None:
    """Return the time that `look_name` wrote; None if it is no such name."""
    try:
        found = datetime.strptime(text, _LOOK).replace(tzinfo=UTC)
    except ValueError:
        return None
    return found if look_name(found) == text else None


def snapshot_path(folder: Path, org: str, caller: str, look: datetime) -> Path:
    """Return where a snapshot stands."""
    parts = f"org={quoted(org, 'org')}", f"caller={quoted(caller, 'caller')}", f"look={look_name(look)}"
    return folder.joinpath(SNAPSHOTS, *parts)


def snapshots(folder: Path, org: str | None = None, caller: str | None = None) -> list[Snapshot]:
    """List the snapshots, oldest first; of one organisation or caller if they are named.

    Raises
    ------
    FileNotFoundError
        The archive is there no more, which must not read as if nothing had ever been added.
    """
    if not (folder / MARKER).exists():
        raise FileNotFoundError(
            errno.ENOENT,
            f"the archive has no {MARKER} any more; was the folder moved, or its disk unmounted? If not, "
            "check() says what to do",
            str(folder),
        )
    return all_snapshots(folder, org, caller)


def all_snapshots(folder: Path, org: str | None = None, caller: str | None = None) -> list[Snapshot]:
    """List the snapshots below a folder, whether or not it says that it is an archive."""
    found = []
    for org_folder, org_id in _named(folder / SNAPSHOTS, "org", org):
        for caller_folder, name in _named(org_folder, "caller", caller):
            for path, text in _entries(caller_folder, "look"):
                if look := parse_look(text):
                    found.append(Snapshot(look, org_id, name, path))
    return sorted(found)


def check_whose(folder: Path, org: str | None, caller: str | None) -> None:
    """Refuse an organisation or a caller that the archive has nothing of.

    A misspelt name would otherwise get an empty answer, which looks like good news.

    Raises
    ------
    ConfigurationError
        It has none; the message lists what there is.
    """
    if (org is not None or caller is not None) and not snapshots(folder, org, caller):
        check_known({(each.org, each.caller) for each in snapshots(folder)}, org, caller)


def check_known(known: set[tuple[str, str]], org: str | None, caller: str | None) -> None:
    """Refuse an organisation or a caller who is not among those that are known.

    Raises
    ------
    ConfigurationError
        They are not; the message lists who is.
    """
    callers = {each for whose, each in known if org in (None, whose)}
    if org is not None and not callers:
        raise _unknown(f"organisation {org!r}", {whose for whose, _ in known})
    if caller is not None and caller not in callers:
        raise _unknown(f"caller {caller!r}" + f" of {org}" * bool(org), callers)


def check_org(folder: Path, org: str) -> None:
    """Refuse an organisation that the archive does not have.

    Raises
    ------
    ConfigurationError
        It has none; the message lists those that there are.
    """
    if not snapshots(folder, org):
        raise _unknown(f"organisation {org!r}", {each.org for each in snapshots(folder)})


def _unknown(what: str, known: set[str]) -> ConfigurationError:
    named = f"{', '.join(sorted(known)[:_NAMED]) or 'none'}{', …' * (len(known) > _NAMED)}"
    return ConfigurationError(f"the archive has no {what}; there are: {named}")


def _named(folder: Path, key: str, wanted: str | None) -> Iterator[tuple[Path, str]]:
    name = None if wanted is None else quoted(wanted, key)
    for path, text in _entries(folder, key):
        if name in (None, text) and is_name(text):
            yield path, unquoted(text)


def _entries(folder: Path, key: str) -> Iterator[tuple[Path, str]]:
    """Iterate over folders called ``key=text``; none if the folder above has just been forgotten."""
    try:
        with os.scandir(folder) as found:
            names = sorted(each.name for each in found if each.is_dir())
    except FileNotFoundError:
        return
    for name in names:
        if name.startswith(f"{key}="):
            yield folder / name, name.removeprefix(f"{key}=")
