"""Joins over keys, written once: which row of another table each row belongs to.

The items of a list and what stands inside them share the source and the position of the item. A position is
no row number: filtered frames keep the position that a row had, and two sources count from 0 each.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dfns_frames._api.tables import TABLES
from dfns_frames._facts.codes import codes

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Ints
    from dfns_frames._facts.tables import Tables

_CELLS, _CELLS_A_ROW = 1 << 20, 64


@cache
def items_of(name: str) -> str:
    """Return the table whose rows a table's rows are inside: itself where its rows are listed items."""
    positions = TABLES[name].positions
    listed = {table.positions: table.name for table in TABLES.values() if table.is_listed}
    return listed.get(positions[:1], name)


def item_rows(tables: Tables, name: str) -> Ints:
    """Return, for each row of a table, the row of the item that it is inside; -1 if that is gone."""
    items = items_of(name)
    return parent_rows(tables.arrow(items), tables.arrow(name), TABLES[items].positions[0])


def token_rows(tables: Tables, name: str) -> Ints:
    """Return, for each row of a child table, the row of its token in `tokens`."""
    return parent_rows(tables.arrow("tokens"), tables.arrow(name), "token_no")


def parent_rows(parents: pa.Table, child: pa.Table, position: str) -> Ints:
    """Return, for each row of a child table, the row that it belongs to; -1 if that is not there.

    Parameters
    ----------
    parents, child
        The tables.
    position
        The position column that, together with the source, is the parent's key.
    """
    if child.num_rows == 0 or parents.num_rows == 0:
        return np.full(child.num_rows, -1, dtype=np.int64)
    sources, names = codes(parents, "source")
    child_sources, child_names = codes(child, "source")
    number = {source: code for code, source in enumerate(names)}
    renumbered = np.array([*(number.get(source, -1) for source in child_names), -1], dtype=np.int64)
    there: Any = parents[position].to_numpy()
    here: Any = child[position].to_numpy()
    width = int(there.max()) + 1
    source = renumbered[child_sources]
    known = (source >= 0) & (here < width)
    keys, wanted = sources * width + there, np.where(known, source * width + here, -1)
    if len(names) * width > max(_CELLS_A_ROW * len(keys), _CELLS):  # few rows left of very many
        return _searched(keys, wanted)
    row_at = np.full(len(names) * width + 1, -1, dtype=np.int64)  # the last is that of -1
    row_at[keys] = np.arange(parents.num_rows)
    return row_at[wanted]


def _searched(keys: Ints, wanted: Ints) -> Ints:
    order = np.argsort(keys, kind="stable")
    rows = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(order) - 1)]
    return np.where(keys[rows] == wanted, rows, -1)
