"""The archive when processes die, disks fill up, and several work on it at once."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

import dfns_frames as dff
from tests.conftest import read, token

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and limited")

# Adds looks of one caller, and gives up the moment that a word comes.
_ADDING = """
import sys, warnings
warnings.simplefilter("ignore")
import dfns_frames as dff
from tests.conftest import read, token
archive = dff.Archive(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    frames = read(token(number), fetched_at=f"2026-01-01T{number // 60:02}:{number % 60:02}:00Z")
    archive.add(frames, caller=sys.argv[2])
"""
# Writes no file of more than a few bytes, as on a disk that is full.
_FULL = """
import resource, signal, sys
import dfns_frames as dff
from tests.conftest import read, token
archive, frames = dff.Archive(sys.argv[1]), read(token(1), token(2))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for room in map(int, sys.argv[2:]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        archive.add(frames)
    except OSError as error:
        print(error)
"""


def test_killed_at_any_moment_nothing_that_was_added_is_missing(tmp_path: Path) -> None:
    """200 processes killed within add and forget: all that was added is there, whole; nothing half is."""
    folder = tmp_path / "archive"
    done = subprocess.run(
        [sys.executable, "-m", "tests.archive_killing", str(folder), "200"],
        capture_output=True, text=True, check=True, timeout=400,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["faults"] == []
    assert found["said"] > 50
    archive = dff.Archive(folder)
    left = archive.check()
    assert left["path"].str.startswith("staging").all()
    assert left["problem"].str.startswith("left over from").all()
    assert len(archive.snapshots()) == len(list((folder / "snapshots").glob("*/*/*")))
    archive.lifetimes()


def test_processes_that_add_at_once_lose_nothing(tmp_path: Path) -> None:
    """Two callers and twice the same one, with a reader beside them: everything is there, once."""
    folder, count = tmp_path / "archive", 60
    adding = [
        subprocess.Popen(
            [sys.executable, "-c", _ADDING, str(folder), caller, str(count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for caller in ("ann", "ann", "ben")
    ]  # fmt: skip
    for process in adding:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
    for process in adding:
        process.stdin.write("go\n")
        process.stdin.flush()
    archive = dff.Archive(folder)
    seen = 0
    while any(process.poll() is None for process in adding):
        found = len(archive.snapshots())
        assert found >= seen
        seen = found
        archive.lifetimes()
        time.sleep(0.05)  # for those that add to get on
    for process in adding:
        process.communicate()
    assert [process.returncode for process in adding] == [0, 0, 0]
    assert archive.snapshots()["caller"].value_counts().to_dict() == {"ann": count, "ben": count}
    assert archive.check().empty


def test_a_reader_beside_forget_gets_an_answer(tmp_path: Path) -> None:
    """Snapshots that are forgotten while a question runs make it look again, not fail."""
    archive = dff.Archive(tmp_path / "archive")
    for number in range(20):
        archive.add(read(token(1), fetched_at=f"2026-01-01T{number:02}:00:00Z"))
        archive.add(read(token(1, orgId="or-2"), fetched_at=f"2026-01-01T{number:02}:00:00Z"))
    code = (
        "import sys, dfns_frames as dff; sys.stdin.readline(); print(dff.Archive(sys.argv[1]).forget('or-2'))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(archive.folder)], stdin=subprocess.PIPE, text=True
    ) as forgetting:
        assert forgetting.stdin is not None
        forgetting.stdin.write("go\n")
        forgetting.stdin.close()
        while forgetting.poll() is None:
            assert len(archive.lifetimes()) in (1, 2)
    assert len(archive.lifetimes()) == 1


def test_a_full_disk_leaves_nothing_half(tmp_path: Path) -> None:
    """However full, the error says that there is no room, and the archive stays as it was."""
    archive = dff.Archive(tmp_path / "archive")
    archive.add(read(token(1), fetched_at="2026-01-01T00:00:00Z"))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _FULL, str(archive.folder), "0", "100", "2000"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    errors = done.stdout.splitlines()
    assert len(errors) == 3
    for error in errors:
        assert "File too large" in error
        assert "look=2026-03-02" in error
    assert len(archive.snapshots()) == 1
    assert archive.check().empty
