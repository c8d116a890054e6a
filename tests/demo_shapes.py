"""The shapes of what the API lists, as they are documented; a ``?`` ends the name of an optional field."""

from collections.abc import Iterator
from typing import Any

__all__ = ["SHAPES", "misfits"]

Shape = dict[str, Any]
ASSIGNMENT: Shape = {"permissionName": str, "permissionId": str, "assignmentId": str, "operations?": [str]}
CHANGE: Shape = {
    "id": str,
    "requester": {"userId": str, "tokenId?": str},
    "status": str,
    "entityId": str,
    "dateCreated": str,
    "dateResolved?": str,
    "approvalId?": str,
    "kind": str,
    "operationKind": str,
    "body": dict,
}
TOKEN: Shape = {
    "dateCreated": str,
    "credId": str,
    "kind": str,
    "linkedUserId": str,
    "linkedAppId": str,
    "name": str,
    "orgId": str,
    "publicKey": str,
    "tokenId": str,
    "accessToken?": str,
    "isActive": bool,
    "permissionAssignments": [ASSIGNMENT],
}
INFO: Shape = {
    "username": str,
    "name?": str,
    "userId": str,
    "kind": str,
    "credentialUuid": str,
    "credentialId?": str,
    "orgId?": str,
    "tenantId?": str,
    "permissions?": [str],
    "scopes?": [str],
    "isActive": bool,
    "isServiceAccount": bool,
    "isRegistered": bool,
    "permissionAssignments": [ASSIGNMENT],
}
SHAPES: dict[str, Shape] = {
    "/auth/service-accounts": {"userInfo": INFO, "accessTokens": [TOKEN]},
    "/auth/users": {**INFO, "isSSORequired": bool},
    "/permissions": {
        "id": str,
        "name": str,
        "operations": [str],
        "status": str,
        "isImmutable": bool,
        "isArchived": bool,
        "dateCreated": str,
        "dateUpdated": str,
        "pendingChangeRequest?": CHANGE,
    },
    "/assignments": {
        "id": str,
        "permissionId": str,
        "identityId": str,
        "isImmutable": bool,
        "dateCreated": str,
        "dateUpdated": str,
        "pendingChangeRequest?": CHANGE,
    },
    "/auth/user-groups": {
        "id": str,
        "orgId?": str,
        "tenantId?": str,
        "name": str,
        "description?": str,
        "memberCount": int,
        "dateCreated": str,
        "dateUpdated": str,
    },
    "/members": {"userId": str},
    "/v2/policies": {
        "id": str,
        "name": str,
        "status": str,
        "dateCreated?": str,
        "dateUpdated?": str,
        "activityKind": str,
        "rule": {"kind": str, "configuration?": dict},
        "action": {
            "kind": str,
            "approvalGroups?": [
                {
                    "name?": str,
                    "quorum": int,
                    "approvers": {"userId?": {"in": [str]}},
                    "initiatorCanApprove?": bool,
                    "serviceAccountsCanApprove?": bool,
                }
            ],
            "autoRejectTimeout?": int,
        },
        "filters?": {
            "permissionId?": {"in": [str]},
            "policyId?": {"in": [str]},
            "walletId?": {"in": [str]},
            "walletTags?": {"hasAny?": [str], "hasAll?": [str]},
        },
        "pendingChangeRequest?": CHANGE,
    },
}


def misfits(value: Any, shape: Any, where: str) -> Iterator[str]:
    """Name each place where a value is not of its shape; null in an optional field is as good as absent."""
    if isinstance(shape, list):
        if type(value) is not list:
            yield where
            return
        for each in value:
            yield from misfits(each, shape[0], f"{where}[]")
    elif isinstance(shape, dict):
        known = {field.rstrip("?"): field for field in shape}
        yield from (f"{where}.{field} is unknown" for field in value.keys() - known.keys())
        for field, declared in known.items():
            optional = declared.endswith("?")
            if field not in value:
                if not optional:
                    yield f"{where}.{field} is missing"
            elif value[field] is not None or not optional:
                yield from misfits(value[field], shape[declared], f"{where}.{field}")
    elif type(value) is not shape:
        yield where
