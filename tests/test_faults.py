"""Whatever network and server do, a call ends in time, in complete frames or the documented error."""

import re
import threading
import time
import tracemalloc
from pathlib import Path
from traceback import TracebackException

import pytest

import dfns_frames as dff
from tests import fault_worlds as worlds
from tests.fault_table import DOCUMENT, FRAMES, MARKERS, ROWS, Row, generated
from tests.faulty import LIST, TOKEN_COUNT, answer, certificate, sends, serving

SECRET = "planted-0123456789"  # noqa: S105 - made up
DEADLINE = 1.2
pytestmark = pytest.mark.usefixtures("no_account")


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
    assert SECRET not in "".join(TracebackException.from_exception(outcome, capture_locals=True).format())


@pytest.mark.parametrize("row", [row for row in ROWS if re.search("bomb|endless|limit", row.name)], ids=str)
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
