"""Times, as RFC 3339 writes them and as users give them."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime, timedelta

from dfns_frames.errors import ConfigurationError

_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:)(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))?", re.ASCII
)


def parse_time(text: str) -> datetime | None:
    """Read an RFC 3339 timestamp as UTC, finer than microseconds cut off; None if it is none.

    Without an offset it is UTC. A leap second is the second that follows it.
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
        time = minute + timedelta(seconds=int(seconds), microseconds=int((fraction or "0").ljust(6, "0")[:6]))
        return time + offset if sign == "-" else time - offset
    except (ValueError, OverflowError):
        return None


def as_utc(when: object, option: str) -> datetime:
    """Read a time that a user gave: a datetime or RFC 3339 text; without an offset UTC, a day its midnight.

    Parameters
    ----------
    when
        The time.
    option
        What it was given as.

    Raises
    ------
    ConfigurationError
        It is no time.
    """
    if isinstance(when, str):
        time = parse_time(when) or parse_time(f"{when}T00:00:00Z")
        if time is None:
            raise ConfigurationError(
                f"{option}={when!r} is no RFC 3339 timestamp; write it as 2026-03-02 or 2026-03-02T08:00:00Z"
            )
        return time
    # pandas' missing time counts as a datetime, but equals nothing; one at the end of time has no UTC.
    if isinstance(when, datetime) and when == when:
        with contextlib.suppress(OverflowError):
            return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    raise ConfigurationError(f"{option} takes a datetime or text, without an offset UTC, not {when!r}")
