"""Interrupts, threads, and machines that lack what most have."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import dfns_frames as dff
from tests.faulty import LIST, Behaviour, answer, hangs, repeats, sends, serving
from tests.test_client import jwt

pytestmark = pytest.mark.usefixtures("no_account")


def open_files() -> int:
    """Count the open files and connections of this process, where the system tells."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def running() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "dfns-frames request"]


@pytest.mark.parametrize(
    "behaviour",
    [
        hangs(),
        hangs(answer(200, LIST[:9], length=99)),
        repeats(b" ", answer(200, length=1 << 20)),
        sends(answer(503, b"", "Retry-After: 20")),
    ],
    ids=["before the answer", "in the body", "in a body that drips", "between two tries"],
)
@pytest.mark.skipif(os.name == "nt", reason="signals are sent the POSIX way")
def test_an_interrupt_ends_a_call_at_once(behaviour: Behaviour) -> None:
    """KeyboardInterrupt comes through, and no thread keeps speaking to the server."""
    with serving(behaviour) as server:
        client = dff.Client("t", url=server.url, timeout=30, deadline=30)
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        start = time.monotonic()
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            client.pats()
        for thread in running():
            thread.join(2)
        assert running() == []
        assert time.monotonic() - start < 3


def test_threads_may_share_a_client() -> None:
    """Every one gets all of its own answer."""
    with serving(sends(answer(200, LIST))) as server, ThreadPoolExecutor(8) as pool:
        client = dff.Client("t", url=server.url)
        alone = client.pats()
        together = list(pool.map(lambda _: client.pats(), range(40)))
    for pats in together:
        assert pats.arrow("tokens").equals(alone.arrow("tokens"))
        assert pats.arrow("token_operations").equals(alone.arrow("token_operations"))


def test_a_call_leaves_nothing_open() -> None:
    """Neither threads nor connections, however it ends."""
    before = open_files()
    for behaviour in (sends(answer(200, LIST)), sends(answer(500)), hangs()):
        with serving(behaviour) as server:
            client = dff.Client("t", url=server.url, timeout=0.2, deadline=0.4, retries=0)
            for _ in range(5):
                try:
                    client.pats()
                except dff.DfnsFramesError:
                    continue
    for thread in running():
        thread.join(2)
    assert running() == []
    assert open_files() <= before


def test_the_servers_clock_counts_where_this_one_is_wrong() -> None:
    """Whether a token has expired, and when an answer was made, is as the server's date has it."""
    date = "Date: Sat, 18 Feb 2040 07:30:00 GMT"
    expired = pytest.raises(dff.AuthenticationError, match="expired on 2033")
    with serving(sends(answer(401, b"", date))) as server, expired:
        dff.Client(jwt(2_000_000_000), url=server.url).pats()
    with serving(sends(answer(200, LIST, date))) as server:
        assert dff.Client("t", url=server.url).pats().fetched_at == datetime(2040, 2, 18, 7, 30, tzinfo=UTC)


def test_a_file_may_have_an_odd_name_and_an_odd_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is no UTF-8, and a time of change beyond any calendar."""
    path = tmp_path / os.fsdecode(b"p\xffats.json")
    try:
        path.write_bytes(LIST)
    except OSError:
        pytest.skip("this file system knows no such name")
    stat = Path.stat

    def far_away(file: Path, **options: Any) -> Any:
        # Few file systems hold such a date. Only this file has it: Python 3.13 itself asks for others.
        if file != path:
            return stat(file, **options)
        return SimpleNamespace(st_mtime=1e15, st_mode=0o100644)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", far_away)
        pats = dff.read(path)
    assert len(pats.tokens) == 3
    assert pats.sources["url"].tolist() == [str(tmp_path / "p\ufffdats.json")]


BARE = """
import sys, zoneinfo, importlib.metadata
if importlib.metadata.version("pandas") >= "3":  # pandas 2.3 brings pytz along
    sys.modules["pytz"] = None
zoneinfo.reset_tzpath(())
import dfns_frames as dff
with dff.demo.serve() as server:
    pats = dff.Client(server.token, url=server.url).pats()
    assert len(dff.concat([pats, dff.read("saved.json", fetched_at="2026-03-02T08:00:00+02:00")]).tokens) > 40
    assert pats.tokens.date_created.dt.year.min() > 2000
    print(ascii(repr(pats) + pats._repr_html_()))
pats.to_csv("csv"), pats.to_parquet("parquet"), pats.to_excel("pats.xlsx"), dff.operations()
"""


def test_a_bare_machine_is_enough(tmp_path: Path) -> None:
    """Without a home, a locale, time zones or a terminal."""
    (tmp_path / "saved.json").write_bytes(LIST)
    keep = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "SYSTEMROOT") if name in os.environ}
    bare = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONTZPATH": ""}
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore::UserWarning", "-c", BARE],
        cwd=tmp_path,
        env=keep | bare,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "tokens" in ended.stdout
