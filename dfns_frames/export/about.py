"""What an export says of itself: what was changed on the way, and what its files and columns mean."""

from __future__ import annotations

from dfns_frames._api.tables import TABLES
from dfns_frames._facts.provenance import plural
from dfns_frames._facts.tables import Tables
from dfns_frames.export.header import header

Changes = dict[tuple[str, str, str], int]  # in how many cells of (table, column) what was changed


def cells(count: int) -> str:
    """Say how many cells."""
    return f"{count:,} {plural(count, 'cell')}"


def changed(changes: Changes) -> list[str]:
    """Say what of the texts was changed, in how many cells."""
    return [
        f"{table}, {column}: {what} in {cells(count)}" for (table, column, what), count in changes.items()
    ]


def readme(tables: Tables, changes: Changes, notes: list[str]) -> str:
    """Return the text that goes with a folder of CSV files."""
    lines = [*header(tables), "", *notes, "", "Changed:", *(changed(changes) or ["nothing"])]
    for name in tables:
        count, declared = tables.arrow(name).num_rows, TABLES[name]
        lines += ["", f"{name}.csv, {count:,} {plural(count, 'row')}. A row is {declared.row}."]
        lines += [f"    {column.name}: {column.meaning}" for column in declared.columns]
    # A source may be a file of any name.
    return "".join(f"{' '.join(line.splitlines())}\n" for line in lines)
