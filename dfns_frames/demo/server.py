"""The demo API: an HTTP server on the loopback interface that answers as the real one is documented to.

It is a real server rather than a patched function, so connections, headers, compression and status codes all
take part. It shares no code with the library that talks to it.
"""

import gzip
import hashlib
import json
import os
import re
import socket
import socketserver
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType, TracebackType
from typing import Any, Self

from dfns_frames.demo.org import CALLERS, SNAPSHOT, bearer, bodies

__all__ = ["Server", "serve"]

_HOST = "127.0.0.1"
_PATHS = ("/auth/pats",)
_COMPRESS_OVER = 1024
_LARGEST_REQUEST_BODY = 1 << 20
_MESSAGES = {
    400: "The request cannot be understood.",
    401: "The token is missing, expired, or of another region.",
    404: "There is no such route.",
    405: "This route can only be read (GET).",
}
_FIXED_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "X-RateLimit-Limit": "300",
    "X-RateLimit-Remaining": "299",
    "X-RateLimit-Reset": str(int(SNAPSHOT.timestamp()) + 60),
    "Vary": "Accept-Encoding",
}


def _encode(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _error(status: int, message: str) -> bytes:
    error_id = "er-" + hashlib.sha256(f"{status} {message}".encode()).hexdigest()[:16]
    return _encode({"error": {"id": error_id, "status": status, "message": message, "details": {}}})


def _takes_gzip(accept_encoding: str) -> bool:
    for offer in accept_encoding.lower().replace(" ", "").split(","):
        coding, _, weight = offer.partition(";")
        if coding == "gzip":
            return not re.fullmatch(r"q=0(\.0*)?", weight)
    return False


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A request line that cannot be parsed would be answered as HTTP/0.9: without a status.
    default_request_version = "HTTP/1.0"
    # Headers and body leave in two writes; without this the second waits for a delayed acknowledgement.
    disable_nagle_algorithm = True
    server: "_HttpServer"

    def do_GET(self) -> None:
        self._answer()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        # http.server calls this with 501 for a method without a do_ function, else for what it cannot parse.
        if code == 501:
            self._answer()
        else:
            self.close_connection = True
            self._send(code, _error(code, message or _MESSAGES[400]))

    def _answer(self) -> None:
        if not self._skip_request_body():
            self.close_connection = True
        path = self.path.partition("?")[0]
        if not self.headers.get("User-Agent", "").strip():
            self._send(400, _error(400, "A User-Agent header is required."))
        elif path not in _PATHS:
            self._send(404, _error(404, _MESSAGES[404]))
        elif self.command != "GET":
            self._send(405, _error(405, _MESSAGES[405]), {"Allow": "GET"})
        elif (body := self.server.answers.get(self._bearer())) is None:
            self._send(401, _error(401, _MESSAGES[401]), {"WWW-Authenticate": "Bearer"})
        elif len(body) > _COMPRESS_OVER and _takes_gzip(self.headers.get("Accept-Encoding", "")):
            self._send(200, gzip.compress(body, mtime=0), {"Content-Encoding": "gzip"})
        else:
            self._send(200, body)

    def _bearer(self) -> str:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def _skip_request_body(self) -> bool:
        # What is left unread would be taken for the next request on this connection.
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            return False
        if int(length) > _LARGEST_REQUEST_BODY:
            return False
        self.rfile.read(int(length))
        return True

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        self.send_response(status)
        for name, value in {**_FIXED_HEADERS, **headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(SNAPSHOT, usegmt=True)

    def version_string(self) -> str:
        return "dfns-frames-demo"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
        pass


class _HttpServer(ThreadingHTTPServer):
    # Two servers on one port would share the calls between them in silence.
    allow_reuse_port = False
    allow_reuse_address = os.name != "nt"

    def __init__(self, port: int, answers: dict[str, bytes]) -> None:
        self.answers = answers
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._guard = threading.Lock()
        super().__init__((_HOST, port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer asks the resolver for the host's name here, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = _HOST, self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        # The base class forgets daemon threads, and would leave those of idle connections behind on closing.
        thread = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name="dfns-frames demo connection",
            daemon=True,
        )
        with self._guard:
            self._connections[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._guard:
            self._connections.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client may go away at any time.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        super().server_close()
        with self._guard:
            connections = list(self._connections.items())
        for connection, thread in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()


class Server:
    """A running demo API. Made by `serve`; a context manager that closes it.

    Parameters
    ----------
    port
        The port on 127.0.0.1; 0 takes one that is free.

    Attributes
    ----------
    url : str
        Its address, without a slash at the end.
    tokens : dict of str to str
        The bearer token of each caller.

    Raises
    ------
    OSError
        The port is taken or not allowed.
    """

    def __init__(self, port: int = 0) -> None:
        self.tokens = {caller: bearer(caller) for caller in CALLERS}
        answers = {self.tokens[caller]: _encode(body) for caller, body in bodies().items()}
        self._http = _HttpServer(port, answers)
        self.url = f"http://{_HOST}:{self._http.server_port}"
        self._process_id = os.getpid()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.05,), name="dfns-frames demo server", daemon=True
        )
        self._thread.start()

    @property
    def token(self) -> str:
        """The bearer token of the first caller, who holds most tokens."""
        return self.tokens[CALLERS[0]]

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


def serve(port: int = 0) -> Server:
    """Start the demo API in the background, on this machine only.

    Parameters
    ----------
    port
        The port on 127.0.0.1; 0, the default, takes one that is free.

    Returns
    -------
    Server
        It answers already. Close it, or use it in a ``with`` statement.

    Raises
    ------
    OSError
        The port is taken or not allowed.

    Examples
    --------
    >>> with serve() as server:
    ...     server.url.startswith("http://127.0.0.1:")
    True
    """
    return Server(port)
