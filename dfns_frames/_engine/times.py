"""Times as RFC 3339 writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:)(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))?", re.ASCII
)


def parse_time(text: str) -> datetime | None:
    """Parse RFC 3339 text to UTC, cut to microseconds; None if it is not a timestamp.

    A time without an offset is UTC. A leap second becomes the second that follows it.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    day, hours_minutes, seconds, fraction, sign, offset_hours, offset_minutes = match.groups()
    if int(seconds) > 60 or int(offset_hours or 0) > 23 or int(offset_minutes or 0) > 59:
        return None
    offset = timedelta(hours=int(offset_hours or 0), minutes=int(offset_minutes or 0))
    try:
        minute = datetime.fromisoformat(f"{day}T{hours_minutes}00").replace(tzinfo=UTC)
        local = minute + timedelta(
            seconds=int(seconds), microseconds=int((fraction or "0").ljust(6, "0")[:6])
        )
        return local + offset if sign == "-" else local - offset
    except (ValueError, OverflowError):
        return None
