"""One HTTP request and its answer, run by a thread that can be abandoned.

What requests and urllib3 raise never leaves that thread: it is handed on as a value. requests is loaded on
use; see `Call`.
"""

from __future__ import annotations

import io
import os
import queue
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dfns_frames._hidden import Body
from dfns_frames._http.connection import Connection, Route
from dfns_frames._http.faults import failure, faults, is_cut
from dfns_frames._http.proxy import proxy_for
from dfns_frames._http.replies import http_date
from dfns_frames._unpack import STEP, UnpackError, unpack
from dfns_frames.errors import ConfigurationError, DfnsFramesError, Hint, NetworkError, ResponseError

if TYPE_CHECKING:
    import requests

Params = Mapping[str, str | int]  # of a query, not yet encoded

_ERROR_BODY = 1 << 16  # bytes of an error's body that are read


@dataclass(frozen=True)
class Limits:
    """How long a call may take and how much it may bring.

    Attributes
    ----------
    timeout
        Seconds to connect, and between two bytes.
    deadline
        Seconds for one request, its retries included, waits for the rate limit not.
    retries
        How often a request is repeated that a later try may answer.
    max_body
        Bytes of all bodies of the call, decoded.
    pages
        Pages of one list.
    whole
        Seconds for the whole call, whatever it waits for.
    """

    timeout: tuple[float, float]
    deadline: float
    retries: int
    max_body: int
    pages: int = 9_999
    whole: float = 3_600


@dataclass(frozen=True)
class Answer:
    """What came back for one request."""

    status: int
    headers: dict[str, str] = field(repr=False)
    body: Body

    @property
    def date(self) -> datetime:
        """When the server says it answered, UTC; else this machine's time."""
        return self.stated or datetime.now(UTC)

    @property
    def basis(self) -> str:
        """What `date` rests on: the ``response`` or this machine's ``clock``."""
        return "response" if self.stated else "clock"

    @property
    def stated(self) -> datetime | None:
        """When the server says it answered, UTC; None if it does not say."""
        return http_date(self.headers.get("date", ""))


class Exchange:
    """One request and its answer, run by a thread that can be abandoned.

    Parameters
    ----------
    connection
        What it goes through, used by nobody else until the outcome is there. Afterwards it is whole: idle, or
        closed.
    url, params
        What is asked for.
    limits
        Timeouts and sizes.
    taken
        Bytes that the call has taken in before.
    """

    def __init__(self, connection: Connection, url: str, params: Params, limits: Limits, taken: int) -> None:
        self.outcome: queue.SimpleQueue[Answer | DfnsFramesError] = queue.SimpleQueue()
        self._connection = connection
        self._url = url
        self._server = urlsplit(url).netloc
        self._params = params
        self._limits = limits
        self._room = limits.max_body - taken
        self._busy = False
        self._abandoned = False

    def abandon(self) -> None:
        """Cut the connection, so that a thread that still waits for bytes ends; it is of no more use."""
        self._abandoned = True
        self._connection.abandon()
        # The thread looks whether it is abandoned after it has ceased to be busy, so that one of the two
        # closes the connection, whichever comes first.
        if not self._busy:
            self._connection.close()

    def run(self) -> None:
        """Send the request and put what came of it into `outcome`; never raises."""
        outcome: Answer | DfnsFramesError = NetworkError("the request failed unexpectedly")
        self._busy = True
        try:
            if not self._abandoned:
                outcome = self._exchange()
        except MemoryError:
            outcome = NetworkError("the answer does not fit into memory")
        except Exception as fault:  # noqa: BLE001 - a fault of ours must reach the caller's thread
            outcome = NetworkError(f"the request failed unexpectedly: {type(fault).__name__}")
        finally:
            if not self._connection.is_open:
                self._connection.close()
            self._busy = False
            if self._abandoned:
                self._connection.close()
            self.outcome.put(outcome)

    def _exchange(self) -> Answer | DfnsFramesError:
        bundle = _ca_bundle()
        if isinstance(bundle, str) and not Path(bundle).exists() and self._url.startswith("https"):
            return ConfigurationError(f"there is no CA bundle {bundle!r}; see REQUESTS_CA_BUNDLE")
        proxy = proxy_for(self._url)
        if isinstance(proxy, DfnsFramesError):
            return proxy
        route = Route(urlsplit(self._url).scheme, proxy.address if proxy else "", bundle)
        while True:
            session = self._connection.session(route)
            was_open, opened = self._connection.is_open, self._connection.opened
            try:
                with session.get(
                    self._url,
                    params=self._params,
                    timeout=self._limits.timeout,
                    stream=True,
                    allow_redirects=False,
                ) as response:
                    return self._receive(response)
            except faults() as fault:
                self._connection.close()
                # A server may close an idle connection at the very moment at which it is used again. A new
                # one tells whether that was all.
                is_old = was_open and self._connection.opened == opened
                if self._abandoned or not (is_old and is_cut(fault)):
                    return failure(fault, self._server, proxy=proxy.name if proxy else "")

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
            return NetworkError(f"the list has more than {self._limits.max_body:,} bytes", hint=Hint.MAX_BODY)
        return Answer(response.status_code, headers, Body(received.getvalue()))


def _parts(response: requests.Response, size: int) -> Iterator[bytes]:
    """Read a body as it arrives. `read`, unlike `stream`, bounds the line that says how long a chunk is."""
    while part := response.raw.read(size, decode_content=False):
        yield part


def _ca_bundle() -> str | bool:
    """Return the CA bundle of the environment, which `trust_env=False` would leave out."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
