"""A connection that outlives its request, and the idle ones of a client. requests is loaded on use.

A connection belongs to one call at a time, and within it to the one thread that asks. Its socket ends when it
is abandoned, when it has been idle for long, or with its client.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dfns_frames import __version__
from dfns_frames._hidden import Secret

if TYPE_CHECKING:
    import requests.adapters

Connected = Callable[[Any, socket.socket], None]  # takes http.client's connection and its new socket

# Firewalls forget an idle connection, after some minutes and without telling either side: a request on it
# would wait for its timeout.
_LONGEST_IDLE = 20.0  # seconds


@dataclass(frozen=True)
class Route:
    """How a connection gets to the API.

    Attributes
    ----------
    scheme
        The one of the API's address.
    proxy
        Address of the proxy, if there is one; it may hold a password.
    bundle
        The CA bundle, as requests takes it.
    """

    scheme: str
    proxy: str = field(repr=False)
    bundle: str | bool


class Connection:
    """One TCP connection at most, with the session that speaks through it.

    Parameters
    ----------
    secret
        The bearer token.

    Attributes
    ----------
    opened
        How often it was opened.
    """

    def __init__(self, secret: Secret) -> None:
        self.opened = 0
        self._secret = secret
        self._session: requests.Session | None = None
        self._route: Route | None = None
        self._inner: Any = None  # http.client's connection, of which it is public whether it has a socket
        self._handle: socket.socket | None = None
        self._abandoned = False
        self._idle_since = 0.0
        self._process = os.getpid()

    @property
    def is_open(self) -> bool:
        """Whether it is open, as far as this side knows."""
        return self._inner is not None and self._inner.sock is not None

    def session(self, route: Route) -> requests.Session:
        """Return the session, a new one if the route is another than before."""
        if self._session is None or self._route != route:
            self.close()
            self._session, self._route = _session(self._secret, route, self._connected), route
        return self._session

    def rest(self) -> None:
        """Say that the connection is idle from now on."""
        # By the clock on the wall: the other one may stand still while the machine sleeps.
        self._idle_since = time.time()

    def is_fresh(self) -> bool:
        """Tell whether it may be used again: not idle for long, and not opened before this process forked."""
        return 0 <= time.time() - self._idle_since <= _LONGEST_IDLE and self._process == os.getpid()

    def abandon(self) -> None:
        """Cut the connection, from any thread, so that the one that waits for its bytes ends."""
        self._abandoned = True
        if self._handle:
            with contextlib.suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close what is open; a session that is asked for later is a new one. Cuts nobody else's copy."""
        session, self._session = self._session, None
        handle, self._handle = self._handle, None
        self._inner = None
        if session:
            session.close()
        if handle:
            handle.close()

    def _connected(self, inner: Any, new: socket.socket) -> None:
        """Take note of a new socket, by a handle that TLS, which takes the socket over, leaves valid."""
        old, self._handle = self._handle, new.dup()
        if old:
            old.close()
        self._inner = inner
        self.opened += 1
        if self._abandoned:
            self.abandon()


class Connections:
    """The idle connections of a client: one, or as many as calls ran side by side.

    Threads share it without a lock, which a forked child might inherit locked.

    Parameters
    ----------
    secret
        The bearer token.
    """

    def __init__(self, secret: Secret) -> None:
        self._secret = secret
        self._idle: deque[Connection] = deque()
        # Also runs when Python ends, so that no socket is left to the garbage collector.
        weakref.finalize(self, _close_all, self._idle)

    def take(self) -> Connection:
        """Return the connection that was used last, or a new one if that has been idle for too long."""
        try:
            connection = self._idle.pop()
        except IndexError:
            return Connection(self._secret)
        if connection.is_fresh():
            return connection
        connection.close()
        _close_all(self._idle)  # all of them have been idle for longer
        return Connection(self._secret)

    def give(self, connection: Connection) -> None:
        """Take a connection back that nobody uses any more."""
        if connection.is_open:
            connection.rest()
            self._idle.append(connection)


def _close_all(idle: deque[Connection]) -> None:
    with contextlib.suppress(IndexError):
        while True:
            idle.pop().close()


def _session(secret: Secret, route: Route, connected: Connected) -> requests.Session:
    """Return a session of a single connection that reports the socket that it opens."""
    import http.cookiejar

    import requests

    class Session(requests.Session):
        def get_redirect_target(self, resp: requests.Response) -> None:
            """Never find one, or requests would read the whole body of a redirect unasked."""
            return

    def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = secret.header()
        return request

    session = Session()
    session.mount(f"{route.scheme}://", _adapter(connected))
    # Else ~/.netrc would have its say, and proxies that were not looked at.
    session.trust_env = False
    session.proxies = {route.scheme: route.proxy} if route.proxy else {}
    session.verify = route.bundle
    session.auth = authorize
    # What one answer sets, no later request sends.
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    session.headers = {
        "User-Agent": f"dfns-frames/{__version__}",
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
    }
    return session


def _adapter(connected: Connected) -> requests.adapters.HTTPAdapter:
    """Return what opens the connections of a session, one at a time, and reports their sockets."""
    import requests.adapters

    class Adapter(requests.adapters.HTTPAdapter):
        def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
            pool: Any = super().get_connection_with_tls_context(*args, **options)
            if "ConnectionCls" not in vars(pool):
                pool.ConnectionCls = watched(pool.ConnectionCls)
            return pool

    def watched(plain: Any) -> type:
        class Watched(plain):  # type: ignore[misc]
            debuglevel = 0  # that of http.client prints the Authorization header

            def _new_conn(self) -> socket.socket:
                new: socket.socket = super()._new_conn()
                connected(self, new)
                return new

        return Watched

    return Adapter(pool_connections=1, pool_maxsize=1, max_retries=0)
