"""The shell: what it prints, writes and returns."""

import gzip
import io
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import dfns_frames as dff
from dfns_frames._http.address import REGIONS, STAGING
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
        assert main(["fetch", "--from", str(path), "--fetched-at", "2026-03-02T08:00:00Z"]) == 0
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
    assert captured.err.startswith("dfns-frames: warning: drift noticed: ")
    assert len(captured.err.splitlines()) == 1
    assert "401" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["fetch"], 2),
        (["fetch", "--demo", "--fetched-at", "2026-01-01T00:00:00Z"], 2),
        (["fetch", "--from", "-", "--from", "-"], 2),
        (["fetch", "--from", ""], 2),
        (["fetch", "--from", "a", "--from", "b", "--fetched-at", "2026-01-01"], 2),
        (["fetch", "--from", "a", "--fetched-at", "2026-01-01", "--fetched-at", "2026-01-02"], 2),
        (["tokens", "--demo", "--can", "fly"], 2),
        (["tokens", "--demo", "--older-than", "-1"], 2),
        (["export", "--demo"], 2),
        (["operations", "--category", "nonsense"], 2),
        (["serve", "--port", "80000"], 2),
        (["fetch", "--from", "no such file"], 5),
        (["fetch", "--from", "tests"], 5),
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
    monkeypatch.setattr("dfns_frames._http.transport.time.sleep", lambda _: None)
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
    assert "leave out --port" in told


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


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def tokens_in(path: Path, *numbers: int, **fields: object) -> str:
    path.write_text(json.dumps({"items": [token(number, assignment(), **fields) for number in numbers]}))
    return str(path)


@pytest.mark.parametrize("option", ["--csv", "--excel", "--parquet", "--out"])
@pytest.mark.parametrize("name", ["-", "", " "])
def test_outputs_without_a_name_are_refused(
    option: str, name: str, saved: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`-` would be a folder of that name, an empty text the current one: code 2, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    before = files_below(tmp_path)
    verb = "fetch" if option == "--out" else "export"
    assert main([verb, "--from", str(saved), option, name]) == 2
    assert option in capsys.readouterr().err
    assert files_below(tmp_path) == before


@pytest.mark.parametrize("name", ["-", ""])
def test_a_demo_without_a_name_is_refused(name: str, capsys: Captured) -> None:
    """As any other output."""
    assert main(["demo", "--out", name]) == 2
    assert "--out" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["fetch", "tokens", "export"])
def test_several_files_are_joined(
    verb: str, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each --from counts, standard input once among them: none replaces the one before."""
    first = tokens_in(tmp_path / "a.json", 1, 2)
    second = tokens_in(tmp_path / "b.json", 3, linkedUserId="us-2")
    third = Path(tokens_in(tmp_path / "c.json", 4, linkedUserId="us-3"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(third.read_bytes())))
    extra = ["--csv", str(tmp_path / "out")] if verb == "export" else []
    arguments = ["--from", first, "--from", second, "--from", "-"]
    assert main([verb, *arguments, *extra]) == 0
    shown = capsys.readouterr().out
    written = (tmp_path / "out" / "tokens.csv").read_text() if extra else shown
    assert "4  tokens" in shown if verb == "fetch" else all(f"to-{n}" in written for n in (1, 2, 3, 4))


def test_each_file_has_its_own_time(tmp_path: Path, capsys: Captured) -> None:
    """--fetched-at is given once for each --from, in order."""
    files = [tokens_in(tmp_path / f"{n}.json", n, linkedUserId=f"us-{n}") for n in (1, 2)]
    times = ["2026-03-02T08:00:00Z", "2026-04-02T08:00:00Z"]
    pairs = zip(files, times, strict=True)
    arguments = [part for file, time in pairs for part in ("--from", file, "--fetched-at", time)]
    assert main(["fetch", *arguments]) == 0
    shown = capsys.readouterr().out
    assert all(f"{time[:10]} 08:00:00 UTC" in shown for time in times)


@pytest.mark.parametrize("time", ["yesterday", "", "2026-13-01"])
def test_a_time_that_is_none_is_named_as_the_option(time: str, saved: Path, capsys: Captured) -> None:
    """Not as the argument of a function; what was typed is shown as it was typed."""
    assert main(["fetch", "--from", str(saved), "--fetched-at", time]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"dfns-frames: --fetched-at {time!r}")


def test_what_fetch_kept_can_be_read_again(saved: Path, tmp_path: Path, capsys: Captured) -> None:
    """--from takes the folder that --out wrote, and no other time for it."""
    kept = str(tmp_path / "kept")
    assert main(["fetch", "--from", str(saved), "--fetched-at", "2026-03-02T08:00:00Z", "--out", kept]) == 0
    assert main(["fetch", "--from", kept]) == 0
    first, second = capsys.readouterr().out.split(f"wrote {kept}\n")
    assert first == second
    assert main(["fetch", "--from", kept, "--fetched-at", "2026-01-01"]) == 2


def test_the_summary_answers_before_it_counts(capsys: Captured) -> None:
    """Active, full administrators, what can and may move funds, age, unknown; rows last."""
    assert main(["fetch", "--demo"]) == 0
    shown = capsys.readouterr().out
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        found = dff.measures.capabilities(dff.demo.client().pats())
    active = found[found["is_active"]]
    funds = active["move_funds"].value_counts()
    wanted = [
        f"{len(found)}  tokens",
        f"{len(active)}  active at snapshot",
        f"{active['holds_everything'].sum()}  are full administrators",
        f"{funds['yes']}  can move funds, and {funds['unknown']} more may",
        f"{(active['age_days'] >= 365).sum()}  are older than a year",
        "hold something unknown, and may do more",
        f"Rows: tokens {len(found)}",
    ]
    places = [shown.index(words) for words in wanted]
    assert places == sorted(places)


def test_the_summary_of_no_tokens(tmp_path: Path, capsys: Captured) -> None:
    """Zeros, and no "1 tokens"."""
    empty = tmp_path / "none.json"
    empty.write_text('{"items": []}')
    assert main(["fetch", "--from", str(empty)]) == 0
    assert "0  tokens" in capsys.readouterr().out
    assert main(["fetch", "--from", tokens_in(tmp_path / "one.json", 1)]) == 0
    assert "1  token\n" in capsys.readouterr().out


def test_a_cron_run_is_quiet(tmp_path: Path, capsys: Captured) -> None:
    """One line for drift, however much there is and from however many files; none with --quiet."""
    files = [
        tokens_in(tmp_path / f"{n}.json", n, kind=f"Robot {n}\nnext", linkedUserId=f"us-{n}") for n in (1, 2)
    ]
    arguments = ["fetch", "--from", files[0], "--from", files[1]]
    assert main(arguments) == 0
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert ".drift" not in told
    assert main([*arguments, "--quiet"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "2  tokens" in captured.out


def test_errors_are_shown_with_quiet_too(capsys: Captured) -> None:
    """It silences warnings only."""
    assert main(["fetch", "--from", "no such file", "--quiet"]) == 5
    assert "no such file" in capsys.readouterr().err


def test_what_strangers_wrote_is_not_reworded(tmp_path: Path, capsys: Captured) -> None:
    """The library's advice becomes options; an id that reads like an argument stays, escapes do not."""
    name = "overwrite=True skip_invalid=True fetched_at= \x1b[2J\x9b31m\u202e"
    path = tmp_path / "bad.json"
    path.write_text(json.dumps({"items": [token(2, tokenId=name, kind=None)]}))
    assert main(["fetch", "--from", str(path)]) == 4
    told = capsys.readouterr().err
    assert "overwrite=True skip_invalid=True fetched_at=" in told
    assert "--skip-invalid" in told.splitlines()[0]
    assert not set("\x1b\x9b\u202e") & set(told)


def test_a_file_that_exists_names_the_option(saved: Path, tmp_path: Path, capsys: Captured) -> None:
    """And the file, whatever it is called."""
    target = tmp_path / "overwrite=True.xlsx"
    arguments = ["export", "--from", str(saved), "--excel", str(target)]
    assert main(arguments) == 0
    assert main(arguments) == 5
    told = capsys.readouterr().err
    assert "--overwrite" in told
    assert target.name in told
    assert main([*arguments, "--overwrite"]) == 0


def test_a_region_is_asked(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """--region reaches the client; one that does not exist is code 2, naming those that do."""
    monkeypatch.setenv("DFNS_AUTH_TOKEN", "t")
    asked = []

    def pats(client: dff.Client, **_: object) -> dff.Frames:
        asked.append(client.url)
        return dff.read({"items": []})

    monkeypatch.setattr(dff.Client, "pats", pats)
    assert main(["fetch", "--region", "uae"]) == 0
    assert asked == ["https://api.uae.dfns.io"]
    assert main(["fetch", "--region", "mars"]) == 2
    assert "'uae'" in capsys.readouterr().err


def test_help_names_servers_and_exit_codes(capsys: Captured) -> None:
    """All servers there are, and every code that a command can end with."""
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert all(server in shown for server in (*REGIONS.values(), f"https://{STAGING}"))
    assert all(re.search(rf"^  {code} ", shown, re.MULTILINE) for code in (0, 2, 3, 4, 5, 130, 141))


def test_no_api_says_that_it_retries(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the library logs as a warning is a line on standard error while it lasts; the handler goes."""
    log = logging.getLogger("dfns_frames")

    def pats(*_: object, **__: object) -> dff.Frames:
        log.warning("%s cannot be reached; trying again, %d times at most", "127.0.0.1:9", 4)
        log.info("not shown")
        return dff.read({"items": []})

    monkeypatch.setattr(dff.Client, "pats", pats)
    monkeypatch.setenv("DFNS_AUTH_TOKEN", "t")
    before = list(log.handlers)
    assert main(["fetch"]) == 0
    line = "dfns-frames: 127.0.0.1:9 cannot be reached; trying again, 4 times at most\n"
    assert capsys.readouterr().err == line
    assert main(["fetch", "--quiet"]) == 0
    assert capsys.readouterr().err == ""
    assert log.handlers == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("redirection", "code", "said"),
    [
        (">&-", 0, ""),
        ("<&-", 0, ""),
        ("2>&-", 0, ""),
        (">&- 2>&- <&-", 0, ""),
        (">/dev/full", 5, "standard output"),
        ("2>/dev/full", 0, ""),
        (">/dev/full 2>/dev/full", 5, ""),
    ],
)
@pytest.mark.parametrize("verb", ["fetch", "tables"])
def test_streams_that_are_closed_or_full(
    redirection: str, code: int, said: str, verb: str, saved: Path
) -> None:
    """What was asked for is done without a word where nobody listens; a full disk is code 5."""
    source = "" if verb == "tables" else f"--from {saved}"
    command = f"{sys.executable} -X dev -m dfns_frames {verb} {source} {redirection}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert result.returncode == code
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == bool(said)


def test_closed_streams_leave_files_alone(saved: Path, tmp_path: Path) -> None:
    """The first file that is opened must not become standard output."""
    command = f"{sys.executable} -m dfns_frames export --from {saved} --csv {tmp_path / 'out'} >&- 2>&-"
    subprocess.run(["bash", "-c", command], check=True)
    assert (tmp_path / "out" / "tokens.csv").read_text().startswith('"source"')
    assert "wrote" not in "".join(path.read_text() for path in (tmp_path / "out").iterdir())


def test_a_workbook_goes_into_a_new_folder(saved: Path, tmp_path: Path) -> None:
    """`--csv out --excel out/p.xlsx`, where `out` is new, in whatever order."""
    out = tmp_path / "out"
    arguments = ["--excel", str(out / "p.xlsx"), "--csv", str(out)]
    assert main(["export", "--from", str(saved), *arguments]) == 0
    assert {"p.xlsx", "tokens.csv"} <= set(files_below(out))


def test_one_token_is_told_of_in_the_singular(tmp_path: Path, capsys: Captured) -> None:
    """A reviewer with one administrator reads a sentence, not a form."""
    full = {"permissionId": "pm-1", "permissionName": "ManagedFullAdminAccess", "assignmentId": ""}
    listed = {"items": [token(1, full, dateCreated="2020-01-01T00:00:00.000Z")]}
    (tmp_path / "one.json").write_text(json.dumps(listed))
    assert main(["fetch", "--from", str(tmp_path / "one.json")]) == 0
    shown = capsys.readouterr().out
    assert "1  is a full administrator\n" in shown
    assert "1  is older than a year\n" in shown
