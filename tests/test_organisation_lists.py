"""Rights one by one, what policies guard, and what the lists leave out: small organisations, by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import dfns_frames as dff
from tests.organisations import (
    GRANTS,
    PERMISSIONS,
    POLICIES,
    USERS,
    WHEN,
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
MOVE = Assigned("pm-move", "Movers", (TRANSFER, "Wallets:Read"))
READ = Assigned("pm-read", "Readers", ("Wallets:Read",))
DARK = Assigned("pm-dark", "Unlisted", None)
ADMIN = Assigned("pm-admin", "ManagedFullAdminAccess", ())
CURRENT = int((dff.operations()["status"] == "current").sum())
ORG = Organisation(
    permissions=(
        Permission("pm-move", (TRANSFER, "Wallets:Read"), "Movers"),
        Permission("pm-read", ("Wallets:Read",), "Readers"),
        Permission("pm-vote", (VOTE,), "Voters"),
        Permission("pm-admin", (), "ManagedFullAdminAccess", immutable=True),
    ),
    users=(User("us-a", (MOVE,), name="Ada"), User("us-b", (ADMIN,)), User("us-c", kind="EndUser")),
    tokens=(Token("to-a", "us-a", (MOVE, READ)), Token("to-b", "us-b", (DARK,))),
    groups=(("ug-1", ("us-a",)),),
    grants=(
        Grant("pm-move", "to-a", id="as-move"),
        Grant("pm-vote", "ug-1", id="as-vote"),
        Grant("pm-admin", "us-a", in_effect=False, id="as-later"),
        Grant("pm-read", "to-lost"),
        Grant("pm-move", "to-lost"),
        Grant("pm-admin", "to-admin"),
        Grant("pm-move", "to-pending", in_effect=False),
        Grant("pm-gone", "to-dark"),
        Grant("pm-move", "us-gone"),
    ),
)


def test_explain_a_token() -> None:
    """A token's rights are its own, then its user's, direct and through groups, and what is waiting."""
    found = dff.measures.explain(frames(ORG), "to-a")
    shown = found[
        ["through", "permission_name", "group_name", "assignment_id", "in_effect", "operation_count"]
    ]
    assert [
        tuple(None if pd.isna(cell) else cell for cell in row) for row in shown.itertuples(index=False)
    ] == [
        ("token", "Movers", None, "as-move", True, 2),
        ("token", "Readers", None, None, True, 1),
        ("user", "Movers", None, None, True, 2),
        ("user", "ManagedFullAdminAccess", None, "as-later", False, CURRENT),
        ("group", "Voters", "UG-1", "as-vote", True, 1),
    ]
    assert set(found["identity_id"]) == {"to-a"}
    assert found["since"].iloc[0] == WHEN.replace(day=1, hour=0)
    assert found["since"].isna().tolist() == [False, True, True, False, False]
    assert list(found["worst"]) == ["critical", "none", "critical", "critical", "critical"]


def test_explain_one_operation() -> None:
    """Only the rights that contain it, by either name, and those of which nothing lists what they contain."""
    for name in (TRANSFER, "Wallets:TransferAsset"):
        assert list(dff.measures.explain(frames(ORG), "us-a", name)["permission_name"]) == [
            "Movers",
            "ManagedFullAdminAccess",
        ]
    dark = dff.measures.explain(frames(ORG), "to-b", TRANSFER)
    assert list(dark["through"]) == ["token", "full administrator"]
    assert dark["operation_count"].isna().tolist() == [True, False]
    assert list(dark["worst"]) == ["unknown", "critical"]


def test_explain_lists_near_ids() -> None:
    """An id that is not listed is refused with near ones, and so is an unknown operation."""
    with pytest.raises(dff.ConfigurationError, match="to-a"):
        dff.measures.explain(frames(ORG), "to-aa")
    with pytest.raises(dff.ConfigurationError, match="no token, user or service account"):
        dff.measures.explain(frames(ORG), None)
    with pytest.raises(dff.ConfigurationError, match=r"close matches: .*Wallets:Transfers:Create"):
        dff.measures.explain(frames(ORG), "to-a", "Wallets:Transfers:Make")


def test_explain_counts_only_what_can_be_used_as_worst() -> None:
    """What the holder's kind is refused is no worst."""
    making = Assigned("pm-x", "Makers", ("Auth:Pats:Create",))
    org = Organisation(users=(User("us-a", (making,)),), tokens=(Token("to-a", "us-a", (making,)),))
    found = dff.measures.explain(frames(org), "to-a")
    assert [None if pd.isna(word) else word for word in found["worst"]] == [None, "critical"]


def test_explain_a_user_nobody_read() -> None:
    """A user that only a token tells of has the rights that assignments show."""
    found = dff.measures.explain(frames(ORG.without(USERS)), "us-a")
    assert list(found["assignment_id"]) == ["as-later", "as-vote"]


def test_unlisted_tokens() -> None:
    """Tokens known from assignments alone, the worst first; a pending one exists and can do nothing yet."""
    found = dff.measures.unlisted_tokens(frames(ORG)).set_index("token_id")
    assert list(found.index) == ["to-admin", "to-lost", "to-dark", "to-pending"]
    assert found.loc["to-lost", "permission_ids"] == ("pm-read", "pm-move")
    assert found.loc["to-lost", "permission_names"] == ("Readers", "Movers")
    assert [None if pd.isna(word) else word for word in found["worst"]] == [
        "critical",
        "critical",
        "unknown",
        None,
    ]
    assert list(found["holds_everything"]) == [True, False, False, False]
    assert (found["first_assigned"] <= found["last_assigned"]).all()
    assert found.loc["to-lost", "first_assigned"] == WHEN.replace(day=1, hour=3)
    assert set(found["identity_kind"]) == {"token"}


def test_a_filtered_token_is_not_unlisted() -> None:
    """Frames that remember what was listed before a filter report none of it as unlisted."""
    stub = frames(replace(ORG, tokens=()))
    assert "to-a" in set(dff.measures.unlisted_tokens(stub)["token_id"])
    stub.was_listed = frozenset({"to-a", "to-b"})  # type: ignore[attr-defined]
    assert "to-a" not in set(dff.measures.unlisted_tokens(stub)["token_id"])


def test_unlisted_tokens_without_permissions() -> None:
    """Without permissions nothing says what an unlisted token can do: unknown, never none."""
    found = dff.measures.unlisted_tokens(frames(ORG.without(PERMISSIONS))).set_index("token_id")
    assert found.loc["to-lost", "worst"] == "unknown"
    assert found.loc["to-lost", "permission_names"] == (None, None) or pd.isna(
        found.loc["to-lost", "permission_names"][0]
    )
    with pytest.raises(KeyError):
        dff.measures.unlisted_tokens(frames(ORG.without(GRANTS)))


def test_pat_coverage() -> None:
    """A user is covered whose own list is here; of others the number of tokens is not known."""
    found = dff.measures.pat_coverage(frames(ORG))
    assert found.attrs["unlisted_tokens"] == 4
    assert list(found["user_id"]) == ["us-a", "us-b", "us-c"]
    assert list(found["listed"]) == [True, True, False]
    assert found["token_count"].tolist()[:2] == [1, 1]
    assert found["token_count"].isna().tolist() == [False, False, True]
    assert found["asked_at"].isna().tolist() == [False, False, True]
    assert found["asked_at"].iloc[0] == WHEN
    assert dff.measures.pat_coverage(frames(ORG.without(GRANTS))).attrs["unlisted_tokens"] is None


SIGN = "Wallets:Sign"


def guarded(*policies: Policy) -> Any:
    """Return what guards signing."""
    frame = dff.measures.gates(frames(replace(ORG, policies=policies)))
    return frame.set_index("activity_kind").loc[SIGN]


def test_gates_say_the_weakest_that_holds_for_anybody() -> None:
    """The gate of an activity is the weakest of all who could act; counts are of identities."""
    asking = Policy("po-1", approvals=(Approval(("us-a",)),))
    archived = Policy("po-2", action="Block", status="Archived")
    assert guarded(asking, archived).to_dict() == {
        "gate": "approval by itself",
        "policies": 2,
        "active_policies": 1,
        "holders": 3,
        "alone": 2,
    }
    assert guarded().to_dict() == {
        "gate": "none",
        "policies": 0,
        "active_policies": 0,
        "holders": 3,
        "alone": 3,
    }
    assert guarded(Policy("po-1", action="Block"))[["gate", "alone"]].tolist() == ["blocked", 0]
    assert guarded(replace(asking, filtered=True))[["gate", "alone"]].tolist() == ["sometimes", 0]


def test_gates_list_every_kind_of_activity() -> None:
    """Each known kind has a row, and each that a policy names; who could act is known of some only."""
    frame = dff.measures.gates(frames(replace(ORG, policies=(Policy("po-1", "Something:New", "Block"),))))
    found = frame.set_index("activity_kind")
    assert list(found.index)[:4] == [SIGN, ASSIGN, "Permissions:Modify", "Policies:Modify"]
    assert found.loc["Something:New", "gate"] == "blocked"
    assert pd.isna(found.loc["Something:New", "holders"])
    assert "Alias:Modify" not in found.index


def test_gates_without_policies_are_unknown() -> None:
    """Where policies were not read no gate is known, and nobody is counted as alone."""
    found = dff.measures.gates(frames(ORG.without(POLICIES)))
    assert set(found["gate"]) == {"unknown"}
    assert found[["policies", "active_policies", "alone"]].isna().all(axis=None)


def test_gates_leave_out_the_inactive_and_end_users() -> None:
    """Who is known to be inactive could not act, and an end user concerns no policy."""
    users = (User("us-a", (MOVE,), active=False), User("us-c", (MOVE,), "EndUser"))
    org = replace(ORG, users=users, tokens=(Token("to-a", "us-a", (MOVE,)),))
    assert dff.measures.gates(frames(org)).set_index("activity_kind").loc[SIGN, "holders"] == 0


def test_empty_organisations_have_every_column() -> None:
    """Without anything listed each measure gives its columns with their types and no row."""
    full, empty = frames(ORG), frames(Organisation())
    for measure, arguments in (
        (dff.measures.effective_operations, ()),
        (dff.measures.who_can, ("move_funds",)),
        (dff.measures.unlisted_tokens, ()),
        (dff.measures.pat_coverage, ()),
        (dff.measures.gates, ()),
    ):
        some, none = measure(full, *arguments), measure(empty, *arguments)
        assert list(some.columns) == list(none.columns)
        assert [str(kind) for kind in some.dtypes] == [str(kind) for kind in none.dtypes]
