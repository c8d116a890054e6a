"""Parquet: files that `read` reads back equal."""

from __future__ import annotations

import errno
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from dfns_frames import __version__
from dfns_frames._api.tables import TABLES, VERSION
from dfns_frames._api.vocabulary import Kind, Table
from dfns_frames._facts.lists import LISTS
from dfns_frames._facts.provenance import FILTERED_FROM, source_lines
from dfns_frames._facts.tables import Tables, compact
from dfns_frames._files import StrPath, new_folder
from dfns_frames.errors import ResponseError
from dfns_frames.export.header import header

_KEY = b"dfns_frames"
_README = "README.txt"
_NOTED = (FILTERED_FROM, LISTS)  # the metadata that is about the rows
_NOTHING = "These frames held no table.\n"
# pandas.read_parquet("pats") stacks the tables of a folder in the columns of the first, unless it meets a
# file that is not Parquet: then it stops with an error that names the file. So this one explains the folder.
_HOW = """\
Each folder here is one table. Read them one at a time:

    import pandas as pd
    tokens = pd.read_parquet("{folder}/tokens")

or all of them, with the types that they had:

    import dfns_frames as dff
    frames = dff.read("{folder}")

The folder as a whole is not a table, and programs that try to read it as one stop at this file.
"""


def to_parquet(frames: Tables, folder: StrPath, *, overwrite: bool = False) -> Path:
    """Write one Parquet file per table, each in a folder of its own; `dff.read` reads them back equal.

    ``pandas.read_parquet("pats/tokens")`` reads one table; so do Polars, DuckDB and Spark, with
    ``pats/tokens/*.parquet``. The outer folder is not a table: its README.txt says so, and pandas stops at
    that file.

    Parameters
    ----------
    folder
        Where to write; created if it does not exist. Other files in it stay.
    overwrite
        Replace files that exist; the new files keep their permissions.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    ConfigurationError
        The folder has the name of a file.
    OSError
        A file exists (FileExistsError), or cannot be written; nothing is left behind.

    Examples
    --------
    >>> pats.to_parquet("pats")  # doctest: +SKIP
    PosixPath('pats')
    >>> pd.read_parquet("pats/tokens")[["token_id", "name"]].head(2)  # doctest: +SKIP
               token_id      name
    0  to-1a2b3-c4d5e-…        ci
    1  to-6f7g8-h9i0j-…  treasury
    """
    about = json.dumps(
        {
            "version": __version__,
            "schema": VERSION,
            "fetched_at": frames.fetched_at.isoformat(),
            "sources": source_lines(frames),
            "tables": {name: frames.arrow(name).num_rows for name in frames},
        }
    ).encode()
    with new_folder(folder, [*map(_path, frames), _README], overwrite=overwrite) as part:
        for name in frames:
            table = frames.arrow(name)
            table = table.replace_schema_metadata({**(table.schema.metadata or {}), _KEY: about})
            pa.parquet.write_table(table, part / _path(name), compression="zstd", write_page_checksum=True)
        how = [_HOW.format(folder=Path(folder).name), *(" ".join(line.split()) for line in header(frames))]
        (part / _README).write_text("\n".join([*how, ""]) if [*frames] else _NOTHING, encoding="utf-8")
    return Path(folder).expanduser()


def _path(name: str) -> str:
    """Return where a table's file stands in the folder: in one of its own."""
    return f"{name}/{name}.parquet"


@dataclass(frozen=True)
class _Written:
    """What a file says of the export that it is part of.

    Attributes
    ----------
    said
        The exact text, equal in all files of one export.
    schema
        The version of the tables; 0 if it is from before these were counted.
    rows
        How many rows each table has.
    """

    said: bytes
    schema: int
    rows: dict[str, int]


def from_parquet(folder: StrPath) -> dict[str, pa.Table]:
    """Read what `to_parquet` wrote.

    Raises
    ------
    ResponseError
        A file is damaged, of another origin, export or version.
    OSError
        The folder or a file in it does not exist, or cannot be read.
    """
    place = Path(folder).expanduser()
    first = next((name for name in TABLES if (place / _path(name)).is_file()), None)
    if first is None:
        if _holds_nothing(place):
            return {}
        raise FileNotFoundError(errno.ENOENT, _no_export(place), str(folder))
    _, written = _read(first, place)
    newer = sorted(written.rows.keys() - TABLES.keys())
    if newer:
        raise ResponseError(
            f"the table {newer[0]!r} in {str(folder)!r} was written by another version of dfns-frames"
        )
    tables = {}
    for name, count in written.rows.items():
        table, its_own = _read(name, place)
        if its_own.said != written.said or table.num_rows != count:
            raise ResponseError(
                f"the files in {str(folder)!r} do not belong together: one is from another export; write "
                "the folder again"
            )
        tables[name] = _as_declared(table, TABLES[name], written, place)
    return tables


def tables_beside(file: Path) -> list[str]:
    """Return the tables of the export that a file is part of, as it says itself.

    Raises
    ------
    ArrowException, KeyError, TypeError, ValueError
        It is damaged, or of another origin.
    """
    return [*json.loads((pa.parquet.read_metadata(file).metadata or {})[_KEY])["tables"]]


def _holds_nothing(place: Path) -> bool:
    readme = place / _README
    return readme.is_file() and readme.stat().st_size == len(_NOTHING) and readme.read_text() == _NOTHING


def _no_export(place: Path) -> str:
    if place.name in TABLES and (place / f"{place.name}.parquet").is_file():
        return "this is one table of an export; name the folder above it"
    if (place / "archive.json").is_file():
        return "this is an archive, not one export; name one of its folders look=…, or ask its at()"
    return "this folder holds no Parquet export; to read saved responses, name the files"


def _read(name: str, folder: Path) -> tuple[pa.Table, _Written]:
    """Return a table, and what its file says of the export that it is part of."""
    path = folder / _path(name)
    if not path.is_file():
        raise FileNotFoundError(
            errno.ENOENT, "the export lacks this table, which its other files name", str(path)
        )
    try:
        # A file of its own: the folder's name might otherwise be taken for a partition (a=b).
        table = pa.parquet.ParquetFile(path, page_checksum_verification=True).read()
        table.validate(full=True)  # else text that is not UTF-8 fails only when it is used
        said = table.schema.metadata[_KEY]
        about = json.loads(said)
        written = _Written(said, int(about.get("schema", 0)), dict(about["tables"]))
    except (
        pa.ArrowException,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
        RecursionError,
        OSError,
    ) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ResponseError(
            f"{str(path)!r} is not what to_parquet() writes: it is damaged, or of another origin"
        ) from error
    if written.schema > VERSION:
        raise ResponseError(
            f"{str(path)!r} was written by a newer version of dfns-frames: its tables are of version "
            f"{written.schema}, and this one knows {VERSION}; update dfns-frames to read it"
        )
    return table, written


def _as_declared(table: pa.Table, declared: Table, written: _Written, folder: Path) -> pa.Table:
    """Return a table with the columns of this version; those added since it was written are missing."""
    columns, problems = [], []
    for column in declared.columns:
        if column.name not in table.column_names and column.since > written.schema:
            # Rows need positions in every version, to be told apart.
            rows = np.arange(table.num_rows) if column.kind is Kind.POSITION else pa.nulls(table.num_rows)
            columns.append(pa.array(rows).cast(column.kind.arrow))
        elif (times := table.column_names.count(column.name)) != 1:
            problems.append(f"has {column.name!r} twice" if times else f"lacks {column.name!r}")
        elif table[column.name].type != column.kind.arrow:
            problems.append(f"has {column.name!r} as {table[column.name].type}")
        else:
            columns.append(table[column.name])
    problems += [f"has {name!r}" for name in table.column_names if name not in declared]
    if problems:
        raise ResponseError(
            f"{str(folder / _path(declared.name))!r} has other columns than this version of dfns-frames "
            f"writes: it {', '.join(problems)}; read the original response again"
        )
    kept = {key: value for key, value in (table.schema.metadata or {}).items() if key in _NOTED}
    made = pa.Table.from_arrays(columns, schema=declared.arrow_schema)
    return compact(made.combine_chunks()).replace_schema_metadata({**declared.arrow_schema.metadata, **kept})
