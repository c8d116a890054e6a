"""How much harm what was gained can do: of tokens, users, assignments, operations and members of groups."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dfns_frames._api.catalogue import UNKNOWN, usability
from dfns_frames._api.sources.permission_assignments import PERMISSION_ASSIGNMENTS
from dfns_frames._archive.comparing.frame import WORST_FIRST
from dfns_frames._facts.codes import codes, flags, missing
from dfns_frames._facts.contents import assigned_everything, catalogue, is_managed
from dfns_frames._facts.presence import is_ok

if TYPE_CHECKING:
    from dfns_frames._archive.comparing.match import Part
    from dfns_frames._facts.codes import Ints
    from dfns_frames._facts.tables import Tables

_CRITICAL, _UNKNOWN, _NONE = (
    WORST_FIRST.index("critical"),
    WORST_FIRST.index(UNKNOWN),
    WORST_FIRST.index("none"),
)
_ASSIGNMENTS = {"tokens": "token_assignments", "users": "user_assignments"}
_OPERATIONS = {"token_assignments": "token_operations", "user_assignments": "user_operations"}
_HOLDERS = {"token_operations": "tokens", "user_operations": "users"}


class Severities:
    """The severities of what the new side lists.

    Parameters
    ----------
    frames
        The new side.
    parts
        Its tables, with what each row is inside.
    """

    def __init__(self, frames: Tables, parts: Mapping[str, Part]) -> None:
        self._frames = frames
        self._parts = parts

    def of(self, name: str, rows: Ints) -> list[str]:
        """Return the severity of what some rows of a table give to somebody."""
        if name in _ASSIGNMENTS:
            places = self._of_holders(name, rows)
        elif name in _OPERATIONS:
            places = self._of_assignments(name, rows)
        elif name in (*_HOLDERS, "permission_operations"):
            places = self._of_operations(name, rows)
        elif name == "permission_assignments":
            places = self._of_grants(rows)
        elif name == "user_group_members":
            groups = self._parts[name].table["group_id"].cast(pa.string()).take(pa.array(rows)).to_pylist()
            dark = not is_ok(self._frames, PERMISSION_ASSIGNMENTS.path)
            found = [self._of_groups.get(group, _NONE) for group in groups]
            places = np.array([min(each, _UNKNOWN) if dark else each for each in found], dtype=np.int64)
        else:
            places = np.full(len(rows), _NONE)
        return [WORST_FIRST[place] for place in places.tolist()]

    def _of_holders(self, name: str, rows: Ints) -> Ints:
        assigned = self._parts.get(_ASSIGNMENTS[name])
        if assigned is None:
            return np.full(len(rows), _UNKNOWN)
        theirs = _inside(assigned.parent, rows, self._parts[name].table.num_rows)
        worst = self._of_assignments(_ASSIGNMENTS[name], theirs)
        return _least(assigned.parent[theirs], worst, self._parts[name].table.num_rows)[rows]

    def _of_assignments(self, name: str, rows: Ints) -> Ints:
        part, held = self._parts[name], self._parts.get(_OPERATIONS[name])
        count = part.table.num_rows
        unlisted = missing(part.table, "operation_count")
        if held is None:
            worst = np.full(count, _UNKNOWN)
        else:
            theirs = _inside(held.parent, rows, count)
            worst = _least(held.parent[theirs], self._of_operations(_OPERATIONS[name], theirs), count)
            worst[unlisted] = np.minimum(worst[unlisted], _UNKNOWN)
        worst[assigned_everything(self._frames, part.table)] = _CRITICAL
        return worst[rows]

    def _of_operations(self, name: str, rows: Ints) -> Ints:
        part = self._parts[name]
        operation, names = codes(part.table, "operation")
        holder = _HOLDERS.get(name)
        if holder is None:
            return _harm([None], names)[0][operation[rows]]
        kind, kinds = codes(self._parts[holder].table, "kind")
        return _harm([*kinds, None], names)[kind[part.item[rows]], operation[rows]]

    def _of_grants(self, rows: Ints) -> Ints:
        table = self._parts["permission_assignments"].table.take(pa.array(rows))
        contents = self._contents
        ids = table["permission_id"].cast(pa.string()).to_pylist()
        worst = np.array([contents.get(each, _UNKNOWN) for each in ids], dtype=np.int64)
        return np.where(flags(table, "in_effect"), worst, _NONE)

    @cached_property
    def _contents(self) -> dict[str | None, int]:
        """For each permission that is listed, the worst that it contains."""
        part, held = self._parts.get("permissions"), self._parts.get("permission_operations")
        if part is None:
            return {}
        count = part.table.num_rows
        worst = np.full(count, _UNKNOWN)
        if held is not None:
            worst = _least(
                held.parent,
                self._of_operations("permission_operations", np.arange(held.table.num_rows)),
                count,
            )
        name, names = codes(part.table, "name")
        worst[is_managed(names)[name] & flags(part.table, "is_immutable")] = _CRITICAL
        return dict(
            zip(part.table["permission_id"].cast(pa.string()).to_pylist(), worst.tolist(), strict=True)
        )

    @cached_property
    def _of_groups(self) -> dict[str | None, int]:
        """For each group, the worst of the permissions that are given to it."""
        part = self._parts.get("permission_assignments")
        if part is None:
            return {}
        identities = part.table["identity_id"].cast(pa.string()).to_pylist()
        worst: dict[str | None, int] = {}
        for identity, place in zip(identities, self._of_grants(np.arange(part.table.num_rows)), strict=True):
            worst[identity] = min(int(place), worst.get(identity, _NONE))
        return worst


def _inside(parent: Ints, rows: Ints, count: int) -> Ints:
    """Return the rows of a table that are inside some rows of another."""
    wanted = np.zeros(count + 1, dtype=bool)  # the last is that of -1
    wanted[rows] = True
    return np.flatnonzero(wanted[parent])


def _least(parent: Ints, places: Ints, count: int) -> Ints:
    """Return the worst of what is inside each row of another table."""
    worst = np.full(count, _NONE)
    known = parent >= 0
    np.minimum.at(worst, parent[known], places[known])
    return worst


def _harm(kinds: list[str | None], operations: list[str]) -> Ints:
    """Return the harm of each operation to each kind that may hold it: what it cannot use does none."""
    known = catalogue()
    table = np.full((len(kinds), len(operations)), _NONE, dtype=np.int64)
    for number, operation in enumerate(operations):
        place = WORST_FIRST.index(known[operation][2] if operation in known else UNKNOWN)
        for row, kind in enumerate(kinds):
            usable = usability(kind, operation)
            table[row, number] = {"yes": place, "no": _NONE}.get(usable, _UNKNOWN)
    return table
