"""Times as users give them."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, time, timedelta

from dfns_frames._engine.times import parse_time
from dfns_frames.errors import ConfigurationError, Hint


def as_utc(when: object, option: str, *, past: bool = False, zoned: bool = False) -> datetime:
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
    zoned
        Refuse a time without an offset instead.

    Raises
    ------
    ConfigurationError
        It is not a time, or one that `past` or `zoned` refuses.
    """
    if zoned:
        _refuse_naive(when, option)
    now = datetime.now(UTC)
    found = _moment(when)
    if found is None:
        raise _no_time(when, option, Hint.TIME)
    given, is_day = found
    # Where a day begins first, it begins 14 hours before UTC's.
    slack = timedelta(hours=14) if is_day else timedelta(minutes=5)
    if past and given - now > slack:
        raise ConfigurationError(
            f"is in the future: it is now {now:%Y-%m-%dT%H:%M:%SZ} by this computer's clock",
            option=option,
            given=repr(when),
        )
    return min(datetime.combine(given, time.max, UTC), now) if is_day else given


def beginning(when: object, option: str) -> datetime:
    """Read a time with an offset as `as_utc` does, but for a date alone, which is the beginning of that day.

    Raises
    ------
    ConfigurationError
        It is not a time, or one without an offset.
    """
    _refuse_naive(when, option)
    found = _moment(when)
    if found is None:
        raise _no_time(when, option, Hint.SINCE)
    return found[0]


def _refuse_naive(when: object, option: str) -> None:
    """Refuse a time of day without an offset: what lies near it may be on either side."""
    if isinstance(when, datetime) and when == when:
        is_naive = when.tzinfo is None
    else:
        is_naive = isinstance(when, str) and parse_time(f"{when}Z") is not None
    if is_naive:
        raise ConfigurationError(
            "has no offset, so it does not say which moment is meant",
            option=option,
            given=repr(when),
            hint=Hint.OFFSET,
        )


def _no_time(when: object, option: str, hint: Hint) -> ConfigurationError:
    return ConfigurationError("is not a time", option=option, given=repr(when), hint=hint)


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
