"""Items that are listed more than once: on two pages of one listing, or twice on one page."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dfns_frames.drift import Drift
from dfns_frames.parsing import shorten
from dfns_frames.schema import Column, Endpoint, Kind, compact


def join_pages(
    tables: dict[str, pa.Table], sizes: list[int], endpoint: Endpoint, drift: Drift
) -> dict[str, pa.Table]:
    """Keep an item that several pages list once, as the last of them has it.

    A listing that changes while its pages are fetched shows some items twice. An id that one page lists
    twice is another matter: which of the two is right cannot be known, so both stay.

    Parameters
    ----------
    tables
        The endpoint's tables, items numbered from 0 through all pages.
    sizes
        How many items each page gave.
    endpoint
        The declaration.
    drift
        Both kinds are noted here.
    """
    outer = endpoint.tables[0]
    identity, position = outer.identity, _position(endpoint)
    encoded = tables[outer.name][identity.name].combine_chunks()
    codes = encoded.indices.fill_null(-1).to_numpy()
    has_id = codes >= 0
    times = np.bincount(codes[has_id], minlength=len(encoded.dictionary))
    if not (times > 1).any():
        return tables
    page = np.repeat(np.arange(len(sizes)), sizes)
    last = np.zeros(len(times), dtype=np.int64)
    np.maximum.at(last, codes[has_id], page[has_id])
    kept = ~has_id | (page == last[codes])
    stay = np.bincount(codes[has_id & kept], minlength=len(times))
    path = f"{outer.json}[].{identity.json}"
    for what, counts in (
        ("overlapping pages", np.where(stay < times, times, 0)),
        ("repeated id", np.where(stay > 1, stay, 0)),
    ):
        for code in np.flatnonzero(counts):
            drift.note(what, path, shorten(encoded.dictionary[int(code)].as_py()), int(counts[code]))
    return tables if kept.all() else _keep(tables, kept, position)


def _position(endpoint: Endpoint) -> Column:
    return next(column for column in endpoint.tables[0].columns if column.kind is Kind.POSITION)


def _keep(tables: dict[str, pa.Table], kept: npt.NDArray[np.bool_], position: Column) -> dict[str, pa.Table]:
    """Keep some of the items, and what belongs to them, under new numbers."""
    renumbered = np.where(kept, np.cumsum(kept) - 1, -1)
    filtered = {}
    for name, table in tables.items():
        numbers = renumbered[table[position.name].to_numpy()]
        i = table.column_names.index(position.name)
        table = table.set_column(i, table.schema.field(i), pa.array(numbers))
        filtered[name] = compact(table.filter(pa.array(numbers >= 0)))
    return filtered
