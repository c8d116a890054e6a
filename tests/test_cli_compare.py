"""The verb `compare`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dfns_frames.cli import main
from tests.looks import JUNE, MAY, assigned, pats, permission, token

OLD = ("--old-time", "2026-05-01", "--new-time", "2026-06-01")


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Write a list of May, and one of June in which a new administrator's token appeared."""
    full = token("to-2", assigned("pm-1", [], "ManagedFullAdminAccess"), name="root\x1b[31m")
    for name, items in {"may": [token("to-1")], "june": [token("to-1", name="x"), full]}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"items": items}))
    return str(tmp_path / "may.json"), str(tmp_path / "june.json")


def test_it_prints_what_changed(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """The table on standard output, the summary on standard error; no name steers the terminal."""
    assert main(["compare", *files, *OLD]) == 0
    out, err = capsys.readouterr()
    header, first, second = out.splitlines()
    assert header.split() == [
        "severity", "change", "object", "name", "owner_id", "field", "old", "new", "token_id", "after", "by",
    ]  # fmt: skip
    assert first.startswith("critical  appeared  token   root\\x1b[31m")
    assert second.startswith("none      changed   token   x")
    assert "Compared two snapshots of or-1: /auth/pats of us-1 from 2026-05-01" in err


@pytest.mark.parametrize(("level", "code"), [("critical", 1), ("low", 1), (None, 0)])
def test_it_fails_on_what_was_asked_about(
    files: tuple[str, str], level: str | None, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new administrator's token ends the job; what went, or what was gained below the level, does not."""
    asked = ["--fail-on", level] if level else []
    assert main(["compare", *files, *OLD, *asked]) == code
    assert ("fails: 1 change at or above" in capsys.readouterr().err) == bool(code)
    assert main(["compare", *files[::-1], *OLD, *asked]) == 0


def test_programs_get_every_column(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing else on standard output."""
    assert main(["compare", *files, *OLD, "--format", "json", "--quiet"]) == 0
    out, err = capsys.readouterr()
    rows: list[dict[str, Any]] = json.loads(out)
    assert [row["severity"] for row in rows] == ["critical", "none"]
    assert rows[0]["after"] == "2026-05-01T23:59:59Z"
    assert len(rows[0]) == 17
    assert err == ""


def test_a_folder_says_itself_when_it_is_of(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(pats(token("to-3"), when=JUNE).to_parquet(tmp_path / "kept"))
    assert main(["compare", files[0], folder, "--old-time", "2026-05-01"]) == 0
    assert main(["compare", files[0], folder, "--new-time", "2026-05-01"]) == 2
    assert "--new-time does not go with the folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--new-time", "2026-05-01", "--old-time", "2026-06-01"), "name the earlier snapshot first"),
        (("--old-time", "soon"), "--old-time 'soon' is not a time"),
    ],
)
def test_what_cannot_be_compared_ends_with_what_to_do(
    files: tuple[str, str], more: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *files, *more]) == 2
    assert said in capsys.readouterr().err


def test_lists_of_two_people_are_refused_but_under_one_name(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"items": [token("to-1", linkedUserId="us-2")]}))
    assert main(["compare", files[0], str(other), *OLD]) == 2
    assert "name them with --caller" in capsys.readouterr().err
    assert main(["compare", files[0], str(other), *OLD, "--caller", "us-1"]) == 0


def test_an_empty_list_is_read_as_what_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Else nothing would tell that it is no list of tokens."""
    for name, items in {"old": [permission("pm-1")], "new": []}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"items": items}))
    files = str(tmp_path / "old.json"), str(tmp_path / "new.json")
    assert main(["compare", *files, *OLD, "--endpoint", "permissions", "--format", "csv"]) == 0
    assert '"disappeared","permission"' in capsys.readouterr().out


def test_standard_input_is_read_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "-", "-"]) == 2
    assert "only once" in capsys.readouterr().err
    assert main(["compare", "", "-"]) == 2
    assert "OLD needs the name" in capsys.readouterr().err


def test_of_folders_the_advice_is_to_fetch_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder says itself who asked, so that --caller would not change it."""
    mine = pats(token("to-1"), when=MAY).to_parquet(tmp_path / "mine")
    other = pats(token("to-1", linkedUserId="us-2"), when=JUNE, caller="us-2").to_parquet(tmp_path / "other")
    assert main(["compare", str(mine), str(other)]) == 2
    assert capsys.readouterr().err.rstrip().endswith("fetch both with the same --caller")
