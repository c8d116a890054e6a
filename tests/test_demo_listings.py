"""The demo API's listings over HTTP: pages, refusals, and limits on how many requests may come."""

import base64
import http.client
import json
import time
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import pytest

from dfns_frames.demo.identities import group_id
from dfns_frames.demo.org import bodies, permission_id
from dfns_frames.demo.organisation import callers, listings
from dfns_frames.demo.server import Server, serve
from dfns_frames.demo.story.world import MAIN, SISTER
from tests.demo_answers import reach

LISTED = listings(MAIN)
PAGED = [path for path in LISTED if path != "/auth/service-accounts"]
OPERATIONS = {
    "/auth/service-accounts": "Auth:ServiceAccounts:Read",
    "/auth/users": "Auth:Users:Read",
    "/permissions": "Permissions:Read",
    f"/permissions/{permission_id('payouts')}/assignments": "Permissions:Assignments:Read",
    "/auth/user-groups": "Auth:UserGroups:Read",
    f"/auth/user-groups/{group_id('platform-team')}/members": "Auth:UserGroups:Members:Read",
    "/v2/policies": "Policies:Read",
}


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: Any


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


def ask(server: Server, path: str, caller: str = "platform-lead") -> Answer:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    headers = {"User-Agent": "test", "Authorization": f"Bearer {server.tokens[caller]}"}
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    answer = Answer(response.status, response.headers, json.loads(response.read()))
    connection.close()
    return answer


def pages(server: Server, path: str, limit: int | None = None) -> list[list[Any]]:
    """Follow the page tokens of a listing to its end."""
    asked = "" if limit is None else f"limit={limit}"
    found, seen, token = [], set(), ""
    while True:
        body = ask(server, f"{path}?{asked}" + (f"&paginationToken={quote(token)}" if token else "")).body
        assert body.keys() <= {"items", "nextPageToken"}
        found.append(body["items"])
        if "nextPageToken" not in body:
            return found
        token = body["nextPageToken"]
        assert token not in seen
        seen.add(token)


@pytest.mark.parametrize("empty_pages", [False, True])
@pytest.mark.parametrize("page_size", [1, 7, 500])
def test_pages_of_every_size_hold_the_same(page_size: int, empty_pages: bool) -> None:
    """Every listing gives the same items in the same order, however it is cut, with empty pages or not."""
    with serve(page_size=page_size, empty_pages=empty_pages) as running:
        for path in PAGED:
            found = pages(running, path)
            assert [item for page in found for item in page] == LISTED[path]
            assert max(map(len, found)) <= page_size
            full = [page for page in found if page]
            if empty_pages:
                assert found == [part for page in full for part in (page, [])] or not full
            else:
                assert found == full or not LISTED[path]
        assert ask(running, "/auth/service-accounts").body == {"items": LISTED["/auth/service-accounts"]}


@pytest.mark.parametrize(("limit", "size"), [(None, 20), (4, 4), (1000, 15), (999999999, 15)])
def test_limit_is_respected(server: Server, limit: int | None, size: int) -> None:
    """A page has as many items as are asked for; without a limit as many as the endpoint gives by default."""
    found = pages(server, "/v2/policies", limit)
    assert max(map(len, found)) == min(size, 15)


def test_page_size_never_exceeds_the_limit() -> None:
    """`page_size` makes pages smaller than what is asked for, not larger."""
    with serve(page_size=7) as running:
        assert {len(page) for page in pages(running, "/permissions", 3)} == {3, 1}


def test_unpaged_listings_are_whole(server: Server) -> None:
    """Service accounts and tokens come all at once, whatever is asked for."""
    accounts = ask(server, "/auth/service-accounts?limit=1&paginationToken=x")
    assert accounts.body == {"items": LISTED["/auth/service-accounts"]}
    assert ask(server, "/auth/pats?limit=zero").body == bodies()["platform-lead"]


@pytest.mark.parametrize(
    ("path", "limits"),
    [
        ("/auth/users", ["0", "201", "-1", "ten", "", "1.5", "1e2", "+5", "٣", "9" * 40]),
        ("/permissions", ["0", "501", "99999999999999999999"]),
        (f"/permissions/{permission_id('payouts')}/assignments", ["0", "501"]),
        ("/v2/policies", ["0", "ten"]),
        ("/auth/user-groups", ["0", "ten"]),
    ],
)
def test_limits_out_of_range(server: Server, path: str, limits: list[str]) -> None:
    """A limit that is no number, or one that the endpoint does not take, is refused with 400."""
    for limit in limits:
        answer = ask(server, f"{path}?limit={quote(limit)}")
        assert (answer.status, answer.body["error"]["status"]) == (400, 400)
        assert "limit" in answer.body["error"]["message"]


def test_page_tokens_are_opaque(server: Server) -> None:
    """A token that was not given, or was given by another listing or to another organisation, is refused."""
    first = ask(server, "/permissions?limit=1").body["nextPageToken"]
    assert not first.isdigit()
    other = ask(server, "/permissions?limit=1", "sandbox-lead").body["nextPageToken"]
    changed = ("A" if first[0] != "A" else "B") + first[1:]
    by_hand = base64.urlsafe_b64encode(b"123456789" + b"1i").decode().rstrip("=")
    for token in (
        "",
        "1",
        "x" * 2000,
        "ü",
        "%00",
        "%ff",
        "=",
        first + "A",
        first + "=",
        changed,
        by_hand,
        other,
    ):
        answer = ask(server, f"/permissions?limit=1&paginationToken={quote(token, safe='%')}")
        assert (answer.status, "paginationToken" in answer.body["error"]["message"]) == (400, True), token
    assert ask(server, f"/auth/users?paginationToken={first}").status == 400
    again = [ask(server, f"/permissions?limit=2&paginationToken={first}").body for _ in range(2)]
    assert again[0] == again[1]
    assert again[0]["items"] == LISTED["/permissions"][1:3]


@pytest.mark.parametrize("caller", reach.REFUSED)
def test_refusals_name_the_operation(server: Server, caller: str) -> None:
    """A caller who lacks the operation gets 403, which ends with it in parentheses; others are answered."""
    if caller == "sandbox-lead":
        paths = {path: path for path in listings(SISTER)}
        assert {ask(server, path, caller).status for path in paths} == {200}
        return
    refused = []
    for path, operation in OPERATIONS.items():
        answer = ask(server, path, caller)
        assert answer.status in (200, 403)
        if answer.status == 403:
            refused.append(operation)
            assert answer.body["error"]["message"].endswith(
                f" is not authorized to perform operation ({operation})"
            )
            assert callers()[caller].user_id in answer.body["error"]["message"]
    assert ask(server, "/auth/pats", caller).status == 200
    assert sorted(refused) == sorted(reach.REFUSED[caller].operations)
    assert len(OPERATIONS) + 1 - len(refused) == reach.REFUSED[caller].served


@pytest.mark.parametrize(
    "path",
    [
        "/permissions/pm-nobody/assignments",
        "/auth/user-groups/ug-nobody/members",
        "/permissions//assignments",
        "/permissions/a/b/assignments",
        "/permissions/",
        "/v2/policies/plc-x",
        f"/permissions/{permission_id('sandbox-admin')}/assignments",
    ],
)
def test_what_is_not_there(server: Server, path: str) -> None:
    """An id that does not exist, or exists in another organisation only, is 404, as is an unknown route."""
    answer = ask(server, path)
    assert (answer.status, answer.body["error"]["status"]) == (404, 404)


def test_refusal_comes_before_existence(server: Server) -> None:
    """Whoever may not read something does not learn whether it exists."""
    assert ask(server, "/permissions/pm-nobody/assignments", "new-joiner").status == 403


def test_organisations_are_apart(server: Server) -> None:
    """The sister organisation's lead reads that one, and nothing of the main one."""
    theirs = ask(server, "/auth/users", "sandbox-lead").body["items"]
    assert {user["orgId"] for user in theirs}.isdisjoint(user.get("orgId") for user in LISTED["/auth/users"])


def remaining(answer: Answer) -> tuple[int, int]:
    return int(answer.headers["X-RateLimit-Limit"]), int(answer.headers["X-RateLimit-Remaining"])


def test_rate_limit_counts() -> None:
    """Each request lowers what remains; one too many is 429, and says how long to wait."""
    with serve(rate_limit=(3, 3600)) as running:
        answers = [ask(running, "/auth/pats", "new-joiner") for _ in range(5)]
        assert [answer.status for answer in answers] == [200, 200, 200, 429, 429]
        assert [remaining(answer) for answer in answers] == [(3, 2), (3, 1), (3, 0), (3, 0), (3, 0)]
        for answer in answers:
            assert time.time() < int(answer.headers["X-RateLimit-Reset"]) <= time.time() + 3601
            assert answer.headers["Date"] == "Mon, 19 Oct 2026 07:30:00 GMT"
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 3600
        assert answers[-1].body["error"]["status"] == 429
        # Another organisation has an allowance of its own.
        assert remaining(ask(running, "/auth/pats", "sandbox-lead")) == (3, 2)
        assert sorted(running.windows) == [1, 5]


def test_rate_limit_ends_with_its_window() -> None:
    """After the time that ``Retry-After`` gives, requests are answered again, and the counter is full."""
    with serve(rate_limit=(2, 1)) as running:
        while (answer := ask(running, "/auth/pats")).status == 200:
            pass
        time.sleep(int(answer.headers["Retry-After"]))
        again = ask(running, "/auth/pats")
        assert (again.status, *remaining(again)) == (200, 2, 1)
        assert len(running.windows) >= 2


def test_without_a_rate_limit_nothing_is_counted(server: Server) -> None:
    """The headers are the same each time."""
    assert {remaining(ask(server, "/auth/pats")) for _ in range(3)} == {(300, 299)}
    assert server.windows == []


@pytest.mark.parametrize(
    "options",
    [
        {"page_size": 0},
        {"page_size": -1},
        {"rate_limit": (0, 1)},
        {"rate_limit": (1, 0)},
        {"rate_limit": (1, float("nan"))},
    ],
)
def test_options_that_make_no_sense(options: dict[str, Any]) -> None:
    """A page of nothing and a limit of nothing are refused before anything is started."""
    with pytest.raises(ValueError, match=next(iter(options))):
        serve(**options)
