"""What was set aside as unreadable may be what matters: its absence proves nothing."""

from __future__ import annotations

from typing import Any

import dfns_frames as dff
from tests.conftest import assignment, token

_OWNER = {
    "username": "ann@example.test", "name": "Ann", "userId": "us-1", "kind": "CustomerEmployee",
    "credentialUuid": "cr-1", "orgId": "or-1", "isActive": True, "isServiceAccount": False,
    "isRegistered": True, "isSSORequired": False, "permissionAssignments": [],
}  # fmt: skip
_MOVES = assignment("Treasury", operations=["Wallets:Transfers:Create"])
_WHEN = "2026-03-02T08:00:00Z"


def read(endpoint: str, *items: dict[str, Any]) -> dff.Frames:
    return dff.read(
        {"items": list(items)}, endpoint=endpoint, caller="us-1", fetched_at=_WHEN, skip_invalid=True
    )


def test_a_policy_that_was_set_aside_may_stop_somebody() -> None:
    """Without any policy a user who may transfer does so alone; with an unreadable one nobody can tell."""
    owner = {**_OWNER, "permissionAssignments": [_MOVES]}
    tokens = read("/auth/pats", token(1, _MOVES, linkedUserId="us-1"))
    found = []
    for policies in ([], [{"id": 5}]):
        org = dff.concat([tokens, read("/auth/users", owner), read("/v2/policies", *policies)])
        found.append({*org.who_can("move_funds")["alone"].astype(str)})
    assert found == [{"yes"}, {"unknown"}]


def test_a_permission_that_was_set_aside_may_be_the_vendors() -> None:
    """Where the permission of that name could not be read, its holder stays a full administrator."""
    held = assignment("ManagedFullAdminAccess", permissionId="pm-9", operations=[])
    tokens = read("/auth/pats", token(1, held))
    org = dff.concat([tokens, read("/permissions", {"id": "pm-9", "name": 5})])
    for frames in (tokens, org):
        assert dff.measures.capabilities(frames)["holds_everything"].tolist() == [True]


def test_an_approver_who_was_set_aside_may_be_able_to_approve() -> None:
    """A quorum that needs the user whose item could not be read is not reported as certainly out of reach."""
    approver = {**_OWNER, "userId": "us-2", "username": "bob@example.test"}
    group = {"quorum": 1, "approvers": {"userId": {"in": ["us-2"]}}, "initiatorCanApprove": False}
    policy = {
        "id": "po-1", "name": "Treasury", "status": "Active", "activityKind": "Wallets:Sign",
        "rule": {"kind": "AlwaysTrigger"}, "action": {"kind": "RequestApproval", "approvalGroups": [group]},
    }  # fmt: skip
    found = []
    for users in ([_OWNER], [_OWNER, {**approver, "isActive": 5}]):
        org = dff.concat([read("/auth/users", *users), read("/v2/policies", policy)])
        findings = org.audit().findings
        about = findings[(findings["rule"] == "G06") & (findings["subject_id"] == "po-1")]
        found.append(about["confidence"].astype(str).tolist())
    assert found[0] == ["certain"]
    assert found[1] != ["certain"]
