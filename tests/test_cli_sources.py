"""The shell asks for the whole organisation, and says what it would take to read all of it."""

from __future__ import annotations

import csv
import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import dfns_frames as dff
from dfns_frames.cli import main
from tests.small_organisation import SOURCES, serving

pytestmark = pytest.mark.usefixtures("no_account")
Captured = pytest.CaptureFixture[str]
MISSING = ("Auth:Users:Read", "Policies:Read", "Auth:UserGroups:Members:Read", "Permissions:Assignments:Read")


@pytest.fixture(scope="module")
def server() -> Iterator[dff.demo.Server]:
    with dff.demo.serve() as running:
        yield running


@pytest.fixture
def limited(no_account: None, server: dff.demo.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask as somebody who is refused half."""
    monkeypatch.setenv("DFNS_API_URL", server.url)
    monkeypatch.setenv("DFNS_AUTH_TOKEN", server.tokens["payments-engineer"])


def test_fetch_all_reads_the_organisation(tmp_path: Path, capsys: Captured) -> None:
    """And keeps it as Parquet."""
    out = tmp_path / "org"
    assert main(["fetch", "--demo", "--all", "--require", "users", "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert all(f"{path} from " in shown for path in SOURCES)
    assert "permission_assignments 306" in shown
    assert "can move funds" in shown
    assert main(["sources", "--from", str(out), "--format", "csv"]) == 0
    listed = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert [(row["source"], row["status"]) for row in listed] == [(path, "ok") for path in SOURCES]


@pytest.mark.usefixtures("limited")
def test_fetch_all_names_every_loss_on_standard_error(capsys: Captured) -> None:
    """Once each; what it requires makes it an error, and nothing is kept."""
    assert main(["fetch", "--all"]) == 0
    captured = capsys.readouterr()
    assert all(captured.err.count(operation) == 1 for operation in MISSING)
    assert "44  tokens" in captured.out
    assert main(["fetch", "--all", "--caller", "alice", "--quiet"]) == 0
    assert capsys.readouterr().err == ""
    assert main(["fetch", "--all", "--require", "pats", "--require", "/v2/policies"]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Policies:Read" in captured.err


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl", "markdown"])
def test_sources_says_what_each_answers(form: str, capsys: Captured) -> None:
    """A table on standard output, and what to ask an administrator for beside it."""
    assert main(["sources", "--format", form]) == 0
    captured = capsys.readouterr()
    assert all(path in captured.out.replace(r"\{", "{").replace(r"\}", "}") for path in SOURCES)
    assert captured.out.count("forbidden") >= 4
    assert captured.err.splitlines()[-1] == (
        f"dfns-frames: ask an administrator for a permission with {', '.join(MISSING)}"
    )
    assert "not read" not in captured.err
    if form == "json":
        rows = json.loads(captured.out)
        assert {row["source"]: row["needs_operation"] for row in rows}["/auth/users"] == "Auth:Users:Read"
        assert len(rows[0]["body_sha256"]) == 64


def test_the_role_for_an_auditor_reads_everything(capsys: Captured) -> None:
    """It is listed without asking anybody, and holds what every source needs, and nothing that writes."""
    assert main(["sources", "--role"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 11
    assert main(["sources", "--role", "--format", "json"]) == 0
    operations = [row["operation"] for row in json.loads(capsys.readouterr().out)]
    assert sorted(operations) == [
        "Auth:Logs:Read",
        "Auth:ServiceAccounts:Read",
        "Auth:UserGroups:Members:Read",
        "Auth:UserGroups:Read",
        "Auth:Users:Read",
        "Permissions:Assignments:Read",
        "Permissions:Read",
        "Policies:Evaluations:Read",
        "Policies:Read",
        "Webhooks:Read",
    ]
    known = dff.operations().set_index("operation")
    assert {*known.loc[operations, "access"]} == {"read"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["fetch", "--demo", "--require", "users"], "--require goes with --all"),
        (["fetch", "--all", "--from", "x.json"], "--all asks the API or the demo"),
        (["fetch", "--demo", "--all", "--require", "user"], "--require .*'user'.*Did you mean 'users'"),
        (["fetch", "--all"], "DFNS_AUTH_TOKEN"),
        (["sources"], "DFNS_AUTH_TOKEN"),
        (["fetch", "--demo", "--caller", "alice"], "--caller is one name for whoever asks"),
        (["fetch", "--caller", "alice", "--caller", "bob"], "--caller is one name for whoever asks"),
    ],
)
def test_what_cannot_be_asked_is_said(arguments: list[str], says: str, capsys: Captured) -> None:
    """In one line, with the code for wrong usage."""
    import re

    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert re.search(says, captured.err)
    assert captured.out == ""


def test_an_organisation_of_which_nothing_came_is_an_error(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a server that is not there; whoever may read nothing at all is told so instead."""
    monkeypatch.setenv("DFNS_AUTH_TOKEN", "t")
    monkeypatch.setattr("time.sleep", lambda _: None)
    with socket.socket() as taken:  # but not listening, so whoever connects is refused
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("DFNS_API_URL", f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert main(["fetch", "--all"]) == 3
    captured = capsys.readouterr()
    assert "cannot be reached" in captured.err
    assert captured.out == ""
    with serving({}) as nothing:
        monkeypatch.setenv("DFNS_API_URL", nothing.url)
        assert main(["fetch", "--all"]) == 0
        assert "unavailable" in capsys.readouterr().out
