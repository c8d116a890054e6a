"""A small organisation behind a server that can be told to fail at one request: what it lists, and how."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from dfns_frames._api.sources import SOURCES as DECLARED
from tests.conftest import assignment, token

Items = dict[str, list[dict[str, Any]]]

DATE = "Mon, 02 Mar 2026 08:00:0{} GMT"  # of one answer after the other
ASSIGNMENTS = "/permissions/{id}/assignments"
MEMBERS = "/auth/user-groups/{id}/members"
SOURCES = tuple(DECLARED)


def user(number: int, **changes: Any) -> dict[str, Any]:
    """Make a user in the documented shape."""
    made = {
        "username": f"user-{number}@example.test",
        "name": f"User {number}",
        "userId": f"us-{number}",
        "kind": "CustomerEmployee",
        "credentialUuid": f"cr-{number}",
        "orgId": "or-1",
        "isActive": True,
        "isServiceAccount": False,
        "isRegistered": True,
        "isSSORequired": False,
        "permissionAssignments": [assignment()],
    }
    return made | changes


def machine(number: int) -> dict[str, Any]:
    """Make a service account with one token."""
    info = user(number, isServiceAccount=True)
    del info["isSSORequired"]
    kept = {"kind": "ServiceAccount", "linkedUserId": f"us-{number}", "accessToken": "PLANTED-access-token"}
    return {"userInfo": info, "accessTokens": [token(number, assignment(), **kept)]}


def permission(number: int, **changes: Any) -> dict[str, Any]:
    """Make a permission."""
    made = {
        "id": f"pm-{number}",
        "name": f"Permission {number}",
        "operations": ["Wallets:Read"],
        "status": "Active",
        "isImmutable": False,
        "isArchived": False,
        "dateCreated": "2026-01-01T00:00:00.000Z",
        "dateUpdated": "2026-01-01T00:00:00.000Z",
    }
    return made | changes


def given(number: int, permission_id: str, identity_id: str) -> dict[str, Any]:
    """Make an assignment as a permission lists it."""
    return {
        "id": f"as-{number}",
        "permissionId": permission_id,
        "identityId": identity_id,
        "isImmutable": False,
        "dateCreated": "2026-01-01T00:00:00.000Z",
        "dateUpdated": "2026-01-01T00:00:00.000Z",
    }


def policy(number: int) -> dict[str, Any]:
    """Make a policy."""
    group = {"quorum": 1, "approvers": {"userId": {"in": ["us-1"]}}}
    return {
        "id": f"plc-{number}",
        "name": f"Policy {number}",
        "status": "Active",
        "activityKind": "Wallets:Sign",
        "rule": {"kind": "AlwaysTrigger"},
        "action": {"kind": "RequestApproval", "approvalGroups": [group]},
        "filters": {"walletId": {"in": ["wa-1"]}},
    }


def group(number: int, **changes: Any) -> dict[str, Any]:
    """Make a group of users."""
    made = {
        "id": f"ug-{number}",
        "name": f"Group {number}",
        "memberCount": 2,
        "dateCreated": "2026-01-01T00:00:00.000Z",
        "dateUpdated": "2026-01-01T00:00:00.000Z",
    }
    return made | changes


def small() -> Items:
    """Return what each path lists: three of each, so that there are a first, a middle and a last page."""
    made: Items = {
        "/auth/pats": [token(number, assignment()) for number in range(3)],
        "/auth/service-accounts": [machine(number) for number in range(10, 13)],
        "/auth/users": [user(number) for number in range(3)],
        "/permissions": [permission(number) for number in range(3)],
        "/v2/policies": [policy(number) for number in range(3)],
        "/auth/user-groups": [group(number) for number in range(3)],
    }
    for number in range(3):
        of_permission = [given(10 * number + k, f"pm-{number}", f"us-{k}") for k in range(2)]
        made[f"/permissions/pm-{number}/assignments"] = of_permission
        made[f"/auth/user-groups/ug-{number}/members"] = [{"userId": f"us-{k}"} for k in range(2)]
    return made


def source_of(path: str) -> str:
    """Return the source that a path belongs to."""
    parts = path.split("/")
    if path.endswith("/assignments"):
        return ASSIGNMENTS
    return MEMBERS if len(parts) == 5 else path


Answer = tuple[int, bytes, dict[str, str]]
Fault = Callable[[Answer, dict[str, Any]], Answer | None]  # None hangs up in the middle of the body


def refused(status: int, message: str = "no") -> Fault:
    """Answer with an error."""
    body = json.dumps({"error": {"message": message}}).encode()
    return lambda *_: (status, body, {})


def cut(answer: Answer, page: dict[str, Any]) -> None:
    """End in the middle of a body."""


def misshapen(answer: Answer, page: dict[str, Any]) -> Answer:
    """List something of another shape."""
    return 200, json.dumps({**page, "items": [{"id": 5}]}).encode(), {}


def circular(answer: Answer, page: dict[str, Any]) -> Answer:
    """Give the same page token over and over."""
    return 200, json.dumps({**page, "nextPageToken": "0"}).encode(), {}


class Small:
    """A running server: what it lists, what it was asked, and at which request of a source it fails."""

    def __init__(self, items: Items, page_size: int) -> None:
        self.items = items
        self.page_size = page_size
        self.paged: str | None = None  # the only source that comes in several pages, if there is only one
        self.asked: list[str] = []  # with the query
        self.bodies: dict[str, list[bytes]] = {}
        self.url = ""
        self.fault: tuple[str, int, Fault] | None = None  # source, its nth request, what happens then
        self._counts: dict[str, int] = {}

    def fail(self, source: str, number: int, fault: Fault) -> None:
        """Fail at one request of a source and at all its later ones; forget what was asked before."""
        self.heal()
        self.fault = source, number, fault

    def heal(self) -> None:
        """Fail no more, and forget what was asked."""
        self.fault = self.paged = None
        self.asked, self.bodies, self._counts = [], {}, {}

    def answer(self, target: str) -> Answer | None:
        """Answer a request; None hangs up in the middle of the body."""
        self.asked.append(target)
        place = urlsplit(target)
        source = source_of(unquote(place.path))
        number = self._counts[source] = self._counts.get(source, -1) + 1
        if place.path not in self.items:
            return refused(404)((200, b"", {}), {})
        items = self.items[place.path]
        start = int(parse_qs(place.query).get("paginationToken", ["0"])[0])
        end = start + (self.page_size if self.paged in (None, source) else len(items))
        page: dict[str, Any] = {"items": items[start:end]}
        if end < len(items):
            page["nextPageToken"] = str(end)
        body = json.dumps(page).encode()
        self.bodies.setdefault(source, []).append(body)
        answer = 200, body, {"Date": DATE.format(min(len(self.asked), 9))}
        if self.fault and self.fault[0] == source and number >= self.fault[1]:
            return self.fault[2](answer, page)
        return answer

    def sha256(self, source: str) -> str:
        """Return the digest of the bodies that a source was answered with."""
        return hashlib.sha256(b"".join(self.bodies.get(source, []))).hexdigest()


@contextmanager
def serving(items: Items | None = None, page_size: int = 1) -> Iterator[Small]:
    """Serve a small organisation for as long as the block lasts."""
    small_one = Small(small() if items is None else items, page_size)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            answer = small_one.answer(self.path)
            status, body, headers = answer or (200, b'{"items": [', {})
            self.send_response_only(status)
            length = len(body) if answer else 1000
            for name, value in {"Content-Length": str(length), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        small_one.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield small_one
        finally:
            server.shutdown()
            thread.join()
