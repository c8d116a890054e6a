"""What an HTTP answer means that is not the list that was asked for, as typed errors. Pure."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from dfns_frames._hidden import Secret
from dfns_frames._unpack import nature
from dfns_frames.errors import (
    ApiError,
    AuthenticationError,
    DfnsFramesError,
    Hint,
    NetworkError,
    PermissionDeniedError,
    RateLimitError,
    ResponseError,
    ServerError,
)

RETRIED = frozenset({429, 502, 503, 504})

_MESSAGE_SHOWN = 300
_OPERATION = re.compile(r"\(([A-Za-z]+(?::[A-Za-z]+)+)\)\W*$")
_JWT = re.compile(r"(?<![\w-])[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}", re.ASCII)
_LONGEST_WAIT = 1e9
_BLOCK = 1 << 20


def error_of(
    status: int, headers: Mapping[str, str], body: bytes, secret: Secret, now: datetime, path: str
) -> DfnsFramesError:
    """Return the error that an answer with a status other than 200 stands for.

    Parameters
    ----------
    status, headers, body
        The answer; names of headers in lower case.
    secret
        The token, to blot it out of what the server says, and for its time of expiry.
    now
        The time, for telling whether the token has expired and how long it is to a `Retry-After`.
    path
        What was asked for, below the base address.
    """
    if status < 300:
        return ResponseError(f"the API answered {status} without a list", status=status)
    if status == 304:
        return ResponseError(
            "the API answered 304 (not modified) without a list, although all of it was asked for; "
            "a cache in between may have answered",
            status=status,
        )
    if status < 400:
        host = _host(headers.get("location", "")) or "another address"
        return NetworkError(
            f"the API answered {status}, a redirect to {host}; redirects are not followed, since the token "
            "would go along. Check the base address",
            status=status,
        )
    # The server may echo a token, this one or another.
    said, error_id = (_JWT.sub("***", secret.redact(text)) for text in _said(body))
    message = said[:_MESSAGE_SHOWN].rstrip(". ")
    kind, advice = _kind(status, path)
    hint = None
    if status == 401:
        advice, hint = _why_unauthenticated(secret, now)
    error = kind(
        f"the API answered {status}{f': {message}' if message else ''}{advice}",
        status=status,
        retryable=status in RETRIED,
        retry_after=_retry_after(headers.get("retry-after", ""), now),
        error_id=error_id or None,
        hint=hint,
    )
    if isinstance(error, PermissionDeniedError):
        named = _OPERATION.search(said)
        error.operation = named[1] if named else None
    return error


def not_a_list(body: bytes, listing: str) -> ResponseError | None:
    """Return what is wrong with an answer of status 200 that cannot be put as it is put of a saved file.

    None if there is nothing of that kind; whatever else may be wrong is for the reader to find.

    Parameters
    ----------
    body
        The answer.
    listing
        What it should be, for messages: ``token list``.
    """
    position = _not_utf8(body)
    if position is not None:
        what = nature(body) or f"byte {position:,} is not UTF-8"
        return ResponseError(
            f"the answer is not JSON text: {what}. A proxy may have changed it on its way; check the base "
            "address"
        )
    if body[:_BLOCK].removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n").startswith(b"["):
        return ResponseError(
            f"the API answered with an array, which is not a {listing}: expected an object with an "
            "array 'items'. Check the base address"
        )
    return None


def _not_utf8(body: bytes) -> int | None:
    """Return where bytes stop to be UTF-8, without decoding them all into an object; None if they are."""
    if 0 in body[:4]:  # UTF-16 of ASCII, which is UTF-8 as well
        return body.index(0)
    if body.isascii():
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(body), _BLOCK):
        block = body[start : start + _BLOCK]
        held = len(decoder.getstate()[0])  # bytes of a character that the block before has begun
        try:
            decoder.decode(block, final=start + _BLOCK >= len(body))
        except UnicodeDecodeError as error:
            return start - held + error.start
    return None


def _kind(status: int, path: str) -> tuple[type[ApiError], str]:
    if status == 401:
        return AuthenticationError, ""
    if status == 403:
        return PermissionDeniedError, ". Ask an administrator for a permission with that operation"
    if status == 404:
        return ApiError, f". Check the base address: it is the part before {path}"
    if status == 429:
        return RateLimitError, ". The whole organisation shares this limit; wait a minute"
    return (ServerError if status >= 500 else ApiError), ""


def _why_unauthenticated(secret: Secret, now: datetime) -> tuple[str, Hint | None]:
    expiry = secret.expiry()
    if expiry and expiry <= now:
        return f". The token expired on {expiry:%Y-%m-%d %H:%M} UTC: create a new one", None
    dated = f", valid until {expiry:%Y-%m-%d}" if expiry else ""
    return (
        f". The token{dated} was not accepted: it may be truncated, deactivated, expired, or from another "
        "region",
        Hint.REGION,
    )


def _said(body: bytes) -> tuple[str, str]:
    """Return the message and the error id of an error body, in any of the shapes the API has had."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    error = parsed.get("error", parsed) if isinstance(parsed, dict) else {}
    if not isinstance(error, dict):
        return _line(error), ""
    error_id = _line(error.get("id"))
    return _line(error.get("message")), error_id if len(error_id) < 100 else ""


def _line(value: object) -> str:
    """Return a text as one line that is safe in a terminal; anything else as an empty text."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())


def _host(address: str) -> str | None:
    try:
        return _line(urlsplit(address).hostname)
    except ValueError:
        return None


def http_date(text: str) -> datetime | None:
    """Parse the date of a header as UTC; None if it is not a date."""
    try:
        date = parsedate_to_datetime(text)
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _retry_after(value: str, now: datetime) -> float | None:
    """Return the seconds that a server asks to wait, by its own clock; None if it does not."""
    if value.isascii() and value.isdigit():
        return min(float(value), _LONGEST_WAIT)
    until = http_date(value)
    return max((until - now).total_seconds(), 0.0) if until else None
