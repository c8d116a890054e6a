"""`write`: any DataFrame, or Frames, as the kind of file that the suffix says."""

from __future__ import annotations

import codecs
import logging
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._facts.tables import Tables
from dfns_frames._files import StrPath, new_file, refuse_empty
from dfns_frames.errors import ConfigurationError
from dfns_frames.export.about import Changes, cells
from dfns_frames.export.columns import Values, columns
from dfns_frames.export.csv import sanitized, write_csv
from dfns_frames.export.header import is_audit
from dfns_frames.export.markdown import markdown
from dfns_frames.export.records import array_lines, tables_lines
from dfns_frames.export.report import write_report
from dfns_frames.export.text import show_controls
from dfns_frames.export.values import told_apart
from dfns_frames.export.workbook import one_sheet, to_excel
from dfns_frames.measures.options import is_frames

_UTF_8 = codecs.lookup("utf-8")
_log = logging.getLogger("dfns_frames")


def write(data: pd.DataFrame | pd.Series[Any] | Tables, path: StrPath, *, overwrite: bool = False) -> Path:
    """Write a DataFrame, or Frames, to a file that is safe to open and to share.

    The suffix decides the format. Text is written as plain text: nothing becomes a formula, a link or markup.
    The index is written too, unless it only counts the rows.

    Parameters
    ----------
    data
        A DataFrame or a Series with any content, such as a measure, a selection or a join; or Frames.
    path
        Where to write. ``.xlsx`` is a workbook; ``.csv`` and ``.md`` (Markdown) hold one table; ``.json``
        holds a list of rows or, for Frames, an object with one list per table (`to_json`); ``.md`` of an
        audit is a report for a ticket. Folders that do not exist are created. The file appears complete or
        not at all; it keeps the permissions of a file that it replaces.
    overwrite
        Replace the file if it exists.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ConfigurationError
        The suffix is unknown, or does not suit the data; `data` is something else; or it has more columns
        than a sheet can hold.
    OSError
        The file exists (FileExistsError) or cannot be written; nothing is left behind.

    Notes
    -----
    Times with a zone are written in UTC: in JSON and CSV as ISO 8601 with a ``Z``; in a workbook and in
    Markdown the header says "(UTC)". Durations become days, in JSON ISO 8601. Lists and mappings become
    text, except in JSON. Infinity, very large integers, intervals and the like become text. A missing value
    is an empty cell, in JSON null. Repeated column names are numbered.

    In CSV, text that a spreadsheet would run as a formula gets an apostrophe in front. Control characters
    are shown as U+FFFD, except in JSON. Text that is too long for a cell of a workbook is shortened. If any
    of this happens, one warning in the log ``dfns_frames`` counts the cells; Python shows it on standard
    error unless you configure logging. No escaping is safe in every program; share the workbook instead.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> import dfns_frames as dff
    >>> owners = pd.DataFrame({"owner": ["us-1", "<b>us-2</b>"], "tokens": [3, 1]})
    >>> path = dff.write(owners, f"{tempfile.mkdtemp()}/owners.md")
    >>> print(path.read_text(encoding="utf-8"), end="")
    | owner | tokens |
    | --- | ---: |
    | us-1 | 3 |
    | &lt;b&gt;us-2&lt;/b&gt; | 1 |
    """
    refuse_empty(path, "file")
    suffix = Path(path).suffix.lower()
    if isinstance(data, pd.Series):
        data = data.to_frame("value" if data.name is None else data.name)
    if is_frames(data):
        return _write_frames(data, path, suffix, overwrite=overwrite)
    if not isinstance(data, pd.DataFrame):
        kind = f"{type(data).__module__.partition('.')[0]}.{type(data).__name__}".removeprefix("builtins.")
        raise ConfigurationError(f"write takes a pandas DataFrame or Frames, not {kind}")
    if suffix not in _WRITERS:
        raise ConfigurationError(
            f"{str(path)!r} {f'ends in {suffix!r}' if suffix else 'has no suffix'}; write makes "
            f"{', '.join(_WRITERS)}"
        )
    with new_file(path, suffix=suffix, overwrite=overwrite) as file:
        changes = _WRITERS[suffix](data, file)
    _report(Path(path).name, changes)
    return Path(path).expanduser()


def _write_frames(frames: Tables, path: StrPath, suffix: str, *, overwrite: bool) -> Path:
    if suffix == ".xlsx":
        return to_excel(frames, path, overwrite=overwrite)
    if suffix == ".json":
        return to_json(frames, path, overwrite=overwrite)
    if suffix == ".md" and is_audit(frames):
        with new_file(path, suffix=suffix, overwrite=overwrite) as file:
            changes = write_report(frames, file)
        _report(Path(path).name, changes)
        return Path(path).expanduser()
    raise ConfigurationError(
        f"Frames are several tables, so {str(path)!r} cannot hold them: use .xlsx or .json, "
        "pats.to_csv(folder), pats.to_parquet(folder), or write one table, such as pats.tokens"
    )


def to_json(frames: Tables, path: StrPath, *, overwrite: bool = False) -> Path:
    """Write all tables into one JSON file, for other programs and as the baseline of an audit.

    The file holds one object: `schema_version` (it changes when the form does), `about` (what this is, from
    when and where, and what is not known), and one list of rows per table. A row is an object with a value
    for each column; null is missing. Text is exactly what the API returned.

    Parameters
    ----------
    path
        The file, ending in ``.json``. Folders that do not exist are created. The file appears complete or
        not at all.
    overwrite
        Replace the file if it exists; the new file keeps its permissions.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ConfigurationError
        The name does not end in ``.json``.
    OSError
        It exists (FileExistsError), or cannot be written; nothing is left behind.

    Examples
    --------
    >>> org.audit().to_json("2026-11-02.json")  # doctest: +SKIP
    PosixPath('2026-11-02.json')
    >>> org.audit(baseline="2026-11-02.json").findings["status"].value_counts()  # doctest: +SKIP
    status
    open        61
    new          4
    resolved     2
    Name: count, dtype: int64
    """
    with new_file(path, suffix=".json", overwrite=overwrite) as file:
        for text in tables_lines(frames):
            file.write(text.encode())
    return Path(path).expanduser()


def _excel(frame: pd.DataFrame, file: IO[bytes]) -> Changes:
    changes: Changes = {}
    one_sheet("Data", frame, file, changes)
    return changes


def _csv(frame: pd.DataFrame, file: IO[bytes]) -> Changes:
    changes: Changes = {}
    found = columns(frame)
    names = [f"{each.name} ({each.unit})" if each.unit else each.name for each in found]
    headers, counts = sanitized(pa.chunked_array([pa.array(names, pa.string())]))
    changes |= {("", "the header", what): count for what, count in counts.items()}
    arrays = []
    for each, header in zip(found, headers.to_pylist(), strict=True):
        array, counts = _sanitized(each)
        arrays.append(array)
        changes |= {("", header, what): count for what, count in counts.items()}
    write_csv(pa.table(arrays, names=told_apart(headers.to_pylist())), file, _UTF_8)
    return changes


def _sanitized(values: Values) -> tuple[pa.ChunkedArray, dict[str, int]]:
    """Make the texts of a column safe; a negative number among them is no formula."""
    column = pa.chunked_array([values.array])
    if not pa.types.is_string(values.array.type):
        return column, {}
    if values.numbers is None:
        return sanitized(column)
    is_number = pa.array([number is not None for number in values.numbers])
    texts, counts = sanitized(pa.chunked_array([pc.if_else(is_number, None, values.array)]))
    return pc.if_else(is_number, column, texts), counts


def _markdown(frame: pd.DataFrame, file: IO[bytes]) -> Changes:
    lines, changes = markdown(columns(frame))
    file.write("".join(f"{line}\n" for line in lines).encode())
    return {("", name, what): count for (name, what), count in changes.items()}


def _json(frame: pd.DataFrame, file: IO[bytes]) -> Changes:
    for text in array_lines(columns(frame), len(frame)):
        file.write(text.encode())
    return {}


_WRITERS: dict[str, Callable[[pd.DataFrame, IO[bytes]], Changes]] = {
    ".xlsx": _excel,
    ".csv": _csv,
    ".md": _markdown,
    ".json": _json,
}


def _report(name: str, changes: Changes) -> None:
    """Say in one line what was changed; column names may hold anything, so they are made safe too."""
    if changes:
        parts = [f"{what} in {cells(count)} of {column!r}" for (_, column, what), count in changes.items()]
        shown = show_controls(pa.array(["; ".join(parts)]))[0].as_py()
        _log.warning("%s: %s", name, shown)
