"""The life of the demo server, and the clients that the library hands out for it."""

import ast
import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dfns_frames import demo
from dfns_frames.client import Client
from dfns_frames.demo import org
from dfns_frames.demo.server import Server, serve
from dfns_frames.errors import ConfigurationError

FOLDER = Path(demo.__file__).parent
SOURCES = {path.relative_to(FOLDER).as_posix(): path for path in sorted(FOLDER.rglob("*.py"))}
OF_THE_LIBRARY = ("__init__.py", "notebooks.py", "past.py")
THREADS = "dfns-frames demo"


def our_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith(THREADS)}


def port_of(server: Server) -> int:
    return urlsplit(server.url).port or 0


def run(code: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("name", [name for name in SOURCES if name not in OF_THE_LIBRARY])
def test_shares_nothing_with_the_library(name: str) -> None:
    """The organisation and its server import the standard library and each other, nothing else of ours."""
    tree = ast.parse(SOURCES[name].read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    allowed = (
        sys.stdlib_module_names
        | {"dfns_frames.demo.story"}
        | {
            "dfns_frames.demo." + name.removesuffix(".py").replace("/", ".")
            for name in SOURCES
            if name not in OF_THE_LIBRARY
        }
    )
    assert {name if name in allowed else name.partition(".")[0] for name in imported} <= allowed


@pytest.mark.parametrize("path", [*SOURCES.values(), *Path(__file__).parent.glob("test_demo*.py")], ids=str)
def test_no_token_stands_in_the_source(path: Path) -> None:
    """Bearer tokens are made at run time: none is written down for a scanner to stumble over."""
    header = org.bearer("treasury")[:3]
    assert header not in path.read_text("utf-8")


def test_importing_starts_nothing() -> None:
    """Importing the demo starts no thread and opens no socket."""
    done = run(
        "import sys, threading\n"
        "import dfns_frames.client\n"
        "sys.addaudithook(lambda event, _: sys.exit(event) if event.startswith('socket.bind') else None)\n"
        "import dfns_frames.demo\n"
        "assert threading.active_count() == 1\n"
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_close_leaves_nothing_behind() -> None:
    """Closing ends threads and connections, idle ones too, and frees the port; again it does nothing."""
    before = our_threads()
    with serve() as server:
        idle = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=10)
        idle.request("GET", "/", headers={"User-Agent": "test"})
        idle.getresponse().read()
        assert len(our_threads() - before) == 2
        opened = idle.sock
    assert our_threads() == before
    assert opened.recv(1) == b""
    idle.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port_of(server)), timeout=10)
    server.close()
    with serve(port_of(server)) as again:
        assert again.url == server.url


def test_closes_when_the_block_fails() -> None:
    """An exception within the block closes the server and is not swallowed."""
    before = our_threads()
    with pytest.raises(LookupError), serve():
        raise LookupError
    assert our_threads() == before


def test_taken_port() -> None:
    """A port that is taken is an error, and not shared."""
    with serve() as server, pytest.raises(OSError, match="in use"):
        serve(port_of(server))


def test_repr_hides_tokens() -> None:
    """The repr tells where, and whether it is closed, but no token."""
    with serve() as server:
        assert repr(server) == f"<dfns_frames.demo.Server {server.url}>"
    assert repr(server) == f"<dfns_frames.demo.Server {server.url} (closed)>"


def test_wait_ends_when_closed() -> None:
    """Waiting ends once the server is closed from another thread."""
    with serve() as server, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(server.wait)
        time.sleep(0.1)
        assert not waiting.done()
        server.close()
        waiting.result(timeout=10)


def test_wait_ends_when_interrupted() -> None:
    """Ctrl-C ends the wait without a traceback, and the server with it."""
    done = run(
        "import signal, threading\n"
        "from dfns_frames.demo.server import serve\n"
        "server = serve()\n"
        "threading.Timer(0.5, signal.raise_signal, [signal.SIGINT]).start()\n"
        "server.wait()\n"
        "print(server)\n"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("(closed)>\n")


def test_clients_share_a_server() -> None:
    """Without a name the client is usable, and all clients of a process share one server."""
    with ThreadPoolExecutor(8) as pool:
        clients = list(pool.map(lambda _: demo.client(), range(8)))
    assert all(isinstance(client, Client) for client in clients)
    assert sum(thread.name == "dfns-frames demo server" for thread in our_threads()) == 1


@pytest.mark.parametrize("caller", [None, *org.CALLERS])
def test_client_asks_as_its_caller(monkeypatch: pytest.MonkeyPatch, caller: str | None) -> None:
    """The client gets the server's address and the bearer token of the caller that was named."""
    given: list[tuple[str, str]] = []
    monkeypatch.setattr(demo, "Client", lambda token, *, url: given.append((token, url)))
    demo.client(caller)
    [(token, url)] = given
    assert token == org.bearer(caller or "platform-lead")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)


@pytest.mark.parametrize(("caller", "hint"), [("tresury", "Did you mean 'treasury'?"), ("x", ""), ("", "")])
def test_unknown_caller(caller: str, hint: str) -> None:
    """An unknown caller is refused with the names that exist, and the nearest one if there is any."""
    with pytest.raises(ConfigurationError) as refused:
        demo.client(caller)
    assert all(known in str(refused.value) for known in org.CALLERS)
    assert ("Did you mean" in str(refused.value)) == bool(hint)
    assert hint in str(refused.value)


def test_shared_server_ends_with_the_process() -> None:
    """When a process that used a client ends, the server's thread is gone before, and nothing warns."""
    done = run(
        "import atexit, threading\n"
        "atexit.register(lambda: print([thread.name for thread in threading.enumerate()]))\n"
        "from dfns_frames import demo\n"
        "demo.client()\n"
        "demo.client('treasury')\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "['MainThread']\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_child() -> None:
    """A forked child gets a server of its own, ends, and leaves its parent's alone."""
    done = run(
        "import os, urllib.request\n"
        "from dfns_frames import demo\n"
        "demo.Client = lambda token, *, url: (token, url)\n"
        "token, url = demo.client()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    assert demo.client()[1] != url\n"
        "    raise SystemExit(0)\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        "request = urllib.request.Request(url + '/auth/pats')\n"
        "request.add_header('Authorization', 'Bearer ' + token)\n"
        "assert urllib.request.urlopen(request).status == 200\n"
    )
    assert (done.returncode, done.stderr) == (0, "")
