"""Each clause of the rules of powers, in an organisation that is as small as the clause allows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from dfns_frames._api.tables import TABLES
from tests.audit_worlds import findings, holder, severities, world
from tests.organisations import (
    POLICIES,
    USERS,
    Approval,
    Assigned,
    Organisation,
    Permission,
    Policy,
    Token,
    User,
)

TRANSFER, ASSIGN, UPDATE = "Wallets:Transfers:Create", "Permissions:Assign", "Permissions:Update"
VOTE, RULES, UNTAG = "Policies:Evaluations:Vote", "Policies:Update", "Wallets:Tags:Remove"
ADD, RECOVER, EXPORT = "Auth:UserGroups:Members:Add", "Auth:Delegated:Recover", "Keys:Export"
FOUND, NOTHING = "to-a", None

OTHERS = (Approval(("us-z",)),)
ITSELF = (Approval(None),)


def asks(activity: str, *approvals: Approval, rule: str = "AlwaysTrigger", **more: Any) -> Policy:
    """Return a policy that asks for approval."""
    return Policy("po-1", activity, approvals=approvals, rule=rule, **more)


def blocks(activity: str, **more: Any) -> Policy:
    """Return a policy that blocks."""
    return Policy("po-2", activity, "Block", **more)


FULL = (Assigned("pm-f", "ManagedFullAdminAccess", None),)
FULL_PERMISSION = Permission("pm-f", (ASSIGN,), "ManagedFullAdminAccess", True)


def full(user: tuple[Assigned, ...], **more: Any) -> Organisation:
    """Return an organisation with a full administrator's token, of a user who holds something."""
    return Organisation((FULL_PERMISSION,), (User("us-a", user, **more),), (Token("to-a", "us-a", FULL),))


SIGNS = (TRANSFER, VOTE)
CASES: dict[str, tuple[str, Organisation, str | None]] = {
    "P01 user holds as much": ("P01", full(FULL), "critical"),
    "P01 user holds less": ("P01", full(()), "high"),
    "P01 user may hold more": ("P01", full((), kind="TenantUser"), "critical"),
    "P01 user unread": ("P01", full(()).without(USERS), "critical"),
    "P01 stranger's permission": (
        "P01",
        replace(full(FULL), permissions=(Permission("pm-f", (ASSIGN,), "ManagedFullAdminAccess", False),)),
        NOTHING,
    ),
    "P01 end user": ("P01", full(FULL, kind="EndUser"), NOTHING),
    "P02 assigns": ("P02", holder(ASSIGN), "critical"),
    "P02 assigns, old name": ("P02", holder("PermissionAssignments:Create"), "critical"),
    "P02 assigns, others approve": ("P02", holder(ASSIGN, policies=(asks(ASSIGN, *OTHERS),)), "high"),
    "P02 assigns, blocked": ("P02", holder(ASSIGN, policies=(blocks(ASSIGN),)), "high"),
    "P02 assigns, approves itself": (
        "P02",
        holder(ASSIGN, VOTE, policies=(asks(ASSIGN, *ITSELF),)),
        "critical",
    ),
    "P02 rewrites": ("P02", holder(UPDATE), "critical"),
    "P02 rewrites, all immutable": ("P02", holder(UPDATE, immutable=True), NOTHING),
    "P02 adds members": ("P02", holder(ADD), "high"),
    "P02 recovers": ("P02", holder(RECOVER, kind="ServiceAccount", machine=True), "high"),
    "P02 recovers, a person": ("P02", holder(RECOVER), NOTHING),
    "P02 switched off": (
        "P02",
        replace(holder(ASSIGN), tokens=(Token("to-a", "us-a", active=False),)),
        NOTHING,
    ),
    "P02 full administrator": ("P02", full(FULL), NOTHING),
    "P02 end user": ("P02", full(FULL, kind="EndUser"), NOTHING),
    "P03 unguarded": ("P03", holder(*SIGNS), "medium"),
    "P03 policies unread": ("P03", holder(*SIGNS).without(POLICIES), "high"),
    "P03 approves itself": ("P03", holder(*SIGNS, policies=(asks("Wallets:Sign", *ITSELF),)), "critical"),
    "P03 others may approve their own": (
        "P03",
        holder(*SIGNS, policies=(asks("Wallets:Sign", Approval(("us-z",), initiator=True)),)),
        "high",
    ),
    "P03 nobody approves their own": (
        "P03",
        holder(*SIGNS, policies=(asks("Wallets:Sign", Approval(("us-z",), initiator=False)),)),
        "medium",
    ),
    "P03 archived policy": (
        "P03",
        holder(*SIGNS, policies=(asks("Wallets:Sign", *ITSELF, status="Archived"),)),
        "medium",
    ),
    "P03 another activity": ("P03", holder(*SIGNS, policies=(asks(ASSIGN, *ITSELF),)), "medium"),
    "P03 machine, not named": ("P03", holder(*SIGNS, kind="ServiceAccount", machine=True), NOTHING),
    "P03 machine, named": (
        "P03",
        holder(
            *SIGNS,
            kind="ServiceAccount",
            machine=True,
            policies=(asks("Wallets:Sign", Approval(("us-a",), initiator=False, machines=True)),),
        ),
        "medium",
    ),
    "P03 no vote": ("P03", holder(TRANSFER), NOTHING),
    "P03 no signing": ("P03", holder("Exchanges:Withdrawals:Create", VOTE), NOTHING),
    "P04 unguarded": ("P04", holder(TRANSFER, RULES), "critical"),
    "P04 removes": ("P04", holder(TRANSFER, "Policies:Delete"), "critical"),
    "P04 sometimes": (
        "P04",
        holder(TRANSFER, RULES, policies=(blocks("Policies:Modify", filtered=True),)),
        "high",
    ),
    "P04 blocked": ("P04", holder(TRANSFER, RULES, policies=(blocks("Policies:Modify"),)), "medium"),
    "P04 others approve": (
        "P04",
        holder(TRANSFER, RULES, policies=(asks("Policies:Modify", *OTHERS),)),
        "medium",
    ),
    "P04 approves itself": (
        "P04",
        holder(TRANSFER, RULES, VOTE, policies=(asks("Policies:Modify", *ITSELF),)),
        "high",
    ),
    "P04 policies unread": ("P04", holder(TRANSFER, RULES).without(POLICIES), "high"),
    "P04 funds only": ("P04", holder(TRANSFER), NOTHING),
    "P04 policies only": ("P04", holder(RULES), NOTHING),
    "P05 withdraws": ("P05", holder("Exchanges:Withdrawals:Create"), "high"),
    "P05 pays out a lock": ("P05", holder("Vaults:Locks:Transfer"), "high"),
    "P05 exports": ("P05", holder(EXPORT), "high"),
    "P05 delegates": ("P05", holder("Keys:Delegate"), "high"),
    "P05 deletes": ("P05", holder("Keys:Delete"), "high"),
    "P05 votes": ("P05", holder(VOTE), NOTHING),
    "P05 end user": ("P05", replace(holder(EXPORT), users=(User("us-a", kind="EndUser"),)), NOTHING),
    "P05 user lacks it": ("P05", replace(holder(EXPORT), users=(User("us-a"),)), NOTHING),
}


@pytest.mark.parametrize(("rule", "org", "severity"), CASES.values(), ids=CASES)
def test_what_a_token_can_do(rule: str, org: Organisation, severity: str | None) -> None:
    """A clause of a rule of tokens finds the one token with its severity, or not."""
    assert severities(world(org), rule) == ({"to-a": severity} if severity else {})


def _tagged(status: str = "Active", action: str = "RequestApproval", kind: str = "walletTags.hasAny") -> Any:
    org = holder(TRANSFER, UNTAG, policies=(Policy("po-1", "Wallets:Sign", action, status=status),))
    key = {"source": POLICIES, "policy_no": 0, "policy_id": "po-1"}
    rows = [{**key, "filter": kind, "value": "hot"}]
    return world(org, policy_filters=TABLES["policy_filters"].from_rows(rows))


def test_taking_wallets_out_of_a_policy() -> None:
    """P11 takes a policy that goes by tags, and stops something; without policies it is a hint."""
    assert severities(_tagged(), "P11") == {"to-a": "high"}
    assert severities(_tagged(action="Block"), "P11") == {"to-a": "high"}
    for other in (_tagged("Archived"), _tagged(action="NoAction"), _tagged(kind="walletId")):
        assert severities(other, "P11") == {}
    unread = findings(world(holder(TRANSFER, UNTAG).without(POLICIES)), "P11")
    assert unread[["severity", "confidence"]].to_numpy().tolist() == [["medium", "hint"]]
    assert severities(world(holder(UNTAG).without(POLICIES)), "P11") == {}


def test_confidence_says_what_a_finding_rests_on() -> None:
    """What was listed is certain; unread owners or policies make it likely, and are named."""
    certain = findings(world(holder(ASSIGN)), "P02").iloc[0]
    assert certain["confidence"] == "certain"
    assert pd.isna(certain["unknown"])
    unread = findings(world(holder(ASSIGN).without(USERS)), "P02").iloc[0]
    assert unread["confidence"] == "likely"
    assert "owner" in unread["unknown"]
    gated = findings(world(holder(ASSIGN).without(POLICIES)), "P02").iloc[0]
    assert gated["confidence"] == "likely"
    assert "policy" in gated["unknown"]
    assert findings(world(holder(ADD)), "P02").iloc[0]["confidence"] == "likely"
    assert findings(world(holder(EXPORT)), "P05").iloc[0]["confidence"] == "likely"
    assert findings(world(holder(*SIGNS).without(POLICIES)), "P03").iloc[0]["confidence"] == "likely"
