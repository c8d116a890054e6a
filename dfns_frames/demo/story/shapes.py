"""The forms in which the story of the demo organisation is written down.

Rights are keys of permissions separated by spaces, one for each assignment; a ``?`` after one says that the
API does not return its operations there.
"""

from typing import Any, NamedTuple

from dfns_frames.demo.story.permissions import Permission
from dfns_frames.demo.story.tokens import Token

__all__ = ["Change", "Grant", "Group", "Machine", "Organisation", "Policy", "Quorum", "User"]


class User(NamedTuple):
    """One user: an employee, a tenant's user, or an end user.

    Parameters
    ----------
    key
        Short name within the story, and that of the caller if they are one.
    name
        First and last name; empty if the API returns none.
    rights
        What is assigned to them directly.
    tokens
        Their personal access tokens.
    kind
        As the API calls it.
    joined
        When they got their rights.
    active, registered, sso
        Flags of the API.
    tenant
        The tenant they belong to, if any.
    leaves_out
        Optional fields that the API does not return for them, separated by spaces.
    """

    key: str
    name: str
    rights: str = ""
    tokens: tuple[Token, ...] = ()
    kind: str = "CustomerEmployee"
    joined: str = "2025-01"
    active: bool = True
    registered: bool = True
    sso: bool = True
    tenant: str = ""
    leaves_out: str = ""


class Machine(NamedTuple):
    """One service account: a user of its own, and its tokens.

    Parameters
    ----------
    key
        Short name within the story, and the name of its user.
    rights
        What is assigned to its user.
    tokens
        Its access tokens.
    active
        Whether its user is switched on; tokens say so for themselves.
    joined
        When it got its rights.
    kind, tenant, leaves_out
        As for `User`.
    owner
        Whose user the tokens name: a key, `-` for nobody; its own if empty.
    secret
        Whether the API returns the token itself, as it should at creation only.
    """

    key: str
    rights: str = ""
    tokens: tuple[Token, ...] = ()
    active: bool = True
    joined: str = "2025-06"
    kind: str = "CustomerEmployee"
    tenant: str = ""
    leaves_out: str = ""
    owner: str = ""
    secret: bool = False


class Group(NamedTuple):
    """One group of users."""

    key: str
    name: str
    members: str = ""
    rights: str = ""
    description: str | None = None
    created: str = "2026-09"
    tenant: str = ""


class Change(NamedTuple):
    """A request to change something, with what became of it.

    Parameters
    ----------
    status
        Applied, Failed, Pending or Rejected.
    operation
        What would happen: Update, Create or Delete.
    by
        Who asked.
    when
        When they asked.
    resolved
        When it was decided.
    adds
        For a permission: the operations that it would have besides.
    """

    status: str
    operation: str
    by: str
    when: str
    resolved: str = ""
    adds: tuple[str, ...] = ()


class Grant(NamedTuple):
    """One assignment of a permission that is more than a right which somebody holds.

    Parameters
    ----------
    permission
        Key of the permission.
    to
        Key of the user, group or service account.
    when
        When it was made.
    change
        The request that it waits for, or waited for. Rights that somebody holds already get it too.
    """

    permission: str
    to: str
    when: str
    change: Change | None = None


class Quorum(NamedTuple):
    """One group of approvers of a policy.

    Parameters
    ----------
    quorum
        How many have to approve.
    approvers
        Who may, as keys; None for anybody in the organisation.
    name
        Its name, if it has one.
    initiator, machines
        Whether who asked may approve, and whether service accounts may; left out if None.
    """

    quorum: int
    approvers: str | None
    name: str = ""
    initiator: bool | None = None
    machines: bool | None = None


class Policy(NamedTuple):
    """One policy. Filters may name policies and permissions by key; they are sent by id."""

    key: str
    name: str
    activity: str
    rule: str = "AlwaysTrigger"
    configuration: dict[str, Any] | None = None
    action: str = "RequestApproval"
    groups: tuple[Quorum, ...] = ()
    timeout: int | str | None = ""
    filters: dict[str, Any] | None = None
    status: str = "Active"
    created: str = "2025-02"
    updated: str = ""
    change: Change | None = None


class Organisation(NamedTuple):
    """Everything in one organisation.

    Parameters
    ----------
    key
        What its id is drawn from.
    users, machines, groups, policies
        Who and what there is.
    permissions
        Those that the API lists.
    unlisted
        Tokens, by the key of their owner, that no caller of the demo can list.
    grants
        Assignments beyond those that the rights of all these make.
    changes
        Requests to change a permission, by its key.
    """

    key: str
    users: tuple[User, ...]
    machines: tuple[Machine, ...]
    permissions: tuple[Permission, ...]
    groups: tuple[Group, ...] = ()
    policies: tuple[Policy, ...] = ()
    unlisted: tuple[tuple[str, Token], ...] = ()
    grants: tuple[Grant, ...] = ()
    changes: tuple[tuple[str, Change], ...] = ()
