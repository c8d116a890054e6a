"""HTTP on the loopback interface for the demo API: connections, headers, compression, status codes."""

import gzip
import os
import re
import socket
import socketserver
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from dfns_frames.demo.answers import Answers, error, is_route
from dfns_frames.demo.org import SNAPSHOT
from dfns_frames.demo.traffic import Traffic

__all__ = ["HOST", "HttpServer"]

HOST = "127.0.0.1"
_COMPRESS_OVER = 1024
_LARGEST_REQUEST_BODY = 1 << 20
_MESSAGES = {
    400: "The request cannot be understood.",
    401: "The token is missing, expired, or of another region.",
    404: "There is no such route.",
    405: "This route can only be read (GET).",
    429: "Too many requests.",
}
_FIXED_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Vary": "Accept-Encoding",
}
# Without a rate limit there always is plenty left, so that answers are the same at any time.
_UNLIMITED = {
    "X-RateLimit-Limit": "300",
    "X-RateLimit-Remaining": "299",
    "X-RateLimit-Reset": str(int(SNAPSHOT.timestamp()) + 60),
}


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
    server: "HttpServer"

    def do_GET(self) -> None:
        self._answer()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        # http.server calls this with 501 for a method without a do_ function, else for what it cannot parse.
        if code == 501:
            self._answer()
        else:
            self.close_connection = True
            self._send(code, error(code, message or _MESSAGES[400]).body, _UNLIMITED)

    def _answer(self) -> None:
        if not self._skip_request_body():
            self.close_connection = True
        path, _, query = self.path.partition("?")
        caller = self.server.callers.get(self._bearer())
        headers, wait = self.server.count(caller)
        if not self.headers.get("User-Agent", "").strip():
            self._send(400, error(400, "A User-Agent header is required.").body, headers)
        elif not is_route(path):
            self._send(404, error(404, _MESSAGES[404]).body, headers)
        elif self.command != "GET":
            self._send(405, error(405, _MESSAGES[405]).body, {**headers, "Allow": "GET"})
        elif caller is None:
            self._send(401, error(401, _MESSAGES[401]).body, {**headers, "WWW-Authenticate": "Bearer"})
        elif wait:
            self._send(429, error(429, _MESSAGES[429]).body, {**headers, "Retry-After": str(wait)})
        else:
            status, body = self.server.answers.get(caller, path, query)
            if len(body) > _COMPRESS_OVER and _takes_gzip(self.headers.get("Accept-Encoding", "")):
                body, headers = gzip.compress(body, mtime=0), {**headers, "Content-Encoding": "gzip"}
            self._send(status, body, headers)

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

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**_FIXED_HEADERS, **headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.server.now, usegmt=True)

    def version_string(self) -> str:
        return "dfns-frames-demo"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
        pass


class HttpServer(ThreadingHTTPServer):
    """The server behind `Server`: a thread for each connection, all of which end when it is closed."""

    # Two servers on one port would share the calls between them in silence.
    allow_reuse_port = False
    allow_reuse_address = os.name != "nt"

    def __init__(
        self,
        port: int,
        callers: Mapping[str, str],
        answers: Answers,
        traffic: Traffic | None,
        now: datetime,
    ) -> None:
        self.now = now
        self.callers = callers
        self.answers = answers
        self.traffic = traffic
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._guard = threading.Lock()
        super().__init__((HOST, port), _Handler)

    def count(self, caller: str | None) -> tuple[dict[str, str], int]:
        """Count a request; return the headers that say what is left, and how long to wait if nothing is."""
        if self.traffic is None:
            return _UNLIMITED, 0
        known = self.answers.callers
        allowance = self.traffic.count(known[caller].organisation if caller else "nobody")
        named = zip(("Limit", "Remaining", "Reset"), allowance, strict=False)
        return {f"X-RateLimit-{name}": str(value) for name, value in named}, allowance.wait

    def server_bind(self) -> None:
        """Bind without asking a resolver."""
        # HTTPServer asks the resolver for the host's name here, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection in a thread that is remembered."""
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
        """End a connection, and forget its thread."""
        super().shutdown_request(request)
        with self._guard:
            self._connections.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what went wrong, unless a client just went away."""
        # A client may go away at any time.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        """Free the port, and end every connection."""
        super().server_close()
        with self._guard:
            connections = list(self._connections.items())
        for connection, thread in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()
