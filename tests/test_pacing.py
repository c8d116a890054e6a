"""How fast a client asks: never the last half of a window of the rate limit, which belongs to production."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dfns_frames as dff
from dfns_frames._hidden import Secret
from dfns_frames._http.exchange import Limits
from dfns_frames._http.pacing import Pace
from dfns_frames._http.transport import Transport
from tests.faulty import LIST, answer, serving
from tests.test_connections import Keeping

pytestmark = pytest.mark.usefixtures("no_account")
NOW = 1_790_000_000.25


class Clock:
    """A clock that goes on while somebody sleeps, and what was slept."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds

    def time(self) -> float:
        return NOW + self.passed

    def monotonic(self) -> float:
        return 1000 + self.passed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let time pass by sleeping only."""
    made = Clock()
    for name in ("sleep", "time", "monotonic"):
        monkeypatch.setattr(time, name, getattr(made, name))
    return made


class Server:
    """A limit in windows that begin at multiples of their length, by a clock that may be wrong."""

    def __init__(self, clock: Clock, limit: int, seconds: float = 60, skew: float = 0) -> None:
        self.clock, self.limit, self.seconds, self.skew = clock, limit, seconds, skew
        self.used: dict[int, int] = {}

    def ask(self, others: int = 0) -> dict[str, str]:
        """Count a request of ours, and some of others; return what the answer says of it."""
        now = self.clock.time() + self.skew
        window = int(now // self.seconds)
        self.used[window] = self.used.get(window, 0) + 1
        left = max(self.limit - self.used[window] - others, 0)
        return headers(self.limit, left, int((window + 1) * self.seconds))


def headers(limit: Any = None, remaining: Any = None, reset: Any = None) -> dict[str, str]:
    named = {"limit": limit, "remaining": remaining, "reset": reset}
    return {f"x-ratelimit-{name}": str(value) for name, value in named.items() if value is not None}


def take(pace: Pace) -> float:
    waited = pace.take_turn(3_600, lambda _: None)
    assert waited is not None
    return waited


@pytest.mark.parametrize("skew", [0, 7, 59, -7, -59, 3_600, -3_600, 1e9, -1e9])
@pytest.mark.parametrize("limit", [1, 2, 3, 20, 101])
@pytest.mark.parametrize("dated", [True, False])
def test_half_of_each_window_is_left(clock: Clock, limit: int, skew: float, dated: bool) -> None:
    """Whatever the server's clock says; with one request more in a window at most where no date tells."""
    pace, server = Pace(), Server(clock, limit, skew=skew)
    for _ in range(3 * limit + 5):
        take(pace)
        date = datetime.fromtimestamp(clock.time() + skew, UTC) if dated and abs(skew) < 1e9 else None
        pace.note(server.ask(), date)
        clock.passed += 0.01
    half = max(limit // 2, 1)
    exact = dated or skew == 0 or abs(skew) >= 60
    assert max(server.used.values()) <= half + (not exact)
    assert max(clock.slept) <= 60.1
    assert clock.passed <= (3 * limit + 5) / half * 61 + 61


def test_what_others_use_counts(clock: Clock) -> None:
    """Of a window that production has half used up, one request is taken, to find out."""
    pace, server = Pace(), Server(clock, 20)
    for _ in range(5):
        take(pace)
        pace.note(server.ask(others=10), None)
    assert set(server.used.values()) == {1}
    assert len(server.used) == 5


@pytest.mark.parametrize(
    "said",
    [
        {},
        headers(20),
        headers(20, 3),
        headers(None, 0, int(NOW) + 30),
        headers(20, None, int(NOW) + 30),
        headers("", "", ""),
        headers("x", "y", "z"),
        headers(0, 0, int(NOW) + 30),
        headers(-20, 3, int(NOW) + 30),
        headers("20, 20;w=60", "3", int(NOW) + 30),
        headers("1e3", "3", int(NOW) + 30),
        headers("nan", "nan", "nan"),
        headers("inf", "inf", "inf"),
        headers("٢٠", "٣", int(NOW) + 30),
        headers(20, 3, "soon"),
        headers(20, 3, "9" * 400),
        headers(20, 3, 10**17),
        headers(20, 3, 0),
        headers(20, 3, -1),
        headers(20, -3, int(NOW) + 30),
        headers(20, 10**9, int(NOW) + 30),
        headers("20.0", " 3 ", f"{NOW + 30}"),
    ],
    ids=str,
)
def test_nonsense_neither_stops_nor_speeds(clock: Clock, said: dict[str, str]) -> None:
    """What can be read counts; a wait is a minute at most; without a limit nothing is waited for."""
    pace = Pace()
    for _ in range(4):
        take(pace)
        pace.note(said, None)
    assert all(0 <= each <= 60.1 for each in clock.slept)
    limit, left = said.get("x-ratelimit-limit", ""), said.get("x-ratelimit-remaining", "").strip()
    assert bool(clock.slept) == (limit in ("20", "20.0") and left in ("3", "-3"))


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(said=st.dictionaries(st.sampled_from(sorted(headers(1, 1, 1))), st.text() | st.integers().map(str)))
def test_no_header_breaks_anything(said: dict[str, str]) -> None:
    """Whatever a server sends, it is read as a number or left out."""
    pace = Pace()
    assert pace.take_turn(0, lambda _: None) == 0
    pace.note(said, datetime.now(UTC))
    assert pace.take_turn(0, lambda _: None) in (0, None)


def test_a_date_beats_a_wrong_clock(clock: Clock) -> None:
    """The server's own date says how long its window lasts; the demo's, which never moves, does not."""
    for date, wait in (
        (datetime.fromtimestamp(NOW + 500, UTC), 20),
        (datetime(2026, 10, 19, tzinfo=UTC), 60),
    ):
        pace = Pace()
        take(pace)
        pace.note(headers(2, 1, int(NOW + 520.9)), date)
        before = clock.passed
        take(pace)
        assert clock.passed - before == pytest.approx(wait, abs=1)


def test_requests_in_flight_count(clock: Clock) -> None:
    """Those that were sent and not answered yet are as good as taken."""
    pace = Pace()
    take(pace)
    pace.note(headers(20, 19, int(NOW) + 60), None)
    for _ in range(9):
        assert take(pace) == 0
    assert pace.take_turn(1, lambda _: None) is None
    pace.forget()
    assert take(pace) == 0


def test_answers_may_overtake_each_other(clock: Clock) -> None:
    """Of one window the least that is left counts, and a window that is over does not come back."""
    pace = Pace()
    for _ in range(4):
        take(pace)
    end = int(NOW) + 30
    pace.note(headers(20, 11, end), None)
    pace.note(headers(20, 19, end), None)
    pace.forget()
    pace.forget()
    assert take(pace) == 0
    assert pace.take_turn(0, lambda _: None) is None
    pace.forget()
    pace.note(headers(20, 20, end - 60), None)
    assert pace.take_turn(0, lambda _: None) is None


def test_whoever_may_not_wait_as_long_is_told(clock: Clock) -> None:
    """At once, and nothing is counted."""
    pace = Pace()
    told: list[float] = []
    take(pace)
    pace.note(headers(2, 1, int(NOW) + 30), None)
    assert pace.take_turn(29, told.append) is None
    assert (clock.slept, told) == ([], [])
    assert pace.take_turn(31, told.append) == pytest.approx(30, abs=1)
    assert told == clock.slept


def test_two_hundred_requests_leave_production_its_half() -> None:
    """Without a 429, and with half of the requests of a window at most, by whichever clients and threads."""
    with dff.demo.serve(rate_limit=(20, 1)) as server:
        for number in range(100):
            caller = server.tokens[("new-joiner", "compliance")[number % 2]]
            client = dff.Client(caller, url=server.url, retries=0)
            client.pats()
        with ThreadPoolExecutor(4) as threads:
            assert len(list(threads.map(lambda _: client.pats(), range(100)))) == 100
        assert sum(server.windows) == 200
        assert max(server.windows) <= 10


def limited(limit: int, left: int, seconds: float) -> Keeping:
    said = headers(limit, left, int(time.time() + seconds + 1))
    return Keeping(lambda _: answer(200, LIST, *(f"{name}: {value}" for name, value in said.items())))


def test_ctrl_c_works_while_it_waits() -> None:
    """An interrupt ends the wait, and the client works on."""
    with serving(limited(20, 3, 50)) as server:
        client = dff.Client("t", url=server.url)
        client.pats()
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        begun = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            client.pats()
        assert time.monotonic() - begun < 5


def test_a_deadline_does_not_count_the_wait(caplog: pytest.LogCaptureFixture) -> None:
    """It is no fault of the server's; a wait that is long is said."""
    with serving(limited(20, 3, 1)) as server:
        client = dff.Client("t", url=server.url, deadline=0.5)
        for _ in range(2):
            assert len(client.pats().tokens) == 3
    assert caplog.messages == []


def test_a_call_ends_in_time_whatever_it_waits_for(clock: Clock) -> None:
    """An hour after it began, before a wait that would last longer; what it waits for is said once."""
    with serving(limited(2, 0, 40)) as server:
        transport = Transport(server.url, Secret("t"), Limits((5, 5), 30, 0, 1 << 20, whole=100))
        tokens = iter(map(str, range(99)))
        with (
            transport.call() as call,
            pytest.raises(dff.NetworkError, match=r"given up after 1\.66667 minutes"),
        ):
            list(call.pages("/list", following=lambda: next(tokens)))
    assert 40 <= clock.passed <= 100


def test_a_forked_child_is_not_held_up(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what threads of its parent were about to ask: it has none of them."""
    pace = Pace()
    take(pace)
    pace.note(headers(20, 12, int(NOW) + 60), None)
    for _ in range(2):
        take(pace)
    assert pace.take_turn(0, lambda _: None) is None
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert pace.take_turn(0, lambda _: None) == 0
