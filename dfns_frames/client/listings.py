"""A method of the client for each source: what it lists, and who may read it."""

from __future__ import annotations

from dfns_frames._api.sources.pats import PATS
from dfns_frames._api.sources.permission_assignments import PERMISSION_ASSIGNMENTS
from dfns_frames._api.sources.permissions import PERMISSIONS
from dfns_frames._api.sources.policies import POLICIES
from dfns_frames._api.sources.service_accounts import SERVICE_ACCOUNTS
from dfns_frames._api.sources.user_groups import USER_GROUP_MEMBERS, USER_GROUPS
from dfns_frames._api.sources.users import USERS
from dfns_frames.client.fetching import Asks
from dfns_frames.frames.container import Frames


def pats(client: Asks, *, skip_invalid: bool = False) -> Frames:
    """Fetch the caller's own access tokens: ``GET /auth/pats``.

    The API lists only the caller's own tokens; no endpoint lists every token of an organisation. Join
    the lists of several callers with `dfns_frames.concat`.

    Parameters
    ----------
    skip_invalid
        Set tokens that do not fit the documented shape aside, in `rejected`, instead of raising.

    Returns
    -------
    Frames
        Times are UTC, `fetched_at` is the response's own date. A caller without tokens gives frames
        without rows.

    Raises
    ------
    ApiError
        The API refused; its subclasses tell why.
    NetworkError
        No complete answer came.
    ResponseError
        The answer is not a token list.
    SchemaError
        Tokens do not fit the documented shape.

    Warns
    -----
    DriftWarning
        The response holds something unexpected; see `drift`.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> pats.tokens[["token_id", "assignment_count"]].head(3)
                              token_id  assignment_count
    0  to-3sxnz-184kx-md0fwgpd1s2b7g67                 1
    1  to-8b02m-d87mq-7ny9dv3m0qn1jnte                 2
    2  to-a4tce-4xwdc-sc1frbz5nsnh5bg3                 1
    """
    return client._asking.fetch(PATS, skip_invalid=skip_invalid)


def service_accounts(client: Asks, *, skip_invalid: bool = False) -> Frames:
    """Fetch the organisation's service accounts and their tokens: ``GET /auth/service-accounts``.

    A service account is a user of its own kind, and stands in `users`; its tokens stand in `tokens`.

    Parameters
    ----------
    skip_invalid
        Set service accounts that do not fit the documented shape aside, in `rejected`, instead of raising.

    Returns
    -------
    Frames
        `tokens` and `users`, each with their assignments and operations.

    Raises
    ------
    PermissionDeniedError
        The caller lacks the operation ``Auth:ServiceAccounts:Read``.
    DfnsFramesError
        As `pats` does, which says what it warns of too.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> service_accounts = dff.demo.client("compliance").service_accounts()
    >>> service_accounts.tokens[["token_id", "linked_user_id", "is_active"]].head(3)
    ROWS-service_accounts
    """
    return client._asking.fetch(SERVICE_ACCOUNTS, skip_invalid=skip_invalid)


def users(client: Asks, *, skip_invalid: bool = False) -> Frames:
    """Fetch the organisation's users: ``GET /auth/users``.

    Whether service accounts are among them is not documented; `service_accounts` lists them for certain.

    Parameters
    ----------
    skip_invalid
        Set users that do not fit the documented shape aside, in `rejected`, instead of raising.

    Returns
    -------
    Frames
        `users`, with their assignments and operations: what they hold themselves, not through groups.

    Raises
    ------
    PermissionDeniedError
        The caller lacks the operation ``Auth:Users:Read``.
    DfnsFramesError
        As `pats` does, which says what it warns of too.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> users = dff.demo.client("compliance").users()
    >>> users.users[["user_id", "kind", "is_active"]].head(3)
    ROWS-users
    """
    return client._asking.fetch(USERS, skip_invalid=skip_invalid)


def permissions(client: Asks, *, skip_invalid: bool = False) -> Frames:
    """Fetch the organisation's permissions, which the dashboard calls roles: ``GET /permissions``.

    What a permission would hold after a change that waits for approval stands in `pending_operations`.

    Parameters
    ----------
    skip_invalid
        Set permissions that do not fit the documented shape aside, in `rejected`, instead of raising.

    Returns
    -------
    Frames
        `permissions`, `permission_operations` and `pending_operations`.

    Raises
    ------
    PermissionDeniedError
        The caller lacks the operation ``Permissions:Read``.
    DfnsFramesError
        As `pats` does, which says what it warns of too.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> permissions = dff.demo.client("compliance").permissions()
    >>> permissions.permissions[["name", "operation_count", "is_archived"]].head(3)
    ROWS-permissions
    """
    return client._asking.fetch(PERMISSIONS, skip_invalid=skip_invalid)


def permission_assignments(client: Asks, *, skip_invalid: bool = False) -> Frames:
    """Fetch to whom each permission is given: ``GET /permissions/{id}/assignments``, one listing each.

    It asks for the permissions first, and then once for each of them. Tokens that no list shows are found
    here.

    Parameters
    ----------
    skip_invalid
        Set assignments that do not fit the documented shape aside, in `rejected`, instead of raising.

    Returns
    -------
    Frames
        `permission_assignments`.

    Raises
    ------
    PermissionDeniedError
        The caller lacks the operation ``Permissions:Assignments:Read`` or ``Permissions:Read``.
    DfnsFramesError
        As `pats` does, which says what it warns of too.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> permission_assignments = dff.demo.client("compliance").permission_assignments()
    >>> permission_assignments.permission_assignments[["identity_id", "identity_kind", "in_effect"]].head(3)
    ROWS-permission_assignments
    """
    return client._asking.fetch(PERMISSION_ASSIGNMENTS, skip_invalid=skip_invalid)


def user_groups(client: Asks, *, skip_invalid: bool = False) -> Frames:
    """Fetch the organisation's groups of users: ``GET /auth/user-groups``.

    Groups exist since 2026; an older deployment answers 404. `user_group_members` lists who is in them.

    Parameters
    ----------
    skip_invalid
        Set groups that do not fit the documented shape aside, in `rejected`, instead of raising.

    Returns
    -------
    Frames
        `user_groups`.

    Raises
    ------
    PermissionDeniedError
        The caller lacks the operation ``Auth:UserGroups:Read``.
    DfnsFramesError
        As `pats` does, which says what it warns of too.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> user_groups = dff.demo.client("compliance").user_groups()
    >>> user_groups.user_groups[["group_id", "name", "member_count"]].head(3)
    ROWS-user_groups
    """
    return client._asking.fetch(USER_GROUPS, skip_invalid=skip_invalid)


def user_group_members(client: Asks, *, skip_invalid: bool = False) -> Frames:
    """Fetch who is in each group: ``GET /auth/user-groups/{id}/members``, one listing each.

    It asks for the groups first, and then once for each of them.

    Parameters
    ----------
    skip_invalid
        Set members that do not fit the documented shape aside, in `rejected`, instead of raising.

    Returns
    -------
    Frames
        `user_group_members`.

    Raises
    ------
    PermissionDeniedError
        The caller lacks the operation ``Auth:UserGroups:Members:Read`` or ``Auth:UserGroups:Read``.
    DfnsFramesError
        As `pats` does, which says what it warns of too.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> user_group_members = dff.demo.client("compliance").user_group_members()
    >>> user_group_members.user_group_members[["group_id", "user_id"]].head(3)
    ROWS-user_group_members
    """
    return client._asking.fetch(USER_GROUP_MEMBERS, skip_invalid=skip_invalid)


def policies(client: Asks, *, skip_invalid: bool = False) -> Frames:
    """Fetch the organisation's policies, which can stand in the way of an operation: ``GET /v2/policies``.

    Policies only restrict: without one, whoever holds an operation may use it alone.

    Parameters
    ----------
    skip_invalid
        Set policies that do not fit the documented shape aside, in `rejected`, instead of raising.

    Returns
    -------
    Frames
        `policies`, `policy_groups`, `policy_approvers` and `policy_filters`.

    Raises
    ------
    PermissionDeniedError
        The caller lacks the operation ``Policies:Read``.
    DfnsFramesError
        As `pats` does, which says what it warns of too.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> policies = dff.demo.client("compliance").policies()
    >>> policies.policies[["name", "activity_kind", "action_kind"]].head(3)
    ROWS-policies
    """
    return client._asking.fetch(POLICIES, skip_invalid=skip_invalid)
