"""What `read` takes a saved response for: by its shape, by what it is told, and never by half."""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dfns_frames as dff
from dfns_frames._api.sources import SOURCES
from dfns_frames._api.tables import TABLES
from tests.conftest import WHEN, assignment, token
from tests.engine_bodies import ITEMS
from tests.test_engine_sources import tries

MEMBERS = "/auth/user-groups/{id}/members"
OF_GROUP = "/auth/user-groups/ug-7/members"

LISTED: dict[str, dict[str, Any]] = {
    "/auth/pats": token(1, assignment()),
    "/auth/service-accounts": {
        "userInfo": {
            "username": "robot",
            "userId": "us-9",
            "kind": "CustomerEmployee",
            "credentialUuid": "cr-9",
            "isActive": True,
            "isServiceAccount": True,
            "isRegistered": True,
            "permissionAssignments": [],
        },
        "accessTokens": [token(9, kind="ServiceAccount", linkedUserId="us-9")],
    },
    "/auth/users": {
        "username": "ada",
        "userId": "us-1",
        "kind": "CustomerEmployee",
        "credentialUuid": "cr-1",
        "isActive": True,
        "isServiceAccount": False,
        "isRegistered": True,
        "isSSORequired": False,
        "permissionAssignments": [assignment()],
    },
    "/permissions": {
        "id": "pm-1",
        "name": "Operators",
        "operations": ["Wallets:Read"],
        "status": "Active",
        "isImmutable": False,
        "isArchived": False,
        "dateCreated": "2026-01-01T00:00:00Z",
        "dateUpdated": "2026-01-01T00:00:00Z",
    },
    "/permissions/{id}/assignments": {
        "id": "as-1",
        "permissionId": "pm-1",
        "identityId": "us-1",
        "isImmutable": False,
        "dateCreated": "2026-01-01T00:00:00Z",
        "dateUpdated": "2026-01-01T00:00:00Z",
    },
    "/auth/user-groups": {
        "id": "ug-7",
        "name": "Treasury",
        "memberCount": 1,
        "dateCreated": "2026-01-01T00:00:00Z",
        "dateUpdated": "2026-01-01T00:00:00Z",
    },
    MEMBERS: {"userId": "us-1"},
    "/v2/policies": {
        "id": "po-1",
        "name": "Four eyes",
        "status": "Active",
        "activityKind": "Wallets:Sign",
        "rule": {"kind": "AlwaysTrigger"},
        "action": {"kind": "Block"},
    },
}
TOLD = [path for path in LISTED if path != MEMBERS]  # those of which the shape tells


def body(*items: Any) -> dict[str, Any]:
    return {"items": list(items)}


def read(source: Any, **options: Any) -> dff.Frames:
    return dff.read(source, **{"fetched_at": WHEN, **options})


def paths(frames: dff.Frames) -> list[str]:
    return frames.sources["source"].tolist()


@pytest.mark.parametrize("path", TOLD)
def test_the_shape_tells_the_source(path: str, tmp_path: Path) -> None:
    """Of a file, bytes, a dict, a list of items, and pages of which the first lists nothing."""
    item, file = LISTED[path], tmp_path / "saved.json"
    file.write_text(json.dumps(body(item)))
    for source in (file, file.read_bytes(), body(item), [item], [body(), body(item)], [body(item), body()]):
        frames = read(source)
        assert paths(frames) == [path]
        assert [*frames] == [
            *(name for name in TABLES if name in SOURCES[path].tables),
            *("sources", "drift", "rejected"),
        ]
        (first, *_) = SOURCES[path].tables
        assert frames[first]["source"].tolist() == [path]
        assert frames.sources["item_count"].tolist() == [1]


@pytest.mark.parametrize("path", PATHS := list(LISTED))
def test_a_list_without_items_is_what_it_is_said_to_be(path: str) -> None:
    """By the method's name, the path and the address; unsaid, it is of tokens."""
    source = SOURCES[path]
    asked = path.replace("{id}", "ug-7")
    names = [
        asked,
        asked[1:],
        f"{asked}/",
        f"https://api.dfns.io{asked}?limit=50",
        f"http://x:1/proxy{asked}",
    ]
    for name in [*names, *([source.method] if source.method and path != MEMBERS else [])]:
        frames = read(body(), endpoint=name)
        assert paths(frames) == [path]
        assert frames.sources["item_count"].tolist() == [0]
        assert (
            frames.sources["needs_operation"].tolist() == [source.operation or None] or path == "/auth/pats"
        )
    assert paths(read(body())) == ["/auth/pats"]


def test_members_need_the_id_of_their_group() -> None:
    """Nothing in the response says whose they are: so the path is needed, and each row says it."""
    members = body({"userId": "us-1"}, {"id": "us-2"})
    for options in ({}, {"endpoint": "user_group_members"}, {"endpoint": MEMBERS}):
        with pytest.raises(dff.ConfigurationError, match=r"such as '/auth/user-groups/ID/members'.*whose"):
            read(members, **options)
    frames = read(members, endpoint=OF_GROUP)
    assert frames.user_group_members[["group_id", "user_id"]].to_numpy().tolist() == [
        ["ug-7", "us-1"],
        ["ug-7", "us-2"],
    ]
    assert frames.user_group_members["source"].unique().tolist() == [MEMBERS]


def test_an_id_in_a_path_is_read_as_it_was_before_it_was_encoded() -> None:
    """An address has %2F where an id has a slash."""
    frames = read(body({"userId": "us-1"}), endpoint="https://x/auth/user-groups/a%2Fb/members?limit=2")
    assert frames.user_group_members["group_id"].tolist() == ["a/b"]


@pytest.mark.parametrize(
    ("endpoint", "message"),
    [
        ("polices", r"Did you mean 'policies'\?.*Methods: pats, .*Paths: /auth/pats"),
        ("/v2/policy", "not '/v2/policy'"),
        ("/auth/user-groups//members", "not '/auth/user-groups//members'"),
        ("/prefix/v2/policies", "not '/prefix/v2/policies'"),
        ("", "not ''"),
        (3, "not int"),
        (["policies"], "not list"),
        ("http://[x", "not 'http"),
        ("https://api.dfns.io/wallets?token=PLANTED", "not '/wallets'"),
        ("x" * 500, "not 'x{80}'"),
    ],
)
def test_an_endpoint_that_is_none(endpoint: Any, message: str) -> None:
    """The message lists what can be meant, and shows no query, which may hold what is nobody's business."""
    with pytest.raises(dff.ConfigurationError, match=f"endpoint must be .*{message}") as caught:
        read(body(), endpoint=endpoint)
    assert "PLANTED" not in str(caught.value)
    assert caught.value.option == "endpoint"


@pytest.mark.parametrize("said", PATHS)
@pytest.mark.parametrize("path", TOLD)
def test_a_body_of_one_source_read_as_another_is_refused(path: str, said: str) -> None:
    """With both names, whatever is to be set aside; only a user may be how a group's member looks."""
    endpoint = said.replace("{id}", "ug-7")
    for skip_invalid in (False, True):
        if path == said or (path, said) == ("/auth/users", MEMBERS):
            assert paths(read(body(LISTED[path]), endpoint=endpoint)) == [said]
            continue
        with pytest.raises(dff.ResponseError) as caught:
            read(body(LISTED[path]), endpoint=endpoint, skip_invalid=skip_invalid)
        assert f"GET {path})" in str(caught.value)
        assert f"GET {said})" in str(caught.value)
        assert "leave out endpoint=" in str(caught.value)


@pytest.mark.parametrize("path", TOLD)
@tries
@given(data=st.data())
def test_any_item_of_the_documented_shape_is_recognised(path: str, data: st.DataObject) -> None:
    """What stands before it in the list is no hindrance, and what it is said to be makes no difference."""
    item = data.draw(ITEMS[path])
    before: list[Any] = data.draw(
        st.lists(st.sampled_from([None, 3, "x", {}, [], [{"tokenId": "to-1"}]]), max_size=3)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        frames = dff.read(body(*before, item), skip_invalid=True)
        assert paths(frames) == [path]
        assert len(frames.rejected) == len(before)
        assert dff.read([item], endpoint=path, fetched_at=WHEN) == dff.read([item], fetched_at=WHEN)


def test_a_long_first_item_is_recognised() -> None:
    """It need not end in the first part of the text that is looked at."""
    permission = LISTED["/permissions"] | {
        "operations": ["Wallets:Read"] + [f"X:{n}" for n in range(200_000)]
    }
    with pytest.warns(dff.DriftWarning):
        assert paths(read(json.dumps(body(permission)).encode())) == ["/permissions"]


def test_a_damaged_item_is_held_against_what_it_is_like() -> None:
    """A field that is missing makes it no other source, so the problem that is named is the right one."""
    for path in TOLD:
        item = LISTED[path]
        for name in item:
            less = {key: value for key, value in item.items() if key != name}
            if len(less) < 3:
                continue
            for options in ({}, {"endpoint": path}):
                with pytest.raises(dff.SchemaError) as caught:
                    read(body(less), **options)
                assert [problem.path for problem in caught.value.problems] == [f"items[0].{name}"]


def test_pages_are_of_one_source(tmp_path: Path) -> None:
    """Another source among them is named with its file or number, and the way to join lists."""
    users, policies = tmp_path / "users.json", tmp_path / "policies.json"
    users.write_text(json.dumps(body(LISTED["/auth/users"])))
    policies.write_text(json.dumps(body(LISTED["/v2/policies"])))
    with pytest.raises(dff.ResponseError, match=r"policies\.json': this is a policy list .*concat\(\)"):
        dff.read([users, policies])
    with pytest.raises(dff.ResponseError, match=r"^page 3: this is a token list"):
        read([body(), body(LISTED["/v2/policies"]), body(token(1))])


def test_lists_of_two_people_are_no_pages() -> None:
    """All tokens of each act for one user: they are told apart by that, and sent to `concat`."""
    ada, ben = token(1, linkedUserId="us-ada"), token(2, linkedUserId="us-ben")
    with pytest.raises(
        dff.ConfigurationError, match=r"page 1 lists tokens of 'us-ada', page 2 .*'us-ben'.*concat\(\)"
    ):
        read([body(ada), body(ben)])
    with pytest.raises(dff.ConfigurationError, match="two people"):
        read([body(ada), body(), body(ben), body(ben)])
    both = [
        [body(ada) | {"nextPageToken": "2"}, body(ben)],  # which says itself that there is a next page
        [body(ada, ben), body()],
        [body(ada), body({**ada, "tokenId": "to-3"})],
        [body(ada), body({**ben, "linkedUserId": ""})],
    ]
    for pages in both:
        assert len(read(pages).tokens) == 2


def test_a_callers_name_is_passed_on() -> None:
    """It stands in `sources` and with each listed item."""
    frames = read(body(LISTED["/v2/policies"]), caller="ada")
    assert frames.sources["caller"].tolist() == ["ada"]
    assert frames.policies["caller"].tolist() == ["ada"]


def test_a_file_older_than_what_it_lists_is_warned_of(tmp_path: Path) -> None:
    """Of any source whose items have dates; the word for them fits."""
    for path, noun in (("/permissions", "permission"), ("/auth/user-groups", "user group")):
        file = tmp_path / "saved.json"
        file.write_text(json.dumps(body(LISTED[path])))
        os.utime(file, (0, 0))
        with pytest.warns(
            dff.DriftWarning, match=f"earlier than its newest {noun}, created 2026-01-01"
        ) as found:
            dff.read(file)
        assert "no age" not in str(found[0].message)
        assert "pass fetched_at=" in str(found[0].message)
