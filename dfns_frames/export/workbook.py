"""The workbook: what its sheets hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from dfns_frames.export.about import Changes, changed, overview
from dfns_frames.export.cells import as_cells, from_frame
from dfns_frames.export.files import StrPath, new_file
from dfns_frames.export.judgement import ADDED, judged
from dfns_frames.export.sheet import Block, Sheet
from dfns_frames.export.summary import matrix, summary
from dfns_frames.export.writer import write
from dfns_frames.tables import TABLES

if TYPE_CHECKING:
    from dfns_frames.schema import Tables

# Beyond this many cells all of them at once would need some gigabytes.
CELLS_AT_MOST = 10_000_000

_SHEETS = {"Tokens": "tokens", "Assignments": "token_assignments", "Operations": "token_operations"}
_SHEETS_IF_ANY = {"Rejected": "rejected", "Drift": "drift"}
_PASSED = {
    "Findings": "What an audit found, as passed to to_excel(findings=...).",
    "Changes": "What differs from another state, as passed to to_excel(changes=...).",
}
_MATRIX = (
    "Which operations the API lists for which token. x: listed; empty: not listed; ?: not known, as for one "
    "of its assignments no operations were listed. A full administrator can do everything, listed or not."
)
_SUMMARY = (
    "Figures and charts of all that is here. unclear: further active tokens of which it is not known, "
    "because they hold something unknown."
)
_NOTES = (
    "Times are UTC. An empty cell is missing: there is none, or the API did not say.",
    "All texts are plain texts: none is a formula or a link, whatever it looks like.",
    "Times before 1900-03-01 and integers of more than 15 digits are texts, as a workbook has no others.",
)
_LARGE = "There are so many cells that sheets have filters, not tables, and no charts."


def to_excel(
    tables: Tables,
    path: StrPath,
    *,
    findings: pd.DataFrame | None = None,
    changes: pd.DataFrame | None = None,
    overwrite: bool = False,
) -> Path:
    """Write one workbook; `Frames.to_excel` says how."""
    for name, frame in (("findings", findings), ("changes", changes)):
        if frame is not None and not isinstance(frame, pd.DataFrame):
            raise TypeError(f"{name} takes a DataFrame, not {type(frame).__name__}")
    with new_file(path, suffix=".xlsx", overwrite=overwrite) as file:
        sheets, large = build(tables, {"Findings": findings, "Changes": changes})
        write(sheets, file, streaming=large)
    return Path(path).expanduser()


def build(tables: Tables, passed: dict[str, pd.DataFrame | None]) -> tuple[list[Sheet], bool]:
    """Return the sheets, in the order of their tabs, and whether they are too large for all at once."""
    altered: Changes = {}
    sheets = [summary(tables, altered)]
    for name, frame in passed.items():
        if frame is not None:
            sheets.append(Sheet(name, (Block(as_cells(name, from_frame(frame), altered)),)))
    for name, table in _SHEETS.items():
        sheets.append(_sheet(name, judged(tables, table), altered))
    crossed = matrix(tables, altered)
    if isinstance(crossed, Sheet):
        sheets.append(crossed)
    for name, table in _SHEETS_IF_ANY.items():
        if tables.arrow(table).num_rows:
            sheets.append(_sheet(name, tables.arrow(table), altered))
    pages = [page for sheet in sheets for page in sheet.pages()]
    blocks = [block.cells for page in pages for block in page.blocks]
    large = sum(cells.num_rows * cells.num_columns for cells in blocks) > CELLS_AT_MOST
    notes = [*_NOTES, *[_LARGE] * large]
    no_matrix = crossed if isinstance(crossed, str) else ""
    return [_readme(tables, pages, no_matrix, altered, notes), *pages], large


def _sheet(name: str, table: pa.Table, altered: Changes) -> Sheet:
    return Sheet(name, (Block(as_cells(name, table, altered)),), frozen_columns=1 if name == "Tokens" else 0)


def _readme(tables: Tables, pages: list[Sheet], no_matrix: str, altered: Changes, notes: list[str]) -> Sheet:
    rows = [("About", "", line) for line in (*overview(tables), *notes)]
    rows += [("Changed", "", line) for line in changed(altered) or ["No text was changed."]]
    rows += [("Sheet", page.name, _what(page.name)) for page in pages]
    if no_matrix:
        rows.append(("Sheet", "Matrix", no_matrix))
    for sheet, table in {**_SHEETS, **_SHEETS_IF_ANY}.items():
        if any(page.name == sheet for page in pages):
            rows += [(sheet, column.name, column.meaning) for column in TABLES[table].columns]
            rows += [(sheet, name, meaning) for name, meaning in ADDED.get(table, {}).items()]
    about, names, texts = zip(*rows, strict=True)
    cells = pa.table({"about": about, "name": [name or None for name in names], "text": texts})
    return Sheet(
        "README",
        (Block(as_cells("README", cells, {})),),
        wrapped=frozenset({"text"}),
        widths={"about": 13.0, "name": 17.0, "text": 42.0},  # as wide as paper
    )


def _what(page: str) -> str:
    """Say what a sheet shows."""
    name, _, continued = page.partition(" (")
    declared = TABLES.get({**_SHEETS, **_SHEETS_IF_ANY}.get(name, ""))
    if continued:
        return f"Continues {name}: a sheet holds 1,048,576 rows, its header included."
    if declared:
        return f"A row is {declared.row}."
    return {**_PASSED, "Matrix": _MATRIX, "Summary": _SUMMARY}[name]
