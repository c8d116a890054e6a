"""What holders can do in random organisations, against sets and loops, whole and with sources missing."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dfns_frames as dff
from tests.naive_facts import WAYS
from tests.naive_organisation import Naive
from tests.naive_who_can import NaiveWays
from tests.organisations import (
    GROUPS,
    MACHINES,
    PATHS,
    PATS,
    USERS,
    Approval,
    Assigned,
    Grant,
    Organisation,
    Permission,
    Policy,
    Token,
    User,
    frames,
)

OPERATIONS = (
    "Wallets:Transfers:Create",
    "Wallets:TransferAsset",
    "Wallets:Transactions:Create",
    "Swaps:Create",
    "Exchanges:Withdrawals:Create",
    "Exchanges:Create",
    "Payouts:Create",
    "Keys:Export",
    "Permissions:Assign",
    "PermissionAssignments:Create",
    "Policies:Update",
    "Policies:Evaluations:Vote",
    "Policies:Approvals:Approve",
    "Auth:Delegated:Recover",
    "Auth:Users:Create",
    "Auth:Pats:Create",
    "Wallets:Read",
    "Something:New",
)
VOTE = "Policies:Evaluations:Vote"
PEOPLE = tuple(f"us-{number}" for number in range(3))
ACCOUNTS = tuple(f"us-sa{number}" for number in range(2))
ROLES = tuple(f"pm-{number}" for number in range(4))
TEAMS = ("ug-0", "ug-1")
FLAG = st.booleans()


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    """Draw an organisation in which everything that the rules tell apart occurs."""
    # Few operations, so that tokens, users, approvers and policies often meet.
    theme = [*OPERATIONS[:2], VOTE, *draw(st.lists(st.sampled_from(OPERATIONS), max_size=3))]
    some = st.lists(st.sampled_from(theme), unique=True, min_size=1, max_size=4).map(tuple)
    names = st.sampled_from(["ManagedFullAdminAccess", "some permission", "another permission"])
    permissions = tuple(
        Permission(role, draw(some), draw(names), draw(FLAG)) for role in ROLES[: draw(st.integers(0, 4))]
    )
    known = {each.id: each for each in permissions}

    def assigned() -> tuple[Assigned, ...]:
        roles = draw(st.lists(st.sampled_from(ROLES), unique=True, max_size=2))
        return tuple(_assigned(draw, some, role, known) for role in roles)

    kinds = st.sampled_from(["CustomerEmployee", "CustomerEmployee", "EndUser", "TenantUser", "DfnsStaff"])
    users = [
        User(person, assigned(), draw(kinds), draw(st.sampled_from([True, True, False])))
        for person in PEOPLE[: draw(st.integers(1, 3))]
    ]
    for account in ACCOUNTS[: draw(st.integers(0, 2))]:
        # In one list or in both, and the list of users may not know it for what it is.
        rights = assigned()
        users.append(User(account, rights, active=draw(FLAG), machine=draw(FLAG), source=MACHINES))
        if draw(FLAG):
            users.append(User(account, rights, active=draw(FLAG), machine=draw(FLAG)))
    owners = st.sampled_from([*PEOPLE, *PEOPLE, *ACCOUNTS, "us-gone", None])
    pats = [
        Token(f"to-{number}", draw(owners), assigned(), draw(st.sampled_from(["Pat", "Token"])), draw(FLAG))
        for number in range(draw(st.integers(0, 4)))
    ]
    machines = [
        Token(f"to-sa{number}", draw(owners), assigned(), "ServiceAccount", draw(FLAG), MACHINES)
        for number in range(draw(st.integers(0, 2)))
    ]
    members = st.lists(st.sampled_from([*PEOPLE, *ACCOUNTS]), unique=True, max_size=3).map(tuple)
    groups = tuple((team, draw(members)) for team in TEAMS[: draw(st.integers(0, 2))])
    identities = st.sampled_from([*TEAMS, *TEAMS, *PEOPLE, "to-0", "to-unlisted"])
    grants = tuple(
        Grant(draw(st.sampled_from(ROLES)), draw(identities), draw(FLAG))
        for _ in range(draw(st.integers(0, 5)))
    )
    policies = tuple(_policy(draw, number) for number in range(draw(st.integers(0, 4))))
    return Organisation(permissions, tuple(users), (*pats, *machines), groups, grants, policies)


def _assigned(
    draw: st.DrawFn, some: st.SearchStrategy[tuple[str, ...]], role: str, known: dict[str, Permission]
) -> Assigned:
    """Draw an assignment: as its permission is listed, if it is, and with operations or without."""
    name, operations = "some permission", draw(some)
    if role in known:
        name, operations = known[role].name, known[role].operations
    return Assigned(role, name, operations if draw(st.sampled_from([True, True, False])) else None)


def _policy(draw: st.DrawFn, number: int) -> Policy:
    approvers = st.lists(st.sampled_from([*PEOPLE, *ACCOUNTS]), unique=True, max_size=4).map(tuple)
    approvals = tuple(
        Approval(
            draw(st.none() | approvers),
            draw(st.sampled_from([1, 1, 1, 1, 2])),
            draw(st.sampled_from([True, True, True, None])),
            draw(st.sampled_from([True, None, False])),
        )
        for _ in range(draw(st.sampled_from([1, 1, 2])))
    )
    action = draw(
        st.sampled_from(["RequestApproval", "RequestApproval", "RequestApproval", "Block", "NoAction"])
    )
    return Policy(
        f"po-{number}",
        draw(st.sampled_from(["Wallets:Sign", "Wallets:Sign", "Permissions:Assign", "Policies:Modify"])),
        action,
        approvals if action == "RequestApproval" else (),
        draw(st.sampled_from(["AlwaysTrigger", "AlwaysTrigger", "TransactionAmountLimit"])),
        draw(st.sampled_from([False, False, True])),
        draw(st.sampled_from(["Active", "Active", "Archived"])),
    )


@st.composite
def guarded(draw: st.DrawFn) -> Organisation:
    """Draw an organisation where somebody may approve what they ask for, or is an end user past policies."""
    role = Permission(ROLES[0], ("Wallets:Transfers:Create", VOTE))
    holding = Assigned(role.id, role.name, draw(st.sampled_from([role.operations, None])))
    by_group = draw(FLAG)
    users = tuple(
        User(person, () if by_group else (holding,), draw(st.sampled_from(["CustomerEmployee", "EndUser"])))
        for person in PEOPLE
    )
    account = User(ACCOUNTS[0], (holding,), machine=draw(FLAG), source=MACHINES)
    tokens = tuple(Token(f"to-{user.id}", user.id, (holding,)) for user in (*users, account))
    approval = Approval(draw(st.none() | st.just((*PEOPLE, *ACCOUNTS))), machines=draw(FLAG))
    action = draw(st.sampled_from(["RequestApproval", "Block"]))
    policies = (Policy("po-0", action=action, approvals=(approval,)),)
    groups = (("ug-0", PEOPLE),) if by_group else ()
    grants = tuple(Grant(role.id, group) for group, _ in groups)
    return Organisation((role,), (*users, account), tokens, groups, grants, policies)


MANY = settings(deadline=None, max_examples=60)

LOST = st.lists(st.sampled_from([USERS, *PATHS]), unique=True, max_size=3)
STATUS = st.sampled_from(["forbidden", "failed", "unavailable", "skipped"])


@st.composite
def partly_read(draw: st.DrawFn) -> Organisation:
    """Draw an organisation of which some sources did not come."""
    org = draw(organisations() | guarded())
    for path in draw(LOST):
        org = org.without(path, draw(STATUS))
    return org


def _plain(value: Any) -> Any:
    return None if pd.isna(value) else value


def _effective(org: Organisation) -> dict[Any, Any]:
    frame = dff.measures.effective_operations(frames(org))
    return {
        (row.token_id, _plain(row.operation)): (row.effective, row.basis, _plain(row.active))
        for row in frame.itertuples()
    }


def _who_can(org: Organisation, what: str) -> set[tuple[Any, ...]]:
    frame = dff.measures.who_can(frames(org), what)
    columns = [
        "identity_kind",
        "identity_id",
        "way",
        "effective",
        "basis",
        "active",
        "gate",
        "alone",
        "scope",
    ]
    return {tuple(map(_plain, row)) for row in frame[columns].itertuples(index=False)}


@MANY
@given(partly_read())
def test_effective_operations_are_those_of_sets(org: Organisation) -> None:
    """A token can do what is in its set of operations and in its user's, as sets and loops find it."""
    if not org.tokens and not (org.ok(PATS) or org.ok(MACHINES)):
        with pytest.raises(KeyError):
            dff.measures.effective_operations(frames(org))
        return
    naive = Naive(org)
    assert _effective(org) == {
        (token.id, name): (*answer, naive.token_active(token))
        for token in org.tokens
        for name, answer in naive.token_pairs(token).items()
    }


CATEGORIES = {
    "move_funds": list(WAYS)[:15],
    "grant_access": list(WAYS)[18:23],
    "change_policy": list(WAYS)[23:25],
    "identities": ["recover_somebody"],
    "approve": ["vote"],
    "export_keys": ["export_a_key", "delegate_a_key"],
}


WHAT = st.just("move_funds") | st.sampled_from(list(CATEGORIES))


@MANY
@given(partly_read(), WHAT)
def test_who_can_is_what_loops_find(org: Organisation, category: str) -> None:
    """Who can go which way, past which gate and whether alone, equals what sets and loops find."""
    if any(org.ok(path) for path in (PATS, MACHINES, USERS)):
        assert _who_can(org, category) == NaiveWays(org).who_can(CATEGORIES[category])


@MANY
@given(organisations(), st.sampled_from(PATHS), STATUS)
def test_reading_less_never_turns_into_no(org: Organisation, path: str, status: str) -> None:
    """Without a source no yes or unknown becomes no; an empty organisation's groups may be unavailable."""
    less = org.without(path, "forbidden" if path == GROUPS else status)
    before, after = (_effective(each) if each.tokens else {} for each in (org, less))
    for key, (effective, _, _) in after.items():
        if key in before and before[key][0] != "no":
            assert effective != "no"


@MANY
@given(organisations() | guarded(), st.sampled_from(PATHS), WHAT)
def test_reading_less_loses_no_holder(org: Organisation, path: str, category: str) -> None:
    """Without a source each holder whose rights are still listed stays; none turns from alone to not."""
    less = org.without(path)
    if not any(less.ok(each) for each in (PATS, MACHINES, USERS)):
        return
    before = {row[1:3]: row for row in _who_can(org, category)}
    after = {row[1:3]: row for row in _who_can(less, category)}
    naive = NaiveWays(less)
    for (identity, way), row in before.items():
        if (identity, way) in after:
            assert not (row[7] == "yes" and after[identity, way][7] == "no")
        else:
            # Gone with its list; or its operations are known no more, and then it is there without a way.
            assert not _is_listed(naive, less, identity, way) or (identity, None) in after


def _is_listed(naive: NaiveWays, org: Organisation, identity: str, way: str | None) -> bool:
    """Tell whether the rights that a way needs are still listed with a holder, or looked up."""
    pairs = [naive.token_pairs(token) for token in org.tokens if token.id == identity]
    if identity in naive.found:
        pairs.append(naive.user_pairs(identity))
    names = {naive_name for found in pairs for naive_name in found}
    return (way is None and None in names) or any(
        all(naive.best(found, need) for need in WAYS[way][0]) for found in pairs if way is not None
    )
