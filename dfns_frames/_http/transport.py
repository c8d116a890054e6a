"""HTTP: one configured host, one secret, one deadline a request. Reads only.

What is raised here has a message of our own, so that no traceback leads to a header or a body.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime

from dfns_frames._hidden import Secret
from dfns_frames._http.connection import Connection, Connections
from dfns_frames._http.exchange import Answer, Exchange, Limits, Params
from dfns_frames._http.pacing import Pace, pace_of
from dfns_frames._http.replies import error_of
from dfns_frames.errors import DfnsFramesError, Hint, NetworkError, ResponseError

RETRY_AFTER_CAP = 60.0  # seconds that a server may make us wait before it is an error instead

_BACKOFF = 0.5  # seconds before the first retry, doubled each time, half of it by chance
_LONG = 5.0  # seconds of waiting for the rate limit from which on it is said
_log = logging.getLogger("dfns_frames")


class Transport:
    """What the calls of a client share. Threads may use it side by side; each call is of one of them.

    Parameters
    ----------
    base
        The base address.
    secret
        The bearer token.
    limits
        Deadlines and sizes of each call.
    """

    def __init__(self, base: str, secret: Secret, limits: Limits) -> None:
        self._base = base
        self._secret = secret
        self._limits = limits
        self._connections = Connections(secret)
        self._pace = pace_of(base)

    @contextlib.contextmanager
    def call(self) -> Iterator[Call]:
        """Begin a call, which ends with the block; what is kept of its connection serves the next."""
        call = Call(self._base, self._secret, self._limits, self._connections.take(), self._pace)
        try:
            yield call
        finally:
            self._connections.give(call.connection)
            call.end()


class Call:
    """One call of a client: its requests share the limits and the connection.

    Parameters
    ----------
    base
        The base address.
    secret
        The bearer token.
    limits
        Deadlines and sizes.
    connection
        What it asks through, until that is abandoned.
    pace
        How fast it may ask.

    Attributes
    ----------
    answered
        When each answer came, errors included, and what that time rests on.
    """

    def __init__(self, base: str, secret: Secret, limits: Limits, connection: Connection, pace: Pace) -> None:
        self.connection = connection
        self.answered: list[tuple[datetime, str]] = []
        self._base = base
        self._secret = secret
        self._limits = limits
        self._pace = pace
        # Loaded with the first request, since it takes a third of the time that pandas and pyarrow take; and
        # here, where no deadline counts yet.
        importlib.import_module("requests")
        self._ends = time.monotonic() + limits.whole
        self._worker = _Worker()
        self._taken = 0  # bytes
        self._told: set[str] = set()

    def end(self) -> None:
        """End the thread, which has nothing to do, and wait until it has ended: who forks next finds none."""
        self._worker.dismiss(wait=True)

    def pages(
        self, path: str, params: Params | None = None, *, following: Callable[[], str | None]
    ) -> Iterator[Answer]:
        """Get one page of a list after the other.

        Parameters
        ----------
        path
            What is listed, below the base address, percent-encoded.
        params
            Query parameters of each request, not encoded.
        following
            Is asked after each page for the page token that it ended with; None ends the list.

        Raises
        ------
        ResponseError
            A page token comes again, or the pages come to no end.
        DfnsFramesError
            As `get` does.
        """
        query = dict(params or {})
        seen: set[str] = set()
        for _ in range(self._limits.pages):
            yield self.get(path, query)
            token = following()
            if not token:
                return
            if token in seen:
                raise ResponseError("the API gave the same page token twice; the list would never end")
            seen.add(token)
            query["paginationToken"] = token
        raise ResponseError(
            f"the API offers page {self._limits.pages + 1:,} of the list; no list is that long, so this one "
            "would probably never end"
        )

    def get(self, path: str, params: Params | None = None) -> Answer:
        """Get one address, again if a later try may answer.

        Raises
        ------
        ApiError
            The API refused, of the class that fits the status.
        NetworkError
            No complete answer came within the limits.
        ResponseError
            The answer has no list, or one that cannot be unpacked.
        ConfigurationError
            A proxy or the CA bundle of the environment cannot be used.
        """
        ends = time.monotonic() + self._limits.deadline
        for attempt in range(self._limits.retries + 1):
            ends += self._take_turn()  # it is no fault of the server's, so no deadline counts it
            outcome = self._attempt(path, params, min(ends, self._ends))
            if isinstance(outcome, Answer) and outcome.status == 200:
                self._taken += len(outcome.body.data)
                return outcome
            error = self._error(outcome, path)
            wait = self._wait(error, attempt, min(ends, self._ends))
            if wait is None:
                raise error
            again = f"trying again, {self._limits.retries} times at most"
            self._tell("again", f"{error.worded(None).rstrip('.')}; {again}")
            time.sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")  # pragma: no cover

    def _take_turn(self) -> float:
        """Wait until the rate limit leaves a request to us; return the seconds that took."""
        waited = self._pace.take_turn(self._ends - time.monotonic(), self._tell_pace)
        if waited is None:
            raise self._late(self._ends)
        return waited

    def _tell_pace(self, seconds: float) -> None:
        if seconds >= _LONG:
            self._tell(
                "pace",
                f"waiting {seconds:.0f} s: half of the organisation's rate limit is used up, and the other "
                "half is left to production",
            )

    def _tell(self, what: str, message: str) -> None:
        """Say once a call why it takes long: else a closed port is seconds of silence."""
        _log.log(logging.DEBUG if what in self._told else logging.WARNING, "%s", message)
        self._told.add(what)

    def _error(self, outcome: Answer | DfnsFramesError, path: str) -> DfnsFramesError:
        if isinstance(outcome, DfnsFramesError):
            return outcome
        return error_of(outcome.status, outcome.headers, outcome.body.data, self._secret, outcome.date, path)

    def _wait(self, error: DfnsFramesError, attempt: int, ends: float) -> float | None:
        """Return the seconds to wait before the next try; None if this was the last."""
        if not error.retryable or attempt == self._limits.retries:
            return None
        backoff = _BACKOFF * 2**attempt
        wait = error.retry_after
        if wait is None:
            wait = backoff / 2 + random.uniform(0, backoff / 2)  # noqa: S311 - spreads load, guards nothing
        left = ends - time.monotonic()
        return wait if wait <= min(RETRY_AFTER_CAP, left) else None

    def _attempt(self, path: str, params: Params | None, ends: float) -> Answer | DfnsFramesError:
        """Send one request, in the call's thread, which is abandoned at the deadline.

        No timeout of requests bounds a whole answer: each byte that drips in restarts it, and looking a name
        up has none at all.
        """
        exchange = Exchange(self.connection, self._base + path, params or {}, self._limits, self._taken)
        outcome = None
        try:
            self._worker.begin(exchange)
            with contextlib.suppress(queue.Empty):
                outcome = exchange.outcome.get(timeout=max(ends - time.monotonic(), 0))
        finally:
            if isinstance(outcome, Answer):
                self.answered.append((outcome.date, outcome.basis))
                self._pace.note(outcome.headers, outcome.stated)
            else:
                self._pace.forget()
            if outcome is None:  # late, or interrupted: the thread may hold on to the connection for long
                exchange.abandon()
                self._worker.dismiss()
                self.connection, self._worker = Connection(self._secret), _Worker()
        return outcome or self._late(ends)

    def _late(self, ends: float) -> NetworkError:
        if ends >= self._ends:
            return NetworkError(
                f"the call was given up after {self._limits.whole / 60:g} minutes, the longest that one "
                "may take"
            )
        return NetworkError(
            f"no complete answer within the deadline of {self._limits.deadline:g} s", hint=Hint.DEADLINE
        )


class _Worker:
    """A thread that sends one request after the other: a new one for each costs ten times as much."""

    def __init__(self) -> None:
        self._exchanges: queue.SimpleQueue[Exchange | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def begin(self, exchange: Exchange) -> None:
        """Send a request as soon as the one before is done."""
        if self._thread is None:
            thread = threading.Thread(target=self._run, name="dfns-frames request", daemon=True)
            thread.start()
            self._thread = thread
        self._exchanges.put(exchange)

    def dismiss(self, *, wait: bool = False) -> None:
        """End the thread after the request that it is at."""
        self._exchanges.put(None)
        if wait and self._thread:
            self._thread.join()

    def _run(self) -> None:
        for exchange in iter(self._exchanges.get, None):
            exchange.run()
