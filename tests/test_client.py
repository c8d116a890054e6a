"""The client against conforming servers of several kinds: settings, headers, retries, paging, errors."""

import base64
import gzip
import json
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

import dfns_frames as dff
from dfns_frames._hidden import Body
from dfns_frames._http.exchange import Answer
from dfns_frames.cli import main
from tests.conftest import assignment, token


class Recorder:
    """A server that gives prepared answers in turn, the last one for ever, and notes what it was asked."""

    def __init__(self, *answers: tuple[int, Any] | tuple[int, Any, dict[str, str]]) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.url = ""

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        self.requests.append((path, headers))
        status, body, *more = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return status, body, more[0] if more else {}


@contextmanager
def serving(*answers: Any) -> Iterator[Recorder]:
    recorder = Recorder(*answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, body, headers = recorder.answer(
                self.path, {k.lower(): v for k, v in self.headers.items()}
            )
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response_only(status)
            for name, value in ({"Content-Length": str(len(data))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        recorder.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield recorder
        finally:
            server.shutdown()
            thread.join()


LIST = {"items": [token(1, assignment())]}
pytestmark = pytest.mark.usefixtures("no_account")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the waits between retries instead of waiting."""
    waits: list[float] = []
    monkeypatch.setattr("dfns_frames._http.transport.time.sleep", waits.append)
    return waits


def test_the_request_is_what_the_api_asks_for() -> None:
    """Bearer token, a User-Agent with the version, the path below any prefix; the date becomes the time."""
    with serving((200, LIST)) as server:
        pats = dff.Client("secret-token", url=server.url + "/prefix/").pats()
    (path, headers), *more = server.requests
    assert not more
    assert path == "/prefix/auth/pats"
    assert headers["authorization"] == "Bearer secret-token"
    assert headers["user-agent"] == f"dfns-frames/{dff.__version__}"
    assert pats.tokens["token_id"].tolist() == ["to-1"]
    assert pats.sources["url"].tolist() == [f"{server.url}/prefix/auth/pats"]


def test_the_time_is_the_servers() -> None:
    """`fetched_at` is the response's own date, else this machine's."""
    date = {"Date": "Mon, 19 Oct 2026 07:30:00 GMT"}
    with serving((200, LIST, date)) as server:
        fetched_at = dff.Client("t", url=server.url).pats().fetched_at
    assert fetched_at == datetime(2026, 10, 19, 7, 30, tzinfo=UTC)
    for date in ({"Date": "nonsense"}, {}):
        with serving((200, LIST, date)) as server:
            age = datetime.now(UTC) - dff.Client("t", url=server.url).pats().fetched_at
        assert abs(age.total_seconds()) < 60


@pytest.mark.parametrize(
    ("headers", "basis"),
    [({"date": "Mon, 19 Oct 2026 07:30:00 GMT"}, "response"), ({"date": "nonsense"}, "clock"), ({}, "clock")],
)
def test_an_answer_says_what_its_date_rests_on(headers: dict[str, str], basis: str) -> None:
    """The response's own date, or this machine's clock."""
    assert Answer(200, headers, Body(b"")).basis == basis


def test_settings_come_from_arguments_then_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An argument beats the environment; without either, Europe."""
    monkeypatch.setenv("DFNS_AUTH_TOKEN", "from-environment")
    assert dff.Client().url == "https://api.dfns.io"
    assert dff.Client(region="uae").url == "https://api.uae.dfns.io"
    monkeypatch.setenv("DFNS_API_URL", "https://example.test/api/")
    assert dff.Client().url == "https://example.test/api"
    assert dff.Client(region="eu").url == "https://api.dfns.io"
    assert dff.Client(url="http://localhost:1").url == "http://localhost:1"


def test_without_a_token_the_error_names_every_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argument, environment variable and the demo."""
    for value in (None, "", "  "):
        if value is not None:
            monkeypatch.setenv("DFNS_AUTH_TOKEN", value)
        with pytest.raises(dff.ConfigurationError, match=r"token=.*DFNS_AUTH_TOKEN.*demo"):
            dff.Client()


@pytest.mark.parametrize(
    "options",
    [
        {"url": "http://api.dfns.io"},
        {"url": "api.dfns.io"},
        {"url": "ftp://api.dfns.io"},
        {"url": "https://"},
        {"url": "https://user:PLANTED@api.dfns.io"},
        {"url": "https://api.dfns.io?x=1"},
        {"url": "https://api.dfns.io#x"},
        {"url": "https://api.dfns.io:port"},
        {"url": "https://api.dfns.io/a b"},
        {"url": 5},
        {"url": "https://api.dfns.io", "region": "eu"},
        {"region": "mars"},
        {"region": "UAE"},
        {"timeout": 0},
        {"timeout": (1, 2, 3)},
        {"timeout": (5, -1)},
        {"deadline": float("inf")},
        {"deadline": "soon"},
        {"retries": -1},
        {"retries": 1.5},
        {"max_body": 0},
        {"max_body": 1 << 40},
        {"token": "two\nlines"},
        {"token": "naïve"},
        {"token": 5},
        {"token": '"PLANTED"'},
        {"token": "'PLANTED'"},
        {"token": "\u201cPLANTED\u201d"},
        {"token": 'Bearer "PLANTED"'},
        {"token": '"Bearer PLANTED"'},
        {"token": "bearer PLANTED"},
        {"token": "BEARER PLANTED"},
        {"token": "Authorization: Bearer PLANTED"},
        {"token": "PLANTED PLANTED"},
        {"token": "PLANTED\u00a0PLANTED"},
        {"token": "PLANTED\r\nPLANTED"},
        {"token": "PLANTED\u200b"},
        {"token": "\ufeffPLANTED"},
        {"token": "PLANTED;"},
        {"token": "${PLANTED}"},
        {"token": ""},
        {"token": " \n"},
        {"token": "Bearer "},
        {"token": "bearer"},
    ],
)
def test_settings_that_cannot_be_are_refused(options: dict[str, Any]) -> None:
    """Before anything is sent, and without showing what may be a password."""
    with pytest.raises(dff.ConfigurationError) as caught:
        dff.Client(**({"token": "t"} | options))
    assert "PLANTED" not in str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ('"PLANTED"', "quotation marks"),
        ("'PLANTED'", "quotation marks"),
        ("`PLANTED`", "quotation marks"),
        ("bearer PLANTED", "word before it"),
        ("PLAN TED", "space or a line break"),
        ("PLAN\nTED", "space or a line break"),
        ("PLANTED\u200b", "invisible"),
    ],
)
def test_a_token_that_cannot_be_one_is_refused_with_the_reason(
    value: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the environment as from the argument, before anything is sent, and without showing it."""
    monkeypatch.setenv("DFNS_AUTH_TOKEN", value)
    for given in (None, value):
        with pytest.raises(dff.ConfigurationError, match=reason) as caught:
            dff.Client(given)
        assert "PLAN" not in str(caught.value)
        assert "TED" not in str(caught.value)


def test_white_space_around_a_token_is_no_part_of_it() -> None:
    """As a file or a copied line leaves it; the word Bearer neither, where it is spelt as in the header."""
    for value in ("  t.o-k_en~+/== \n", "Bearer t.o-k_en~+/==", "\tBearer  t.o-k_en~+/=="):
        with serving((200, LIST)) as server:
            dff.Client(value, url=server.url).pats()
        assert server.requests[0][1]["authorization"] == "Bearer t.o-k_en~+/=="


def test_staging_warns() -> None:
    """The vendor's staging environment is deprecated."""
    with pytest.warns(DeprecationWarning, match="staging"):
        dff.Client("t", url="https://api.dfns.ninja")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_a_later_try_may_answer_is_tried_again(status: int, no_waiting: list[float]) -> None:
    """With growing waits, no more often than asked for."""
    with serving((status, {}), (status, {}), (200, LIST)) as server:
        assert len(dff.Client("t", url=server.url).pats().tokens) == 1
    assert len(server.requests) == 3
    assert 0.25 <= no_waiting[0] <= 0.5 <= no_waiting[1] <= 1.0
    with serving((status, {})) as server, pytest.raises(dff.ApiError) as caught:
        dff.Client("t", url=server.url, retries=2).pats()
    assert len(server.requests) == 3
    assert caught.value.retryable
    assert caught.value.status == status


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 412, 422, 500])
def test_what_no_later_try_will_answer_is_not(status: int) -> None:
    """The error comes at once."""
    with serving((status, {})) as server, pytest.raises(dff.ApiError) as caught:
        dff.Client("t", url=server.url).pats()
    assert len(server.requests) == 1
    assert not caught.value.retryable


def test_retry_after_is_honoured_up_to_a_cap(no_waiting: list[float]) -> None:
    """A wait that the server asks for is kept; one beyond a minute or the deadline is an error at once."""
    with serving((429, {}, {"Retry-After": "7"}), (200, LIST)) as server:
        dff.Client("t", url=server.url).pats()
    assert no_waiting == [7.0]
    for after, deadline in (("61", 120.0), ("20", 10.0)):
        with (
            serving((429, {}, {"Retry-After": after})) as server,
            pytest.raises(dff.RateLimitError) as caught,
        ):
            dff.Client("t", url=server.url, deadline=deadline).pats()
        assert len(server.requests) == 1
        assert caught.value.retry_after == float(after)


def test_pages_are_followed_to_the_end() -> None:
    """Every page is asked for by the token that the one before gave; the tokens are numbered through."""
    pages = [
        {"items": [token(1)], "nextPageToken": "a b"},
        {"items": [token(2)], "nextPageToken": "c"},
        {"items": [token(3)]},
    ]
    with serving(*((200, page) for page in pages)) as server:
        pats = dff.Client("t", url=server.url).pats()
    assert [path for path, _ in server.requests] == [
        "/auth/pats", "/auth/pats?paginationToken=a+b", "/auth/pats?paginationToken=c",
    ]  # fmt: skip
    assert pats.tokens["token_no"].tolist() == [0, 1, 2]
    assert pats.sources[["status", "item_count"]].to_numpy().tolist() == [["ok", 3]]


def test_a_repeated_page_token_is_an_error() -> None:
    """A list that would never end is not read for ever."""
    with (
        serving((200, {"items": [], "nextPageToken": "a"})) as server,
        pytest.raises(dff.ResponseError, match="twice"),
    ):
        dff.Client("t", url=server.url).pats()
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("body", "message", "error_id"),
    [
        (
            {"error": {"id": "er-1", "status": 403, "message": "no access (Auth:Pats:Read)"}},
            "no access",
            "er-1",
        ),
        (
            {"error": {"name": "Forbidden", "message": "no access (Auth:Pats:Read)", "serviceName": "auth"}},
            "no access",
            None,
        ),
        ({"message": "User is not authorized to perform operation (Auth:Pats:Read)"}, "not authorized", None),
        (b"<html>Forbidden</html>", "403", None),
    ],
)
def test_every_shape_of_error_is_understood(body: Any, message: str, error_id: str | None) -> None:
    """Message, id and the missing operation are read from each shape the API has had, or from none."""
    with serving((403, body)) as server, pytest.raises(dff.PermissionDeniedError, match=message) as caught:
        dff.Client("t", url=server.url).pats()
    assert caught.value.error_id == error_id
    assert caught.value.operation == (None if isinstance(body, bytes) else "Auth:Pats:Read")


def jwt(expiry: float) -> str:
    parts = ({"alg": "none"}, {"exp": expiry})
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        + ".sig"
    )


def test_a_401_says_what_may_be_wrong() -> None:
    """An expired token by its own date; else its validity and the regions."""
    with serving((401, {})) as server:
        for token_text, hint in (
            (jwt(1_700_000_000), r"expired on 2023-11-14 22:13 UTC"),
            (jwt(4e9), "until 2096.*region"),
            ("x", "region"),
        ):
            with pytest.raises(dff.AuthenticationError, match=hint):
                dff.Client(token_text, url=server.url).pats()


def test_in_the_shell_a_401_names_the_option(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python's region= is of no use there."""
    with serving((401, {})) as server:
        monkeypatch.setenv("DFNS_API_URL", server.url)
        monkeypatch.setenv("DFNS_AUTH_TOKEN", "x")
        assert main(["fetch"]) == 3
    said = capsys.readouterr().err
    assert said.endswith("; each organisation is in one region: try --region eu or --region uae\n")
    assert "region=" not in said


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", b"<html>", b"null", b"{}", b'{"items": 1}', b'{"error": {"message": "x"}}'),
        *(b"[]", b" [] ", b"\xef\xbb\xbf[]", b"[{}]", b'[{"items": []}]', json.dumps([token(1)]).encode()),
    ],
)
def test_a_200_without_a_token_list_is_an_error(body: bytes) -> None:
    """It is never an empty frame."""
    with serving((200, body)) as server, pytest.raises(dff.ResponseError):
        dff.Client("t", url=server.url).pats()


BROTLI = b"\x8b\x0f\x80" + b'{"items": []}\xff\x03'  # as it is stored, where there is little to compress
LATIN_1 = b'{"items": [], "x": "t\xf6ken"}'


@pytest.mark.parametrize(
    ("body", "headers", "says"),
    [
        (gzip.compress(b"{}"), {}, "it is compressed .gzip."),
        (gzip.compress(gzip.compress(b"{}")), {"Content-Encoding": "gzip"}, "it is compressed .gzip."),
        (b"\x28\xb5\x2f\xfd\x20\x0d", {}, "it is compressed .zstd."),
        (zlib.compress(b"{}"), {}, "it is compressed .zlib."),
        (BROTLI, {}, "it is compressed, perhaps with brotli"),
        (BROTLI, {"Content-Encoding": "br"}, "it is compressed, but not with gzip"),
        (b"\x28\xb5\x2f\xfd", {"Content-Encoding": "zstd"}, "it is compressed, but not with gzip"),
        ('{"items": []}'.encode("utf-16"), {}, "UTF-16"),
        ('{"items": []}'.encode("utf-16-be"), {}, "UTF-16"),
        (LATIN_1, {}, "byte 21 is not UTF-8"),
        (b'{"items": []' + b" " * (1 << 20) + b"\xc3", {}, "byte 1,048,588 is not UTF-8"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_bytes_that_are_no_text_are_called_what_they_are(body: bytes, headers: Any, says: str) -> None:
    """A live answer cannot be saved again, so nobody is told to; a saved one can be."""
    with serving((200, body, headers)) as server, pytest.raises(dff.ResponseError, match=says) as caught:
        dff.Client("t", url=server.url).pats()
    assert "save it" not in str(caught.value)
    if not headers and body[:1] != b"\x1f":
        with pytest.raises(dff.ResponseError, match=r"compressed.*: unpack it first|save it again as UTF-8"):
            dff.read(body)


def test_a_saved_file_that_is_packed_twice_is_called_compressed() -> None:
    """Gzip once is unpacked; what is in it is not UTF-16 because a byte of it is zero."""
    with pytest.raises(dff.ResponseError, match=r"it is compressed .gzip.: unpack it first"):
        dff.read(gzip.compress(gzip.compress(b'{"items": []}')))


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_character_may_be_cut_by_any_block(cut: int) -> None:
    """What is looked at block by block is not taken for broken where a block ends within a character."""
    body = b'{"items": []' + b" " * ((1 << 20) - 12 - cut) + b"}"
    wide = json.dumps({"items": [token(1, name="\U0001f600" * 3)]}, ensure_ascii=False).encode()
    padded = b" " * ((1 << 20) - wide.index(b"\xf0") - cut) + wide
    for each in (body, padded):
        with serving((200, each)) as server:
            assert len(dff.Client("t", url=server.url).pats().tokens) == (each is padded)


def test_a_call_says_once_that_it_tries_again_and_why(
    caplog: pytest.LogCaptureFixture, no_waiting: list[float]
) -> None:
    """So that a closed port is not seconds of silence; a call that succeeds at once says nothing."""
    with serving((200, LIST)) as server:
        dff.Client("t", url=server.url).pats()
    assert caplog.messages == []
    with pytest.raises(dff.NetworkError, match="refused"):
        dff.Client("t", url=server.url).pats()
    (said,) = caplog.messages
    assert "cannot be reached" in said
    assert "Connection refused" in said
    assert "trying again, 4 times at most" in said
    assert len(no_waiting) == 4


def test_a_deadline_holds_against_a_server_that_drips() -> None:
    """A byte now and then restarts every timeout but this one."""
    with serving((200, b"")) as server:
        server.answer = lambda *_: (200, b"", {"Content-Length": "9"})  # type: ignore[method-assign]
        start = time.monotonic()
        with pytest.raises(dff.NetworkError, match="deadline"):
            dff.Client("t", url=server.url, deadline=0.3).pats()
    assert time.monotonic() - start < 5


def test_neither_netrc_nor_proxies_touch_the_loopback(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """The bearer token arrives as it is, straight."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login u password p\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving((200, LIST)) as server:
        dff.Client("t", url=server.url).pats()
    assert server.requests[0][1]["authorization"] == "Bearer t"


def test_redirects_are_not_followed() -> None:
    """The token goes to the configured host and nowhere else."""
    with serving((200, LIST)) as other, serving((302, {}, {"Location": other.url})) as server:
        with pytest.raises(dff.NetworkError, match="redirect"):
            dff.Client("t", url=server.url).pats()
        assert other.requests == []


def test_a_body_beyond_the_limit_is_an_error() -> None:
    """However large the answer, no more than the limit is taken in."""
    with serving((200, LIST)) as server, pytest.raises(dff.NetworkError, match="max_body"):
        dff.Client("t", url=server.url, max_body=100).pats()


def test_a_client_shows_and_pickles_no_secret() -> None:
    """Its repr has the address only, and it refuses to be pickled."""
    import pickle

    client = dff.Client("PLANTED-secret", url="http://127.0.0.1:1")
    assert "PLANTED" not in repr(client) + repr(vars(client))
    with pytest.raises(TypeError, match="secret"):
        pickle.dumps(client)


def test_the_demo_answers_each_caller_with_their_own_tokens() -> None:
    """As the real API does; the last caller has none."""
    counts = []
    for caller in dff.demo.CALLERS:
        with pytest.warns() if caller == dff.demo.CALLERS[0] else _any_drift():
            counts.append(len(dff.demo.client(caller).pats().tokens))
    assert counts[0] >= 40
    assert counts[-1] == 0
    with pytest.raises(dff.ConfigurationError, match="There are"):
        dff.demo.client("nobody")


@contextmanager
def _any_drift() -> Iterator[None]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        yield
