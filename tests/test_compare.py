"""`compare`: what a row is, and what is unknown rather than gone."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import dfns_frames as dff
from dfns_frames._archive.comparing.frame import followed, object_of
from dfns_frames._archive.comparing.match import fields_of, parent_of
from tests.looks import (
    JUNE,
    MACHINES,
    MAY,
    PATS,
    PERMISSIONS,
    assigned,
    frames,
    machine,
    pats,
    permission,
    token,
    user,
)

SHOWN = ["change", "object", "token_id", "field", "old", "new", "severity"]
FUNDS, READ = "Wallets:Transfers:Create", "Wallets:Read"
GROUPS, MEMBERS = "/auth/user-groups", "/auth/user-groups/{id}/members"
GRANTS, POLICIES, USERS = "/permissions/{id}/assignments", "/v2/policies", "/auth/users"


def rows(old: Any, new: Any, *columns: str) -> list[tuple[Any, ...]]:
    """Return the changes as plain tuples; missing is None."""
    changes = dff.compare(old, new)
    plain = changes.astype(object).where(changes.notna(), None)
    return [tuple(row) for row in plain[[*(columns or SHOWN)]].itertuples(index=False)]


def may(*tokens: Any, **more: Any) -> dff.Frames:
    return pats(*tokens, when=MAY, **more)


def june(*tokens: Any, **more: Any) -> dff.Frames:
    return pats(*tokens, when=JUNE, **more)


def test_a_new_token_is_one_row_with_its_worst() -> None:
    """What it holds appears with it."""
    found = rows(may(), june(token("to-1", assigned("pm-1", [READ, FUNDS]))))
    assert found == [("appeared", "token", "to-1", None, None, None, "critical")]


def test_a_token_that_went_is_one_row() -> None:
    found = rows(may(token("to-1", assigned("pm-1", [FUNDS]))), june())
    assert found == [("disappeared", "token", "to-1", None, None, None, "none")]


def test_a_rename_is_a_change() -> None:
    """Neither a leaving nor a coming."""
    found = rows(may(token("to-1", name="ci")), june(token("to-1", name="deploy")))
    assert found == [("changed", "token", "to-1", "name", "ci", "deploy", "none")]


def test_a_token_that_is_switched_on_has_its_worst() -> None:
    """Switched off, nothing is gained; a full administrator is critical whatever is listed."""
    full = assigned("pm-1", [], "ManagedFullAdminAccess")
    off, on = token("to-1", full, isActive=False), token("to-1", full)
    assert rows(may(off), june(on)) == [
        ("changed", "token", "to-1", "is_active", "false", "true", "critical")
    ]
    assert rows(may(on), june(off)) == [("changed", "token", "to-1", "is_active", "true", "false", "none")]


def test_an_assignment_and_an_operation_have_theirs() -> None:
    """An operation is a row where its assignment is on both sides."""
    old = token("to-1", assigned("pm-1", [READ]))
    new = token("to-1", assigned("pm-1", [READ, FUNDS]), assigned("pm-2", ["Webhooks:Create"], "hooks"))
    columns = (
        "change",
        "object",
        "permission_id",
        "field",
        "new",
        "operation",
        "severity",
        "name",
        "owner_id",
    )
    worst = str(dff.operations().set_index("operation").severity["Webhooks:Create"])
    assert rows(may(old), june(new), *columns) == [
        ("appeared", "operation", "pm-1", None, None, FUNDS, "critical", "name of to-1", "us-1"),
        ("appeared", "assignment", "pm-2", "permission_name", "hooks", None, worst, "name of to-1", "us-1"),
    ]


def test_what_a_kind_cannot_use_gains_nothing() -> None:
    """And what cannot be judged is unknown, not none."""
    old = token("to-1", assigned("pm-1", []), assigned("pm-2", []))
    new = token("to-1", assigned("pm-1", ["Auth:Pats:Create"]), assigned("pm-2", ["New:Op:Do"]))
    found = rows(may(old), june(new), "operation", "severity")
    assert found == [("New:Op:Do", "unknown"), ("Auth:Pats:Create", "none")]
    dark = rows(may(), june(token("to-2", assigned("pm-1", None), assigned("pm-2", [READ]))), "severity")
    assert dark == [("unknown",)]


def test_the_worst_come_first() -> None:
    """Unknown severity before none, and what cannot be told last."""
    old = may(token("to-a"), token("to-b", assigned("pm-1", [READ])))
    new = june(
        token("to-a", name="x"),
        token("to-b", assigned("pm-1", None)),
        token("to-c", assigned("pm-1", [FUNDS])),
        token("to-d", assigned("pm-1", None)),
    )
    found = dff.compare(old, new)
    assert found["severity"].astype(object).where(found["severity"].notna(), None).tolist() == [
        "critical",
        "unknown",
        "none",
        None,
    ]
    assert (found["severity"] >= "high").tolist() == [True, False, False, False]


def test_a_list_is_compared_whatever_its_order() -> None:
    """Positions mean nothing."""
    held = [token(f"to-{n}", assigned("pm-1", [READ, FUNDS]), assigned("pm-2", [])) for n in range(9)]
    turned = [{**each, "permissionAssignments": each["permissionAssignments"][::-1]} for each in held[::-1]]
    assert rows(may(*held), june(*turned)) == []


def test_ids_in_several_rows_count_by_how_often() -> None:
    """The rows that are equal belong together first, whatever their order."""
    one, two = token("to-1", name="a"), token("to-1", name="b")
    assert rows(may(one, two), june(two)) == [("disappeared", "token", "to-1", None, None, None, "none")]
    assert rows(may(two), june(one, two), "change", "name") == [("appeared", "a")]
    assert rows(may(two, one), june(token("to-1", name="c"), two)) == rows(
        may(one, two), june(two, token("to-1", name="c"))
    )


def test_an_assignment_twice_is_compared_whatever_its_order() -> None:
    """Two assignments of one permission are told by what they list, together."""
    first, second = assigned("pm-1", [READ]), assigned("pm-1", [FUNDS])
    for held in ([first, second], [second, first]):
        found = rows(may(token("to-1", *held)), june(token("to-1", first)), "change", "object", "operation")
        assert found == [("disappeared", "assignment", None)]


def test_tokens_without_an_id_are_counted_and_not_followed() -> None:
    changes = dff.compare(may(token("")), june(token("", name="x"), token("")))
    assert changes.empty
    assert "tokens, 1 on the old side and 2 on the new" in changes.attrs["summary"]


@pytest.mark.parametrize("status", ["forbidden", "failed", "unavailable", "skipped"])
def test_a_source_that_was_refused_is_unknown(status: str) -> None:
    """One row names it, and nothing disappears."""
    old = frames({PATS: [token("to-1")], PERMISSIONS: [permission("pm-1", READ)]}, MAY)
    new = frames({PATS: [token("to-1")]}, JUNE, refused={PERMISSIONS: status})
    found = rows(old, new, "change", "object", "name", "field", "old", "new", "severity")
    assert found == [("unknown", "source", PERMISSIONS, "status", "ok", status, None)]
    assert (
        f"Could not be compared: {PERMISSIONS} (old: ok, new: {status})"
        in dff.compare(old, new).attrs["summary"]
    )


def test_a_source_that_was_not_asked_is_unknown() -> None:
    """What neither side read is no row."""
    both = frames({PATS: [], PERMISSIONS: [permission("pm-1")]}, MAY, refused={USERS: "forbidden"})
    one = frames({PATS: []}, JUNE, refused={USERS: "forbidden"})
    assert rows(both, one, "name", "old", "new") == [(PERMISSIONS, "ok", "not asked")]
    assert f"{USERS} (old: forbidden, new: forbidden)" in dff.compare(both, one).attrs["summary"]


def test_an_incomplete_list_proves_presence_only() -> None:
    """What it holds is compared; what it lacks is unknown."""
    old = may(token("to-1"), token("to-2"))
    new = june(token("to-1", name="x"), token("to-3"), incomplete=[PATS])
    assert rows(old, new, "change", "object", "token_id", "field", "old", "new") == [
        ("appeared", "token", "to-3", None, None, None),
        ("changed", "token", "to-1", "name", "name of to-1", "x"),
        ("unknown", "token", "to-2", "listed", "listed", "incomplete"),
        ("unknown", "source", None, "status", "ok", "incomplete"),
    ]


def test_an_item_that_was_set_aside_is_unknown() -> None:
    """Also where the other side never listed it; one without an id leaves all that is missing open."""
    broken = token("to-1", name=7)
    assert rows(may(token("to-1")), june(broken)) == [
        ("unknown", "token", "to-1", "listed", "listed", "set aside", None)
    ]
    assert rows(may(), june(broken))[0][4:6] == ("not listed", "set aside")
    assert rows(may(broken), june(broken)) == []
    nameless = token("to-1", name=7, tokenId=7)
    assert rows(may(token("to-2")), june(nameless))[0][:6] == (
        "unknown", "token", "to-2", "listed", "listed", "set aside",
    )  # fmt: skip


def test_operations_that_one_side_does_not_list_are_unknown() -> None:
    """One row names the assignment; what neither side lists is in the summary only."""
    listed, dark = token("to-1", assigned("pm-1", [FUNDS])), token("to-1", assigned("pm-1", None))
    columns = ("change", "object", "permission_id", "field", "old", "new")
    assert rows(may(listed), june(dark), *columns) == [
        ("unknown", "assignment", "pm-1", "operations", "listed", "not listed")
    ]
    assert rows(may(dark), june(listed), *columns) == [
        ("unknown", "assignment", "pm-1", "operations", "not listed", "listed")
    ]
    changes = dff.compare(may(dark), june(dark))
    assert changes.empty
    assert "operations of 1 assignment" in changes.attrs["summary"]


def test_what_a_filter_hid_is_unknown() -> None:
    """On either side, and where the frames were written and read back."""
    held = [token("to-1"), token("to-2")]
    part = june(*held).filter(["to-1"])
    told = ("unknown", "token", "to-2", "listed", "listed", "left out by a filter", None)
    assert rows(may(*held), part) == [told]
    assert rows(may(*held).filter(["to-1"]), june(*held))[0][4:6] == ("left out by a filter", "listed")
    assert rows(may(token("to-1")), part)[0][4:6] == ("not listed", "left out by a filter")


def test_what_a_filter_hid_is_unknown_of_files_too(tmp_path: Path) -> None:
    """Their ids are written nowhere, so whatever is missing may have been left out."""
    held = [token("to-1"), token("to-2")]
    folder = june(*held).filter(["to-1"]).to_parquet(tmp_path / "part")
    assert rows(may(*held), folder)[0][4:6] == ("listed", "left out by a filter")
    again = dff.read(june(*held, token("to-3")).filter(["to-1", "to-2"]).to_parquet(tmp_path / "more"))
    found = rows(may(*held, token("to-3")), again.filter(["to-1"]), "change", "token_id")
    assert found == [("unknown", "to-2"), ("unknown", "to-3")]


def test_lists_of_different_callers_are_refused() -> None:
    with pytest.raises(dff.ConfigurationError, match=r"old of us-1, new of us-2.*caller="):
        dff.compare(may(caller="us-1"), june(caller="us-2"))


def test_other_sources_compare_across_callers() -> None:
    old = frames({PERMISSIONS: [permission("pm-1")]}, MAY, caller="us-1")
    new = frames({PERMISSIONS: [permission("pm-1", name="x")]}, JUNE, caller="us-2")
    assert rows(old, new, "change", "object", "field") == [("changed", "permission", "name")]


def test_beside_other_sources_the_tokens_of_different_callers_are_unknown() -> None:
    """So two people who look at one organisation can compare the rest."""
    old = frames({PATS: [token("to-1")], PERMISSIONS: [permission("pm-1")]}, MAY, caller="us-1")
    new = frames({PATS: [token("to-2")], PERMISSIONS: []}, JUNE, caller="us-2")
    assert rows(old, new, "change", "object", "permission_id", "name", "owner_id") == [
        ("disappeared", "permission", "pm-1", "role pm-1", None),
        ("unknown", "source", None, PATS, "us-2"),
        ("unknown", "source", None, PATS, "us-1"),
    ]
    assert "different callers: old of us-1, new of us-2" in dff.compare(old, new).attrs["summary"]


def test_a_caller_that_is_not_known_is_taken_as_the_others() -> None:
    """And the summary says so; an empty list does not say whose it is."""
    changes = dff.compare(may(caller=None), june(token("to-1")))
    assert changes["change"].tolist() == ["appeared"]
    assert "The old side does not say whose /auth/pats it lists: taken as us-1's" in changes.attrs["summary"]


def test_different_organisations_are_refused() -> None:
    with pytest.raises(dff.ConfigurationError, match="old of or-1, new of or-2"):
        dff.compare(may(token("to-1")), june(token("to-1", orgId="or-2"), org="or-2"))


def test_an_organisation_that_is_not_known_is_taken_as_the_others() -> None:
    changes = dff.compare(may(org=None), june(token("to-1")))
    assert changes["change"].tolist() == ["appeared"]
    assert "taken as or-1" in changes.attrs["summary"]


def test_the_sides_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(dff.ConfigurationError, match="new was listed before old"):
        dff.compare(june(), may())


@pytest.mark.parametrize("basis", ["file date", "clock"])
def test_of_dates_that_nothing_vouches_for_it_only_warns(basis: str) -> None:
    with pytest.warns(dff.DriftWarning, match="fetched_at="):
        dff.compare(june(basis=basis), may(token("to-1")))


def test_it_happened_between_the_two_looks() -> None:
    changes = dff.compare(may(token("to-1")), june(token("to-2")))
    assert [*changes["after"].unique()] == [pd.Timestamp(MAY)]
    assert [*changes["by"].unique()] == [pd.Timestamp(JUNE)]
    assert "from 2026-05-01 08:00:00 UTC to 2026-06-01 08:00:00 UTC" in changes.attrs["summary"]


def test_of_joined_looks_each_row_has_the_time_of_its_own() -> None:
    """A token that the later of two looks lacks was gone before it, not after."""
    with pytest.warns(UserWarning, match="several"):
        old = dff.concat([may(token("to-1")), pats(when=datetime(2026, 5, 8, tzinfo=UTC))])
    (change,) = dff.compare(old, june()).to_dict("records")
    assert (change["change"], change["after"]) == ("disappeared", pd.Timestamp(MAY))


def test_a_file_compared_with_itself_has_no_changes(tmp_path: Path) -> None:
    """Whatever is unknown in it; and the summary says that they are one look."""
    path = tmp_path / "pats.json"
    path.write_text(json.dumps({"items": [token("to-1", assigned("pm-1", None)), token("")]}))
    changes = dff.compare(path, path)
    assert changes.empty
    assert "No changes: both sides are the same snapshot" in changes.attrs["summary"]
    assert [*changes.columns] == [*dff.compare(may(), june(token("to-1"))).columns]
    assert str(changes["after"].dtype) == "datetime64[us, UTC]"


def test_files_bytes_and_folders_are_read(tmp_path: Path) -> None:
    path = tmp_path / "pats.json"
    path.write_text(json.dumps({"items": [token("to-1")]}))
    os.utime(path, (MAY.timestamp(), MAY.timestamp()))
    folder = june(token("to-2")).to_parquet(tmp_path / "june")
    assert rows(path, folder, "change", "token_id") == [("appeared", "to-2"), ("disappeared", "to-1")]
    assert rows(path.read_bytes(), {"items": [token("to-1", name="x")]}, "change") == [("changed",)]


def test_a_token_in_another_source_is_the_same_token() -> None:
    """It moved from one list to the other, which is no change of the token."""
    held = token("to-1", kind="ServiceAccount", linkedUserId="us-m")
    account = machine("us-m", held)
    old = frames({PATS: [held], MACHINES: []}, MAY)
    new = frames({PATS: [], MACHINES: [account]}, JUNE)
    assert rows(old, new, "change", "object") == [("appeared", "user")]


def test_users_permissions_and_policies_are_compared() -> None:
    """Each table that declares ids."""
    policy: dict[str, Any] = {
        "id": "po-1", "name": "cap", "status": "Active", "activityKind": "Wallets:Sign",
        "rule": {"kind": "AlwaysTrigger"},
        "action": {
            "kind": "RequestApproval",
            "approvalGroups": [{"quorum": 2, "approvers": {"userId": {"in": ["us-1"]}}}],
        },
        "filters": {"walletId": {"in": ["wa-1"]}},
    }  # fmt: skip
    changed = json.loads(json.dumps(policy))
    changed["action"]["approvalGroups"][0] = {"quorum": 1, "approvers": {"userId": {"in": ["us-1", "us-2"]}}}
    changed["filters"] = {}
    old = frames({USERS: [user("us-1")], PERMISSIONS: [permission("pm-1", READ)], POLICIES: [policy]}, MAY)
    new = frames(
        {
            USERS: [user("us-1"), user("us-2", assigned("pm-1", [FUNDS]))],
            PERMISSIONS: [permission("pm-1", READ, FUNDS), permission("pm-2", FUNDS)],
            POLICIES: [changed],
        },
        JUNE,
    )
    columns = (
        "severity",
        "change",
        "object",
        "user_id",
        "permission_id",
        "field",
        "old",
        "new",
        "operation",
        "name",
    )
    found = rows(old, new, *columns)
    assert found == [
        ("critical", "appeared", "user", "us-2", None, None, None, None, None, "name of us-2"),
        ("critical", "appeared", "permission_operation", None, "pm-1", None, None, None, FUNDS, "role pm-1"),
        ("none", "appeared", "permission", None, "pm-2", None, None, None, None, "role pm-2"),
        ("none", "appeared", "policy_approver", "us-2", None, "group_no=0", None, None, None, "cap"),
        ("none", "changed", "policy", None, None, "is_filtered", "true", "false", None, "cap"),
        ("none", "changed", "policy_group", None, None, "group_no=0: quorum", "2", "1", None, "cap"),
        (
            "none", "disappeared", "policy_filter", None, None, "filter=walletId, value=wa-1", None, None,
            None, "cap",
        ),
    ]  # fmt: skip


def _grant(grant_id: str, permission_id: str, identity: str, **more: Any) -> dict[str, Any]:
    dates = {"dateCreated": "2026-01-01T00:00:00Z", "dateUpdated": "2026-01-01T00:00:00Z"}
    return (
        {"id": grant_id, "permissionId": permission_id, "identityId": identity, "isImmutable": False}
        | dates
        | more
    )


def test_assignments_of_permissions_name_who_gets_what() -> None:
    """Their severity is the worst that the permission contains, once it is in effect."""
    wait = {
        "pendingChangeRequest": {
            "id": "cr-1", "requester": {"userId": "us-1"}, "status": "Pending", "entityId": "as-2",
            "dateCreated": "2026-01-01T00:00:00Z",
            "kind": "Assignment", "operationKind": "Create", "body": {},
        }
    }  # fmt: skip
    listed = [permission("pm-1", FUNDS)]
    old = frames({PERMISSIONS: listed, GRANTS: [_grant("as-3", "pm-1", "us-3", **wait)]}, MAY)
    given = [
        _grant("as-1", "pm-1", "to-1"),
        _grant("as-2", "pm-1", "us-2", **wait),
        _grant("as-3", "pm-1", "us-3"),
    ]
    new = frames({PERMISSIONS: listed, GRANTS: given}, JUNE)
    changes = dff.compare(old, new)
    found = changes[changes.field.isna() | (changes.field == "in_effect")]
    plain = found.astype(object).where(found.notna(), None)
    assert plain[["change", "assignment_id", "token_id", "user_id", "name", "severity"]].values.tolist() == [
        ["appeared", "as-1", "to-1", None, "role pm-1", "critical"],
        ["changed", "as-3", None, "us-3", "role pm-1", "critical"],
        ["appeared", "as-2", None, "us-2", "role pm-1", "none"],
    ]


def test_a_source_that_only_one_side_asked_for_leaves_the_others_alone() -> None:
    """Tokens of one list and a whole organisation: what both have is compared."""
    dated = {"dateCreated": "2026-01-01T00:00:00Z", "dateUpdated": "2026-01-01T00:00:00Z"}
    group = {"id": "ug-1", "name": "desk", "memberCount": 0, **dated}
    whole = {PATS: [token("to-2")], GROUPS: [group], MEMBERS: [], GRANTS: [], PERMISSIONS: []}
    found = rows(may(token("to-1")), frames(whole, JUNE), "change", "token_id", "name")
    assert found[:2] == [("appeared", "to-2", "name of to-2"), ("disappeared", "to-1", "name of to-1")]
    assert {each[2] for each in found[2:]} == {GROUPS, MEMBERS, GRANTS, PERMISSIONS}


def test_members_of_a_group_that_was_not_asked_are_unknown(tmp_path: Path) -> None:
    """A listing of one group says nothing of another."""
    one = {"items": [{"userId": "us-1"}]}
    old = dff.read(one, endpoint="/auth/user-groups/ug-1/members", fetched_at=MAY)
    new = dff.read(one, endpoint="/auth/user-groups/ug-2/members", fetched_at=JUNE)
    assert rows(old, new, "change", "group_id") == [("unknown", "ug-1"), ("unknown", "ug-2")]


def test_hostile_text_is_kept_as_it_is() -> None:
    """It is escaped where it is shown, not here."""
    name = '=HYPERLINK("http://x")\n\u202e<script>'
    assert rows(may(token("to-1", name="a")), june(token("to-1", name=name)))[0][5] == name


def test_the_documentation_names_every_object() -> None:
    """With its table and what it is inside of."""
    text = Path("docs/compare.md").read_text("utf-8")
    for table in followed():
        assert f"`{object_of(table.name)}`" in text
        assert f"`{table.name}`" in text
    assert parent_of("policy_approvers") == "policy_groups"
    assert fields_of("token_operations") == ()
    assert "identity_kind" not in fields_of("permission_assignments")


def test_a_sheet_of_changes_is_laid_out(tmp_path: Path) -> None:
    """The severity comes first, in its colour; ids stand at the right, unprinted, those of no row last."""
    changes = dff.compare(may(), june(token("to-1", assigned("pm-1", [FUNDS]), name="=1+1")))
    path = june(token("to-1")).to_excel(tmp_path / "week.xlsx", sheets={"Changes": changes})
    book = openpyxl.load_workbook(path)
    sheet = book["Changes"]
    header, first = (dict(enumerate(row)) for row in sheet.iter_rows(values_only=True))
    assert [header[0], header[3], header[10]] == ["severity", "name", "by (UTC)"]
    assert [header[11], sheet.print_area] == ["token_id", "'Changes'!$A$1:$K$2"]
    assert [*header.values()][-1] == "group_id"
    assert {*header.values()} == {*changes.columns} - {"after", "by"} | {"after (UTC)", "by (UTC)"}
    assert (first[0], first[3]) == ("critical", "=1+1")
    assert sheet.cell(2, 4).data_type == "s"
    assert sheet.conditional_formatting
    said = [row[2] for row in book["README"].iter_rows(values_only=True) if row[1] == "Changes"]
    assert "Compared two snapshots of or-1" in said[0]
    assert openpyxl.load_workbook(dff.write(changes.iloc[:0], tmp_path / "none.xlsx")).active.max_row == 1


@pytest.mark.parametrize("odd", [None, 3, pd.DataFrame()], ids=["None", "number", "DataFrame"])
def test_what_cannot_be_compared_is_called_by_its_side(odd: Any) -> None:
    """Of two arguments the message says which one is meant."""
    kind = type(odd).__name__
    may: dict[str, Any] = {"items": []}
    for sides, name in (((odd, may), "old"), ((may, odd), "new")):
        with pytest.raises(dff.ConfigurationError) as caught:
            dff.compare(*sides)
        assert str(caught.value) == f"{name} must be Frames, a saved response or a folder, not {kind}"


def test_a_stranger_may_use_the_name_of_a_full_administrator() -> None:
    """Where permissions were read with the token, it has to be among them, and immutable, to be critical."""
    name = "ManagedFullAdminAccess"
    holder = token("to-1", assigned("pm-1", ["Wallets:Read"], name))
    for listed, severity in (
        ([permission("pm-1", name=name)], "none"),
        ([permission("pm-1", name=name, isImmutable=True)], "critical"),
        ([], "none"),
        (None, "critical"),
    ):
        more = {} if listed is None else {PERMISSIONS: listed}
        old, new = frames({PATS: [], **more}), frames({PATS: [holder], **more}, JUNE)
        found = dff.compare(old, new)
        assert found[["object", "severity"]].astype(str).to_numpy().tolist() == [["token", severity]]
