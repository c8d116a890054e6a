"""Looks at a made-up organisation: plain values that become responses, and then Frames."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

import dfns_frames as dff
from dfns_frames._api.readings import SOURCES as READ
from dfns_frames._api.sources import SOURCES
from dfns_frames._engine.reader import Reader
from dfns_frames._hidden import Body
from dfns_frames.frames.intake import to_frames

PATS, MACHINES, PERMISSIONS = "/auth/pats", "/auth/service-accounts", "/permissions"
MAY, JUNE = datetime(2026, 5, 1, 8, tzinfo=UTC), datetime(2026, 6, 1, 8, tzinfo=UTC)
Json = dict[str, Any]


def assigned(permission: str, operations: Iterable[str] | None = (), name: str | None = None) -> Json:
    """Return a permission, as listed with its holder; operations None: not listed."""
    made = {"permissionId": permission, "permissionName": name or f"role {permission}", "assignmentId": ""}
    return made if operations is None else {**made, "operations": [*operations]}


def token(token_id: str, *assignments: Json, **more: Any) -> Json:
    """Return a token as the API lists it."""
    return {
        "tokenId": token_id,
        "name": f"name of {token_id}",
        "kind": "Pat",
        "isActive": True,
        "dateCreated": "2026-03-01T09:30:00.000Z",
        "orgId": "or-1",
        "linkedUserId": "us-1",
        "linkedAppId": "",
        "credId": "",
        "publicKey": "",
        "permissionAssignments": [*assignments],
        **more,
    }


def user(user_id: str, *assignments: Json, **more: Any) -> Json:
    """Return a user as the API lists it."""
    return {
        "username": f"{user_id}@example.com",
        "name": f"name of {user_id}",
        "userId": user_id,
        "kind": "CustomerEmployee",
        "credentialUuid": "",
        "orgId": "or-1",
        "isActive": True,
        "isServiceAccount": False,
        "isRegistered": True,
        "isSSORequired": False,
        "permissionAssignments": [*assignments],
        **more,
    }


def machine(user_id: str, *tokens: Json, permissions: Iterable[Json] = (), **more: Any) -> Json:
    """Return a service account with its tokens as the API lists it."""
    account = user(user_id, *permissions, isServiceAccount=True, **more)
    del account["isSSORequired"]
    return {"userInfo": account, "accessTokens": [*tokens]}


def permission(permission_id: str, *operations: str, **more: Any) -> Json:
    """Return a permission as the API lists it."""
    return {
        "id": permission_id,
        "name": f"role {permission_id}",
        "operations": [*operations],
        "status": "Active",
        "isImmutable": False,
        "isArchived": False,
        "dateCreated": "2026-01-01T00:00:00Z",
        "dateUpdated": "2026-01-01T00:00:00Z",
        **more,
    }


def frames(
    listed: Mapping[str, Iterable[Json]],
    when: datetime = MAY,
    *,
    caller: str | None = "us-1",
    incomplete: Iterable[str] = (),
    refused: Mapping[str, str] | None = None,
    basis: str = "response",
    org: str | None = "or-1",
) -> dff.Frames:
    """Return what sources listed, by path, and how the others answered."""
    parts = []
    for path, items in listed.items():
        body: Json = {"items": [*items], **({"nextPageToken": "more"} if path in incomplete else {})}
        reader = Reader(SOURCES[path], skip_invalid=True, saved=True)
        reader.add(Body(json.dumps(body).encode()), {"id": "ug-1"} if path.endswith("/members") else None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dff.DriftWarning)
            parts.append(to_frames(reader, url=path, fetched_at=when, basis=basis, caller=caller))
    joined = dff.concat(parts)
    sources = joined.arrow("sources").to_pylist()
    for row in sources:
        row["org_id"] = row["org_id"] or org
    for path, status in (refused or {}).items():
        row = {"source": path, "caller": caller, "status": status, "fetched_at": when, "org_id": org}
        sources.append({**row, "source_no": len(sources), "fetched_at_basis": basis})
    tables: dict[str, pa.Table] = {name: joined.arrow(name) for name in joined}
    return dff.Frames({**tables, "sources": READ.from_rows(sources)})


def pats(*tokens: Json, when: datetime = MAY, caller: str | None = "us-1", **more: Any) -> dff.Frames:
    """Return the tokens that one caller is shown."""
    return frames({PATS: tokens}, when, caller=caller, **more)
