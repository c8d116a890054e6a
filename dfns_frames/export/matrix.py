"""The Matrix: which token holds which operation."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from dfns_frames import measures
from dfns_frames._facts.holdings import USABLE, token_holdings
from dfns_frames.export.about import Changes
from dfns_frames.export.cells import as_cells
from dfns_frames.export.sheet import Block, Sheet
from dfns_frames.schema import Tables

CELLS_AT_MOST = 30_000  # 200 tokens by 150 operations: what eyes can follow
_COLUMNS_AT_MOST = 1_000
_WIDTHS = {"name": 28.0, "token_id": 16.0}
MEANING = (
    "Which token holds which operation, of those that the API lists for any token. x: it holds it; full "
    "administrators hold all. (x): it holds it, but the API refuses it to tokens of this kind. ?: unknown, "
    "because the API did not list the operations of one of its permissions. Empty: it does not hold it."
)


def matrix(tables: Tables, changes: Changes) -> Sheet | str:
    """Return the tokens, in the order of the sheet Tokens, by operations; or why there is no such sheet."""
    held = token_holdings(tables)
    listed = sorted(
        {int(number) for number in held.operation[held.is_listed]}, key=held.operations.__getitem__
    )
    tokens = tables.arrow("tokens")
    if not listed or not tokens.num_rows:
        return "left out: no operations are listed"
    if tokens.num_rows * len(listed) > CELLS_AT_MOST or len(listed) > _COLUMNS_AT_MOST:
        return f"left out: {tokens.num_rows:,} tokens by {len(listed):,} operations is too much to look at"
    marks = np.full((tokens.num_rows, len(held.operations)), None, dtype=object)
    marks[(held.unlisted > 0) & ~held.everything] = "?"
    marks[held.holder, held.operation] = "x"
    refused = held.usable == USABLE.index("no")
    marks[held.holder[refused], held.operation[refused]] = "(x)"
    order = measures.capabilities(tables).index.to_numpy()
    operations = {held.operations[number]: marks[order, number] for number in listed}
    columns = {name: tokens[name].take(pa.array(order)) for name in _WIDTHS}
    columns |= {name: pa.array(cells, type=pa.string()) for name, cells in operations.items()}
    return Sheet(
        "Matrix",
        (Block(as_cells("Matrix", pa.table(columns), changes)),),
        frozen_columns=1,
        widths=dict.fromkeys(operations, 16.0) | _WIDTHS,
        for_screen="Matrix is for the screen.",
    )
