"""Whatever network and server do, a call ends in time, in complete frames or the documented error."""

import base64
import re
import threading
import time
import tracemalloc
from pathlib import Path
from traceback import TracebackException

import pytest

import dfns_frames as dff
from tests import fault_worlds as worlds
from tests.fault_rows import FRAMES, Row
from tests.fault_table import DOCUMENT, MARKERS, ROWS, generated
from tests.faulty import LIST, TOKEN_COUNT, Behaviour, answer, certificate, hangs, sends, serving

SECRET = "planted-0123456789"  # noqa: S105 - made up
DEADLINE = 1.2
pytestmark = pytest.mark.usefixtures("no_account", "no_proxy")


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the proxies of whoever runs the tests out of the environment."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def nothing_keeps_running() -> bool:
    """Tell whether every thread that speaks to a server ends, now that its call has."""
    speaking = [thread for thread in threading.enumerate() if thread.name == "dfns-frames request"]
    for thread in speaking:
        thread.join(4)
    return not any(thread.is_alive() for thread in speaking)


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_a_fault_ends_as_promised(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """In time, in complete frames or exactly the promised error, and without showing the token."""
    monkeypatch.setattr("dfns_frames.transport._BACKOFF", 0.01)
    with serving(row.behaviour) as server, row.around(server) as url:
        options = {"timeout": 0.4, "deadline": DEADLINE, "retries": 1} | row.options
        client = dff.Client(SECRET, url=url, **options)
        start = time.monotonic()
        try:
            outcome: dff.Frames | dff.DfnsFramesError = client.pats()
        except dff.DfnsFramesError as error:
            outcome = error
        assert time.monotonic() - start < DEADLINE + 1
        assert nothing_keeps_running()
    assert len(server.requests) == row.tries or "deadline" in row.says
    if isinstance(outcome, dff.Frames):
        assert row.promise == FRAMES
        assert outcome.tokens["token_id"].tolist() == [f"to-{n}" for n in range(TOKEN_COUNT)]
        return
    assert type(outcome) is row.promise, repr(outcome)
    outcome.args[0].encode()
    assert {name: getattr(outcome, name) for name in row.fields} == row.fields
    assert re.search(row.says, str(outcome))
    shown = "".join(TracebackException.from_exception(outcome, capture_locals=True).format())
    assert SECRET not in shown
    assert "ANTED" not in shown.replace(repr(row), "")


@pytest.mark.parametrize(
    "row", [row for row in ROWS if re.search("bomb|endless|limit", row.name)], ids=lambda row: row.name
)
def test_no_answer_fills_the_memory(row: Row) -> None:
    """However much a server sends or lets unpack, no more is held than asked for and a few blocks."""
    with serving(row.behaviour) as server:
        client = dff.Client(SECRET, url=server.url, deadline=DEADLINE, retries=0, **row.options)
        tracemalloc.start()
        with pytest.raises(dff.DfnsFramesError):
            client.pats()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 32 << 20


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308])
@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:{}/x", "//localhost:{}/auth/pats", "https://127.0.0.1:{}/"]
)
def test_the_token_goes_along_with_no_redirect(status: int, place: str) -> None:
    """No other port, host or scheme is asked for anything."""
    with serving(sends(answer(200, LIST))) as other:
        moved = sends(answer(status, b"", f"Location: {place.format(other.port)}"))
        with serving(moved) as server, pytest.raises(dff.NetworkError, match="redirect"):
            dff.Client(SECRET, url=server.url).pats()
        assert other.requests == []


def test_a_real_host_is_asked_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the environment says; the proxy sees the host and never the token."""
    with serving(sends(answer(502))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(dff.NetworkError, match="proxy"):
            dff.Client(SECRET, url="https://api.example.test", retries=0).pats()
        assert proxy.requests[0].startswith(b"CONNECT api.example.test:443 ")
        assert SECRET.encode() not in b"".join(proxy.requests)
        monkeypatch.setenv("NO_PROXY", "api.example.test")
        with worlds.no_such_name(proxy), pytest.raises(dff.NetworkError, match="resolved"):
            dff.Client(SECRET, url="https://api.example.test", retries=0).pats()
        assert len(proxy.requests) == 1


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("socks5://u:PLANTED@a.test:1080", "socks5://a.test:1080.* SOCKS .*pysocks"),
        ("socks5h://a.test", "SOCKS"),
        ("http://u:PLAN#TED@a.test:3128", "a.test:3128.* %23 for #"),
        ("http://u:PLAN/TED@a.test:3128", "a.test:3128.* %2F for /"),
        ("http://u:PLAN?TED@a.test/", "a.test.* %3F for [?]"),
        ("u:PLAN#TED@a.test", "a.test.* %23"),
        ("http://u:PLAN#TED", "cannot be read|not an address"),
        ("http://u:PLANTED@a.test:port", "port cannot be read"),
        ("http://u:PLANTED@a.test:99999", "port cannot be read"),
        ("http://u:PLANTED@[::1", "cannot be read"),
        ("http://u:PLANTED@", "not an address"),
        ("http://", "not an address"),
        ("http://a b.test", "not an address"),
        ("http://a.test#x", "not an address"),
        ("ftp://u:PLANTED@a.test", "ftp://a.test.* http://"),
    ],
)
def test_a_proxy_that_cannot_be_is_refused(
    name: str, address: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is sent, by the variable that holds it, without its password."""
    monkeypatch.setenv(name, address)
    with pytest.raises(dff.ConfigurationError, match=says) as caught:
        dff.Client(SECRET, url="https://api.example.test").pats()
    assert name in str(caught.value)
    assert "base address" not in str(caught.value)
    shown = "".join(TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "PLAN" not in shown.replace(repr(address), "")
    assert "TED" not in shown.replace(repr(address), "")


def test_a_proxy_is_left_out_where_the_environment_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """By NO_PROXY in either case, for the host or its domain; an empty variable names none."""
    monkeypatch.setenv("HTTPS_PROXY", "socks5://a.test")
    client = dff.Client(SECRET, url="https://api.example.test", retries=0)
    direct = "name of api.example.test cannot"
    for name in ("NO_PROXY", "no_proxy"):
        for value in ("api.example.test", ".example.test", "example.test", "a.test,api.example.test", "*"):
            monkeypatch.setenv(name, value)
            with worlds.only_numbers_are_known(), pytest.raises(dff.NetworkError, match=direct):
                client.pats()
        monkeypatch.delenv(name)
    monkeypatch.setenv("HTTPS_PROXY", "")
    with worlds.only_numbers_are_known(), pytest.raises(dff.NetworkError, match=direct):
        client.pats()


def test_a_proxy_may_be_named_without_a_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    """As curl takes it; user name and password go to the proxy, unescaped, and to nobody else."""
    with serving(sends(answer(502))) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"u:p%23ss@127.0.0.1:{proxy.port}")
        with pytest.raises(dff.NetworkError, match=r"127.0.0.1:\d+ \(ALL_PROXY\) .*502") as caught:
            dff.Client(SECRET, url="https://api.example.test", retries=0).pats()
        sent = base64.b64encode(b"u:p#ss")
        assert b"Proxy-Authorization: Basic " + sent in proxy.requests[0]
    assert "p%23ss" not in str(caught.value)


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        (hangs(), "example.test .through the proxy .*stopped sending"),
        (sends(), "example.test .through the proxy .*failed"),
        (sends(b"SSH-2.0\r\n"), "example.test .through the proxy .*failed"),
        (sends(answer(200), b"nonsense"), "TLS connection to api.example.test .through the proxy"),
    ],
)
def test_where_a_proxy_is_in_between_it_is_named(
    behaviour: Behaviour, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault may be the proxy's as well as the API's."""
    with serving(behaviour) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(dff.NetworkError, match=says):
            dff.Client(SECRET, url="https://api.example.test", retries=0, timeout=0.4).pats()


def test_a_plain_proxy_is_not_spoken_to_in_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its address begins with http://, which many get wrong."""
    with serving(sends(answer(400)), listens=False) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("http", "https"))
        with pytest.raises(dff.NetworkError, match=r"does not speak TLS.*http://"):
            dff.Client(SECRET, url="https://api.example.test", retries=0).pats()


def test_netrc_does_not_replace_the_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not for a real host either, where the environment holds."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.example.test login u password p\ndefault login u password p\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    bundle, context = certificate(tmp_path, "DNS:api.example.test")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    with serving(sends(answer(200, LIST)), context) as server:
        with worlds.every_name_is_here():
            dff.Client(SECRET, url=f"https://api.example.test:{server.port}").pats()
        assert f"Authorization: Bearer {SECRET}\r\n".encode() in server.requests[0]


def test_the_table_in_the_documentation_is_this_one() -> None:
    """`python -m tests.fault_table` writes it anew."""
    begin, end = MARKERS
    assert DOCUMENT.read_text("utf-8").split(begin)[1].split(end)[0] == generated()


def test_every_row_has_a_name_of_its_own() -> None:
    """The table reads as a list of promises, so no two say the same."""
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names) > 150
