"""HTTP: one configured host, one secret, one deadline a call. Reads only.

What requests and urllib3 raise never leaves the thread that speaks to the server: it is handed on as a
value, and what is raised here has a message of our own, so that no traceback leads to a header or a body.
"""

from __future__ import annotations

import contextlib
import io
import os
import queue
import random
import socket
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import requests.adapters

from dfns_frames import __version__
from dfns_frames.address import is_loopback
from dfns_frames.errors import ConfigurationError, DfnsFramesError, NetworkError
from dfns_frames.faults import FAULTS, failure
from dfns_frames.replies import error_of, http_date
from dfns_frames.schema import Body
from dfns_frames.secret import Secret

RETRY_AFTER_CAP = 60.0  # seconds that a server may make us wait before it is an error instead

_BACKOFF = 0.5  # seconds before the first retry, doubled each time, half of it by chance
_CHUNK = 1 << 20
_ERROR_BODY = 1 << 16  # bytes of an error's body that are read


@dataclass(frozen=True)
class Limits:
    """How long a call may take and how much it may bring.

    Attributes
    ----------
    timeout
        Seconds to connect, and between two bytes.
    deadline
        Seconds for the whole call, all pages and retries included.
    retries
        How often a request is repeated that a later try may answer.
    max_body
        Bytes of all bodies of the call, decoded.
    """

    timeout: tuple[float, float]
    deadline: float
    retries: int
    max_body: int


@dataclass(frozen=True)
class Answer:
    """What came back for one request."""

    status: int
    headers: dict[str, str] = field(repr=False)
    body: Body

    @property
    def date(self) -> datetime:
        """When the server says it answered, UTC; else this machine's time."""
        return http_date(self.headers.get("date", "")) or datetime.now(UTC)


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
        self._ends = time.monotonic() + limits.deadline
        self._taken = 0  # bytes

    def get(self, path: str, params: dict[str, str] | None = None) -> Answer:
        """Get one address, again if a later try may answer.

        Raises
        ------
        ApiError
            The API refused, of the class that fits the status.
        NetworkError
            There was no answer within the limits.
        ResponseError
            The answer could not be decoded, or is none with a body.
        ConfigurationError
            The CA bundle of the environment does not exist.
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
            time.sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")  # pragma: no cover

    def _error(self, outcome: Answer | DfnsFramesError) -> DfnsFramesError:
        if isinstance(outcome, DfnsFramesError):
            return outcome
        return error_of(outcome.status, outcome.headers, outcome.body.data, self._secret, outcome.date)

    def _wait(self, error: DfnsFramesError, attempt: int) -> float | None:
        """Return the seconds to wait before another try; None if there is to be none."""
        if not error.retryable or attempt == self._limits.retries:
            return None
        backoff = _BACKOFF * 2**attempt
        wait = error.retry_after
        if wait is None:
            wait = backoff / 2 + random.uniform(0, backoff / 2)  # noqa: S311 - spreads load, guards nothing
        left = self._ends - time.monotonic()
        return wait if wait <= min(RETRY_AFTER_CAP, left) else None

    def _attempt(self, path: str, params: dict[str, str] | None) -> Answer | DfnsFramesError:
        """Send one request, in a thread of its own that is given up when the deadline comes.

        No timeout of requests bounds a whole answer: each byte that drips in starts it anew, and a name
        that does not resolve has none at all.
        """
        exchange = _Exchange(self._base + path, params, self._secret, self._limits, self._taken)
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


class _Exchange:
    """One request and its answer, in a thread that may be given up."""

    def __init__(
        self, url: str, params: dict[str, str] | None, secret: Secret, limits: Limits, taken: int
    ) -> None:
        self.outcome: queue.SimpleQueue[Answer | DfnsFramesError] = queue.SimpleQueue()
        self._url = url
        self._server = urlsplit(url).netloc
        self._params = params
        self._secret = secret
        self._limits = limits
        self._room = limits.max_body - taken
        self._sockets: list[socket.socket] = []
        self._abandoned = False

    def abandon(self) -> None:
        """Cut the connections, so that a thread that still waits for bytes ends."""
        self._abandoned = True
        for open_socket in self._sockets:
            with contextlib.suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)

    def connected(self, new: socket.socket) -> None:
        """Take note of a connection, by a handle that TLS, which takes the socket over, leaves valid."""
        self._sockets.append(new.dup())
        if self._abandoned:
            self.abandon()

    def run(self) -> None:
        """Send the request and put what came of it into `outcome`; never raises."""
        try:
            outcome = self._exchange()
        except FAULTS as fault:
            outcome = failure(fault, self._server)
        except MemoryError:
            outcome = NetworkError("the answer does not fit into memory")
        except Exception as fault:  # noqa: BLE001 - a fault of ours must reach the caller's thread
            outcome = NetworkError(f"the request failed unexpectedly: {type(fault).__name__}")
        finally:
            for open_socket in self._sockets:
                open_socket.close()
        self.outcome.put(outcome)

    def _exchange(self) -> Answer | DfnsFramesError:
        bundle = _ca_bundle()
        if isinstance(bundle, str) and not Path(bundle).exists() and self._url.startswith("https"):
            return ConfigurationError(f"there is no CA bundle {bundle!r}; see REQUESTS_CA_BUNDLE")
        with _Session() as session:
            session.verify = bundle
            _mount(session, self)
            if is_loopback(self._url):
                # Neither a proxy nor ~/.netrc has any business with this machine itself.
                session.trust_env = False
            session.auth = self._authorize
            session.headers.update({"User-Agent": f"dfns-frames/{__version__}", "Accept": "application/json"})
            with session.get(
                self._url,
                params=self._params,
                timeout=self._limits.timeout,
                stream=True,
                allow_redirects=False,
            ) as response:
                return self._receive(response)

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._secret.header()
        return request

    def _receive(self, response: requests.Response) -> Answer | DfnsFramesError:
        headers = {name.lower(): value for name, value in response.headers.items()}
        good = response.status_code == 200
        limit = self._room if good else _ERROR_BODY
        received = io.BytesIO()
        try:
            for chunk in response.raw.stream(_CHUNK, decode_content=True):
                received.write(chunk)
                if received.tell() > limit or self._abandoned:
                    break
        except FAULTS as fault:
            if good:  # else the status says more than the fault
                return failure(fault, self._server, begun=True)
        if good and received.tell() > limit:
            return NetworkError(
                f"the list has more than {self._limits.max_body:,} bytes (Client(max_body=…) allows more)"
            )
        return Answer(response.status_code, headers, Body(received.getvalue()))


class _Session(requests.Session):
    """A session to which no answer is a redirect: else requests reads its body, however large, unasked."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def _mount(session: requests.Session, exchange: _Exchange) -> None:
    """Have a session report the sockets that it opens."""

    class Adapter(requests.adapters.HTTPAdapter):
        def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
            pool: Any = super().get_connection_with_tls_context(*args, **options)
            plain: Any = pool.ConnectionCls

            class Connection(plain):  # type: ignore[misc]
                debuglevel = 0  # that of http.client prints the Authorization header

                def _new_conn(self) -> socket.socket:
                    new: socket.socket = super()._new_conn()
                    exchange.connected(new)
                    return new

            pool.ConnectionCls = Connection
            return pool

    for scheme in ("https://", "http://"):
        session.mount(scheme, Adapter(max_retries=0))


def _ca_bundle() -> str | bool:
    """Return the CA bundle of the environment, which `trust_env=False` would leave out."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
