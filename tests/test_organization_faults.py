"""A source that fails costs its own rows and no others', and says which it is."""

from __future__ import annotations

import socket
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

import dfns_frames as dff
from dfns_frames._api.sources import SOURCES as DECLARED
from tests.small_organisation import (
    ASSIGNMENTS,
    MEMBERS,
    SOURCES,
    Fault,
    Small,
    circular,
    cut,
    misshapen,
    refused,
    serving,
    small,
)

pytestmark = pytest.mark.usefixtures("no_account")

Rows = dict[str, list[dict[str, Any]]]
FAULTS: dict[str, tuple[Fault, str]] = {
    "403": (refused(403, "not authorized to perform operation (Some:Thing:Read)"), "forbidden"),
    "404": (refused(404), "unavailable"),
    "429": (refused(429), "failed"),
    "500": (refused(500), "failed"),
    "cut body": (cut, "failed"),
    "wrong shape": (misshapen, "failed"),
    "repeated page token": (circular, "failed"),
}
NEEDED_BY = {"/permissions": ASSIGNMENTS, "/auth/user-groups": MEMBERS}
NESTED = (ASSIGNMENTS, MEMBERS)


@pytest.fixture(scope="module")
def server() -> Iterator[Small]:
    with serving() as running:
        yield running


def fetch(server: Small, **options: Any) -> dff.Frames:
    client = dff.Client("t", url=server.url, caller="tester", retries=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.SourceWarning)
        return client.organization(**options)


def rows(org: dff.Frames, without: str = "") -> Rows:
    """Return the rows of the tables, but those of one source, and what is found in other tables."""
    found = {}
    for name in org:
        if name not in ("sources", "drift", "rejected"):
            listed = [row for row in org.arrow(name).to_pylist() if row["source"] != without]
            found[name] = [{k: v for k, v in row.items() if k != "identity_kind"} for row in listed]
    return {name: listed for name, listed in found.items() if listed}


@pytest.fixture(scope="module")
def whole(server: Small) -> dff.Frames:
    server.heal()
    return fetch(server)


def status(org: dff.Frames) -> dict[str, str]:
    return dict(zip(org.sources["source"], org.sources["status"], strict=True))


def test_without_a_fault_all_is_there(whole: dff.Frames) -> None:
    """The three of each that are listed."""
    assert list(status(whole)) == list(SOURCES)
    assert set(status(whole).values()) == {"ok"}
    counts = {name: whole.arrow(name).num_rows for name in ("tokens", "users", "permissions", "policies")}
    assert counts == {"tokens": 6, "users": 6, "permissions": 3, "policies": 3}
    assert whole.arrow("permission_assignments").num_rows == 6
    assert whole.arrow("user_group_members").num_rows == 6


@pytest.mark.parametrize("number", [0, 1, -1], ids=["first", "middle", "last"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("source", SOURCES)
def test_a_fault_costs_its_source_only(
    server: Small, whole: dff.Frames, source: str, fault: str, number: int
) -> None:
    """Whatever fails, at whichever page: the right status, none of its rows, and all of the others'."""
    pages = 6 if source in NESTED else 3
    break_it, expected = FAULTS[fault]
    if fault == "404" and (number or source in NESTED):
        expected = "failed"
    server.fail(source, number % pages, break_it)
    server.paged = source
    org = fetch(server)
    lost = {source: expected}
    if source in NEEDED_BY:
        lost[NEEDED_BY[source]] = "skipped"
    assert status(org) == dict.fromkeys(SOURCES, "ok") | lost
    left = rows(org)
    assert not any(row["source"] in lost for listed in left.values() for row in listed)
    kept = rows(whole, source)
    if source in NEEDED_BY:
        kept = {name: listed for name, listed in kept.items() if listed[0]["source"] not in lost}
    assert left == kept
    feeds = {name for path in set(SOURCES) - set(lost) for name in DECLARED[path].tables}
    assert {*org} == feeds | {"sources", "drift", "rejected"}
    told = org.sources.set_index("source").loc[source]
    assert told["detail"]
    assert told["request_count"] == number % pages + (
        2 if fault == "repeated page token" else fault != "cut body"
    )
    if fault == "403":
        assert told["needs_operation"] == "Some:Thing:Read"


@pytest.mark.parametrize("code", [402, 404, 410])
def test_what_an_organisation_does_not_have(server: Small, code: int) -> None:
    """It is unavailable if its first request says so, and failed if anything of it came before."""
    for number, expected in ((0, "unavailable"), (1, "failed")):
        server.fail("/auth/user-groups", number, refused(code))
        org = fetch(server)
        assert status(org)["/auth/user-groups"] == expected
        assert status(org)[MEMBERS] == "skipped"
    server.fail(MEMBERS, 0, refused(code))
    assert status(fetch(server))[MEMBERS] == "failed"


def test_a_refusal_that_names_no_operation_needs_the_declared_one(server: Small) -> None:
    """The server's word counts where it says one."""
    server.fail("/v2/policies", 0, refused(403))
    told = fetch(server).sources.set_index("source")
    assert told.loc["/v2/policies", "needs_operation"] == "Policies:Read"


@pytest.mark.parametrize("source", SOURCES)
def test_a_401_ends_everything(server: Small, source: str) -> None:
    """At whichever source it comes; nothing is asked after it."""
    server.fail(source, 0, refused(401))
    with pytest.raises(dff.AuthenticationError):
        fetch(server)
    before = SOURCES[: SOURCES.index(source)]
    assert len(server.asked) == sum(6 if each in NESTED else 3 for each in before) + 1


def test_ctrl_c_ends_everything(server: Small) -> None:
    """It is no fault of a source."""
    import _thread

    def interrupt(answer: Any, page: Any) -> Any:
        _thread.interrupt_main()
        return refused(500)(answer, page)

    server.fail("/permissions", 1, interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch(server)
    assert not any("policies" in target for target in server.asked)


@pytest.mark.parametrize("require", [["users"], ("/auth/users",), {"users"}, "users", iter(["users"])])
def test_losing_what_is_required_is_an_error(server: Small, require: Any) -> None:
    """By method or path; the error is the source's own, and comes at once."""
    server.fail("/auth/users", 0, refused(403, "no (Auth:Users:Read)"))
    with pytest.raises(dff.PermissionDeniedError, match="Auth:Users:Read"):
        fetch(server, require=require)
    assert not any("policies" in target for target in server.asked)
    server.fail("/v2/policies", 0, refused(403))
    assert status(fetch(server, require=["users"]))["/v2/policies"] == "forbidden"


def test_what_is_required_needs_what_it_hangs_on(server: Small) -> None:
    """Losing the permissions loses whom they are given to."""
    server.fail("/permissions", 0, refused(500))
    with pytest.raises(dff.ServerError):
        fetch(server, require=["permission_assignments"])


@pytest.mark.parametrize(
    ("require", "says"),
    [
        (["user"], r"'user'.*Did you mean 'users'\?.*pats, service_accounts, users.*/auth/pats"),
        (["/auth/user"], "Did you mean '/auth/users'"),
        ("", "knows no source ''"),
        ([""], "knows no source ''"),
        ([5], "knows no source 5"),
        ([["users"]], "knows no source"),
        ([None], "knows no source None"),
        (5, "names of sources, not 5"),
        (None, "names of sources, not None"),
    ],
)
def test_requiring_what_is_no_source_is_refused(server: Small, require: Any, says: str) -> None:
    """Before anything is asked, with what is possible."""
    server.heal()
    with pytest.raises(dff.ConfigurationError, match=says) as caught:
        fetch(server, require=require)
    assert caught.value.option == "require"
    assert server.asked == []


def test_an_item_that_does_not_fit_costs_no_source_where_it_may_be_set_aside() -> None:
    """It is in `rejected`; its listing is asked for all the same, by its id."""
    items = small()
    items["/permissions"][1]["name"] = 5
    with serving(items) as server:
        assert status(fetch(server))["/permissions"] == "failed"
        org = fetch(server, skip_invalid=True)
    assert set(status(org).values()) == {"ok"}
    assert org.rejected["item_id"].tolist() == ["pm-1"]
    assert {*org.permission_assignments["permission_id"]} == {"pm-0", "pm-1", "pm-2"}


@pytest.mark.parametrize("odd", [".", "..", ""])
def test_what_cannot_be_asked_for_is_no_empty_list(odd: str) -> None:
    """A listing that no address leads to has failed."""
    items = small()
    items["/permissions"][1]["id"] = odd
    with serving(items) as server:
        org = fetch(server)
        assert status(org)["/permissions"] == "ok"
        assert status(org)[ASSIGNMENTS] == "failed"
        assert not any("assignments" in target for target in server.asked)
        with pytest.raises(dff.ResponseError, match=r"/permissions/\{id\}/assignments cannot be asked"):
            dff.Client("t", url=server.url).permission_assignments()


@pytest.mark.parametrize(
    "odd",
    [
        "a/b",
        "../x",
        "?",
        "?limit=1#",
        "%2e%2e",
        "a b",
        "\u00fc\U0001f600",
        "a\x00\r\nX: y",
        "//host/x",
        "{id}",
    ],
)
def test_an_id_is_one_segment_of_a_path(odd: str) -> None:
    """Whatever it is made of, it leads nowhere else."""
    from urllib.parse import unquote, urlsplit

    items = small()
    items["/permissions"][1]["id"] = odd
    with serving(items, page_size=500) as server:
        fetch(server)
        asked = [urlsplit(target) for target in server.asked if "assignments" in target]
    paths = [place.path.split("/") for place in asked]
    assert [(len(path), path[0], path[1], path[3]) for path in paths] == [
        (4, "", "permissions", "assignments")
    ] * 2
    assert unquote(paths[1][2]) == odd
    assert {place.query for place in asked} == {"limit=500"}


def test_every_loss_is_said_once_in_one_line(server: Small) -> None:
    """With each operation that is missing."""
    server.fail("/permissions", 0, refused(403, "no (Permissions:Read)"))
    client = dff.Client("t", url=server.url, caller="tester", retries=0)
    with pytest.warns(dff.SourceWarning) as caught:
        client.organization()
    (said,) = [str(each.message) for each in caught]
    assert said == (
        "permissions not read: needs Permissions:Read; permission assignments not read: skipped, it needs "
        "Permissions:Assignments:Read and permissions, which were not read (forbidden)"
    )
    assert caught[0].filename == __file__


def test_a_source_that_was_never_answered_has_no_time(server: Small) -> None:
    """So that ages count from what was read; all of it is still there."""
    server.fail("/auth/users", 0, cut)
    org = fetch(server)
    told = org.sources.set_index("source").loc["/auth/users"]
    assert told[["fetched_at", "finished_at", "fetched_at_basis"]].isna().all()
    assert told["request_count"] == 0
    assert org.fetched_at.year == 2026


def test_a_host_that_nobody_answers_at_ends_everything() -> None:
    """After the tries of one request, not of one for each source; it names the host and what to look at."""
    with socket.socket() as taken:  # but not listening, so whoever connects is refused
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(dff.NetworkError, match=f"{host} cannot be reached .*; check the address"):
            dff.Client("t", url=f"http://{host}", retries=0).organization()


def test_a_host_that_is_gone_later_loses_what_was_not_read(server: Small) -> None:
    """What came before is kept; the rest fails, each source with its reason."""
    client = dff.Client("t", url=server.url, retries=0)
    client.pats()
    server.fail("/auth/pats", 0, cut)
    with pytest.warns(dff.SourceWarning, match="tokens not read"):
        org = client.organization()
    assert status(org)["/auth/users"] == "ok"
