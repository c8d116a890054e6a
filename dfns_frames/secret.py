"""The bearer token: the one object that knows it, and what may be told of it."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NoReturn

from dfns_frames.errors import ConfigurationError

TOKEN_VARIABLE = "DFNS_AUTH_TOKEN"  # noqa: S105 - the name of a variable

_REDACTED = 8  # characters from which on a text is long enough to be a secret, and rare enough to blot out


class Secret:
    """A bearer token that no repr shows, no pickle keeps and no attribute gives away by accident.

    Parameters
    ----------
    token
        The token; None takes it from the environment variable DFNS_AUTH_TOKEN.

    Raises
    ------
    ConfigurationError
        There is none, or it cannot be a token.
    """

    __slots__ = ("_reveal",)

    def __init__(self, token: str | None = None) -> None:
        value = os.environ.get(TOKEN_VARIABLE, "") if token is None else token
        problem = _problem(value)
        if not problem:
            cleaned = value.strip().removeprefix("Bearer ").strip()
            # A closure, since a traceback that shows locals shows the attributes of what it finds.
            self._reveal: Callable[[], str] = lambda: cleaned
        del value, token
        if problem:
            raise ConfigurationError(problem)

    def header(self) -> str:
        """Return the value of the Authorization header."""
        return f"Bearer {self._reveal()}"

    def redact(self, text: str) -> str:
        """Return a text with the token, should it occur there, blotted out."""
        token = self._reveal()
        return text.replace(token, "***") if len(token) >= _REDACTED else text

    def expiry(self) -> datetime | None:
        """Return when the token expires, if it is a JWT that says so; unverified, for display only."""
        parts = self._reveal().split(".")
        if len(parts) != 3:
            return None
        try:
            claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
            return datetime.fromtimestamp(int(claims["exp"]), UTC)
        except (ValueError, KeyError, TypeError, OverflowError, OSError, binascii.Error, RecursionError):
            return None

    def __repr__(self) -> str:
        return "<secret>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client holds a secret and cannot be pickled; make a new one where it is needed")


def _problem(value: object) -> str | None:
    if not isinstance(value, str):
        return f"the token must be text, not {type(value).__name__}"
    if not value.strip():
        return (
            "there is no token: pass Client(token=…) or set the environment variable DFNS_AUTH_TOKEN. "
            "To try things out without an account, use dfns_frames.demo.client(), or --demo in the shell"
        )
    if not value.strip().isascii() or not value.strip().isprintable():
        return "the token holds characters that no token has (a line break, or a letter beyond ASCII)"
    return None
