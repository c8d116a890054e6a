"""Files appear complete or not at all, and a failure says what to do."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dfns_frames as dff
from dfns_frames._files import new_file, new_folder
from tests.export_samples import named

TOKENS = {"to_csv": "tokens.csv", "to_parquet": "tokens/tokens.parquet"}
FOLDERS = list(TOKENS)
WRITERS = {"to_excel": "pats.xlsx", "to_csv": "out/tokens.csv", "to_parquet": "out/tokens/tokens.parquet"}


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize("method", FOLDERS)
def test_existing_files_stay(method: str, tmp_path: Path) -> None:
    """A file that exists is replaced only if told to; others in the folder stay."""
    pats = named("a")
    write: Callable[..., Path] = getattr(pats, method)
    tokens = tmp_path / TOKENS[method]
    tokens.parent.mkdir(exist_ok=True)
    tokens.write_text("mine")
    (tmp_path / "notes.md").write_text("mine too")
    was = everything_in(tmp_path)
    with pytest.raises(FileExistsError, match="overwrite=True"):
        write(tmp_path)
    assert everything_in(tmp_path) == was
    assert write(tmp_path, overwrite=True) == tmp_path
    assert tokens.read_bytes() != b"mine"
    assert (tmp_path / "notes.md").read_text() == "mine too"
    assert not [name for name in everything_in(tmp_path) if name.endswith(".part")]


@pytest.mark.parametrize("method", FOLDERS)
def test_places_that_cannot_be(method: str, tmp_path: Path) -> None:
    """A file in a folder's place is named, and a folder in a file's."""
    write: Callable[..., Path] = getattr(named("a"), method)
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotADirectoryError, match="this is a file"):
        write(tmp_path / "file")
    with pytest.raises(NotADirectoryError):
        write(tmp_path / "file" / "out")
    (tmp_path / TOKENS[method]).mkdir(parents=True)
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


def written(method: str, folder: Path, **options: bool) -> Path:
    """Write an export into a folder; return the file that holds the tokens."""
    file = folder / WRITERS[method]
    target = file if method == "to_excel" else folder / "out"
    getattr(named("a"), method)(target, **options)
    return file


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
@pytest.mark.parametrize("method", WRITERS)
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o666])
def test_a_replaced_file_passes_its_permissions_on(method: str, mode: int, tmp_path: Path) -> None:
    """What only its owner may read stays so when it is overwritten; also where a link leads to it."""
    file = written(method, tmp_path)
    file.chmod(mode)
    written(method, tmp_path, overwrite=True)
    assert stat.S_IMODE(file.stat().st_mode) == mode
    real = file.rename(tmp_path / "real")
    file.symlink_to(real)
    written(method, tmp_path, overwrite=True)
    assert stat.S_IMODE(real.stat().st_mode) == mode


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
@pytest.mark.parametrize("method", WRITERS)
def test_a_new_file_has_the_permissions_of_new_files(method: str, tmp_path: Path) -> None:
    """The umask decides, of folders too."""
    was = os.umask(0o027)
    try:
        file = written(method, tmp_path)
    finally:
        os.umask(was)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert tmp_path == file.parent or stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o750


@pytest.mark.parametrize("method", WRITERS)
def test_new_folders_are_created(method: str, tmp_path: Path) -> None:
    """Folders above the place are created, and are gone again where writing fails."""
    assert written(method, tmp_path / "a" / "b").is_file()
    with pytest.raises(ValueError, match="on the way"):
        fail_in_folder(tmp_path / "c" / "d" / "e", ValueError("on the way"))
    with pytest.raises(ValueError, match="on the way"):
        fail_in_file(tmp_path / "f" / "g.xlsx", ValueError("on the way"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]


@pytest.mark.parametrize("method", WRITERS)
@pytest.mark.parametrize("path", ["", " "])
def test_an_empty_path_is_refused(
    method: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not mean the current folder."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(dff.ConfigurationError, match="the path is empty; name a f"):
        getattr(named("a"), method)(path)
    assert everything_in(tmp_path) == []


def test_a_home_that_does_not_exist_is_named() -> None:
    """Not a bare RuntimeError."""
    with pytest.raises(dff.ConfigurationError, match="home folder that does not exist"):
        named("a").to_csv("~nobody-of-this-name/out")
