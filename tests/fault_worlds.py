"""What may be the case around a server: names, proxies, certificates. Each gives the address to ask."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from tests.faulty import LIST, Behaviour, Faulty, answer, certificate, sends, serving


@contextmanager
def nothing_listens(server: Faulty) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    yield f"http://127.0.0.1:{port}"


@contextmanager
def nobody_accepts(server: Faulty) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        for each in waiting:
            each.close()


@contextmanager
def no_such_name(server: Faulty) -> Iterator[str]:
    with mock.patch("socket.getaddrinfo", side_effect=socket.gaierror(-2, "Name or service not known")):
        yield f"http://localhost:{server.port}"


@contextmanager
def resolver_hangs(server: Faulty) -> Iterator[str]:
    with mock.patch("socket.getaddrinfo", side_effect=lambda *_: time.sleep(3)):
        yield f"http://localhost:{server.port}"


@contextmanager
def proxy_in_the_environment(server: Faulty) -> Iterator[str]:
    nowhere = "http://127.0.0.1:9"
    with mock.patch.dict("os.environ", http_proxy=nowhere, HTTP_PROXY=nowhere, ALL_PROXY=nowhere):
        yield server.url


@contextmanager
def only_numbers_are_known() -> Iterator[None]:
    resolve = socket.getaddrinfo

    def numbers(host: str, *more: Any) -> Any:
        if not host.replace(".", "").isdigit():
            raise socket.gaierror(-2, "Name or service not known")
        return resolve(host, *more)

    with mock.patch("socket.getaddrinfo", numbers):
        yield


def proxied(address: str) -> Any:
    """Ask a host beyond this machine, through a proxy of the environment."""

    @contextmanager
    def world(server: Faulty) -> Iterator[str]:
        with mock.patch.dict("os.environ", HTTPS_PROXY=address), only_numbers_are_known():
            yield "https://api.example.test"

    return world


@contextmanager
def proxy_here(server: Faulty) -> Iterator[str]:
    with proxied(server.url)(server) as url:
        yield url


def secured(host: str, *, trusted: bool) -> Any:
    """Serve a list over TLS, under a certificate for this host."""

    @contextmanager
    def world(server: Faulty) -> Iterator[str]:
        with TemporaryDirectory() as folder:
            bundle, context = certificate(Path(folder), host)
            environment = {"REQUESTS_CA_BUNDLE": str(bundle)} if trusted else {}
            with (
                serving(sends(answer(200, LIST)), context) as tls,
                mock.patch.dict("os.environ", environment),
            ):
                yield tls.url

    return world


def unsecured(behaviour: Behaviour) -> Any:
    """Behave so where TLS is expected."""

    @contextmanager
    def world(server: Faulty) -> Iterator[str]:
        with serving(behaviour, listens=False) as plain:
            yield plain.url.replace("http", "https")

    return world


@contextmanager
def no_such_bundle(server: Faulty) -> Iterator[str]:
    with mock.patch.dict("os.environ", REQUESTS_CA_BUNDLE="/no/such/bundle.pem"):
        yield server.url.replace("http", "https")


@contextmanager
def every_name_is_here() -> Iterator[None]:
    resolve = socket.getaddrinfo
    with mock.patch("socket.getaddrinfo", lambda _, *more: resolve("127.0.0.1", *more)):
        yield
