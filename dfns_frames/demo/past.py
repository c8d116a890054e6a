"""The demo's archive: twelve weeks, put into a folder."""

from __future__ import annotations

import os

from dfns_frames._archive.archive import Archive
from dfns_frames.demo.weeks import CALLER, weeks
from dfns_frames.frames.joining import concat
from dfns_frames.frames.saved import read


def archive(folder: str | os.PathLike[str]) -> Archive:
    """Make an archive of twelve weekly snapshots of a small made-up organisation.

    One token is created, one is switched off and on again, one is renamed, one vanishes. Permissions change
    what they contain. One list was not read to its end, and one snapshot was added late. The archive is the
    same on every machine; making it again in the same folder changes nothing.

    Parameters
    ----------
    folder
        A new folder, an empty one, or the demo's archive.

    Returns
    -------
    Archive
        Of one organisation and caller, from 3 August to 19 October 2026.

    Examples
    --------
    >>> archive = dff.demo.archive("demo-archive")  # doctest: +SKIP
    >>> archive.lifetimes()[["name", "last_seen", "gone_by"]].head(2)  # doctest: +SKIP
              name                 last_seen                   gone_by
    0  old backend 2026-09-14 07:30:00+00:00 2026-09-28 07:30:00+00:00
    1  ledger sync 2026-10-19 07:30:00+00:00                       NaT
    """
    made = Archive(folder)
    for week in weeks():
        parts = [
            read(body, endpoint=path, caller=CALLER, fetched_at=week.when)
            for path, body in week.bodies.items()
        ]
        made.add(concat(parts))
    return made
