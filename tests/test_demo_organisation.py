"""The demo's organisation: what its listings hold. The library itself takes no part."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from dfns_frames.demo import org
from dfns_frames.demo.identities import group_id, unlisted_tokens
from dfns_frames.demo.organisation import ORGANISATIONS, callers, listings
from dfns_frames.demo.rights import held
from dfns_frames.demo.story.world import MAIN, SISTER
from tests.demo_answers import names
from tests.demo_shapes import SHAPES, misfits

DIGEST = "227f4d08f151a48dc37572e92ab569b3cc583dd7846bfe295bddfca805bddc8f"
Item = dict[str, Any]
LISTED = listings(MAIN)
SANDBOX = listings(SISTER)
USERS: list[Item] = LISTED["/auth/users"]
ACCOUNTS: list[Item] = LISTED["/auth/service-accounts"]
PERMISSIONS: list[Item] = LISTED["/permissions"]
GROUPS: list[Item] = LISTED["/auth/user-groups"]
POLICIES: list[Item] = LISTED["/v2/policies"]
ASSIGNMENTS = [item for path, items in LISTED.items() if path.endswith("/assignments") for item in items]
EVERYBODY = [*USERS, *(account["userInfo"] for account in ACCOUNTS)]
MACHINE_TOKENS = [token for account in ACCOUNTS for token in account["accessTokens"]]
OWN_TOKENS = [
    token for body in org.bodies().values() for token in body["items"] if token["orgId"] == org.ORG_ID
]

# --- Shapes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("organisation", ORGANISATIONS, ids=lambda each: each.key)
def test_shapes(organisation: Any) -> None:
    """Every item has each documented field with its documented type, and no other."""
    for path, items in listings(organisation).items():
        [shape] = [shape for end, shape in SHAPES.items() if path.endswith(end)]
        assert [found for item in items for found in misfits(item, shape, path)] == []


def test_optional_fields_are_sometimes_absent_and_sometimes_null() -> None:
    """Both ways of saying that there is none occur, beside a value."""
    ways = [
        {type(item.get(field, ...)) for item in items}
        for field, items in (
            ("tenantId", USERS),
            ("description", GROUPS),
            ("pendingChangeRequest", PERMISSIONS),
            ("pendingChangeRequest", ASSIGNMENTS),
        )
    ]
    assert all({type(None), type(...)} < found for found in ways)
    timeouts = {policy["action"].get("autoRejectTimeout", "absent") for policy in POLICIES}
    assert timeouts == {"absent", None, 60, 1440}


# --- Consistency ------------------------------------------------------------------------------------------


def test_ids_are_unique() -> None:
    """No two of anything share an id, in either organisation."""
    for items in ([*USERS, *SANDBOX["/auth/users"]], PERMISSIONS, GROUPS, POLICIES, ASSIGNMENTS):
        ids = [item.get("id", item.get("userId")) for item in items]
        assert len(set(ids)) == len(ids)
    tokens = [token["tokenId"] for token in [*OWN_TOKENS, *MACHINE_TOKENS, *unlisted_tokens(MAIN)]]
    assert len(set(tokens)) == len(tokens)
    assert not {item["id"] for item in PERMISSIONS} & {item["id"] for item in SANDBOX["/permissions"]}


def test_whoever_is_named_is_listed() -> None:
    """Whoever holds, belongs to, approves or asks for something is listed, but Bruno, who is gone."""
    people = {person["userId"] for person in EVERYBODY}
    tokens = {token["tokenId"] for token in [*OWN_TOKENS, *MACHINE_TOKENS, *unlisted_tokens(MAIN)]}
    groups = {group["id"] for group in GROUPS}
    applications = {token["linkedAppId"] for token in OWN_TOKENS} - {""}
    members = {m["userId"] for path, items in LISTED.items() if path.endswith("/members") for m in items}
    approvers = {
        approver
        for policy in POLICIES
        for group in policy["action"].get("approvalGroups", ())
        for approver in group["approvers"].get("userId", {}).get("in", ())
    }
    holders = {item["identityId"] for item in ASSIGNMENTS}
    owners = {token["linkedUserId"] for token in [*OWN_TOKENS, *MACHINE_TOKENS]} - {""}
    changes = [
        item["pendingChangeRequest"]
        for item in [*PERMISSIONS, *POLICIES, *ASSIGNMENTS]
        if item.get("pendingChangeRequest")
    ]
    assert members <= people
    assert {change["requester"]["userId"] for change in changes} <= people
    assert {change["requester"].get("tokenId") for change in changes} - {None} <= tokens
    assert holders - people - tokens - groups - applications == {names.user_id("bruno")}
    assert approvers - people == {names.user_id("bruno")}
    assert owners - people == {names.user_id("bruno")}


def test_assignments_agree_with_users_tokens_and_groups() -> None:
    """A right in a user or a token is an assignment of its permission too, and the same everywhere."""
    known = {permission["id"]: permission for permission in PERMISSIONS}
    listed = Counter((item["permissionId"], item["identityId"]) for item in ASSIGNMENTS)
    held_rights: Counter[tuple[str, str]] = Counter()
    unknown = set()
    for holder in [*EVERYBODY, *OWN_TOKENS, *MACHINE_TOKENS, *unlisted_tokens(MAIN)]:
        for given in holder["permissionAssignments"]:
            permission = known.get(given["permissionId"])
            if permission is None:
                unknown.add(given["permissionName"])
                assert "operations" not in given
                continue
            assert given["permissionName"] == permission["name"]
            assert given.get("operations", permission["operations"]) == permission["operations"]
            held_rights[given["permissionId"], holder.get("tokenId", holder.get("userId"))] += 1
    assert unknown == {"sandbox-access"}
    assert held_rights <= listed
    others = {identity[:2] for _, identity in listed - held_rights}
    assert others == {"ug", "ap", "us"}
    for path, items in LISTED.items():
        if path.endswith("/assignments"):
            assert {item["permissionId"] for item in items} <= {path.split("/")[2]}


def test_groups_count_their_members() -> None:
    """``memberCount`` is the number of members that are listed; one group has none."""
    counts = {
        group["memberCount"]: len(LISTED[f"/auth/user-groups/{group['id']}/members"]) for group in GROUPS
    }
    assert counts == {0: 0, 1: 1, 2: 2, 3: 3}
    assert {group["id"] for group in GROUPS} == {group_id(group.key) for group in MAIN.groups}


def test_changes_point_at_what_they_change() -> None:
    """A request names its object, and says what it would be; one of a permission adds operations."""
    for kind, items in (("Permission", PERMISSIONS), ("Assignment", ASSIGNMENTS), ("Policy", POLICIES)):
        for item in items:
            if change := item.get("pendingChangeRequest"):
                assert (change["kind"], change["entityId"]) == (kind, item["id"])
                assert change["body"].keys() >= item.keys() - {"pendingChangeRequest"} - {"dateUpdated"}
                assert ("dateResolved" in change) == (change["status"] != "Pending")
    [payouts] = [item for item in PERMISSIONS if item["name"] == "payouts-service"]
    would_be = payouts["pendingChangeRequest"]["body"]["operations"]
    assert set(would_be) - set(payouts["operations"]) == {"Exchanges:Withdrawals:Create"}


def test_one_secret_is_handed_out() -> None:
    """One service account's token comes with the secret that a listing should never have."""
    assert [token["name"] for token in MACHINE_TOKENS if "accessToken" in token] == ["status"]
    assert not [token for token in OWN_TOKENS if "accessToken" in token]


# --- The story --------------------------------------------------------------------------------------------


def changed(status: str, operation: str) -> Callable[[], bool]:
    return lambda: any(
        (change["status"], change["operationKind"]) == (status, operation)
        for item in [*PERMISSIONS, *ASSIGNMENTS]
        if (change := item.get("pendingChangeRequest"))
    )


def guarding(activity: str, **fields: Any) -> list[Item]:
    return [
        policy
        for policy in POLICIES
        if policy["activityKind"] == activity
        and all(policy.get(key) == value for key, value in fields.items())
    ]


def approval_groups() -> list[Item]:
    return [group for policy in POLICIES for group in policy["action"].get("approvalGroups", ())]


STORY: dict[str, Callable[[], bool]] = {
    "archived policy": lambda: bool(guarding("Wallets:Sign", status="Archived", action={"kind": "Block"})),
    "policy that does nothing": lambda: bool(guarding("Wallets:Sign", action={"kind": "NoAction"})),
    "policy that blocks": lambda: bool(guarding("Permissions:Modify", action={"kind": "Block"})),
    "self-approval": lambda: any(
        group.get("initiatorCanApprove")
        and group["quorum"] == 1
        and names.user_id("treasury") in group["approvers"]["userId"]["in"]
        for group in approval_groups()
        if group["approvers"]
    ),
    "anybody approves": lambda: any(group["approvers"] == {} for group in approval_groups()),
    "quorum over one": lambda: {group["quorum"] for group in approval_groups()} == {1, 2, 3},
    "service account that approves": lambda: any(
        group.get("serviceAccountsCanApprove") for group in approval_groups()
    ),
    "conditional rules of each shape": lambda: (
        {policy["rule"]["kind"] for policy in guarding("Wallets:Sign")}
        == {
            "AlwaysTrigger",
            "TransactionAmountLimit",
            "TransactionAmountLimitNominal",
            "TransactionAmountVelocity",
            "TransactionCountVelocity",
            "TransactionRecipientWhitelist",
        }
    ),
    "filters of each kind": lambda: (
        {
            f"{name}.{condition}"
            for policy in [*POLICIES, *SANDBOX["/v2/policies"]]
            for name, conditions in (policy.get("filters") or {}).items()
            for condition in conditions
        }
        == {"walletTags.hasAny", "walletTags.hasAll", "walletId.in", "policyId.in", "permissionId.in"}
    ),
    "empty filters": lambda: any(policy.get("filters") == {} for policy in POLICIES),
    "groups with rights": lambda: any(item["identityId"].startswith("ug-") for item in ASSIGNMENTS),
    "tenant users of both names": lambda: {"TenantUser", "AccountUser"} < {user["kind"] for user in USERS},
    "end users": lambda: Counter(user["kind"] for user in USERS)["EndUser"] == 2,
    "deactivated user with an active token": lambda: any(
        token["isActive"] and not user["isActive"] and token["linkedUserId"] == user["userId"]
        for user in USERS
        for token in OWN_TOKENS
    ),
    "service accounts whose flags disagree": lambda: (
        {
            (account["userInfo"]["isActive"], token["isActive"])
            for account in ACCOUNTS
            for token in account["accessTokens"]
        }
        == {(True, True), (True, False), (False, True)}
    ),
    "key that two accounts share": lambda: any(
        len({token["linkedUserId"] for token in MACHINE_TOKENS if token["publicKey"] == key}) == 2
        for key in {token["publicKey"] for token in MACHINE_TOKENS} - {""}
    ),
    "key that two organisations share": lambda: bool(
        {token["publicKey"] for token in org.bodies()["treasury"]["items"]}
        & {token["publicKey"] for token in org.bodies()["sandbox-lead"]["items"]}
    ),
    "service account without tokens": lambda: any(not account["accessTokens"] for account in ACCOUNTS),
    "token of nobody": lambda: any(
        not token["linkedUserId"] and not token["linkedAppId"] for token in MACHINE_TOKENS
    ),
    "token without permissions": lambda: any(not token["permissionAssignments"] for token in MACHINE_TOKENS),
    "tokens on no list": lambda: (
        {token["tokenId"] for token in unlisted_tokens(MAIN)} < {item["identityId"] for item in ASSIGNMENTS}
    ),
    "invited, with and without rights": lambda: (
        {bool(user["permissionAssignments"]) for user in USERS if not user["isRegistered"]} == {True, False}
    ),
    "permission that waits for operations": changed("Pending", "Update"),
    "permission that was refused operations": changed("Rejected", "Update"),
    "assignment that waits to be made": changed("Pending", "Create"),
    "assignment that was refused": changed("Rejected", "Create"),
    "assignment that failed": changed("Failed", "Create"),
    "assignment that was approved": changed("Applied", "Create"),
    "assignment that waits to be taken away": changed("Pending", "Delete"),
    "assignment that was kept": changed("Rejected", "Delete"),
    "policy that waits for a change": lambda: any("pendingChangeRequest" in policy for policy in POLICIES),
    "full access that cannot be edited, and that can": lambda: (
        {
            (item["name"], item["isImmutable"], item["isArchived"])
            for item in PERMISSIONS
            if item["name"].endswith("FullAdminAccess")
        }
        == {("ManagedFullAdminAccess", True, False), ("DfnsFullAdminAccess", False, True)}
    ),
    "operations left out, of users too": lambda: all(
        any("operations" not in given for holder in holders for given in holder["permissionAssignments"])
        for holders in (USERS, MACHINE_TOKENS, OWN_TOKENS)
    ),
}


@pytest.mark.parametrize("case", STORY)
def test_story(case: str) -> None:
    """The organisation holds each case that a reader of it has to tell from others."""
    assert STORY[case]()


def test_callers_hold_what_their_answers_need() -> None:
    """The lead and the auditor may read everything; groups count; the last caller holds nothing."""
    known = callers()
    assert tuple(known) == org.CALLERS
    assert held(MAIN, "platform-lead") >= {"Payouts:Create", "Auth:Users:Read", "Policies:Read"}
    assert "Stakes:Create" in known["treasury"].operations  # by the treasury desk
    assert known["new-joiner"].operations == frozenset()
    assert known["wallet-customer"].kind == "EndUser"
    assert "Policies:Read" in known["wallet-customer"].operations


SHOW_DIGEST = """
import hashlib, json
from dfns_frames.demo.org import bodies
from dfns_frames.demo.organisation import ORGANISATIONS, listings
text = json.dumps([bodies(), [listings(each) for each in ORGANISATIONS]])
print(hashlib.sha256(text.encode()).hexdigest())
"""


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_same_bytes_for_ever(hash_seed: str) -> None:
    """Another process, with another hash seed and time zone, makes the very bytes of the day of writing."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": f"Etc/GMT+{hash_seed}"}
    command = [sys.executable, "-c", SHOW_DIGEST]
    shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == DIGEST


def test_listings_are_as_of_the_snapshot() -> None:
    """Nothing was made, asked for or decided after the day that the demo is from."""
    text = json.dumps([LISTED, SANDBOX])
    now = org.SNAPSHOT.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    dates = {part for part in text.split('"') if part.startswith("20") and part.endswith("Z")}
    assert len(dates) > 200
    assert max(dates) <= now
    for item in [*PERMISSIONS, *GROUPS, *POLICIES, *ASSIGNMENTS]:
        assert item["dateCreated"] <= item["dateUpdated"]


def test_digest_is_of_all_bodies() -> None:
    """Both organisations and every caller's tokens are in it."""
    text = json.dumps([org.bodies(), [listings(each) for each in ORGANISATIONS]])
    assert hashlib.sha256(text.encode()).hexdigest() == DIGEST
