"""What the shell reads, and what it says of that in words for somebody who writes no Python."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

import dfns_frames as dff
from dfns_frames._api.tables import TABLES
from dfns_frames.cli import main
from tests.conftest import WHEN, token
from tests.test_doors import LISTED

pytestmark = pytest.mark.usefixtures("no_account")
Capture = pytest.CaptureFixture[str]


def saved(folder: Path, name: str, *items: Any) -> str:
    """Write a saved response; return its path."""
    path = folder / name
    path.write_text(json.dumps({"items": list(items)}))
    return str(path)


def test_a_file_of_any_source_is_read(tmp_path: Path, capsys: Capture) -> None:
    """By its shape, or as --endpoint says; --caller names who asked, once for all files or for each."""
    users = saved(tmp_path, "users.json", LISTED["/auth/users"])
    members = saved(tmp_path, "members.json", {"userId": "us-1"})
    times = ["--fetched-at", "2026-03-02"]
    assert main(["fetch", "--from", users, *times]) == 0
    assert capsys.readouterr().out.startswith("Users visible to the caller\n")
    assert main(["fetch", "--from", members, *times]) == 2
    assert "--endpoint must be a path with the id" in capsys.readouterr().err
    both = ["--from", users, *times, "--from", members, *times]
    endpoints = ["--endpoint", "", "--endpoint", "/auth/user-groups/ug-7/members"]
    out = tmp_path / "out"
    assert main(["fetch", *both, *endpoints, "--caller", "ada", "--out", str(out)]) == 0
    frames = dff.read(out)
    assert frames.user_group_members["group_id"].tolist() == ["ug-7"]
    assert frames.sources["caller"].tolist() == ["ada", "ada"]
    assert main(["fetch", *both, "--endpoint", "", "--endpoint", "", "--endpoint", ""]) == 2
    assert "--endpoint is given 3 times and --from 2 times" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--endpoint", "--caller", "--fetched-at"])
def test_a_folder_says_itself_what_it_is_of(option: str, tmp_path: Path, capsys: Capture) -> None:
    """What is said besides is refused, not passed over."""
    folder = dff.read({"items": []}).to_parquet(tmp_path / "pats")
    assert main(["fetch", "--from", str(folder), option, "2026-03-02"]) == 2
    assert f"{option} does not go with the folder" in capsys.readouterr().err


def test_a_table_that_is_not_there(tmp_path: Path, capsys: Capture) -> None:
    """It ends with 2, and with words for somebody who writes no Python."""
    users = saved(tmp_path, "users.json", LISTED["/auth/users"])
    assert main(["tokens", "--from", users, "--fetched-at", "2026-03-02"]) == 2
    said = capsys.readouterr().err
    assert "no table 'tokens' here; it comes from GET /auth/pats, or" in said
    assert "add the saved response with --from" in said
    assert "Client" not in said


def test_what_was_not_read_is_said(tmp_path: Path, capsys: Capture) -> None:
    """On standard error, beside whatever is listed; --quiet silences it."""
    pats = dff.read({"items": [token(1)]}, fetched_at=WHEN)
    rows = [*pats.arrow("sources").to_pylist(), {"source": "/v2/policies", "status": "forbidden"}]
    rows[1] |= {"source_no": 1, "needs_operation": "Policies:Read"}
    tables = {name: pats.arrow(name) for name in pats} | {"sources": TABLES["sources"].from_rows(rows)}
    folder = str(dff.Frames(tables).to_parquet(tmp_path / "some"))
    for quiet, said in (([], "warning: policies not read: needs Policies:Read"), (["--quiet"], "")):
        assert main(["tokens", "--from", folder, *quiet]) == 0
        assert said in (shown := capsys.readouterr()).err
        assert bool(shown.err) == bool(said)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("https://api.dfns.io/auth/pats", "--from must be the path .* not a web address; leave out --from"),
        ("s3://bucket/pats.json", "not an address; download the file first$"),
        ('{"items": []}', "not JSON text; give the name of a file, or - for"),
    ],
)
def test_what_is_no_file(source: str, said: str, capsys: Capture) -> None:
    """No word of Python stands in what the shell says of it."""
    assert main(["fetch", "--from", source]) == 2
    assert re.search(said, capsys.readouterr().err.strip())


def test_a_files_date_that_cannot_be_is_warned_of_in_words_of_the_shell(
    tmp_path: Path, capsys: Capture
) -> None:
    """The option is called as it is written."""
    path = saved(tmp_path, "pats.json", token(1))
    os.utime(path, (0, 0))
    assert main(["fetch", "--from", path]) == 0
    assert "; give --fetched-at to say when the list was fetched" in capsys.readouterr().err
