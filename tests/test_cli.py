"""The shell: what it prints, writes and returns."""

import gzip
import io
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import dfns_frames as dff
from dfns_frames.cli import main
from tests.conftest import assignment, token

pytestmark = pytest.mark.usefixtures("no_account")
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "response.json"
    path.write_text(json.dumps({"items": [token(1, assignment()), token(2)]}))
    return path


def test_fetch_prints_a_summary_of_a_saved_response(saved: Path, capsys: Captured) -> None:
    """Compact, pretty-printed or gzipped, the same."""
    packed = saved.with_suffix(".gz")
    packed.write_bytes(gzip.compress(saved.read_bytes()))
    pretty = saved.with_name("pretty.json")
    pretty.write_text(json.dumps(json.loads(saved.read_text()), indent=2))
    for path in (saved, pretty, packed):
        assert main(["fetch", "--from", str(path), "--as-of", "2026-03-02T08:00:00Z"]) == 0
        shown = capsys.readouterr().out
        assert "2 tokens" in shown
        assert "2026-03-02 08:00:00 UTC" in shown


def test_fetch_reads_standard_input(saved: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` is standard input, as bytes."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(saved.read_bytes())))
    assert main(["fetch", "--from", "-"]) == 0
    assert "2 tokens" in capsys.readouterr().out


def test_fetch_asks_the_account_of_the_environment(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --from and --demo, the API at DFNS_API_URL with DFNS_AUTH_TOKEN."""
    with dff.demo.serve() as server:
        monkeypatch.setenv("DFNS_API_URL", server.url)
        monkeypatch.setenv("DFNS_AUTH_TOKEN", server.token)
        assert main(["fetch"]) == 0
        captured = capsys.readouterr()
        monkeypatch.setenv("DFNS_AUTH_TOKEN", "wrong")
        assert main(["fetch"]) == 3
    assert server.url in captured.out
    assert "warning: the response holds" in captured.err
    assert "401" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["fetch"], 2),
        (["fetch", "--demo", "--as-of", "2026-01-01T00:00:00Z"], 2),
        (["operations", "--category", "nonsense"], 2),
        (["serve", "--port", "80000"], 2),
        (["fetch", "--from", "no such file"], 5),
        (["fetch", "--from", "."], 5),
    ],
)
def test_what_goes_wrong_has_a_code_and_a_sentence(arguments: list[str], code: int, capsys: Captured) -> None:
    """On standard error, one line, no traceback."""
    assert main(arguments) == code
    captured = capsys.readouterr()
    assert captured.err.startswith("dfns-frames: ")
    assert "Traceback" not in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("text", ["", "<html>", '{"items": [{"tokenId": 1}]}'])
def test_a_response_that_is_not_understood_is_code_4(text: str, tmp_path: Path, capsys: Captured) -> None:
    """Whether it is no token list or one that does not fit."""
    path = tmp_path / "bad.json"
    path.write_text(text)
    assert main(["fetch", "--from", str(path)]) == 4
    assert capsys.readouterr().err


def test_skip_invalid_says_what_it_set_aside(tmp_path: Path, capsys: Captured) -> None:
    """The rest is read, and the bad one is named."""
    path = tmp_path / "bad.json"
    path.write_text(json.dumps({"items": [token(1), token(2, kind=None)]}))
    assert main(["fetch", "--from", str(path), "--skip-invalid"]) == 0
    captured = capsys.readouterr()
    assert "1 set aside" in captured.out
    assert "items[1].kind" in captured.err


def test_no_api_is_code_3(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection is the API's failure, not the user's."""
    monkeypatch.setenv("DFNS_AUTH_TOKEN", "t")
    monkeypatch.setattr("dfns_frames.transport.time.sleep", lambda _: None)
    with socket.socket() as taken:  # but not listening, so whoever connects is refused
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("DFNS_API_URL", f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert main(["fetch"]) == 3
    notice, error = capsys.readouterr().err.splitlines()
    assert "cannot be reached (Connection refused); trying again" in notice  # said before it waits
    assert "cannot be reached (Connection refused)" in error


def test_tables_lists_every_column(capsys: Captured) -> None:
    """The data dictionary, from the declarations."""
    assert main(["tables"]) == 0
    shown = capsys.readouterr().out
    for row in dff.dictionary().itertuples():
        assert str(row.column) in shown
        assert str(row.meaning) in shown


def test_operations_lists_a_category(capsys: Captured) -> None:
    """All, or those of one category."""
    assert main(["operations"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 241
    assert main(["operations", "--category", "approve"]) == 0
    assert "Policies:Evaluations:Vote" in capsys.readouterr().out


def test_a_closed_pipe_is_no_traceback() -> None:
    """`dfns-frames operations | head -1` ends quietly."""
    command = f"{sys.executable} -m dfns_frames operations | head -1"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert result.stderr == ""
    assert result.stdout.startswith("operation")


def test_serve_says_that_its_port_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """And how to get another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    assert f"port {port} cannot be opened" in (told := capsys.readouterr().err)
    assert "leave --port out" in told


def test_serve_runs_until_interrupted() -> None:
    """It prints what to export, answers, and ends at once on SIGINT."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dfns_frames", "serve"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    with process.stdout as out:
        for line in out:
            if line.startswith("export "):
                break
        variables = dict(pair.split("=", 1) for pair in line.split()[1:])
        shown = subprocess.run(
            [sys.executable, "-m", "dfns_frames", "fetch"],
            env=os.environ | variables, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        assert "ok, " in shown
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)


def test_an_interrupted_fetch_is_code_130(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends it without a traceback."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(dff.Client, "pats", interrupt)
    assert main(["fetch", "--demo"]) == 130
    assert capsys.readouterr().err == "dfns-frames: interrupted\n"
