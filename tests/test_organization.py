"""The whole organisation, as every caller of the demo may read it, and each of its sources alone."""

from __future__ import annotations

import base64
import inspect
import json
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests

import dfns_frames as dff
from dfns_frames._api.sources import SOURCES as DECLARED
from dfns_frames.demo.org import bodies
from dfns_frames.demo.organisation import callers, listings
from dfns_frames.demo.story.world import MAIN, SISTER
from tests.conftest import token
from tests.engine_naive import FLATTEN
from tests.small_organisation import ASSIGNMENTS, MEMBERS, SOURCES, Items, Small, group, serving, small, user

pytestmark = pytest.mark.usefixtures("no_account")

Rows = dict[str, list[dict[str, Any]]]
METHODS = {path: source.method or "" for path, source in DECLARED.items()}
OPERATIONS = {
    "/auth/service-accounts": "Auth:ServiceAccounts:Read",
    "/auth/users": "Auth:Users:Read",
    "/permissions": "Permissions:Read",
    "/v2/policies": "Policies:Read",
    "/auth/user-groups": "Auth:UserGroups:Read",
    MEMBERS: "Auth:UserGroups:Members:Read",
    ASSIGNMENTS: "Permissions:Assignments:Read",
}
AROUND = {MEMBERS: "/auth/user-groups", ASSIGNMENTS: "/permissions"}
FOR_END_USERS = ("/auth/pats", "/permissions", ASSIGNMENTS)


@pytest.fixture(scope="module", params=[(1, True), (7, True), (500, True), (500, False)], ids=str)
def server(request: pytest.FixtureRequest) -> Iterator[dff.demo.Server]:
    page_size, empty_pages = request.param
    with dff.demo.serve(page_size=page_size, empty_pages=empty_pages) as running:
        yield running


def ask(client: dff.Client, method: str = "organization", **options: Any) -> dff.Frames:
    """Ask without a word: what the demo holds that is new, and refuses, is on purpose."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        warnings.simplefilter("ignore", dff.SourceWarning)
        return getattr(client, method)(**options)


def may_read(caller: str) -> dict[str, str]:
    """Return the status of each source, by what the seed says of its caller."""
    who = callers()[caller]
    found = {}
    for path in SOURCES:
        held = path not in OPERATIONS or OPERATIONS[path] in who.operations
        is_open = who.kind != "EndUser" or path in FOR_END_USERS
        found[path] = "ok" if held and is_open else "forbidden"
        if path in AROUND and found[AROUND[path]] != "ok":
            found[path] = "skipped"
    return found


def zoned(value: Any) -> Any:
    """Spell times as the plain reading expects them."""
    if isinstance(value, dict):
        return {key: zoned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [zoned(each) for each in value]
    is_time = isinstance(value, str) and len(value) == 24 and value[10] == "T" and value.endswith("Z")
    return f"{value[:-1]}+00:00" if is_time else value


@cache
def expected(caller: str) -> Rows:
    """Flatten the seed's JSON, as far as its caller may read it."""
    made = flattened(caller)
    for row in made.get("permission_assignments", []):
        row["identity_kind"] = kind_of(row["identity_id"], made)
    return made


def flattened(caller: str) -> Rows:
    listed = zoned(listings(SISTER if caller == "sandbox-lead" else MAIN))
    made: Rows = {}
    for path, status in may_read(caller).items():
        if status != "ok":
            continue
        if path in AROUND:
            parents = [item["id"] for item in listed[AROUND[path]]]
            parts = [(each, listed[path.replace("{id}", each)]) for each in parents]
        else:
            parts = [("", zoned(bodies()[caller]["items"]) if path == "/auth/pats" else listed[path])]
        rows = FLATTEN[path]([item for _, items in parts for item in items])
        if path == MEMBERS:
            groups = [each for each, items in parts for _ in items]
            for row, each in zip(rows["user_group_members"], groups, strict=True):
                row["group_id"] = each
        for name, some in rows.items():
            made.setdefault(name, []).extend(some)
    return made


def kind_of(identity: str, made: Rows) -> str:
    """Return what an id is, by the lists that it stands in, else by how it begins."""
    for name, column, kind in (("tokens", "token_id", "token"), ("user_groups", "group_id", "group")):
        if any(row[column] == identity for row in made.get(name, [])):
            return kind
    for row in made.get("users", []):
        if row["user_id"] == identity:
            is_machine = row["is_service_account"] or row["source"] == "/auth/service-accounts"
            return "service_account" if is_machine else "user"
    if any(row["linked_app_id"] == identity for row in made.get("tokens", [])):
        return "application"
    return {"us-": "user", "to-": "token", "ap-": "application"}.get(identity[:3], "unknown")


@pytest.mark.parametrize("caller", dff.demo.CALLERS)
def test_every_table_equals_the_seed(server: dff.demo.Server, caller: str) -> None:
    """Flattened by code that shares nothing with the library, however the pages are cut."""
    org = ask(dff.Client(server.tokens[caller], url=server.url))
    who = callers()[caller].user_id
    found = {name: org.arrow(name).to_pylist() for name in org}
    read = {name: found.pop(name) for name in ("sources", "drift", "rejected")}
    for rows in (*found.values(), read["sources"]):
        for row in rows:
            assert row.pop("caller", who) == who
    assert found == expected(caller)
    assert {row["source"]: row["status"] for row in read["sources"]} == may_read(caller)
    assert read["rejected"] == []


@pytest.fixture(scope="module")
def demo() -> Iterator[dff.demo.Server]:
    with dff.demo.serve() as running:
        yield running


@pytest.fixture(scope="module")
def whole(demo: dff.demo.Server) -> dff.Frames:
    """Fetch the whole organisation."""
    return ask(dff.Client(demo.token, url=demo.url))


@pytest.mark.parametrize(("path", "method"), METHODS.items())
def test_a_source_alone_is_that_part_of_the_whole(
    demo: dff.demo.Server, whole: dff.Frames, path: str, method: str
) -> None:
    """The same rows; and a caller who may not read it gets the error."""
    alone = ask(dff.Client(demo.token, url=demo.url), method)
    assert alone.sources["source"].tolist() == [path]
    for name in {*alone} - {"sources", "drift", "rejected"}:
        rows = [row for row in whole.arrow(name).to_pylist() if row["source"] == path]
        told = [{**row, "identity_kind": None} if "identity_kind" in row else row for row in rows]
        own = alone.arrow(name).to_pylist()
        assert [{**row, "identity_kind": None} if "identity_kind" in row else row for row in own] == told
    if path in OPERATIONS:
        joiner = dff.Client(demo.tokens["new-joiner"], url=demo.url)
        with pytest.raises(dff.PermissionDeniedError) as caught:
            ask(joiner, method)
        assert caught.value.operation == OPERATIONS[AROUND.get(path, path)]


def test_the_limited_caller_is_told_of_every_operation() -> None:
    """That somebody could give them."""
    with dff.demo.serve() as server, pytest.warns() as caught:
        dff.Client(server.tokens["payments-engineer"], url=server.url).organization()
    (said,) = [str(each.message) for each in caught if issubclass(each.category, dff.SourceWarning)]
    missing = [OPERATIONS[path] for path, status in may_read("payments-engineer").items() if status != "ok"]
    assert len(missing) == 4
    assert all(operation in said for operation in missing)


def test_everybody_has_a_method() -> None:
    """So that an error about a missing table can name it; each takes `skip_invalid`."""
    for method in METHODS.values():
        assert [*inspect.signature(getattr(dff.Client, method)).parameters][1:] == ["skip_invalid"]
    for table, method in (("users", "users"), ("policy_filters", "policies")):
        with pytest.raises(dff.MissingTableError, match=rf"`Client\(\)\.{method}\(\)`"):
            dff.Frames({}).arrow(table)


@pytest.fixture(scope="module")
def little() -> Iterator[Small]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def at_once() -> Iterator[Small]:
    """Serve each list in one page."""
    with serving(page_size=500) as running:
        yield running


def test_sources_say_how_they_were_read(little: Small) -> None:
    """When first and last, in how many requests, what the bodies were, and of which organisation."""
    little.heal()
    org = dff.Client("t", url=little.url).organization()
    told = {row["source"]: row for row in org.sources.to_dict("records")}
    assert [row["source_no"] for row in told.values()] == list(range(8))
    pages = {ASSIGNMENTS: 6, MEMBERS: 6}
    for path, row in told.items():
        assert row["url"] == little.url + path
        assert row["request_count"] == pages.get(path, 3)
        assert row["body_sha256"] == little.sha256(path)
        assert row["org_id"] == "or-1"
        assert row["caller"] == "us-1"
        assert row["fetched_at_basis"] == "response"
        assert (row["item_count"], row["rejected_count"]) == (pages.get(path, 3), 0)
    first = told["/auth/pats"]
    assert first["fetched_at"] == datetime(2026, 3, 2, 8, 0, 1, tzinfo=UTC)
    assert first["finished_at"] == datetime(2026, 3, 2, 8, 0, 3, tzinfo=UTC)


def test_an_organisation_is_said_where_it_is_one(little: Small) -> None:
    """Of items that name several, and of a call that met several, it is not known."""
    items = small()
    items["/auth/pats"][0]["orgId"] = "or-2"
    with serving(items) as server:
        org = dff.Client("t", url=server.url).organization().sources.set_index("source")["org_id"]
    assert org["/auth/users"] == "or-1"
    assert org[["/auth/pats", "/permissions", "/v2/policies"]].isna().all()
    little.heal()
    client = dff.Client("t", url=little.url)
    assert client.users().sources["org_id"].tolist() == ["or-1"]
    assert client.permissions().sources["org_id"].isna().all()


def bearer(**claims: Any) -> str:
    parts = ({"alg": "none"}, claims)
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*coded, "sig"])


METADATA = "https://custom/app_metadata"


@pytest.mark.parametrize(
    ("token_text", "asked_as"),
    [
        (bearer(sub="us-1a-b2"), "us-1a-b2"),
        (bearer(sub="to-1"), "to-1"),
        (bearer(sub="auth0|5", **{METADATA: {"userId": "us-2", "orgId": "or-1"}}), "us-2"),
        (bearer(**{METADATA: {"orgId": "or-1", "userId": "us-2", "tokenId": "to-3"}}), "to-3"),
        (bearer(**{METADATA: {"id": "us-4"}}), "us-4"),
        (bearer(sub="us-", **{METADATA: ["us-5"]}), None),
        (bearer(sub="us-1 PLANTED"), None),
        (bearer(sub="us-1\n"), None),
        (bearer(sub="us-" + "x" * 500), None),
        (bearer(sub="\u202eus-1"), None),
        (bearer(sub="alice@example.test"), None),
        (bearer(sub=5, **{METADATA: {"userId": {"id": "us-1"}}}), None),
        (bearer(sub=["us-1"]), None),
        (bearer(), None),
        ("PLANTED", None),
        ("a.b.c", None),
        ("..", None),
        ("a." + base64.urlsafe_b64encode(b'["us-1"]').decode().rstrip("=") + ".c", None),
        ("a." + base64.urlsafe_b64encode(b"[" * 30_000).decode().rstrip("=") + ".c", None),
        ("a." + base64.urlsafe_b64encode(b"\xff\xfe").decode().rstrip("=") + ".c", None),
    ],
    ids=range(20),
)
def test_who_asks_is_read_from_the_token_with_care(
    at_once: Small, token_text: str, asked_as: str | None
) -> None:
    """An id of a user or a token or nothing, whatever it says; it is the caller where nothing else tells."""
    users = dff.Client(token_text, url=at_once.url).users()
    assert users.sources["asked_as"].tolist() == [asked_as] or users.sources["asked_as"].isna().all()
    assert {*users.arrow("users")["caller"].to_pylist()} == {asked_as}
    pats = dff.Client(token_text, url=at_once.url).pats()
    assert {*pats.arrow("tokens")["caller"].to_pylist()} == {"us-1"}
    named = dff.Client(token_text, url=at_once.url, caller="alice").organization()
    assert {*named.arrow("tokens")["caller"].to_pylist(), *named.sources["caller"]} == {"alice"}


@pytest.mark.parametrize("caller", ["", "  ", 5, b"alice", ["alice"]])
def test_a_caller_has_a_name(caller: Any) -> None:
    """Of text."""
    with pytest.raises(dff.ConfigurationError, match=r"^caller must be a name"):
        dff.Client("t", caller=caller)


def test_limits_are_asked_for_as_documented(little: Small) -> None:
    """As digits, as many as an endpoint gives; endpoints without pages are asked for none."""
    little.heal()
    dff.Client("t", url=little.url).organization()
    limits = {
        target.partition("?")[0]: target.partition("limit=")[2].partition("&")[0] for target in little.asked
    }
    assert limits == {
        "/auth/pats": "",
        "/auth/service-accounts": "",
        "/auth/users": "200",
        "/permissions": "500",
        "/v2/policies": "50",
        "/auth/user-groups": "50",
        **{f"/permissions/pm-{number}/assignments": "500" for number in range(3)},
        **{f"/auth/user-groups/ug-{number}/members": "50" for number in range(3)},
    }


def test_what_lists_nothing_keeps_its_empty_tables() -> None:
    """With every column; nothing is asked for what there is none of."""
    items: Items = {path: [] for path in small() if path.count("/") < 3 or path.startswith("/v2")}
    with serving(items) as server:
        org = dff.Client("t", url=server.url, caller="x").organization()
        alone = dff.Client("t", url=server.url, caller="x").permission_assignments()
    assert set(org.sources["status"]) == {"ok"}
    assert {name for name in org if name not in ("sources",)} >= {
        "permission_assignments",
        "user_group_members",
    }
    assert all(org.arrow(name).num_rows == 0 for name in org if name != "sources")
    told = alone.sources.iloc[0]
    assert (told["request_count"], told["item_count"], told["fetched_at_basis"]) == (0, 0, "response")
    assert told["fetched_at"].year == 2026


def test_an_item_on_two_pages_is_kept_once() -> None:
    """As the last of them has it; that is noted, of every source."""
    items = small()
    items["/auth/users"].append(user(0, name="Renamed"))
    items["/auth/user-groups"].append(group(0, name="Renamed"))
    with serving(items) as server, pytest.warns(dff.DriftWarning, match="overlapping pages"):
        org = dff.Client("t", url=server.url).organization()
    assert org.users.loc[org.users["user_id"] == "us-0", "name"].tolist() == ["Renamed"]
    assert org.user_groups["group_id"].tolist() == ["ug-1", "ug-2", "ug-0"]
    # The members of the group are asked for once.
    assert len(org.user_group_members) == 6
    assert org.drift.loc[org.drift["what"] == "overlapping pages", "source"].tolist() == [
        "/auth/users",
        "/auth/user-groups",
    ]


def test_no_secret_comes_out(little: Small, tmp_path: Path) -> None:
    """Neither the bearer token nor one that the API lists."""
    little.heal()
    secret = "PLANTED-bearer-0123456789"  # noqa: S105 - made up
    client = dff.Client(secret, url=little.url)
    org = client.organization()
    assert org.tokens["secret_returned"].sum() == 3
    org.to_csv(tmp_path / "csv")
    org.to_parquet(tmp_path / "parquet")
    org.to_excel(tmp_path / "org.xlsx")
    dff.write(org, tmp_path / "org.json")
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    shown = (
        "".join(table.to_string() for table in org.values()) + repr(org) + org._repr_html_() + repr(client)
    )
    assert b"PLANTED" not in written
    assert "PLANTED" not in shown
    little.fail(
        "/auth/users", 0, lambda *_: (500, json.dumps({"message": f"you sent {secret}"}).encode(), {})
    )
    told = ask(client).sources.set_index("source").loc["/auth/users"]
    assert "you sent ***" in told["detail"]


def test_a_token_in_two_lists_is_one() -> None:
    """As a service account that asks for its own tokens may get."""
    items = small()
    items["/auth/pats"].append(items["/auth/service-accounts"][0]["accessTokens"][0])
    with serving(items) as server:
        org = ask(dff.Client("t", url=server.url))
    assert sorted(org.tokens["token_id"]) == ["to-0", "to-1", "to-10", "to-11", "to-12", "to-2"]
    assert len(token(1)) > 5


def saved(server: dff.demo.Server, path: str) -> list[bytes]:
    """Save the pages of a list as curl would."""
    found, token_text = [], ""
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {server.token}"
        while True:
            asked = {"limit": 7} | ({"paginationToken": token_text} if token_text else {})
            found.append(session.get(server.url + path, params=asked, timeout=30).content)
            token_text = json.loads(found[-1]).get("nextPageToken", "")
            if not token_text:
                return found


def of(frames: dff.Frames) -> Rows:
    """Return the rows of the tables, without what says where they were read."""
    own = {name: frames.arrow(name).to_pylist() for name in frames if name != "sources"}
    return {name: [{**row, "assignment_no": 0} for row in rows] for name, rows in own.items()}


@pytest.mark.parametrize(("path", "method"), METHODS.items())
def test_files_give_the_same_tables_as_the_server(demo: dff.demo.Server, path: str, method: str) -> None:
    """Page by page, of one listing or of each permission and group."""
    when = dff.demo.SNAPSHOT
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client = dff.Client(demo.token, url=demo.url)
        asked = getattr(client, method)()
        who = asked.sources["caller"].iloc[0]
        places = [path]
        if path in AROUND:
            table, column = {
                MEMBERS: ("user_groups", "group_id"),
                ASSIGNMENTS: ("permissions", "permission_id"),
            }[path]
            ids = getattr(client, METHODS[AROUND[path]])().arrow(table)[column]
            places = [path.replace("{id}", each) for each in ids.to_pylist()]
        parts = [
            dff.read(saved(demo, place), endpoint=place, caller=who, fetched_at=when) for place in places
        ]
        read = parts[0] if len(parts) == 1 else dff.concat(parts)
    drift: Rows = {"drift": [], "rejected": []}
    numbers = {"member_no": 0, "assignment_no": 0} if path in AROUND else {}
    made = {name: [{**row, **numbers} for row in rows] for name, rows in of(read).items()}
    expected = {name: [{**row, **numbers} for row in rows] for name, rows in of(asked).items()}
    assert made | drift == expected | drift


def test_a_folder_gives_the_same_frames_as_the_server(tmp_path: Path) -> None:
    """Sources that did not come included."""
    with dff.demo.serve() as server:
        org = ask(dff.Client(server.tokens["payments-engineer"], url=server.url))
    assert dff.read(org.to_parquet(tmp_path / "org")) == org
