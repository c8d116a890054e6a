"""Reading snapshots back: as Frames, a few columns of them, and what their files say of themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet

from dfns_frames._api.tables import TABLES
from dfns_frames._archive.layout import Snapshot
from dfns_frames.errors import ResponseError
from dfns_frames.export import from_parquet
from dfns_frames.export.parquet import tables_beside
from dfns_frames.frames.container import Frames

_CHECK = "the archive's check() says what to do"
_Read = TypeVar("_Read")


def stored(path: Path) -> Frames:
    """Read one snapshot.

    Raises
    ------
    ResponseError
        It is damaged, or was written by a version with other tables.
    OSError
        It cannot be read, or has just been forgotten.
    """
    return Frames(from_parquet(path))


def of_each(found: list[Snapshot], read: Callable[[Snapshot], _Read]) -> list[_Read]:
    """Read something of each snapshot; one that is forgotten in the meantime is left out."""

    def tried(each: Snapshot) -> list[_Read]:
        try:
            return [read(each)]
        except FileNotFoundError as error:
            if each.path.is_dir():
                raise ResponseError(f"{str(each.path)!r} lacks a file; {_CHECK}") from error
            return []

    with ThreadPoolExecutor() as threads:  # most of it is waiting for the disk
        return [one for part in threads.map(tried, found) for one in part]


@dataclass(frozen=True)
class Columns:
    """Some columns of some tables, as measures take them."""

    tables: Mapping[str, pa.Table]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def arrow(self, name: str) -> pa.Table:
        """Return one table as Arrow."""
        return self.tables[name]


def only_columns(path: Path, wanted: Mapping[str, list[str]]) -> Columns:
    """Read some columns of those of the tables that a snapshot has; each has `sources`."""
    return Columns(
        {
            name: _read(path / name / f"{name}.parquet", columns)
            for name, columns in wanted.items()
            if name == "sources" or (path / name).is_dir()
        }
    )


def _read(path: Path, columns: list[str]) -> Any:
    try:
        return pa.parquet.ParquetFile(path).read(columns).select(columns)
    except (pa.ArrowException, KeyError, ValueError) as error:
        raise ResponseError(f"{str(path)!r} is damaged; {_CHECK}") from error


def refuse_halves(found: list[Snapshot], tables: Iterable[str]) -> None:
    """Refuse snapshots that lost a table: whatever it held would seem to be gone.

    Raises
    ------
    ResponseError
        One lacks a table that its other files name.
    """
    of_each(found, lambda each: _refuse_half(each.path, tables))


def _refuse_half(path: Path, tables: Iterable[str]) -> None:
    # Spark passes over a file without a byte, as if it were not there.
    missing = [name for name in tables if not _has_bytes(path / name / f"{name}.parquet")]
    if not missing:
        return
    try:
        named = tables_beside(path / "sources" / "sources.parquet")
    except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise ResponseError(f"a file in {str(path)!r} is damaged; {_CHECK}") from error
    if lost := [name for name in missing if name in named]:
        raise ResponseError(f"{str(path)!r} has lost its table {lost[0]!r}; {_CHECK}")


def _has_bytes(file: Path) -> bool:
    return file.is_file() and file.stat().st_size > 0


def row_count(path: Path) -> int:
    """Return how many rows the tables of a snapshot have together, from what their files say at their end."""
    _refuse_half(path, TABLES)
    files = [file for name in TABLES if (file := path / name / f"{name}.parquet").is_file()]
    try:
        return sum(pa.parquet.read_metadata(file).num_rows for file in files)
    except (pa.ArrowException, ValueError) as error:
        raise ResponseError(f"a file in {str(path)!r} is damaged; {_CHECK}") from error
