"""Times, as RFC 3339 writes them and as users give them."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, date, datetime, time, timedelta

from dfns_frames.errors import ConfigurationError

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


def as_utc(when: object, option: str, *, past: bool = False) -> datetime:
    """Read a time that a user gave: a datetime, a date, or either as text.

    A time without an offset is UTC. A date alone is the end of that day, never later than now: what was
    created on that day is not left out, and nothing is older than it is.

    Parameters
    ----------
    when
        The time.
    option
        The name of the option that it was given as.
    past
        Refuse a time that has not come yet, by this computer's clock and five minutes.

    Raises
    ------
    ConfigurationError
        It is not a time, or a time in the future where `past` refuses that.
    """
    now = datetime.now(UTC)
    found = _moment(when)
    if found is None:
        raise ConfigurationError(
            f"{option}={when!r} is not a time; pass a date such as '2026-03-02' (the end of that day, UTC), "
            "an RFC 3339 time such as '2026-03-02T08:00:00Z', or a datetime (UTC unless it has an offset)"
        )
    given, is_day = found
    # Where a day begins first, it begins 14 hours before UTC's.
    slack = timedelta(hours=14) if is_day else timedelta(minutes=5)
    if past and given - now > slack:
        raise ConfigurationError(
            f"{option}={when!r} is in the future: it is now {now:%Y-%m-%dT%H:%M:%SZ} by this computer's clock"
        )
    return min(datetime.combine(given, time.max, UTC), now) if is_day else given


def _moment(when: object) -> tuple[datetime, bool] | None:
    """Return the time in UTC, of a day its beginning, and whether it is a day; None if it is neither."""
    if isinstance(when, str):
        if moment := parse_time(when):
            return moment, False
        day = parse_time(f"{when}T00:00:00Z")
        return (day, True) if day else None
    # pandas' missing time counts as a datetime, but equals nothing; one at the end of time has no UTC.
    if isinstance(when, datetime) and when == when:
        with contextlib.suppress(OverflowError):
            return (when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)), False
    elif isinstance(when, date) and when == when:
        return datetime.combine(when, time.min, UTC), True
    return None
