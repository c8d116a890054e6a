"""What cells of a workbook can hold: tables and frames, made ready for it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames.errors import ConfigurationError
from dfns_frames.export.about import Changes
from dfns_frames.export.columns import columns
from dfns_frames.export.sheet import COLUMNS_AT_MOST, Block
from dfns_frames.export.text import is_text, rewrite, shorten, show_controls, unify_newlines
from dfns_frames.export.values import told_apart

_NAIVE = pa.timestamp("us")
_TEXTS = (
    ("line breaks changed to line feeds", unify_newlines),
    ("control characters shown as U+FFFD", show_controls),
    ("text shortened to what a cell holds", shorten),
)


def as_cells(sheet: str, table: pa.Table, changes: Changes) -> pa.Table:
    """Make a table ready: harmless texts, times as UTC without a zone and named so; count what changed."""
    cells, names = [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        kind = column.type
        header = _header(name)
        if pa.types.is_timestamp(kind):
            header += " (UTC)" * (kind.tz is not None)
            # A workbook's time is a number of days: beyond milliseconds it would be rounded, and the last
            # microsecond of the year 9999 into a year that does not exist.
            column = column.cast(pa.timestamp("ms", tz=kind.tz), safe=False).cast(_NAIVE)
        elif is_text(kind):
            for what, change in _TEXTS:
                column, count = rewrite(column, change)
                if count:
                    changes[sheet, header, what] = changes.get((sheet, header, what), 0) + count
        cells.append(column)
        names.append(header)
    return pa.table(cells, names=told_apart(names, case=False))


def from_frame(sheet: str, frame: pd.DataFrame, changes: Changes) -> Block:
    """Make the cells of a DataFrame, whatever its columns hold; an index that says something comes along.

    Raises
    ------
    ConfigurationError
        It has more columns than a sheet.
    """
    found = columns(frame)
    if len(found) > COLUMNS_AT_MOST:
        raise ConfigurationError(
            f"{sheet!r} has {len(found):,} columns, but a sheet holds {COLUMNS_AT_MOST:,}; select some, or "
            "write a .csv file"
        )
    if not found:
        rows = f" {len(frame):,} rows but" if len(frame) else " no rows and"
        return Block(pa.table({f"This table has{rows} no columns.": pa.array([], pa.string())}))
    names = [f"{each.name} ({each.unit})" if each.unit else each.name for each in found]
    cells = as_cells(sheet, pa.table([each.array for each in found], names=names), changes)
    numbers = {i: each.numbers for i, each in enumerate(found) if each.numbers is not None}
    return replace(Block(cells), numbers=numbers)


def _header(name: str) -> str:
    """Return what may stand in a table's header: no break, no control, nothing empty."""
    shown = show_controls(pa.array([" ".join(name.split())]))[0].as_py()
    return shown[:200] or "(no name)"


def widest(column: pa.ChunkedArray) -> int:
    """Return how many characters the longest text of a column has; 0 if it has none."""
    if not is_text(column.type):
        return 0
    texts = column.combine_chunks()
    if pa.types.is_dictionary(texts.type):
        texts = texts.dictionary
    return pc.max(pc.utf8_length(texts)).as_py() or 0
