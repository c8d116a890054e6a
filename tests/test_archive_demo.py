"""The demo's twelve weeks, and the shell's questions about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib import dates

import dfns_frames as dff
from dfns_frames.cli import main
from tests.demo_answers import weeks

date2num: Any = dates.date2num


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> dff.Archive:
    return dff.demo.archive(tmp_path_factory.mktemp("demo") / "archive")


def plain(frame: pd.DataFrame, columns: list[str]) -> list[tuple[Any, ...]]:
    """Return rows as tuples, times as month and day."""
    made = frame[columns].copy()
    for name in made.select_dtypes("datetimetz").columns:
        made[name] = made[name].dt.strftime("%m-%d")
    return [
        tuple(None if pd.isna(value) else value for value in row)
        for row in made.astype(object).itertuples(index=False, name=None)
    ]


def test_the_changes_are_the_story(archive: dff.Archive) -> None:
    """What changed in the twelve weeks is what the story says, each between the right looks."""
    columns = ["change", "object", "name", "field", "old", "new", "operation", "severity", "after", "by"]
    assert sorted(map(str, plain(archive.changes(), columns))) == sorted(map(str, weeks.CHANGES))
    part = plain(archive.changes(since="2026-09-08", until="2026-09-30"), columns)
    assert sorted(map(str, part)) == sorted(str(row) for row in weeks.CHANGES if "09-08" < row[-1] < "09-30")


def test_the_lifetimes_are_the_story(archive: dff.Archive) -> None:
    """From when to when each token was there, the oldest first."""
    columns = ["name", "first_seen", "last_seen", "gone_after", "gone_by"]
    found = archive.lifetimes()
    assert plain(found, columns) == weeks.LIFETIMES
    assert found["off_by"].isna().all()


@pytest.mark.parametrize("day", weeks.HOLDERS)
def test_the_holders_are_the_story(archive: dff.Archive, day: str) -> None:
    """Who could move funds on a day, and how sure that is; a renamed token is called as it was then."""
    found = archive.holders("move_funds", on=day)
    assert dict(zip(found["name"], found["certainty"].astype(str), strict=True)) == weeks.HOLDERS[day]


def test_at_is_the_last_complete_look(archive: dff.Archive) -> None:
    """On 22 September the tokens are those of the 14th, the permissions of the 21st."""
    found = archive.at("2026-09-22")
    times = found.sources.set_index("source")["fetched_at"].dt.strftime("%m-%d").to_dict()
    assert times == {"/auth/pats": "09-14", "/permissions": "09-21"}
    assert sorted(found.tokens["name"])[-2:] == ["on call", "sweeper"]
    assert len(found.tokens) == 6


def test_made_again_it_is_the_same(archive: dff.Archive) -> None:
    """Made again into the same folder nothing is added."""
    again = dff.demo.archive(archive.folder)
    assert len(again.snapshots()) == 12
    assert again.check().empty


def shell(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command; return its exit code, and what it printed."""
    code = main(["archive", *arguments])
    return code, *capsys.readouterr()


def test_the_shell_answers(archive: dff.Archive, capsys: pytest.CaptureFixture[str]) -> None:
    """Each question has a verb; programs get every column, people what they need."""
    folder = str(archive.folder)
    code, text, _ = shell(capsys, "list", folder, "--format", "jsonl")
    assert code == 0
    assert len(text.splitlines()) == 12
    assert json.loads(text.splitlines()[0])["taken"] == "2026-08-03T07:30:00.000000Z"
    code, text, _ = shell(capsys, "changes", folder, "--since", "2026-09-20")
    assert code == 0
    assert len(text.splitlines()) == 5
    assert "old backend" in text
    code, text, error = shell(capsys, "changes", folder, "--fail-on", "high", "--format", "csv")
    assert code == 1
    assert "fails: 4 changes at or above high" in error
    assert len(text.splitlines()) == 11
    assert shell(capsys, "changes", folder, "--since", "2026-09-20", "--fail-on", "high")[0] == 0
    code, text, _ = shell(capsys, "lifetimes", folder, "--format", "json")
    assert json.loads(text)[0]["name"] == "old backend"
    code, text, _ = shell(
        capsys, "holders", folder, "move-funds", "--on", "2026-08-14", "--format", "markdown"
    )
    assert "| sweeper | possible |" in text
    code, text, error = shell(capsys, "at", folder, "2026-09-22")
    assert len(text.splitlines()) == 7
    assert "2026-09-14 07:30:00 UTC" in error
    code, text, _ = shell(capsys, "check", folder)
    assert (code, text) == (0, "nothing is damaged, left over or foreign\n")


def test_a_job_without_a_new_look_fails(archive: dff.Archive, capsys: pytest.CaptureFixture[str]) -> None:
    """No look after --since is no news, not good news: it is said, and --fail-on ends with 2."""
    ask = ("changes", str(archive.folder), "--since")
    code, _, error = shell(capsys, *ask, "2026-11-18")
    assert code == 0
    assert (
        "no snapshot was kept after 2026-11-18 00:00 UTC; the newest is from 2026-10-19 07:30 UTC, so "
        "nothing was compared: check whether `fetch --archive` failed" in error
    )
    assert shell(capsys, *ask, "2026-11-18", "--fail-on", "high")[0] == 2
    code, _, error = shell(capsys, *ask, "2026-11-18", "--fail-on", "high", "--quiet")
    assert code == 2
    assert error.count("no snapshot was kept") == 1
    code, _, error = shell(capsys, *ask, "2026-10-13", "--fail-on", "high")
    assert code == 0
    assert "from 2026-10-12 07:30 UTC to 2026-10-19 07:30 UTC." in error
    assert "Compared the snapshots of or-" in error


def test_the_shell_fails_with_a_sentence(
    archive: dff.Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that is none, a category that is none, and a time before the first snapshot."""
    folder = str(archive.folder)
    code, _, error = shell(capsys, "list", str(tmp_path / "typo"))
    assert code == 2
    assert "`fetch --archive` makes one" in error
    assert not (tmp_path / "typo").exists()
    code, _, error = shell(capsys, "holders", folder, "move_fund", "--on", "2026-08-14")
    assert code == 2
    assert "CATEGORY does not know 'move_fund'. Did you mean 'move_funds'?" in error
    code, _, error = shell(capsys, "at", folder, "2026-01-01")
    assert code == 2
    assert "before the first snapshot" in error
    assert "TIME" in error
    assert shell(capsys, "forget", folder, "or-nobody")[0] == 2


def test_fetch_keeps_and_forget_forgets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a weekly job needs: fetch into an archive, ask for changes with an exit code, forget."""
    folder = str(tmp_path / "archive")
    for _ in range(2):
        assert main(["fetch", "--demo", "--quiet", "--archive", folder]) == 0
    text = capsys.readouterr().out
    assert text.count("kept in ") == 2
    assert len(dff.Archive(folder).snapshots()) == 1
    org = dff.Archive(folder).snapshots()["org_id"][0]
    code, _, error = shell(capsys, "changes", folder, "--fail-on", "low")
    assert code == 0
    assert error.startswith("dfns-frames: the only snapshot, of ")
    assert error.endswith(": nothing to compare with yet\n")
    code, text, _ = shell(capsys, "forget", folder, org)
    assert (code, text) == (0, f"forgot 1 snapshot of {org}\n")
    broken = tmp_path / "archive" / "notes.txt"
    broken.write_text("mine")
    assert shell(capsys, "check", folder)[0] == 5


def test_the_chart_counts_changes_by_week(archive: dff.Archive) -> None:
    """A bar for each sort and week, as high as the changes that a look of that week was the first to show."""
    ax = archive.plot.changes()
    heights = [height for bars in ax.containers for height in bars.datavalues]  # type: ignore[attr-defined]
    assert sum(heights) == len(weeks.CHANGES)
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["appeared", "changed", "disappeared", "snapshot"]
    assert ax.get_xlabel() == "week of the snapshot that shows it, UTC"
    (dots,) = ax.lines
    looks = archive.snapshots()["taken"]
    assert list(dots.get_xdata()) == list(looks.dt.tz_localize(None))
    low, high = ax.get_xlim()
    assert low <= date2num(looks.min()) < date2num(looks.max()) <= high
    empty = archive.plot.changes(since="2026-10-18", ax=ax)
    assert empty is ax
    assert not ax.patches
    with pytest.raises(dff.ConfigurationError, match="freq"):
        archive.plot.changes(freq="X")
