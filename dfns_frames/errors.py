"""Every error and warning that dfns-frames raises of its own accord.

::

    DfnsFramesError                 .status .retryable .retry_after .error_id .hint on every one
    ├── ConfigurationError          no token, a bad URL, region or proxy, an option out of range
    ├── ApiError                    the API answered with an error
    │   ├── AuthenticationError     401
    │   ├── PermissionDeniedError   403, with .operation
    │   ├── RateLimitError          429
    │   └── ServerError             5xx
    ├── NetworkError                no answer: connection, TLS, timeout, deadline, redirect, too large
    ├── ResponseError               not the documented list: empty, HTML, truncated, another shape
    ├── SchemaError                 a list that does not fit the declaration, with .problems
    └── MissingTableError           the question needs a table that is not here (also a KeyError)

Files and folders fail with Python's own :class:`OSError`; a name that no table has is an
:class:`AttributeError` or a :class:`KeyError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = [
    "ApiError",
    "AuthenticationError",
    "ConfigurationError",
    "DfnsFramesError",
    "DriftWarning",
    "Hint",
    "MissingTableError",
    "NetworkError",
    "PermissionDeniedError",
    "Problem",
    "RateLimitError",
    "ResponseError",
    "SchemaError",
    "ServerError",
    "SourceWarning",
]

PROBLEMS_SHOWN = 20


class Hint(StrEnum):
    """What to do about an error, in the words of Python; the shell has its own words for each."""

    SKIP_INVALID = "pass skip_invalid=True to set aside what does not fit and read the rest"
    FETCH_AGAIN = "skip_invalid only sets listed items aside and does not help here: fetch the list again"
    TIME = (
        "pass a date such as '2026-03-02' (the end of that day, UTC), an RFC 3339 time such as "
        "'2026-03-02T08:00:00Z', or a datetime (UTC unless it has an offset)"
    )
    SINCE = (
        "pass a date such as '2026-03-02' (the beginning of that day, UTC), an RFC 3339 time such as "
        "'2026-03-02T08:00:00Z', or a datetime with a time zone"
    )
    OFFSET = (
        "pass a date such as '2026-03-02', a time with its offset such as '2026-03-02T08:00:00Z', or a "
        "datetime with a time zone"
    )
    FILE_DATE = "pass fetched_at= to say when the list was fetched"
    OTHER_ENDPOINT = "leave out endpoint=, or name the right one"
    NO_OPTIONS = "leave out endpoint=, caller=, fetched_at= and skip_invalid="
    SAVED = (
        "pass the response as the API sent it (JSON), or the folder that to_parquet() wrote; no other export "
        "can be read back"
    )
    BASELINE = (
        "give an audit as audit(baseline=…); what read() reads back is the folder that to_parquet() wrote"
    )
    REACH = (
        "check the address (url=, region= or DFNS_API_URL), the network, and whether it takes a VPN or proxy"
    )
    ASK = "to ask the API, use `dff.Client().pats()`"
    OPENED = "download the file first, or pass it opened: open(path, 'rb')"
    JSON_TEXT = "pass that as bytes: text.encode()"
    DEADLINE = "give Client(deadline=…) more if the server is slow"
    MAX_BODY = "allow more with Client(max_body=…)"
    SAME_CALLER = "if both are of one person, pass the same caller= when you read them"
    FETCHED_AS = "if both are of one person, fetch both with the same Client(caller=…)"
    EARLIER_FIRST = "pass the earlier snapshot first: compare(earlier, later)"
    LOOKED_AT = "say when each list was fetched: read(…, fetched_at=…)"
    REGION = "each organisation is in one region: try region='eu' or region='uae'"
    OPERATIONS = "`dff.operations()` lists them all"


class DfnsFramesError(Exception):
    """Base of all errors of this package; as text, what happened and what to do about it.

    Attributes
    ----------
    status
        The HTTP status of the answer; None if there was none or it does not matter here.
    retryable
        Whether the same call may succeed later without any change.
    retry_after
        Seconds the server asked to wait; None if it did not say.
    error_id
        The server's own id of the error, for the vendor's support; None if it gave none.
    hint
        What to do about it, where that is not part of the message; None otherwise.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
        error_id: str | None = None,
        hint: Hint | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retryable = retryable
        self.retry_after = retry_after
        self.error_id = error_id
        self.hint = hint

    def __str__(self) -> str:
        return self.worded(self.hint)

    def worded(self, hint: str | None, *, option: str | None = None) -> str:
        """Return the error as text, with a hint and an option in the reader's words.

        Parameters
        ----------
        hint
            What to do about it.
        option
            What the reader calls the option that it is about, if it is about one.
        """
        happened = self._happened(option)
        return f"{happened}; {hint}" if hint else happened

    def _happened(self, option: str | None) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        # The default would call the class with the message alone and lose what is keyword-only.
        return (_rebuild, (type(self), self.args, dict(self.__dict__)))


def _rebuild(kind: type[DfnsFramesError], args: tuple[Any, ...], state: dict[str, Any]) -> DfnsFramesError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigurationError(DfnsFramesError, ValueError):
    """A call that cannot be made as written: no token, a bad URL, region or proxy, an option out of range.

    Attributes
    ----------
    option
        The name of the option that is out of range; None if it is not about one.
    """

    def __init__(
        self, message: str, *, option: str | None = None, given: str = "", hint: Hint | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.option = option
        self._given = given  # as it was written; the message goes on behind it

    def _happened(self, option: str | None) -> str:
        if self.option is None:
            return super()._happened(option)
        given = (f" {self._given}" if option else f"={self._given}") if self._given else ""
        return f"{option or self.option}{given} {super()._happened(option)}"


class ApiError(DfnsFramesError):
    """The API answered with an error status."""


class AuthenticationError(ApiError):
    """401: the bearer token is missing, expired, or belongs to another region."""


class PermissionDeniedError(ApiError):
    """403: the token may not do this.

    Attributes
    ----------
    operation
        The operation that is missing, such as ``"Auth:Users:Read"``; None if the API did not name it.
    """

    operation: str | None = None


class RateLimitError(ApiError):
    """429: the organisation's requests of this minute are used up."""


class ServerError(ApiError):
    """5xx: the fault is on the API's side."""


class NetworkError(DfnsFramesError):
    """No usable answer arrived: connection, TLS, timeout, deadline, redirect, or too large a body."""


class ResponseError(DfnsFramesError):
    """What came, or a file, is not the documented list: empty, HTML, truncated, not JSON, another shape."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One place where a listing does not fit the declaration.

    Attributes
    ----------
    item
        Number of the item in the response, counted from 0; None if the fault is outside the items.
    item_id
        Its id, as far as it could be read; None otherwise.
    path
        Where in the response, such as ``items[3].permissionAssignments[0].permissionId``.
    expected
        What the declaration asks for.
    found
        What stands there: its type, never its value, which might be a secret.
    """

    item: int | None
    item_id: str | None
    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        item = f" ({self.item_id!r})" if self.item_id else ""
        return f"{self.path}{item}: expected {self.expected}, found {self.found}"


class SchemaError(DfnsFramesError):
    """A list that does not fit the declaration.

    Attributes
    ----------
    problems
        Every problem found, in the order of the response, up to some 100,000; the message shows 20.
    """

    def __init__(self, message: str, problems: Sequence[Problem] = (), *, hint: Hint | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)

    def worded(self, hint: str | None, *, option: str | None = None) -> str:
        """Return the error as text for readers who do not write Python, with the first problems."""
        shown = [f"  {problem}" for problem in self.problems[:PROBLEMS_SHOWN]]
        if len(self.problems) > PROBLEMS_SHOWN:
            shown.append(f"  … and {len(self.problems) - PROBLEMS_SHOWN:,} more, all in .problems")
        return "\n".join([super().worded(hint, option=option) + ":" * bool(shown), *shown])


class MissingTableError(DfnsFramesError, KeyError):
    """The question needs a table that these frames do not hold; the message says what gives it."""

    def __init__(self, message: str, *, plain: str = "") -> None:
        super().__init__(message)
        self._plain = plain  # the same without a word of Python

    def worded(self, hint: str | None, *, option: str | None = None) -> str:
        """Return the error as text, with a hint and an option in the reader's words."""
        return f"{self._plain or self.args[0]}; {hint}" if hint else super().worded(hint, option=option)


class DriftWarning(UserWarning):
    """A response holds something unexpected, which the frames list in ``.drift``; or its date is unlikely.

    Attributes
    ----------
    hint
        What to do about it, where that is not part of the message; None otherwise.
    """

    def __init__(self, message: str = "", *, hint: Hint | None = None) -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        return self.worded(self.hint)

    def worded(self, hint: str | None) -> str:
        """Return the warning as text, with a hint in the reader's words."""
        return f"{self.args[0]}; {hint}" if hint else str(self.args[0])


class SourceWarning(UserWarning):
    """Sources that were asked for did not come; the message says which, and what would help."""
