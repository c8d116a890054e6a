"""What may hold a secret, kept where no repr and no local of a traceback shows it."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NoReturn

from dfns_frames.errors import ConfigurationError

TOKEN_VARIABLE = "DFNS_AUTH_TOKEN"  # noqa: S105 - the name of a variable

_REDACTED = 8  # characters from which on a text is long enough to be a secret, and rare enough to blot out

_TOKEN = re.compile(r"[\w.~+/-]+=*", re.ASCII)  # RFC 6750
_PREFIX = re.compile(r"(authorization\s*:|bearer\b)", re.IGNORECASE)
_METADATA = "https://custom/app_metadata"
_IDENTITY = re.compile(r"(us|to)-[0-9A-Za-z]{1,40}(-[0-9A-Za-z]{1,40}){0,4}", re.ASCII)
_QUOTES = "\"'`\u201c\u201d\u2018\u2019\u201e\u00ab\u00bb"


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a response. They may hold a secret, so no repr, and no traceback's local, shows them."""

    data: bytes = field(repr=False)


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
        cleaned = value.strip().removeprefix("Bearer ").strip() if isinstance(value, str) else ""
        problem = _problem(value, cleaned)
        if problem:
            del cleaned
        else:
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
        try:
            return datetime.fromtimestamp(int(self._claims()["exp"]), UTC)
        except (ValueError, KeyError, TypeError, OverflowError, OSError):
            return None

    def identity(self) -> str | None:
        """Return the id of the user or token that the token says it is of; unverified, for display only.

        Nothing else of what it says comes out.
        """
        claims = self._claims()
        inner = claims.get(_METADATA)
        found = [claims.get("sub")]
        if isinstance(inner, dict):
            found += [inner.get(name) for name in ("tokenId", "userId")] + list(inner.values())
        return next((text for text in found if isinstance(text, str) and _IDENTITY.fullmatch(text)), None)

    def _claims(self) -> dict[str, Any]:
        parts = self._reveal().split(".")
        try:
            claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        except (ValueError, IndexError, RecursionError):
            return {}
        return claims if len(parts) == 3 and isinstance(claims, dict) else {}

    def __repr__(self) -> str:
        return "<secret>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client holds a secret and cannot be pickled; make a new one where it is needed")


def _problem(value: object, cleaned: str) -> str | None:
    """Say, without showing any of it, why a token cannot be one."""
    if not isinstance(value, str):
        return f"the token must be text, not {type(value).__name__}"
    if not value.strip():
        return (
            "there is no token: pass Client(token=…) or set the environment variable DFNS_AUTH_TOKEN. "
            "To try things out without an account, use dfns_frames.demo.client(), or --demo in the shell"
        )
    if not cleaned or cleaned.lower() == "bearer":
        return "the token is missing: there is only the word Bearer"
    if cleaned[0] in _QUOTES or cleaned[-1] in _QUOTES:
        return "the token has quotation marks around it, as some .env files leave them: give it without them"
    if _PREFIX.match(cleaned):
        return "the token has a word before it, such as bearer: give the token alone"
    if len(cleaned.split()) > 1:
        return "the token has a space or a line break in it: give it in one piece"
    if not _TOKEN.fullmatch(cleaned):
        return (
            "the token has a character in it that no token has, perhaps an invisible one: a token is made of "
            "letters, digits and . _ - ~ + / ="
        )
    return None
