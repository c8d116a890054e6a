"""Each clause of the rules beside those of powers, in an organisation as small as the clause allows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.audit_worlds import Changes, aged, findings, holder, severities, world
from tests.organisations import (
    GRANTS,
    MACHINES,
    POLICIES,
    Approval,
    Assigned,
    Grant,
    Organisation,
    Permission,
    Policy,
    Token,
    User,
)
from tests.test_audit_powers import (
    ASSIGN,
    FULL,
    FULL_PERMISSION,
    ITSELF,
    OTHERS,
    TRANSFER,
    VOTE,
    asks,
    blocks,
)

TWO = Organisation(
    users=(User("us-a"), User("us-b")),
    tokens=(Token("to-a", "us-a"), Token("to-b", "us-a"), Token("to-c", "us-b")),
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"to-a": "k", "to-b": "k"}, "high"),
        ({"to-a": "k", "to-c": "k"}, "critical"),
        ({"to-a": "k", "to-b": "other"}, None),
        ({"to-a": None, "to-b": None}, None),
    ],
    ids=["one owner", "two owners", "two keys", "no keys"],
)
def test_shared_keys(changes: dict[str, str | None], expected: str | None) -> None:
    """R01: a key on several active tokens; critical if owners differ."""
    keys: Changes = {"tokens": {token: {"public_key": key} for token, key in changes.items()}}
    assert severities(world(TWO, keys), "R01") == ({"k": expected} if expected else {})


def test_shared_keys_over_organisations_and_tokens_that_are_off() -> None:
    """R01: organisations that differ are critical, and nobody is another owner; what is off counts not."""
    keys: dict[str, dict[str, Any]] = {
        "to-a": {"public_key": "k", "org_id": "or-1"},
        "to-b": {"public_key": "k", "org_id": "or-2"},
    }
    assert severities(world(TWO, {"tokens": keys}), "R01") == {"k": "critical"}
    keys["to-b"] = {"public_key": "k", "org_id": "or-1", "linked_user_id": None}
    assert severities(world(TWO, {"tokens": keys}), "R01") == {"k": "critical"}
    keys["to-b"] = {"public_key": "k", "is_active": False}
    assert severities(world(TWO, {"tokens": keys}), "R01") == {}


def test_owners() -> None:
    """R05: neither user nor application; R06: off, or on no list if both lists were read."""
    org = Organisation(
        users=(User("us-off", active=False), User("us-on")),
        tokens=(
            Token("to-nobody", None),
            Token("to-app", None, app="ap-1"),
            Token("to-off", "us-off"),
            Token("to-gone", "us-gone", (Assigned("pm-1", "x", (TRANSFER,)),)),
            Token("to-gone-off", "us-gone", active=False),
            Token("to-on", "us-on"),
        ),
    )
    assert severities(world(org), "R05") == {"to-nobody": "high"}
    assert severities(world(org), "R06") == {"to-off": "medium", "to-gone": "high"}
    sure = findings(world(org), "R06").set_index("subject_id")["confidence"]
    assert (sure["to-off"], sure["to-gone"]) == ("certain", "likely")
    assert severities(world(org.without(MACHINES)), "R06") == {"to-off": "medium"}


@pytest.mark.parametrize(
    ("rule", "threshold", "days", "operations", "severity"),
    [
        ("L01", "L01.days", 730, (), "medium"),
        ("L03", "L03.privileged_days", 90, (TRANSFER,), "medium"),
        ("L03", "L03.privileged_high_days", 365, (TRANSFER,), "high"),
        ("L03", "L03.days", 365, (), "low"),
    ],
)
def test_ages_are_compared_exactly(
    rule: str, threshold: str, days: int, operations: tuple[str, ...], severity: str
) -> None:
    """A token as old as the threshold is not found, one a microsecond older is; both move with it."""

    def found(created: Any, **thresholds: float) -> str | None:
        tables = world(holder(*operations), {"tokens": {"to-a": {"date_created": created}}})
        return severities(tables, rule, thresholds=thresholds).get("to-a")

    assert found(aged(days)) != severity
    assert found(aged(days, 1)) == severity
    assert found(aged(days, 1), **{threshold: days + 1}) != severity
    assert found(aged(days - 1, 1), **{threshold: days - 1}) == severity


def test_what_is_too_old_for_l03_is_only_l01s() -> None:
    """One finding on age for each token."""
    tables = world(holder(TRANSFER), {"tokens": {"to-a": {"date_created": aged(731)}}})
    assert severities(tables, "L03") == {}
    assert severities(tables, "L01") == {"to-a": "medium"}
    assert severities(tables, "L01", as_of=aged(2).isoformat()) == {}
    off = replace(holder(TRANSFER), tokens=(Token("to-a", "us-a", active=False),))
    for rule in ("L01", "L03"):
        for days in (400, 731):
            assert severities(world(off, {"tokens": {"to-a": {"date_created": aged(days)}}}), rule) == {}


def test_switched_off_and_without_permissions() -> None:
    """L05: off and still holding; H05: on and holding nothing."""
    assigned = (Assigned("pm-1", "x", (TRANSFER,)),)
    reads = (Assigned("pm-2", "y", ("Wallets:Read",)),)
    org = Organisation(
        users=(User("us-a", assigned),),
        tokens=(
            Token("to-a", "us-a", assigned, active=False),
            Token("to-b", "us-a", reads, active=False),
            Token("to-c", "us-a", active=False),
            Token("to-d", "us-a"),
            Token("to-e", "us-a", reads),
        ),
    )
    assert severities(world(org), "L05") == {"to-a": "medium", "to-b": "low"}
    assert severities(world(org), "H05") == {"to-d": "low"}


def twins(**changes: dict[str, Any]) -> Any:
    """Return two tokens of one owner with the same permissions, the first 31 days old, the other new."""
    assigned = (Assigned("pm-1", "x", ("Wallets:Read",)), Assigned("pm-2", "y", None))
    org = Organisation(
        users=(User("us-a"), User("us-b")),
        tokens=(Token("to-a", "us-a", assigned), Token("to-b", "us-a", (assigned[1], assigned[0]))),
    )
    dates = {"to-a": {"date_created": aged(30, 1)}, "to-b": {"date_created": aged(1)}}
    for token, more in changes.items():
        dates[f"to-{token}"] |= more
    return world(org, {"tokens": dates})


def test_replaced_and_never_revoked() -> None:
    """L07: the older of two active tokens of one owner that hold the same, if it is older than 30 days."""
    assert severities(twins(), "L07") == {"to-a": "medium"}
    assert severities(twins(), "L07", thresholds={"L07.days": 31}) == {}
    for near in (
        twins(a={"date_created": aged(30)}),
        twins(a={"date_created": None}),
        twins(b={"date_created": None}),
        twins(b={"is_active": False}),
        twins(a={"is_active": False}),
        twins(b={"linked_user_id": "us-b"}),
        twins(a={"linked_user_id": None}, b={"linked_user_id": None}),
        twins(b={"date_created": aged(30, 1)}),
    ):
        assert severities(near, "L07") == {}
    bare = Organisation(tokens=(Token("to-a", "us-a"), Token("to-b", "us-a")))
    dates = {"to-a": {"date_created": aged(31)}, "to-b": {"date_created": aged(1)}}
    assert severities(world(bare, {"tokens": dates}), "L07") == {}


def test_secrets_and_unknown_operations() -> None:
    """S01: a secret that was returned; Q01: what neither the assignment nor `permissions` lists."""
    org = holder(TRANSFER)
    assert severities(world(org, {"tokens": {"to-a": {"secret_returned": True}}}), "S01") == {
        "to-a": "critical"
    }
    assert severities(world(org), "S01") == {}
    dark = (Assigned("pm-1", "x", None), Assigned("pm-2", "y", None), *FULL)
    unlisted = Organisation(
        (Permission("pm-1", (TRANSFER,)), FULL_PERMISSION),
        (User("us-a", dark),),
        (Token("to-a", "us-a", dark),),
    )
    assert severities(world(unlisted), "Q01") == {"pm-2": "info"}
    assert "1 token and 1 user hold" in findings(world(unlisted), "Q01")["evidence"][0]
    assert set(severities(world(unlisted.without("/permissions")), "Q01")) == {"pm-1", "pm-2"}


KINDS = (ASSIGN, "Permissions:Modify", "Policies:Modify")


@pytest.mark.parametrize("kind", KINDS)
def test_governance_that_nothing_guards(kind: str) -> None:
    """G01: high without a policy, medium with conditional or filtered ones, nothing with a constant one."""
    quiet = Policy("po-3", kind, "NoAction")
    for policies, expected in (
        ((), "high"),
        ((quiet,), "high"),
        ((blocks(kind, status="Archived"),), "high"),
        ((blocks(kind, filtered=True),), "medium"),
        ((asks(kind, *OTHERS, rule="TransactionAmountLimit"),), "medium"),
        ((asks(kind, *OTHERS),), None),
        ((blocks(kind), quiet), None),
    ):
        assert severities(world(Organisation(policies=policies)), "G01").get(kind) == expected


def test_signing_that_nothing_guards() -> None:
    """G02: critical if a token or a service account can sign, high if people can, nothing if nobody can."""
    people_only = replace(holder(TRANSFER), tokens=())
    machine = replace(holder(TRANSFER, machine=True), tokens=())
    for org, expected in (
        (holder(TRANSFER), ["critical"]),
        (machine, ["critical"]),
        (people_only, ["high"]),
        (holder("Wallets:Read"), []),
        (holder(TRANSFER, policies=(blocks("Wallets:Sign", filtered=True),)), []),
        (holder(TRANSFER, policies=(blocks("Wallets:Sign", status="Archived"),)), ["critical"]),
        (replace(people_only, users=(replace(people_only.users[0], active=False),)), []),
        (replace(people_only, users=(replace(people_only.users[0], kind="EndUser"),)), []),
        (holder("Exchanges:Withdrawals:Create"), []),
    ):
        assert findings(world(org), "G02")["severity"].tolist() == expected


VOTER = (Assigned("pm-v", "votes", (VOTE,)),)


def board(*approvals: Approval, activity: str = "Vaults:CreateLock", **policy: Any) -> Organisation:
    """Return a policy, and voters of every kind: two who can approve, and others who cannot."""
    users = (
        User("us-1", VOTER),
        User("us-2", VOTER),
        User("us-off", VOTER, active=False),
        User("us-mute"),
        User("us-sa", VOTER, machine=True, source=MACHINES),
    )
    return Organisation(users=users, policies=(asks(activity, *approvals, **policy),))


@pytest.mark.parametrize(
    ("approvals", "expected"),
    [
        ((Approval(("us-1",), 1, initiator=True),), "critical"),
        ((Approval(None, 1, initiator=True),), "critical"),
        ((Approval(("us-1", "us-2"), 2, initiator=True),), "medium"),
        ((Approval(("us-mute",), 1, initiator=True),), "medium"),
        ((Approval(("us-off",), 1, initiator=True),), "medium"),
        ((Approval(("us-sa",), 1, initiator=True),), "medium"),
        ((Approval(("us-sa",), 1, initiator=True, machines=True),), "critical"),
        ((Approval(("us-1",), 1, True), Approval(("us-2",), 1, True)), "medium"),
        ((Approval(("us-1",), 1, True), Approval(("us-1",), 1, True)), "critical"),
        ((Approval(("us-1",), 1, True), Approval(("us-1",), 1, None)), "medium"),
        ((Approval(("us-1",), 1, initiator=None),), None),
    ],
)
def test_initiators_who_approve(approvals: tuple[Approval, ...], expected: str | None) -> None:
    """G03: critical if one person can meet every group alone."""
    assert severities(world(board(*approvals)), "G03") == ({"po-1": expected} if expected else {})
    assert severities(world(board(*approvals, status="Archived")), "G03") == {}


@pytest.mark.parametrize(
    ("activity", "quorum", "expected"),
    [
        *((kind, 1, "high") for kind in (*KINDS, "Wallets:Sign")),
        ("Wallets:Sign", 2, "medium"),
        ("Vaults:CreateLock", 1, "medium"),
    ],
)
def test_anyone_who_approves(activity: str, quorum: int, expected: str) -> None:
    """G05: medium; high for one approval that guards governance or signing."""
    org = board(Approval(None, quorum), activity=activity)
    found = findings(world(org), "G05")
    assert found["severity"].tolist() == [expected]
    assert "“us-1@example.test” and “us-2@example.test”" in found["evidence"][0]
    assert severities(world(board(Approval(("us-1",), quorum), activity=activity)), "G05") == {}
    assert severities(world(board(Approval(None, quorum), activity=activity, status="Archived")), "G05") == {}


@pytest.mark.parametrize(
    ("approvals", "expected"),
    [
        ((Approval(("us-1", "us-off"), 2),), "high"),
        ((Approval(("us-1", "us-gone"), 2),), "high"),
        ((Approval(("us-1", "us-mute"), 2),), "high"),
        ((Approval(("us-1", "us-sa"), 2),), "high"),
        ((Approval(("us-1", "us-sa"), 2, initiator=True, machines=True),), None),
        ((Approval(("us-1", "us-2"), 2, initiator=None),), "medium"),
        ((Approval(("us-1", "us-2"), 2, initiator=True),), None),
        ((Approval(("us-1", "us-2"), 1, initiator=None),), None),
        ((Approval(None, 2, initiator=None),), "medium"),
        ((Approval(None, 3),), "high"),
        ((Approval(("us-1",), 1, None), Approval(("us-off",), 1)), "high"),
    ],
)
def test_approvals_out_of_reach(approvals: tuple[Approval, ...], expected: str | None) -> None:
    """G06: high if fewer can approve than it takes, medium if exactly as many and not who asked."""
    assert severities(world(board(*approvals)), "G06") == ({"po-1": expected} if expected else {})
    assert severities(world(board(*approvals, status="Archived")), "G06") == {}


def test_approvers_who_never_registered_or_whose_vote_is_not_known() -> None:
    """G06: who did not register cannot approve; a vote that is not known counts, and is likely."""
    org = board(Approval(("us-1", "us-2"), 2, initiator=True))
    late = world(org, {"users": {"us-2": {"is_registered": False}}})
    assert severities(late, "G06") == {"po-1": "high"}
    unread = replace(board(Approval(("us-1", "us-mute"), 2, initiator=None))).without("/auth/user-groups")
    found = findings(world(unread), "G06").iloc[0]
    assert (found["severity"], found["confidence"]) == ("medium", "likely")
    assert "us-mute" in found["unknown"]


def administrators(count: int, *policies: Policy, **more: Any) -> Organisation:
    """Return so many full administrators, and one who is off, one machine."""
    users = [User(f"us-{number}", FULL, **more) for number in range(count)]
    others = (User("us-off", FULL, active=False), User("us-sa", FULL, machine=True, source=MACHINES))
    return Organisation((FULL_PERMISSION,), (*users, *others), policies=policies)


@pytest.mark.parametrize(
    ("org", "expected"),
    [
        (administrators(0), []),
        (administrators(1), ["medium"]),
        (administrators(2), []),
        (administrators(3), []),
        (administrators(4), ["high"]),
        (administrators(4, blocks(ASSIGN)), []),
        (administrators(4, asks(ASSIGN, *OTHERS)), []),
        (administrators(4, asks(ASSIGN, *ITSELF)), ["high"]),
        (administrators(4, blocks(ASSIGN, filtered=True)), ["high"]),
        (administrators(4).without(POLICIES), ["high"]),
    ],
)
def test_numbers_of_administrators(org: Organisation, expected: list[str]) -> None:
    """U01: exactly one active person, or more than three whom nobody else's approval stops."""
    assert findings(world(org), "U01")["severity"].tolist() == expected


def test_the_most_administrators_can_be_set() -> None:
    """U01.most is the largest number that is no finding."""
    for most, expected in ((2, ["high"]), (3, []), (4, [])):
        found = findings(world(administrators(3)), "U01", thresholds={"U01.most": most})
        assert found["severity"].tolist() == expected


def test_open_invitations() -> None:
    """U03: active, not registered, no service account, and with rights."""
    reads, severe = (Assigned("pm-1", "x", ("Wallets:Read",)),), (Assigned("pm-2", "y", (TRANSFER,)),)
    org = Organisation(
        users=(
            User("us-reads", reads),
            User("us-severe", severe),
            User("us-off", severe, active=False),
            User("us-bare"),
            User("us-sa", severe, machine=True),
            User("us-in", severe),
        )
    )
    late = {user.id: {"is_registered": user.id == "us-in"} for user in org.users}
    assert severities(world(org, {"users": late}), "U03") == {"us-reads": "medium", "us-severe": "high"}


def test_rights_of_who_is_on_no_list() -> None:
    """T01: an identity in effect that no list holds, if the lists that would hold it were read."""
    org = Organisation(
        (Permission("pm-r", ("Wallets:Read",)), Permission("pm-w", (TRANSFER,)), FULL_PERMISSION),
        (User("us-a"),),
        (Token("to-a", "us-a"),),
        (("ug-a", ("us-a",)),),
        (
            Grant("pm-r", "to-x"),
            Grant("pm-w", "us-x"),
            Grant("pm-f", "to-full"),
            Grant("pm-r", "to-asked", in_effect=False),
            Grant("pm-w", "us-a"),
            Grant("pm-w", "to-a"),
            Grant("pm-w", "ug-a"),
            Grant("pm-w", "ap-x"),
            Grant("pm-w", "ug-x"),
        ),
    )
    whole = {"to-x": "medium", "us-x": "high", "to-full": "high", "ug-x": "high"}
    assert severities(world(org), "T01") == whole
    assert severities(world(org.without(MACHINES)), "T01") == {"to-x": "medium", "to-full": "high"}
    assert severities(world(org.without("/auth/user-groups", "unavailable")), "T01") == whole | {
        "ug-a": "high"
    }
    assert severities(world(org.without(GRANTS)), "T01") == {}
