"""Who the users are: people and service accounts, each once, and those that tokens act for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.sources.service_accounts import SERVICE_ACCOUNTS
from dfns_frames._api.sources.users import USERS
from dfns_frames._facts.codes import codes, flags, missing
from dfns_frames._facts.presence import as_numbers, is_value, is_whole, kept, places, table

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Flags, Ints
    from dfns_frames._facts.tables import Tables

INACTIVE, ACTIVE, UNKNOWN = 0, 1, -1
"""Whether somebody is active."""

NOBODY, END_USER, EMPLOYEE, MAYBE_EMPLOYEE, MACHINE = range(5)
"""What is refused to a user: nothing that is known, or what the API refuses to that class.

`MAYBE_EMPLOYEE` is an employee who may turn out to be a service account, since those were not read.
"""


@dataclass(frozen=True)
class People:
    """Every user that is listed or that a token acts for, as numbers.

    Parameters
    ----------
    ids
        For each user; None if the API gave none.
    number
        For each row of `users`, the user's number. A user in two lists is one user.
    row
        For each user, the first row of `users`; -1 of one who is not listed.
    active
        `ACTIVE`, `INACTIVE`, or `UNKNOWN`: not listed, or the lists disagree.
    refusal
        The class that says what is refused to the user.
    is_tenant
        Which belong to a tenant, from where they may have more rights than are listed.
    """

    ids: list[str | None]
    number: Ints
    row: Ints
    active: Ints
    refusal: Ints
    is_tenant: Flags

    @property
    def found(self) -> Flags:
        """Which are listed."""
        return self.row >= 0

    @property
    def is_machine(self) -> Flags:
        """Which are service accounts."""
        return self.refusal == MACHINE

    @property
    def is_end_user(self) -> Flags:
        """Which are end users."""
        return self.refusal == END_USER


@kept
def people(frames: Tables) -> People:
    """Return the users."""
    users = table(frames, "users")
    by_id, listed = codes(users, "user_id")
    nameless = np.flatnonzero(by_id < 0)
    by_id[nameless] = len(listed) + np.arange(len(nameless))
    known = {*listed, None}
    strangers = [each for each in _owners(frames).unique().to_pylist() if each not in known]
    ids = [*listed, *[None] * len(nameless), *strangers]

    def some(which: Flags) -> Flags:
        """Tell which users have at least one of these rows."""
        return np.bincount(by_id[which], minlength=len(ids)) > 0

    row = np.full(len(ids), -1, dtype=np.int64)
    row[by_id[::-1]] = np.arange(users.num_rows)[::-1]
    on, off = some(flags(users, "is_active")), some(~flags(users, "is_active") & ~missing(users, "is_active"))
    tenant = some(is_value(users, "kind", "TenantUser") | is_value(users, "kind", "AccountUser"))
    refusal = np.full(len(ids), NOBODY, dtype=np.int64)
    read = is_whole(frames, SERVICE_ACCOUNTS.path)
    refusal[tenant | some(is_value(users, "kind", "CustomerEmployee"))] = EMPLOYEE if read else MAYBE_EMPLOYEE
    refusal[some(is_value(users, "kind", "EndUser"))] = END_USER
    machines = flags(users, "is_service_account") | is_value(users, "source", SERVICE_ACCOUNTS.path)
    refusal[some(machines)] = MACHINE
    active = np.where(on & ~off, ACTIVE, np.where(off & ~on, INACTIVE, UNKNOWN))
    return People(ids, by_id, row, active, refusal, tenant)


def _owners(frames: Tables) -> pa.ChunkedArray:
    """Return the user that each token acts for."""
    return table(frames, "tokens")["linked_user_id"].cast(pa.string())


@kept
def token_users(frames: Tables) -> Ints:
    """Return the number of the user that each token acts for; -1 if it acts for none."""
    return places(_owners(frames), people(frames).ids)


@kept
def token_active(frames: Tables) -> Ints:
    """Return whether each token works: if it is active itself, and its user is."""
    flag = table(frames, "tokens")["is_active"]
    own = as_numbers(pc.fill_null(flag.cast(pa.int8()), UNKNOWN))
    user = np.append(people(frames).active, UNKNOWN)[token_users(frames)]
    off = (own == INACTIVE) | (user == INACTIVE)
    on = (own == ACTIVE) & (user == ACTIVE)
    return np.where(off, INACTIVE, np.where(on, ACTIVE, UNKNOWN))


@kept
def user_names(frames: Tables) -> pa.Array:
    """Return what to call each user: the name, else the one to sign in with; missing if not listed."""
    users = table(frames, "users")
    names = [pc.if_else(is_blank(users[column]), None, users[column]) for column in ("name", "username")]
    row = people(frames).row
    return pc.coalesce(*names).combine_chunks().take(pa.array(row, mask=row < 0))


def is_blank(names: pa.ChunkedArray) -> pa.ChunkedArray:
    """Tell which names show nothing; missing is not blank but missing."""
    return pc.equal(pc.utf8_trim_whitespace(names), "")


@kept
def owner_names(frames: Tables) -> pa.Array:
    """Return what to call the user that each token acts for; missing if that user was not read."""
    owner = token_users(frames)
    return user_names(frames).take(pa.array(owner, mask=owner < 0))


@kept
def token_identity(frames: Tables) -> Ints:
    """Return, for each row of `tokens`, the first row of the same token, which two lists may hold."""
    number, ids = codes(table(frames, "tokens"), "token_id")
    rows = np.arange(len(number))
    first = np.full(len(ids) + 1, -1, dtype=np.int64)
    first[number[::-1]] = rows[::-1]
    return np.where(number < 0, rows, first[number])


def users_are_read(frames: Tables) -> bool:
    """Tell whether all users were listed, service accounts aside."""
    return is_whole(frames, USERS.path)
