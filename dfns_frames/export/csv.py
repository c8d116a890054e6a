"""CSV: one file a table, safe to open in a spreadsheet."""

from __future__ import annotations

import codecs
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from dfns_frames.errors import ConfigurationError
from dfns_frames.export.about import Changes, readme
from dfns_frames.export.files import StrPath, new_folder
from dfns_frames.export.text import defuse, is_text, rewrite, show_controls
from dfns_frames.schema import Tables

_ROWS = 1 << 16  # at a time: what is rendered and encoded needs memory, whatever the table's size
_README = "README.txt"
_log = logging.getLogger("dfns_frames")


def to_csv(
    tables: Tables,
    folder: StrPath,
    *,
    sanitize: bool = True,
    encoding: str = "utf-8",
    overwrite: bool = False,
) -> Path:
    """Write one CSV file a table; `Frames.to_csv` says how."""
    try:
        "".encode(encoding)  # refuses codecs that are not for texts
    except LookupError:
        raise ConfigurationError(
            f"there is no encoding {encoding!r}; 'utf-8' suits programs, 'utf-8-sig' suits Excel"
        ) from None
    codec = codecs.lookup(encoding)
    names = [*(f"{name}.csv" for name in tables), _README]
    with new_folder(folder, names, overwrite=overwrite) as part:
        changes: Changes = {}
        for name in tables:
            table = tables.arrow(name)
            if sanitize:
                table = _sanitize(name, table, changes)
            with (part / f"{name}.csv").open("xb") as file:
                _write(_render(table), file, codec)
        text = readme(tables, changes, _notes(sanitize=sanitize))
        (part / _README).write_text(text, encoding="utf-8", newline="\r\n")
    for (name, column, what), count in changes.items():
        _log.info("to_csv: %s.%s: %s in %d cells", name, column, what, count)
    return Path(folder).expanduser()


def _notes(*, sanitize: bool) -> list[str]:
    notes = ["Times are UTC, as ISO 8601. An empty field is missing; an empty text is a pair of quotes."]
    if sanitize:
        notes.append(
            "Texts that a spreadsheet would run as a formula have an apostrophe before them, and control "
            "characters are shown as U+FFFD. No such rule covers every program: hand on the workbook "
            "(to_excel) if in doubt. Programs that need the texts as they are: to_csv(..., sanitize=False)."
        )
    else:
        notes.append(
            "Texts are exactly as the API gave them (sanitize=False). Do not open these files in a "
            "spreadsheet: names are chosen by users, and one may be a formula."
        )
    return notes


def _sanitize(name: str, table: pa.Table, changes: Changes) -> pa.Table:
    for i, column in enumerate(table.schema):
        if is_text(column.type):
            values, shown = rewrite(table.column(i), show_controls)
            values, defused = rewrite(values, defuse)
            table = table.set_column(i, column.name, values)
            counts = {"control characters shown as U+FFFD": shown, "apostrophe before a formula": defused}
            changes |= {(name, column.name, what): count for what, count in counts.items() if count}
    return table


def _render(table: pa.Table) -> Iterator[pa.Table]:
    """Make texts of the times, a part of the table after another; at least one part."""
    times = [i for i, column in enumerate(table.schema) if pa.types.is_timestamp(column.type)]
    for start in range(0, max(table.num_rows, 1), _ROWS):
        part = table.slice(start, _ROWS)
        for i in times:
            texts = pc.strftime(part.column(i), format="%Y-%m-%dT%H:%M:%SZ")
            part = part.set_column(i, part.field(i).name, texts)
        yield part


def _write(parts: Iterator[pa.Table], file: IO[bytes], codec: codecs.CodecInfo) -> None:
    """Write CSV as RFC 4180 has it: every text in quotes, lines ended by CR LF."""
    encoder = codec.incrementalencoder()
    for number, part in enumerate(parts):
        header = number == 0
        options = pyarrow.csv.WriteOptions(include_header=header, batch_size=_ROWS)
        rendered = pa.BufferOutputStream()
        pyarrow.csv.write_csv(part, rendered, options)
        data = _end_lines(rendered.getvalue().to_pybytes(), part.num_rows + header)
        file.write(data if codec.name == "utf-8" else _encode(str(data, "utf-8"), encoder, codec.name))


def _end_lines(data: bytes, lines: int) -> bytes:
    """End every line with CR LF, which Arrow before 26 cannot do; line breaks in texts stay as they are.

    Every text stands in quotes, and a quote in it is doubled: of what the quotes cut apart, each second part
    is outside of all texts.
    """
    if data.count(b"\n") == lines:
        return data.replace(b"\n", b"\r\n")
    parts = data.split(b'"')
    parts[::2] = [part.replace(b"\n", b"\r\n") for part in parts[::2]]
    return b'"'.join(parts)


def _encode(text: str, encoder: codecs.IncrementalEncoder, encoding: str) -> bytes:
    try:
        return encoder.encode(text)
    except UnicodeEncodeError as error:
        character = text[error.start]
    raise ConfigurationError(f"{encoding} has no form for {character!r}, which occurs; 'utf-8' has for all")
