"""An audit as Markdown, for a ticket: what it is, what was not looked at, what was found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import pyarrow as pa

from dfns_frames._facts.tables import Tables
from dfns_frames.export.about import Changes
from dfns_frames.export.columns import Values
from dfns_frames.export.header import header
from dfns_frames.export.judged import FOR_READERS, in_order
from dfns_frames.export.markdown import escaped, markdown
from dfns_frames.export.text import show_controls

_RULES = ("rule", "title", "status", "missing", "looked_at", "found", "accepted")


def report(tables: Tables, changes: Changes) -> Iterator[str]:
    """Yield the lines of the report."""
    yield "# Audit"
    yield ""
    for line in header(tables):
        yield f"- {escaped(_plain(line))}"
    for title, name, table in (
        ("Rules", "rules", in_order(tables.arrow("rules")).select(_RULES)),
        ("Findings", "findings", tables.arrow("findings").select([*FOR_READERS, "subject_id", "finding_id"])),
    ):
        yield ""
        yield f"## {title}"
        yield ""
        if not table.num_rows:
            yield f"No {name}."
            continue
        lines, changed = markdown([_values(table, column) for column in table.column_names])
        changes |= {(name, column, what): count for (column, what), count in changed.items()}
        yield from lines


def write_report(tables: Tables, file: IO[bytes]) -> Changes:
    """Write the report to an open binary file."""
    changes: Changes = {}
    for line in report(tables, changes):
        file.write(f"{line}\n".encode())
    return changes


def _values(table: pa.Table, name: str) -> Values:
    column = table[name]
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    return Values(name, column.combine_chunks())


def _plain(text: str) -> str:
    return show_controls(pa.array([text]))[0].as_py()
