"""The terms that conditions of rules use, computed once for each Frames: usable, PRIV, everything.

*Usable* is what somebody holds and is not known to lack: what is unknown counts, and a finding that rests on
it says so. *PRIV* is whoever can use an operation of severity critical or high, or holds everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.catalogue import SEVERITIES
from dfns_frames._api.sources.pats import PATS
from dfns_frames._api.sources.permission_assignments import PERMISSION_ASSIGNMENTS
from dfns_frames._api.sources.permissions import PERMISSIONS
from dfns_frames._api.sources.policies import POLICIES
from dfns_frames._api.sources.service_accounts import SERVICE_ACCOUNTS
from dfns_frames._api.sources.user_groups import USER_GROUP_MEMBERS, USER_GROUPS
from dfns_frames._api.sources.users import USERS
from dfns_frames._api.tables import TABLES
from dfns_frames._api.vocabulary import Kind
from dfns_frames._facts.codes import flags, owner_ids
from dfns_frames._facts.contents import catalogue, operations
from dfns_frames._facts.effective import NO, YES, Effective, token_effective, user_effective
from dfns_frames._facts.holdings import severity_of
from dfns_frames._facts.keys import parent_rows
from dfns_frames._facts.people import people, token_identity, token_users, user_names
from dfns_frames._facts.presence import kept, table
from dfns_frames._facts.rights import Rights, token_rights, user_rights
from dfns_frames.audit.framework import Subjects
from dfns_frames.audit.wording import quoted

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Flags, Ints
    from dfns_frames._facts.tables import Tables

TOKEN_LISTS = (PATS.path, SERVICE_ACCOUNTS.path)
"""The sources that list tokens."""

RIGHTS = (
    *TOKEN_LISTS,
    USERS.path,
    PERMISSIONS.path,
    PERMISSION_ASSIGNMENTS.path,
    USER_GROUPS.path,
    USER_GROUP_MEMBERS.path,
)
"""The sources that tell what tokens and users can use."""

POWERS = (*RIGHTS, POLICIES.path)
"""The sources that tell what stands in their way besides."""

NOT_HELD, MAYBE, HELD = range(3)
"""How sure it is that somebody can use something."""

_HIGH = SEVERITIES.index("high")


@dataclass(frozen=True)
class Tokens:
    """The tokens, as rules see them.

    Parameters
    ----------
    ids, names, owners, owner_names
        For each token; None where there is none.
    user
        The number of the user that it acts for; -1 for none.
    is_active
        Whether the API calls it active.
    is_end_user
        Whether an end user owns it: rules of privilege leave those out.
    everything
        Whether it is a full administrator's.
    priv
        `HELD`, `MAYBE` or `NOT_HELD`: whether it can use an operation of severity critical or high.
    is_blind
        Whether it may be able to do more than is known, as operations are not listed or in no catalogue.
    is_owner_read
        Whether its owner stands in a list.
    """

    ids: list[str | None]
    names: list[str | None]
    owners: list[str | None]
    owner_names: list[str | None]
    user: Ints
    is_active: Flags
    is_end_user: Flags
    everything: Flags
    priv: Ints
    is_blind: Flags
    is_owner_read: Flags

    @cached_property
    def called(self) -> list[str]:
        """Each token, with its owner, as the beginning of a sentence."""
        owners = {
            owner: f" of {quoted(name if name is not None else owner)}" if owner else ""
            for owner, name in dict(zip(self.owners, self.owner_names, strict=True)).items()
        }
        return [
            f"Token {quoted(name)}{owners[owner]}"
            for name, owner in zip(self.names, self.owners, strict=True)
        ]

    @property
    def is_judged(self) -> Flags:
        """Which tokens rules of privilege look at: active ones that are no end user's."""
        return self.is_active & ~self.is_end_user

    @property
    def is_partial(self) -> Flags:
        """Which rules of single powers look at: of a full administrator they would say nothing new."""
        return self.is_judged & ~self.everything


@kept
def tokens(frames: Tables) -> Tokens:
    """Return the tokens."""
    listed, user = table(frames, "tokens"), token_users(frames)
    rights, found = token_rights(frames), token_effective(frames)
    names = [*user_names(frames).to_pylist(), None]
    return Tokens(
        _texts(listed["token_id"]),
        _texts(listed["name"]),
        owner_ids(listed).to_pylist(),
        [names[number] for number in user.tolist()],
        user,
        flags(listed, "is_active"),
        np.append(people(frames).is_end_user, False)[user],
        rights.everything,
        _priv(frames, found, rights, listed.num_rows),
        _blind(frames, found, rights, listed.num_rows),
        np.append(people(frames).found, False)[user],
    )


@kept
def user_priv(frames: Tables) -> Ints:
    """Return for each user whether it is PRIV: `HELD`, `MAYBE` or `NOT_HELD`."""
    return _priv(frames, user_effective(frames), user_rights(frames), len(people(frames).ids))


def _priv(frames: Tables, found: Effective, rights: Rights, count: int) -> Ints:
    """Tell who can use an operation of severity critical or high, by the name that it has today."""
    names = operations(frames)
    severe = (severity_of(names.names) <= _HIGH)[names.today]
    usable = severe[found.operation] & (found.effective != NO)
    priv = np.full(count, NOT_HELD, dtype=np.int64)
    priv[found.holder[usable]] = MAYBE
    priv[found.holder[usable & (found.effective == YES)]] = HELD
    priv[rights.everything] = HELD
    return priv


def _blind(frames: Tables, found: Effective, rights: Rights, count: int) -> Flags:
    names = operations(frames).names
    strange = np.array([name not in catalogue() for name in names], dtype=bool)
    usable = strange[found.operation] & (found.effective != NO)
    blind = np.bincount(found.holder[usable], minlength=count) > 0
    return (blind | rights.is_unresolved) & ~rights.everything


def _texts(values: pa.ChunkedArray) -> list[str | None]:
    return values.cast(pa.string()).to_pylist()


def token_subjects(frames: Tables, rows: Ints) -> Subjects:
    """Return tokens as what findings are about."""
    found, at = tokens(frames), rows.tolist()
    return Subjects(
        "token",
        [found.ids[row] for row in at],
        [found.names[row] for row in at],
        contents_of(frames, "tokens", at, found.ids),
        [found.owners[row] for row in at],
        [found.owner_names[row] for row in at],
    )


def contents_of(frames: Tables, name: str, rows: list[int], ids: list[str | None]) -> list[str]:
    """Return what tells apart those rows that have no id: what they are."""
    nameless = {row for row in rows if ids[row] is None}
    if not nameless:
        return []
    listed = table(frames, name)
    # Not where it stands, nor how much it holds, which changes while it stays the same.
    columns = [
        column.name
        for column in TABLES[name].columns
        if column.kind not in (Kind.POSITION, Kind.COUNT) and column.name not in ("source", "caller")
    ]
    taken = listed.select(columns)
    said: dict[int, str] = {}
    for row in nameless:
        [content] = taken.slice(row, 1).to_pylist()
        said[row] = repr(sorted((key, _plain(value)) for key, value in content.items()))
    return [said.get(row, "") for row in rows]


def _plain(value: Any) -> str:
    """Return a value as text that is the same on every machine."""
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)


@kept
def assigned_rows(frames: Tables) -> Ints:
    """Return, for each row of `token_assignments`, the row of its token."""
    return parent_rows(table(frames, "tokens"), table(frames, "token_assignments"), "token_no")


def name_of_user(frames: Tables, number: int, *, plain: bool = False) -> str:
    """Return what to call a user: the name, else the id; with `plain` only a name, else nothing."""
    name = _user_names(frames)[number]
    return name or ("" if plain else people(frames).ids[number] or "somebody without an id")


@kept
def _user_names(frames: Tables) -> list[str | None]:
    return user_names(frames).to_pylist()


@kept
def registration(frames: Tables) -> Ints:
    """Return whether each user is registered: 1, 0, or -1 where that is not known; of machines always 1."""
    everyone, users = people(frames), table(frames, "users")
    count, flag = len(everyone.ids), users["is_registered"]
    yes = np.bincount(everyone.number[flags(users, "is_registered")], minlength=count) > 0
    no = np.bincount(everyone.number[np.asarray(pc.equal(flag, False).fill_null(False))], minlength=count) > 0
    return np.where(everyone.is_machine | yes, 1, np.where(no, 0, -1))


def organisation(frames: Tables, is_found: bool) -> Subjects:
    """Return the organisation as what a finding is about, or no finding."""
    columns = [table(frames, name)["org_id"].cast(pa.string()).unique() for name in ("tokens", "users")]
    known = sorted({text for column in columns for text in column.to_pylist() if text})
    ids = [known[0] if len(known) == 1 else None] * is_found
    return Subjects("organisation", ids, None, [", ".join(known)] * is_found)


def once_each(frames: Tables, rows: Ints, group: Ints) -> Ints:
    """Return some rows of `tokens` without those of a token that stands in the same group before.

    A token that two lists hold is one. Which of its rows counts must not depend on the order of the lists,
    so it is the first by what is said of it.

    Parameters
    ----------
    frames
        The frames.
    rows
        The rows.
    group
        For each row of `tokens`, its group.
    """
    identity, found = token_identity(frames), tokens(frames)
    created = table(frames, "tokens")["date_created"].cast(pa.int64()).fill_null(-1).to_pylist()
    first: dict[tuple[int, int], int] = {}
    for row in sorted(rows.tolist(), key=lambda row: (found.called[row], created[row])):
        first.setdefault((int(identity[row]), int(group[row])), row)
    return np.array(sorted(first.values()), dtype=np.int64)
