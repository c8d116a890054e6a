"""The frames that are joined, and which of the lists that they come from are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dfns_frames._api.readings import SOURCES
from dfns_frames._facts.codes import Ints
from dfns_frames._facts.lists import lists_of
from dfns_frames._facts.tables import Tables


@dataclass(frozen=True)
class Parts:
    """Frames that are joined, and their lists.

    Parameters
    ----------
    parts
        The frames.
    lists
        The joined `sources`.
    numbers
        For each part, its own `source_no` → the one in `lists`.
    known
        For each part, which of its lists an earlier part has too: then both are pieces of one list.
    """

    parts: Sequence[Tables]
    lists: pa.Table
    numbers: list[dict[int, int]]
    known: list[set[int]]

    def holding(self, name: str) -> list[int]:
        """Return which parts hold a table."""
        return [number for number, part in enumerate(self.parts) if name in part]

    def lists_of(self, part: int, name: str) -> Ints:
        """Return, for each row of a part's table, its list in `lists`; -1 if that is not known."""
        renumber = self.numbers[part]
        found = lists_of(self.parts[part], name)
        return np.array([renumber.get(number, -1) for number in found.tolist()], dtype=np.int64)


def bring_together(parts: Sequence[Tables]) -> Parts:
    """Bring the lists of all parts together; one that several parts have, since a filter cut it, is one."""
    columns = [column.name for column in SOURCES.columns if column.name != "source_no"]
    rows: dict[tuple[Any, ...], int] = {}
    numbers, known = [], []
    for part in parts:
        own, before = {}, len(rows)
        listed = part.arrow("sources").to_pylist() if "sources" in part else []
        for row in listed:
            own[row["source_no"]] = rows.setdefault(tuple(row[name] for name in columns), len(rows))
        numbers.append(own)
        known.append({number for number in own.values() if number < before})
    made = [dict(zip(columns, row, strict=True), source_no=number) for row, number in rows.items()]
    return Parts(parts, SOURCES.from_rows(made), numbers, known)
