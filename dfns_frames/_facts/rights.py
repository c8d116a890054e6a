"""Who holds which operation: tokens by their assignments, users by theirs and by those of their groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dfns_frames._api.sources.permission_assignments import PERMISSION_ASSIGNMENTS
from dfns_frames._api.sources.permissions import PERMISSIONS
from dfns_frames._api.sources.user_groups import USER_GROUP_MEMBERS, USER_GROUPS
from dfns_frames._facts.codes import codes, distinct_pairs, missing
from dfns_frames._facts.contents import assigned_everything, is_managed, operations, permissions
from dfns_frames._facts.keys import parent_rows
from dfns_frames._facts.people import people
from dfns_frames._facts.presence import expand, grouped, is_whole, kept, places, statuses, table

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Flags, Ints
    from dfns_frames._facts.tables import Tables


@dataclass(frozen=True)
class Rights:
    """Which holder has which operation; each pair once, by holder.

    Parameters
    ----------
    holder, operation
        The pairs, as numbers. Who holds everything has a pair for each current operation.
    is_listed
        For each pair, whether the API listed it with the holder (or with the holder's group).
    everything
        For each holder, whether it is a full administrator.
    is_unresolved
        For each holder, whether it has a permission whose operations nothing lists, and not everything.
    """

    holder: Ints
    operation: Ints
    is_listed: Flags
    everything: Flags
    is_unresolved: Flags


@dataclass(frozen=True)
class _Assignments:
    """Permissions that holders have: whose, its place in `permissions` (-1: not listed), and two flags."""

    holder: Ints
    permission: Ints
    is_listed: Flags
    everything: Flags


@kept
def token_rights(frames: Tables) -> Rights:
    """Return what the assignments of each token contain."""
    tokens = table(frames, "tokens")
    assigned = _assigned(frames, tokens, "token")
    return _rights(frames, assigned, _operations(frames, tokens, "token"), tokens.num_rows)


@kept
def user_rights(frames: Tables) -> Rights:
    """Return what each user holds, directly and through groups, as far as it is listed."""
    users, number = table(frames, "users"), people(frames).number
    direct = _assigned(frames, users, "user")
    rows, operation = _operations(frames, users, "user")
    person, permission = group_rights(frames)
    known = permissions(frames)
    contents, owner = expand(permission[permission >= 0], known.starts)
    managed = is_managed(known.names)
    together = _Assignments(
        np.concatenate([number[direct.holder], person]),
        np.concatenate([direct.permission, permission]),
        np.concatenate([direct.is_listed, permission >= 0]),
        np.concatenate([direct.everything, known.everything(permission, managed[permission])]),
    )
    listed = (
        np.concatenate([number[rows], person[permission >= 0][owner]]),
        np.concatenate([operation, known.operation[contents]]),
    )
    return _rights(frames, together, listed, len(people(frames).ids))


@kept
def group_rights(frames: Tables) -> tuple[Ints, Ints]:
    """Return the users that a group gives a permission to, and its place in `permissions` (-1: not listed).

    An assignment that is not in effect, such as one whose creation is pending, gives nothing.
    """
    given, permission = group_assignments(frames)
    members = table(frames, "user_group_members")
    person = places(members["user_id"], people(frames).ids)
    group = places(members["group_id"], groups(frames))
    order, starts = grouped(given, len(groups(frames)))
    rows = np.flatnonzero((person >= 0) & (group >= 0))
    found, owner = expand(group[rows], starts)
    count = len(permissions(frames).ids)
    holder, place = distinct_pairs(
        person[rows][owner], permission[order[found]] + 1, len(people(frames).ids), count + 1
    )
    return holder, place - 1


def groups(frames: Tables) -> list[str]:
    """Return the ids of the groups of users, as far as groups or members name them."""
    named = (codes(table(frames, name), "group_id")[1] for name in ("user_groups", "user_group_members"))
    return list(dict.fromkeys(name for part in named for name in part))


def group_assignments(frames: Tables) -> tuple[Ints, Ints]:
    """Return, for each row of `permission_assignments`, the group that it gives something to, else -1.

    And the place of the permission in `permissions`; -1 for one that is not listed.
    """
    assignments = table(frames, "permission_assignments")
    group = places(assignments["identity_id"], groups(frames))
    effective = np.asarray(assignments["in_effect"].fill_null(True)).astype(bool)
    return np.where(effective, group, -1), places(assignments["permission_id"], permissions(frames).ids)


@kept
def is_complete(frames: Tables) -> Flags:
    """Tell for which users all rights are known, so that what is not among them is not held."""
    users = people(frames)
    dark = users.is_tenant | user_rights(frames).is_unresolved
    complete = users.found & ~dark & groups_are_read(frames)
    if not grants_are_read(frames):
        members = places(table(frames, "user_group_members")["user_id"], users.ids)
        complete[members[members >= 0]] = False
    return complete


def groups_are_read(frames: Tables) -> bool:
    """Tell whether all groups and their members were listed, or the organisation has none."""
    asked = statuses(frames, USER_GROUPS.path)
    if "ok" not in asked:
        return "unavailable" in asked
    none = table(frames, "user_groups").num_rows == 0
    return is_whole(frames, USER_GROUPS.path) and (none or is_whole(frames, USER_GROUP_MEMBERS.path))


def grants_are_read(frames: Tables) -> bool:
    """Tell whether all permissions, and to whom they are given, were listed."""
    return is_whole(frames, PERMISSIONS.path) and is_whole(frames, PERMISSION_ASSIGNMENTS.path)


def _assigned(frames: Tables, holders: pa.Table, of: str) -> _Assignments:
    """Return the assignments of tokens or of users, by the row of the holder."""
    assignments, known = table(frames, f"{of}_assignments"), permissions(frames)
    holder = parent_rows(holders, assignments, f"{of}_no")
    assignments = assignments.filter(pa.array(holder >= 0))  # those of somebody who is here
    return _Assignments(
        holder[holder >= 0],
        places(assignments["permission_id"], known.ids),
        ~missing(assignments, "operation_count"),
        assigned_everything(frames, assignments),
    )


def _operations(frames: Tables, holders: pa.Table, of: str) -> tuple[Ints, Ints]:
    """Return the operations that the assignments of tokens or of users list."""
    listed = table(frames, f"{of}_operations")
    holder = parent_rows(holders, listed, f"{of}_no")
    return holder[holder >= 0], operations(frames).number(listed)[holder >= 0]


def _rights(frames: Tables, given: _Assignments, listed: tuple[Ints, Ints], count: int) -> Rights:
    known, width = permissions(frames), len(operations(frames).names)
    everything = np.bincount(given.holder[given.everything], minlength=count) > 0
    dark = ~given.is_listed
    unresolved = np.bincount(given.holder[dark & (given.permission < 0)], minlength=count) > 0
    found = np.flatnonzero(dark & (given.permission >= 0))
    contents, owner = expand(given.permission[found], known.starts)
    full, current = np.flatnonzero(everything), operations(frames).current
    # What was listed with the holder, and what follows from elsewhere: from the list of permissions, or from
    # being a full administrator. A pair in both was listed.
    sure = np.array(distinct_pairs(*listed, count, width))
    more = distinct_pairs(
        np.concatenate([given.holder[found][owner], np.repeat(full, len(current))]),
        np.concatenate([known.operation[contents], np.tile(current, len(full))]),
        count,
        width,
    )
    keys = sure[0] * width + sure[1]
    if len(more[0]):
        both = np.union1d(keys, more[0] * width + more[1])
        is_listed = among(both, keys)
    else:
        both, is_listed = keys, np.ones(len(keys), dtype=bool)
    return Rights(both // width, both % width, is_listed, everything, unresolved & ~everything)


def among(values: Ints, ascending: Ints) -> Flags:
    """Tell which values are among others that ascend; `numpy.isin` would sort both again."""
    if not len(ascending):
        return np.zeros(len(values), dtype=bool)
    at = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return ascending[at] == values
