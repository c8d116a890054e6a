"""What `read` and `Frames` make of input that does not fit: each problem named, nothing guessed or lost."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

import dfns_frames as dff
from dfns_frames._api.tables import TABLES
from tests.conftest import WHEN, assignment
from tests.test_doors import LISTED, body

MACHINES, PERMISSIONS = "/auth/service-accounts", "/permissions"
CHANGE = {
    "id": "cr-1",
    "requester": {"userId": "us-1"},
    "status": "Pending",
    "entityId": "pm-1",
    "dateCreated": "2026-02-01T00:00:00Z",
    "kind": "Permission",
    "operationKind": "Update",
    "body": {"operations": ["Wallets:Read", "Keys:Export"]},
}


def item(path: str, **changes: Any) -> dict[str, Any]:
    """Make an item of a source, fields changed by their dotted paths (dots as two underscores)."""
    made = copy.deepcopy(LISTED[path])
    for where, value in changes.items():
        *around, last = where.split("__")
        inside: Any = made
        for name in around:
            inside = inside[int(name)] if name.isdigit() else inside[name]
        if value is ...:
            del inside[last]
        else:
            inside[last] = copy.deepcopy(value)
    return made


def read(*items: Any, **options: Any) -> dff.Frames:
    return dff.read(body(*items), **{"fetched_at": WHEN, **options})


def problems(*items: Any, **options: Any) -> list[str]:
    """Read what does not fit; return its problems."""
    with pytest.raises(dff.SchemaError) as caught:
        read(*items, **options)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(("path", "said"), [(MACHINES, "permissions"), (PERMISSIONS, "service_accounts")])
@pytest.mark.parametrize("skip_invalid", [False, True])
def test_each_ones_body_read_as_the_others(path: str, said: str, skip_invalid: bool) -> None:
    """It says what the body is, rather than what each item lacks of something that it is not."""
    with pytest.raises(dff.ResponseError, match=f"GET {path}.*leave out endpoint="):
        read(item(path), endpoint=said, skip_invalid=skip_invalid)


def test_a_service_account_without_its_user() -> None:
    """It is refused, or set aside whole: its tokens are not kept without it."""
    for user, found in ((..., "nothing"), (None, "null"), ([], "an array"), ("us-9", "text")):
        bad = item(MACHINES, userInfo=user)
        assert problems(item(MACHINES), bad) == [f"items[1].userInfo: expected an object, found {found}"]
        frames = read(item(MACHINES), bad, skip_invalid=True)
        assert len(frames.users) == len(frames.tokens) == 1
        assert frames.rejected["item_no"].tolist() == [1]
    assert (
        problems(item(MACHINES, userInfo={}))[0] == "items[0].userInfo.userId: expected text, found nothing"
    )


@pytest.mark.parametrize("change", [..., None], ids=["absent", "null"])
def test_an_optional_object_that_is_not_there(change: Any) -> None:
    """Its columns are missing, and nothing is pending."""
    made = item(PERMISSIONS, pendingChangeRequest=change) if change is None else item(PERMISSIONS)
    frames = read(made)
    names = ["change_id", "change_status", "change_requested_by", "change_date"]
    assert frames.permissions[names].isna().all(axis=None)
    assert frames.pending_operations.empty
    assert frames.drift.empty


def test_an_optional_object_that_is_there() -> None:
    """With what it would make of the permission."""
    frames = read(item(PERMISSIONS, pendingChangeRequest=CHANGE))
    assert frames.permissions["change_requested_by"].tolist() == ["us-1"]
    assert frames.pending_operations["operation"].tolist() == ["Wallets:Read", "Keys:Export"]
    assert frames.permission_operations["operation"].tolist() == ["Wallets:Read"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, ["id: expected text, found nothing", "status: expected text, found nothing"]),
        ([], ["expected an object, found an array"]),
        ("Pending", ["expected an object, found text"]),
        (3, ["expected an object, found a number"]),
        ({**CHANGE, "requester": {}}, ["requester.userId: expected text, found nothing"]),
        ({**CHANGE, "requester": None}, ["requester: expected an object, found null"]),
        ({**CHANGE, "body": "x"}, ["body: expected an object, found text"]),
        ({**CHANGE, "body": {"operations": "x"}}, ["body.operations: expected an array, found text"]),
        ({**CHANGE, "body": {"operations": [3]}}, ["body.operations[0]: expected text, found a number"]),
        ({**CHANGE, "dateCreated": 3}, ["dateCreated: expected text, found a number"]),
    ],
    ids=[
        *("empty", "array", "text", "number", "no requester's user", "no requester", "body", "operations"),
        *("operation", "date"),
    ],
)
def test_what_does_not_fit_in_an_optional_object(change: Any, found: list[str]) -> None:
    """It is named with its place and the item's id; set aside, the other items stay."""
    bad = item(PERMISSIONS, pendingChangeRequest=change, id="pm-2")
    said = problems(item(PERMISSIONS), bad)
    for each in found:
        where, _, what = each.rpartition("expected")
        path = f"items[1].pendingChangeRequest{'.' if where else ''}{where.removesuffix(': ')}"
        assert f"{path} ('pm-2'): expected{what}" in said
    frames = read(item(PERMISSIONS), bad, skip_invalid=True)
    assert frames.permissions["permission_id"].tolist() == ["pm-1"]
    assert frames.rejected["item_id"].tolist() == ["pm-2"]


@pytest.mark.parametrize(
    ("path", "where", "shown"),
    [
        (MACHINES, "new", "items[].new"),
        (MACHINES, "userInfo__new", "items[].userInfo.new"),
        (MACHINES, "accessTokens__0__new", "items[].accessTokens[].new"),
        (
            MACHINES,
            "accessTokens__0__permissionAssignments",
            "items[].accessTokens[].permissionAssignments[].new",
        ),
        (PERMISSIONS, "new", "items[].new"),
        (PERMISSIONS, "pendingChangeRequest__new", "items[].pendingChangeRequest.new"),
        (PERMISSIONS, "pendingChangeRequest__requester__new", "items[].pendingChangeRequest.requester.new"),
    ],
)
def test_an_unknown_field_at_each_depth(path: str, where: str, shown: str) -> None:
    """It is kept out and listed by path and type; no value of it is shown anywhere."""
    before = {} if path == MACHINES else {"pendingChangeRequest": copy.deepcopy(CHANGE)}
    value: Any = "PLANTED"
    if where.endswith("permissionAssignments"):
        value = [{**assignment(), "new": "PLANTED"}]
    with pytest.warns(dff.DriftWarning, match="unknown field") as caught:
        frames = read(item(path, **{**before, where: value}))
    assert frames.drift[["what", "path", "detail"]].to_numpy().tolist() == [["unknown field", shown, "text"]]
    plain = read(item(path, **before, **({where: [assignment()]} if value != "PLANTED" else {})))
    for name in plain:
        if name not in ("drift", "sources"):
            assert frames.arrow(name).equals(plain.arrow(name))
    assert "PLANTED" not in str(caught[0].message) + repr(frames)


@pytest.mark.parametrize("path", [MACHINES, PERMISSIONS])
@pytest.mark.parametrize("token", [3, True, {}, ["x"]], ids=["number", "flag", "object", "array"])
def test_a_page_token_of_another_type(path: str, token: Any) -> None:
    """It is no item's fault, so setting items aside cannot help."""
    saved = {**body(item(path)), "nextPageToken": token}
    for skip_invalid in (False, True):
        with pytest.raises(dff.SchemaError, match="does not help") as caught:
            dff.read(saved, fetched_at=WHEN, skip_invalid=skip_invalid)
        assert caught.value.problems[0].path == "nextPageToken"
    for last in (None, ""):
        frames = dff.read({**body(item(path)), "nextPageToken": last}, fetched_at=WHEN)
        assert frames.sources["status"].tolist() == ["ok"]


@pytest.mark.parametrize("path", [MACHINES, PERMISSIONS])
def test_an_item_on_two_pages(path: str) -> None:
    """It is kept once, as the page that was listed last has it, and noted."""
    name, table = ("userInfo__name", "users") if path == MACHINES else ("name", "permissions")
    first, last = (item(path, **{name: each}) for each in ("old", "new"))
    with pytest.warns(dff.DriftWarning, match="overlapping pages"):
        frames = dff.read([{**body(first), "nextPageToken": "2"}, body(last)], fetched_at=WHEN)
    assert frames[table]["name"].tolist() == ["new"]
    assert frames.drift["what"].tolist() == ["overlapping pages"]
    assert frames.sources["item_count"].tolist() == [1]


# Frames


def test_frames_without_any_table() -> None:
    """They hold nothing, and say so of whatever is asked."""
    frames = dff.Frames({})
    assert len(frames) == 0
    assert dict(frames) == {}
    with pytest.raises(dff.MissingTableError, match=r"GET /auth/pats.*There are: none"):
        frames.arrow("tokens")


@pytest.mark.parametrize("name", list(TABLES))
def test_frames_of_one_table(name: str) -> None:
    """Any of them alone."""
    frames = dff.Frames({name: TABLES[name].empty()})
    assert [*frames] == [name]
    assert list(frames[name].columns) == [column.name for column in TABLES[name].columns]


def test_tables_of_unknown_names() -> None:
    """Each is named, with those that there are."""
    empty = TABLES["users"].empty()
    with pytest.raises(
        dff.ConfigurationError, match=r"no table is called user, wallets; there are: tokens, "
    ):
        dff.Frames({"user": empty, "wallets": empty, "users": empty})
    for tables in (None, 3, [empty], {"users": empty.to_pandas()}):
        with pytest.raises(TypeError, match="Arrow tables by name"):
            dff.Frames(tables)


@pytest.mark.parametrize("name", list(TABLES))
def test_columns_that_do_not_fit(name: str) -> None:
    """Of any table: one that is missing, of another type, or unknown is named; more than one, all."""
    empty = TABLES[name].empty()
    first, last = empty.column_names[0], empty.column_names[-1]
    cases: list[tuple[Callable[[], pa.Table], str]] = [
        (
            lambda: empty.drop_columns([first]),
            f"that is not the table '{name}': the column '{first}' is missing",
        ),
        (
            lambda: empty.set_column(0, first, pa.array([], pa.duration("s"))),
            rf"the column '{first}' must be .*, not duration\[s\]",
        ),
        (lambda: empty.append_column("extra", pa.array([], pa.int8())), "the column 'extra' is unknown"),
        (
            lambda: empty.rename_columns([*empty.column_names[:-1], "extra"]),
            f"the column '{last}' is missing; the column 'extra' is unknown",
        ),
    ]
    for make, message in cases:
        with pytest.raises(dff.ConfigurationError, match=message):
            dff.Frames({name: make()})
