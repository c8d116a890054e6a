"""What operations are called, and what each permission contains."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dfns_frames._api.catalogue import operations_table, successor
from dfns_frames._api.sources.permissions import PERMISSIONS
from dfns_frames._facts.codes import codes, distinct_pairs, flags
from dfns_frames._facts.presence import is_whole, kept, places, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from dfns_frames._facts.codes import Flags, Ints
    from dfns_frames._facts.tables import Tables

FULL_ADMINISTRATOR = frozenset({"ManagedFullAdminAccess", "DfnsFullAdminAccess"})
"""The vendor's permissions that contain every operation, those of the future included."""


@dataclass(frozen=True)
class Operations:
    """Every operation that is listed anywhere or known, as numbers.

    Parameters
    ----------
    names
        What each number stands for.
    today
        For each number, that of the name that it has today; its own if it was never renamed.
    current
        The numbers of the operations that a full administrator has.
    """

    names: list[str]
    today: Ints
    current: Ints

    def number(self, listed: pa.Table) -> Ints:
        """Return the number of each row's operation."""
        operation, names = codes(listed, "operation")
        numbers = {name: number for number, name in enumerate(self.names)}
        return np.array([numbers[name] for name in names], dtype=np.int64)[operation]


@kept
def operations(frames: Tables) -> Operations:
    """Return the operations, in the order in which tokens, users and permissions list them."""
    listed = (
        codes(table(frames, name), "operation")[1]
        for name in ("token_operations", "user_operations", "permission_operations")
    )
    names = dict.fromkeys(name for part in (*listed, catalogue()) for name in part)
    numbers = {name: number for number, name in enumerate(dict.fromkeys([*names, *map(successor, names)]))}
    return Operations(
        list(numbers),
        np.array([numbers[successor(name)] for name in numbers], dtype=np.int64),
        np.array(
            [numbers[name] for name, (status, _, _) in catalogue().items() if status == "current"],
            dtype=np.int64,
        ),
    )


@dataclass(frozen=True)
class Permissions:
    """The permissions that were listed, and what they contain.

    Parameters
    ----------
    ids, names
        For each permission.
    immutable
        Which are managed by the vendor.
    starts, operation
        The operations of permission ``p`` are ``operation[starts[p]:starts[p + 1]]``.
    is_read
        Whether all of them were listed.
    """

    ids: list[str]
    names: list[str | None]
    immutable: Flags
    starts: Ints
    operation: Ints
    is_read: bool

    def everything(self, permission: Ints, managed: Flags) -> Flags:
        """Tell which assignments give everything.

        Parameters
        ----------
        permission
            The place of each assignment's permission; -1 for one that is not listed.
        managed
            Which have the name of a full administrator's permission. A stranger may give that name to a
            permission of his own, so where permissions were read it has to be among them, and immutable.
        """
        listed = np.append(self.immutable, not self.is_read)
        return managed & listed[permission]


@kept
def permissions(frames: Tables) -> Permissions:
    """Return the permissions that were listed."""
    listed, contents = table(frames, "permissions"), table(frames, "permission_operations")
    by_id, ids = codes(listed, "permission_id")
    names = np.full(len(ids), None, dtype=object)
    immutable = np.zeros(len(ids), dtype=bool)
    known = by_id >= 0
    names[by_id[known][::-1]] = np.array(listed["name"].to_pylist(), dtype=object)[known][::-1]
    immutable[by_id[known & flags(listed, "is_immutable")]] = True
    permission = places(contents["permission_id"], ids)
    there = permission >= 0
    owner, operation = distinct_pairs(
        permission[there],
        operations(frames).number(contents)[there],
        len(ids),
        len(operations(frames).names),
    )
    starts = np.searchsorted(owner, np.arange(len(ids) + 1)).astype(np.int64)
    return Permissions(ids, names.tolist(), immutable, starts, operation, is_whole(frames, PERMISSIONS.path))


def is_managed(names: Sequence[str | None]) -> Flags:
    """Tell which names are those of a full administrator's permission; the last flag is of no name."""
    return np.array([*(name in FULL_ADMINISTRATOR for name in names), False], dtype=bool)


def assigned_everything(frames: Tables, assignments: pa.Table) -> Flags:
    """Tell which assignments, of tokens or of users, give everything."""
    known, (name, names) = permissions(frames), codes(assignments, "permission_name")
    return known.everything(places(assignments["permission_id"], known.ids), is_managed(names)[name])


@cache
def catalogue() -> dict[str, tuple[str, str, str]]:
    """Return status, category and severity of each known operation."""
    columns = operations_table().select(["operation", "status", "category", "severity"]).to_pydict()
    return {
        name: (status, category, severity)
        for name, status, category, severity in zip(*columns.values(), strict=True)
    }


def current_operations() -> int:
    """Return how many operations a full administrator has today, as far as the catalogue knows."""
    return sum(status == "current" for status, _, _ in catalogue().values())
