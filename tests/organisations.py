"""Organisations in a few lines: plain values that become the tables of frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from dfns_frames._api.tables import TABLES

PATS, MACHINES, USERS = "/auth/pats", "/auth/service-accounts", "/auth/users"
PERMISSIONS, GRANTS = "/permissions", "/permissions/{id}/assignments"
GROUPS, MEMBERS, POLICIES = "/auth/user-groups", "/auth/user-groups/{id}/members", "/v2/policies"
PATHS = (PATS, MACHINES, USERS, PERMISSIONS, GRANTS, GROUPS, MEMBERS, POLICIES)
WHEN = datetime(2026, 11, 2, 9, tzinfo=UTC)

QUESTIONS: dict[str, tuple[str, ...]] = {
    "effective_operations": (),
    "explain": ("to-a",),
    "findings": (),
    "findings_by_token": (),
    "gates": (),
    "pat_coverage": (),
    "unlisted_tokens": (),
    "who_can": ("move_funds",),
}
"""The measures that need more than a list of tokens, with what they are asked beside the frames."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Assigned:
    """A permission, as listed with its holder; None: its operations were not listed."""

    permission: str
    name: str
    operations: tuple[str, ...] | None


@dataclass(frozen=True)
class Permission:
    """A permission, as listed by itself."""

    id: str
    operations: tuple[str, ...]
    name: str = "some permission"
    immutable: bool = False


@dataclass(frozen=True)
class User:
    """A user in one of the two lists."""

    id: str
    assigned: tuple[Assigned, ...] = ()
    kind: str = "CustomerEmployee"
    active: bool = True
    machine: bool = False
    source: str = USERS
    name: str | None = None


@dataclass(frozen=True)
class Token:
    """A token in one of the two lists."""

    id: str
    user: str | None
    assigned: tuple[Assigned, ...] = ()
    kind: str = "Pat"
    active: bool = True
    source: str = PATS
    app: str | None = None


@dataclass(frozen=True)
class Grant:
    """A permission given to somebody, as listed by the permission."""

    permission: str
    identity: str
    in_effect: bool = True
    id: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Approval:
    """One approval group of a policy; `approvers` None is anybody."""

    approvers: tuple[str, ...] | None = None
    quorum: int | None = 1
    initiator: bool | None = True
    machines: bool | None = None


@dataclass(frozen=True)
class Policy:
    """A policy."""

    id: str
    activity: str = "Wallets:Sign"
    action: str = "RequestApproval"
    approvals: tuple[Approval, ...] = ()
    rule: str = "AlwaysTrigger"
    filtered: bool = False
    status: str = "Active"


@dataclass(frozen=True)
class Organisation:
    """Everything that the sources list, and how each of them answered."""

    permissions: tuple[Permission, ...] = ()
    users: tuple[User, ...] = ()
    tokens: tuple[Token, ...] = ()
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    grants: tuple[Grant, ...] = ()
    policies: tuple[Policy, ...] = ()
    statuses: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PATHS, "ok"))

    def ok(self, path: str) -> bool:
        """Tell whether a source was read whole."""
        return self.statuses.get(path) == "ok"

    def without(self, path: str, status: str = "forbidden") -> Organisation:
        """Return what is left when a source does not answer."""
        left: dict[str, Any] = {"statuses": self.statuses | {path: status}}
        if path in (PATS, MACHINES, USERS):
            left["tokens"] = tuple(token for token in self.tokens if token.source != path)
            left["users"] = tuple(user for user in self.users if user.source != path)
        elif path == GROUPS:
            left |= {"groups": ()}
        elif path == MEMBERS:
            left["groups"] = tuple((group, ()) for group, _ in self.groups)
        else:
            left[{PERMISSIONS: "permissions", GRANTS: "grants", POLICIES: "policies"}[path]] = ()
        return replace(self, **left)


class Stub:
    """Frames as measures see them: Arrow tables by name, without those of sources that did not come."""

    def __init__(self, tables: dict[str, pa.Table]) -> None:
        self._tables = tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def arrow(self, name: str) -> pa.Table:
        """Return one table as Arrow."""
        return self._tables[name]

    @property
    def fetched_at(self) -> datetime:
        """When the sources were fetched."""
        return WHEN


_FED = {
    "tokens": (PATS, MACHINES),
    "token_assignments": (PATS, MACHINES),
    "token_operations": (PATS, MACHINES),
    "users": (USERS, MACHINES),
    "user_assignments": (USERS, MACHINES),
    "user_operations": (USERS, MACHINES),
    "permissions": (PERMISSIONS,),
    "permission_operations": (PERMISSIONS,),
    "permission_assignments": (GRANTS,),
    "user_groups": (GROUPS,),
    "user_group_members": (MEMBERS,),
    "policies": (POLICIES,),
    "policy_groups": (POLICIES,),
    "policy_approvers": (POLICIES,),
}


def frames(org: Organisation) -> Stub:
    """Return the tables of what the sources listed."""
    rows: dict[str, list[Row]] = {name: [] for name in _FED}
    for no, token in enumerate(org.tokens):
        _token(rows, no, token)
    for no, user in enumerate(org.users):
        _user(rows, no, user)
    for no, permission in enumerate(org.permissions):
        key = {"source": PERMISSIONS, "permission_no": no, "permission_id": permission.id}
        rows["permissions"].append(
            {**key, "name": permission.name, "is_immutable": permission.immutable, "is_archived": False}
        )
        rows["permission_operations"] += [{**key, "operation": each} for each in permission.operations]
    for no, (group, members) in enumerate(org.groups):
        rows["user_groups"].append(
            {"source": GROUPS, "group_no": no, "group_id": group, "name": group.upper()}
        )
        rows["user_group_members"] += [
            {"source": MEMBERS, "member_no": no * 1000 + place, "group_id": group, "user_id": member}
            for place, member in enumerate(members)
        ]
    for no, grant in enumerate(org.grants):
        rows["permission_assignments"].append(
            {
                "source": GRANTS,
                "assignment_no": no,
                "assignment_id": grant.id or f"as-{no}",
                "permission_id": grant.permission,
                "identity_id": grant.identity,
                "identity_kind": grant.kind,
                "in_effect": grant.in_effect,
                "date_created": WHEN.replace(day=1, hour=no % 24),
            }
        )
    for no, policy in enumerate(org.policies):
        _policy(rows, no, policy)
    tables = {
        name: TABLES[name].from_rows(found)
        for name, found in rows.items()
        if found or any(org.ok(path) for path in _FED[name])
    }
    tables["sources"] = TABLES["sources"].from_rows(
        [
            {"source_no": no, "source": path, "status": status, "fetched_at": WHEN}
            for no, (path, status) in enumerate(org.statuses.items())
        ]
    )
    return Stub(tables)


def _token(rows: dict[str, list[Row]], no: int, token: Token) -> None:
    key = {"source": token.source, "token_no": no, "token_id": token.id}
    rows["tokens"].append(
        {
            **key,
            "name": f"token {token.id}",
            "kind": token.kind,
            "is_active": token.active,
            "linked_user_id": token.user,
            "linked_app_id": token.app,
        }
    )
    _assigned(rows, "token", key, token.assigned)


def _user(rows: dict[str, list[Row]], no: int, user: User) -> None:
    key = {"source": user.source, "user_no": no, "user_id": user.id}
    rows["users"].append(
        {
            **key,
            "username": f"{user.id}@example.test",
            "name": user.name,
            "kind": user.kind,
            "is_active": user.active,
            "is_service_account": user.machine,
            "is_registered": True,
        }
    )
    _assigned(rows, "user", key, user.assigned)


def _assigned(rows: dict[str, list[Row]], of: str, key: Row, assigned: tuple[Assigned, ...]) -> None:
    for place, each in enumerate(assigned):
        here = {**key, "assignment_no": place}
        here |= {"permission_id": each.permission, "permission_name": each.name}
        count = None if each.operations is None else len(each.operations)
        rows[f"{of}_assignments"].append({**here, "operation_count": count})
        rows[f"{of}_operations"] += [{**here, "operation": name} for name in each.operations or ()]


def _policy(rows: dict[str, list[Row]], no: int, policy: Policy) -> None:
    key = {"source": POLICIES, "policy_no": no, "policy_id": policy.id}
    rows["policies"].append(
        {
            **key,
            "status": policy.status,
            "activity_kind": policy.activity,
            "rule_kind": policy.rule,
            "action_kind": policy.action,
            "is_filtered": policy.filtered,
        }
    )
    for place, asked in enumerate(policy.approvals):
        here = {**key, "group_no": place}
        rows["policy_groups"].append(
            {
                **here,
                "quorum": asked.quorum,
                "anyone_can_approve": asked.approvers is None,
                "initiator_can_approve": asked.initiator,
                "service_accounts_can_approve": asked.machines,
            }
        )
        rows["policy_approvers"] += [{**here, "user_id": user} for user in asked.approvers or ()]
