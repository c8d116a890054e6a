"""A raw server on the loopback that does, byte for byte, what no HTTP library would let a server do.

A behaviour is a function of an open connection whose request has been read.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import assignment, token

Behaviour = Callable[[socket.socket], None]

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")  # made in no time, unlike RSA's
TOKEN_COUNT = 3
LIST = json.dumps({"items": [token(n, assignment()) for n in range(TOKEN_COUNT)]}).encode()


class Faulty:
    """A running server: where it is, and what it was asked."""

    def __init__(self, behaviour: Behaviour, tls: ssl.SSLContext | None, listens: bool) -> None:
        self.requests: list[bytes] = []
        self._behaviour = behaviour
        self._tls = tls
        self._listens = listens
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        # The client may hang up, or refuse to go on, at any point: that is what is tested.
        with contextlib.suppress(OSError), connection:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            with connection:
                request = b""
                while self._listens and b"\r\n\r\n" not in request:
                    received = connection.recv(1 << 16)
                    if not received:
                        return
                    request += received
                self.requests.append(request)
                self._behaviour(connection)

    def close(self) -> None:
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(5)


@contextmanager
def serving(
    behaviour: Behaviour, tls: ssl.SSLContext | None = None, *, listens: bool = True
) -> Iterator[Faulty]:
    """Run a server for as long as the block lasts; one that does not listen behaves before it is asked."""
    server = Faulty(behaviour, tls, listens)
    try:
        yield server
    finally:
        server.close()


def answer(status: int | str, body: bytes = b"", *headers: str, length: int | str | None = None) -> bytes:
    """Spell an answer out; its Content-Length is that of the body, unless said otherwise or empty."""
    stated = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status} Said", *([f"Content-Length: {stated}"] if stated != "" else []), *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def chunks(*parts: bytes, end: bytes = b"0\r\n\r\n", headers: tuple[str, ...] = ()) -> bytes:
    """Spell a chunked answer out."""
    body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return answer(200, body + end, "Transfer-Encoding: chunked", *headers, length="")


def sends(*parts: bytes) -> Behaviour:
    """Send these bytes and hang up."""

    def behave(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
        # A reset would overtake the bytes, if anything of the client's were left unread.
        connection.shutdown(socket.SHUT_WR)

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Behave differently at each request, the last way for ever."""
    left = list(behaviours)
    return lambda connection: (left.pop(0) if len(left) > 1 else left[0])(connection)


def hangs(first: bytes = b"") -> Behaviour:
    """Send these bytes, then nothing, until the client hangs up."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(first)
        while connection.recv(1 << 16):
            pass

    return behave


def repeats(piece: bytes, first: bytes = b"", every: float = 0.05) -> Behaviour:
    """Send the same bytes over and over, until the client hangs up."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(piece)
            time.sleep(every)

    return behave


def resets(first: bytes = b"") -> Behaviour:
    """Send these bytes, then reset the connection."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(first)
        time.sleep(0.1)  # for the bytes to be taken in, which the reset would discard
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return behave


def certificate(folder: Path, host: str = "IP:127.0.0.1") -> tuple[Path, ssl.SSLContext]:
    """Make a self-signed certificate; return its file and the server side that uses it."""
    key, file = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", *_KEY, "-nodes", "-days", "2", "-subj", "/CN=test"]
    extensions = ["-addext", f"subjectAltName={host}"]
    subprocess.run(
        [*command, *extensions, "-keyout", str(key), "-out", str(file)], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return file, context
