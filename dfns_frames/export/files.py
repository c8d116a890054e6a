"""Files that appear complete or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from dfns_frames.errors import ConfigurationError

StrPath = str | os.PathLike[str]

_REMEDIES = {
    errno.ENOSPC: "the disk is full; free some space or choose another folder",
    errno.EDQUOT: "the quota of the disk is used up; free some space or choose another folder",
    errno.EROFS: "the file system is read-only; choose another folder",
    errno.EACCES: "this account may not write here (or the file is open elsewhere); choose another folder",
    errno.EPERM: "this account may not write here; choose another folder",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
}


@contextmanager
def new_file(path: StrPath, *, suffix: str, overwrite: bool) -> Iterator[IO[bytes]]:
    """Open a file for writing that takes its name only when it is complete.

    Raises
    ------
    ConfigurationError
        The name does not end as it should.
    OSError
        It exists and may not be overwritten, is a folder, or cannot be written; nothing is left behind.
    """
    target = _resolve(path)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, f"this is a folder; name a {suffix} file in it", str(path))
    if target.suffix.lower() != suffix:
        raise ConfigurationError(f"{str(path)!r} does not end in {suffix}, the only kind written here")
    _check_parent(target)
    _refuse_existing([target], overwrite=overwrite)
    part = _beside(target)
    with _all_or_nothing(target, part):
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        _sync_folder(target.parent)


@contextmanager
def new_folder(folder: StrPath, names: Sequence[str], *, overwrite: bool) -> Iterator[Path]:
    """Give a folder to write files of these names into; they move to their place when all are complete.

    Raises
    ------
    ConfigurationError
        The folder is named as a file of that kind is.
    OSError
        One of them exists and may not be overwritten, the folder is a file, its parent does not exist, or
        it cannot be written; nothing is left behind.
    """
    target = _resolve(folder)
    suffix = Path(names[0]).suffix
    if target.suffix.lower() == suffix and not target.is_dir():
        raise ConfigurationError(
            f"{str(folder)!r} is named as a file, but each table gets one of its own; name a folder"
        )
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(
            errno.ENOTDIR, "this is a file; name a folder, which is made if need be", str(folder)
        )
    _check_parent(target)
    _refuse_existing([target / name for name in names], overwrite=overwrite)
    # Within an existing folder, for it may be a file system of its own, which files cannot be moved onto.
    part = _beside(target / "files" if target.exists() else target)
    with _all_or_nothing(target, part):
        part.mkdir()
        yield part
        files = sorted(part.iterdir())
        for file in files:
            _sync(file)
        if target.exists():
            for file in files:
                file.replace(target / file.name)
            part.rmdir()
            _sync_folder(target)
        else:
            part.rename(target)
            _sync_folder(target.parent)


def _resolve(path: StrPath) -> Path:
    # A link keeps pointing where it did; what it points to is replaced.
    return Path(path).expanduser().resolve()


def _check_parent(target: Path) -> None:
    if not target.parent.is_dir():
        raise FileNotFoundError(
            errno.ENOENT, "the folder to write into does not exist; make it first", str(target.parent)
        )


def _refuse_existing(targets: list[Path], *, overwrite: bool) -> None:
    for target in targets:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "a folder stands where a file is to go", str(target))
        if target.exists() and not overwrite:
            raise FileExistsError(
                errno.EEXIST, "it exists already; choose another name or pass overwrite=True", str(target)
            )


def _beside(target: Path) -> Path:
    # Short whatever the target's name is, which may be as long as names can be.
    return target.with_name(f".dfns-frames-{secrets.token_hex(4)}.part")


@contextmanager
def _all_or_nothing(target: Path, part: Path) -> Iterator[None]:
    """Remove what was half-written, whatever went wrong, and say what an operating system's error means."""
    try:
        yield
    except BaseException as error:
        shutil.rmtree(part, ignore_errors=True)
        with suppress(OSError):
            part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in _REMEDIES:
            remedy = f"{_REMEDIES[error.errno]}. Nothing was written"
            raise type(error)(error.errno, remedy, str(target)) from error
        raise


def _sync(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the new names last; where folders cannot be synced (Windows), the system sees to it."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
