"""A second reading of every source, as plain as it can be made, to hold the engine against.

It shares nothing with the engine: neither its declarations nor its code.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]
Made = dict[str, list[Row]]


def pats(items: list[Any]) -> Made:
    """Flatten `/auth/pats`."""
    made: Made = {"tokens": [], "token_assignments": [], "token_operations": []}
    for item in items:
        _token("/auth/pats", item, made)
    return made


def service_accounts(items: list[Any]) -> Made:
    """Flatten `/auth/service-accounts`."""
    names = (
        "tokens",
        "token_assignments",
        "token_operations",
        "users",
        "user_assignments",
        "user_operations",
    )
    made: Made = {name: [] for name in names}
    for item in items:
        for token in item["accessTokens"]:
            _token("/auth/service-accounts", token, made)
        _user("/auth/service-accounts", item["userInfo"], made)
    return made


def users(items: list[Any]) -> Made:
    """Flatten `/auth/users`."""
    made: Made = {"users": [], "user_assignments": [], "user_operations": []}
    for item in items:
        _user("/auth/users", item, made)
    return made


def permissions(items: list[Any]) -> Made:
    """Flatten `/permissions`."""
    made: Made = {"permissions": [], "permission_operations": [], "pending_operations": []}
    for number, item in enumerate(items):
        contained = list(dict.fromkeys(item["operations"]))
        made["permissions"].append(
            {
                "source": "/permissions",
                "caller": "us-9",
                "permission_no": number,
                "permission_id": _id(item["id"]),
                "name": item["name"],
                "status": item["status"],
                "is_immutable": item["isImmutable"],
                "is_archived": item["isArchived"],
                "date_created": _when(item["dateCreated"]),
                "date_updated": _when(item["dateUpdated"]),
                "operation_count": len(contained),
                **_change(item),
            }
        )
        after = ((item.get("pendingChangeRequest") or {}).get("body") or {}).get("operations") or []
        for table, listed in (("permission_operations", contained), ("pending_operations", after)):
            made[table] += [
                {
                    "source": "/permissions",
                    "permission_no": number,
                    "permission_id": _id(item["id"]),
                    "permission_name": item["name"],
                    "operation": operation,
                }
                for operation in dict.fromkeys(listed)
            ]
    return made


def permission_assignments(items: list[Any]) -> Made:
    """Flatten `/permissions/{id}/assignments`."""
    rows = []
    for number, item in enumerate(items):
        change = item.get("pendingChangeRequest")
        granted = not change or change["operationKind"] != "Create" or change["status"] == "Applied"
        told = _change(item)
        rows.append(
            {
                "source": "/permissions/{id}/assignments",
                "caller": "us-9",
                "assignment_no": number,
                "assignment_id": _id(item["id"]),
                "permission_id": _id(item["permissionId"]),
                "identity_id": _id(item["identityId"]),
                "identity_kind": None,
                "in_effect": granted,
                "is_immutable": item["isImmutable"],
                "date_created": _when(item["dateCreated"]),
                "date_updated": _when(item["dateUpdated"]),
                "change_id": told["change_id"],
                "change_status": told["change_status"],
                "change_kind": change["operationKind"] if change else None,
                "change_requested_by": told["change_requested_by"],
                "change_date": told["change_date"],
            }
        )
    return {"permission_assignments": rows}


def user_groups(items: list[Any]) -> Made:
    """Flatten `/auth/user-groups`."""
    rows = [
        {
            "source": "/auth/user-groups",
            "caller": "us-9",
            "group_no": number,
            "group_id": _id(item["id"]),
            "name": item["name"],
            "description": item.get("description"),
            "member_count": item["memberCount"],
            "org_id": _id(item.get("orgId")),
            "tenant_id": _id(item.get("tenantId")),
            "date_created": _when(item["dateCreated"]),
            "date_updated": _when(item["dateUpdated"]),
        }
        for number, item in enumerate(items)
    ]
    return {"user_groups": rows}


def user_group_members(items: list[Any]) -> Made:
    """Flatten `/auth/user-groups/{id}/members` of the group ug-1."""
    rows = [
        {
            "source": "/auth/user-groups/{id}/members",
            "caller": "us-9",
            "member_no": number,
            "group_id": "ug-1",
            "user_id": _id(item["id"] if item.get("userId") is None else item["userId"]),
        }
        for number, item in enumerate(items)
    ]
    return {"user_group_members": rows}


def policies(items: list[Any]) -> Made:
    """Flatten `/v2/policies`."""
    made: Made = {"policies": [], "policy_groups": [], "policy_approvers": [], "policy_filters": []}
    for number, item in enumerate(items):
        place = {"source": "/v2/policies", "policy_no": number, "policy_id": _id(item["id"])}
        configuration = item["rule"].get("configuration") or {}
        filters = {name: value for name, value in (item.get("filters") or {}).items() if value is not None}
        made["policies"].append(
            {
                "source": "/v2/policies",
                "caller": "us-9",
                "policy_no": number,
                "policy_id": _id(item["id"]),
                "name": item["name"],
                "status": item["status"],
                "activity_kind": item["activityKind"],
                "rule_kind": item["rule"]["kind"],
                "rule_limit": configuration.get("limit"),
                "rule_currency": configuration.get("currency"),
                "rule_timeframe": configuration.get("timeframe"),
                "action_kind": item["action"]["kind"],
                "auto_reject_minutes": item["action"].get("autoRejectTimeout"),
                "is_filtered": bool(filters),
                "date_created": _when(item.get("dateCreated")),
                "date_updated": _when(item.get("dateUpdated")),
                **_change(item),
            }
        )
        for group_no, group in enumerate(item["action"].get("approvalGroups") or []):
            named = group["approvers"].get("userId")
            made["policy_groups"].append(
                {
                    "source": "/v2/policies",
                    "policy_no": number,
                    "group_no": group_no,
                    "policy_id": _id(item["id"]),
                    "name": group.get("name"),
                    "quorum": group["quorum"],
                    "anyone_can_approve": named is None,
                    "initiator_can_approve": group.get("initiatorCanApprove"),
                    "service_accounts_can_approve": group.get("serviceAccountsCanApprove"),
                }
            )
            for user in dict.fromkeys(named["in"] if named else []):
                made["policy_approvers"].append(
                    {
                        "source": "/v2/policies",
                        "policy_no": number,
                        "group_no": group_no,
                        "policy_id": _id(item["id"]),
                        "user_id": _id(user),
                    }
                )
        tags = filters.get("walletTags") or {}
        values = [
            (name, (filters.get(name) or {}).get("in")) for name in ("permissionId", "policyId", "walletId")
        ]
        values += [(f"walletTags.{name}", tags.get(name)) for name in ("hasAny", "hasAll")]
        for name, listed in values:
            made["policy_filters"] += [
                {**place, "filter": name, "value": each} for each in dict.fromkeys(listed or [])
            ]
    return made


FLATTEN: dict[str, Callable[[list[Any]], Made]] = {
    "/auth/pats": pats,
    "/auth/service-accounts": service_accounts,
    "/auth/users": users,
    "/permissions": permissions,
    "/permissions/{id}/assignments": permission_assignments,
    "/auth/user-groups": user_groups,
    "/auth/user-groups/{id}/members": user_group_members,
    "/v2/policies": policies,
}


def _token(source: str, item: Any, made: Made) -> None:
    place = {"source": source, "token_no": len(made["tokens"]), "token_id": _id(item["tokenId"])}
    counts = _assigned(place, item, made, "token")
    made["tokens"].append(
        {
            "source": source,
            "caller": "us-9",
            "token_no": place["token_no"],
            "token_id": place["token_id"],
            "name": item["name"],
            "kind": item["kind"],
            "is_active": item["isActive"],
            "date_created": _when(item["dateCreated"]),
            "org_id": _id(item["orgId"]),
            "linked_user_id": _id(item["linkedUserId"]),
            "linked_app_id": _id(item["linkedAppId"]),
            "cred_id": _id(item["credId"]),
            "public_key": _id(item["publicKey"]),
            "secret_returned": bool(item.get("accessToken")),
            **counts,
        }
    )


def _user(source: str, item: Any, made: Made) -> None:
    place = {"source": source, "user_no": len(made["users"]), "user_id": _id(item["userId"])}
    counts = _assigned(place, item, made, "user")
    made["users"].append(
        {
            "source": source,
            "caller": "us-9",
            "user_no": place["user_no"],
            "user_id": place["user_id"],
            "username": item["username"],
            "name": item.get("name"),
            "kind": item["kind"],
            "is_active": item["isActive"],
            "is_service_account": item["isServiceAccount"],
            "is_registered": item["isRegistered"],
            "is_sso_required": item.get("isSSORequired"),
            "org_id": _id(item.get("orgId")),
            "tenant_id": _id(item.get("accountId") if item.get("tenantId") is None else item["tenantId"]),
            "credential_uuid": _id(item["credentialUuid"]),
            **counts,
        }
    )


def _assigned(place: Row, item: Any, made: Made, kind: str) -> Row:
    """Flatten assignments; returns the two counts of whoever holds them."""
    given = item["permissionAssignments"]
    lists = [each.get("operations") for each in given]
    source, number, identity = place
    for assignment_no, (each, listed) in enumerate(zip(given, lists, strict=True)):
        distinct = list(dict.fromkeys(listed or []))
        around = {
            source: place[source],
            number: place[number],
            "assignment_no": assignment_no,
            identity: place[identity],
            "permission_id": _id(each["permissionId"]),
            "permission_name": each["permissionName"],
        }
        count = None if listed is None else len(distinct)
        made[f"{kind}_assignments"].append(
            {**around, "assignment_id": _id(each["assignmentId"]), "operation_count": count}
        )
        made[f"{kind}_operations"] += [{**around, "operation": operation} for operation in distinct]
    known = all(listed is not None for listed in lists)
    return {
        "assignment_count": len(given),
        "operation_count": len({name for listed in lists for name in listed or []}) if known else None,
    }


def _change(item: Any) -> Row:
    change = item.get("pendingChangeRequest")
    return {
        "change_id": _id(change["id"]) if change else None,
        "change_status": change["status"] if change else None,
        "change_requested_by": _id(change["requester"]["userId"]) if change else None,
        "change_date": _when(change["dateCreated"]) if change else None,
    }


def _id(text: str | None) -> str | None:
    return text or None


def _when(text: str | None) -> datetime | None:
    """Read the few forms of a timestamp that the generators make."""
    try:
        day, offset = (text or "")[:-6], (text or "")[-6:]
        hours, minutes = offset[1:].split(":")
        shift = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if offset[0] == "-" else 1)
        return datetime.fromisoformat(day).replace(tzinfo=UTC) - shift
    except (ValueError, OverflowError):
        return None
