"""What the demo API answers to a path and a query, before it becomes HTTP."""

import base64
import functools
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

from dfns_frames.demo.drawing import base64url
from dfns_frames.demo.org import bodies
from dfns_frames.demo.organisation import BEFORE, ORGANISATIONS, Caller, callers, listings

__all__ = ["Answers", "Reply", "encode", "error", "is_route"]


class _Route(NamedTuple):
    """One endpoint: the path, what it takes to ask, and how long its pages are."""

    path: str
    operation: str = ""
    default: int = 0  # none: it has no pages
    largest: int | None = None  # none: not known, and not checked
    end_users: bool = False


_ROUTES = (
    _Route("/auth/pats", end_users=True),
    _Route("/auth/service-accounts", "Auth:ServiceAccounts:Read"),
    _Route("/auth/users", "Auth:Users:Read", 50, 200),
    _Route("/permissions", "Permissions:Read", 50, 500, end_users=True),
    _Route("/permissions/[^/]+/assignments", "Permissions:Assignments:Read", 50, 500, end_users=True),
    _Route("/v2/policies", "Policies:Read", 20),
    _Route("/auth/user-groups", "Auth:UserGroups:Read", 50),
    _Route("/auth/user-groups/[^/]+/members", "Auth:UserGroups:Members:Read", 50),
)
_MAC_LENGTH = 9


class Reply(NamedTuple):
    """A status and the body that goes with it, encoded."""

    status: int
    body: bytes


def encode(body: Mapping[str, Any]) -> bytes:
    """Encode a body as JSON, without spaces and in UTF-8."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def error(status: int, message: str) -> Reply:
    """Make the answer to a request that fails."""
    error_id = "er-" + hashlib.sha256(f"{status} {message}".encode()).hexdigest()[:16]
    return Reply(
        status, encode({"error": {"id": error_id, "status": status, "message": message, "details": {}}})
    )


def is_route(path: str) -> bool:
    """Say whether anything is served at a path."""
    return _route(path) is not None


def _route(path: str) -> _Route | None:
    return next((route for route in _ROUTES if re.fullmatch(route.path, path)), None)


class _ParameterError(Exception):
    """A parameter that the API would refuse."""


class Answers:
    """Everything that can be answered, to every caller.

    Parameters
    ----------
    page_size
        The most items of a page, whatever is asked for; None for as many as are asked for.
    empty_pages
        Whether an empty page follows each one, the last included.
    week_before
        Whether the answers are those of a week before the snapshot.
    """

    def __init__(
        self, *, page_size: int | None = None, empty_pages: bool = False, week_before: bool = False
    ) -> None:
        if page_size is not None and page_size < 1:
            raise ValueError("page_size is at least 1")
        self._page_size = page_size
        self._empty_pages = empty_pages
        self.callers = callers()
        self._week_before = week_before
        self._tokens = {caller: encode(body) for caller, body in bodies(week_before=week_before).items()}

    def get(self, caller: str, path: str, query: str) -> Reply:
        """Answer a caller on a path that exists.

        Parameters
        ----------
        caller
            One of `callers`.
        path
            A path for which `is_route` holds, without a query.
        query
            What followed the question mark.
        """
        route = _route(path)
        who = self.callers[caller]
        if route is None:
            return error(404, "There is no such route.")
        if route.operation and not _allowed(who, route):
            return error(
                403, f"User {who.user_id} is not authorized to perform operation ({route.operation})"
            )
        if not route.operation:
            return Reply(200, self._tokens[caller])
        items = _listed(who.organisation, self._week_before).get(unquote(path))
        if items is None:
            return error(404, "There is nothing of that id.")
        if not route.default:
            return Reply(200, encode({"items": items}))
        try:
            return Reply(200, encode(self._page(items, route, f"{who.organisation} {path}", query)))
        except _ParameterError as invalid:
            return error(400, str(invalid))

    def _page(self, items: Sequence[Any], route: _Route, listing: str, query: str) -> dict[str, Any]:
        given = parse_qs(query, keep_blank_values=True, errors="surrogateescape")
        limit = _limit(given.get("limit"), route)
        start, empty = _position(given.get("paginationToken"), listing, len(items))
        size = min(limit, self._page_size or limit)
        end = start if empty else min(start + size, len(items))
        body: dict[str, Any] = {"items": items[start:end]}
        # After a page with items an empty one, where such are wanted; after an empty one, what is left.
        follows_empty = self._empty_pages and not empty and end > start
        if follows_empty or end < len(items):
            body["nextPageToken"] = _token(listing, end, empty=follows_empty)
        return body


def _allowed(caller: Caller, route: _Route) -> bool:
    return route.operation in caller.operations and (caller.kind != "EndUser" or route.end_users)


@functools.cache
def _listed(organisation: str, week_before: bool) -> dict[str, list[dict[str, Any]]]:
    known = {each.key: each for each in (*ORGANISATIONS, *[BEFORE] * week_before)}
    return listings(known[organisation])


def _limit(given: list[str] | None, route: _Route) -> int:
    if given is None:
        return route.default
    text = given[-1]
    if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= (route.largest or 10**9):
        raise _ParameterError(f"The parameter limit is a whole number from 1 to {route.largest or 10**9}.")
    return int(text)


def _token(listing: str, start: int, *, empty: bool) -> str:
    # Nobody but the server knows what a token means, and one of another listing is none.
    position = f"{start}{'e' if empty else 'i'}"
    mac = hashlib.sha256(f"{listing} {position}".encode("utf-8", "surrogateescape")).digest()
    return base64url(mac[:_MAC_LENGTH] + position.encode())


def _position(given: list[str] | None, listing: str, count: int) -> tuple[int, bool]:
    """Return where a page begins, and whether it is one of the empty ones."""
    if given is None:
        return 0, False
    with suppress(ValueError):
        position = base64.urlsafe_b64decode(given[-1] + "=" * (-len(given[-1]) % 4))[_MAC_LENGTH:].decode()
        start, empty = int(position[:-1]), position.endswith("e")
        if start <= count and given[-1] == _token(listing, start, empty=empty):
            return start, empty
    raise _ParameterError("The parameter paginationToken is not one that this listing gave.")
