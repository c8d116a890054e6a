"""What tokens and users can really do: a token no more than its user, and nobody what is refused to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dfns_frames._facts.codes import codes, distinct_pairs
from dfns_frames._facts.contents import operations
from dfns_frames._facts.holdings import USABLE, usable_by
from dfns_frames._facts.people import (
    EMPLOYEE,
    MACHINE,
    MAYBE_EMPLOYEE,
    NOBODY,
    people,
    token_users,
    users_are_read,
)
from dfns_frames._facts.policies import machine_votes
from dfns_frames._facts.presence import kept, table
from dfns_frames._facts.rights import among, is_complete, token_rights, user_rights

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Flags, Ints
    from dfns_frames._facts.tables import Tables

ANSWERS = ("yes", "no", "unknown")
YES, NO, UNKNOWN = range(3)

REFUSED, OPERATIONS_UNKNOWN, NOT_READ, NOT_FOUND, FULL, LOOKED_UP, BOTH, USER, INCOMPLETE, LACKING = range(10)
BASES = {
    REFUSED: "refused for this kind",
    OPERATIONS_UNKNOWN: "operations unknown",
    NOT_READ: "user not read",
    NOT_FOUND: "user not found",
    FULL: "full administrator",
    LOOKED_UP: "looked up",
    BOTH: "token and user",
    USER: "user",
    INCOMPLETE: "user incomplete",
    LACKING: "user lacks it",
}
"""What an answer rests on; of two that apply the first."""

VOTE = "Policies:Evaluations:Vote"
_USABLE, _UNSURE, _REFUSED = range(len(USABLE))


@dataclass(frozen=True)
class Effective:
    """What each holder can do; each pair once, by holder.

    Parameters
    ----------
    holder, operation
        The pairs, as numbers.
    effective, basis
        For each pair a place in `ANSWERS`, and one in `BASES`.
    """

    holder: Ints
    operation: Ints
    effective: Ints
    basis: Ints


@kept
def token_effective(frames: Tables) -> Effective:
    """Return what each token can do: what it holds and its user holds too."""
    rights, users, user = (
        token_rights(frames),
        people(frames),
        token_users(frames)[token_rights(frames).holder],
    )
    usable = usable_by_token(frames, rights.holder, rights.operation)
    held = _user_holds(frames, user, rights.operation)
    rules = (
        (usable == _REFUSED, NO, REFUSED),
        (~np.append(users.found, False)[user] & (not users_are_read(frames)), UNKNOWN, NOT_READ),
        (~np.append(users.found, False)[user], UNKNOWN, NOT_FOUND),
        (held & (usable == _UNSURE), UNKNOWN, INCOMPLETE),
        (held & rights.everything[rights.holder], YES, FULL),
        (held & ~rights.is_listed, YES, LOOKED_UP),
        (held, YES, BOTH),
        (~np.append(is_complete(frames), False)[user], UNKNOWN, INCOMPLETE),
    )
    return _judged(rights.holder, rights.operation, rules)


@kept
def user_effective(frames: Tables) -> Effective:
    """Return what each user can do, service accounts among them: what it holds and is not refused."""
    rights, everything = user_rights(frames), user_rights(frames).everything
    usable = usable_by_user(frames, rights.holder, rights.operation)
    rules = (
        (usable == _REFUSED, NO, REFUSED),
        (usable == _UNSURE, UNKNOWN, INCOMPLETE),
        (everything[rights.holder], YES, FULL),
        (~rights.is_listed, YES, LOOKED_UP),
        (np.ones(len(rights.holder), dtype=bool), YES, USER),
    )
    return _judged(rights.holder, rights.operation, rules)


@kept
def votes(frames: Tables) -> Ints:
    """Return whether each user holds the vote: a place in `ANSWERS`."""
    found, names = user_effective(frames), operations(frames)
    users, vote = np.arange(len(people(frames).ids)), names.names.index(VOTE)
    held = np.where(is_complete(frames), NO, UNKNOWN)
    # Somebody may hold it under two names; both are refused or allowed alike.
    votes = names.today[found.operation] == vote
    held[found.holder[votes]] = found.effective[votes]
    # Of who is on no list the kind is not known either, so what groups give them may be refused to them.
    held[~people(frames).found] = UNKNOWN
    held[usable_by_user(frames, users, np.full(len(users), vote)) == _REFUSED] = NO
    return held


def _judged(holder: Ints, operation: Ints, rules: tuple[tuple[Flags, int, int], ...]) -> Effective:
    """Give each pair the answer and the basis of the first rule that fits; else its user lacks it."""
    tests = [test for test, _, _ in rules]
    effective = np.select(tests, [answer for _, answer, _ in rules], NO)
    return Effective(
        holder, operation, effective, np.select(tests, [basis for _, _, basis in rules], LACKING)
    )


def _user_holds(frames: Tables, user: Ints, operation: Ints) -> Flags:
    """Tell for which pairs the user holds the operation, under whichever of its names."""
    rights, names = user_rights(frames), operations(frames)
    width = len(names.names)
    holder, held = distinct_pairs(rights.holder, names.today[rights.operation], len(rights.everything), width)
    keys = holder * width + held
    everything = np.append(rights.everything, False)[user]
    return (user >= 0) & (everything | among(user * width + names.today[operation], keys))


def usable_by_token(frames: Tables, token: Ints, operation: Ints) -> Ints:
    """Return whether tokens can use operations, each one of both: places in `USABLE`."""
    user, names = token_users(frames), operations(frames).names
    kind, kinds = codes(table(frames, "tokens"), "kind")
    machine = np.array([*(name == "ServiceAccount" for name in kinds), False], dtype=bool)[kind]
    by_kind = usable_by([*kinds, None], names)[kind[token], operation]
    # Service accounts' tokens are judged by their kind; their users are no employees, whatever a list says.
    refusal = np.append(people(frames).refusal, NOBODY)[user]
    refusal[(refusal == MACHINE) | (machine & np.isin(refusal, (EMPLOYEE, MAYBE_EMPLOYEE)))] = NOBODY
    usable = np.maximum(by_kind, _by_class(frames)[refusal[token], operation])
    return _with_votes(frames, usable, machine[token], user[token], operation)


def usable_by_user(frames: Tables, user: Ints, operation: Ints) -> Ints:
    """Return whether users can use operations, each one of both: places in `USABLE`."""
    refusal = people(frames).refusal[user]
    usable = _by_class(frames)[refusal, operation]
    return _with_votes(frames, usable, refusal == MACHINE, user, operation)


@kept
def _by_class(frames: Tables) -> Ints:
    """Return places in `USABLE`: one row per class of `people`, one column per operation."""
    table = usable_by(
        (None, "EndUser", "CustomerEmployee", "CustomerEmployee", "ServiceAccount"), operations(frames).names
    )
    table[MAYBE_EMPLOYEE] = np.minimum(table[MAYBE_EMPLOYEE], _UNSURE)
    return table


def _with_votes(frames: Tables, usable: Ints, is_machine: Flags, user: Ints, operation: Ints) -> Ints:
    """Judge service accounts' votes by the policies, in place of the catalogue's unknown."""
    names = operations(frames)
    vote = is_machine & (names.today[operation] == names.names.index(VOTE))
    return np.where(vote & (usable == _UNSURE), machine_votes(frames)[user], usable)
