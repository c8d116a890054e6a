"""What a signal, a full disk or a large answer leaves behind: in the shell and in files."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

import dfns_frames as dff
from tests.conftest import assignment, read, token
from tests.faulty import answer, sends, serving

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and limits as POSIX has them")

# Kills one child after the other that writes over and over, and waits for a word after each.
WRITER = """
import os, signal, sys, time, dfns_frames as dff
pats = dff.read({"items": []})
write = getattr(pats, sys.argv[1])
write(sys.argv[2])
for pause in map(float, sys.argv[3:]):
    child = os.fork()
    while not child:
        write(sys.argv[2], overwrite=True)
    time.sleep(pause)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    print("killed", flush=True)
    sys.stdin.readline()
"""


def test_ctrl_c_ends_a_fetch_with_130() -> None:
    """While the server is silent, at once, without a traceback; and the token is in no command line."""
    with serving(lambda connection: time.sleep(5)) as server:
        environment = os.environ | {"DFNS_API_URL": server.url, "DFNS_AUTH_TOKEN": "PLANTED-secret"}
        process = subprocess.Popen(
            [sys.executable, "-m", "dfns_frames", "fetch"], env=environment, stderr=subprocess.PIPE, text=True
        )
        time.sleep(2)
        command_line = Path(f"/proc/{process.pid}/cmdline")
        if command_line.exists():
            assert b"PLANTED" not in command_line.read_bytes()
        process.send_signal(signal.SIGINT)
        _, shown = process.communicate(timeout=10)
    assert process.returncode == 130
    assert shown == "dfns-frames: interrupted\n"


@pytest.mark.parametrize(
    ("method", "name"), [("to_excel", "pats.xlsx"), ("to_csv", "csv"), ("to_parquet", "pq")]
)
def test_a_kill_in_the_middle_leaves_whole_files(method: str, name: str, tmp_path: Path) -> None:
    """However often it strikes, each file is an old one or a new one, never half of one."""
    target = tmp_path / name
    pauses = ("0.05", "0.2", "0.35")
    command = [sys.executable, "-W", "ignore", "-c", WRITER, method, str(target), *pauses]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        for _ in pauses:
            assert process.stdout.readline() == "killed\n"
            files = [target, *target.rglob("[!.]*")]
            for file in (file for file in files if file.is_file() and ".part" not in str(file)):
                data = file.read_bytes()
                if file.suffix == ".xlsx":
                    assert zipfile.ZipFile(file).testzip() is None
                elif file.suffix == ".parquet":
                    assert data.startswith(b"PAR1")
                    assert data.endswith(b"PAR1")
                else:
                    assert data.endswith(b"\n")
            process.stdin.write("go on\n")
            process.stdin.flush()
    assert process.returncode == 0
    assert getattr(read(token(1)), method)(target, overwrite=True) == target


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    """The error is the system's; what stood there before stands there still."""
    many = [token(number, assignment(), name=os.urandom(40).hex()) for number in range(2_000)]
    (tmp_path / "many.json").write_text(json.dumps(many))
    code = (
        "import resource, signal, sys, dfns_frames as dff\n"
        "pats = dff.read(sys.argv[1])\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "for write, name in ((pats.to_excel, 'p.xlsx'), (pats.to_csv, 'csv'), (pats.to_parquet, 'pq')):\n"
        "    try: write(sys.argv[2] + '/' + name)\n"
        "    except OSError as error: print('OSError')\n"
    )
    out = tmp_path / "out"
    out.mkdir()
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "many.json"), str(out)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ended.stdout == "OSError\n" * 3
    left = [path for path in out.rglob("*") if path.is_file()]
    assert all(path.stat().st_size < 20_000 and "tokens" not in path.name for path in left), left


def test_a_large_answer_comes_whole() -> None:
    """200 MB over HTTP, with no more memory than a few times that."""
    row = json.dumps(token(0, assignment(), name="x" * 100_000, tokenId="to-NUMBER"))
    rows = ",".join(row.replace("NUMBER", str(number)) for number in range(2_000))
    body = f'{{"items": [{rows}]}}'.encode()
    assert len(body) > 200_000_000
    with serving(sends(answer(200, body))) as server:
        pats = dff.Client("t", url=server.url).pats()
    assert len(pats.tokens) == 2_000
    assert pats.arrow("tokens")["name"][1_999].as_py() == "x" * 100_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4_000_000
