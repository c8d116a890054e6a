"""Both sides of every table: which row is inside which, and which of them are the same thing."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dfns_frames._api.tables import TABLES
from dfns_frames._archive.comparing.frame import followed
from dfns_frames._archive.comparing.match import Matching, Part, matched, parent_of, rows_around
from dfns_frames._facts.codes import missing

if TYPE_CHECKING:
    from dfns_frames._archive.comparing.sides import Pair, Side
    from dfns_frames._facts.codes import Flags, Ints


@dataclass
class Comparison:
    """Both sides, table by table.

    Parameters
    ----------
    pair
        The sides.
    parts
        For each side, its tables.
    matchings
        How the rows of both sides belong together, of each table that both hold.
    """

    pair: Pair
    parts: tuple[dict[str, Part], dict[str, Part]]
    matchings: dict[str, Matching] = field(default_factory=dict)

    @cached_property
    def looked(self) -> tuple[npt.NDArray[np.datetime64], ...]:
        """For each side, when it looked at each series; missing where it did not."""
        times = [[side.look(series).at for series in self.pair.series] for side in self.pair.sides]
        plain = [[time.replace(tzinfo=None) if time else None for time in each] for each in times]
        return tuple(np.array(each, dtype="datetime64[us]") for each in plain)

    def without_id(self, side: int, name: str) -> int:
        """Count the rows without an id, which nobody can follow; those of what is not compared aside."""
        lacking = self.matchings[name].key[side] < 0
        parent = parent_of(name)
        if parent is None:
            return int(lacking.sum())
        around = self.matchings[parent]
        keys = np.append(around.key[side], -1)[self.parts[side][name].parent]
        return int((around.is_shared[keys] & lacking).sum())

    def unlisted(self, side: int, name: str) -> Flags:
        """Tell for which keys of a table of assignments a side does not list all operations."""
        matching = self.matchings[name]
        found = np.zeros(matching.keys + 1, dtype=bool)  # the last is that of -1
        if is_open(name):
            key = matching.key[side]
            found[key[missing(self.parts[side][name].table, "operation_count") & (key >= 0)]] = True
        return found


def is_open(name: str) -> bool:
    """Tell whether the rows of a table may leave open what is inside them: assignments do."""
    columns = [column.name for column in TABLES[name].columns]
    return parent_of(name) is not None and "operation_count" in columns


def compared(pair: Pair) -> Comparison:
    """Match the tables of both sides, those around others first."""
    comparison = Comparison(pair, (_parts(pair, pair.sides[0]), _parts(pair, pair.sides[1])))
    old, new = comparison.parts
    for table in followed():
        name, parent = table.name, parent_of(table.name)
        if name in old and name in new and (parent is None or parent in comparison.matchings):
            around = comparison.matchings[parent] if parent else None
            comparison.matchings[name] = matched(name, old[name], new[name], around)
    return comparison


def _parts(pair: Pair, side: Side) -> dict[str, Part]:
    """Return the tables of one side; what is inside something that it does not hold is left out."""
    parts: dict[str, Part] = {}
    for declared in followed():
        name, parent = declared.name, parent_of(declared.name)
        if name not in side.frames or (parent and parent not in parts):
            continue
        table = side.frames.arrow(name)
        if parent is None:
            parts[name] = _listed(pair, side, name)
            continue
        around = parts[parent]
        rows = rows_around(around.table, table, TABLES[parent].positions)
        item, series = (np.append(each, -1)[rows] for each in (around.item, around.series))
        parts[name] = Part(table, rows, item, series, around.organisation, around.listed_at)
    return parts


def _listed(pair: Pair, side: Side, name: str) -> Part:
    lists = side.lists_of(name)
    numbers = {series: number for number, series in enumerate(pair.series)}
    organisations = {
        org: number for number, org in enumerate(dict.fromkeys(org for _, _, org in pair.series))
    }
    series = _looked_up({each.number: numbers[each.series] for each in side.lists}, lists)
    orgs = _looked_up({each.number: organisations[each.series[2]] for each in side.lists}, lists)
    micros = {each.number: each.micros for each in side.lists}
    times = _looked_up(micros, lists).astype("datetime64[us]")
    rows = np.arange(len(lists))
    return Part(side.frames.arrow(name), rows, rows, series, orgs, times)


def _looked_up(values: dict[int, int], numbers: Ints) -> Ints:
    found = np.zeros(max(values, default=0) + 1, dtype=np.int64)
    found[list(values)] = list(values.values())
    return found[numbers]
