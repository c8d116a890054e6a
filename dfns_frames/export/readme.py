"""The sheet README: what a workbook is of, what its sheets hold, and what each column means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from dfns_frames._api.tables import TABLES
from dfns_frames.export import organisation
from dfns_frames.export.about import Changes, changed
from dfns_frames.export.cells import as_cells
from dfns_frames.export.header import header
from dfns_frames.export.judgement import described
from dfns_frames.export.matrix import MEANING
from dfns_frames.export.passed import what_is_passed
from dfns_frames.export.plain import PLAIN
from dfns_frames.export.sheet import Block, Sheet

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables

SHEETS = {
    "Tokens": "tokens",
    "Operations": "token_operations",
    "Assignments": "token_assignments",
    "Sources": "sources",
    "Rejected": "rejected",
    "Drift": "drift",
}
"""The sheets of one table each, and the tables."""

AUDIT = {"Findings": "findings", "Rules": "rules"}
"""Those of an audit."""

_OF_TABLES = SHEETS | AUDIT

_SUMMARY = (
    "Figures and charts, each with what it counts and how to list it. unknown, active: active tokens for "
    "which the answer is unknown, because some of what they hold is."
)
_NOTES = (
    "Times are UTC. An empty cell means that there is no value, or that the API did not say.",
    "All text is plain text: nothing is a formula or a link, whatever it looks like.",
    "Tokens and Summary say what a token's own permissions allow, whoever its user is. The sheet Who can, or "
    "who_can in Python, takes its user and the policies into account.",
    "Times before 1900-03-01 and integers of more than 15 digits are text: a workbook cannot hold them.",
    "Operations and Matrix are for the screen: each prints as one page. All other sheets print completely, "
    "except for ids and the like at their right.",
)


def readme(
    tables: Tables,
    pages: list[Sheet],
    passed: Mapping[str, pd.DataFrame],
    no_matrix: str,
    altered: Changes,
    more: list[str],
) -> Sheet:
    """Return the sheet.

    Parameters
    ----------
    tables
        The tables.
    pages
        The other sheets, in the order of their tabs.
    passed
        Those that the user passed, by title.
    no_matrix
        Why there is no Matrix; empty if there is one, or there are no tokens.
    altered
        What was changed in texts.
    more
        Further notes.
    """
    rows = [("About", "", line) for line in (*header(tables), *_NOTES, *more)]
    rows += [("Changed", "", line) for line in changed(altered) or ["No text was changed."]]
    rows += [("Sheet", page.name, _what(page.name, passed)) for page in pages]
    if no_matrix:
        rows.append(("Sheet", "Matrix", no_matrix))
    for page in pages:
        if page.name not in passed:
            rows += [(page.name, name, meaning) for name, meaning in _meanings(page)]
    about, names, texts = zip(*rows, strict=True)
    cells = pa.table({"about": about, "name": [name or None for name in names], "text": texts})
    return Sheet(
        "README",
        (Block(as_cells("README", cells, {})),),
        wrapped=frozenset({"name", "text"}),
        widths={"about": 13.0, "name": 22.0, "text": 100.0},
    )


def _meanings(page: Sheet) -> list[tuple[str, str]]:
    """Return what each column of a sheet means; nothing of a sheet that explains itself."""
    columns = [name.removesuffix(" (UTC)") for name in page.blocks[0].cells.column_names]
    if page.name in organisation.ROWS:
        return organisation.described(page.name, columns)
    table = _OF_TABLES.get(page.name) or PLAIN.get(page.name)
    if table is None:
        return []
    meanings = {column.name: column.meaning for column in TABLES[table].columns}
    meanings = dict(described(table)) | {name: text for name, text in meanings.items() if name in columns}
    return [(name, text) for name, text in meanings.items() if name in columns]


def _what(page: str, passed: Mapping[str, pd.DataFrame]) -> str:
    """Say what a sheet shows."""
    if page in passed:
        return what_is_passed(passed[page])
    name, _, continued = page.partition(" (")
    if continued:
        return f"Continues {name}: a sheet holds 1,048,576 rows, its header included."
    if name in _OF_TABLES:
        return f"A row is {TABLES[_OF_TABLES[name]].row}."
    said = {"Matrix": MEANING, "Summary": _SUMMARY, **organisation.ROWS}
    return said.get(name) or f"A row is {TABLES[PLAIN[name]].row}."
