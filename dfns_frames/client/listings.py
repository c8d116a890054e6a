"""The client's method for each source: what it lists, and who may read it."""

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

    The API lists only the caller's own tokens; no endpoint lists every token of an organisation. To see
    more, join the lists of several callers with `dfns_frames.concat`.

    Parameters
    ----------
    skip_invalid
        Set tokens that do not fit the documented shape aside, in `rejected`, instead of raising.

    Returns
    -------
    Frames
        Times are UTC; `fetched_at` is the response's own date. For a caller without tokens the frames have
        no rows.

    Raises
    ------
    ApiError
        The API refused; the subclass says why.
    NetworkError
        No complete answer came.
    ResponseError
        The answer is not a token list.
    SchemaError
        Some tokens do not have the documented shape.

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

    A service account is a kind of user and stands in `users`; its tokens stand in `tokens`.
    The caller needs the operation ``Auth:ServiceAccounts:Read``.

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
    DfnsFramesError
        As for `pats`, which also says what it warns about.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> service_accounts = dff.demo.client("compliance").service_accounts()
    >>> service_accounts.tokens[["token_id", "linked_user_id", "is_active"]].head(3)
                              token_id                   linked_user_id  is_active
    0  to-wmznj-q5r7n-c6c5kb2hn1bwkkqa  us-0fcnq-30mkq-8r7yfgfg7dnjkt8a       True
    1  to-x9rm0-j4w6y-2fqd5z492nszg6b9  us-2anhf-0enpw-g5q4aeavn882p0qr       True
    2  to-ssc4t-zx211-xqbf11qygws7n68e  us-2xs19-hkkfx-nm6h61ffnrfc2nh8       True
    """
    return client._asking.fetch(SERVICE_ACCOUNTS, skip_invalid=skip_invalid)


def users(client: Asks, *, skip_invalid: bool = False) -> Frames:
    """Fetch the organisation's users: ``GET /auth/users``.

    The vendor does not say whether service accounts are among them; `service_accounts` is sure to list them.
    The caller needs the operation ``Auth:Users:Read``.

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
    DfnsFramesError
        As for `pats`, which also says what it warns about.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> users = dff.demo.client("compliance").users()
    >>> users.users[["user_id", "kind", "is_active"]].head(3)
                               user_id              kind  is_active
    0  us-1k062-n6hrb-mcpktcb40g9192ap  CustomerEmployee      False
    1  us-2cypv-q04bz-9rm9t6n7dxvmges1  CustomerEmployee       True
    2  us-4dvf8-hgfgb-1qtm23aw87g8e21q           EndUser       True
    """
    return client._asking.fetch(USERS, skip_invalid=skip_invalid)


def permissions(client: Asks, *, skip_invalid: bool = False) -> Frames:
    """Fetch the organisation's permissions, which the dashboard calls roles: ``GET /permissions``.

    `pending_operations` has what a permission would contain after a change that waits for approval.
    The caller needs the operation ``Permissions:Read``.

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
    DfnsFramesError
        As for `pats`, which also says what it warns about.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> permissions = dff.demo.client("compliance").permissions()
    >>> permissions.permissions[["name", "operation_count", "is_archived"]].head(3)
                      name  operation_count  is_archived
    0       Team directory                3        False
    1  Treasury operations               20        False
    2       Approvals desk                3        False
    """
    return client._asking.fetch(PERMISSIONS, skip_invalid=skip_invalid)


def permission_assignments(client: Asks, *, skip_invalid: bool = False) -> Frames:
    """Fetch who has each permission: ``GET /permissions/{id}/assignments``, one listing per permission.

    It asks for the permissions first, then once for each of them. This is where tokens show up that are on no
    list.
    The caller needs the operations ``Permissions:Assignments:Read`` and ``Permissions:Read``.

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
    DfnsFramesError
        As for `pats`, which also says what it warns about.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> permission_assignments = dff.demo.client("compliance").permission_assignments()
    >>> permission_assignments.permission_assignments[["identity_id", "identity_kind", "in_effect"]].head(3)
                           identity_id identity_kind  in_effect
    0  us-yv3fz-gmg9k-q6z27vhrh4jb3naj          user       True
    1  to-h5kn5-gp0h3-rwdahnfz2zk0t6qg         token       True
    2  to-bgget-c8va1-654zdp5xs6yk7nrs         token       True
    """
    return client._asking.fetch(PERMISSION_ASSIGNMENTS, skip_invalid=skip_invalid)


def user_groups(client: Asks, *, skip_invalid: bool = False) -> Frames:
    """Fetch the organisation's groups of users: ``GET /auth/user-groups``.

    Groups were introduced in 2026; older deployments answer 404. `user_group_members` lists who is in them.
    The caller needs the operation ``Auth:UserGroups:Read``.

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
    DfnsFramesError
        As for `pats`, which also says what it warns about.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> user_groups = dff.demo.client("compliance").user_groups()
    >>> user_groups.user_groups[["group_id", "name", "member_count"]].head(3)
                              group_id         name  member_count
    0  ug-09vs4-1zyeq-93vwdqmyf967hvfc  Break glass             1
    1  ug-eyfzf-0dkhw-sja4cqgc19r55mqz  Harbour Pay             1
    2  ug-fzz9a-sftas-zv8vq19njbvg04zt    Book club             0
    """
    return client._asking.fetch(USER_GROUPS, skip_invalid=skip_invalid)


def user_group_members(client: Asks, *, skip_invalid: bool = False) -> Frames:
    """Fetch who is in each group: ``GET /auth/user-groups/{id}/members``, one listing per group.

    It asks for the groups first, then once for each of them.
    The caller needs the operations ``Auth:UserGroups:Members:Read`` and ``Auth:UserGroups:Read``.

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
    DfnsFramesError
        As for `pats`, which also says what it warns about.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> user_group_members = dff.demo.client("compliance").user_group_members()
    >>> user_group_members.user_group_members[["group_id", "user_id"]].head(3)
                              group_id                          user_id
    0  ug-09vs4-1zyeq-93vwdqmyf967hvfc  us-rqr3z-rd43v-87ngv2j1y965ny0f
    1  ug-eyfzf-0dkhw-sja4cqgc19r55mqz  us-e87pa-jt9aw-07p62rtmmtg6xqph
    2  ug-hw55c-22wdd-ngckqkc8s4dc57rn  us-fp6yx-zcpes-xy57vyj5xq8qw30e
    """
    return client._asking.fetch(USER_GROUP_MEMBERS, skip_invalid=skip_invalid)


def policies(client: Asks, *, skip_invalid: bool = False) -> Frames:
    """Fetch the organisation's policies, which can stand in the way of an operation: ``GET /v2/policies``.

    Policies only restrict: without one, whoever holds an operation may use it alone.
    The caller needs the operation ``Policies:Read``.

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
    DfnsFramesError
        As for `pats`, which also says what it warns about.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> policies = dff.demo.client("compliance").policies()
    >>> policies.policies[["name", "activity_kind", "action_kind"]].head(3)
                             name       activity_kind      action_kind
    0  Freeze all signing (drill)        Wallets:Sign            Block
    1            Note assignments  Permissions:Assign         NoAction
    2              Large payments        Wallets:Sign  RequestApproval
    """
    return client._asking.fetch(POLICIES, skip_invalid=skip_invalid)
