"""Who can do what, past which gate, and whether alone: small organisations, answers by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import dfns_frames as dff
from tests.audit_worlds import frames_of
from tests.conftest import token
from tests.organisations import (
    GROUPS,
    MACHINES,
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
MOVE = (role(TRANSFER),)
MOVER = Organisation(users=(User("us-a", MOVE),), tokens=(Token("to-a", "us-a", MOVE),))
SELF = Organisation(users=(User("us-a", (role(TRANSFER, VOTE),)),), tokens=(Token("to-a", "us-a", MOVE),))


ASKING = Policy("po-1", approvals=(Approval(("us-a", "us-b")),))
GATES = {
    "no policy": (SELF, (), "none", "yes"),
    "approves itself": (SELF, (ASKING,), "approval by itself", "yes"),
    "anyone may approve": (SELF, (Policy("po-1", approvals=(Approval(None),)),), "approval by itself", "yes"),
    "holds no vote": (MOVER, (ASKING,), "approval by others", "no"),
    "a vote that is not known": (
        replace(MOVER, users=(User("us-a", (role(TRANSFER), UNLISTED)),)),
        (ASKING,),
        "approval by others",
        "no",
    ),
    "not among the approvers": (
        SELF,
        (Policy("po-1", approvals=(Approval(("us-b",)),)),),
        "approval by others",
        "no",
    ),
    "the initiator may not": (
        SELF,
        (Policy("po-1", approvals=(Approval(None, initiator=None),)),),
        "approval by others",
        "no",
    ),
    "two are needed": (
        SELF,
        (Policy("po-1", approvals=(Approval(None, quorum=2),)),),
        "approval by others",
        "no",
    ),
    "each group is needed": (
        SELF,
        (Policy("po-1", approvals=(Approval(None), Approval(("us-b",)))),),
        "approval by others",
        "no",
    ),
    "each policy is needed": (
        SELF,
        (ASKING, Policy("po-2", approvals=(Approval(("us-b",)),))),
        "approval by others",
        "no",
    ),
    "blocked": (SELF, (ASKING, Policy("po-2", action="Block")), "blocked", "no"),
    "on a condition": (SELF, (replace(ASKING, rule="TransactionAmountLimit"),), "sometimes", "sometimes"),
    "for some wallets": (SELF, (Policy("po-1", action="Block", filtered=True),), "sometimes", "sometimes"),
    "archived": (SELF, (Policy("po-1", action="Block", status="Archived"),), "none", "yes"),
    "takes note only": (SELF, (Policy("po-1", action="NoAction"),), "none", "yes"),
    "of another activity": (SELF, (Policy("po-1", "Policies:Modify", "Block"),), "none", "yes"),
}


def rows(org: Organisation, what: str = "transfer", **options: Any) -> dict[Any, Any]:
    """Return the rows of `who_can` by identity."""
    frame = dff.measures.who_can(frames(org), what, **options)
    return {row.identity_id: row for row in frame.itertuples()}


@pytest.mark.parametrize("case", GATES)
def test_each_gate(case: str) -> None:
    """Each gate of a holder has its word, for the token as for its user."""
    org, policies, gate, alone = GATES[case]
    found = rows(replace(org, policies=policies))
    assert {(row.gate, row.alone) for row in found.values()} == {(gate, alone)}
    assert set(found) == {"to-a", "us-a"}


@pytest.mark.parametrize("case", GATES)
def test_a_policy_stops_nobody_in_another_organisation(case: str) -> None:
    """In joined frames each identity has the gate that it has in its own organisation's."""
    org, policies, *_ = GATES[case]
    guarded = frames_of(frames(replace(org, policies=policies)), "or-1", renamed=False)
    free = frames_of(frames(SELF), "or-2", renamed=True)
    for parts in ([guarded, free], [free, guarded]):
        found, *alone = (
            set(each.who_can("transfer")[["identity_id", "gate", "alone"]].itertuples(index=False, name=None))
            for each in (dff.concat(parts), *parts)
        )
        assert found == alone[0] | alone[1]


def test_policies_of_nobody_knows_whom_make_every_gate_unknown() -> None:
    """They may be of either organisation, so that nobody is said to be stopped, or free."""
    block = Organisation(policies=(Policy("po-1", action="Block"),), statuses={POLICIES: "ok"})
    others = [
        frames_of(frames(replace(SELF, statuses={PATS: "ok", USERS: "ok"})), f"or-{n}", renamed=True)
        for n in (1, 2)
    ]
    stub = frames(block)
    nobodys = dff.Frames({name: stub.arrow(name) for name in stub})
    found = dff.concat([*others, nobodys]).who_can("transfer")
    assert set(found["gate"]) == {"unknown"}
    assert "no" not in set(found["alone"])


def test_policies_that_stand_in_the_way_are_named() -> None:
    """A row names the active policies of its activity; none where there is no gate."""
    archived = Policy("po-3", action="Block", status="Archived")
    some = Policy("po-2", rule="TransactionAmountLimit", action="Block")
    assert rows(replace(SELF, policies=(ASKING, some, archived)))["to-a"].policies == "po-1, po-2"
    assert pd.isna(rows(replace(SELF, policies=(archived,)))["to-a"].policies)


def test_a_service_account_approves_only_where_it_is_named_and_allowed() -> None:
    """Anyone is no service account, even where the group allows them."""
    account = User("us-a", (role(TRANSFER, VOTE),), machine=True, source=MACHINES)
    org = replace(SELF, users=(account,))
    anyone = replace(org, policies=(Policy("po-1", approvals=(Approval(None, machines=True),)),))
    named = replace(org, policies=(Policy("po-1", approvals=(Approval(("us-a",), machines=True),)),))
    closed = replace(org, policies=(Policy("po-1", approvals=(Approval(("us-a",)),)),))
    assert [rows(each)["us-a"].gate for each in (anyone, named, closed)] == [
        "approval by others",
        "approval by itself",
        "approval by others",
    ]
    assert rows(named)["us-a"].identity_kind == "service_account"


def test_gates_that_do_not_depend_on_policies() -> None:
    """What no policy covers says so whether or not policies were read; what nobody knows is unknown."""
    held = (role("Keys:Export", "Payouts:Create"),)
    org = Organisation(users=(User("us-a", held),))
    for each in (org, org.without(POLICIES)):
        assert rows(each, "export_a_key")["us-a"].gate == "not covered"
        assert rows(each, "export_a_key")["us-a"].alone == "yes"
        assert (rows(each, "pay_out")["us-a"].gate, rows(each, "pay_out")["us-a"].alone) == (
            "unknown",
            "unknown",
        )
    assert rows(SELF.without(POLICIES))["to-a"].gate == "unknown"


def test_end_users_bypass_policies_with_their_own_wallets_only() -> None:
    """An end user's transfer is its own and past no policy; assigning permissions is everybody's."""
    held = (role(TRANSFER, ASSIGN),)
    blocking = (Policy("po-1", action="Block"), Policy("po-2", ASSIGN, "Block"))
    org = Organisation(users=(User("us-a", held, "EndUser"),), policies=blocking)
    assert rows(org)["us-a"][7:] != rows(org, "assign_a_permission")["us-a"][7:]
    own, other = rows(org)["us-a"], rows(org, "assign_a_permission")["us-a"]
    assert (own.gate, own.alone, own.scope) == ("not covered", "yes", "own delegated wallets")
    assert (other.gate, other.alone, other.scope) == ("blocked", "no", "organisation")


def test_a_way_takes_all_that_it_needs() -> None:
    """Two operations together are one way, and one of them alone is none."""
    both = ("Swaps:Create", "Wallets:Transactions:Create")
    assert set(rows(Organisation(users=(User("us-a", (role(*both),)),)), "swap")) == {"us-a"}
    assert rows(Organisation(users=(User("us-a", (role(both[0]),)),)), "swap") == {}
    split = replace(
        MOVER, users=(User("us-a", (role(both[0]),)),), tokens=(Token("to-a", "us-a", (role(*both),)),)
    )
    assert rows(split, "swap") == {}


def test_one_row_where_operations_are_unlisted() -> None:
    """An identity with unlisted operations has one row without a way, not one for each way."""
    org = replace(MOVER, tokens=(Token("to-a", "us-a", (UNLISTED,)),))
    frame = dff.measures.who_can(frames(org), "move_funds")
    (row,) = frame[frame["identity_id"] == "to-a"].itertuples()
    assert pd.isna(row.way)
    assert (row.effective, row.basis, row.gate, row.alone) == (
        "unknown",
        "operations unknown",
        "unknown",
        "unknown",
    )


def test_alone_keeps_all_but_no() -> None:
    """``alone=True`` leaves out what is no, puts yes first, and False gives the rest."""
    off = Token("to-b", "us-a", (role(TRANSFER),), active=False)
    dark = Token("to-c", "us-a", (UNLISTED,))
    org = replace(SELF, tokens=(*SELF.tokens, off, dark))
    found = dff.measures.who_can(frames(org), "move_funds", alone=True)
    assert list(found["alone"]) == ["yes", "yes", "unknown"]
    assert list(dff.measures.who_can(frames(org), "move_funds", alone=False)["identity_id"]) == ["to-b"]
    assert len(dff.measures.who_can(frames(org), "move_funds")) == 4


@pytest.mark.parametrize("lost", [USERS, GROUPS, PERMISSIONS])
def test_not_reading_who_somebody_is_leaves_alone_open(lost: str) -> None:
    """Nobody is stopped for certain where it was not read whether they may approve for themselves."""
    grouped = replace(
        MOVER,
        permissions=(Permission("pm-v", (VOTE,)),),
        groups=(("ug-1", ("us-a",)),),
        grants=(Grant("pm-v", "ug-1"),),
        policies=(ASKING,),
    )
    assert rows(grouped)["to-a"].alone == "yes"
    less = rows(grouped.without(lost))["to-a"]
    assert (less.gate, less.alone) == ("approval by others", "unknown")
    others = replace(grouped, policies=(Policy("po-1", approvals=(Approval(("us-b",)),)),)).without(GROUPS)
    assert rows(others)["to-a"].alone == "no"


def test_who_can_takes_categories_ways_and_operations() -> None:
    """A category, a way with spaces, an operation by either name; a category without ways has operations."""
    org = Organisation(
        users=(User("us-a", (role(TRANSFER, "Auth:UserGroups:Members:Add", "Webhooks:Create"),)),)
    )
    assert rows(org, "move funds")["us-a"].way == "transfer"
    assert rows(org, "put into a group")["us-a"].way == "put_into_a_group"
    assert rows(org, TRANSFER)["us-a"].way == TRANSFER
    assert rows(org, TRANSFER)["us-a"].gate == "none"
    assert rows(org, "Wallets:TransferAsset")["us-a"].way == "Wallets:TransferAsset"
    assert rows(org, "egress")["us-a"].way == "Webhooks:Create"
    assert rows(org, "egress")["us-a"].gate == "not covered"


@pytest.mark.parametrize("what", ["", "mve_funds", "Wallets:Transfers:Make", None, 7])
def test_what_nobody_can_ask_for_is_refused(what: Any) -> None:
    """An unknown way, category or operation is refused, and the message lists what is possible."""
    with pytest.raises(dff.ConfigurationError) as refused:
        dff.measures.who_can(frames(MOVER), what)
    assert "move_funds" in str(refused.value)
    assert "put_into_a_group" in str(refused.value)
    with pytest.raises(dff.ConfigurationError, match="alone must be"):
        dff.measures.who_can(frames(MOVER), "move_funds", alone="yes")


def test_owners_and_users_have_names() -> None:
    """A token's row names its owner; a user is called by name, else by username."""
    org = replace(MOVER, users=(replace(MOVER.users[0], name="Ada"),))
    found = rows(org)
    assert (found["to-a"].owner_id, found["to-a"].owner_name) == ("us-a", "Ada")
    assert (found["us-a"].name, found["us-a"].identity_kind) == ("Ada", "user")
    assert rows(MOVER)["us-a"].name == "us-a@example.test"
    assert rows(MOVER.without(USERS))["to-a"].owner_id == "us-a"


def test_a_token_in_two_lists_is_one() -> None:
    """A token that the caller's list and the service accounts' hold is one identity."""
    org = replace(MOVER, tokens=(MOVER.tokens[0], replace(MOVER.tokens[0], source=MACHINES)))
    assert len(dff.measures.who_can(frames(org), "transfer")) == 2
    assert dff.measures.gates(frames(org)).set_index("activity_kind").loc["Wallets:Sign", "holders"] == 2


def test_measures_work_on_a_list_of_tokens_alone() -> None:
    """On PATs alone effective is unknown, and no gate is known but that none covers it."""
    org = Organisation(tokens=(Token("to-a", "us-a", (role(TRANSFER, "Keys:Export"),)),), statuses=ONLY_PATS)
    (operation, *_) = dff.measures.effective_operations(frames(org)).itertuples()
    assert (operation.effective, operation.basis) == ("unknown", "user not read")
    assert rows(org)["to-a"].gate == "unknown"
    assert rows(org, "export_a_key")["to-a"].gate == "not covered"
    (right,) = dff.measures.explain(frames(org), "to-a").itertuples()
    assert (right.through, right.operation_count, right.worst) == ("token", 2, "critical")
    found = dff.measures.gates(frames(org)).set_index("activity_kind").loc["Wallets:Sign"]
    assert (found["gate"], found["holders"]) == ("unknown", 1)
    assert found[["policies", "active_policies", "alone"]].isna().all()
    for measure in (dff.measures.unlisted_tokens, dff.measures.pat_coverage):
        with pytest.raises(KeyError):
            measure(frames(org))


@pytest.mark.parametrize("what", ["put into a group", "put-into-a-group", " Put_into a-Group\n"])
def test_ways_may_be_written_as_people_write(what: str) -> None:
    """Spaces, hyphens and capitals make no difference to the name of a way."""
    org = replace(MOVER, users=(User("us-a", (role("Auth:UserGroups:Members:Add"),)),))
    assert rows(org, what)["us-a"].way == "put_into_a_group"


@pytest.mark.parametrize(
    ("what", "near"),
    [
        ("mov_funds", "move_funds"),
        ("stakee", "stake"),
        ("Wallets:Transfer:Create", "Wallets:Transfers:Create"),
        (None, "Categories: .*Ways: .*Operations: "),
        ("", "Categories: .*move_funds.*Ways: .*put_into_a_group"),
    ],
)
def test_what_nobody_knows_is_an_error_that_lists_what_there_is(what: Any, near: str) -> None:
    """The error names what is near, then categories and ways, and where operations are listed."""
    with pytest.raises(dff.ConfigurationError, match=near):
        dff.measures.who_can(frames(MOVER), what)


def test_an_owner_who_was_not_read_is_not_said_to_hold_nothing() -> None:
    """Of an owner that no list describes nothing is known, which an empty answer would hide."""
    org = replace(MOVER, users=(), statuses=ONLY_PATS)
    with pytest.raises(
        dff.ConfigurationError, match=r"listed here has the id 'us-a'.*Not all users were read"
    ):
        dff.measures.explain(frames(org), "us-a")
    given = replace(org, grants=(Grant("pm-x", "us-a"),), statuses=ONLY_PATS)
    assert dff.measures.explain(frames(given), "us-a")["through"].tolist() == ["user"]


@pytest.mark.parametrize("identity", [None, 3, "us-b", "to-b", ""], ids=str)
def test_an_id_that_nobody_has_is_an_error_that_lists_near_ones(identity: Any) -> None:
    """An id of nobody, or of another type, is told from one that holds nothing."""
    with pytest.raises(dff.ConfigurationError, match="no token, user or service account listed here has"):
        dff.measures.explain(frames(MOVER), identity)
    with pytest.raises(dff.ConfigurationError, match="close matches: us-a"):
        dff.measures.explain(frames(MOVER), "s-a")


def test_a_name_is_told_from_an_id() -> None:
    """Who passes a name is told which ids have it, at most five."""
    items = [token(number, name="ci") for number in range(7)]
    with pytest.raises(dff.ConfigurationError) as caught:
        dff.read({"items": items}).explain("ci")
    assert (
        str(caught.value) == "'ci' is the name of to-0, to-1, to-2, to-3, to-4 and 2 more; pass an id instead"
    )
