"""An audit of an organisation: tokens as in the other sections, with users who hold rights, and policies."""

from __future__ import annotations

import random
from typing import Any

from benchmarks.contenders import Contender, Rows, Work

_SEED = 20261126
_ROLES, _OPERATIONS = 40, 20


def organisation(path: str) -> Any:
    """Return the frames of an organisation whose tokens a saved response lists."""
    import dfns_frames as dff

    tokens = dff.read(path)
    owners = tokens.tokens["linked_user_id"].dropna().unique().tolist()
    count = max(1_000, len(tokens.tokens) // 10)
    listed = [*owners, *(f"us-more-{number}" for number in range(count - len(owners)))]
    users = dff.read({"items": _users(listed, dff)}, endpoint="/auth/users")
    policies = dff.read({"items": [_policy(number) for number in range(20)]}, endpoint="/v2/policies")
    return dff.concat([tokens, users, policies])


def _audit(path: str) -> Work:
    org = organisation(path)

    def work() -> Rows:
        return (len(org.audit().arrow("findings")),)

    return work


def _users(ids: list[str], dff: Any) -> list[dict[str, Any]]:
    """Return users who hold two roles each, one in twenty of them switched off."""
    draw = random.Random(_SEED)  # noqa: S311 - made-up data, nothing secret
    operations = dff.operations()["operation"].astype(str).tolist()
    roles = [draw.sample(operations, _OPERATIONS) for _ in range(_ROLES)]
    return [
        {
            "username": f"{user}@example.test",
            "name": f"User {number}",
            "userId": user,
            "kind": "CustomerEmployee",
            "credentialUuid": f"cr-{number}",
            "orgId": "or-1",
            "isActive": number % 20 > 0,
            "isServiceAccount": False,
            "isRegistered": number % 30 > 0,
            "isSSORequired": False,
            "permissionAssignments": [
                {
                    "permissionName": f"role {role}",
                    "permissionId": f"pm-role-{role}",
                    "assignmentId": f"as-{number}-{role}",
                    "operations": roles[role],
                }
                for role in draw.sample(range(_ROLES), 2)
            ],
        }
        for number, user in enumerate(ids)
    ]


def _policy(number: int) -> dict[str, Any]:
    kinds = ("Wallets:Sign", "Permissions:Assign", "Permissions:Modify", "Policies:Modify")
    group = {"quorum": 1 + number % 3, "approvers": {}, "initiatorCanApprove": number % 2 > 0}
    return {
        "id": f"po-{number}",
        "name": f"policy {number}",
        "status": "Active",
        "activityKind": kinds[number % len(kinds)],
        "rule": {"kind": "AlwaysTrigger" if number % 5 == 0 else "TransactionCountVelocity"},
        "action": {"kind": "RequestApproval", "approvalGroups": [group]},
    }


AUDITS: dict[str, Contender] = {"audit": _audit}
