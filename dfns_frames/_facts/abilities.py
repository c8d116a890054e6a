"""Who can go which way, past which gate, and whether nobody else's approval stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dfns_frames._api.sources.service_accounts import SERVICE_ACCOUNTS
from dfns_frames._api.ways import WAYS
from dfns_frames._facts.contents import operations
from dfns_frames._facts.effective import (
    BASES,
    NO,
    OPERATIONS_UNKNOWN,
    UNKNOWN,
    YES,
    Effective,
    token_effective,
    user_effective,
    votes,
)
from dfns_frames._facts.people import (
    ACTIVE,
    INACTIVE,
    people,
    token_active,
    token_users,
    users_are_read,
)
from dfns_frames._facts.policies import BLOCKED, ITSELF, NONE, OPEN, OTHERS, SOMETIMES, UNKNOWN_GATE, gates_of
from dfns_frames._facts.presence import is_whole
from dfns_frames._facts.rights import grants_are_read, groups_are_read, token_rights, user_rights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dfns_frames._facts.codes import Flags, Ints
    from dfns_frames._facts.tables import Tables

ALONE = ("yes", "sometimes", "unknown", "no")
"""Whether somebody can act without anybody else's approval, those who can first."""

ALONE_YES, ALONE_SOMETIMES, ALONE_UNKNOWN, ALONE_NO = range(len(ALONE))

_OWN = frozenset({"Keys", "Wallets"})


@dataclass(frozen=True)
class Deed:
    """Something that is asked for: a way, or one operation.

    Parameters
    ----------
    name
        The way, or the operation.
    needs
        The operations that it takes, by today's names.
    gates
        The kinds of activity that stand in it; of several the weakest holds.
    """

    name: str
    needs: tuple[str, ...]
    gates: tuple[str, ...]

    @property
    def is_own(self) -> bool:
        """Whether an end user can do it with delegated wallets only, past no policy."""
        return all(need.split(":", 1)[0] in _OWN for need in self.needs)


@dataclass(frozen=True)
class Abilities:
    """Who can do what: a row is one holder and one deed; only those who can, or may.

    Parameters
    ----------
    holder
        The row of a token, or the number of a user.
    user
        The number of the user that acts; -1 for a token without one.
    deed
        The place among what was asked for; -1 where some of the holder's operations are not listed.
    effective, basis, active, gate, alone
        Places in `ANSWERS`, `BASES`, `GATES` and `ALONE`, and whether holder and user are active.
    is_own
        Whether it reaches the end user's own delegated wallets only.
    """

    holder: Ints
    user: Ints
    deed: Ints
    effective: Ints
    basis: Ints
    active: Ints
    gate: Ints
    alone: Ints
    is_own: Flags


def ways(names: Sequence[str]) -> list[Deed]:
    """Return ways as what is asked for."""
    return [Deed(name, WAYS[name].needs, (WAYS[name].gate,)) for name in names]


def token_abilities(frames: Tables, deeds: Sequence[Deed]) -> Abilities:
    """Return what tokens can do, as far as their users let them."""
    dark, found = token_rights(frames).is_unresolved, token_effective(frames)
    return _abilities(frames, deeds, found, dark, token_users(frames), token_active(frames))


def user_abilities(frames: Tables, deeds: Sequence[Deed]) -> Abilities:
    """Return what users can do themselves, service accounts among them."""
    users, found = people(frames), user_effective(frames)
    dark = user_rights(frames).is_unresolved & users.found
    own = users.found[found.holder]
    listed = Effective(found.holder[own], found.operation[own], found.effective[own], found.basis[own])
    return _abilities(frames, deeds, listed, dark, np.arange(len(users.ids)), users.active)


def _abilities(
    frames: Tables, deeds: Sequence[Deed], found: Effective, dark: Flags, user: Ints, active: Ints
) -> Abilities:
    """Return the holders of each deed, then those of whom some operations are not known.

    Parameters
    ----------
    frames
        Policies and users.
    deeds
        What is asked for.
    found
        What each holder can do.
    dark
        Of which holders some operations are not known.
    user, active
        For each holder, the number of its user, and whether both are active.
    """
    today = operations(frames).today[found.operation]
    parts: list[tuple[Any, ...]] = []
    for number, deed in enumerate(deeds):
        effective, basis = _held(frames, deed, found, today, len(user))
        holder = np.flatnonzero(effective != NO)
        acting = user[holder]
        own = np.append(people(frames).is_end_user, False)[acting] & deed.is_own
        gate = np.where(own, OPEN, gate_of(frames, deed)[acting])
        doubt = may_be_alone(frames, deed)[acting] & ~own
        alone = _alone(effective[holder], active[holder], gate, doubt)
        parts.append((holder, number, effective[holder], basis[holder], gate, alone, own))
    holder = np.flatnonzero(dark)
    alone = np.where(active[holder] == INACTIVE, ALONE_NO, ALONE_UNKNOWN)
    parts.append((holder, -1, UNKNOWN, OPERATIONS_UNKNOWN, UNKNOWN_GATE, alone, False))
    # A part says what is the same in all its rows once.
    columns = (
        np.concatenate([np.full(len(part[0]), part[column]) for part in parts]) for column in range(1, 7)
    )
    place, effective, basis, gate, alone, own = columns
    holder = np.concatenate([part[0] for part in parts])
    return Abilities(
        holder, user[holder], place, effective, basis, active[holder], gate, alone, own.astype(bool)
    )


def _held(frames: Tables, deed: Deed, found: Effective, today: Ints, count: int) -> tuple[Ints, Ints]:
    """Return whether each holder can do a deed, and on what basis: it takes all that the deed needs.

    The need that is least certain decides, and of several such the basis that comes first.
    """
    numbers = operations(frames).names
    # From what is certain to what is not held at all; `UNKNOWN` comes after `NO` in `ANSWERS`.
    rank = np.array([YES, UNKNOWN, NO, NO])
    order = np.argsort(rank[:3])
    certainty = np.full((len(deed.needs), count), 3)
    basis = np.zeros_like(certainty)
    for row, need in enumerate(deed.needs):
        pairs = np.flatnonzero(today == numbers.index(need))
        # Listed under two names: the better basis is written last, and stays.
        pairs = pairs[np.argsort(found.basis[pairs], kind="stable")]
        certainty[row, found.holder[pairs]] = order[found.effective[pairs]]
        basis[row, found.holder[pairs]] = found.basis[pairs]
    least = certainty.max(axis=0)
    return rank[least], np.where(certainty == least, basis, len(BASES)).min(axis=0)


def gate_of(frames: Tables, deed: Deed, *, maybe: bool = False) -> Ints:
    """Return each user's gate on a deed, as a place in `GATES`; the last is of who has no user.

    Parameters
    ----------
    frames
        Policies and users.
    deed
        What is asked for.
    maybe
        Whether a vote that is not known counts as held.
    """
    held = votes(frames) != NO if maybe else votes(frames) == YES
    gates = [gates_of(frames, activity, held) for activity in deed.gates]
    return np.minimum.reduce(gates)


def may_be_alone(frames: Tables, deed: Deed) -> Flags:
    """Tell which users may need nobody, though a policy seems to stop them; the last is who has no user.

    What would tell was not read: whether somebody holds the vote, by which to approve what they ask for, or
    is an end user, whose own wallets no policy covers. Reading less must not turn "yes" into "no".
    """
    gate = gate_of(frames, deed)
    read = groups_are_read(frames) and grants_are_read(frames)
    if read and users_are_read(frames) and is_whole(frames, SERVICE_ACCOUNTS.path):
        return np.zeros(len(gate), dtype=bool)
    doubt: Flags = (gate == OTHERS) & (gate_of(frames, deed, maybe=True) != OTHERS)
    if deed.is_own and not users_are_read(frames):
        doubt |= np.append(~people(frames).found, False)
    return doubt


def _alone(effective: Ints, active: Ints, gate: Ints, doubt: Flags) -> Ints:
    """Return places in `ALONE`."""
    able = (effective == YES) & (active == ACTIVE)
    rules = (
        (active == INACTIVE, ALONE_NO),
        (np.isin(gate, (BLOCKED, OTHERS)) & ~doubt, ALONE_NO),
        (able & np.isin(gate, (OPEN, NONE, ITSELF)), ALONE_YES),
        (able & (gate == SOMETIMES), ALONE_SOMETIMES),
    )
    return np.select([test for test, _ in rules], [word for _, word in rules], ALONE_UNKNOWN)
