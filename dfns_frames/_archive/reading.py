"""Reading snapshots back: as Frames, a few columns of them, and what their files say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from dfns_frames.errors import ResponseError
from dfns_frames.export import from_parquet
from dfns_frames.frames.container import Frames

_CHECK = "the archive's check() says what to do"


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
    """Read some columns of those of the tables that a snapshot has."""
    return Columns(
        {
            name: _read(path / name / f"{name}.parquet", columns)
            for name, columns in wanted.items()
            if (path / name).is_dir()
        }
    )


def _read(path: Path, columns: list[str]) -> Any:
    try:
        return pa.parquet.ParquetFile(path).read(columns)
    except (pa.ArrowException, ValueError) as error:
        raise ResponseError(f"{str(path)!r} is damaged; {_CHECK}") from error


def row_count(path: Path) -> int:
    """Return how many rows the tables of a snapshot have together, from what their files say at their end."""
    try:
        return sum(pa.parquet.read_metadata(file).num_rows for file in path.glob("*/*.parquet"))
    except (pa.ArrowException, ValueError) as error:
        raise ResponseError(f"a file in {str(path)!r} is damaged; {_CHECK}") from error
