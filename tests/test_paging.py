"""Lists that come in pages: what is asked for, and which of them end."""

import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest

import dfns_frames as dff
from dfns_frames._hidden import Secret
from dfns_frames._http.exchange import Limits
from dfns_frames._http.transport import Transport
from tests.conftest import token
from tests.faulty import LIST, answer, serving
from tests.test_connections import Keeping, listed

pytestmark = pytest.mark.usefixtures("no_account")

TOKENS = [
    *(
        "a b",
        "a+b",
        "a%20b",
        "a&limit=1",
        "a=b==",
        "#a?",
        "/../a",
        "\u00fc\U0001f600",
        "\x00\r\nX: y",
        "\\\"'",
    ),
    "".join(map(chr, range(256))),
]


def test_parameters_arrive_as_they_are() -> None:
    """Those of the call with every page, and whatever a page token is made of."""
    left = list(TOKENS)
    keeping = Keeping(listed)
    with serving(keeping) as server:
        transport = Transport(server.url, Secret("t"), Limits((5, 5), 30, 0, 1 << 20))
        with transport.call() as call:
            params = {"limit": 500, "kind": "a&b"}
            pages = call.pages("/some/list", params, following=lambda: left.pop(0) if left else None)
            assert len(list(pages)) == 1 + len(TOKENS)
        assert params == {"limit": 500, "kind": "a&b"}
    asked = [urlsplit(request.split(b" ")[1]) for request in server.requests + keeping.asked[1:]]
    assert {place.path for place in asked} == {b"/some/list"}
    given = [parse_qs(place.query.decode(), strict_parsing=True) for place in asked]
    assert [each.pop("paginationToken", [None])[0] for each in given] == [None, *TOKENS]
    assert all(each == {"limit": ["500"], "kind": ["a&b"]} for each in given)


def test_pages_without_end_are_an_error() -> None:
    """After as many as no organisation has, before one more is asked for."""
    keeping = Keeping(listed)
    numbers = iter(range(99))
    with serving(keeping) as server:
        transport = Transport(server.url, Secret("t"), Limits((5, 5), 30, 0, 1 << 20, pages=9))
        with transport.call() as call, pytest.raises(dff.ResponseError, match="page 10 of the list"):
            list(call.pages("/list", following=lambda: str(next(numbers))))
    assert len(keeping.asked) == 9
    assert Limits((5, 5), 30, 0, 1).pages == 9_999


@pytest.mark.parametrize("odd", [5, 0, 1.5, True, False, [], ["a"], {}, {"a": 1}])
def test_a_page_token_of_another_type_is_an_error(odd: object) -> None:
    """On whichever page it comes."""
    for first in (0, 1):
        pages = [{"items": [token(n)], "nextPageToken": "a"} for n in range(first)]
        bodies = [json.dumps(page).encode() for page in (*pages, {"items": [], "nextPageToken": odd})]
        keeping = Keeping(lambda number, bodies=bodies: answer(200, bodies[number]))  # type: ignore[misc]
        with serving(keeping) as server, pytest.raises(dff.DfnsFramesError, match="nextPageToken") as caught:
            dff.Client("t", url=server.url).pats()
        assert isinstance(caught.value, dff.SchemaError)


@pytest.mark.parametrize("none", [None, ""])
def test_no_page_token_ends_a_list(none: str | None) -> None:
    """Null and an empty text are none."""
    body = json.dumps({"items": [token(1)], "nextPageToken": none}).encode()
    keeping = Keeping(lambda _: answer(200, body))
    with serving(keeping) as server:
        assert len(dff.Client("t", url=server.url).pats().tokens) == 1
    assert len(keeping.asked) == 1


def test_an_empty_page_may_have_a_next_one() -> None:
    """It is the page token that counts."""
    pages = [b'{"items": [], "nextPageToken": "a"}', LIST]
    keeping = Keeping(lambda number: answer(200, pages[number]))
    with serving(keeping) as server:
        assert len(dff.Client("t", url=server.url).pats().tokens) == 3


def test_a_deadline_is_for_one_request() -> None:
    """A list of many pages may take longer."""

    def slowly(number: int) -> bytes:
        time.sleep(0.25)
        body = {"items": [token(number)]} | ({"nextPageToken": str(number)} if number < 3 else {})
        return answer(200, json.dumps(body).encode())

    keeping = Keeping(slowly)
    with serving(keeping) as server:
        pats = dff.Client("t", url=server.url, deadline=0.6, retries=0).pats()
    assert pats.tokens["token_id"].tolist() == ["to-0", "to-1", "to-2", "to-3"]


def test_a_call_ends_however_long_its_list_is() -> None:
    """Within the time for the whole of it, whatever the deadline of each request allows."""
    numbers = iter(range(10_000))
    keeping = Keeping(listed)
    with serving(keeping) as server:
        transport = Transport(server.url, Secret("t"), Limits((5, 5), 30, 0, 1 << 30, whole=0.6))
        begun = time.monotonic()
        with transport.call() as call, pytest.raises(dff.NetworkError, match=r"given up after 0\.01 minutes"):
            list(call.pages("/list", following=lambda: str(next(numbers))))
        assert time.monotonic() - begun < 3
    assert len(keeping.asked) > 3
    assert Limits((5, 5), 30, 0, 1).whole == 3_600
    for deadline in (3_601, 86_400):
        with pytest.raises(dff.ConfigurationError, match="at most an hour"):
            dff.Client("t", deadline=deadline)
