"""CSV: one file a table, safe to open in a spreadsheet."""

from __future__ import annotations

import codecs
import logging
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._facts.tables import Tables
from dfns_frames._files import StrPath, new_folder
from dfns_frames.errors import ConfigurationError
from dfns_frames.export.about import Changes, cells, readme
from dfns_frames.export.text import defuse, is_text, rewrite, show_controls

_ROWS = 1 << 14  # at a time, so that the texts in memory are bounded whatever the table's size
_README = "README.txt"
_log = logging.getLogger("dfns_frames")


def to_csv(
    frames: Tables,
    folder: StrPath,
    *,
    sanitize: bool = True,
    encoding: str = "utf-8",
    overwrite: bool = False,
) -> Path:
    """Write one CSV file for each table (``tokens.csv``, …) and a README.txt that explains them.

    Times are UTC, as ISO 8601; missing is an empty field, an empty text is ``""``.

    Parameters
    ----------
    folder
        Where to; created if it does not exist. Other files in it stay.
    sanitize
        Put an apostrophe in front of text that a spreadsheet would run as a formula, and show control
        characters as U+FFFD; README.txt counts the cells. False leaves the text unchanged.
    encoding
        Of the CSV files; ``"utf-8-sig"`` lets Excel recognise UTF-8.
    overwrite
        Replace files that exist; the new ones have their permissions.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    ConfigurationError
        There is no such encoding, it cannot encode a character, or the folder is named like a file.
    OSError
        A file exists (FileExistsError), or cannot be written; nothing is left behind.

    Examples
    --------
    >>> pats.to_csv("pats-csv")  # doctest: +SKIP
    PosixPath('pats-csv')
    """
    try:
        "".encode(encoding)  # refuses codecs that are not for texts
    except LookupError:
        raise ConfigurationError(
            f"there is no encoding {encoding!r}; use 'utf-8' for programs, 'utf-8-sig' for Excel"
        ) from None
    codec = codecs.lookup(encoding)
    names = [*(f"{name}.csv" for name in frames), _README]
    with new_folder(folder, names, overwrite=overwrite) as part:
        changes: Changes = {}
        for name in frames:
            table = frames.arrow(name)
            if sanitize:
                table = _sanitize(name, table, changes)
            with (part / f"{name}.csv").open("xb") as file:
                write_csv(table, file, codec)
        text = readme(frames, changes, _notes(sanitize=sanitize))
        (part / _README).write_text(text, encoding="utf-8", newline="\r\n")
    for (name, column, what), count in changes.items():
        _log.info("to_csv: %s.%s: %s in %s", name, column, what, cells(count))
    return Path(folder).expanduser()


def _notes(*, sanitize: bool) -> list[str]:
    notes = ["Times are UTC, as ISO 8601. An empty field is missing; an empty text is a pair of quotes."]
    if sanitize:
        notes.append(
            "Text that a spreadsheet would run as a formula has an apostrophe in front, and control "
            "characters are shown as U+FFFD. No escaping is safe in every program; share the workbook "
            "instead (to_excel). For programs that need the text unchanged: to_csv(..., sanitize=False)."
        )
    else:
        notes.append(
            "Text is exactly as the API returned it (sanitize=False). Do not open these files in a "
            "spreadsheet: users choose the names, and a name can be a formula."
        )
    return notes


def sanitized(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, dict[str, int]]:
    """Make texts safe to open in a spreadsheet; return also what was changed, in how many cells."""
    values, shown = rewrite(column, show_controls)
    values, defused = rewrite(values, defuse)
    counts = {"control characters shown as U+FFFD": shown, "apostrophe before a formula": defused}
    return values, {what: count for what, count in counts.items() if count}


def _sanitize(name: str, table: pa.Table, changes: Changes) -> pa.Table:
    for i, column in enumerate(table.schema):
        if is_text(column.type):
            values, counts = sanitized(table.column(i))
            table = table.set_column(i, column.name, values)
            changes |= {(name, column.name, what): count for what, count in counts.items()}
    return table


def write_csv(table: pa.Table, file: IO[bytes], codec: codecs.CodecInfo) -> None:
    """Write CSV as RFC 4180 has it: every text in quotes, lines ended by CR LF."""
    # pyarrow.csv.write_csv learned to end lines so only recently; joining the cells here needs no more code.
    encoder = codec.incrementalencoder()
    header = pa.table({name: [name] for name in table.column_names})
    for start in range(0, table.num_rows, _ROWS) if table.num_columns else ():
        for part in ([header] if start == 0 else []) + [table.slice(start, _ROWS)]:
            file.write(_encode(_lines(part), encoder, codec.name))
    if table.num_columns and not table.num_rows:
        file.write(_encode(_lines(header), encoder, codec.name))


def _lines(part: pa.Table) -> str:
    cells = [_cells(column.combine_chunks()) for column in part.columns]
    if len(cells) == 1:  # else it would be an empty line, which many programs skip
        cells = [pc.if_else(pc.equal(cells[0], ""), '""', cells[0])]
    rows = pc.binary_join_element_wise(*cells, ",")
    return "".join(f"{row}\r\n" for row in rows.to_pylist())


def _cells(column: pa.Array) -> pa.Array:
    """Return the texts that stand between commas; missing is an empty one."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        texts = _cells(column.dictionary).take(column.indices)
    elif is_text(kind):
        texts = _quoted(pc.replace_substring(column, '"', '""'))
    elif pa.types.is_timestamp(kind):
        texts = _quoted(pc.strftime(column, format="%Y-%m-%dT%H:%M:%S" + "Z" * (kind.tz is not None)))
    elif pa.types.is_date(kind):
        texts = _quoted(column.cast(pa.string()))
    else:
        texts = column.cast(pa.string())
    return pc.fill_null(texts, "")


def _quoted(texts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise('"', texts, '"', "")


def _encode(text: str, encoder: codecs.IncrementalEncoder, encoding: str) -> bytes:
    try:
        return encoder.encode(text)
    except UnicodeEncodeError as error:
        character = text[error.start]
    raise ConfigurationError(f'{encoding} cannot encode {character!r}; use encoding="utf-8"')
