"""A loopback server that answers everything with one file: ``python -m benchmarks.server PATH``.

Below ``/plain`` it sends the bytes, below ``/gzip`` the bytes compressed beforehand. It is a process of its
own, so that what it costs is not counted.
"""

from __future__ import annotations

import contextlib
import gzip
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@contextlib.contextmanager
def serving(path: Path) -> Iterator[str]:
    """Run the server while needed; gives its address."""
    command = [sys.executable, "-m", "benchmarks.server", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def main() -> None:
    """Serve one file until terminated, after printing the address."""
    plain = Path(sys.argv[1]).read_bytes()
    packed = gzip.compress(plain, 6)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            zipped = self.path.startswith("/gzip/")
            body = packed if zipped else plain
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if zipped:
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
