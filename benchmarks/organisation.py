"""A large organisation behind a loopback server of its own process: ``python -m benchmarks.organisation``.

The same one each time: 10,000 users, 300 permissions, 200 service accounts, 40 groups, 60 policies.
"""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dfns_frames._api.catalogue import operation_names

USERS, PERMISSIONS, MACHINES, GROUPS, POLICIES, TOKENS = 10_000, 300, 200, 40, 60, 100

_SEED = 20261019
_MEMBERS = 50  # of each group
_WHEN = {"dateCreated": "2026-01-01T00:00:00.000Z", "dateUpdated": "2026-02-01T00:00:00.000Z"}

Listings = dict[str, list[dict[str, Any]]]


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Run the server while needed; gives its address."""
    command = [sys.executable, "-m", "benchmarks.organisation"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def listings() -> Listings:
    """Make what each path lists."""
    draw = random.Random(_SEED)  # noqa: S311 - made-up data, nothing secret
    names = sorted(operation_names())
    permissions = [
        _permission(number, draw.sample(names, draw.randint(5, 60))) for number in range(PERMISSIONS)
    ]
    users = [_user(number, draw.choices(permissions, k=2)) for number in range(USERS)]
    machines = [_user(USERS + number, draw.choices(permissions, k=2)) for number in range(MACHINES)]
    made: Listings = {
        "/auth/pats": [_token(n, "us-0", draw.choices(permissions, k=2)) for n in range(TOKENS)],
        "/auth/service-accounts": [_machine(number, info) for number, info in enumerate(machines)],
        "/auth/users": [{**user, "isSSORequired": False} for user in users],
        "/permissions": permissions,
        "/v2/policies": [_policy(number) for number in range(POLICIES)],
        "/auth/user-groups": [_group(number) for number in range(GROUPS)],
        **{f"/permissions/{each['id']}/assignments": [] for each in permissions},
    }
    for owner in (*users, *machines):
        for given in owner["permissionAssignments"]:
            listed = made[f"/permissions/{given['permissionId']}/assignments"]
            identity = {"permissionId": given["permissionId"], "identityId": owner["userId"]}
            listed.append({"id": given["assignmentId"], **identity, "isImmutable": False, **_WHEN})
    for number in range(GROUPS):
        members = [{"userId": f"us-{draw.randrange(USERS)}"} for _ in range(_MEMBERS)]
        made[f"/auth/user-groups/ug-{number}/members"] = members
    return made


def _permission(number: int, operations: list[str]) -> dict[str, Any]:
    flags = {"status": "Active", "isImmutable": False, "isArchived": False}
    return {"id": f"pm-{number}", "name": f"Permission {number}", "operations": operations, **flags, **_WHEN}


def _given(permissions: list[dict[str, Any]], owner: str) -> list[dict[str, Any]]:
    return [
        {
            "permissionName": each["name"],
            "permissionId": each["id"],
            "assignmentId": f"as-{owner}-{place}",
            "operations": each["operations"],
        }
        for place, each in enumerate(permissions)
    ]


def _user(number: int, permissions: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "username": f"user-{number}@example.test",
        "name": f"User {number}",
        "userId": f"us-{number}",
        "kind": "CustomerEmployee",
        "credentialUuid": f"cr-{number}",
        "orgId": "or-1",
        "isActive": True,
        "isServiceAccount": number >= USERS,
        "isRegistered": True,
        "permissionAssignments": _given(permissions, f"us-{number}"),
    }


def _token(number: int, owner: str, permissions: list[dict[str, Any]]) -> dict[str, Any]:
    token_id = f"to-{owner}-{number}"
    return {
        "tokenId": token_id,
        "name": f"token {number}",
        "kind": "Pat" if owner == "us-0" else "ServiceAccount",
        "isActive": True,
        "dateCreated": _WHEN["dateCreated"],
        "orgId": "or-1",
        "linkedUserId": owner,
        "linkedAppId": "",
        "credId": f"cred-{token_id}",
        "publicKey": f"SHA256:{token_id}",
        "permissionAssignments": _given(permissions, token_id),
    }


def _machine(number: int, info: dict[str, Any]) -> dict[str, Any]:
    return {"userInfo": info, "accessTokens": [_token(number, info["userId"], [])]}


def _policy(number: int) -> dict[str, Any]:
    approvers = {"userId": {"in": [f"us-{number}", f"us-{number + 1}"]}}
    return {
        "id": f"plc-{number}",
        "name": f"Policy {number}",
        "status": "Active",
        "activityKind": "Wallets:Sign",
        "rule": {"kind": "TransactionAmountLimit", "configuration": {"limit": 1000, "currency": "EUR"}},
        "action": {"kind": "RequestApproval", "approvalGroups": [{"quorum": 1, "approvers": approvers}]},
        **_WHEN,
    }


def _group(number: int) -> dict[str, Any]:
    return {"id": f"ug-{number}", "name": f"Group {number}", "memberCount": _MEMBERS, **_WHEN}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the second of two writes waits for an acknowledgement
    listed: Listings

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        asked = parse_qs(place.query)
        items = self.listed[place.path]
        start = int(asked.get("paginationToken", ["0"])[0])
        end = start + int(asked.get("limit", [str(len(items))])[0])
        page: dict[str, Any] = {"items": items[start:end]}
        if end < len(items):
            page["nextPageToken"] = str(end)
        body = json.dumps(page, separators=(",", ":")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    """Serve the organisation until terminated, after printing the address."""
    _Handler.listed = listings()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
