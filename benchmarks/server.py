"""A loopback server that answers with one file: ``python -m benchmarks.server PATH [CERTIFICATE]``.

Below ``/plain`` it sends the bytes, below ``/gzip`` the bytes compressed beforehand, and closes. Below
``/kept`` it sends one item a page and keeps the connection, below ``/closed`` it closes after each page.
It is a process of its own, so that what it costs is not counted.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

MOST_PAGES = 1_000


@contextlib.contextmanager
def serving(path: Path, certificate: Path | None = None) -> Iterator[str]:
    """Run the server while needed, over TLS if there is a certificate; gives its address."""
    given = [str(path), *([str(certificate)] if certificate else [])]
    command = [sys.executable, "-m", "benchmarks.server", *given]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextlib.contextmanager
def certified() -> Iterator[Path]:
    """Make a certificate for the loopback, with its key in the same file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "certificate.pem"
        command = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=bench",
        ]
        command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(file), "-out", f"{file}.public"]
        subprocess.run(command, check=True, capture_output=True)
        with file.open("ab") as both:
            both.write(Path(f"{file}.public").read_bytes())
        yield file


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the second of two writes waits for an acknowledgement
    plain = packed = b""
    pages: tuple[bytes, ...] = ()

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        way = place.path.split("/")[1]
        body = self.packed if way == "gzip" else self.plain
        if way in ("kept", "closed"):
            body = self.pages[int(parse_qs(place.query).get("paginationToken", ["0"])[0])]
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if way == "gzip":
            self.send_header("Content-Encoding", "gzip")
        if way != "kept":
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: whoever is measured may go away."""


def _pages(items: list[object]) -> tuple[bytes, ...]:
    pages = [{"items": [item], "nextPageToken": str(number)} for number, item in enumerate(items, 1)]
    del pages[-1]["nextPageToken"]
    return tuple(json.dumps(page).encode() for page in pages)


def main() -> None:
    """Serve one file until terminated, after printing the address."""
    path, *certificates = sys.argv[1:]
    _Handler.plain = Path(path).read_bytes()
    _Handler.packed = gzip.compress(_Handler.plain, 6)
    items = json.loads(_Handler.plain)["items"]
    _Handler.pages = _pages(items) if len(items) <= MOST_PAGES else ()
    with _Server(("127.0.0.1", 0), _Handler) as server:
        if certificates:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificates[0])
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        print(f"http{'s' * len(certificates)}://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
