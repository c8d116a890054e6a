"""What was not read, and what it would take: without it an answer says less than it seems to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dfns_frames._api.sources import SOURCES
from dfns_frames._facts.presence import is_ok

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dfns_frames._facts.tables import Tables


def unread_line(frames: Tables, paths: Iterable[str]) -> str:
    """Say which sources were not read in full, and which operation each needs; empty if all were."""
    missing = [SOURCES[path] for path in paths if not is_ok(frames, path)]
    named = [
        f"{source.items} (needs {source.operation})" if source.operation else source.items
        for source in missing
    ]
    return f"Not read: {', '.join(named)}." if named else ""
