"""One connection serves a client's requests for as long as it lasts, and a lost one is no news."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import dfns_frames as dff
from tests.conftest import token
from tests.faulty import LIST, Behaviour, answer, certificate, hangs, repeats, serving
from tests.test_machine import running

ENDS = ("hang up", "reset")
Saying = Callable[[int], bytes]
pytestmark = pytest.mark.usefixtures("no_account")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the waits between retries instead of waiting."""
    waited: list[float] = []
    monkeypatch.setattr("dfns_frames._http.transport.time.sleep", waited.append)
    return waited


class Keeping:
    """Answer one request after the other on each connection, and note what was asked.

    `says` gives the answer to the nth request of all; `last` holds the numbers of those after which the
    connection ends, and `mute` of those that end it unanswered.
    """

    def __init__(
        self, says: Saying, last: Collection[int] = (), mute: Collection[int] = (), how: str = "hang up"
    ) -> None:
        self.asked: list[bytes] = []
        self.connections = 0
        self.may_end = threading.Event()
        self.may_end.set()
        self.ended = threading.Semaphore(0)
        self._says, self._how = says, how
        self._last, self._mute = last, mute

    def __call__(self, connection: socket.socket) -> None:
        self.connections += 1
        try:
            self._converse(connection)
        finally:
            if self._how == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            self.ended.release()

    def _converse(self, connection: socket.socket) -> None:
        request = b"GET (read by the server)\r\n\r\n"
        while request:
            number = len(self.asked)
            self.asked.append(request)
            if number in self._mute:
                return
            connection.sendall(self._says(number))
            if number in self._last:
                self.may_end.wait(5)
                return
            request = b""
            while b"\r\n\r\n" not in request:
                received = connection.recv(1 << 16)
                if not received:
                    return
                request += received


def listed(_: int) -> bytes:
    return answer(200, LIST)


def paged(count: int, *headers: str) -> Saying:
    """Give that many pages of one token each."""

    def says(number: int) -> bytes:
        page = {"items": [token(number)]} | ({"nextPageToken": f"p{number}"} if number + 1 < count else {})
        return answer(200, json.dumps(page).encode(), *headers)

    return says


@pytest.fixture(params=["http", "https"])
def tls(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ssl.SSLContext | None:
    """Nothing, or a server's side of TLS that the client trusts."""
    if request.param == "http":
        return None
    bundle, context = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    return context


def test_ten_pages_take_one_connection(tls: ssl.SSLContext | None) -> None:
    """And so do the calls that follow."""
    keeping = Keeping(lambda number: paged(10)(number % 10))
    with serving(keeping, tls) as server:
        client = dff.Client("t", url=server.url)
        for _ in range(3):
            assert client.pats().tokens["token_id"].tolist() == [f"to-{n}" for n in range(10)]
    assert (len(keeping.asked), keeping.connections) == (30, 1)


@pytest.mark.parametrize("headers", [("Connection: close",), ()], ids=["as it says", "without a word"])
def test_a_server_may_close_after_each_answer(
    headers: tuple[str, ...], tls: ssl.SSLContext | None, waits: list[float]
) -> None:
    """Each page then takes a connection, and no wait."""
    keeping = Keeping(paged(10, *headers), last=set(range(10)))
    with serving(keeping, tls) as server:
        assert len(dff.Client("t", url=server.url, retries=0).pats().tokens) == 10
    assert (len(keeping.asked), keeping.connections) == (10, 10)
    assert waits == []


@pytest.mark.parametrize("how", ENDS)
def test_a_connection_closed_between_two_calls_is_opened_again(
    how: str, tls: ssl.SSLContext | None, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    """Without a wait, without a word, and where no retry is allowed."""
    keeping = Keeping(listed, last={0}, how=how)
    keeping.may_end.clear()  # a reset might overtake the answer before it
    with serving(keeping, tls) as server:
        client = dff.Client("t", url=server.url, retries=0)
        client.pats()
        keeping.may_end.set()
        assert keeping.ended.acquire(timeout=5)
        assert len(client.pats().tokens) == 3
    assert (len(keeping.asked), keeping.connections) == (2, 2)
    assert (waits, caplog.messages) == ([], [])


@pytest.mark.parametrize("how", ENDS)
def test_a_connection_closed_when_it_is_used_again_is_opened_again(
    how: str, tls: ssl.SSLContext | None, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    """The server's goodbye and the request may pass each other on the way."""
    keeping = Keeping(listed, mute={1}, how=how)
    with serving(keeping, tls) as server:
        client = dff.Client("t", url=server.url, retries=0)
        client.pats()
        assert len(client.pats().tokens) == 3
    assert (len(keeping.asked), keeping.connections) == (3, 2)
    assert (waits, caplog.messages) == ([], [])


def test_a_new_connection_that_ends_at_once_is_a_fault(waits: list[float]) -> None:
    """Only an old one may; what follows counts as a retry, with its wait."""
    keeping = Keeping(listed, mute={1, 2})
    with serving(keeping) as server:
        client = dff.Client("t", url=server.url, retries=1)
        client.pats()
        assert len(client.pats().tokens) == 3
        assert len(waits) == 1
    keeping = Keeping(listed, mute={1, 2})
    with serving(keeping) as server:
        client = dff.Client("t", url=server.url, retries=0)
        client.pats()
        with pytest.raises(dff.NetworkError, match="failed"):
            client.pats()
    assert (len(keeping.asked), keeping.connections) == (3, 2)


def test_errors_keep_the_connection(waits: list[float]) -> None:
    """A refusal that was read whole, and a retry after one, open none."""
    said = [answer(503, b"{}"), answer(200, LIST), answer(403, b"{}"), answer(200, LIST)]
    keeping = Keeping(lambda number: said[number])
    with serving(keeping) as server:
        client = dff.Client("t", url=server.url)
        client.pats()
        with pytest.raises(dff.PermissionDeniedError):
            client.pats()
        client.pats()
    assert (keeping.connections, len(waits)) == (1, 1)


@pytest.mark.parametrize(
    ("odd", "error"),
    [
        (answer(200, LIST, length=len(LIST) + 9), dff.NetworkError),
        (answer(200, LIST, length=len(LIST) - 9) + answer(200, b'{"items": []}'), dff.ResponseError),
        (answer(204, LIST), dff.ResponseError),
        (answer(500, bytes(1 << 20)), dff.ServerError),
        (answer(200, LIST, "Content-Encoding: gzip"), dff.ResponseError),
    ],
    ids=["cut", "two answers", "a body that is none", "too long an error", "gzip that is none"],
)
def test_no_answer_is_taken_for_that_to_another_request(odd: bytes, error: type[Exception]) -> None:
    """A connection on which anything was left unread is used no more."""
    keeping = Keeping(lambda number: answer(200, LIST) if number else odd, last={0})
    with serving(keeping) as server:
        client = dff.Client("t", url=server.url, retries=0, timeout=2)
        with pytest.raises(error):
            client.pats()
        assert keeping.ended.acquire(timeout=5)
        assert len(client.pats().tokens) == 3
    assert keeping.connections == 2


def answers_then(behaviour: Behaviour, keeping: Keeping) -> Behaviour:
    """Answer once and then behave so, on the first connection; on others keep answering."""

    def behave(connection: socket.socket) -> None:
        if keeping.connections:
            return keeping(connection)
        keeping.connections = 1
        connection.sendall(answer(200, LIST))
        connection.recv(1 << 16)
        try:
            return behaviour(connection)
        finally:
            keeping.ended.release()

    return behave


@pytest.mark.parametrize(
    "behaviour",
    [hangs(), hangs(answer(200, LIST[:9], length=99)), repeats(b" ", answer(200, length=1 << 20))],
    ids=["before the answer", "in the body", "in a body that drips"],
)
@pytest.mark.parametrize("way", ["deadline", "interrupt"])
@pytest.mark.skipif(os.name == "nt", reason="signals are sent the POSIX way")
def test_an_abandoned_call_takes_its_connection_along(
    behaviour: Behaviour, way: str, tls: ssl.SSLContext | None
) -> None:
    """The server sees it end, the thread ends, and the next call works, on a new one."""
    keeping = Keeping(listed)
    with serving(answers_then(behaviour, keeping), tls) as server:
        client = dff.Client("t", url=server.url, timeout=30, deadline=1 if way == "deadline" else 30)
        client.pats()
        if way == "deadline":
            with pytest.raises(dff.NetworkError, match="deadline"):
                client.pats()
        else:
            threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
            with pytest.raises(KeyboardInterrupt):
                client.pats()
        assert keeping.ended.acquire(timeout=5)
        for thread in running():
            thread.join(2)
        assert running() == []
        assert len(client.pats().tokens) == 3
    assert keeping.connections == 2


def test_threads_that_share_a_client_share_no_connection() -> None:
    """Each has one to itself for a call; afterwards the next call takes it."""
    keeping = Keeping(listed)
    with serving(keeping) as server, ThreadPoolExecutor(8) as pool:
        client = dff.Client("t", url=server.url)
        for pats in pool.map(lambda _: client.pats(), range(80)):
            assert pats.tokens["token_id"].tolist() == ["to-0", "to-1", "to-2"]
    assert len(keeping.asked) == 80
    assert keeping.connections <= 8


def test_a_connection_ends_with_its_client(tls: ssl.SSLContext | None) -> None:
    """When the client is deleted, without a warning."""
    keeping = Keeping(listed)
    with serving(keeping, tls) as server:
        client = dff.Client("t", url=server.url)
        client.pats()
        assert not keeping.ended.acquire(timeout=0.2)
        del client
        assert keeping.ended.acquire(timeout=5)


CLIENT = """
import os, sys, dfns_frames as dff
client = dff.Client("t", url=sys.argv[1])
assert len(client.pats().tokens) == 3
"""
FORKED = """
child = os.fork()
assert len(client.pats().tokens) == 3
if not child:
    sys.exit(0)
_, status = os.waitpid(child, 0)
assert status == 0
assert len(client.pats().tokens) == 3
"""
CYCLE = """
import gc
class Owner: pass
owner = Owner()
owner.client, owner.self = dff.Client("t", url=sys.argv[1]), owner
owner.client.pats()
del owner
gc.collect()
"""


def run(code: str, url: str) -> None:
    """Run a script with every warning shown."""
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", CLIENT + code, url]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.parametrize("code", [CYCLE, "sys.exit()"], ids=["in a cycle and at the end", "at exit"])
def test_no_connection_is_left_to_the_garbage_collector(code: str, tls: ssl.SSLContext | None) -> None:
    """Python would warn of it."""
    keeping = Keeping(listed)
    with serving(keeping, tls) as server:
        run(code, server.url)
        for _ in range(keeping.connections):
            assert keeping.ended.acquire(timeout=5)
    assert keeping.connections == (2 if code == CYCLE else 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_opens_a_connection_of_its_own(tls: ssl.SSLContext | None) -> None:
    """And leaves that of its parent alone, which goes on with it."""
    keeping = Keeping(listed)
    with serving(keeping, tls) as server:
        run(FORKED, server.url)
    assert (len(keeping.asked), keeping.connections) == (4, 2)


def test_a_connection_that_was_idle_for_long_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A firewall may have forgotten it; nor is one after the clock went back, which says nothing then."""
    keeping, now, late = Keeping(listed), time.time(), 0.0
    monkeypatch.setattr("dfns_frames._http.connection.time.time", lambda: now + late)
    with serving(keeping) as server:
        client = dff.Client("t", url=server.url)
        for late, connections in ((0, 1), (19, 1), (40, 2), (30, 3), (31, 3)):  # noqa: B007 - the clock reads it
            client.pats()
            assert keeping.connections == connections


def test_a_connection_of_another_trust_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CA bundle of the environment counts at each call; one that was mended is read again."""
    bundle, context = certificate(tmp_path)
    keeping = Keeping(listed)
    mine = tmp_path / "mine.pem"
    mine.write_text("nothing yet")
    with serving(keeping, context) as server:
        client = dff.Client("t", url=server.url, retries=0)
        for path in (mine, None):
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path or ""))
            with pytest.raises(dff.NetworkError):
                client.pats()
        shutil.copy(bundle, mine)
        for path, connections in ((mine, 1), (mine, 1), (bundle, 2), (bundle, 2)):
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
            client.pats()
            assert keeping.connections == connections
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        with pytest.raises(dff.NetworkError, match="TLS"):
            client.pats()


def test_no_cookie_comes_back() -> None:
    """What an answer sets, no later request sends."""
    keeping = Keeping(lambda number: paged(3, "Set-Cookie: a=b; Path=/")(number))
    with serving(keeping) as server:
        dff.Client("t", url=server.url).pats()
    assert len(keeping.asked) == 3
    assert not any(re.search(b"(?i)cookie", request) for request in keeping.asked)
