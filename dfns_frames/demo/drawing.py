"""Ids, keys and times of the demo organisation, drawn the same on every machine.

Each is drawn from a generator that is seeded by what the thing is, hence a new thing changes no other.
"""

import base64
import calendar
import hashlib
import random
from datetime import UTC, datetime, timedelta

__all__ = ["SNAPSHOT", "WEEK_BEFORE", "base64url", "below", "draws", "fingerprint", "identifier", "moment"]

SNAPSHOT = datetime(2026, 10, 19, 7, 30, tzinfo=UTC)
"""When the demo's responses are from: a Monday morning, in a month that is not over."""

WEEK_BEFORE = SNAPSHOT - timedelta(days=7)
"""When those of its other state are from, with which a week's progress can be looked at."""

_SEED = "dfns-frames demo"
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
# UTC, so that a day in Berlin begins at 7 or 8; lunch is quiet, and a little happens in the evening.
_OFFICE_HOURS = tuple(
    hour
    for hour, weight in zip(range(7, 20), (2, 4, 5, 3, 1, 2, 4, 3, 2, 1, 0, 0, 1), strict=True)
    for _ in range(weight)
)


def draws(*label: str) -> random.Random:
    """Return the generator of the thing that a label names."""
    # Of its methods only random() is promised to give the same sequence on every version of Python.
    return random.Random("/".join((_SEED, *label)))  # noqa: S311 - made-up data, nothing secret


def below(draw: random.Random, limit: int) -> int:
    """Draw a whole number from 0 up to, not including, a limit."""
    return int(draw.random() * limit)


def _text(draw: random.Random, length: int) -> str:
    return "".join(_BASE32[below(draw, len(_BASE32))] for _ in range(length))


def identifier(prefix: str, *label: str) -> str:
    """Return the id of the thing that a label names, such as ``to-7vwr2-h2f29-9m6a0fmkk7rr2hj7``."""
    draw = draws(prefix, *label)
    return f"{prefix}-{_text(draw, 5)}-{_text(draw, 5)}-{_text(draw, 16)}"


def base64url(data: bytes) -> str:
    """Encode bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def fingerprint(*label: str) -> str:
    """Return the fingerprint of the public key that a label names."""
    digest = hashlib.sha256("/".join((_SEED, *label)).encode()).digest()
    return "SHA256:" + base64.b64encode(digest).rstrip(b"=").decode("ascii")


def _weekday(when: str, draw: random.Random) -> str:
    year, month = map(int, when.split("-"))
    days = [
        day
        for day in range(1, calendar.monthrange(year, month)[1] + 1)
        if calendar.weekday(year, month, day) < calendar.SATURDAY
    ]
    return f"{when}-{days[below(draw, len(days))]:02}"


def moment(when: str, draw: random.Random) -> str:
    """Return a time as the API writes it, drawn within what is given.

    Parameters
    ----------
    when
        A month (a weekday in office hours is drawn), a day (the time is drawn), or day and minute. UTC.
    draw
        What to draw the rest from.
    """
    if len(when) == len("2024-01"):
        when = _weekday(when, draw)
    if "T" not in when:
        hour = _OFFICE_HOURS[below(draw, len(_OFFICE_HOURS))]
        when = f"{when}T{hour:02}:{below(draw, 60):02}"
    return f"{when}:{below(draw, 60):02}.{below(draw, 1000):03}Z"
