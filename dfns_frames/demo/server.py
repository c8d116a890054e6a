"""The demo API: a server on the loopback interface that answers as the real one is documented to.

It is a real server rather than a patched function, so connections, headers, compression and status codes all
take part. It shares no code with the library that talks to it.
"""

import os
import threading
from types import TracebackType
from typing import Self

from dfns_frames.demo.answers import Answers
from dfns_frames.demo.drawing import SNAPSHOT, WEEK_BEFORE
from dfns_frames.demo.http_server import HOST, HttpServer
from dfns_frames.demo.org import CALLERS, bearer
from dfns_frames.demo.traffic import Traffic

__all__ = ["Server", "serve"]


class Server:
    """A running demo API. `serve` starts it; as a context manager it closes itself.

    Parameters
    ----------
    port, page_size, rate_limit, empty_pages, week_before
        As for `serve`.

    Attributes
    ----------
    url : str
        Its address, without a trailing slash.
    tokens : dict of str to str
        The bearer token of each caller.

    Raises
    ------
    OSError
        The port is taken or not allowed.
    ValueError
        The page size or the rate limit is out of range.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        page_size: int | None = None,
        rate_limit: tuple[int, float] | None = None,
        empty_pages: bool = False,
        week_before: bool = False,
    ) -> None:
        self.tokens = {caller: bearer(caller) for caller in CALLERS}
        self._traffic = None if rate_limit is None else Traffic(*rate_limit)
        self._http = HttpServer(
            port,
            {token: caller for caller, token in self.tokens.items()},
            Answers(page_size=page_size, empty_pages=empty_pages, week_before=week_before),
            self._traffic,
            WEEK_BEFORE if week_before else SNAPSHOT,
        )
        self.url = f"http://{HOST}:{self._http.server_port}"
        self._process_id = os.getpid()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.05,), name="dfns-frames demo server", daemon=True
        )
        self._thread.start()

    @property
    def token(self) -> str:
        """The bearer token of the first caller, who holds most tokens and may read everything."""
        return self.tokens[CALLERS[0]]

    @property
    def windows(self) -> list[int]:
        """How many requests came in each window of the rate limit that saw any, the earliest first."""
        return [] if self._traffic is None else self._traffic.counts()

    def close(self) -> None:
        """Stop answering, end every connection and free the port. A second time does nothing."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            if os.getpid() != self._process_id:
                # In a forked child there is no thread to stop, and waiting for it would last for ever.
                self._http.socket.close()
                return
            self._http.shutdown()
            self._thread.join()
            self._http.server_close()

    def wait(self) -> None:
        """Block until the server is closed from elsewhere or the user interrupts (Ctrl-C), then close it."""
        try:
            # With a timeout, since a join without one cannot be interrupted on every system.
            while self._thread.is_alive():
                self._thread.join(0.5)
        except KeyboardInterrupt:
            pass
        finally:
            self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<dfns_frames.demo.Server {self.url}{' (closed)' if self._closed else ''}>"


def serve(
    port: int = 0,
    *,
    page_size: int | None = None,
    rate_limit: tuple[int, float] | None = None,
    empty_pages: bool = False,
    week_before: bool = False,
) -> Server:
    """Start the demo API in the background, on this machine only.

    Parameters
    ----------
    port
        The port on 127.0.0.1; 0, the default, takes a free one.
    page_size
        The most items on a page, whatever `limit` a request asks for; by default, as many as it asks for.
    rate_limit
        How many requests an organisation may make in how many seconds; further ones get 429 until the window
        ends. By default there is no limit. It counts by this machine's clock, although each answer's `Date`
        is that of the snapshot.
    empty_pages
        Send an empty page after each page, which the real API may do.
    week_before
        Answer as a week earlier, on 2026-10-12. An audit of that is a baseline for one of today.

    Returns
    -------
    Server
        It is already answering. Close it, or use it in a ``with`` statement.

    Raises
    ------
    OSError
        The port is taken or not allowed.
    ValueError
        The page size is below 1, or the rate limit is out of range.

    Examples
    --------
    >>> with serve(page_size=7) as server:
    ...     server.url.startswith("http://127.0.0.1:")
    True
    """
    return Server(
        port,
        page_size=page_size,
        rate_limit=rate_limit,
        empty_pages=empty_pages,
        week_before=week_before,
    )
