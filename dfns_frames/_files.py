"""Files that appear complete or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
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

    A file that it replaces passes its permissions on; a new one has those that the system gives new files.

    Raises
    ------
    ConfigurationError
        The name is empty or does not end as it should.
    OSError
        It exists and may not be overwritten, is a folder, or cannot be written; nothing is left behind.
    """
    target = _resolve(path, "file")
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, f"this is a folder; name a {suffix} file in it", str(path))
    if Path(path).suffix.lower() != suffix:
        raise ConfigurationError(f"{str(path)!r} does not end in {suffix}, the only kind written here")
    _refuse_existing([target], overwrite=overwrite)
    part = _beside(target)
    with _all_or_nothing(target, part):
        with part.open("xb") as file:
            _inherit_mode(target, part)
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        sync_folder(target.parent)


@contextmanager
def new_folder(folder: StrPath, names: Sequence[str], *, overwrite: bool) -> Iterator[Path]:
    """Give a folder to write files of these names into; they move to their place when all are complete.

    A name may have a folder before it (``tokens/tokens.parquet``), which is there to be written into. Files
    that are replaced pass their permissions on, as in `new_file`.

    Raises
    ------
    ConfigurationError
        The name is empty, or is that of a file of this kind.
    OSError
        One of them exists and may not be overwritten, the folder is a file, or it cannot be written; nothing
        is left behind.
    """
    target = _resolve(folder, "folder")
    suffix = Path(names[0]).suffix
    if Path(folder).suffix.lower() == suffix and not target.is_dir():
        raise ConfigurationError(
            f"{str(folder)!r} is named like a file, but each table gets one of its own; name a folder"
        )
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(
            errno.ENOTDIR, "this is a file; name a folder (a new one is created)", str(folder)
        )
    _refuse_existing([target / name for name in names], overwrite=overwrite)
    # Within an existing folder, for it may be a file system of its own, which files cannot be moved onto.
    part = _beside(target / "files" if target.exists() else target)
    with _all_or_nothing(target, part):
        part.mkdir()
        mode = _mode(part)
        part.chmod(stat.S_IRWXU)  # what will be private must not be readable while it is written
        for place in {(part / name).parent for name in names}:
            place.mkdir(exist_ok=True)
        yield part
        for name in names:
            _sync(part / name)
            _inherit_mode(target / name, part / name)
        if target.exists():
            for name in names:
                (target / name).parent.mkdir(exist_ok=True)
                (part / name).replace(target / name)
            shutil.rmtree(part)
            sync_folder(target)
        else:
            part.chmod(mode)
            part.rename(target)
            sync_folder(target.parent)


def _resolve(path: StrPath, what: str) -> Path:
    """Return the real place; a link keeps pointing where it did, and what it points to is replaced."""
    refuse_empty(path, what)
    try:
        return Path(path).expanduser().resolve()
    except RuntimeError:
        raise ConfigurationError(f"{str(path)!r} begins with a home folder that does not exist") from None


def refuse_empty(path: StrPath, what: str) -> None:
    """Refuse an empty path, which would mean the current folder.

    Raises
    ------
    ConfigurationError
        It is empty, or blank.
    """
    if not os.fspath(path).strip():
        raise ConfigurationError(f"the path is empty; name a {what}")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) & 0o777


def _inherit_mode(target: Path, part: Path) -> None:
    """Give the new file the permissions of the one that it replaces, if any."""
    if target.exists():
        part.chmod(_mode(target))


def _refuse_existing(targets: list[Path], *, overwrite: bool) -> None:
    for target in targets:
        if target.is_dir():
            raise IsADirectoryError(
                errno.EISDIR, "a folder stands where a file is to go; move it or choose another", str(target)
            )
        above = next(folder for folder in target.parents if folder.exists())
        if not above.is_dir():
            raise NotADirectoryError(
                errno.ENOTDIR, "a file stands where a folder is to go; choose another", str(above)
            )
        if target.exists() and not overwrite:
            raise FileExistsError(
                errno.EEXIST, "it exists already; choose another name or pass overwrite=True", str(target)
            )


def _beside(target: Path) -> Path:
    # Short whatever the target's name is, which may be as long as names can be.
    return target.with_name(f".dfns-frames-{secrets.token_hex(4)}.part")


@contextmanager
def _all_or_nothing(target: Path, part: Path) -> Iterator[None]:
    """Create the folders above; whatever goes wrong, remove what is new, and say what the error means."""
    above = [folder for folder in target.parents if not folder.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException as error:
        shutil.rmtree(part, ignore_errors=True)
        with suppress(OSError):
            part.unlink(missing_ok=True)
        with suppress(OSError):  # somebody else may have put something there meanwhile
            for folder in above:
                folder.rmdir()
        if isinstance(error, OSError) and error.errno in _REMEDIES:
            remedy = f"{_REMEDIES[error.errno]}. Nothing was written"
            raise type(error)(error.errno, remedy, str(target)) from error
        raise


def _sync(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def sync_folder(folder: Path) -> None:
    """Make the new names last; where folders cannot be synced (Windows), the system sees to it."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
