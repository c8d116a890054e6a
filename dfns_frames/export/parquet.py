"""Parquet: the archive that `Frames.from_parquet` reads back equal."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from dfns_frames import __version__
from dfns_frames._api.tables import TABLES
from dfns_frames._api.vocabulary import Table
from dfns_frames._facts.lists import LISTS
from dfns_frames._facts.provenance import FILTERED_FROM, source_lines
from dfns_frames._facts.tables import Tables, compact
from dfns_frames._files import StrPath, new_folder
from dfns_frames.errors import ResponseError

_KEY = b"dfns_frames"
_README = "README.txt"
# pandas.read_parquet("pats") stacks the tables of a folder in the columns of the first, unless it meets a
# file that is not Parquet: then it stops with an error that names the file. So this one explains the folder.
_HOW = """\
Each folder here is one table. Read them one at a time:

    import pandas as pd
    tokens = pd.read_parquet("{folder}/tokens")

or all of them, with the types that they had:

    import dfns_frames as dff
    pats = dff.Frames.from_parquet("{folder}")

The folder as a whole is not a table, and programs that try to read it as one stop at this file.
"""


def to_parquet(frames: Tables, folder: StrPath, *, overwrite: bool = False) -> Path:
    """Write a folder for each table with one Parquet file, which :meth:`from_parquet` reads back equal.

    ``pandas.read_parquet("pats/tokens")`` reads one table; so do Polars, DuckDB and Spark, with
    ``pats/tokens/*.parquet``. The folder as a whole is not a table: README.txt in it says so, and pandas
    stops at that file.

    Parameters
    ----------
    folder
        Where to; created if it does not exist. Other files in it stay.
    overwrite
        Replace files that exist; the new ones have their permissions.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    ConfigurationError
        The folder is named like a file.
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
            "fetched_at": frames.fetched_at.isoformat(),
            "sources": source_lines(frames),
            "tables": {name: frames.arrow(name).num_rows for name in frames},
        }
    ).encode()
    with new_folder(folder, [*map(_path, frames), _README], overwrite=overwrite) as part:
        for name in frames:
            table = frames.arrow(name)
            table = table.replace_schema_metadata({**(table.schema.metadata or {}), _KEY: about})
            pa.parquet.write_table(table, part / _path(name), compression="zstd")
        (part / _README).write_text(_HOW.format(folder=Path(folder).name), encoding="utf-8")
    return Path(folder).expanduser()


def _path(name: str) -> str:
    """Return where a table's file stands in the folder: in one of its own."""
    return f"{name}/{name}.parquet"


def from_parquet(folder: StrPath) -> dict[str, pa.Table]:
    """Read what `to_parquet` wrote; `Frames.from_parquet` says how."""
    place = Path(folder).expanduser()
    if not place.exists():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(folder))
    if not place.is_dir():
        raise NotADirectoryError(
            errno.ENOTDIR, "this is a file; name the folder that to_parquet() wrote", str(folder)
        )
    first = next((name for name in TABLES if (place / _path(name)).is_file()), "tokens")
    _, about = _read(TABLES[first], place)
    tables = {}
    for name, count in about["tables"].items():
        if name not in TABLES:
            raise ResponseError(
                f"the table {name!r} in {str(folder)!r} was written by another version of dfns-frames"
            )
        tables[name], its_about = _read(TABLES[name], place)
        if its_about != about or tables[name].num_rows != count:
            raise ResponseError(
                f"the files in {str(folder)!r} do not belong together: one comes from another export; write "
                "the folder again"
            )
    return tables


def _read(declared: Table, folder: Path) -> tuple[pa.Table, dict[str, Any]]:
    """Return a table, and what its file says of the export that it is part of."""
    path = folder / _path(declared.name)
    if not path.is_file():
        raise FileNotFoundError(
            errno.ENOENT, "the folder lacks this table; name one that to_parquet() wrote", str(path)
        )
    try:
        # A file of its own: the folder's name might otherwise be taken for a partition (a=b).
        table = pa.parquet.ParquetFile(path).read()
        table.validate(full=True)  # else a text that is no UTF-8 fails when somebody looks at it
        about = json.loads(table.schema.metadata[_KEY])
        dict(about["tables"])
    except (pa.ArrowException, KeyError, TypeError, ValueError, RecursionError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ResponseError(
            f"{str(path)!r} is not what to_parquet() writes: it is damaged, or of another origin"
        ) from error
    if not table.schema.equals(declared.arrow_schema):
        raise ResponseError(
            f"{str(path)!r} has other columns than this version of dfns-frames writes; read the original "
            "response again"
        )
    metadata = {key: value for key, value in table.schema.metadata.items() if key in (FILTERED_FROM, LISTS)}
    metadata |= declared.arrow_schema.metadata
    return compact(table.combine_chunks()).replace_schema_metadata(metadata), about
