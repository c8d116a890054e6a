"""What tokens can really do: small organisations, answers by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import dfns_frames as dff
from tests.organisations import (
    GRANTS,
    GROUPS,
    MACHINES,
    MEMBERS,
    PATS,
    PERMISSIONS,
    POLICIES,
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

TRANSFER, VOTE, ASSIGN = "Wallets:Transfers:Create", "Policies:Evaluations:Vote", "Permissions:Assign"
ONLY_PATS = {PATS: "ok"}


def role(*operations: str) -> Assigned:
    """Return a permission with these operations, as listed with its holder."""
    return Assigned("pm-x", "some permission", operations)


UNLISTED = Assigned("pm-x", "some permission", None)
ADMIN = Assigned("pm-admin", "ManagedFullAdminAccess", ())
ADMINISTRATOR = Permission("pm-admin", (), "ManagedFullAdminAccess", immutable=True)
MOVER = Organisation(
    users=(User("us-a", (role(TRANSFER),)),), tokens=(Token("to-a", "us-a", (role(TRANSFER),)),)
)


def answers(org: Organisation, operation: str | None = TRANSFER) -> list[tuple[str, str]]:
    """Return answer and basis of an operation for each token that has it."""
    frame = dff.measures.effective_operations(frames(org))
    same = frame["operation"].isna() if operation is None else frame["operation"] == operation
    return list(frame.loc[same, ["effective", "basis"]].itertuples(index=False, name=None))


def changed(org: Organisation, **user: Any) -> Organisation:
    """Return the organisation with its only user changed."""
    return replace(org, users=(replace(org.users[0], **user),))


GROUPED = replace(
    MOVER,
    users=(User("us-a"),),
    permissions=(Permission("pm-g", (TRANSFER,)),),
    groups=(("ug-1", ("us-a",)),),
    grants=(Grant("pm-g", "ug-1"),),
)

F7 = {
    "both hold it": (MOVER, "yes", "token and user"),
    "the user holds it through a group": (GROUPED, "yes", "token and user"),
    "a pending assignment grants nothing": (
        replace(GROUPED, grants=(Grant("pm-g", "ug-1", in_effect=False),)),
        "no",
        "user lacks it",
    ),
    "the user lacks it": (changed(MOVER, assigned=(role("Wallets:Read"),)), "no", "user lacks it"),
    "the user holds everything": (
        replace(changed(MOVER, assigned=(ADMIN,)), permissions=(ADMINISTRATOR,)),
        "yes",
        "token and user",
    ),
    "the token holds everything": (
        replace(MOVER, permissions=(ADMINISTRATOR,), tokens=(Token("to-a", "us-a", (ADMIN,)),)),
        "yes",
        "full administrator",
    ),
    "looked up": (
        replace(
            MOVER,
            permissions=(Permission("pm-x", (TRANSFER,)),),
            tokens=(Token("to-a", "us-a", (UNLISTED,)),),
        ),
        "yes",
        "looked up",
    ),
    "the user's own are looked up": (
        replace(changed(MOVER, assigned=(UNLISTED,)), permissions=(Permission("pm-x", (TRANSFER,)),)),
        "yes",
        "token and user",
    ),
    "an old name in the token": (
        replace(MOVER, tokens=(Token("to-a", "us-a", (role("Wallets:TransferAsset"),)),)),
        "yes",
        "token and user",
    ),
    "an old name with the user": (
        changed(MOVER, assigned=(role("Wallets:TransferAsset"),)),
        "yes",
        "token and user",
    ),
    "users were not read": (MOVER.without(USERS), "unknown", "user not read"),
    "the user is on no list": (replace(MOVER, users=()), "unknown", "user not found"),
    "nobody's token": (
        replace(MOVER, tokens=(Token("to-a", None, (role(TRANSFER),)),)),
        "unknown",
        "user not found",
    ),
    "an application's token": (
        replace(MOVER, tokens=(Token("to-a", None, (role(TRANSFER),), app="ap-1"),)),
        "unknown",
        "user not found",
    ),
    "a tenant's user may have more": (
        changed(MOVER, assigned=(), kind="TenantUser"),
        "unknown",
        "user incomplete",
    ),
    "so may one by the older name": (
        changed(MOVER, assigned=(), kind="AccountUser"),
        "unknown",
        "user incomplete",
    ),
    "what is listed of a tenant's user counts": (changed(MOVER, kind="TenantUser"), "yes", "token and user"),
    "groups were refused": (changed(MOVER, assigned=()).without(GROUPS), "unknown", "user incomplete"),
    "the organisation has no groups": (
        changed(MOVER, assigned=()).without(GROUPS, "unavailable").without(MEMBERS, "skipped"),
        "no",
        "user lacks it",
    ),
    "members were refused": (
        replace(changed(MOVER, assigned=()), groups=(("ug-1", ()),)).without(MEMBERS),
        "unknown",
        "user incomplete",
    ),
    "what a group may do was refused": (
        replace(changed(MOVER, assigned=()), groups=(("ug-1", ("us-a",)),)).without(GRANTS),
        "unknown",
        "user incomplete",
    ),
    "nothing lists what the user holds": (changed(MOVER, assigned=(UNLISTED,)), "unknown", "user incomplete"),
    "that name is not everything unless managed": (
        replace(
            changed(MOVER, assigned=(ADMIN,)),
            permissions=(Permission("pm-admin", (), "ManagedFullAdminAccess", immutable=False),),
        ),
        "no",
        "user lacks it",
    ),
    "nor where permissions do not list it": (changed(MOVER, assigned=(ADMIN,)), "no", "user lacks it"),
    "by name where permissions were not read": (
        changed(MOVER, assigned=(ADMIN,)).without(PERMISSIONS),
        "yes",
        "token and user",
    ),
}


@pytest.mark.parametrize("case", F7)
def test_each_answer_and_its_basis(case: str) -> None:
    """Each case of what a token can do has its answer and the basis of it."""
    org, effective, basis = F7[case]
    legacy = case == "an old name in the token"
    assert answers(org, "Wallets:TransferAsset" if legacy else TRANSFER) == [(effective, basis)]


def test_unlisted_operations_are_one_row_without_operation() -> None:
    """A permission whose operations nothing lists gives one row, beside those that are listed."""
    org = replace(MOVER, tokens=(Token("to-a", "us-a", (role(TRANSFER), UNLISTED)),))
    assert answers(org) == [("yes", "token and user")]
    assert answers(org, None) == [("unknown", "operations unknown")]


REFUSED = {
    "a PAT creates no PAT": (Token("to-a", "us-a", (role("Auth:Pats:Create"),)), User("us-a"), "no"),
    "by an old name too": (Token("to-a", "us-a", (role("Auth:Recover:Delegated"),)), User("us-a"), "no"),
    "an end user's token moves its own": (
        Token("to-a", "us-a", (role(TRANSFER),)),
        User("us-a", (role(TRANSFER),), "EndUser"),
        "yes",
    ),
    "an end user's token changes no policy": (
        Token("to-a", "us-a", (role("Policies:Update"),)),
        User("us-a", (role("Policies:Update"),), "EndUser"),
        "no",
    ),
    "nor does it take tags away": (
        Token("to-a", "us-a", (role("Wallets:Tags:Delete"),)),
        User("us-a", (role("Wallets:Tags:Delete"),), "EndUser"),
        "no",
    ),
    "but it assigns permissions": (
        Token("to-a", "us-a", (role(ASSIGN),)),
        User("us-a", (role(ASSIGN),), "EndUser"),
        "yes",
    ),
    "an employee's other token recovers nobody": (
        Token("to-a", "us-a", (role("Auth:Delegated:Recover"),), "Token"),
        User("us-a", (role("Auth:Delegated:Recover"),)),
        "no",
    ),
    "a service account's does": (
        Token("to-a", "us-a", (role("Auth:Delegated:Recover"),), "ServiceAccount", source=MACHINES),
        User("us-a", (role("Auth:Delegated:Recover"),), machine=True, source=MACHINES),
        "yes",
    ),
    "a service account opens no exchange": (
        Token("to-a", "us-a", (role("Exchanges:Create"),), "ServiceAccount", source=MACHINES),
        User("us-a", (role("Exchanges:Create"),), machine=True, source=MACHINES),
        "no",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_to_a_kind(case: str) -> None:
    """What the API refuses to a kind of token or user is no, whatever else is known."""
    token, user, effective = REFUSED[case]
    operation = token.assigned[0].operations[0]
    found = answers(Organisation(users=(user,), tokens=(token,)), operation)
    assert found == [(effective, "refused for this kind" if effective == "no" else "token and user")]


VOTER = Organisation(
    users=(User("us-a", (role(VOTE),), machine=True, source=MACHINES),),
    tokens=(Token("to-a", "us-a", (role(VOTE),), "ServiceAccount", source=MACHINES),),
)


@pytest.mark.parametrize(
    ("policies", "effective", "basis"),
    [
        ((), "no", "refused for this kind"),
        ((Approval(("us-a",), machines=True),), "yes", "token and user"),
        ((Approval(("us-a",), machines=False),), "no", "refused for this kind"),
        ((Approval(None, machines=True),), "no", "refused for this kind"),
        ((Approval(("us-b",)), Approval(("us-a", "us-b"), quorum=2, machines=True)), "yes", "token and user"),
    ],
)
def test_service_accounts_vote_where_a_group_names_them(
    policies: tuple[Approval, ...], effective: str, basis: str
) -> None:
    """A service account votes only where a group of an active policy allows them and names it."""
    org = replace(VOTER, policies=(Policy("po-1", approvals=policies),))
    assert answers(org, VOTE) == [(effective, basis)]
    archived = replace(org, policies=(replace(org.policies[0], status="Archived"),))
    assert answers(archived, VOTE) == [("no", "refused for this kind")]


def test_votes_are_unknown_without_policies() -> None:
    """Whether a service account may vote is unknown where policies were not read, never no."""
    assert answers(VOTER.without(POLICIES), VOTE) == [("unknown", "user incomplete")]


@pytest.mark.parametrize(
    ("token", "user", "active"),
    [
        (True, True, True),
        (False, True, False),
        (True, False, False),
        (True, None, None),
        (False, None, False),
    ],
)
def test_active_takes_token_and_user(token: bool, user: bool | None, active: bool | None) -> None:
    """A token is active if it and its user are; inactive if either is; else unknown."""
    org = replace(MOVER, tokens=(replace(MOVER.tokens[0], active=token),))
    org = replace(org, users=()) if user is None else changed(org, active=user)
    (found,) = dff.measures.effective_operations(frames(org))["active"]
    assert (None if pd.isna(found) else bool(found)) is active


def test_lists_that_disagree_leave_activity_unknown() -> None:
    """A user whom one list calls active and another not is neither."""
    org = replace(MOVER, users=(MOVER.users[0], replace(MOVER.users[0], active=False, source=MACHINES)))
    assert dff.measures.effective_operations(frames(org))["active"].isna().all()
