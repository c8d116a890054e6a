"""Files appear complete or not at all, and a failure says what to do."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dfns_frames as dff
from dfns_frames.export.files import new_file, new_folder
from tests.export_samples import named

FOLDERS = ["to_csv", "to_parquet"]


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize("method", FOLDERS)
def test_existing_files_stay(method: str, tmp_path: Path) -> None:
    """A file that exists is replaced only if told to; others in the folder stay."""
    pats = named("a")
    write: Callable[..., Path] = getattr(pats, method)
    suffix = method.removeprefix("to_")
    (tmp_path / f"tokens.{suffix}").write_text("mine")
    (tmp_path / "notes.md").write_text("mine too")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        write(tmp_path)
    assert everything_in(tmp_path) == sorted([f"tokens.{suffix}", "notes.md"])
    assert write(tmp_path, overwrite=True) == tmp_path
    assert (tmp_path / f"tokens.{suffix}").read_bytes() != b"mine"
    assert (tmp_path / "notes.md").read_text() == "mine too"
    assert not [name for name in everything_in(tmp_path) if name.endswith(".part")]


@pytest.mark.parametrize("method", FOLDERS)
def test_places_that_cannot_be(method: str, tmp_path: Path) -> None:
    """A file in the folder's place, and a parent that is missing, are named; a folder in a file's too."""
    write: Callable[..., Path] = getattr(named("a"), method)
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotADirectoryError, match="this is a file"):
        write(tmp_path / "file")
    with pytest.raises(FileNotFoundError, match="make it first"):
        write(tmp_path / "none" / "out")
    (tmp_path / f"tokens.{method.removeprefix('to_')}").mkdir()
    with pytest.raises(IsADirectoryError, match="a folder stands"):
        write(tmp_path, overwrite=True)


def fail_in_folder(target: Path, error: BaseException) -> None:
    with new_folder(target, ["a.txt"], overwrite=True) as part:
        (part / "a.txt").write_text("new")
        raise error


def fail_in_file(target: Path, error: BaseException) -> None:
    with new_file(target, suffix=".xlsx", overwrite=False) as file:
        file.write(b"half")
        raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("x"), OSError(errno.ENOSPC, "full")])
@pytest.mark.parametrize("before", [False, True])
def test_nothing_is_left_of_a_failure(error: BaseException, before: bool, tmp_path: Path) -> None:
    """Whatever goes wrong on the way, the folder is as it was."""
    target = tmp_path / "out"
    if before:
        target.mkdir()
        (target / "a.txt").write_text("old")
    was = everything_in(tmp_path)
    with pytest.raises(type(error)):
        fail_in_folder(target, error)
    with pytest.raises(type(error)):
        fail_in_file(tmp_path / "b.xlsx", error)
    assert everything_in(tmp_path) == was
    assert not before or (target / "a.txt").read_text() == "old"


def test_a_full_disk_says_what_to_do(tmp_path: Path) -> None:
    """The error of the operating system keeps its kind and number, and names place and remedy."""
    with pytest.raises(OSError, match=r"disk is full; free some space.*b\.xlsx") as caught:
        fail_in_file(tmp_path / "b.xlsx", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert caught.value.errno == errno.ENOSPC


def test_a_folder_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that this account may not write into leads to a PermissionError that says so."""

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)  # the tests may run as root, whom nothing is forbidden
    with pytest.raises(PermissionError, match="this account may not write here"):
        named("a").to_csv(tmp_path / "out")
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize(("method", "name"), [("to_csv", "pats.csv"), ("to_parquet", "pats.PARQUET")])
def test_a_folder_is_not_named_as_a_file(method: str, name: str, tmp_path: Path) -> None:
    """Who asks for pats.csv is told that there are several files; an existing folder may be named so."""
    with pytest.raises(dff.ConfigurationError, match="each table gets one of its own; name a folder"):
        getattr(named("a"), method)(tmp_path / name)
    (tmp_path / name).mkdir()
    assert getattr(named("a"), method)(tmp_path / name) == tmp_path / name


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """Writing to a link replaces the file that it points to."""
    real = tmp_path / "real.xlsx"
    real.write_bytes(b"old")
    link = tmp_path / "link.xlsx"
    link.symlink_to(real)
    with new_file(link, suffix=".xlsx", overwrite=True) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    """A name that ends otherwise is refused before anything is written."""
    for name in ("a.xls", "a.csv", "a"):
        with pytest.raises(dff.ConfigurationError, match=r"does not end in \.xlsx"):
            fail_in_file(tmp_path / name, AssertionError("was opened"))
    assert everything_in(tmp_path) == []
