"""HTTP: one configured host, one secret, one deadline a call. Reads only.

What is raised here has a message of our own, so that no traceback leads to a header or a body.
"""

from __future__ import annotations

import importlib
import logging
import queue
import random
import threading
import time

from dfns_frames.errors import DfnsFramesError, NetworkError
from dfns_frames.exchange import Answer, Exchange, Limits
from dfns_frames.replies import error_of
from dfns_frames.secret import Secret

RETRY_AFTER_CAP = 60.0  # seconds that a server may make us wait before it is an error instead

_BACKOFF = 0.5  # seconds before the first retry, doubled each time, half of it by chance
_log = logging.getLogger("dfns_frames")


class Call:
    """One call of a client: its requests share the limits.

    Parameters
    ----------
    base
        The base address.
    secret
        The bearer token.
    limits
        Deadlines and sizes.
    """

    def __init__(self, base: str, secret: Secret, limits: Limits) -> None:
        self._base = base
        self._secret = secret
        self._limits = limits
        # Loaded with the first request, since it takes a third of the time that pandas and pyarrow take; and
        # here, where the deadline does not count yet.
        importlib.import_module("requests")
        self._ends = time.monotonic() + limits.deadline
        self._taken = 0  # bytes
        self._told = False

    def get(self, path: str, params: dict[str, str] | None = None) -> Answer:
        """Get one address, again if a later try may answer.

        Raises
        ------
        ApiError
            The API refused, of the class that fits the status.
        NetworkError
            No complete answer came within the limits.
        ResponseError
            The answer has no token list, or one that cannot be unpacked.
        ConfigurationError
            A proxy or the CA bundle of the environment cannot be used.
        """
        for attempt in range(self._limits.retries + 1):
            outcome = self._attempt(path, params)
            if isinstance(outcome, Answer) and outcome.status == 200:
                self._taken += len(outcome.body.data)
                return outcome
            error = self._error(outcome)
            wait = self._wait(error, attempt)
            if wait is None:
                raise error
            self._tell(error)
            time.sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")  # pragma: no cover

    def _tell(self, error: DfnsFramesError) -> None:
        """Say once a call that it goes on trying, and why: else a closed port is seconds of silence."""
        level = logging.DEBUG if self._told else logging.WARNING
        self._told = True
        _log.log(level, "%s; trying again, %d times at most", str(error).rstrip("."), self._limits.retries)

    def _error(self, outcome: Answer | DfnsFramesError) -> DfnsFramesError:
        if isinstance(outcome, DfnsFramesError):
            return outcome
        return error_of(outcome.status, outcome.headers, outcome.body.data, self._secret, outcome.date)

    def _wait(self, error: DfnsFramesError, attempt: int) -> float | None:
        """Return the seconds to wait before the next try; None if this was the last."""
        if not error.retryable or attempt == self._limits.retries:
            return None
        backoff = _BACKOFF * 2**attempt
        wait = error.retry_after
        if wait is None:
            wait = backoff / 2 + random.uniform(0, backoff / 2)  # noqa: S311 - spreads load, guards nothing
        left = self._ends - time.monotonic()
        return wait if wait <= min(RETRY_AFTER_CAP, left) else None

    def _attempt(self, path: str, params: dict[str, str] | None) -> Answer | DfnsFramesError:
        """Send one request, in a thread of its own that is abandoned at the deadline.

        No timeout of requests bounds a whole answer: each byte that drips in restarts it, and looking a name
        up has none at all.
        """
        exchange = Exchange(self._base + path, params, self._secret, self._limits, self._taken)
        thread = threading.Thread(target=exchange.run, name="dfns-frames request", daemon=True)
        thread.start()
        try:
            return exchange.outcome.get(timeout=max(self._ends - time.monotonic(), 0))
        except queue.Empty:
            pass
        finally:
            exchange.abandon()
        return NetworkError(
            f"no complete answer within the deadline of {self._limits.deadline:g} s; "
            "give Client(deadline=…) more if the list is long"
        )
