"""Places that several sources have: tokens, users, and what a pending change says."""

from __future__ import annotations

from dfns_frames._api.functions import secret
from dfns_frames._api.identities import (
    TOKEN_ASSIGNMENTS,
    TOKEN_OPERATIONS,
    TOKENS,
    USER_ASSIGNMENTS,
    USER_OPERATIONS,
    USERS,
)
from dfns_frames._api.vocabulary import Field, Rows, Table, same

_ASSIGNMENT = {
    "permission_id": "permissionId",
    "permission_name": "permissionName",
    "assignment_id": "assignmentId",
}

# Of a pending change; what it would make of the whole is read where a source says so.
CHANGE = {
    "change_id": "pendingChangeRequest?.id",
    "change_status": "pendingChangeRequest?.status",
    "change_requested_by": "pendingChangeRequest?.requester.userId",
    "change_date": "pendingChangeRequest?.dateCreated",
}
CHANGE_KNOWN = (
    "pendingChangeRequest?.requester.tokenId",
    "pendingChangeRequest?.requester.appId",
    "pendingChangeRequest?.entityId",
    "pendingChangeRequest?.userActionId",
    "pendingChangeRequest?.dateResolved",
    "pendingChangeRequest?.approvalId",
    "pendingChangeRequest?.kind",
    "pendingChangeRequest?.operationKind",
    "pendingChangeRequest?.body?.*",
)


def tokens(at: str) -> Rows:
    """Declare a place with access tokens."""
    return Rows(
        at,
        TOKENS,
        {
            "token_id": "tokenId",
            "name": "name",
            "kind": "kind",
            "is_active": "isActive",
            "date_created": "dateCreated",
            "org_id": "orgId",
            "linked_user_id": "linkedUserId",
            "linked_app_id": "linkedAppId",
            "cred_id": "credId",
            "public_key": "publicKey",
            "secret_returned": secret("accessToken"),
        },
        inner=(_assignments("token_id", TOKEN_ASSIGNMENTS, TOKEN_OPERATIONS),),
    )


def users(at: str, more: dict[str, str | Field] | None = None) -> Rows:
    """Declare a place with users; `more` are the fields that only some sources have."""
    return Rows(
        at,
        USERS,
        {
            "user_id": "userId",
            "username": "username",
            "name": "name?",
            "kind": "kind",
            "is_active": "isActive",
            "is_service_account": "isServiceAccount",
            "is_registered": "isRegistered",
            "org_id": "orgId?",
            "tenant_id": "tenantId|accountId?",
            "credential_uuid": "credentialUuid",
        }
        | (more or {}),
        known=("permissions[]", "scopes[]", "credentialId"),
        inner=(_assignments("user_id", USER_ASSIGNMENTS, USER_OPERATIONS),),
    )


def _assignments(owner: str, assignments: Table, operations: Table) -> Rows:
    return Rows(
        "permissionAssignments[]",
        assignments,
        _ASSIGNMENT,
        down=same(owner),
        inner=(
            Rows(
                "operations?[]",
                operations,
                {"operation": ""},
                down=same(owner, "permission_id", "permission_name"),
            ),
        ),
    )
