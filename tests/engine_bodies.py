"""Random responses of every source, in the documented shape."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

ODD = [
    "",
    "to-1",
    "=1+1",
    "\0",
    "\u202etxt.exe",
    "\ufeff",
    "\U0001f4a3",
    "\\",
    '"',
    '},{"tokenId":',
    "]}",
    "*",
]
texts = st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), st.sampled_from(ODD))
ids = st.one_of(st.sampled_from(["", *(f"id-{number}" for number in range(30))]), texts)
offsets = st.sampled_from(["+00:00", "-00:00", "+05:30", "-23:59", "+23:59"])
times = st.one_of(
    st.builds(lambda time, offset: time.isoformat() + offset, st.datetimes(), offsets),
    st.sampled_from(["", "soon", "2026-02-30T00:00:00+00:00"]),
)
operations = st.lists(
    st.sampled_from(["Wallets:Read", "Wallets:Create", "Auth:Pats:Read", "X:Y", ""]), max_size=5
)
numbers = st.integers(-(2**63), 2**63 - 1)
limits = st.one_of(
    st.integers(-(10**30), 10**30).map(float), st.floats(allow_nan=False, allow_infinity=False)
)


def made(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Make objects, what is optional absent, null or there."""
    return st.fixed_dictionaries(
        required, optional={name: st.none() | each for name, each in optional.items()}
    )


assignment = made(
    dict.fromkeys(["permissionName", "permissionId", "assignmentId"], ids), operations=operations
)
assignments = st.lists(assignment, max_size=3)
token = made(
    dict.fromkeys(["tokenId", "linkedUserId", "linkedAppId", "credId", "publicKey", "orgId"], ids)
    | {"name": texts, "kind": texts, "dateCreated": times, "isActive": st.booleans()}
    | {"permissionAssignments": assignments},
    accessToken=st.sampled_from(["", "PLANTED-0123456789"]),
)
_user = dict.fromkeys(["username", "userId", "kind", "credentialUuid"], texts) | {
    **dict.fromkeys(["isActive", "isServiceAccount", "isRegistered"], st.booleans()),
    "permissionAssignments": assignments,
}
_user_optional = dict.fromkeys(["name", "orgId", "tenantId", "accountId", "credentialId"], texts) | {
    "permissions": operations,
    "scopes": operations,
}
user = made({**_user, "isSSORequired": st.booleans()}, **_user_optional)
service_account = made(
    {"userInfo": made(_user, **_user_optional), "accessTokens": st.lists(token, max_size=3)}
)


def change(kinds: list[str], body: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return made(
        {
            "id": ids,
            "requester": made({"userId": ids}, tokenId=ids, appId=ids),
            "status": st.sampled_from(["Applied", "Failed", "Pending", "Rejected", "New"]),
            "entityId": ids,
            "dateCreated": times,
            "kind": st.just("Permission"),
            "operationKind": st.sampled_from(kinds),
            "body": body,
        },
        userActionId=ids,
        dateResolved=times,
        approvalId=ids,
    )


listed = {"id": ids, "isImmutable": st.booleans(), "dateCreated": times, "dateUpdated": times}
permission = made(
    {**listed, "name": texts, "operations": operations, "status": texts, "isArchived": st.booleans()},
    pendingChangeRequest=change(["Update"], made({"id": ids, "more": limits}, operations=operations)),
)
permission_assignment = made(
    {**listed, "permissionId": ids, "identityId": ids},
    pendingChangeRequest=change(["Create", "Delete"], made({"identityId": ids})),
)
group = made(
    {"id": ids, "name": texts, "memberCount": numbers, "dateCreated": times, "dateUpdated": times},
    orgId=ids,
    tenantId=ids,
    description=texts,
)
member = st.one_of(made({"userId": ids}, id=ids, more=limits), made({"id": ids}, userId=ids, more=texts))
some = st.lists(ids, max_size=3)
approval_group = made(
    {"quorum": numbers, "approvers": made({}, userId=made({"in": some}))},
    name=texts,
    initiatorCanApprove=st.booleans(),
    serviceAccountsCanApprove=st.booleans(),
)
policy = made(
    {
        "id": ids,
        "name": texts,
        "status": texts,
        "activityKind": texts,
        "rule": made(
            {"kind": texts},
            configuration=made(
                {}, limit=limits, currency=texts, timeframe=numbers, assets=some, other=numbers
            ),
        ),
        "action": made(
            {"kind": texts}, approvalGroups=st.lists(approval_group, max_size=2), autoRejectTimeout=numbers
        ),
    },
    dateCreated=times,
    dateUpdated=times,
    filters=made(
        {},
        **dict.fromkeys(["permissionId", "policyId", "walletId"], made({"in": some})),
        walletTags=made({}, hasAny=some, hasAll=some),
    ),
    pendingChangeRequest=change(["Update"], made({"more": limits})),
)

ITEMS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "/auth/pats": token,
    "/auth/service-accounts": service_account,
    "/auth/users": user,
    "/permissions": permission,
    "/permissions/{id}/assignments": permission_assignment,
    "/auth/user-groups": group,
    "/auth/user-groups/{id}/members": member,
    "/v2/policies": policy,
}
