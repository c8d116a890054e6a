"""What a workbook adds to the tables: this project's judgement of the operations in them."""

from __future__ import annotations

import pyarrow as pa

from dfns_frames import measures
from dfns_frames.catalogue import OPERATIONS, operations_table
from dfns_frames.dtypes import TEXT
from dfns_frames.measures.holdings import UNKNOWN
from dfns_frames.schema import Tables

ADDED = {
    "tokens": {
        "worst_severity": "Highest severity of what it may do: critical, high, medium, low or none; unknown "
        "if nothing about that is known; missing if it has no operations. This project's judgement.",
    },
    "token_operations": {
        name: f"{OPERATIONS[name].meaning} This project's judgement; unknown if it is in no catalogue."
        for name in ("category", "severity")
    },
}
"""The meanings of the added columns, by table."""


def judged(tables: Tables, name: str) -> pa.Table:
    """Return a table with the columns that are added to it, if any."""
    table = tables.arrow(name)
    if name == "tokens":
        return table.append_column("worst_severity", _worst(tables))
    if name == "token_operations":
        for added in ADDED[name]:
            table = table.append_column(added, _looked_up(table["operation"], added))
    return table


def _worst(tables: Tables) -> pa.Array:
    measured = measures.operations_per_token(tables)["worst"].sort_index()  # now in the order of the tokens
    return pa.array(measured.astype(TEXT), from_pandas=True)


def _looked_up(operations: pa.ChunkedArray, added: str) -> pa.DictionaryArray:
    """Look each operation up in the catalogue; by category, so that each name is looked up once."""
    catalogue = operations_table().select(["operation", added]).to_pydict()
    known = dict(zip(*catalogue.values(), strict=True))
    encoded = operations.combine_chunks()
    found = pa.array([known.get(name, UNKNOWN) for name in encoded.dictionary.to_pylist()], type=pa.string())
    places = found.dictionary_encode()
    return pa.DictionaryArray.from_arrays(places.indices.take(encoded.indices), places.dictionary)
