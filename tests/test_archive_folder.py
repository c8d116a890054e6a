"""What others do to an archive's folder: delete, rename, move, and leave their own things in it."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import dfns_frames as dff
from dfns_frames._archive.covering import coverage
from tests.conftest import assignment, read, token

LOOK = "snapshots/org=or-1/caller=us-1/look=2026-03-02T08-00-00Z"
Question = Callable[[dff.Archive], object]


def holders(archive: dff.Archive) -> object:
    return archive.holders("move_funds", on="2026-03-02")


def at(archive: dff.Archive) -> object:
    return archive.at("2026-03-05")


def forget(archive: dff.Archive) -> object:
    return archive.forget("or-1")


QUESTIONS: dict[str, Question] = {
    "snapshots": dff.Archive.snapshots,
    "changes": dff.Archive.changes,
    "lifetimes": dff.Archive.lifetimes,
    "holders": holders,
}


@pytest.fixture
def archive(tmp_path: Path) -> dff.Archive:
    """Three days of two tokens each, one of which is another every day."""
    made = dff.Archive(tmp_path / "archive")
    for day in (1, 2, 3):
        made.add(read(token(1, assignment()), token(1 + day), fetched_at=f"2026-03-0{day}T08:00:00Z"))
    return made


@pytest.mark.parametrize("table", ["rejected", "sources", "tokens"])
@pytest.mark.parametrize("question", sorted(QUESTIONS))
def test_a_table_that_was_deleted_is_missed(archive: dff.Archive, question: str, table: str) -> None:
    """What it held would seem to be gone: the question fails, and says that `check` knows more."""
    shutil.rmtree(archive.folder / LOOK / table)
    with pytest.raises(dff.ResponseError, match=r"2026-03-02T08.* (lacks|has lost) .*check\(\)"):
        QUESTIONS[question](archive)
    assert archive.check()["problem"].tolist() == [
        f"the export lacks this table, which its other files name: {table}.parquet"
    ]


def test_a_file_without_a_byte_is_missed(archive: dff.Archive) -> None:
    """Spark would pass over it, and what it held would seem to be gone."""
    (archive.folder / LOOK / "tokens" / "tokens.parquet").write_bytes(b"")
    with pytest.raises(dff.ResponseError, match="has lost its table 'tokens'"):
        archive.lifetimes()


def test_nothing_is_guessed_of_an_emptied_snapshot(archive: dff.Archive) -> None:
    """A snapshot whose files are all gone fails what reads it, but not the next `add`."""
    last = archive.folder / LOOK.replace("-02T", "-03T")
    shutil.rmtree(last)
    last.mkdir()
    for ask in (*QUESTIONS.values(), at):
        with pytest.raises(dff.ResponseError, match="lacks a file"):
            ask(archive)
    with pytest.raises(dff.ResponseError, match="lacks a file"):
        coverage(archive.folder, None, None)
    assert archive.add(read(token(1), fetched_at="2026-03-04T08:00:00Z")).is_dir()


def test_what_systems_and_people_leave_does_no_harm(archive: dff.Archive) -> None:
    """Files called like folders, and names that no archive gives, are named by `check` and never read."""
    snapshots = archive.folder / "snapshots"
    (snapshots / "org=or-9").write_text("")
    (snapshots / "org=or-1" / "caller=us-9").write_text("")
    (snapshots / f"org={'A' * 100}").mkdir()
    (snapshots / "org=Or-1").mkdir()
    (archive.folder / LOOK / "tokens" / "copy.parquet").write_text("")
    for harmless in ("Thumbs.db", ".DS_Store", "desktop.ini"):
        for place in (archive.folder, snapshots, archive.folder / LOOK, archive.folder / LOOK / "tokens"):
            (place / harmless).write_text("")
    assert len(archive.snapshots()) == 3
    assert len(archive.at("2026-03-05").tokens) == 2
    assert len(archive.lifetimes()) == 4
    found = archive.check().set_index("path")["remedy"]
    assert {*found.index} == {
        f"{LOOK}/tokens/copy.parquet",
        f"snapshots/org={'A' * 100}",
        "snapshots/org=Or-1",
        "snapshots/org=or-1/caller=us-9",
        "snapshots/org=or-9",
    }
    assert found["snapshots/org=Or-1"].endswith("if it holds the snapshots of 'Or-1', rename it org=~4fr-1")


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="names of files are text there")
def test_a_name_that_is_no_text_is_named(archive: dff.Archive) -> None:
    """Bytes that are no UTF-8 stop nothing, `check` least of all."""
    os.mkdir(os.fsencode(archive.folder) + b"/snapshots/org=\xff")  # noqa: PTH102 - no path can be written so
    assert len(archive.snapshots()) == 3
    assert archive.check()["path"].tolist() == [r"snapshots/org=\udcff"]


def test_an_archive_that_vanished_is_not_empty(archive: dff.Archive, tmp_path: Path) -> None:
    """Where the folder was moved while it is open, no question is answered as if nothing were there."""
    archive.folder.rename(tmp_path / "elsewhere")
    for ask in (*QUESTIONS.values(), at, forget):
        with pytest.raises(FileNotFoundError, match=r"no archive\.json any more; was the folder moved"):
            ask(archive)


def test_a_lost_marker_is_named_and_can_be_written_again(archive: dff.Archive) -> None:
    """Without `archive.json` nothing is added to what could not be opened again; it says how to mend it."""
    (archive.folder / "archive.json").unlink()
    assert archive.check()["path"].tolist() == ["archive.json"]
    with pytest.raises(dff.ConfigurationError, match=r'lost its archive\.json.*write \{"format": 1\}'):
        dff.Archive(archive.folder)
    with pytest.raises(dff.ConfigurationError, match=r"lost its archive\.json"):
        archive.add(read(token(1)))
    (archive.folder / "archive.json").write_text('{"format": 1}')
    assert len(dff.Archive(archive.folder).snapshots()) == 3


def test_the_second_of_a_snapshot_is_at_it(tmp_path: Path) -> None:
    """A list made within a second is there at the second by which its snapshot is called."""
    archive = dff.Archive(tmp_path / "archive")
    archive.add(read(token(1), fetched_at="2026-03-02T08:00:00.750Z"))
    (taken,) = archive.snapshots()["taken"]
    assert len(archive.at(taken).tokens) == 1
    with pytest.raises(dff.ConfigurationError, match="before the first snapshot"):
        archive.at("2026-03-02T08:00:00.5Z")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there are no such permissions on Windows")
def test_what_cannot_be_deleted_is_not_forgotten_in_silence(archive: dff.Archive) -> None:
    """It is out of sight, but the files are there: an error says so, and `forget` again finishes it."""
    archive.lifetimes()  # all is imported that a stranger may not read
    locked = archive.folder / LOOK
    locked.chmod(0o555)
    was = os.geteuid()
    if not was:
        for path in archive.folder.parents:  # pytest's are its user's only
            if not path.stat().st_mode & stat.S_IXOTH:
                path.chmod(0o755)
        for path in (archive.folder, *archive.folder.rglob("*")):
            os.chown(path, 65534, 65534)
        os.seteuid(65534)
    try:
        with pytest.raises(OSError, match=r"forgotten, but some of its files cannot be deleted") as caught:
            archive.forget("or-1")
        assert len(archive.snapshots()) == 0
        for path in Path(caught.value.filename).rglob("look=*"):
            path.chmod(0o755)
        assert archive.forget("or-1") == 0
        assert archive.check().empty
    finally:
        os.seteuid(was)


def test_an_address_needs_an_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a Spark session the address of an object store is refused: no folder of that name is made."""
    monkeypatch.chdir(tmp_path)
    for address in ("s3a://bucket/archive", "abfss://x@y/archive"):
        with pytest.raises(dff.ConfigurationError, match=r"object store.*pass engine=spark"):
            dff.Archive(address)
    with pytest.raises(dff.ConfigurationError, match="cannot be the name of a folder"):
        dff.Archive("archive\0")
    assert not [*tmp_path.iterdir()]


def test_an_archive_is_not_taken_for_a_snapshot(archive: dff.Archive) -> None:
    """Where one snapshot is expected, the error says how to get one out of an archive."""
    for ask in (dff.read, partial(dff.compare, new=read(token(1)))):
        with pytest.raises(FileNotFoundError, match=r"an archive, not one export.* look=….* at\(\)"):
            ask(archive.folder)
