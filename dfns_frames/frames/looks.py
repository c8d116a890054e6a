"""Which of the lists that are joined are of one caller: several snapshots of one set, not several sets."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dfns_frames._api.sources import SOURCES
from dfns_frames._api.tables import TABLES
from dfns_frames._facts.keys import items_of
from dfns_frames._facts.provenance import LOOKS
from dfns_frames.frames.parts import Parts


@dataclass(frozen=True)
class Looks:
    """The callers who have several lists joined.

    Parameters
    ----------
    rows
        For `drift`: a row for each of their sources.
    new
        Those whose lists come together only now.
    """

    rows: list[dict[str, Any]]
    new: list[str]


def looks_of(joining: Parts) -> Looks:
    """Find the callers who have several lists joined."""
    listed = joining.lists.to_pylist()
    series: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in listed:
        if row["caller"] is not None:
            series[row["source"], row["caller"]].append(row["source_no"])
    rows, new = [], []
    for (source, caller), numbers in series.items():
        if len(numbers) == 1:
            continue
        times = [listed[number]["fetched_at"] for number in numbers]
        ids = [_ids(joining, source, number) if len({*times}) == 1 else set() for number in numbers]
        if len({*times}) == 1 and all(_are_pieces(ids[0], others) for others in ids[1:]):
            continue
        rows.append(
            {
                "source": source,
                "caller": caller,
                "what": LOOKS,
                "path": "items[]",
                "detail": caller,
                "count": len(numbers),
            }
        )
        if not any({*own.values()} >= {*numbers} for own in joining.numbers):
            new.append(caller)
    return Looks(rows, list(dict.fromkeys(new)))


def _ids(joining: Parts, source: str, number: int) -> set[Any]:
    """Return the ids of what a list holds, as far as the parts still do."""
    found: set[Any] = set()
    for name in SOURCES[source].tables if source in SOURCES else ():
        for part in joining.holding(name) if items_of(name) == name else ():
            here = pa.array(joining.lists_of(part, name) == number)
            table = joining.parts[part].arrow(name).filter(here)
            rows = (tuple(row.values()) for row in table.select(TABLES[name].ids).to_pylist())
            found |= {(name, *ids) for ids in rows if None not in ids}
    return found


def _are_pieces(ids: set[Any], others: set[Any]) -> bool:
    """Tell whether lists of one time are of one moment: pieces of one list, or the same list twice.

    Equal times alone do not say so, as files that were copied together have one date: lists of one moment
    have everything in common, or nothing.
    """
    return ids == others or ids.isdisjoint(others)
