"""The demo API: how its server answers, asked with the standard library."""

import gzip
import http.client
import json
import re
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from dfns_frames.demo import org
from dfns_frames.demo.server import Server, serve

PATH = "/auth/pats"


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


@pytest.fixture
def connection(server: Server) -> Iterator[http.client.HTTPConnection]:
    opened = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    yield opened
    opened.close()


def ask(
    connection: http.client.HTTPConnection,
    token: str | None,
    path: str = PATH,
    method: str = "GET",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    sent = {"User-Agent": "test", **(headers or {})}
    if token is not None:
        sent.setdefault("Authorization", f"Bearer {token}")
    connection.request(method, path, body=body, headers=sent)
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())


def raw(server: Server, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), timeout=10) as opened:
        opened.sendall(request)
        opened.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: opened.recv(65536), b""))


@pytest.mark.parametrize("caller", org.CALLERS)
def test_each_caller_gets_their_own_tokens(
    server: Server, connection: http.client.HTTPConnection, caller: str
) -> None:
    """The bearer token decides whose tokens are listed; a query string changes nothing."""
    answer = ask(connection, server.tokens[caller], f"{PATH}?limit=3")
    assert answer.status == 200
    assert json.loads(answer.body) == org.bodies()[caller]


def test_first_caller_is_the_default(server: Server) -> None:
    """``token`` is the platform lead's, who holds most tokens and may read everything."""
    assert server.token == server.tokens["platform-lead"] == org.bearer("platform-lead")
    assert tuple(server.tokens) == org.CALLERS


@pytest.mark.parametrize(
    ("status", "path", "method", "headers"),
    [
        (400, PATH, "GET", {"User-Agent": ""}),
        (400, PATH, "GET", {"User-Agent": "  "}),
        (401, PATH, "GET", {"Authorization": ""}),
        (401, PATH, "GET", {"Authorization": "Bearer"}),
        (401, PATH, "GET", {"Authorization": "Bearer wrong"}),
        (401, PATH, "GET", {"Authorization": "Basic dXNlcjpwYXNz"}),
        (404, "/", "GET", {}),
        (404, "/auth/pats/", "GET", {}),
        (404, "/auth/apps", "POST", {}),
        (405, "/auth/service-accounts", "POST", {}),
        (405, PATH, "POST", {}),
        (405, PATH, "DELETE", {}),
        (405, PATH, "HEAD", {}),
        (405, PATH, "BREW", {}),
    ],
)
def test_refusals(
    server: Server,
    connection: http.client.HTTPConnection,
    status: int,
    path: str,
    method: str,
    headers: dict[str, str],
) -> None:
    """What is refused has the documented error body, the same each time, and leaves the connection usable."""
    first, second = (ask(connection, server.token, path, method, headers=headers) for _ in range(2))
    assert (first.status, first.body) == (second.status, second.body)
    assert first.status == status
    assert first.headers["Allow"] == ("GET" if status == 405 else None)
    if method == "HEAD":
        assert first.body == b""
    else:
        error = json.loads(first.body)["error"]
        assert error.keys() == {"id", "status", "message", "details"}
        assert error["status"] == status
    assert ask(connection, server.token).status == 200


def test_user_agent_is_required(server: Server) -> None:
    """A request without any User-Agent header is refused, as the real API refuses it."""
    request = f"GET {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n\r\n"
    assert raw(server, request.encode()).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("path", [PATH, "/nowhere"])
def test_headers(server: Server, connection: http.client.HTTPConnection, path: str) -> None:
    """Every answer carries one fixed date, its type, its length and the rate limit; browsers get no leave."""
    answer = ask(connection, server.token, path)
    assert answer.headers.get_all("Date") == ["Mon, 19 Oct 2026 07:30:00 GMT"]
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    for name in ("Limit", "Remaining", "Reset"):
        assert answer.headers[f"X-RateLimit-{name}"].isdigit()
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    ("accepted", "caller", "compressed"),
    [
        ("gzip, deflate", "platform-lead", True),
        ("br, GZIP;q=0.5", "platform-lead", True),
        ("gzip;q=0", "platform-lead", False),
        ("gzip; q=0.000", "platform-lead", False),
        ("deflate", "platform-lead", False),
        ("", "platform-lead", False),
        ("gzip", "new-joiner", False),
    ],
)
def test_compression(
    server: Server, connection: http.client.HTTPConnection, accepted: str, caller: str, compressed: bool
) -> None:
    """Long answers are compressed for clients that accept gzip, and only for them."""
    answer = ask(connection, server.tokens[caller], headers={"Accept-Encoding": accepted})
    assert answer.headers["Content-Encoding"] == ("gzip" if compressed else None)
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    body = gzip.decompress(answer.body) if compressed else answer.body
    assert json.loads(body) == org.bodies()[caller]


def test_connection_is_kept(server: Server, connection: http.client.HTTPConnection) -> None:
    """Requests with a body, refused ones too, are followed by others on the same connection."""
    connection.connect()
    opened = connection.sock
    assert ask(connection, server.token, method="POST", body=b"{}" * 5000).status == 405
    assert ask(connection, server.token, body=b"GET / HTTP/1.1\r\n\r\n").status == 200
    assert connection.sock is opened


@pytest.mark.parametrize(
    ("status", "request_text"),
    [
        (400, "nonsense\r\n\r\n"),
        (400, "GET / HTTP/x\r\n\r\n"),
        (414, f"GET /{'x' * 70000} HTTP/1.1\r\n\r\n"),
        (405, f"POST {PATH} HTTP/1.1\r\nUser-Agent: t\r\nContent-Length: nine\r\n\r\n"),
        (405, f"POST {PATH} HTTP/1.1\r\nUser-Agent: t\r\nTransfer-Encoding: chunked\r\n\r\n"),
        (405, f"POST {PATH} HTTP/1.1\r\nUser-Agent: t\r\nContent-Length: 99999999999\r\n\r\n"),
    ],
)
def test_what_cannot_be_parsed(server: Server, status: int, request_text: str) -> None:
    """A request whose end is not certain gets a JSON error with a status, and the connection ends."""
    head, _, body = raw(server, request_text.encode()).partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.1 %d " % status, head)
    assert b"Connection: close" in head
    assert json.loads(body)["error"]["status"] == status


def test_clients_that_go_away(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    """Connections reset at any point are no news: nothing is printed, and others are answered."""
    port = urlsplit(server.url).port or 0
    request = f"GET {PATH} HTTP/1.1\r\nUser-Agent: t\r\nAuthorization: Bearer {server.token}\r\n\r\n"
    for sent in ("", "GET /au", request * 20):
        with socket.create_connection(("127.0.0.1", port)) as opened:
            # A linger time of nothing makes closing a reset.
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            opened.sendall(sent.encode())
    assert raw(server, request.encode()).startswith(b"HTTP/1.1 200 ")
    time.sleep(0.2)
    assert capfd.readouterr() == ("", "")


def test_many_at_once(server: Server) -> None:
    """Callers at the same time get each their own tokens."""

    def listed(caller: str) -> bool:
        opened = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
        answer = ask(opened, server.tokens[caller])
        opened.close()
        return bool(json.loads(answer.body) == expected[caller])

    expected = org.bodies()
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(listed, org.CALLERS * 8))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 has no route")
def test_only_on_the_loopback(server: Server) -> None:
    """The address is on 127.0.0.1, and the port answers on no other."""
    parts = urlsplit(server.url)
    assert parts.hostname == "127.0.0.1"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", parts.port or 0), timeout=10)


def test_no_name_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting and answering ask no resolver, which may be slow or absent."""

    def refuse(*_: object) -> str:
        raise AssertionError

    for name in ("getfqdn", "gethostbyaddr", "getnameinfo"):
        monkeypatch.setattr(socket, name, refuse)
    with serve() as running:
        assert raw(running, b"GET / HTTP/1.1\r\nUser-Agent: t\r\n\r\n").startswith(b"HTTP/1.1 404 ")
