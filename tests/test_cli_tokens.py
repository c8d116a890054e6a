"""`dfns-frames tokens`: which tokens it lists, in which form, and that no name in it does anything."""

import csv
import io
import json
import re
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dfns_frames as dff
from dfns_frames._facts.dtypes import TEXT
from dfns_frames.cli import main
from dfns_frames.cli.listing import render
from tests.conftest import assignment, token

pytestmark = pytest.mark.usefixtures("no_account")
Captured = pytest.CaptureFixture[str]
FORMATS = ("table", "csv", "json", "jsonl", "markdown")
HOSTILE = (
    "\x1b[2J\x1b]0;title\x07",
    "\x9b31m",
    "a\u202egnp.exe\u2066\u200b",
    "line\nbreak\r\ttab\u2028",
    "=1+1",
    "| a | b |",
    "[x](http://evil.example) <b>**b**</b> `c` https://evil.example www.evil.example",
    "夜间对账",
    "",
)


def ask(frames: dff.Frames, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """List made-up tokens as if the demo had them."""
    monkeypatch.setattr(dff.Client, "pats", lambda *_, **__: frames)
    return main(["tokens", "--demo", *arguments])


@pytest.fixture
def hostile() -> dff.Frames:
    items = [token(n, assignment(), name=name) for n, name in enumerate(HOSTILE)]
    return dff.read({"items": items}, fetched_at="2026-11-23T08:00:00Z")


@pytest.fixture
def few() -> dff.Frames:
    """Make a full administrator, one that may do anything, a harmless one, and one without owner."""
    items = [
        token(1, assignment(permissionName="ManagedFullAdminAccess"), dateCreated="2026-01-01T00:00:00Z"),
        token(2, assignment(operations=None), dateCreated="2024-01-01T00:00:00Z", isActive=False),
        token(3, assignment(operations=["Wallets:Read"]), dateCreated="2025-11-23T08:00:00Z"),
        token(4, linkedUserId="", linkedAppId="", dateCreated="2025-11-23T08:00:01Z"),
    ]
    for item in items:
        for entry in item["permissionAssignments"]:
            if entry["operations"] is None:
                del entry["operations"]
    return dff.read({"items": items}, fetched_at="2026-11-23T08:00:00Z")


def listed(captured: Captured) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ([], ["to-1", "to-3", "to-2", "to-4"]),
        (["--can", "move_funds"], ["to-1", "to-2"]),
        (["--can", "move_funds", "--can", "approve"], ["to-1", "to-2"]),
        (["--inactive"], ["to-2"]),
        (["--active"], ["to-1", "to-3", "to-4"]),
        (["--active", "--can", "move_funds"], ["to-1"]),
        (["--older-than", "365"], ["to-3", "to-2"]),
        (["--older-than", "366"], ["to-2"]),
        (["--owner", "us-1"], ["to-1", "to-3", "to-2"]),
        (["--owner", "us-1", "--inactive", "--can", "egress", "--older-than", "0"], ["to-2"]),
        (["--owner", "nobody"], []),
    ],
)
def test_which_tokens_are_listed(
    arguments: list[str], ids: list[str], few: dff.Frames, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Each option keeps some, all of them together; a category keeps yes and unknown; the worst are first."""
    assert ask(few, monkeypatch, "--format", "jsonl", *arguments) == 0
    assert [row["token_id"] for row in listed(capsys)] == ids


def test_help_names_the_categories(capsys: Captured) -> None:
    """All that `capabilities` has a column for."""
    with pytest.raises(SystemExit):
        main(["tokens", "--help"])
    shown = capsys.readouterr().out
    assert all(name in shown for name in dff.measures.classes.SENSITIVE)


def test_a_column_says_which_can_and_which_may(
    few: dff.Frames, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """In the table for people it stands beside those that it always has."""
    assert ask(few, monkeypatch, "--can", "move_funds", "--can", "move_funds") == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == [
        "token_id", "name", "owner_id", "is_active", "age_days", "holds_everything", "worst", "move_funds",
    ]  # fmt: skip
    assert (first.split()[-1], second.split()[-1]) == ("yes", "unknown")


def test_a_bound_says_that_it_is_one(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    """`at least medium` for people; for programs the severity, with a flag."""
    items = [token(1, assignment(operations=["Webhooks:Ping", "No:Such:Operation"]))]
    with pytest.warns(dff.DriftWarning):
        frames = dff.read({"items": items}, fetched_at="2026-11-23T08:00:00Z")
    assert ask(frames, monkeypatch, "--quiet") == 0
    assert "at least " in capsys.readouterr().out
    assert ask(frames, monkeypatch, "--quiet", "--format", "jsonl") == 0
    [row] = listed(capsys)
    assert row["worst_is_lower_bound"] is True
    assert row["worst"] in ("low", "medium")


def test_unknown_owner_is_said(few: dff.Frames, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    """An empty list after a typing error must not read as "holds nothing"; a missing owner is nobody."""
    assert ask(few, monkeypatch, "--owner", "us-l") == 0
    assert "'us-l'" in capsys.readouterr().err
    assert ask(few, monkeypatch, "--format", "jsonl") == 0
    assert [row["owner_id"] for row in listed(capsys)][-1] is None


def test_a_token_of_unknown_age_may_be_older(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    """Dated later than the list, it has no age: it is kept, and the age is empty."""
    items = [token(1, dateCreated="2027-01-01T00:00:00Z")]
    frames = dff.read({"items": items}, fetched_at="2026-11-23T08:00:00Z")
    assert ask(frames, monkeypatch, "--older-than", "900", "--format", "jsonl") == 0
    assert [row["age_days"] for row in listed(capsys)] == [None]


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_else_is_on_standard_output(form: str, capsys: Captured) -> None:
    """Drift goes to standard error; the demo's tokens are all there."""
    assert main(["tokens", "--demo", "--format", form]) == 0
    captured = capsys.readouterr()
    assert "drift" in captured.err
    assert "drift" not in captured.out
    lines = captured.out.splitlines()
    head = {"table": 1, "csv": 1, "json": 2, "jsonl": 0, "markdown": 2}[form]
    assert len(lines) - head == 122


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("caller", ["pentest", "new-joiner"])
def test_all_formats_of_all_sorts_of_names(
    form: str, caller: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hostile names, and nobody's: no control character but line breaks reaches the terminal."""
    frames = dff.demo.client(caller).pats()
    assert ask(frames, monkeypatch, "--format", form) == 0
    shown = capsys.readouterr().out
    allowed = "\n\r\t" if form == "csv" else "\n"
    assert not {letter for letter in shown if unicodedata.category(letter) in ("Cc", "Zl")} - set(allowed)
    assert not set("\u202a\u202e\u2066\u2069\u200f") & set(shown)
    if form == "table":
        assert len(shown.splitlines()) == 1 + len(frames.tokens)


def test_json_keeps_every_name(
    hostile: dff.Frames, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Escaped as JSON escapes, hence read back equal."""
    assert ask(hostile, monkeypatch, "--format", "json") == 0
    shown = capsys.readouterr().out
    assert shown.isascii()
    assert {row["name"] for row in json.loads(shown)} == set(HOSTILE)


def test_csv_is_sanitised_as_the_exports_are(
    hostile: dff.Frames, monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    """A name is what `to_csv` makes of it, but for what steers a terminal; missing is an empty field."""
    assert ask(hostile, monkeypatch, "--format", "csv") == 0
    shown = {row["token_id"]: row["name"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    hostile.to_csv(tmp_path / "csv")
    with (tmp_path / "csv" / "tokens.csv").open(encoding="utf-8", newline="") as file:
        written = {row["token_id"]: row["name"] for row in csv.DictReader(file)}
    steering = re.compile("[\x7f-\x9f\u2028\u202a-\u202e\u2066-\u2069]")
    assert shown == {key: steering.sub("\ufffd", name) for key, name in written.items()}
    assert shown["to-4"] == "'=1+1"


@settings(max_examples=150, deadline=None)
@given(name=st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(HOSTILE))
def test_no_name_breaks_a_table(name: str) -> None:
    """Whatever a token is called, its row is one line, and in Markdown has as many cells as the head."""
    frame = pd.DataFrame({"name": pd.Series([name], dtype=TEXT), "n": [1]})
    table = render(frame, "table")
    assert len(table.splitlines()) == 2
    head, _, row = render(frame, "markdown").splitlines()
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == head.count("|") == 3
    assert not re.search(r"(?<!\\)(?:\\\\)*[<*`\[]", row)
    assert [json.loads(line)["name"] for line in render(frame, "jsonl").splitlines()] == [name]


def test_east_asian_names_are_aligned() -> None:
    """Their letters are two columns wide, accents that combine none."""
    names = pd.Series(["夜间对账", "e\u0301te\u0301", "abc"], dtype=TEXT)
    frame = pd.DataFrame({"name": names, "n": [1, 2, 3]})
    _, *rows = render(frame, "table").splitlines()
    assert rows == ["夜间对账  1", "e\u0301te\u0301       2", "abc       3"]


def test_long_names_are_cut_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal would wrap them; a file or another program gets all of it."""
    frame = pd.DataFrame({"name": pd.Series(["x" * 90], dtype=TEXT)})
    assert render(frame, "table").endswith("x" * 90)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert render(frame, "table").endswith("x" * 39 + "…")
    assert render(frame, "csv").endswith("x" * 90 + '"')


def test_operations_and_tables_come_in_every_format(capsys: Captured) -> None:
    """With every column for programs; `--category` keeps its meaning."""
    assert main(["operations", "--category", "approve", "--format", "jsonl"]) == 0
    rows = listed(capsys)
    assert rows[0].keys() == set(dff.operations().columns)
    assert {row["category"] for row in rows} == {"approve"}
    assert main(["operations", "--format", "csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(dff.operations())
    assert main(["tables", "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(dff.dictionary())
