"""One HTTP request and its answer, in a thread that can be abandoned.

What requests and urllib3 raise never leaves that thread: it is handed on as a value. requests is loaded on
use; see `Call`.
"""

from __future__ import annotations

import contextlib
import io
import os
import queue
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dfns_frames import __version__
from dfns_frames._hidden import Body, Secret
from dfns_frames._http.faults import failure, faults
from dfns_frames._http.proxy import proxy_for
from dfns_frames._http.replies import http_date
from dfns_frames._unpack import STEP, UnpackError, unpack
from dfns_frames.errors import ConfigurationError, DfnsFramesError, NetworkError, ResponseError

if TYPE_CHECKING:
    import requests

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
        return self._stated() or datetime.now(UTC)

    @property
    def basis(self) -> str:
        """What `date` rests on: the ``response`` or this machine's ``clock``."""
        return "response" if self._stated() else "clock"

    def _stated(self) -> datetime | None:
        return http_date(self.headers.get("date", ""))


class Exchange:
    """One request and its answer, in a thread that can be abandoned."""

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
        outcome: Answer | DfnsFramesError = NetworkError("the request failed unexpectedly")
        try:
            outcome = self._exchange()
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
        proxy = proxy_for(self._url)
        if isinstance(proxy, DfnsFramesError):
            return proxy
        try:
            with _session(self) as session:
                # Else ~/.netrc would have its say, and proxies that were not looked at.
                session.trust_env = False
                session.proxies = {urlsplit(self._url).scheme: proxy.address} if proxy else {}
                session.verify = bundle
                session.auth = self._authorize
                session.headers = {
                    "User-Agent": f"dfns-frames/{__version__}",
                    "Accept": "application/json",
                    "Accept-Encoding": "gzip",
                }
                with session.get(
                    self._url,
                    params=self._params,
                    timeout=self._limits.timeout,
                    stream=True,
                    allow_redirects=False,
                ) as response:
                    return self._receive(response)
        except faults() as fault:
            return failure(fault, self._server, proxy=proxy.name if proxy else "")

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._secret.header()
        return request

    def _receive(self, response: requests.Response) -> Answer | DfnsFramesError:
        headers = {name.lower(): value for name, value in response.headers.items()}
        good = response.status_code == 200
        limit = self._room if good else _ERROR_BODY
        received = io.BytesIO()
        try:
            # Not by urllib3, which before 2.8 unpacks whatever a block holds, however large.
            for part in unpack(_parts(response, min(STEP, limit + 1)), headers.get("content-encoding", "")):
                received.write(part)
                if received.tell() > limit or self._abandoned:
                    break
        except UnpackError as fault:
            if good:  # else the status says more than the fault
                return ResponseError(str(fault))
        except faults() as fault:
            if good:
                return failure(fault, self._server, begun=True)
        if good and received.tell() > limit:
            return NetworkError(
                f"the list has more than {self._limits.max_body:,} bytes (Client(max_body=…) allows more)"
            )
        return Answer(response.status_code, headers, Body(received.getvalue()))


def _parts(response: requests.Response, size: int) -> Iterator[bytes]:
    """Read a body as it arrives. `read`, unlike `stream`, bounds the line that says how long a chunk is."""
    while part := response.raw.read(size, decode_content=False):
        yield part


def _session(exchange: Exchange) -> requests.Session:
    """Return a session that reports the sockets that it opens."""
    import requests
    import requests.adapters

    class Session(requests.Session):
        def get_redirect_target(self, resp: requests.Response) -> None:
            """Never find one, or requests would read the whole body of a redirect unasked."""
            return

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

    session = Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, Adapter(max_retries=0))
    return session


def _ca_bundle() -> str | bool:
    """Return the CA bundle of the environment, which `trust_env=False` would leave out."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
