"""The limits of a client, checked before anything is sent."""

from __future__ import annotations

from dfns_frames._engine.arrow import MAX_BODY
from dfns_frames._http.exchange import Limits
from dfns_frames.errors import ConfigurationError

_HOUR = 3_600


def limits(timeout: tuple[float, float] | float, deadline: float, retries: int, max_body: int) -> Limits:
    """Return the limits of each call.

    Raises
    ------
    ConfigurationError
        One of them is out of range.
    """
    pair = timeout if isinstance(timeout, tuple | list) else (timeout, timeout)
    for name, value in (("deadline", deadline), *(("timeout", each) for each in pair)):
        if not _is_duration(value):
            raise ConfigurationError(f"{name} must be seconds above 0, at most an hour, not {value!r}")
    if len(pair) != 2:
        raise ConfigurationError(f"timeout must be (connect, read) in seconds, not {timeout!r}")
    if not isinstance(retries, int) or not 0 <= retries <= 10:
        raise ConfigurationError(f"retries must be a whole number from 0 to 10, not {retries!r}")
    if not isinstance(max_body, int) or not 0 < max_body <= MAX_BODY:
        raise ConfigurationError(f"max_body must be bytes from 1 to {MAX_BODY:,}, not {max_body!r}")
    return Limits((pair[0], pair[1]), deadline, retries, max_body, whole=_HOUR)


def caller_name(caller: object) -> str | None:
    """Return the name that the user gave for whoever asks; None if they gave none.

    Raises
    ------
    ConfigurationError
        It is not text, or is empty.
    """
    if caller is None:
        return None
    if not isinstance(caller, str) or not caller.strip():
        raise ConfigurationError(
            f"must be a name for whoever asks, such as 'alice', not {caller!r}", option="caller"
        )
    return caller.strip()


def _is_duration(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _HOUR
